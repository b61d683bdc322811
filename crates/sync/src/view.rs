//! What the interface shows, and the small positional changes by which it gets there.
//!
//! Invariant: a mirror that starts empty and applies every [`Change`] in order equals
//! [`crate::Core::view`] after each drain.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use weft_protocol::{
    Author, Defaults, ErrorCode, MemberRow, MessageId, Millis, Model, Mutation, NoticeRow,
    ThreadId, ThreadRow, Tuning, User,
};

/// How the client stands to the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nobody is signed in, or the server no longer accepts the session.
    #[default]
    SignedOut,
    /// Not connected yet, or not any more, and trying.
    Reconnecting,
    /// Connected: the server has answered, and lately.
    Connected,
    /// Not connected, and tries have kept failing or the platform knows of no network.
    Offline,
    /// This app is too old for the server: reloading gets a newer one.
    TooOld,
}

/// Where a message of this person stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The server has it.
    Confirmed,
    /// It is on its way, to the server or into the storage.
    Sending,
    /// It outlives this page, and will be sent when the connection is back.
    Queued,
    /// The server rejected it; the text is kept.
    Failed(ErrorCode),
}

/// A thread in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThreadView {
    /// Its row, with what is pending applied.
    pub row: ThreadRow,
    /// Whether it exists only here so far.
    pub pending: bool,
    /// Whether another member of it is online.
    pub online: bool,
}

/// All of a message but its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Who wrote it.
    pub author: Author,
    /// How far it has come. A reply whose last bytes are still missing here counts as streaming.
    pub status: weft_protocol::Status,
    /// Why a reply ended early.
    pub error: Option<ErrorCode>,
    /// The message that it follows.
    pub parent: Option<MessageId>,
    /// Its place among all that were ever made in the thread, from 1; 0 while pending.
    pub ordinal: u64,
    /// Its place on the path from its root, from 1; 0 while pending.
    pub depth: u64,
    /// The messages that stand in each other's place, this one among them, in the order they were made;
    /// none where it is alone.
    pub siblings: Vec<MessageId>,
    /// When it was created; while pending, when the person made it.
    pub created_at: Millis,
}

/// A message on screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageView {
    /// Its key, from pending to confirmed and for ever.
    pub id: MessageId,
    /// All but its text.
    pub head: Head,
    /// Its text as far as it is here.
    pub body: Arc<str>,
    /// Where it stands.
    pub delivery: Delivery,
}

/// What there is before the first message that is shown of a timeline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum History {
    /// The thread itself is not here yet.
    #[default]
    Unknown,
    /// Older messages, not asked for.
    More,
    /// Older messages, on their way.
    Loading,
    /// Nothing: this is the beginning.
    Complete,
    /// There is no such thread for this person.
    Missing,
}

/// What there is after the last message that is shown of a timeline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ahead {
    /// Nothing: this is the end, and what is new appears here.
    #[default]
    Nothing,
    /// Newer messages, not asked for.
    More,
    /// Newer messages, on their way.
    Loading,
}

/// What a reader wants to see of a watched thread. What is not here is fetched first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seek {
    /// The end of the path, and all that comes there.
    Latest,
    /// What is shown now, whatever comes: nothing of it gives way to newer messages.
    Stay,
    /// More messages before the first one shown.
    Older,
    /// More messages after the last one shown.
    Newer,
    /// What begins at this depth; 1 is the beginning of the thread.
    Depth(u64),
    /// This message, and what is around it.
    Message {
        /// Which.
        message: MessageId,
        /// Its depth.
        depth: u64,
    },
    /// The path that leads through this message, one of the siblings of one that is shown.
    Branch {
        /// Which.
        message: MessageId,
        /// Its depth.
        depth: u64,
    },
}

/// A watched thread: a stretch of the path from its newest live message, or through the one that its
/// reader chose, up to the root, oldest first; and at its end what is pending, in the order it was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TimelineView {
    /// The messages.
    pub messages: Vec<MessageView>,
    /// What is before them.
    pub history: History,
    /// What is after them.
    pub ahead: Ahead,
    /// How many messages there are on the whole path, as far as that is known, tombstones included.
    pub length: u64,
    /// Everybody who is or was a member, by id.
    pub people: Vec<MemberRow>,
    /// Who else has it on screen.
    pub presence: PresenceView,
    /// How models are asked in it, with what is pending applied.
    pub tuning: Tuning,
}

