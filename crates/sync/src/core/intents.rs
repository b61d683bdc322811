//! What a person does: changes, second thoughts, and what they look at.

use weft_protocol::{ClientFrame, ErrorCode, MessageId, Mutation, ThreadId, Topic, limits::WINDOW};

use super::Core;
use crate::{
    Change, Output,
    link::Phase,
    outbox::{Entry, State},
    replica::Timeline,
};

impl Core {
    pub(super) fn mutate(&mut self, mutation: Mutation) {
        if self.link.phase == Phase::SignedOut {
            return;
        }
        let message = mutation.new_message().map(|(id, _)| id);
        if message.is_some_and(|id| self.outbox.find_message(id).is_some()) {
            return;
        }
        let thread = mutation.thread();
        if let Err(code) = self.check(&mutation) {
            if message.is_some() {
                let failed = Entry::new(0, self.now, mutation, State::Failed(code));
                self.outbox.entries.push(failed);
                self.touch(thread);
            } else {
                self.reject(mutation, code);
            }
            return;
        }
        self.expect_thread(&mutation);
        self.enqueue(self.now, mutation);
        self.pump();
    }

    /// Whether a server would reject the arguments, or the frame that carries them.
    pub(super) fn check(&self, mutation: &Mutation) -> Result<(), ErrorCode> {
        mutation.check(&self.limits)?;
        let frame = ClientFrame::Mutate {
            n: u64::MAX,
            mutation: mutation.clone(),
        };
        if frame.encode().len() > self.limits.frame_bytes as usize {
            return Err(ErrorCode::TextTooLong);
        }
        Ok(())
    }

    fn enqueue(&mut self, made_at: u64, mutation: Mutation) {
        let thread = mutation.thread();
        let at = self.outbox.push(made_at, mutation);
        self.put_outbox(at);
        self.dirty_list = true;
        self.touch(thread);
    }

    pub(super) fn reject(&mut self, mutation: Mutation, code: ErrorCode) {
        self.outputs
            .push_back(Output::Change(Change::Rejected { mutation, code }));
    }

    pub(super) fn retry(&mut self, message: MessageId) {
        let Some(at) = self.outbox.find_message(message) else {
            return;
        };
        let entry = &self.outbox.entries[at];
        if entry.failure().is_none() || self.check(&entry.mutation).is_err() {
            return;
        }
        let entry = self.outbox.entries.remove(at);
        self.enqueue(entry.made_at, entry.mutation);
        self.forget_stored(entry.n);
        self.pump();
    }

    pub(super) fn discard(&mut self, message: MessageId) {
        let Some(at) = self.outbox.find_message(message) else {
            return;
        };
        match self.outbox.entries[at].state {
            State::Failed(_) => {
                let entry = self.outbox.entries.remove(at);
                self.forget_stored(entry.n);
                self.touch(entry.mutation.thread());
            }
            State::Undecided { sent: false, .. } => self.discard_unsent(at),
            // It may be on the server: only deleting it there can undo it.
            State::Undecided { sent: true, .. } | State::Acked(_) => {}
        }
    }

    /// Takes out an entry that no server has seen; those behind it move up, so that numbers stay dense.
    fn discard_unsent(&mut self, at: usize) {
        let entry = self.outbox.entries.remove(at);
        self.outbox.next_n -= 1;
        for behind in &mut self.outbox.entries[at..] {
            if behind.is_undecided() {
                behind.n -= 1;
            }
        }
        self.identify();
        self.dirty_list = true;
        self.touch(entry.mutation.thread());
    }

    pub(super) fn watch(&mut self, thread: ThreadId) {
        if self.link.phase == Phase::SignedOut || self.watched.contains(&thread) {
            return;
        }
        self.watched.push(thread);
        self.kept.retain(|&kept| kept != thread);
        self.follows.or_default(Topic::Thread(thread)).missing = false;
        self.touch(thread);
        self.follow_wanted();
    }

    pub(super) fn unwatch(&mut self, thread: ThreadId) {
        if !self.watched.contains(&thread) {
            return;
        }
        self.watched.retain(|&other| other != thread);
        self.dirty.retain(|&other| other != thread);
        let topic = Topic::Thread(thread);
        if let Some(follow) = self.follows.get_mut(topic) {
            let subscribed = follow.subscribed;
            follow.lost();
            follow.loading = false;
            if subscribed && self.link.is_live() {
                self.send(&ClientFrame::Unsubscribe { topic });
            }
        }
        self.fetches.retain(|_, fetch| fetch.thread != thread);
        self.kept.push_back(thread);
        self.forget_oldest();
    }

    /// Forgets the rows of a topic; the overlay needs not wait for them any more.
    pub(super) fn forget_rows(&mut self, topic: Topic) {
        match topic {
            Topic::User(_) => self.replica.threads.clear(),
            Topic::Thread(thread) => {
                self.replica.timelines.remove(thread);
                self.fetches.retain(|_, fetch| fetch.thread != thread);
            }
        }
        self.outbox.forget_effects(|effect| effect.topic == topic);
        self.touch_topic(topic);
    }

    pub(super) fn load_older(&mut self, thread: ThreadId) {
        let more = self
            .replica
            .timelines
            .get(thread)
            .is_some_and(|rows| rows.more);
        let Some(follow) = self.follows.get_mut(Topic::Thread(thread)) else {
            return;
        };
        if more && !follow.loading && self.watched.contains(&thread) {
            follow.loading = true;
            self.touch(thread);
            self.ask_older(thread);
        }
    }

    /// Asks for older messages where they are wanted and can be asked for.
    pub(super) fn ask_older(&mut self, thread: ThreadId) {
        let loading = self
            .follows
            .get(Topic::Thread(thread))
            .is_some_and(|f| f.loading);
        let rows = self.replica.timelines.get(thread);
        let before = rows.and_then(Timeline::first_ordinal);
        if let Some(before) = before
            && loading
            && self.link.is_live()
        {
            self.send(&ClientFrame::Page {
                thread,
                before,
                limit: WINDOW,
            });
        }
    }
}
