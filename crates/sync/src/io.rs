//! What goes into the core and what comes out of it. Plain data, no behaviour.

use weft_protocol::{
    Cursor, InstallationId, MessageId, Millis, Mutation, Op, Row, ThreadId, Topic, UserId,
};

use crate::Change;

/// A socket, by the number that the core gave it. Numbers are never used twice, so what an old socket
/// still says is told from what the present one says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Connection(pub u64);

/// What the core is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The socket is open.
    Opened(Connection),
    /// The socket received a text frame.
    Received(Connection, String),
    /// The socket closed, or never opened, with this close code (1006 where there was none).
    Closed(Connection, u16),
    /// A deadline may have passed.
    Tick,
    /// The page came to the foreground, or the machine woke up.
    Foreground,
    /// The page went to the background.
    Background,
    /// The platform believes that there is a network (a hint: it makes the core try now).
    NetworkUp,
    /// The platform believes that there is none (a hint: it makes the core probe).
    NetworkDown,
    /// A person signed in; the token goes into `hello`, where no cookie carries the session.
    SignedIn {
        /// The session token.
        token: Option<String>,
    },
    /// The person signed out: everything is forgotten.
    SignedOut,
    /// A person made a change.
    Mutate(Mutation),
    /// Send the failed message with this id again.
    Retry(MessageId),
    /// Forget the unsent message with this id.
    Discard(MessageId),
    /// The thread is on screen.
    Watch(ThreadId),
    /// The thread is no longer on screen.
    Unwatch(ThreadId),
    /// The reader wants messages before the first one here.
    LoadOlder(ThreadId),
}

/// What the core wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Open a socket and call it this.
    Open(Connection),
    /// Send a text frame.
    Send(Connection, String),
    /// Close the socket; nothing that it still says matters.
    Close(Connection, u16),
    /// Change what is stored. In order; one op is one transaction.
    Store(StorageOp),
    /// Change what is shown. In order; see [`Change`].
    Change(Change),
    /// Something went wrong that the core has dealt with; for the log.
    Fault(Fault),
}

/// A change of the durable copy. The server's rows are a cache; the outbox is not.
#[derive(Clone, Debug, PartialEq)]
pub enum StorageOp {
    /// Whose data this is, and which installation numbers its mutations. A new installation clears
    /// every outbox row of the one before.
    Identify {
        /// The account.
        user: UserId,
        /// The installation.
        installation: InstallationId,
    },
    /// Keep a mutation until its outcome is known (strict durability).
    PutOutbox {
        /// Its number.
        n: u64,
        /// When the person made it.
        made_at: Millis,
        /// The change.
        mutation: Mutation,
    },
    /// Its outcome is known, or the person discarded it.
    DeleteOutbox {
        /// Its number.
        n: u64,
    },
    /// Replace all rows of a topic.
    PutSnapshot {
        /// Which topic.
        topic: Topic,
        /// What it is a snapshot of.
        cursor: Cursor,
        /// Its rows.
        rows: Vec<Row>,
    },
    /// Apply a change set and move the cursor.
    Apply {
        /// Which topic.
        topic: Topic,
        /// The cursor from now on.
        cursor: Cursor,
        /// What changes, in order.
        ops: Vec<Op>,
    },
    /// Add older rows of a thread; the cursor stays.
    PutPage {
        /// Which thread.
        thread: ThreadId,
        /// The rows.
        rows: Vec<Row>,
    },
    /// Append bytes of a reply.
    AppendText {
        /// Which reply.
        message: MessageId,
        /// Their byte offset.
        offset: u64,
        /// Them.
        text: String,
    },
    /// Forget the bytes of a reply: they were not the reply's.
    DropText {
        /// Which reply.
        message: MessageId,
    },
    /// Forget a topic.
    DropTopic(Topic),
    /// Forget everything of this account on this device.
    Wipe,
}

/// Something that should not happen, and how it was met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A frame could not be understood; it was ignored, and its topic will be found gapped.
    BadFrame(String),
    /// A topic had a gap and was subscribed to again.
    Gap(Topic),
    /// A topic could not be caught up by asking again; its copy was dropped.
    Dropped(Topic),
    /// The bytes of a reply did not have its checksum; they were asked for again.
    Checksum(MessageId),
    /// The server expects another mutation number than this installation can give; the outbox was
    /// numbered anew under a new installation.
    Renumbered,
}
