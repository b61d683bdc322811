//! What is kept on the device: what the core begins with, what it gives to the storage, and what it
//! waits for.
//!
//! Invariant: the ops, applied in order, make what [`Input::Restored`](crate::Input::Restored) needs to
//! go on from here; after any of them the storage may stop, and nothing that was shown as kept is lost.

use weft_protocol::{
    MessageId, Mutation, Topic,
    frame::Head,
    row::Settle,
    stream::{Fit, fit},
};

use super::{Core, KEPT_THREADS, Role};
use crate::{
    Output, Rows, Status, StorageOp, Stored, StoredTopic, Told, Unsent,
    link::Phase,
    outbox::{Entry, Outbox},
};

impl Core {
    /// Goes on from what was kept.
    pub(super) fn restore(&mut self, stored: Stored) {
        let Some((owner, installation)) = stored.identity else {
            return;
        };
        let fits = if self.is_follower() {
            self.owner.is_none_or(|known| known == owner)
        } else {
            self.link.phase == Phase::SignedOut && self.owner.is_none()
        };
        if !fits {
            return;
        }
        self.owner = Some(owner);
        self.installation = installation;
        self.replace_rows(Rows {
            topics: stored.topics,
            texts: stored.texts,
            ends: stored.ends,
        });
        self.take_drafts(stored.drafts);
        self.forget_oldest();
        self.take_outbox(stored.outbox, stored.next_n, Outbox::take);
        if !self.is_follower() && !self.outbox.is_dense() {
            // Numbers are missing in between: the server would wait for them for ever.
            self.number_anew();
            self.identify();
        }
        self.touch_all();
    }

    /// Takes these rows for all that is here.
    pub(super) fn replace_rows(&mut self, rows: Rows) {
        let named = |topic| rows.topics.iter().any(|stored| stored.topic == topic);
        let gone: Vec<Topic> = self
            .follows
            .iter()
            .map(|(topic, _)| topic)
            .filter(|&topic| !named(topic))
            .collect();
        for topic in gone {
            self.follows.or_default(topic).cursor = None;
            self.forget_rows(topic);
        }
        self.kept.clear();
        for stored in &rows.topics {
            match stored.topic {
                Topic::Thread(thread) if !self.watched.contains(&thread) => {
                    self.kept.push_back(thread);
                }
                Topic::Thread(_) | Topic::User(_) => {}
            }
        }
        self.put_rows(rows);
    }

    /// Takes these rows for all that is here of their topics.
    pub(super) fn put_rows(&mut self, rows: Rows) {
        for StoredTopic {
            topic,
            cursor,
            rows,
        } in rows.topics
        {
            if matches!(topic, Topic::User(user) if self.owner != Some(user)) {
                continue;
            }
            self.set_rows(topic, cursor, rows);
        }
        self.put_texts(rows.texts, rows.ends);
    }

    /// Takes bytes and ends of replies that their rows do not carry.
    pub(super) fn put_texts(&mut self, texts: Vec<(MessageId, String)>, ends: Vec<Settle>) {
        for (message, text) in texts {
            let row = self.replica.find_mut(message);
            if let Some(row) = row.filter(|row| row.is_open())
                && let Fit::Append(tail) = fit(row.body.len(), 0, &text)
            {
                row.body.push(tail);
            }
        }
        self.note_unkept();
        for end in ends {
            let row = self.replica.find_mut(end.message);
            if let Some(row) = row.filter(|row| row.is_open()) {
                let thread = row.row.thread;
                row.settle(&end);
                self.verify(thread, end.message);
            }
        }
    }

    /// Keeps bytes of replies from their first one on, whatever is kept of them.
    pub(super) fn keep_texts(&mut self, texts: Vec<(MessageId, String)>) {
        for (message, text) in texts {
            self.store(StorageOp::DropText { message });
            self.store(StorageOp::AppendText {
                message,
                offset: 0,
                text,
            });
        }
    }

