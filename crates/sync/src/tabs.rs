//! What the tabs of one account on one device say to each other.
//!
//! Invariant: a message is understood without those before it, or names its place among them, so that
//! whoever was not listening finds out and asks anew. What a leader says carries its term.

use serde::{Deserialize, Serialize};
use weft_protocol::{
    ErrorCode, MessageId, Millis, Model, Mutation, Online, Present, ThreadId, User, json,
    row::Settle,
};

use crate::{PageRead, Status, StorageOp, StoredTopic};

/// A tab, by a number made at random when it was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TabId(pub u64);

/// What one tab says to all others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TabMessage {
    /// From a tab that has begun to lead.
    Lead {
        /// Its term.
        term: u64,
    },
    /// From a follower: here I am, and this is on my screen.
    Ping {
        /// Who says it.
        tab: TabId,
        /// What is on its screen.
        watching: Vec<ThreadId>,
        /// Of that, what it has nothing of.
        wanting: Vec<ThreadId>,
        /// Whether somebody sees it.
        visible: bool,
        /// Whether it does not know what the leader has, and must be told all of it.
        lost: bool,
        /// The newest version of the protocol that it speaks.
        version: u32,
    },
    /// From the leader: I am here.
    Pong {
        /// Its term.
        term: u64,
        /// Whose ping it answers.
        to: TabId,
    },
    /// From a leader that nobody sees: you take the lead.
    Yield {
        /// Its term.
        term: u64,
        /// Who is to lead.
        to: TabId,
    },
    /// From the leader: all that a follower begins with but rows, which come with it.
    Welcome {
        /// Its term.
        term: u64,
        /// Who was lost.
        to: TabId,
        /// How much was told before; what is told next is one more.
        told: u64,
        /// The account.
        user: Option<User>,
        /// How the leader stands to the server.
        status: Status,
        /// The models that can be asked.
        models: Vec<Model>,
        /// Whose data it is and what is unsent, where that is known.
        identity: Option<StorageOp>,
        /// What is being written, where.
        drafts: Vec<(Option<ThreadId>, String)>,
        /// The rows.
        rows: Rows,
    },
    /// From the leader: rows that a follower wants.
    Rows {
        /// Its term.
        term: u64,
        /// Who wants them.
        to: TabId,
        /// They.
        rows: Rows,
    },
    /// From the leader: something has changed.
    Told {
        /// Its term.
        term: u64,
        /// The number of this, dense within the term.
        n: u64,
        /// What.
        what: Told,
    },
    /// From a follower: a person made a change here. A change that is there already is the same one.
    Propose {
        /// To whom.
        term: u64,
        /// When it was made, by a clock that never shows the same twice.
        made_at: Millis,
        /// The change.
        mutation: Mutation,
    },
    /// From a follower: send the failed message with this id again.
    Retry(MessageId),
    /// From a follower: forget the unsent message with this id.
    Discard(MessageId),
    /// From a follower: this is being written there.
    Draft(Option<ThreadId>, String),
    /// From a follower: its reader wants these rows.
    Read {
        /// Who asks.
        tab: TabId,
        /// For what.
        read: PageRead,
    },
    /// From the leader: the rows that a follower's reader wants; none where there are none.
    Page {
        /// Its term.
        term: u64,
        /// Who wants them.
        to: TabId,
        /// What was asked.
        read: PageRead,
        /// They.
        rows: Rows,
        /// The end of their path and its depth, where the server was asked.
        tip: Option<(MessageId, u64)>,
    },
    /// From a follower: let go of what is kept of the server's, and get it anew.
    Refill,
    /// From any tab: the person has signed out.
    SignedOut,
    /// From a follower: whether its person types in this thread.
    Typing(ThreadId, bool),
}

/// Rows of some topics, as they are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// The topics.
    pub topics: Vec<StoredTopic>,
    /// The bytes of replies whose rows are streaming.
    pub texts: Vec<(MessageId, String)>,
    /// The ends of replies whose rows are streaming still.
    pub ends: Vec<Settle>,
}

/// What a leader tells its followers as it happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// It gave this to the storage.
    Op(StorageOp),
    /// The storage is done with the op of this number.
    Kept(u64),
    /// How it stands to the server.
    Status(Status),
    /// Who is signed in.
    User(Option<User>),
    /// The models that can be asked.
    Models(Vec<Model>),
    /// There is no such thread for this person.
    Missing(ThreadId),
    /// A mutation that shows no message of its own was rejected.
    Rejected(Mutation, ErrorCode),
    /// Who else has a thread on screen; all of them.
    Present(Present),
    /// Of which threads somebody else is online.
    Online(Online),
}

impl TabMessage {
    /// The message as it travels.
    pub fn encode(&self) -> String {
        json::write(self)
    }

    /// The message that `text` carries, where it can be understood: a tab of another version may have
    /// said it.
    pub fn decode(text: &str) -> Option<Self> {
        json::read(text).ok()
    }

    /// The term of the leader that says it.
    pub(crate) fn term(&self) -> Option<u64> {
        match self {
            Self::Lead { term }
            | Self::Pong { term, .. }
            | Self::Yield { term, .. }
            | Self::Welcome { term, .. }
            | Self::Rows { term, .. }
            | Self::Page { term, .. }
            | Self::Told { term, .. } => Some(*term),
            Self::Ping { .. }
            | Self::Propose { .. }
            | Self::Retry(_)
            | Self::Discard(_)
            | Self::Draft(..)
            | Self::Read { .. }
            | Self::Refill
            | Self::SignedOut
            | Self::Typing(..) => None,
        }
    }
}
