//! What the core does, told as inputs and outputs. Every test runs a mirror beside the core.

#![allow(missing_docs)]

mod anything;
mod client;
mod data;
mod marks;
mod notices;
mod online;
mod people;
mod presence;
mod reading;
mod restore;
mod tabs;
