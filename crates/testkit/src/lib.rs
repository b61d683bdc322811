//! For tests only: what every store must do, a simulation of clients, network and server, and the
//! real parts round the app that journeys need.
//!
//! Invariant: nothing here is linked into what is shipped.

#[cfg(feature = "edges")]
pub mod edges;
pub mod simulation;
pub mod store_contract;
