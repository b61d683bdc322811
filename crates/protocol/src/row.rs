//! Rows: the state that topics carry, and the ops that change it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    Checksum, Defaults, ErrorCode, MessageId, Millis, NoticeRow, ThreadId, Tuning, UserId,
    presence::is_zero,
};

/// How many colours a person can choose from.
pub const COLOURS: u8 = 6;

/// A person, as the interface names them (SPEC R56).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Who it is.
    pub id: UserId,
    /// The name they signed up with, by which they sign in and are mentioned; empty where their account is
    /// deleted.
    pub name: String,
    /// What they wish to be called, where that is something else: 1 to 40 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
    /// The colour that they chose, below [`COLOURS`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<u8>,
}

impl User {
    /// Somebody who has chosen nothing but the name that they signed up with.
    pub fn new(id: UserId, name: impl Into<String>) -> Self {
        Self {
            id,
            name: name.into(),
            display: None,
            colour: None,
        }
    }

    /// Somebody whose account is deleted: who they were is known no more.
    pub fn deleted(id: UserId) -> Self {
        Self::new(id, "")
    }

    /// Whether the account is deleted.
    pub fn is_deleted(&self) -> bool {
        self.name.is_empty()
    }

    /// What they are called; empty where their account is deleted.
    pub fn called(&self) -> &str {
        self.display.as_deref().unwrap_or(&self.name)
    }

    /// The colour that is theirs everywhere: the one that they chose, or one that their id gives.
    pub fn colour(&self) -> u8 {
        let chosen = self.colour.filter(|colour| *colour < COLOURS);
        chosen.unwrap_or(self.id.as_bytes()[15] % COLOURS)
    }
}

/// A model that can be asked for a reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    /// The name by which a mutation asks for it.
    pub id: String,
    /// The name that people read.
    pub name: String,
    /// One line on what it is, where that needs saying (the built-in demo is no AI, and says so).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
}

/// What a member may do in a thread; each role may do all that those before it may (SPEC R40).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads.
    Viewer,
    /// Writes.
    Editor,
    /// Decides who is a member. Each thread has one.
    #[default]
    Owner,
}

impl Role {
    /// Every role, the least first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Editor, Self::Owner];

    /// The role as it travels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Owner => "owner",
        }
    }

    /// The role that travels as `text`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    fn is_owner(&self) -> bool {
        *self == Self::Owner
    }
}

/// A member of a thread, or somebody who was one: what they wrote keeps their name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRow {
    /// Who.
    pub user: User,
    /// What they may do; nothing, and see nothing, once they are no member any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
}

/// A thread as one member sees it in their list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadRow {
    /// Which thread.
    pub id: ThreadId,
    /// Its title; never empty.
    pub title: String,
    /// Whether a person chose the title, so that no automatic one replaces it.
    #[serde(default)]
    pub named: bool,
    /// Whether it is kept at the top of the list.
    #[serde(default)]
    pub pinned: bool,
    /// Whether it is put away from the list.
    #[serde(default)]
    pub archived: bool,
    /// A tombstone: deleted, and restorable.
    #[serde(default)]
    pub deleted: bool,
    /// How many of its replies are being made.
    #[serde(default)]
    pub generating: u32,
    /// The model asked last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// What this member may do in it.
    #[serde(default, skip_serializing_if = "Role::is_owner")]
    pub role: Role,
    /// How many members it has.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub members: u32,
    /// The highest ordinal of its messages, 0 where it has none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub last: u64,
    /// This member's read mark: the ordinal up to which they have read (SPEC R48).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub read: u64,
    /// How many live messages of others come after the mark.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unread: u64,
    /// Whether this member is told nothing of what is said in it while they are away.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub muted: bool,
    /// When it was created.
    pub created_at: Millis,
    /// When something was last said in it.
    pub updated_at: Millis,
}

impl ThreadRow {
    /// This thread as it is to whoever `own` is of: what is a member's own is that one's.
    pub fn with_own(self, own: &Self) -> Self {
        Self {
            pinned: own.pinned,
            archived: own.archived,
            read: own.read,
            unread: own.unread,
            muted: own.muted,
            role: own.role,
            ..self
        }
    }
}