/// Somebody else who has a thread on screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonView {
    /// Who.
    pub user: User,
    /// Whether they type in it.
    pub typing: bool,
}

/// Who else has a thread on screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PresenceView {
    /// They, by id; none where they are too many to be named.
    pub people: Vec<PersonView>,
    /// How many they are.
    pub count: u64,
    /// How many of them type.
    pub typing: u64,
}

/// Everything that is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// How the client stands to the server.
    pub status: Status,
    /// Who is signed in.
    pub user: Option<User>,
    /// The models that can be asked.
    pub models: Vec<Model>,
    /// What the person wants where a thread says nothing, with what is pending applied.
    pub defaults: Defaults,
    /// How many changes of this person no server has accepted yet: what is lost with the account's data
    /// on this device. A thread is not counted beside what is said in it, nor what was read.
    pub unsent: u32,
    /// Whether the thread list has ever arrived (an empty one may only be late).
    pub threads_known: bool,
    /// Every thread that is not deleted: pinned ones first, then by `updated_at`, newest first.
    pub threads: Vec<ThreadView>,
    /// What the person is told of, newest first; with what is pending, `read` says whether it was read in any
    /// way.
    pub notices: Vec<NoticeRow>,
    /// The watched threads.
    pub timelines: BTreeMap<ThreadId, TimelineView>,
}

/// One step from a [`View`] to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// `status` is now this.
    StatusSet(Status),
    /// `user` is now this.
    UserSet(Option<User>),
    /// `models` is now this.
    ModelsSet(Vec<Model>),
    /// `defaults` is now this.
    DefaultsSet(Defaults),
    /// `unsent` is now this.
    UnsentSet(u32),
    /// `threads_known` is now this.
    ThreadsKnownSet(bool),
    /// Put a thread into the list at `index`.
    ThreadInserted {
        /// Where.
        index: usize,
        /// What.
        thread: ThreadView,
    },
    /// Take the thread at `index` out of the list.
    ThreadRemoved {
        /// Where.
        index: usize,
    },
    /// Take the thread at `from` out of the list and put it in again at `to`.
    ThreadMoved {
        /// Where it is.
        from: usize,
        /// Where it goes, counted without it.
        to: usize,
    },
    /// The thread with this id is now this.
    ThreadSet(ThreadView),
    /// `notices` is now this.
    NoticesSet(Vec<NoticeRow>),
    /// A timeline is there, empty.
    TimelineOpened(ThreadId),
    /// A timeline is gone.
    TimelineClosed(ThreadId),
    /// `history` of a timeline is now this.
    HistorySet(ThreadId, History),
    /// `ahead` of a timeline is now this.
    AheadSet(ThreadId, Ahead),
    /// `length` of a timeline is now this.
    LengthSet(ThreadId, u64),
    /// `people` of a timeline is now this.
    PeopleSet(ThreadId, Vec<MemberRow>),
    /// `presence` of a timeline is now this.
    PresenceSet(ThreadId, PresenceView),
    /// `tuning` of a timeline is now this.
    TuningSet(ThreadId, Tuning),
    /// Put a message into a timeline at `index`.
    MessageInserted {
        /// Which timeline.
        thread: ThreadId,
        /// Where.
        index: usize,
        /// What.
        message: MessageView,
    },
    /// Take the message at `index` out of a timeline.
    MessageRemoved {
        /// Which timeline.
        thread: ThreadId,
        /// Where.
        index: usize,
    },
    /// Take the message at `from` out of a timeline and put it in again at `to`.
    MessageMoved {
        /// Which timeline.
        thread: ThreadId,
        /// Where it is.
        from: usize,
        /// Where it goes, counted without it.
        to: usize,
    },
    /// A message's head is now this.
    HeadSet(ThreadId, MessageId, Head),
    /// A message's body is now this.
    BodySet(ThreadId, MessageId, Arc<str>),
    /// A message's body has this appended.
    BodyAppended(ThreadId, MessageId, String),
    /// A message's delivery is now this.
    DeliverySet(ThreadId, MessageId, Delivery),
    /// Somewhere else, or before, this was written in a thread or in the next new one, and not sent. Not
    /// part of the view: who writes has it on the screen.
    DraftSet(Option<ThreadId>, String),
    /// This tab is the one that shows a notice by itself. Not part of the view: it is said once.
    NoticeShown(NoticeRow),
    /// A mutation that shows no message of its own was rejected, and its effect is undone. Not part
    /// of the view: it is said once.
    Rejected {
        /// What was asked.
        mutation: Mutation,
        /// Why not.
        code: ErrorCode,
    },
}

