//! For tests only: what every store must do, and a simulation of clients, network and server.
//!
//! Invariant: nothing here is linked into what is shipped.

pub mod simulation;
pub mod store_contract;
