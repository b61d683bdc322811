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
    Author, Defaults, ErrorCode, Limits, MessageId, MessageRow, Millis, Role, Status, ThreadId,
    ThreadRow, Tuning, UserId,
    limits::{MAX_MARKED_UNREAD, MAX_TITLE_CHARS},
    title,
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
    /// Says that a thread was read up to a message. A mark that is there already does not move back.
    MarkRead {
        /// Which thread.
        thread: ThreadId,
        /// The ordinal of the last message that was read.
        through: u64,
    },
    /// Moves the read mark back to before a message.
    MarkUnread {
        /// Which thread.
        thread: ThreadId,
        /// The ordinal of the first message that is unread from now on.
        from: u64,
    },
    /// Wants to be told nothing of a thread while away, or to be told again.
    MuteThread {
        /// Which thread.
        thread: ThreadId,
        /// Whether it is muted from now on.
        muted: bool,
    },
    /// Says that what the person was told of a thread has been read, up to a notice.
    MarkNoticesRead {
        /// Which thread.
        thread: ThreadId,
        /// The number of the last one of them.
        through: u64,
    },
    /// Wants to show a notice by itself. The first tab that asks while it is news is the one that does.
    ShowNotice {
        /// The thread that it is about.
        thread: ThreadId,
        /// Which notice.
        n: u64,
        /// The tab, by a number above 0 made at random when it was opened.
        by: u32,
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
    /// Gives a member another role. `Owner` hands the thread over: who does it is an editor from then on.
    SetRole {
        /// Which thread.
        thread: ThreadId,
        /// Which member.
        user: UserId,
        /// What they may do from now on.
        role: Role,
    },
    /// Ends a membership: one's own, or, as the owner, another's.
    RemoveMember {
        /// Which thread.
        thread: ThreadId,
        /// Which member.
        user: UserId,
    },
    /// Says what a person wants where a thread says nothing: which model is asked, and how.
    SetDefaults {
        /// All of it.
        defaults: Defaults,
    },
    /// Says how models are asked in a thread, whoever asks.
    TuneThread {
        /// Which thread.
        thread: ThreadId,
        /// All of it.
        tuning: Tuning,
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
    /// How many live messages of others have an ordinal above `after` and up to `through`; on a client, of those
    /// that are here.
    fn others(&self, thread: ThreadId, after: u64, through: u64) -> Result<u64, Self::Error>;
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
    /// Tells those whom a message that was just added mentions, but for those whom what it takes the place of
    /// has mentioned. A client's overlay does nothing.
    fn tell_mentioned(
        &mut self,
        message: MessageId,
        instead_of: Option<&str>,
    ) -> Result<(), Self::Error>;
    /// Marks the person's notices about a thread as read, up to this number.
    fn read_notices(&mut self, thread: ThreadId, through: u64) -> Result<(), Self::Error>;
    /// Has this tab show a notice by itself, where none does and it is news. A client's overlay does nothing.
    fn show_notice(&mut self, thread: ThreadId, n: u64, by: u32) -> Result<(), Self::Error>;
    /// Makes the message a tombstone: no text, no error.
    fn bury_message(&mut self, row: MessageRow) -> Result<(), Self::Error>;
    /// What a member of the thread may do; none where they are no member.
    fn role(&self, thread: ThreadId, user: UserId) -> Result<Option<Role>, Self::Error>;
    /// Gives a member another role, or, with none, ends the membership. A client's overlay does nothing:
    /// who is a member is shown once it is so.
    fn set_role(
        &mut self,
        thread: ThreadId,
        user: UserId,
        role: Option<Role>,
    ) -> Result<(), Self::Error>;
    /// What the person wants where a thread says nothing.
    fn defaults(&self) -> Result<Defaults, Self::Error>;
    /// Says what the person wants where a thread says nothing.
    fn put_defaults(&mut self, defaults: Defaults) -> Result<(), Self::Error>;
    /// How models are asked in the thread.
    fn tuning(&self, thread: ThreadId) -> Result<Tuning, Self::Error>;
    /// Says how models are asked in the thread.
    fn put_tuning(&mut self, thread: ThreadId, tuning: Tuning) -> Result<(), Self::Error>;
}

impl Mutation {
    /// The thread that the mutation changes; none where it is about the person alone.
    pub fn thread(&self) -> Option<ThreadId> {
        match *self {
            Self::SetDefaults { .. } => None,
            Self::CreateThread { thread }
            | Self::RenameThread { thread, .. }
            | Self::PinThread { thread, .. }
            | Self::ArchiveThread { thread, .. }
            | Self::MarkRead { thread, .. }
            | Self::MarkUnread { thread, .. }
            | Self::MuteThread { thread, .. }
            | Self::MarkNoticesRead { thread, .. }
            | Self::ShowNotice { thread, .. }
            | Self::DeleteThread { thread }
            | Self::RestoreThread { thread }
            | Self::SendMessage { thread, .. }
            | Self::StopReply { thread, .. }
            | Self::Regenerate { thread, .. }
            | Self::EditMessage { thread, .. }
            | Self::DeleteMessage { thread, .. }
            | Self::SetRole { thread, .. }
            | Self::RemoveMember { thread, .. }
            | Self::TuneThread { thread, .. } => Some(thread),
        }
    }

    /// The least role that may do it (SPEC R41). What it is done to may ask for more.
    pub fn needs(&self) -> Role {
        match self {
            Self::CreateThread { .. }
            | Self::PinThread { .. }
            | Self::ArchiveThread { .. }
            | Self::MarkRead { .. }
            | Self::MarkUnread { .. }
            | Self::MuteThread { .. }
            | Self::MarkNoticesRead { .. }
            | Self::ShowNotice { .. }
            | Self::RemoveMember { .. }
            | Self::SetDefaults { .. } => Role::Viewer,
            Self::RenameThread { .. }
            | Self::SendMessage { .. }
            | Self::StopReply { .. }
            | Self::Regenerate { .. }
            | Self::EditMessage { .. }
            | Self::DeleteMessage { .. }
            | Self::TuneThread { .. } => Role::Editor,
            Self::DeleteThread { .. } | Self::RestoreThread { .. } | Self::SetRole { .. } => {
                Role::Owner
            }
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
            Self::SetDefaults { defaults } => return defaults.check(),
            Self::TuneThread { tuning, .. } => return tuning.check(),
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
        let thread = match self.thread() {
            Some(thread) => rows.thread(thread).map_err(Refused::Rows)?,
            None => None,
        };
        if thread.is_some_and(|row| row.role < self.needs()) && !self.is_said(rows)? {
            return Err(ErrorCode::NotAllowed.into());
        }
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
            Self::MarkRead { thread, through } => mark_read(rows, *thread, *through),
            Self::MarkUnread { thread, from } => mark_unread(rows, *thread, *from),
            Self::MuteThread { thread, muted } => {
                change_thread(rows, *thread, |row| row.muted = *muted)
            }
            Self::MarkNoticesRead { thread, through } => {
                any_thread(rows, *thread)?;
                rows.read_notices(*thread, *through).map_err(Refused::Rows)
            }
            Self::ShowNotice { thread, n, by } => {
                any_thread(rows, *thread)?;
                rows.show_notice(*thread, *n, *by).map_err(Refused::Rows)
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
                let said = (*message, text.as_str(), None);
                say(rows, *thread, said, parent, reply.as_ref())
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
                let said = (*replacement, text.as_str(), Some(&*row.text));
                say(rows, *thread, said, row.parent, reply.as_ref())
            }
            Self::DeleteMessage { thread, message } => {
                let row = any_message(rows, *thread, *message)?;
                if row.deleted {
                    return Ok(());
                }
                let is_others = matches!(row.author, Author::User(by) if by != rows.me());
                if is_others && any_thread(rows, *thread)?.role < Role::Owner {
                    return Err(ErrorCode::NotAllowed.into());
                }
                if row.status == Status::Streaming {
                    rows.stop_reply(row).map_err(Refused::Rows)?;
                }
                // Read again: stopping has changed the row.
                let row = any_message(rows, *thread, *message)?;
                rows.bury_message(row).map_err(Refused::Rows)
            }
            Self::SetRole { thread, user, role } => set_role(rows, *thread, *user, *role),
            Self::RemoveMember { thread, user } => remove_member(rows, *thread, *user),
            Self::SetDefaults { defaults } => set_defaults(rows, defaults),
            Self::TuneThread { thread, tuning } => tune_thread(rows, *thread, tuning),
        }
    }

    /// Whether the message that it adds is there already: sent again, it is not decided anew.
    fn is_said<R: Rows>(&self, rows: &R) -> Result<bool, Refused<R::Error>> {
        let Some((message, _)) = self.new_message() else {
            return Ok(false);
        };
        let there = match self.thread() {
            Some(thread) => rows.message(thread, message).map_err(Refused::Rows)?,
            None => None,
        };
        Ok(there.is_some_and(|row| row.author == Author::User(rows.me())))
    }
}

/// Moves the mark forward, at most to the last message; what was read in between is unread no more.
fn mark_read<R: Rows>(
    rows: &mut R,
    thread: ThreadId,
    through: u64,
) -> Result<(), Refused<R::Error>> {
    let mut row = any_thread(rows, thread)?;
    let through = through.min(row.last);
    if through <= row.read {
        return Ok(());
    }
    row.unread = if through == row.last {
        0
    } else {
        let read = rows.others(thread, row.read, through);
        row.unread.saturating_sub(read.map_err(Refused::Rows)?)
    };
    row.read = through;
    rows.put_thread(row).map_err(Refused::Rows)
}

/// Moves the mark back, or nowhere where it is before that message already.
fn mark_unread<R: Rows>(
    rows: &mut R,
    thread: ThreadId,
    from: u64,
) -> Result<(), Refused<R::Error>> {
    let mut row = any_thread(rows, thread)?;
    let read = from.saturating_sub(1);
    if read >= row.read {
        return Ok(());
    }
    if row.last - read.min(row.last) > MAX_MARKED_UNREAD {
        return Err(ErrorCode::WrongKind.into());
    }
    let again = rows.others(thread, read, row.read);
    row.unread += again.map_err(Refused::Rows)?;
    row.read = read;
    rows.put_thread(row).map_err(Refused::Rows)
}

fn set_role<R: Rows>(
    rows: &mut R,
    thread: ThreadId,
    user: UserId,
    role: Role,
) -> Result<(), Refused<R::Error>> {
    any_thread(rows, thread)?;
    let before = rows.role(thread, user).map_err(Refused::Rows)?;
    if before.ok_or(Refused::Rejected(ErrorCode::NoSuchMember))? == role {
        return Ok(());
    }
    if user == rows.me() {
        // A thread keeps its owner: who no longer wants to be it hands it over.
        return Err(ErrorCode::NotAllowed.into());
    }
    if role == Role::Owner {
        rows.set_role(thread, rows.me(), Some(Role::Editor))
            .map_err(Refused::Rows)?;
    }
    rows.set_role(thread, user, Some(role))
        .map_err(Refused::Rows)
}

fn remove_member<R: Rows>(
    rows: &mut R,
    thread: ThreadId,
    user: UserId,
) -> Result<(), Refused<R::Error>> {
    let mine = any_thread(rows, thread)?.role;
    let may = match mine {
        Role::Owner => user != rows.me(),
        Role::Editor | Role::Viewer => user == rows.me(),
    };
    if !may {
        return Err(ErrorCode::NotAllowed.into());
    }
    match rows.role(thread, user).map_err(Refused::Rows)? {
        Some(_) => rows.set_role(thread, user, None).map_err(Refused::Rows),
        None => Ok(()),
    }
}

fn set_defaults<R: Rows>(rows: &mut R, defaults: &Defaults) -> Result<(), Refused<R::Error>> {
    let defaults = Defaults {
        model: defaults.model.clone().filter(|model| !model.is_empty()),
        tuning: defaults.tuning.trimmed(),
    };
    if rows.defaults().map_err(Refused::Rows)? == defaults {
        return Ok(());
    }
    rows.put_defaults(defaults).map_err(Refused::Rows)
}

fn tune_thread<R: Rows>(
    rows: &mut R,
    thread: ThreadId,
    tuning: &Tuning,
) -> Result<(), Refused<R::Error>> {
    let (thread, tuning) = (live_thread(rows, thread)?.id, tuning.trimmed());
    if rows.tuning(thread).map_err(Refused::Rows)? == tuning {
        return Ok(());
    }
    rows.put_tuning(thread, tuning).map_err(Refused::Rows)
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
        role: Role::Owner,
        members: 1,
        last: 0,
        read: 0,
        unread: 0,
        muted: false,
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

/// Adds a message of this person under `parent`, perhaps instead of another text, and the reply asked for under it.
fn say<R: Rows>(
    rows: &mut R,
    thread: ThreadId,
    (id, text, instead_of): (MessageId, &str, Option<&str>),
    parent: Option<MessageId>,
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
    rows.tell_mentioned(id, instead_of).map_err(Refused::Rows)?;
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
