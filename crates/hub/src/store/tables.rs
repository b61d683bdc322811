//! The primitive reads and writes under a [`Store`](super::Store). A store implements these and a
//! transaction; what commands and questions mean is in [`super::run`](mod@super::run) and
//! [`super::answer`](mod@super::answer), once for all stores.
//!
//! Invariant: nothing here decides anything. A caller of [`Tables`] holds a transaction that takes
//! effect as a whole; reads see what was written before them in it.

use weft_protocol::{
    Defaults, InstallationId, MemberRow, MessageId, MessageRow, Millis, NoticeRow, Op, Role,
    Status, ThreadId, ThreadRow, Topic, Tuning, User, UserId,
};

use super::{Job, Link, Outcome};

/// What can be read.
pub trait Lookup {
    /// How reading or writing can fail: then the transaction is void.
    type Error: std::fmt::Debug;

    /// The incarnation of the whole store.
    fn epoch(&self) -> u32;
    /// The thread as this member sees it, tombstone or not; `None` where they are no member.
    fn thread(&self, thread: ThreadId, member: UserId) -> Result<Option<ThreadRow>, Self::Error>;
    /// The members of a thread and what each may do; none where there is no such thread.
    fn members(&self, thread: ThreadId) -> Result<Vec<(UserId, Role)>, Self::Error>;
    /// Everybody who is or was a member of a thread, in any fixed order.
    fn people(&self, thread: ThreadId) -> Result<Vec<MemberRow>, Self::Error>;
    /// What a person wants where a thread says nothing; none where they never said.
    fn defaults(&self, user: UserId) -> Result<Option<Defaults>, Self::Error>;
    /// How models are asked in a thread; none where that was never said.
    fn tuning(&self, thread: ThreadId) -> Result<Option<Tuning>, Self::Error>;
    /// A person; [`User::deleted`] where there is no account.
    fn user(&self, user: UserId) -> Result<User, Self::Error>;
    /// Whether a person wants nobody to see that they are there.
    fn hides(&self, user: UserId) -> Result<bool, Self::Error>;
    /// The threads, tombstones too, that a person is or was a member of, in any fixed order, and what they may do.
    fn memberships(&self, user: UserId) -> Result<Vec<(ThreadId, Option<Role>)>, Self::Error>;
    /// The threads of a person that are no tombstones and have other members, in any fixed order.
    fn shared(&self, user: UserId) -> Result<Vec<ThreadId>, Self::Error>;
    /// The editor of a thread who has been a member for longest.
    fn heir(&self, thread: ThreadId) -> Result<Option<UserId>, Self::Error>;
    /// The threads of a member that are no tombstones, by id.
    fn threads(&self, member: UserId) -> Result<Vec<ThreadRow>, Self::Error>;
    /// What a person is told of, by number.
    fn notices(&self, user: UserId) -> Result<Vec<NoticeRow>, Self::Error>;
    /// The notices about what a person did, and whose each is.
    fn noticed_by(&self, person: UserId) -> Result<Vec<(UserId, NoticeRow)>, Self::Error>;
    /// The notices about a message: whose, and their numbers.
    fn noticed(&self, message: MessageId) -> Result<Vec<(UserId, u64)>, Self::Error>;
    /// The message, tombstone or not, as it was put: a running reply's text is empty here, and so are all
    /// lists of siblings.
    fn message(&self, message: MessageId) -> Result<Option<MessageRow>, Self::Error>;
    /// The message of the highest ordinal that is no tombstone.
    fn tail(&self, thread: ThreadId) -> Result<Option<MessageId>, Self::Error>;
    /// The highest ordinal given in the thread, 0 where none was.
    fn last_ordinal(&self, thread: ThreadId) -> Result<u64, Self::Error>;
    /// How many live messages of the thread that are not by this person have an ordinal above `after` and up to
    /// `through`.
    fn others(
        &self,
        thread: ThreadId,
        user: UserId,
        after: u64,
        through: u64,
    ) -> Result<u64, Self::Error>;
    /// The `limit` messages of the highest ordinals, highest first, tombstones included.
    fn newest(&self, thread: ThreadId, limit: u32) -> Result<Vec<Link>, Self::Error>;
    /// Where the message, tombstone or not, stands.
    fn link(&self, message: MessageId) -> Result<Option<Link>, Self::Error>;
    /// The messages that follow this one, tombstones included, in any order.
    fn children(&self, thread: ThreadId, parent: MessageId) -> Result<Vec<Link>, Self::Error>;
    /// The live messages that follow `parent`, or the live roots, by ordinal.
    fn siblings(
        &self,
        thread: ThreadId,
        parent: Option<MessageId>,
    ) -> Result<Vec<MessageId>, Self::Error>;
    /// The messages of the thread whose status is `Streaming`, by ordinal.
    fn running(&self, thread: ThreadId) -> Result<Vec<MessageId>, Self::Error>;
    /// What was appended to a running reply so far; empty where nothing was.
    fn appended(&self, message: MessageId) -> Result<String, Self::Error>;
    /// The length of [`Lookup::appended`] in bytes.
    fn appended_len(&self, message: MessageId) -> Result<u64, Self::Error>;
    /// The seq of the topic's newest change set, 0 where there is none.
    fn head(&self, topic: Topic) -> Result<u64, Self::Error>;
    /// The ops of all change sets of the topic after `seq`, in order.
    fn log(&self, topic: Topic, seq: u64) -> Result<Vec<Op>, Self::Error>;
    /// The unfinished jobs of a thread in the order they were made, and which of them run.
    fn jobs(&self, thread: ThreadId) -> Result<Vec<(Job, Phase)>, Self::Error>;
    /// The threads that have unfinished jobs, in any fixed order.
    fn threads_with_jobs(&self) -> Result<Vec<ThreadId>, Self::Error>;
    /// The last number of the installation's mutations that was decided, 0 where none was.
    fn last_n(&self, user: UserId, installation: InstallationId) -> Result<u64, Self::Error>;
    /// The first `limit` installations after this one by person and id, and when each had its last
    /// outcome.
    fn installations(
        &self,
        after: Option<(UserId, InstallationId)>,
        limit: usize,
    ) -> Result<Vec<(UserId, InstallationId, Millis)>, Self::Error>;
    /// The stored outcome of a decided mutation; `None` where it is no longer kept.
    fn outcome(
        &self,
        user: UserId,
        installation: InstallationId,
        n: u64,
    ) -> Result<Option<Outcome>, Self::Error>;
}

