//! What the hub needs of a store, as data, and the trait that a store implements.
//!
//! Invariant: [`Store::commit`] is atomic and durable as a whole, each command takes effect alone, and
//! the topics' seqs are dense in commit order. Whoever calls it publishes what it returns, in order,
//! and only then answers anybody.

mod answer;
mod change;
mod import;
mod lists;
mod notices;
mod path;
mod people;
mod run;
mod tables;

use std::sync::Arc;

pub use self::{
    answer::{answer, merge},
    import::ImportedThread,
    path::{Link, place},
    run::{FORGET_AT_ONCE, run},
    tables::{KEPT_OUTCOMES, Lookup, Phase, Tables},
};

use weft_protocol::{
    Cursor, ErrorCode, InstallationId, MessageId, MessageRow, Millis, Mutation, Op, Path, Role,
    Row, Status, ThreadId, Topic, UserId, frame::Head,
};

/// A change of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Run the mutation `n` of an installation, or find its stored outcome (SPEC R9 to R11).
    Mutate {
        /// Whose it is.
        user: UserId,
        /// Who numbers it.
        installation: InstallationId,
        /// Its number.
        n: u64,
        /// What is asked; its arguments were checked.
        mutation: Mutation,
    },
    /// Take the oldest waiting job of a thread that has no running one, and mark it running.
    StartJob {
        /// The reply that the job makes.
        message: MessageId,
    },
    /// Append to a reply that is being made; `offset` is its length so far.
    Append {
        /// The reply.
        message: MessageId,
        /// Its length so far in bytes.
        offset: u64,
        /// What is appended.
        text: String,
    },
    /// End a reply that is being made.
    Settle {
        /// The reply.
        message: MessageId,
        /// How it ended: `Complete`, `Stopped` or `Failed`.
        status: Status,
        /// Why, where it did not end well.
        error: Option<ErrorCode>,
    },
    /// Give a thread an automatic title, unless a person has named it or it is gone.
    Title {
        /// Which thread.
        thread: ThreadId,
        /// The title.
        title: String,
    },
    /// Make a person a member of a thread, or let a member be. Where somebody asks for it they have to be the
    /// thread's owner; without, an invitation was shown.
    Admit {
        /// Who asks.
        by: Option<UserId>,
        /// Who is to be a member.
        user: UserId,
        /// Of which thread.
        thread: ThreadId,
        /// What they may do, if they are no member yet. Not `Owner`.
        role: Role,
    },
    /// Call and show a person so from now on, in all threads that they are or were a member of (SPEC R56).
    SetProfile {
        /// Who.
        user: UserId,
        /// What they wish to be called.
        display: Option<String>,
        /// The colour that they chose.
        colour: Option<u8>,
    },
    /// End an account (SPEC R57).
    Depart {
        /// Whose.
        user: UserId,
    },
    /// Make a thread that was exported somewhere a thread of this person (SPEC R63), unless it is here already.
    Import {
        /// Whose it is to be.
        user: UserId,
        /// It.
        thread: Arc<ImportedThread>,
    },
    /// After a start: replies whose job was running end as `Stopped` with `Interrupted`, their text
    /// kept; jobs that were still waiting are reported as started again.
    Recover,
    /// Forget the installations, and their outcomes, that have had none for so long that they need not
    /// be kept (SPEC R37). Looks at `FORGET_AT_ONCE` of them, in the order of their keys.
    Forget {
        /// The last one that was looked at; `None` begins.
        after: Option<(UserId, InstallationId)>,
    },
}

/// What a command came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It took effect: in these change sets. Where there was nothing to change, a mutation's are the
    /// newest ones of its topics: whoever has them has what it asks for. For a mutation seen before: the
    /// effects that it had then.
    Applied(Vec<Head>),
    /// The mutation is rejected, now or when it was first seen; its number is consumed.
    Rejected(ErrorCode),
    /// The mutation's number is not the next one of its installation; nothing was looked at.
    Gap {
        /// The next one.
        expected: u64,
    },
    /// The reply is not being made any more, or the offset is not its length: whoever makes it stops.
    NotRunning,
    /// Old installations were forgotten, up to this one; `None` where it was the last.
    Forgot {
        /// Go on after it.
        last: Option<(UserId, InstallationId)>,
    },
}

