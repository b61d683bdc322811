//! The server core: one pure machine between the sockets and the store.
//!
//! Call [`Hub::handle`] with an input, drain [`Hub::poll_output`] until it is empty, sleep until
//! [`Hub::next_deadline`]. Time is an argument; there is no I/O and no clock.
//!
//! Invariant: per session the hub keeps cursors, not queues. What a session has not taken yet is
//! computed when its socket is ready for another frame, from the topic's ring of recent change sets,
//! from the running stream's text, or by a read of the store; so a slow reader costs a number, not a
//! backlog. Answers to a session's own requests are bounded by the announced limits.

mod hub;
mod io;
mod leases;
pub mod memory;
mod online;
mod ring;
mod running;
mod session;
pub mod store;

pub use self::{
    hub::Hub,
    io::{Input, Output, SessionId, Ticket},
    memory::MemoryStore,
    store::{
        Answer, Command, Committed, Job, JobChange, Outcome, Read, Store, TextAppended, TopicChange,
    },
};
