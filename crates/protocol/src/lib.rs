//! The `weft.v1` protocol as types: what travels between a client and a backend, and the rules both
//! sides run. `SPEC.md` beside this crate states the rules in words, numbered; tests carry the number.
//!
//! Invariant: everything here is plain data or a pure function of its arguments. There is no clock,
//! no randomness, no I/O and no opinion about transport: whatever answers these frames is a backend.

pub mod api;
pub mod error;
pub mod frame;
pub mod id;
pub mod json;
pub mod limits;
pub mod mutation;
pub mod notice;
pub mod presence;
pub mod row;
pub mod stream;
pub mod title;
pub mod topic;
pub mod tuning;
pub mod version;

pub use error::{ErrorCode, Retry, Scope};
pub use frame::{ClientFrame, Path, ServerFrame};
pub use id::{InstallationId, MessageId, NotAnId, ThreadId, UserId};
pub use limits::Limits;
pub use mutation::{Mutation, NewReply, Refused, Rows};
pub use notice::{About, NoticeRow, Place};
pub use presence::{Online, Person, Presence, Present};
pub use row::{Author, MemberRow, MessageRow, Model, Op, Role, Row, Status, ThreadRow, User};
pub use stream::Checksum;
pub use topic::{Cursor, Topic};
pub use tuning::{Defaults, Tuning};
pub use version::Versions;

/// A moment as milliseconds since the Unix epoch. The server's clock decides every stored one.
pub type Millis = u64;
