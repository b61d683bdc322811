//! What goes into the hub and what comes out of it. Plain data, no behaviour.

use std::sync::Arc;

use weft_protocol::{ErrorCode, Model, User, UserId};

use crate::{Answer, Command, Committed, Read};

/// A socket, by the number that the edge gave it: never used twice in one process, and greater for a
/// socket opened later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub u64);

/// A question to the store, so that its answer finds back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// What the hub is told.
#[derive(Clone, Debug)]
pub enum Input {
    /// A socket is open; `user` is whose it is, where a cookie said so.
    Opened(SessionId, Option<User>),
    /// A socket received a text frame.
    Received(SessionId, String),
    /// A socket has taken one frame that was sent to it.
    Flushed(SessionId),
    /// A socket is gone.
    Closed(SessionId),
    /// Whose token it was, if anyone's.
    Authenticated(SessionId, Option<User>),
    /// What a read found.
    Answered(Ticket, Answer),
    /// What a command did, for the ticket that asked for it, where the hub did. Everything that the
    /// store commits passes here once, in the order of the commits.
    Committed(Option<Ticket>, Committed),
    /// The store failed at this question; nothing is decided.
    StoreFailed(Ticket),
    /// The models that can be asked are now these.
    Models(Vec<Model>),
    /// A person wants nobody to see that they are there from now on, or does not mind any more.
    Hides(UserId, bool),
    /// The process is about to end: tell everyone to come back, spread over this many milliseconds.
    Drain {
        /// The span, in milliseconds.
        spread_ms: u64,
    },
    /// A deadline may have passed.
    Tick,
}

/// What the hub wants done.
#[derive(Clone, Debug)]
pub enum Output {
    /// Send a text frame. At most two are unflushed per session at a time.
    Send(SessionId, Arc<str>),
    /// Close the socket, once what was sent is flushed, with the close code of this error; `None` is
    /// a normal close.
    Close(SessionId, Option<ErrorCode>),
    /// Find out whose token this is.
    Authenticate(SessionId, String),
    /// Ask the store.
    Read(Ticket, Read),
    /// A person who does not hide it is there, or was until now; said again while it is so.
    Seen(UserId),
    /// Change the store. In order.
    Write(Ticket, Command),
}
