//! The hub as a whole, on the memory store: what it sends to whom, and what it refuses.
//!
//! Invariant: tests speak frames and commands; the hub's insides are not looked at.

mod authorisation;
mod backpressure;
mod bench;
mod convergence;
mod following;
mod mirror;
mod mutations;
mod online;
mod pages;
mod presence;
mod sessions;
mod streams;
mod tabs;
