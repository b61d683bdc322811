//! What a device has kept of an account: what the core begins with when the page opens again.

use serde::{Deserialize, Serialize};
use weft_protocol::{
    Cursor, ErrorCode, InstallationId, MessageId, Millis, Mutation, Row, ThreadId, Topic, UserId,
    row::Settle,
};

/// Everything kept. The server's rows are a cache and may be gone; the outbox is not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// Whose it is, and which installation numbered the outbox.
    pub identity: Option<(UserId, InstallationId)>,
    /// The number that the next mutation gets.
    pub next_n: u64,
    /// The mutations whose outcome is not known, and those that wait for the person, in the order of
    /// their numbers.
    pub outbox: Vec<Unsent>,
    /// The topics of which rows are here, the one used last at the end.
    pub topics: Vec<StoredTopic>,
    /// The bytes of replies whose rows are here and streaming, and so do not carry their text.
    pub texts: Vec<(MessageId, String)>,
    /// The ends of replies whose rows are streaming still: a row stays as the server put it.
    pub ends: Vec<Settle>,
    /// What is being written, by thread; `None` is the next new one.
    pub drafts: Vec<(Option<ThreadId>, String)>,
}

/// A mutation that was kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsent {
    /// Its number.
    pub n: u64,
    /// When the person made it.
    pub made_at: Millis,
    /// The change.
    pub mutation: Mutation,
    /// Why the server rejected it, where it did and the person has not said what becomes of the text.
    pub failure: Option<ErrorCode>,
}

/// The rows of a topic, as of a cursor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredTopic {
    /// Which topic.
    pub topic: Topic,
    /// What the rows are as of.
    pub cursor: Cursor,
    /// Them: of a thread, the newest ones.
    pub rows: Vec<Row>,
}
