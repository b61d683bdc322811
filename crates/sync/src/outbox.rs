//! The outbox: the mutations of this installation in the order they were made, each until its outcome
//! is known and shown by the rows.
//!
//! Invariant: the numbers of the undecided entries are dense, ascending, and end just below
//! [`Outbox::next_n`]. A number is sent only once it is durable which mutation it stands for. The pending
//! state of a message is read off here and kept nowhere else.

use weft_protocol::{Cursor, ErrorCode, MessageId, Millis, Mutation, ThreadId, Topic, frame::Head};

use crate::{StorageOp, Unsent};

/// The numbers above this are those of nobody.
const FIRST_SPARE: u64 = u64::MAX / 2;

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
    /// Its number. What was not numbered by a leader yet has 0, and so has what the server has done: its
    /// number may be given again. What failed may have one that no server hears of: [`Outbox::spare_n`].
    pub(crate) n: u64,
    pub(crate) made_at: Millis,
    pub(crate) mutation: Mutation,
    pub(crate) state: State,
    /// Whether it outlives this page, under this number or another. Where nothing does, it is as if.
    pub(crate) kept: bool,
    /// Whether it was made, or edited last, in this tab.
    pub(crate) mine: bool,
    /// What is kept in its place, where it was edited and that is not durable yet.
    pub(crate) instead_of: Option<Box<Mutation>>,
    /// The write that gave it its number; `u64::MAX` before there is one.
    pub(crate) write: u64,
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

    /// Whether all that was given to the storage is durable.
    pub(crate) fn is_done(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The storage answers nothing of what it was given so far.
    fn forget(&mut self) {
        self.done += self.waiting.len() as u64;
        self.waiting.clear();
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
            mine: false,
            instead_of: None,
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

    /// The server has done it; these change sets of it are not here yet.
    pub(crate) fn ack(&mut self, effects: Vec<Head>) {
        (self.n, self.state) = (0, State::Acked(effects));
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

    /// Whether it is a follower's, and no leader has numbered it.
    pub(crate) fn is_proposal(&self) -> bool {
        self.n == 0 && self.is_undecided()
    }

    /// Whether it is this change, made then.
    pub(crate) fn is(&self, made_at: Millis, mutation: &Mutation) -> bool {
        self.made_at == made_at && self.mutation == *mutation
    }

    /// The message that it adds.
    pub(crate) fn message(&self) -> Option<MessageId> {
        self.mutation.new_message().map(|(message, _)| message)
    }

    pub(crate) fn adds(&self, message: MessageId) -> bool {
        self.message() == Some(message)
    }

    /// It is about to be written as `mutation` instead, which was made in this tab or not.
    pub(crate) fn amend(&mut self, mutation: Mutation, mine: bool) {
        if self.kept {
            self.instead_of = Some(Box::new(self.mutation.clone()));
        }
        self.mine = mine || self.mine && self.instead_of.is_none();
        (self.mutation, self.kept) = (mutation, false);
    }

    /// Nothing is known of its number any more: it is to be proposed. Where another message is kept in its
    /// place, as an edit of that one.
    fn propose(mut self) -> Self {
        if let (
            Some(message),
            Mutation::SendMessage {
                thread,
                message: replacement,
                text,
                reply,
                ..
            }
            | Mutation::EditMessage {
                thread,
                replacement,
                text,
                reply,
                ..
            },
        ) = (self.kept_message(), &self.mutation)
        {
            self.mutation = Mutation::EditMessage {
                thread: *thread,
                message,
                replacement: *replacement,
                text: text.clone(),
                reply: reply.clone(),
            };
        }
        (self.n, self.write, self.instead_of) = (0, u64::MAX, None);
        self
    }

    /// The message that is kept in its place.
    fn kept_message(&self) -> Option<MessageId> {
        let (message, _) = self.instead_of.as_ref()?.new_message()?;
        Some(message)
    }
}

impl Outbox {
    /// Adds a mutation, made in this tab or in another one, and returns its place.
    pub(crate) fn push(&mut self, made_at: Millis, mutation: Mutation, mine: bool) -> usize {
        let state = State::Undecided {
            in_flight: false,
            sent: false,
        };
        let mut entry = Entry::new(self.next_n, made_at, mutation, state);
        (entry.kept, entry.mine) = (self.writes.lost, mine);
        self.next_n += 1;
        self.entries.push(entry);
        self.entries.len() - 1
    }

    /// The next number is this, where it can be.
    pub(crate) fn go_on_from(&mut self, next_n: u64) {
        self.next_n = next_n.clamp(1, FIRST_SPARE);
    }

    /// Adds a change that a leader is to number. Returns when it was made, which no other change of this
    /// tab was.
    pub(crate) fn propose(&mut self, now: Millis, mutation: Mutation) -> Millis {
        let newest = self
            .entries
            .iter()
            .map(|entry| entry.made_at.saturating_add(1))
            .max();
        let made_at = now.max(newest.unwrap_or(0));
        let state = State::Undecided {
            in_flight: false,
            sent: false,
        };
        let mut entry = Entry::new(0, made_at, mutation, state);
        entry.mine = true;
        self.entries.push(entry);
        made_at
    }

    /// Numbers the changes made here that no leader has numbered. Returns whether there were any.
    pub(crate) fn number_proposals(&mut self) -> bool {
        let mut any = false;
        for entry in self.entries.iter_mut().filter(|entry| entry.is_proposal()) {
            entry.n = self.next_n;
            self.next_n += 1;
            any = true;
        }
        any
    }

    /// Puts an entry as its leader has it: in the place of the one of its number, or before those that
    /// no leader has numbered.
    pub(crate) fn put_numbered(&mut self, mut entry: Entry) {
        let same_n = |before: &Entry| before.n == entry.n;
        let mut entries = self.entries.iter();
        let at = entries.position(|before| same_n(before) || before.is_proposal());
        let at = at.unwrap_or(self.entries.len());
        let is_it = |before: &Entry| {
            // Sent again, a message has another number than the one it failed under.
            let again = entry.message().is_some_and(|message| before.adds(message));
            same_n(before) || again || before.is(entry.made_at, &entry.mutation)
        };
        let (mut mine, mut ahead, mut instead_of) = (false, 0, None);
        for (place, before) in self.entries.iter().enumerate() {
            if same_n(before) && before.mutation != entry.mutation {
                let mut amended = before.clone();
                amended.amend(entry.mutation.clone(), false);
                (mine, instead_of) = (mine | amended.mine, amended.instead_of);
            } else if is_it(before) {
                mine |= before.mine;
            }
            ahead += usize::from(is_it(before) && place < at);
        }
        self.entries.retain(|before| !is_it(before));
        (entry.mine, entry.instead_of) = (mine, instead_of);
        if entry.is_undecided() {
            self.go_on_from(self.next_n.max(entry.n.saturating_add(1)));
        }
        self.entries.insert(at - ahead, entry);
    }

    /// Has the numbered entries as their leader has them now: what is not among them was discarded, and
    /// what was not durable is not yet.
    pub(crate) fn follow(&mut self, mut numbered: Vec<Entry>) {
        for entry in &mut numbered {
            let before = self.entries.iter();
            let mut same = before.filter(|before| before.is(entry.made_at, &entry.mutation));
            entry.kept = false;
            if let Some(before) = same.next() {
                (entry.kept, entry.mine) = (before.kept, before.mine);
                entry.instead_of.clone_from(&before.instead_of);
            }
        }
        self.entries.retain(|before| {
            let is_here = |entry: &Entry| entry.is(before.made_at, &before.mutation);
            before.n == 0 && !numbered.iter().any(is_here)
        });
        let acked = self.entries.iter().position(Entry::is_proposal);
        let at = acked.unwrap_or(self.entries.len());
        self.entries.splice(at..at, numbered);
    }

    /// Whether a change is here already.
    pub(crate) fn has(&self, made_at: Millis, mutation: &Mutation) -> bool {
        self.entries.iter().any(|entry| entry.is(made_at, mutation))
    }

    /// Takes what is kept for its own. Of what was here, only what was made here and is not known to be
    /// kept stays, to be numbered anew; and what the server has done that the rows do not show yet.
    pub(crate) fn take(&mut self, kept: Vec<Entry>) {
        self.writes.forget();
        let (mut acked, mut here) = (Vec::new(), Vec::new());
        let before = std::mem::replace(&mut self.entries, kept);
        for entry in before {
            let is_there = |message| self.find_message(message).is_some();
            if self.has(entry.made_at, &entry.mutation) || entry.message().is_some_and(is_there) {
                continue;
            }
            match entry.state {
                State::Acked(_) => acked.push(entry),
                State::Undecided { .. } if entry.mine && !entry.kept => {
                    here.push(entry.propose());
                }
                State::Undecided { .. } | State::Failed(_) => {}
            }
        }
        acked.append(&mut self.entries);
        acked.append(&mut here);
        self.entries = acked;
    }

    /// Another tab has the storage from here on.
    pub(crate) fn part(&mut self) {
        let entries = self.entries.iter();
        let kept = entries.filter(|entry| entry.kept && entry.n != 0);
        self.take(kept.cloned().collect());
        self.take_back(0);
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
                if entry.write <= writes.done {
                    (entry.kept, entry.instead_of) = (true, None);
                }
            }
        }
    }

    /// Nothing is kept from here on. What is kept in the place of an edit may be found, and sent, by
    /// another tab: it is said, and then edited.
    pub(crate) fn lose_storage(&mut self) {
        self.writes.lost = true;
        for mut entry in std::mem::take(&mut self.entries) {
            entry.kept = true;
            if let Some(mutation) = entry.instead_of.clone() {
                self.entries.push(Entry {
                    mutation: *mutation,
                    instead_of: None,
                    ..entry.clone()
                });
                entry = entry.propose();
            }
            self.entries.push(entry);
        }
    }

    /// Forgets all of it, and that the storage has something of it to answer.
    pub(crate) fn clear(&mut self) {
        self.writes.forget();
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

    /// A number for what failed, which waits for its person and for no server: behind all others.
    pub(crate) fn spare_n(&self) -> u64 {
        let failed = self
            .entries
            .iter()
            .filter(|entry| entry.failure().is_some());
        let taken = failed.map(|entry| entry.n).filter(|&n| n > FIRST_SPARE);
        taken.max().unwrap_or(FIRST_SPARE).saturating_add(1)
    }

    /// Numbers what is undecided from 1, for another installation.
    pub(crate) fn renumber(&mut self) {
        self.next_n = 1;
        let mut spare = FIRST_SPARE;
        for entry in self.entries.iter_mut() {
            match &mut entry.state {
                State::Undecided { in_flight, .. } => {
                    entry.n = self.next_n;
                    *in_flight = false;
                    self.next_n += 1;
                }
                State::Failed(_) => {
                    spare += 1;
                    entry.n = spare;
                }
                State::Acked(_) => {}
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
