//! The real server over real sockets and real SQLite.

#![expect(
    clippy::unwrap_used,
    reason = "a test ends where something is not as it should be"
)]

mod accounts;
mod ai;
mod data;
mod durability;
mod files;
mod harness;
mod members;
mod notices;
mod observed;
mod origin;
mod paths;
mod people;
mod push;
mod socket;
mod store;
