//! The outbox: the mutations of this installation in the order they were made, each until its outcome
//! is known and shown by the rows.
//!
//! Invariant: the numbers of the undecided entries are dense, ascending, and end just below
//! [`Outbox::next_n`]. A number is sent only once it is durable which mutation it stands for. The pending
//! state of a message is read off here and kept nowhere else.

use weft_protocol::{Cursor, ErrorCode, MessageId, Millis, Mutation, ThreadId, Topic, frame::Head};

use crate::{StorageOp, Unsent};

/// All entries.
#[derive(Clone, Debug)]
pub(crate) struct Outbox {
    pub(crate) entries: Vec<Entry>,
    /// The number of the next mutation.
    pub(crate) next_n: u64,
    pub(crate) writes: Writes,
}

/// How far the storage has come with what was given to it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Writes {
    /// The numbers of the writes that are not durable yet, in their order.
    waiting: Vec<u64>,
    done: u64,
    /// There is no storage.
    pub(crate) lost: bool,
}

/// A mutation and how far it has come.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Its number; 0 where it failed before it got one.
    pub(crate) n: u64,
    pub(crate) made_at: Millis,
    pub(crate) mutation: Mutation,
    pub(crate) state: State,
    /// Whether it outlives this page, under this number or another. Where nothing does, it is as if.
    pub(crate) kept: bool,
    /// The write that gave it its number; `u64::MAX` before there is one.
    write: u64,
}

/// How far a mutation has come.
#[derive(Clone, Debug)]
pub(crate) enum State {
    /// Its outcome is not known.
    Undecided {
        /// Whether it was sent on the present socket.
        in_flight: bool,
        /// Whether it was ever sent.
        sent: bool,
    },
    /// The server has it; these change sets are not here yet.
    Acked(Vec<Head>),
    /// The server rejected it, and the person has not said what is to become of the text.
    Failed(ErrorCode),
}

impl Default for Outbox {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            next_n: 1,
            writes: Writes::default(),
        }
    }
}

impl Writes {
    /// Notes an op; returns which write it is, where its end is waited for.
    fn begin(&mut self, op: &StorageOp) -> Option<u64> {
        let n = op.strict().filter(|_| !self.lost)?;
        self.waiting.push(n);
        Some(self.done + self.waiting.len() as u64)
    }
}

impl Entry {
    /// An entry that no storage knows of.
    pub(crate) fn new(n: u64, made_at: Millis, mutation: Mutation, state: State) -> Self {
        Self {
            n,
            made_at,
            mutation,
            state,
            kept: false,
            write: u64::MAX,
        }
    }

    /// The entry that was kept as this: nobody knows whether it was sent.
    pub(crate) fn restored(unsent: Unsent) -> Self {
        let state = match unsent.failure {
            Some(code) => State::Failed(code),
            None => State::Undecided {
                in_flight: false,
                sent: true,
            },
        };
        Self {
            kept: true,
            write: 0,
            ..Self::new(unsent.n, unsent.made_at, unsent.mutation, state)
        }
    }

    /// What is kept of it.
    pub(crate) fn unsent(&self) -> Unsent {
        Unsent {
            n: self.n,
            made_at: self.made_at,
            mutation: self.mutation.clone(),
            failure: self.failure(),
        }
    }

    pub(crate) fn is_undecided(&self) -> bool {
        matches!(self.state, State::Undecided { .. })
    }

    pub(crate) fn failure(&self) -> Option<ErrorCode> {
        match self.state {
            State::Failed(code) => Some(code),
            State::Undecided { .. } | State::Acked(_) => None,
        }
    }

    /// Whether the rows of `topic` do not show the mutation yet.
    pub(crate) fn covers(&self, topic: Topic) -> bool {
        match &self.state {
            State::Undecided { .. } => true,
            State::Acked(effects) => effects.iter().any(|effect| effect.topic == topic),
            State::Failed(_) => false,
        }
    }

    fn adds(&self, message: MessageId) -> bool {
        self.mutation
            .new_message()
            .is_some_and(|(id, _)| id == message)
    }
}

impl Outbox {
    /// Adds a mutation, and returns its place.
    pub(crate) fn push(&mut self, made_at: Millis, mutation: Mutation) -> usize {
        let state = State::Undecided {
            in_flight: false,
            sent: false,
        };
        let mut entry = Entry::new(self.next_n, made_at, mutation, state);
        entry.kept = self.writes.lost;
        self.next_n += 1;
        self.entries.push(entry);
        self.entries.len() - 1
    }

    /// The op `op` is on its way, and writes the entries that `writes` names.
    pub(crate) fn writing(&mut self, op: &StorageOp, writes: impl Fn(&Entry) -> bool) {
        if let Some(write) = self.writes.begin(op) {
            for entry in self.entries.iter_mut().filter(|entry| writes(entry)) {
                entry.write = write;
            }
        }
    }

