//! What is kept on the device: what the core begins with, what it gives to the storage, and what it
//! waits for.
//!
//! Invariant: the ops, applied in order, make what [`Input::Restored`](crate::Input::Restored) needs to
//! go on from here; after any of them the storage may stop, and nothing that was shown as kept is lost.

use weft_protocol::{Mutation, Topic};

use super::{Core, KEPT_THREADS};
use crate::{
    StorageOp, Stored,
    link::Phase,
    outbox::{Entry, State},
};

impl Core {
    /// Goes on from what was kept.
    pub(super) fn restore(&mut self, stored: Stored) {
        let Some((owner, installation)) = stored.identity else {
            return;
        };
        if self.link.phase != Phase::SignedOut || self.owner.is_some() {
            return;
        }
        self.owner = Some(owner);
        self.installation = installation;
        for kept in stored.topics {
            match kept.topic {
                Topic::User(user) if user == owner => self.replica.reset_threads(kept.rows),
                Topic::User(_) => continue,
                Topic::Thread(thread) => {
                    self.replica.reset_timeline(thread, kept.rows, kept.more);
                    self.kept.push_back(thread);
                }
            }
            self.follows.or_default(kept.topic).cursor = Some(kept.cursor);
        }
        for (message, text) in stored.texts {
            if let Some(row) = self.replica.find_mut(message).filter(|row| row.is_open()) {
                row.body.push(&text);
            }
        }
        for end in stored.ends {
            let row = self.replica.find_mut(end.message);
            if let Some(row) = row.filter(|row| row.is_open()) {
                let thread = row.row.thread;
                row.settle(&end);
                self.verify(thread, end.message);
            }
        }
        self.forget_oldest();
        self.restore_outbox(stored.outbox, stored.next_n);
        self.touch_all();
    }

    fn restore_outbox(&mut self, outbox: Vec<crate::Unsent>, next_n: u64) {
        for unsent in outbox {
            // Stopped in the middle of a retry, the message is there twice: what it became counts.
            let again = unsent.mutation.new_message();
            let again = again.and_then(|(message, _)| self.outbox.find_message(message));
            if let Some(at) = again {
                let before = self.outbox.entries.remove(at);
                self.forget_stored(before.n);
            }
            self.expect_thread(&unsent.mutation);
            self.outbox.entries.push(Entry::restored(unsent));
        }
        self.outbox.next_n = next_n.max(1);
        if !self.outbox.is_dense() {
            // Numbers are missing in between: the server would wait for them for ever.
            self.installation = self.new_installation();
            self.outbox.renumber();
            self.identify();
        }
    }

    /// A write is durable.
    pub(super) fn written(&mut self, n: u64) {
        self.outbox.written(n);
        if !self.link.is_live() {
            self.touch_all();
        }
        self.pump();
    }

    /// Goes on without a storage.
    pub(super) fn lose_storage(&mut self) {
        self.outbox.lose_storage();
        if self.owner.is_some() {
            // What is stored may be gone on from elsewhere: its numbers are not ours any more.
            self.installation = self.new_installation();
            self.outbox.renumber();
            if self.link.has_socket() {
                self.reconnect(Some(0));
            }
        }
        self.touch_all();
        self.pump();
    }

    /// Tells the storage whose data this is, and gives it the outbox.
    pub(super) fn identify(&mut self) {
        let Some(user) = self.owner else { return };
        let entries = self.outbox.entries.iter();
        let stored =
            entries.filter(|entry| entry.n != 0 && !matches!(entry.state, State::Acked(_)));
        let op = StorageOp::Identify {
            user,
            installation: self.installation,
            next_n: self.outbox.next_n,
            outbox: stored.map(Entry::unsent).collect(),
        };
        self.outbox.writing(&op, |entry| entry.n != 0);
        self.store(op);
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

    /// The storage needs the entry no more.
    pub(super) fn forget_stored(&mut self, n: u64) {
        if n != 0 && self.owner.is_some() {
            self.store(StorageOp::DeleteOutbox { n });
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

    /// Gives an op to the storage, where there is one. What is forgotten is forgotten in any case.
    pub(super) fn store(&mut self, op: StorageOp) {
        if !self.outbox.writes.lost || matches!(op, StorageOp::Wipe) {
            self.outputs.push_back(crate::Output::Store(op));
        }
    }
}
