//! The entries of an exported file, `docs/export.md` as types.

use serde::{Deserialize, Serialize};
use weft_protocol::{
    Author, ErrorCode, MessageId, MessageRow, Millis, Status, ThreadId, ThreadRow, Tuning, User,
};

/// The version that is written. Those before it are read as well.
pub(super) const VERSION: u32 = 1;

/// The first field of a file, which says what it is.
pub(super) const MARK: &str = "weft_export";

/// What a thread is, without its messages, which come last.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Thread {
    pub(super) id: ThreadId,
    pub(super) title: String,
    #[serde(default)]
    pub(super) named: bool,
    #[serde(default)]
    pub(super) pinned: bool,
    #[serde(default)]
    pub(super) archived: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) model: Option<String>,
    #[serde(default, skip_serializing_if = "Tuning::is_empty")]
    pub(super) tuning: Tuning,
    pub(super) created_at: Millis,
    pub(super) updated_at: Millis,
    /// Everybody who is or was a member.
    #[serde(default)]
    pub(super) people: Vec<Person>,
}

impl Thread {
    pub(super) fn new(row: ThreadRow, tuning: Tuning, people: Vec<Person>) -> Self {
        Self {
            id: row.id,
            title: row.title,
            named: row.named,
            pinned: row.pinned,
            archived: row.archived,
            model: row.model,
            tuning,
            created_at: row.created_at,
            updated_at: row.updated_at,
            people,
        }
    }
}

/// Somebody, by the name with which they sign in.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Person {
    pub(super) id: weft_protocol::UserId,
    pub(super) name: String,
}

impl From<User> for Person {
    fn from(user: User) -> Self {
        let name = if user.name.is_empty() {
            "Deleted user".to_owned()
        } else {
            user.name
        };
        Self { id: user.id, name }
    }
}

/// A message; behind the one that it follows.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Message {
    pub(super) id: MessageId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) parent: Option<MessageId>,
    pub(super) author: Author,
    pub(super) status: Status,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub(super) text: std::sync::Arc<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<ErrorCode>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) deleted: bool,
    pub(super) created_at: Millis,
}

impl From<MessageRow> for Message {
    fn from(row: MessageRow) -> Self {
        Self {
            id: row.id,
            parent: row.parent,
            author: row.author,
            status: row.status,
            text: row.text,
            error: row.error,
            deleted: row.deleted,
            created_at: row.created_at,
        }
    }
}
