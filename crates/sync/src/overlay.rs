//! The overlay: the outbox applied over the rows, copy on write.
//!
//! Invariant: it is made anew from the rows and the outbox whenever either changes, and kept nowhere.
//! Where the same message is in both, the row wins; a reply is never in the overlay.

use weft_protocol::{
    Author, Defaults, ErrorCode, MessageId, MessageRow, Millis, Refused, Role, Rows, Status,
    ThreadId, ThreadRow, Topic, Tuning, UserId,
};

use crate::{few::Few, outbox::Entry, replica::Replica};

/// The outbox over the rows.
pub(crate) struct Overlay<'a> {
    base: &'a Replica,
    me: UserId,
    /// The threads that differ from their rows.
    pub(crate) threads: Few<ThreadId, ThreadRow>,
    /// Up to where what was told of a thread was read.
    pub(crate) notices_read: Few<ThreadId, u64>,
    /// The messages that differ from their rows.
    pub(crate) messages: Few<MessageId, MessageRow>,
    /// What the person wants where a thread says nothing, where that differs from its row.
    pub(crate) defaults: Option<Defaults>,
    /// How models are asked in the threads of which that differs from its row.
    pub(crate) tunings: Few<ThreadId, Tuning>,
    /// The messages that have no row, in the order they were made.
    pub(crate) pending: Vec<Pending>,
    step: Step,
}

/// A message that has no row.
pub(crate) struct Pending {
    pub(crate) row: MessageRow,
    pub(crate) failure: Option<ErrorCode>,
    /// Whether it waits to be sent, and outlives this page.
    pub(crate) kept: bool,
}

/// The entry being applied.
#[derive(Default)]
struct Step {
    made_at: Millis,
    kept: bool,
    /// Whether the thread list does not show it yet.
    in_list: bool,
    /// Whether the timeline does not show it yet.
    in_timeline: bool,
    /// The ids that it makes; it does not see them, or it would take itself for a replay.
    makes: [Option<MessageId>; 2],
}

/// Rows that would be needed are not here.
#[derive(Debug)]
pub(crate) struct NotHere;