impl View {
    /// Takes one step. A change that does not fit (it cannot come from the core) changes nothing.
    pub fn apply(&mut self, change: Change) {
        match change {
            Change::StatusSet(status) => self.status = status,
            Change::UserSet(user) => self.user = user,
            Change::ModelsSet(models) => self.models = models,
            Change::DefaultsSet(defaults) => self.defaults = defaults,
            Change::UnsentSet(unsent) => self.unsent = unsent,
            Change::ThreadsKnownSet(known) => self.threads_known = known,
            Change::ThreadInserted { index, thread } => insert(&mut self.threads, index, thread),
            Change::ThreadRemoved { index } => remove(&mut self.threads, index),
            Change::ThreadMoved { from, to } => shift(&mut self.threads, from, to),
            Change::ThreadSet(thread) => {
                let mut rows = self.threads.iter_mut();
                if let Some(row) = rows.find(|view| view.row.id == thread.row.id) {
                    *row = thread;
                }
            }
            Change::NoticesSet(notices) => self.notices = notices,
            Change::TimelineOpened(thread) => {
                self.timelines.insert(thread, TimelineView::default());
            }
            Change::TimelineClosed(thread) => {
                self.timelines.remove(&thread);
            }
            Change::HistorySet(thread, history) => {
                if let Some(timeline) = self.timelines.get_mut(&thread) {
                    timeline.history = history;
                }
            }
            Change::AheadSet(thread, ahead) => {
                if let Some(timeline) = self.timelines.get_mut(&thread) {
                    timeline.ahead = ahead;
                }
            }
            Change::LengthSet(thread, length) => {
                if let Some(timeline) = self.timelines.get_mut(&thread) {
                    timeline.length = length;
                }
            }
            Change::PeopleSet(thread, people) => {
                if let Some(timeline) = self.timelines.get_mut(&thread) {
                    timeline.people = people;
                }
            }
            Change::PresenceSet(thread, presence) => {
                if let Some(timeline) = self.timelines.get_mut(&thread) {
                    timeline.presence = presence;
                }
            }
            Change::TuningSet(thread, tuning) => {
                if let Some(timeline) = self.timelines.get_mut(&thread) {
                    timeline.tuning = tuning;
                }
            }
            Change::MessageInserted {
                thread,
                index,
                message,
            } => {
                insert(self.messages(thread), index, message);
            }
            Change::MessageRemoved { thread, index } => remove(self.messages(thread), index),
            Change::MessageMoved { thread, from, to } => shift(self.messages(thread), from, to),
            Change::HeadSet(thread, id, head) => self.change(thread, id, |row| row.head = head),
            Change::BodySet(thread, id, body) => self.change(thread, id, |row| row.body = body),
            Change::BodyAppended(thread, id, tail) => {
                self.change(thread, id, |row| {
                    row.body = format!("{}{tail}", row.body).into();
                });
            }
            Change::DeliverySet(thread, id, delivery) => {
                self.change(thread, id, |row| row.delivery = delivery);
            }
            Change::DraftSet(..) | Change::NoticeShown(_) | Change::Rejected { .. } => {}
        }
    }

    fn messages(&mut self, thread: ThreadId) -> &mut Vec<MessageView> {
        &mut self.timelines.entry(thread).or_default().messages
    }

    fn change(&mut self, thread: ThreadId, id: MessageId, change: impl FnOnce(&mut MessageView)) {
        let timeline = self.timelines.get_mut(&thread);
        let row = timeline.and_then(|view| view.messages.iter_mut().find(|row| row.id == id));
        if let Some(row) = row {
            change(row);
        }
    }
}

fn insert<T>(list: &mut Vec<T>, index: usize, item: T) {
    if index <= list.len() {
        list.insert(index, item);
    }
}

fn remove<T>(list: &mut Vec<T>, index: usize) {
    if index < list.len() {
        list.remove(index);
    }
}

fn shift<T>(list: &mut Vec<T>, from: usize, to: usize) {
    if from < list.len() && to < list.len() {
        let item = list.remove(from);
        list.insert(to, item);
    }
}
