//! The client core: one pure machine between the interface, the socket and the storage.
//!
//! Call [`Core::handle`] with an input, drain [`Core::poll_output`] until it is empty, sleep until
//! [`Core::next_deadline`]. Time is an argument, randomness comes from a seed, inputs and outputs are
//! plain printable data: a bug report is a list of inputs, a replay is a test.
//!
//! Invariant: what the interface shows is server rows plus overlay, and nothing else. The overlay is
//! the outbox re-applied over the rows; the pending state of a message is read off the outbox.
//!
//! It does no I/O, never panics on what a peer sends, and asserts nothing about the peer.

mod body;
#[cfg(feature = "contract")]
pub mod contract;
mod core;
mod few;
mod follow;
mod io;
mod link;
mod outbox;
mod overlay;
mod project;
mod reader;
mod replica;
mod stored;
mod tabs;
mod view;

pub use self::{
    core::{Config, Core},
    io::{Connection, Fault, Input, Output, PageRead, StorageOp},
    reader::Sizes,
    stored::{Stored, StoredTopic, Unsent},
    tabs::{Rows, TabId, TabMessage, Told},
    view::{
        Ahead, Change, Delivery, Head, History, MessageView, PersonView, PresenceView, Seek,
        Status, ThreadView, TimelineView, View,
    },
};