fn one() -> u32 {
    1
}

fn is_one(count: &u32) -> bool {
    *count == 1
}

/// Who wrote a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// A person.
    User(UserId),
    /// A model, by its id.
    Assistant(String),
    /// The backend itself.
    System,
}

/// How far a message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It is whole.
    Complete,
    /// A reply that is being made; its text is its stream.
    Streaming,
    /// A reply that was ended early; what was made is kept.
    Stopped,
    /// A reply that ended with an error; what was made is kept.
    Failed,
}

/// A message of a thread.
///
/// The messages of a thread form a tree by `parent`; what is shown is a path from a root down
/// (SPEC R16). A message whose `parent` is not here tells that there is more above it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageRow {
    /// Which message.
    pub id: MessageId,
    /// Its thread.
    pub thread: ThreadId,
    /// Its place among all messages ever made in the thread: dense, from 1, given by the server.
    pub ordinal: u64,
    /// The message that it follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<MessageId>,
    /// Its place on the path from its root: a root's is 1, any other's one more than its parent's; given
    /// by the server.
    pub depth: u64,
    /// The live messages that stand in each other's place (same parent), this one among them, in the
    /// order they were made; empty where it is alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub siblings: Vec<MessageId>,
    /// Who wrote it.
    pub author: Author,
    /// How far it has come.
    pub status: Status,
    /// Its text as Markdown; empty while it streams and once it is deleted.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub text: Arc<str>,
    /// Why a reply ended early, where it did not do so by a person's wish.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorCode>,
    /// A tombstone: its text is gone, its place in the tree stays.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
    /// When it was created.
    pub created_at: Millis,
}

impl MessageRow {
    /// Notes which live messages stand in each other's place, this one among them: one is alone.
    pub fn set_siblings(&mut self, siblings: &[MessageId]) {
        let alone = siblings.len() < 2;
        self.siblings = if alone { Vec::new() } else { siblings.to_vec() };
    }
}

/// The end of a reply (SPEC R23): everything but its text, which the stream has carried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settle {
    /// Which message.
    pub message: MessageId,
    /// How it ended: anything but `Streaming`.
    pub status: Status,
    /// Why, where it did not end well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorCode>,
    /// The length of its text in bytes of UTF-8.
    pub len: u64,
    /// The checksum of its text.
    pub checksum: Checksum,
}

/// A row of a snapshot or a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Row {
    /// A row of a user topic.
    Thread(ThreadRow),
    /// A row of a thread topic.
    Message(MessageRow),
    /// A row of a thread topic as well: somebody who is or was a member.
    Member(MemberRow),
    /// A row of a user topic as well: something that the person is told of.
    Notice(NoticeRow),
    /// The row of a user topic that says what the person wants where a thread says nothing.
    Defaults(Defaults),
    /// The row of a thread topic that says how models are asked in it.
    Tuning(Tuning),
}

/// One step of a change set. Rows replace the row of the same id, and lists of siblings those that were
/// there, so applying twice is harmless.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// The thread is now this.
    Thread(ThreadRow),
    /// The message is now this.
    Message(MessageRow),
    /// The reply has ended.
    Settle(Settle),
    /// These live messages stand in each other's place from now on: each that is here has this list (an
    /// empty one where it is a list of one).
    Siblings(Vec<MessageId>),
    /// This member is now that, or is none any more.
    Member(MemberRow),
    /// The person who follows the user topic is no member of this thread any more: nothing of it is theirs to
    /// see or to keep (SPEC R43).
    ThreadGone(ThreadId),
    /// The person who follows the user topic is called and shown so from now on (SPEC R56).
    User(User),
    /// The notice is now this.
    Notice(NoticeRow),
    /// There is no such notice any more.
    NoticeGone(u64),
    /// What the person of the user topic wants where a thread says nothing is now this.
    Defaults(Defaults),
    /// How models are asked in the thread is now this.
    Tuning(Tuning),
}
