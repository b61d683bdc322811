//! Mutations: the named changes that a client can ask for. Arguments, validation and effect on rows
//! are defined here once and run on both sides; the server's [`Rows`] adds authorisation and jobs,
//! the client's is the overlay that shows the effect before the server has answered.
//!
//! Invariant: [`Mutation::apply`] reads and writes only through [`Rows`], so that what it does on a
//! client and on a server differs only in which rows they hold. Applying one whose message or thread
//! already exists changes nothing, whatever has become of it (SPEC R14): so what is sent again under
//! another number has one effect.

use serde::{Deserialize, Serialize};

use crate::{
    Author, ErrorCode, Limits, MessageId, MessageRow, Millis, Status, ThreadId, ThreadRow, UserId,
    limits::MAX_TITLE_CHARS, title,
};

/// A reply that a mutation asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewReply {
    /// The id of the message that the reply will be.
    pub message: MessageId,
    /// The model that is asked.
    pub model: String,
}

/// A change that a client asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mutation {
    /// Makes a thread with no messages.
    CreateThread {
        /// The id of the new thread.
        thread: ThreadId,
    },
    /// Gives a thread a title that automatic ones do not replace.
    RenameThread {
        /// Which thread.
        thread: ThreadId,
        /// The title; trimmed, 1 to 120 characters.
        title: String,
    },
    /// Keeps a thread at the top of the list, or no longer.
    PinThread {
        /// Which thread.
        thread: ThreadId,
        /// Whether it is pinned from now on.
        pinned: bool,
    },
    /// Puts a thread away, or back.
    ArchiveThread {
        /// Which thread.
        thread: ThreadId,
        /// Whether it is archived from now on.
        archived: bool,
    },
    /// Makes a thread a tombstone; its running replies are stopped.
    DeleteThread {
        /// Which thread.
        thread: ThreadId,
    },
    /// Undoes [`Mutation::DeleteThread`].
    RestoreThread {
        /// Which thread.
        thread: ThreadId,
    },
    /// Says something, and asks for a reply where one is wanted.
    SendMessage {
        /// Which thread.
        thread: ThreadId,
        /// The id of the new message.
        message: MessageId,
        /// The message that it follows; the newest live one where none is named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parent: Option<MessageId>,
        /// What is said, as Markdown.
        text: String,
        /// The reply asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply: Option<NewReply>,
    },
    /// Ends a running reply; what was made is kept. A reply that has ended stays as it is.
    StopReply {
        /// Which thread.
        thread: ThreadId,
        /// The reply.
        message: MessageId,
    },
    /// Asks for another reply beside an ended one.
    Regenerate {
        /// Which thread.
        thread: ThreadId,
        /// The reply that is to have a sibling.
        message: MessageId,
        /// The reply asked for.
        reply: NewReply,
    },
    /// Says something else in the place of a message of one's own, as its sibling.
    EditMessage {
        /// Which thread.
        thread: ThreadId,
        /// The message that is said differently.
        message: MessageId,
        /// The id of the new message.
        replacement: MessageId,
        /// What is said instead, as Markdown.
        text: String,
        /// The reply asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply: Option<NewReply>,
    },
    /// Makes a message a tombstone; a running reply is stopped first.
    DeleteMessage {
        /// Which thread.
        thread: ThreadId,
        /// Which message.
        message: MessageId,
    },
}

/// Why a mutation had no effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused<E> {
    /// The mutation is rejected, for good.
    Rejected(ErrorCode),
    /// The rows could not be read or written; nothing is decided.
    Rows(E),
}

impl<E> From<ErrorCode> for Refused<E> {
    fn from(code: ErrorCode) -> Self {
        Self::Rejected(code)
    }
}

/// The rows that a mutation reads and writes, as one person may see them.
pub trait Rows {
    /// How reading or writing can fail.
    type Error;

