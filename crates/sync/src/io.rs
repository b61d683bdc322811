//! What goes into the core and what comes out of it. Plain data, no behaviour.

use std::fmt;

use serde::{Deserialize, Serialize};
use weft_protocol::{
    Cursor, InstallationId, MessageId, MessageRow, Mutation, Op, Path, Row, ThreadId, Topic,
    UserId, frame::Head,
};

use crate::{Change, Rows, Seek, Stored, TabId, TabMessage, Unsent};

/// A socket, by the number that the core gave it. Numbers are never used twice, so what an old socket
/// still says is told from what the present one says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Connection(pub u64);

/// What the core is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// This is kept of an account: what a tab begins with, and what a follower goes on with that is
    /// about to lead.
    Restored(Stored),
    /// This tab, called so, leaves socket and storage to another one of the account, and hears from it.
    /// Where it finds a term in the storage it is told [`TabMessage::Lead`] of it next, as if it had been
    /// there: it does not believe a leader of before then.
    Follow(TabId),
    /// This tab leads: it alone has the account's storage, and so its socket. Each term has one leader,
    /// and is higher than those before.
    Lead {
        /// Which term it is.
        term: u64,
    },
    /// Another tab said this.
    Heard(TabMessage),
    /// The op to which [`StorageOp::strict`] gives `n` is durable, and so is all that came before it.
    /// Each such op is answered, in order, but for those before a wipe that have not been.
    Kept {
        /// Its number.
        n: u64,
    },
    /// There is no storage, or it failed: no more ops come, and all of it ends with this page, which
    /// works alone.
    StorageLost,
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
    /// The platform is about to stop the page, which nobody sees: some of it, or all.
    Freeze,
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
    /// A person is writing this in a thread, or in the next new one.
    Draft(Option<ThreadId>, String),
    /// Send the failed message with this id again.
    Retry(MessageId),
    /// Forget the unsent message with this id.
    Discard(MessageId),
    /// The thread is on screen.
    Watch(ThreadId),
    /// The thread is no longer on screen.
    Unwatch(ThreadId),
    /// The reader of a watched thread wants to see this of it.
    Seek(ThreadId, Seek),
    /// Let go of the server's rows that are kept here, and get those that are wanted anew. What is unsent, and what
    /// is being written, stays. Without a server to get them from it does nothing.
    Refill,
    /// This is kept of what [`Output::Read`] asked for, as of all ops given before it; nothing where none
    /// of it is.
    Read(PageRead, Rows),
    /// A person types in a thread, or has nothing written there any more. Told with each key.
    Typing(ThreadId, bool),
}

/// A question for rows of a thread: those of a path from a depth on, at most a page of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageRead {
    /// Which thread.
    pub thread: ThreadId,
    /// Which of its paths.
    pub path: Path,
    /// The depth of the first one.
    pub from: u64,
    /// The message that they follow, where that is known to be on the path.
    pub after: Option<MessageId>,
    /// Which question of who asks it is: an answer to an earlier one is none to it.
    pub n: u64,
}

impl PageRead {
    /// The rows that answer it, at most `limit`, oldest first, out of some of the thread's rows, sorted by
    /// ordinal. A path is followed upwards from its end, or downwards as far as no row has siblings: who
    /// has not all rows cannot know which of them leads to the end.
    pub fn pick(&self, mut rows: Vec<MessageRow>, limit: usize) -> Vec<MessageRow> {
        let mut next = match (self.path, self.after) {
            (Path::To(end), _) => Some(end),
            (_, after) if after.is_some() || self.from == 1 => after,
            _ => return Vec::new(),
        };
        let up = matches!(self.path, Path::To(_));
        if up {
            rows.reverse();
        }
        let leads_on = |row: &MessageRow| {
            if up {
                let leads = next == Some(row.id) && row.depth >= self.from;
                next = if leads { row.parent } else { next };
                return leads;
            }
            let leads = next == row.parent && row.siblings.is_empty();
            next = if leads { Some(row.id) } else { next };
            leads
        };
        rows.retain({
            let mut leads_on = leads_on;
            move |row| leads_on(row)
        });
        rows.truncate(limit);
        if up {
            rows.reverse();
        }
        rows
    }
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
    /// Read what is kept of this, after the ops before it; answered by [`Input::Read`].
    Read(PageRead),
    /// Say this to the other tabs of the account.
    Post(Box<TabMessage>),
    /// Take the lead from the tab that has it: it is silent, or gives it away.
    TakeOver,
    /// Give the lead up: another tab has it already.
    StepDown,
    /// Somebody else is signed in by now: begin anew, with what is kept of theirs.
    Reopen,
    /// Change what is shown. In order; see [`Change`].
    Change(Change),
    /// Something went wrong that the core has dealt with; for the log.
    Fault(Fault),
}