/// A change set of a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicChange {
    /// Which topic.
    pub topic: Topic,
    /// The cursor of a reader that has applied it.
    pub cursor: Cursor,
    /// What changes, in order.
    pub ops: Arc<[Op]>,
}

/// Text that a running reply has gained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextAppended {
    /// Its thread.
    pub thread: ThreadId,
    /// Which reply.
    pub message: MessageId,
    /// The byte offset of the text.
    pub offset: u64,
    /// The text.
    pub text: String,
}

/// A reply to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The thread. Its jobs run one at a time, in the order they were made.
    pub thread: ThreadId,
    /// The reply.
    pub message: MessageId,
    /// The model asked.
    pub model: String,
    /// Who asked.
    pub asker: UserId,
}

/// What a commit means for whoever makes replies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobChange {
    /// It is a reply's turn to be made: no unfinished job of its thread is before it. Reported once,
    /// and again by [`Command::Recover`].
    Asked(Job),
    /// The reply is ended by a mutation: stop making it, and close the provider's connection.
    Ended(MessageId),
}

/// What a command did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// What it came to.
    pub outcome: Outcome,
    /// The change sets that it made.
    pub changes: Vec<TopicChange>,
    /// The text that it appended.
    pub text: Option<TextAppended>,
    /// What it means for the makers of replies.
    pub jobs: Vec<JobChange>,
}

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    /// The last number of the installation's mutations that was decided.
    LastN {
        /// Whose installation.
        user: UserId,
        /// Which.
        installation: InstallationId,
    },
    /// The threads that a person shares with others, where they let others see that they are there.
    Shared {
        /// Who.
        user: UserId,
    },
    /// A topic from a cursor on, or its newest window (SPEC R7).
    Resume {
        /// Who asks.
        user: UserId,
        /// Which topic.
        topic: Topic,
        /// How far it is read.
        cursor: Option<Cursor>,
    },
    /// The messages of a path from a depth on (SPEC R17).
    Page {
        /// Who asks.
        user: UserId,
        /// Which thread.
        thread: ThreadId,
        /// Which of its paths.
        path: Path,
        /// From which depth on.
        from: u64,
        /// The most rows.
        limit: u32,
    },
    /// The bytes of a reply from an offset on, at most `MAX_STREAM_CHUNK` of them.
    Text {
        /// Who asks.
        user: UserId,
        /// Its thread.
        thread: ThreadId,
        /// Which reply.
        message: MessageId,
        /// From which byte.
        offset: u64,
    },
}

/// What a question found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// What a session begins with.
    LastN {
        /// The last number decided, 0 where none was.
        n: u64,
        /// Whether the person wants nobody to see that they are there.
        hides: bool,
    },
    /// Threads that are shared with others.
    Shared(Vec<ThreadId>),
    /// The change sets after the cursor, merged; none where it is at the head.
    Deltas {
        /// The seq that they build on.
        base: u64,
        /// Where they lead.
        cursor: Cursor,
        /// What changes, in order.
        ops: Vec<Op>,
    },
    /// The newest window: the cursor was of another epoch, too old, ahead of the log, or none.
    Snapshot {
        /// What it is a snapshot of.
        cursor: Cursor,
        /// Its rows, in order: live threads by id and notices by number, or messages by
        /// ordinal.
        rows: Vec<Row>,
    },
    /// Messages of a path.
    Page {
        /// Its last message; `None` where there is no such path.
        tip: Option<MessageId>,
        /// The depth of `tip`; 0 where there is none.
        length: u64,
        /// The messages, oldest first.
        rows: Vec<MessageRow>,
    },
    /// Bytes of a reply from the offset asked for.
    Text(String),
    /// There is no such thing, or not for this person.
    Nothing,
}

/// A durable copy of everything: the rows, the topics' logs, the outcomes and the jobs.
pub trait Store {
    /// How it can fail: then nothing of the call took effect.
    type Error: std::fmt::Debug;

    /// Makes the changes, durably, and says what each did.
    fn commit(&mut self, now: Millis, commands: &[Command]) -> Result<Vec<Committed>, Self::Error>;

    /// Answers a question from what is committed.
    fn read(&self, read: &Read) -> Result<Answer, Self::Error>;
}