impl<'a> Overlay<'a> {
    /// Applies the entries in their order.
    pub(crate) fn new<'e>(
        base: &'a Replica,
        me: Option<UserId>,
        entries: impl Iterator<Item = &'e Entry>,
    ) -> Self {
        let mut overlay = Self {
            base,
            me: me.unwrap_or(UserId::from_bytes([0; 16])),
            threads: Few::default(),
            notices_read: Few::default(),
            messages: Few::default(),
            defaults: None,
            tunings: Few::default(),
            pending: Vec::new(),
            step: Step::default(),
        };
        for entry in entries {
            overlay.add(entry);
        }
        overlay
    }

    fn add(&mut self, entry: &Entry) {
        let mutation = &entry.mutation;
        self.step = Step {
            made_at: entry.made_at,
            kept: entry.kept && entry.is_undecided(),
            in_list: entry.covers(Topic::User(self.me)),
            in_timeline: mutation
                .thread()
                .is_some_and(|thread| entry.covers(Topic::Thread(thread))),
            makes: [
                mutation.new_message().map(|(id, _)| id),
                mutation.reply().map(|reply| reply.message),
            ],
        };
        let failure = entry.failure();
        let applied = failure.is_none() && mutation.apply(self).is_ok();
        // Where it cannot be applied, at least the text is shown: it is never dropped.
        if !applied
            && let Some((message, text)) = mutation.new_message()
            && let Some(thread) = mutation.thread()
        {
            self.step.in_timeline |= failure.is_some();
            self.show(thread, message, text, failure);
        }
    }

    fn show(&mut self, thread: ThreadId, id: MessageId, text: &str, failure: Option<ErrorCode>) {
        let row = MessageRow {
            id,
            thread,
            ordinal: 0,
            depth: 0,
            siblings: Vec::new(),
            parent: self.newest(thread),
            author: Author::User(self.me),
            status: Status::Complete,
            text: text.into(),
            error: None,
            deleted: false,
            created_at: self.step.made_at,
        };
        self.add_pending(row, failure);
        if failure.is_none()
            && let Ok(Some(mut row)) = Rows::thread(self, thread)
        {
            row.updated_at = row.updated_at.max(self.step.made_at);
            self.write_thread(row);
        }
    }

    fn add_pending(&mut self, row: MessageRow, failure: Option<ErrorCode>) {
        if self.step.in_timeline && self.base.message(row.thread, row.id).is_none() {
            let kept = self.step.kept;
            self.pending.push(Pending { row, failure, kept });
        }
    }

    fn write_thread(&mut self, row: ThreadRow) {
        if self.step.in_list {
            self.threads.insert(row.id, row);
        }
    }

    fn write_message(&mut self, row: MessageRow) {
        if !self.step.in_timeline {
            return;
        }
        match self
            .pending
            .iter_mut()
            .find(|pending| pending.row.id == row.id)
        {
            Some(pending) => pending.row = row,
            None => self.messages.insert(row.id, row),
        }
    }

    fn makes(&self, id: MessageId) -> bool {
        self.step.makes.contains(&Some(id))
    }

    /// The newest message of a thread that is not a tombstone, as far as that is known.
    fn newest(&self, thread: ThreadId) -> Option<MessageId> {
        let of_thread = |row: &MessageRow| row.thread == thread;
        let pending = self.pending.iter().rev().find(|pending| {
            of_thread(&pending.row) && pending.failure.is_none() && !pending.row.deleted
        });
        if let Some(pending) = pending {
            return Some(pending.row.id);
        }
        self.newest_row(thread)
    }

    fn newest_row(&self, thread: ThreadId) -> Option<MessageId> {
        let timeline = self.base.timelines.get(thread)?;
        timeline
            .newest_first()
            .map(|message| self.row(&message.row))
            .find_map(|row| (!row.deleted && !self.makes(row.id)).then_some(row.id))
    }

    /// What a message that has no row follows, past others that have none.
    pub(crate) fn row_above(&self, pending: &Pending) -> Option<MessageId> {
        let mut above = pending.row.parent;
        // What it follows was made before it.
        for earlier in self.pending.iter().rev() {
            if above == Some(earlier.row.id) {
                above = earlier.row.parent;
            }
        }
        above
    }

    /// How models are asked in a thread.
    pub(crate) fn tuning_of(&self, thread: ThreadId) -> Tuning {
        let timeline = self.base.timelines.get(thread);
        let base = timeline.map(|timeline| &timeline.tuning);
        let tuning = self.tunings.get(thread).or(base).cloned();
        tuning.unwrap_or_default()
    }

    /// A row of the base, or what stands over it.
    pub(crate) fn row<'r>(&'r self, base: &'r MessageRow) -> &'r MessageRow {
        self.messages.get(base.id).unwrap_or(base)
    }
}