/// A change of the durable copy. The server's rows are a cache; the outbox is not. The tabs that follow
/// apply the same ops to what they show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StorageOp {
    /// Whose data this is, which installation numbers its mutations, and all of its outbox, which
    /// takes the place of the one before (strict durability).
    Identify {
        /// The account.
        user: UserId,
        /// The installation.
        installation: InstallationId,
        /// The number of the next mutation.
        next_n: u64,
        /// The outbox, in the order of its numbers.
        outbox: Vec<Unsent>,
    },
    /// Keep a mutation until its outcome is known (strict durability). The next number is beyond it
    /// from now on, whatever becomes of it, but for one that failed.
    PutOutbox(Unsent),
    /// Its outcome is known, or the person discarded it.
    DeleteOutbox {
        /// Its number.
        n: u64,
        /// The change sets that it made and that are not here yet. For those who show it, not kept.
        effects: Vec<Head>,
    },
    /// Replace all rows of a topic. The bytes of replies that are streaming before and after stay.
    PutSnapshot {
        /// Which topic.
        topic: Topic,
        /// What it is a snapshot of.
        cursor: Cursor,
        /// Its rows.
        rows: Vec<Row>,
    },
    /// Apply a change set and move the cursor. A row that is not streaming takes the place of the bytes
    /// and of the end of its reply; a settle is kept as the reply's end, beside its row.
    Apply {
        /// Which topic.
        topic: Topic,
        /// The cursor from now on.
        cursor: Cursor,
        /// What changes, in order.
        ops: Vec<Op>,
    },
    /// Add rows of a thread, or replace them; the cursor stays. The bytes of replies that are streaming
    /// stay as well.
    PutPage {
        /// Which thread.
        thread: ThreadId,
        /// The rows.
        rows: Vec<MessageRow>,
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
    /// Forget the bytes of a reply, not its row or its end: they were not the reply's.
    DropText {
        /// Which reply.
        message: MessageId,
    },
    /// Keep what is being written in a thread, or in the next new one; nothing is the same as none.
    PutDraft {
        /// Where.
        place: Option<ThreadId>,
        /// What.
        text: String,
    },
    /// Forget a topic, and the bytes and ends of its replies.
    DropTopic(Topic),
    /// Forget everything of this account on this device.
    Wipe,
}

impl StorageOp {
    /// The number by which [`Input::Kept`] answers this op, where the core waits for that.
    pub fn strict(&self) -> Option<u64> {
        match self {
            Self::Identify { next_n, .. } => Some(next_n.saturating_sub(1)),
            Self::PutOutbox(unsent) => Some(unsent.n),
            _ => None,
        }
    }
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

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadFrame(why) => write!(f, "a frame was not understood: {why}"),
            Self::Gap(topic) => write!(f, "{topic} has a gap"),
            Self::Dropped(topic) => write!(f, "the copy of {topic} was dropped"),
            Self::Checksum(message) => write!(f, "the text of {message} is not the server's"),
            Self::Renumbered => f.write_str("the outbox was numbered anew"),
        }
    }
}