    /// Gives the outbox what a storage or a leader has of it, in one of its ways to `take` that.
    pub(super) fn take_outbox(
        &mut self,
        outbox: Vec<Unsent>,
        next_n: u64,
        take: fn(&mut Outbox, Vec<Entry>),
    ) {
        let mut entries: Vec<Entry> = Vec::with_capacity(outbox.len());
        for unsent in outbox {
            let entry = Entry::restored(unsent);
            // Stopped in the middle of a retry, the message is there twice: what it became counts.
            let adds = entry.message();
            let again = |before: &Entry| adds.is_some() && before.message() == adds;
            if let Some(at) = entries.iter().position(again) {
                let before = entries.remove(at);
                self.forget_stored(before.n, Vec::new());
            }
            entries.push(entry);
        }
        take(&mut self.outbox, entries);
        self.outbox.go_on_from(next_n);
        for at in 0..self.outbox.entries.len() {
            let entry = &self.outbox.entries[at];
            if entry.is_undecided() {
                let mutation = entry.mutation.clone();
                self.expect_thread(&mutation);
            }
        }
        self.dirty_list = true;
        self.touch_all();
    }

    /// A write is durable.
    pub(super) fn written(&mut self, n: u64) {
        self.outbox.written(n);
        self.tell(|| Told::Kept(n));
        self.welcome_lost();
        if self.status() != Status::Connected {
            self.touch_all();
        }
        self.pump();
    }

    /// Goes on without a storage.
    pub(super) fn lose_storage(&mut self) {
        self.role = Role::Alone;
        self.outbox.lose_storage();
        if self.link.phase == Phase::Following {
            self.open();
        }
        if self.owner.is_some() {
            // What is stored may be gone on from elsewhere: its numbers are not ours any more.
            self.number_anew();
            if self.link.has_socket() {
                self.reconnect(Some(0));
            }
        }
        self.touch_all();
        self.ask_anew();
        self.pump();
    }

    /// Tells the storage whose data this is, and gives it the outbox.
    pub(super) fn identify(&mut self) {
        if let Some(op) = self.identity() {
            self.outbox.writing(&op, |entry| entry.n != 0);
            self.store(op);
        }
    }

    /// Whose data this is, and all of the outbox that is to be kept.
    pub(super) fn identity(&self) -> Option<StorageOp> {
        let numbered = self.outbox.entries.iter().filter(|entry| entry.n != 0);
        Some(StorageOp::Identify {
            user: self.owner?,
            installation: self.installation,
            next_n: self.outbox.next_n,
            outbox: numbered.map(Entry::unsent).collect(),
        })
    }

    /// Gives the storage the entry at `at`.
    pub(super) fn put_outbox(&mut self, at: usize) {
        if self.owner.is_some() {
            let unsent = self.outbox.entries[at].unsent();
            let n = unsent.n;
            let op = StorageOp::PutOutbox(unsent);
            self.outbox.writing(&op, |entry| entry.n == n);
            self.store(op);
        }
    }

    /// The storage needs the entry no more; these effects of it are not here yet.
    pub(super) fn forget_stored(&mut self, n: u64, effects: Vec<Head>) {
        if n != 0 && self.owner.is_some() {
            self.store(StorageOp::DeleteOutbox { n, effects });
        }
    }

    /// Forgets the threads that have not been on screen for the longest.
    pub(super) fn forget_oldest(&mut self) {
        while self.kept.len() > KEPT_THREADS {
            let Some(oldest) = self.kept.pop_front() else {
                return;
            };
            let topic = Topic::Thread(oldest);
            self.forget_rows(topic);
            self.follows.remove(topic);
            self.store(StorageOp::DropTopic(topic));
        }
    }

    /// Nobody else can have said anything in a thread that is made here: all of it is here.
    pub(super) fn expect_thread(&mut self, mutation: &Mutation) {
        if let Mutation::CreateThread { thread } = *mutation
            && !self.replica.threads.contains_key(&thread)
        {
            self.replica.timelines.or_default(thread);
        }
    }

    /// A thread that was to be made here is not.
    pub(super) fn unexpect_thread(&mut self, mutation: &Mutation) {
        let unread = |follow: &crate::follow::Follow| follow.cursor.is_none();
        if let Mutation::CreateThread { thread } = *mutation
            && self.follows.get(Topic::Thread(thread)).is_none_or(unread)
        {
            self.replica.timelines.remove(thread);
        }
    }

    /// Gives an op to the storage, where there is one, and to those who follow. What is forgotten is
    /// forgotten in any case.
    pub(super) fn store(&mut self, op: StorageOp) {
        if matches!(op, StorageOp::Wipe) {
            return self.outputs.push_back(Output::Store(op));
        }
        if self.outbox.writes.lost || self.is_follower() {
            return;
        }
        self.tell(|| Told::Op(op.clone()));
        self.outputs.push_back(Output::Store(op));
    }
}