    /// The first write numbered `n` is durable, and all before it are.
    pub(crate) fn written(&mut self, n: u64) {
        let writes = &mut self.writes;
        if let Some(at) = writes.waiting.iter().position(|&waiting| waiting == n) {
            writes.waiting.drain(..=at);
            writes.done += at as u64 + 1;
            for entry in &mut self.entries {
                entry.kept |= entry.write <= writes.done;
            }
        }
    }

    /// Nothing is kept from here on.
    pub(crate) fn lose_storage(&mut self) {
        self.writes.lost = true;
        self.entries.iter_mut().for_each(|entry| entry.kept = true);
    }

    /// Forgets all of it, and that the storage has something of it to answer.
    pub(crate) fn clear(&mut self) {
        let writes = &mut self.writes;
        writes.done += writes.waiting.len() as u64;
        writes.waiting.clear();
        self.entries.clear();
        self.next_n = 1;
    }

    pub(crate) fn undecided(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.is_undecided())
    }

    /// The place of the undecided entry `n`.
    pub(crate) fn find(&self, n: u64) -> Option<usize> {
        self.entries
            .iter()
            .position(|entry| entry.n == n && entry.is_undecided())
    }

    /// The place of the entry that adds this message.
    pub(crate) fn find_message(&self, message: MessageId) -> Option<usize> {
        self.entries.iter().position(|entry| entry.adds(message))
    }

    /// Whether the server may not know of the thread yet.
    pub(crate) fn creates(&self, thread: ThreadId) -> bool {
        self.undecided().any(|entry| {
            matches!(entry.mutation, Mutation::CreateThread { thread: made } if made == thread)
        })
    }

    /// Whether no number is missing among what is undecided and what comes next.
    pub(crate) fn is_dense(&self) -> bool {
        let numbers = self.undecided().map(|entry| entry.n);
        numbers
            .chain([self.next_n])
            .eq(self.first_n()..=self.next_n)
    }

    /// The number that the server must expect at least, if it has kept all that it has answered.
    pub(crate) fn first_n(&self) -> u64 {
        self.undecided().next().map_or(self.next_n, |entry| entry.n)
    }

    /// Nothing of what is undecided from `n` on is on its way any more.
    pub(crate) fn take_back(&mut self, from: u64) {
        for entry in &mut self.entries {
            if let State::Undecided { in_flight, .. } = &mut entry.state
                && entry.n >= from
            {
                *in_flight = false;
            }
        }
    }

    /// The entries to send next: no more than `most` on their way at once.
    pub(crate) fn next_to_send(&mut self, most: usize) -> Vec<(u64, Mutation)> {
        let in_flight = self
            .undecided()
            .filter(|entry| {
                matches!(
                    entry.state,
                    State::Undecided {
                        in_flight: true,
                        ..
                    }
                )
            })
            .count();
        let mut room = most.saturating_sub(in_flight);
        let mut next = Vec::new();
        let writes = &self.writes;
        for entry in &mut self.entries {
            if let State::Undecided { in_flight, sent } = &mut entry.state
                && !*in_flight
            {
                if room == 0 || entry.write > writes.done && !writes.lost {
                    break;
                }
                (*in_flight, *sent) = (true, true);
                next.push((entry.n, entry.mutation.clone()));
                room -= 1;
            }
        }
        next
    }

    /// Numbers what is undecided from 1, for another installation.
    pub(crate) fn renumber(&mut self) {
        self.next_n = 1;
        for entry in self.entries.iter_mut() {
            if let State::Undecided { in_flight, .. } = &mut entry.state {
                entry.n = self.next_n;
                *in_flight = false;
                self.next_n += 1;
            } else {
                entry.n = 0;
            }
        }
    }

    /// The rows of `topic` are now at `cursor`: what it covers leaves the overlay. A snapshot of
    /// another epoch covers all, since seqs of different epochs cannot be compared.
    pub(crate) fn reached(&mut self, topic: Topic, cursor: Cursor, snapshot: bool) {
        self.forget_effects(|effect| {
            effect.topic == topic
                && if effect.cursor.epoch == cursor.epoch {
                    effect.cursor.seq <= cursor.seq
                } else {
                    snapshot
                }
        });
    }

    /// Drops the effects that `gone` names, and the entries that have none left.
    pub(crate) fn forget_effects(&mut self, gone: impl Fn(&Head) -> bool) {
        self.entries.retain_mut(|entry| match &mut entry.state {
            State::Acked(effects) => {
                effects.retain(|effect| !gone(effect));
                !effects.is_empty()
            }
            State::Undecided { .. } | State::Failed(_) => true,
        });
    }
}