impl Rows for Overlay<'_> {
    type Error = NotHere;

    fn me(&self) -> UserId {
        self.me
    }

    fn now(&self) -> Millis {
        self.step.made_at
    }

    fn thread(&self, thread: ThreadId) -> Result<Option<ThreadRow>, NotHere> {
        let row = self
            .threads
            .get(thread)
            .or_else(|| self.base.threads.get(&thread));
        Ok(row.cloned())
    }

    fn insert_thread(&mut self, row: ThreadRow) -> Result<(), Refused<NotHere>> {
        self.write_thread(row);
        Ok(())
    }

    fn put_thread(&mut self, mut row: ThreadRow) -> Result<(), NotHere> {
        // The server's clock may be ahead of ours: a thread does not go down by being written in.
        if let Some(base) = self.base.threads.get(&row.id) {
            row.updated_at = row.updated_at.max(base.updated_at);
        }
        self.write_thread(row);
        Ok(())
    }

    fn message(&self, thread: ThreadId, message: MessageId) -> Result<Option<MessageRow>, NotHere> {
        if self.makes(message) {
            return Ok(None);
        }
        let pending = || {
            let of_id = |pending: &&Pending| pending.row.id == message;
            self.pending.iter().find(of_id).map(|pending| &pending.row)
        };
        let base = self.base.message(thread, message);
        Ok(base
            .map(|base| self.row(&base.row))
            .or_else(pending)
            .cloned())
    }

    fn tail(&self, thread: ThreadId) -> Result<Option<MessageId>, NotHere> {
        if self.base.timelines.get(thread).is_some() {
            Ok(self.newest(thread))
        } else {
            Err(NotHere)
        }
    }

    fn others(&self, thread: ThreadId, after: u64, through: u64) -> Result<u64, NotHere> {
        let timeline = self.base.timelines.get(thread);
        let newest_first = timeline.into_iter().flat_map(|it| it.newest_first());
        let rows = newest_first.map(|message| self.row(&message.row));
        let between = rows
            .skip_while(|row| row.ordinal > through)
            .take_while(|row| row.ordinal > after);
        let others = between.filter(|row| !row.deleted && row.author != Author::User(self.me));
        Ok(others.count() as u64)
    }

    fn insert_message(&mut self, row: MessageRow) -> Result<(), Refused<NotHere>> {
        self.add_pending(row, None);
        Ok(())
    }

    fn start_reply(&mut self, _row: MessageRow) -> Result<(), Refused<NotHere>> {
        Ok(())
    }

    fn stop_reply(&mut self, row: MessageRow) -> Result<(), NotHere> {
        self.write_message(MessageRow {
            status: Status::Stopped,
            ..row
        });
        Ok(())
    }

    fn stop_replies(&mut self, thread: ThreadId) -> Result<(), NotHere> {
        let Some(timeline) = self.base.timelines.get(thread) else {
            return Ok(());
        };
        let running: Vec<MessageRow> = timeline
            .open_replies()
            .map(|(message, _)| self.row(&message.row).clone())
            .filter(|row| row.status == Status::Streaming)
            .collect();
        running.into_iter().try_for_each(|row| self.stop_reply(row))
    }

    fn role(&self, thread: ThreadId, user: UserId) -> Result<Option<Role>, NotHere> {
        let timeline = self.base.timelines.get(thread).ok_or(NotHere)?;
        let member = timeline.people.iter().find(|it| it.user.id == user);
        Ok(member.and_then(|member| member.role))
    }

    fn set_role(&mut self, _: ThreadId, _: UserId, _: Option<Role>) -> Result<(), NotHere> {
        Ok(())
    }

    fn tell_mentioned(&mut self, _: MessageId, _: Option<&str>) -> Result<(), NotHere> {
        Ok(())
    }

    fn read_notices(&mut self, thread: ThreadId, through: u64) -> Result<(), NotHere> {
        if self.step.in_list {
            let before = self.notices_read.get(thread).copied().unwrap_or(0);
            self.notices_read.insert(thread, before.max(through));
        }
        Ok(())
    }

    fn defaults(&self) -> Result<Defaults, NotHere> {
        let pending = self.defaults.as_ref();
        Ok(pending.unwrap_or(&self.base.defaults).clone())
    }

    fn put_defaults(&mut self, defaults: Defaults) -> Result<(), NotHere> {
        if self.step.in_list {
            self.defaults = Some(defaults);
        }
        Ok(())
    }

    fn show_notice(&mut self, _: ThreadId, _: u64, _: u32) -> Result<(), NotHere> {
        Ok(())
    }

    fn tuning(&self, thread: ThreadId) -> Result<Tuning, NotHere> {
        Ok(self.tuning_of(thread))
    }

    fn put_tuning(&mut self, thread: ThreadId, tuning: Tuning) -> Result<(), NotHere> {
        if self.step.in_timeline {
            self.tunings.insert(thread, tuning);
        }
        Ok(())
    }

    fn bury_message(&mut self, row: MessageRow) -> Result<(), NotHere> {
        self.write_message(MessageRow {
            deleted: true,
            error: None,
            ..row
        });
        Ok(())
    }
}