    /// The person whose mutation it is.
    fn me(&self) -> UserId;
    /// The moment of the change.
    fn now(&self) -> Millis;
    /// The thread, tombstone or not, where the person may see it.
    fn thread(&self, thread: ThreadId) -> Result<Option<ThreadRow>, Self::Error>;
    /// Adds a thread. Where the id is taken by a thread that the person may not see: `IdTaken`.
    fn insert_thread(&mut self, row: ThreadRow) -> Result<(), Refused<Self::Error>>;
    /// Replaces a thread.
    fn put_thread(&mut self, row: ThreadRow) -> Result<(), Self::Error>;
    /// The message, tombstone or not.
    fn message(
        &self,
        thread: ThreadId,
        message: MessageId,
    ) -> Result<Option<MessageRow>, Self::Error>;
    /// The newest message of the thread that is not a tombstone.
    fn tail(&self, thread: ThreadId) -> Result<Option<MessageId>, Self::Error>;
    /// Adds a message at the thread's next ordinal; `row.ordinal`, `row.depth` and `row.siblings` are not
    /// read. Where the id is taken by a message of another thread: `IdTaken`.
    fn insert_message(&mut self, row: MessageRow) -> Result<(), Refused<Self::Error>>;
    /// Adds a streaming reply as [`Rows::insert_message`] does, counts it in its thread's
    /// `generating`, and starts the job that makes it. A client's overlay does nothing: a reply is
    /// shown once it is real.
    fn start_reply(&mut self, row: MessageRow) -> Result<(), Refused<Self::Error>>;
    /// Ends a streaming reply as stopped, and its job.
    fn stop_reply(&mut self, row: MessageRow) -> Result<(), Self::Error>;
    /// Ends every streaming reply of the thread as stopped, and their jobs.
    fn stop_replies(&mut self, thread: ThreadId) -> Result<(), Self::Error>;
    /// Makes the message a tombstone: no text, no error.
    fn bury_message(&mut self, row: MessageRow) -> Result<(), Self::Error>;
}

impl Mutation {
    /// The thread that the mutation changes.
    pub fn thread(&self) -> ThreadId {
        match *self {
            Self::CreateThread { thread }
            | Self::RenameThread { thread, .. }
            | Self::PinThread { thread, .. }
            | Self::ArchiveThread { thread, .. }
            | Self::DeleteThread { thread }
            | Self::RestoreThread { thread }
            | Self::SendMessage { thread, .. }
            | Self::StopReply { thread, .. }
            | Self::Regenerate { thread, .. }
            | Self::EditMessage { thread, .. }
            | Self::DeleteMessage { thread, .. } => thread,
        }
    }

    /// The message of a person that the mutation adds, with its text.
    pub fn new_message(&self) -> Option<(MessageId, &str)> {
        match self {
            Self::SendMessage { message, text, .. }
            | Self::EditMessage {
                replacement: message,
                text,
                ..
            } => Some((*message, text)),
            _ => None,
        }
    }

    /// The reply that the mutation asks for.
    pub fn reply(&self) -> Option<&NewReply> {
        match self {
            Self::SendMessage { reply, .. } | Self::EditMessage { reply, .. } => reply.as_ref(),
            Self::Regenerate { reply, .. } => Some(reply),
            _ => None,
        }
    }

    /// Checks the arguments alone, as far as no row is needed (SPEC R13).
    pub fn check(&self, limits: &Limits) -> Result<(), ErrorCode> {
        let (text, fits) = match self {
            Self::RenameThread { title, .. } => (
                title.as_str(),
                title.trim().chars().count() <= MAX_TITLE_CHARS,
            ),
            Self::SendMessage { text, .. } | Self::EditMessage { text, .. } => {
                (text.as_str(), text.len() <= limits.message_bytes as usize)
            }
            _ => return Ok(()),
        };
        if text.trim().is_empty() {
            return Err(ErrorCode::EmptyText);
        }
        if fits {
            Ok(())
        } else {
            Err(ErrorCode::TextTooLong)
        }
    }