/// How far an unfinished job has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nobody makes it yet.
    Waiting,
    /// Somebody makes it.
    Running,
}

/// What can be written.
pub trait Tables: Lookup {
    /// Inserts or replaces a thread as this member sees it, making them a member where they are not.
    /// `role` and what [`ThreadRow::with_own`] names are the member's own; all else is the thread's, for every
    /// member. `members` and `last` are counted, and not read.
    fn put_thread(&mut self, member: UserId, row: &ThreadRow) -> Result<(), Self::Error>;
    /// Keeps how a person is called and shown.
    fn put_profile(&mut self, user: &User) -> Result<(), Self::Error>;
    /// Forgets a person who is a member of nothing any more: account, devices, outcomes, and the log of their list.
    /// Who they were stays known by their id alone.
    fn forget_person(&mut self, user: UserId) -> Result<(), Self::Error>;
    /// Forgets a thread that has no members, with all that was said in it, and its log.
    fn forget_thread(&mut self, thread: ThreadId) -> Result<(), Self::Error>;
    /// Ends a membership; who the member was stays known.
    fn remove_member(&mut self, thread: ThreadId, member: UserId) -> Result<(), Self::Error>;
    /// Makes somebody known as who was a member of the thread once, and is none.
    fn put_former(&mut self, thread: ThreadId, user: &User) -> Result<(), Self::Error>;
    /// Keeps what a person wants where a thread says nothing.
    fn put_defaults(&mut self, user: UserId, defaults: &Defaults) -> Result<(), Self::Error>;
    /// Keeps how models are asked in a thread.
    fn put_tuning(&mut self, thread: ThreadId, tuning: &Tuning) -> Result<(), Self::Error>;
    /// Adds a message whose [`Link::jump`] is `jump`. Of several, in any order.
    fn add_message(&mut self, row: &MessageRow, jump: MessageId) -> Result<(), Self::Error>;
    /// Replaces a message; its place in the thread is as it was.
    fn put_message(&mut self, row: &MessageRow) -> Result<(), Self::Error>;
    /// Appends to a running reply, whose length so far is `offset`.
    fn append(&mut self, message: MessageId, offset: u64, text: &str) -> Result<(), Self::Error>;
    /// Forgets what was appended to a reply.
    fn drop_appended(&mut self, message: MessageId) -> Result<(), Self::Error>;
    /// Inserts or replaces a notice of a person.
    fn put_notice(&mut self, user: UserId, row: &NoticeRow) -> Result<(), Self::Error>;
    /// Forgets a notice of a person.
    fn drop_notice(&mut self, user: UserId, n: u64) -> Result<(), Self::Error>;
    /// Adds a change set to a topic's log; `seq` is the next one.
    fn push_log(&mut self, topic: Topic, seq: u64, ops: &[Op]) -> Result<(), Self::Error>;
    /// Adds a job, waiting, after all others of its thread.
    fn add_job(&mut self, job: &Job) -> Result<(), Self::Error>;
    /// Marks a job as running.
    fn start_job(&mut self, message: MessageId) -> Result<(), Self::Error>;
    /// Removes a job.
    fn end_job(&mut self, message: MessageId) -> Result<(), Self::Error>;
    /// Keeps the outcome of the mutation `n`, which is now, at `now`, the last one decided. Outcomes of
    /// numbers more than `KEPT_OUTCOMES` behind may be forgotten.
    fn put_outcome(
        &mut self,
        now: Millis,
        user: UserId,
        installation: InstallationId,
        n: u64,
        outcome: &Outcome,
    ) -> Result<(), Self::Error>;
    /// Forgets an installation and its outcomes.
    fn forget_installation(
        &mut self,
        user: UserId,
        installation: InstallationId,
    ) -> Result<(), Self::Error>;
}

/// How many outcomes per installation a store keeps at least: many times what may be in flight.
pub const KEPT_OUTCOMES: u64 = 1024;

/// Whether a reply of this status is still being made.
pub(super) fn is_running(status: Status) -> bool {
    status == Status::Streaming
}
