//! The real server over real sockets and real SQLite.

mod accounts;
mod ai;
mod durability;
mod files;
mod harness;
mod observed;
mod origin;
mod socket;
mod store;