    /// Makes the change in `rows`, or changes nothing and says why.
    pub fn apply<R: Rows>(&self, rows: &mut R) -> Result<(), Refused<R::Error>> {
        match self {
            Self::CreateThread { thread } => create_thread(rows, *thread),
            Self::RenameThread { thread, title } => change_thread(rows, *thread, |row| {
                row.title = title.trim().to_owned();
                row.named = true;
            }),
            Self::PinThread { thread, pinned } => {
                change_thread(rows, *thread, |row| row.pinned = *pinned)
            }
            Self::ArchiveThread { thread, archived } => {
                change_thread(rows, *thread, |row| row.archived = *archived)
            }
            Self::DeleteThread { thread } => {
                if any_thread(rows, *thread)?.deleted {
                    return Ok(());
                }
                rows.stop_replies(*thread).map_err(Refused::Rows)?;
                change_thread(rows, *thread, |row| row.deleted = true)
            }
            Self::RestoreThread { thread } => {
                let mut row = any_thread(rows, *thread)?;
                row.deleted = false;
                rows.put_thread(row).map_err(Refused::Rows)
            }
            Self::SendMessage {
                thread,
                message,
                parent,
                text,
                reply,
            } => {
                let parent = match parent {
                    Some(parent) => Some(any_message(rows, *thread, *parent)?.id),
                    None => rows.tail(*thread).map_err(Refused::Rows)?,
                };
                say(rows, *thread, *message, parent, text, reply.as_ref())
            }
            Self::StopReply { thread, message } => {
                let row = any_message(rows, *thread, *message)?;
                if row.status == Status::Streaming {
                    rows.stop_reply(row).map_err(Refused::Rows)?;
                }
                Ok(())
            }
            Self::Regenerate {
                thread,
                message,
                reply,
            } => {
                if is_made(rows, *thread, reply)? {
                    return Ok(());
                }
                let thread = live_thread(rows, *thread)?;
                let row = any_message(rows, thread.id, *message)?;
                if !matches!(row.author, Author::Assistant(_)) || row.status == Status::Streaming {
                    return Err(ErrorCode::WrongKind.into());
                }
                start_reply(rows, thread, row.parent, reply)
            }
            Self::EditMessage {
                thread,
                message,
                replacement,
                text,
                reply,
            } => {
                let row = any_message(rows, *thread, *message)?;
                if row.author != Author::User(rows.me()) {
                    return Err(ErrorCode::NotAllowed.into());
                }
                say(
                    rows,
                    *thread,
                    *replacement,
                    row.parent,
                    text,
                    reply.as_ref(),
                )
            }
            Self::DeleteMessage { thread, message } => {
                let row = any_message(rows, *thread, *message)?;
                if row.deleted {
                    return Ok(());
                }
                if row.status == Status::Streaming {
                    rows.stop_reply(row).map_err(Refused::Rows)?;
                }
                // Read again: stopping has changed the row.
                let row = any_message(rows, *thread, *message)?;
                rows.bury_message(row).map_err(Refused::Rows)
            }
        }
    }
}

fn any_thread<R: Rows>(rows: &R, thread: ThreadId) -> Result<ThreadRow, Refused<R::Error>> {
    let row = rows.thread(thread).map_err(Refused::Rows)?;
    row.ok_or(Refused::Rejected(ErrorCode::NoSuchThread))
}

fn live_thread<R: Rows>(rows: &R, thread: ThreadId) -> Result<ThreadRow, Refused<R::Error>> {
    let row = any_thread(rows, thread)?;
    if row.deleted {
        Err(ErrorCode::NoSuchThread.into())
    } else {
        Ok(row)
    }
}

fn any_message<R: Rows>(
    rows: &R,
    thread: ThreadId,
    message: MessageId,
) -> Result<MessageRow, Refused<R::Error>> {
    any_thread(rows, thread)?;
    let row = rows.message(thread, message).map_err(Refused::Rows)?;
    row.ok_or(Refused::Rejected(ErrorCode::NoSuchMessage))
}

fn create_thread<R: Rows>(rows: &mut R, id: ThreadId) -> Result<(), Refused<R::Error>> {
    if rows.thread(id).map_err(Refused::Rows)?.is_some() {
        return Ok(());
    }
    let now = rows.now();
    rows.insert_thread(ThreadRow {
        id,
        title: title::UNTITLED.to_owned(),
        named: false,
        pinned: false,
        archived: false,
        deleted: false,
        generating: 0,
        model: None,
        created_at: now,
        updated_at: now,
    })
}

fn change_thread<R: Rows>(
    rows: &mut R,
    thread: ThreadId,
    change: impl FnOnce(&mut ThreadRow),
) -> Result<(), Refused<R::Error>> {
    let mut row = live_thread(rows, thread)?;
    change(&mut row);
    rows.put_thread(row).map_err(Refused::Rows)
}

/// Adds a message of this person under `parent`, and the reply asked for under it.
fn say<R: Rows>(
    rows: &mut R,
    thread: ThreadId,
    id: MessageId,
    parent: Option<MessageId>,
    text: &str,
    reply: Option<&NewReply>,
) -> Result<(), Refused<R::Error>> {
    any_thread(rows, thread)?;
    if let Some(there) = rows.message(thread, id).map_err(Refused::Rows)? {
        // Sent again: what was done with it or its thread since then is not undone.
        return if there.author == Author::User(rows.me()) {
            Ok(())
        } else {
            Err(ErrorCode::IdTaken.into())
        };
    }
    let mut thread = live_thread(rows, thread)?;
    let now = rows.now();
    rows.insert_message(MessageRow {
        id,
        thread: thread.id,
        ordinal: 0,
        parent,
        depth: 0,
        siblings: Vec::new(),
        author: Author::User(rows.me()),
        status: Status::Complete,
        text: text.into(),
        error: None,
        deleted: false,
        created_at: now,
    })?;
    if parent.is_none()
        && !thread.named
        && let Some(title) = title::from_first_words(text)
    {
        thread.title = title;
    }
    thread.updated_at = now;
    match reply {
        Some(reply) => start_reply(rows, thread, Some(id), reply),
        None => rows.put_thread(thread).map_err(Refused::Rows),
    }
}

/// Whether the reply is there already, however far it has come.
fn is_made<R: Rows>(
    rows: &R,
    thread: ThreadId,
    reply: &NewReply,
) -> Result<bool, Refused<R::Error>> {
    any_thread(rows, thread)?;
    let there = rows.message(thread, reply.message).map_err(Refused::Rows)?;
    match there.map(|row| row.author) {
        None => Ok(false),
        Some(Author::Assistant(_)) => Ok(true),
        Some(Author::User(_) | Author::System) => Err(ErrorCode::IdTaken.into()),
    }
}

fn start_reply<R: Rows>(
    rows: &mut R,
    mut thread: ThreadRow,
    parent: Option<MessageId>,
    reply: &NewReply,
) -> Result<(), Refused<R::Error>> {
    if is_made(rows, thread.id, reply)? {
        return Ok(());
    }
    let row = MessageRow {
        id: reply.message,
        thread: thread.id,
        ordinal: 0,
        parent,
        depth: 0,
        siblings: Vec::new(),
        author: Author::Assistant(reply.model.clone()),
        status: Status::Streaming,
        text: "".into(),
        error: None,
        deleted: false,
        created_at: rows.now(),
    };
    thread.model = Some(reply.model.clone());
    thread.updated_at = rows.now();
    rows.put_thread(thread).map_err(Refused::Rows)?;
    rows.start_reply(row)
}
