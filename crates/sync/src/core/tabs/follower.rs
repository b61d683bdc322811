//! What a follower does: it shows what its leader has, proposes what is made here, and looks whether
//! the leader is there.
//!
//! Invariant: what was made here stays here until it is known to be durable, and is proposed to each
//! leader anew. A leader is replaced by a tab that is seen alone, and never because that tab slept.

use weft_protocol::{MessageId, Millis, Mutation, ThreadId, Topic, Versions, frame::Head};

use super::Role;
use crate::{
    Output, Status, StorageOp, TabId, TabMessage, Told, Unsent,
    body::Body,
    core::Core,
    link::Phase,
    outbox::{Entry, Outbox},
};

/// A follower that is seen asks whether its leader is there this often, in milliseconds.
const PING_EVERY: u64 = 2_000;
/// One that nobody sees is let go on by its platform once a minute.
const HIDDEN_PING_EVERY: u64 = 60_000;
/// A follower that is seen replaces a leader that says nothing for this long,
const SILENCE: u64 = 5_000;
/// and does not answer within this: it may have been the follower itself that slept.
const ANSWER_WITHIN: u64 = 2_000;
/// A follower that is lost does not ask more often than this.
const ASK_AGAIN: u64 = 500;

#[derive(Clone, Debug)]
pub(in crate::core) struct Follower {
    pub(super) tab: TabId,
    /// The newest term heard of.
    term: u64,
    /// How much was told in it.
    told: u64,
    /// Whether it does not know what the leader has.
    lost: bool,
    /// How the leader stands to the server.
    pub(super) status: Status,
    heard_at: Millis,
    /// The first ping that was not answered.
    asked_at: Option<Millis>,
    pinged_at: Millis,
    /// The bytes of replies that the rows do not carry, as of when rows came last.
    pub(super) texts: Vec<(MessageId, String)>,
}

impl Follower {
    /// A follower that has heard of nothing since `term`.
    pub(super) fn new(tab: TabId, term: u64, now: Millis) -> Self {
        Self {
            tab,
            term,
            told: 0,
            lost: true,
            status: Status::Reconnecting,
            heard_at: now,
            asked_at: None,
            pinged_at: 0,
            texts: Vec::new(),
        }
    }

    /// Notes that the leader of `term` has said something. Returns whether it counts: no newer one is known.
    pub(super) fn hear(&mut self, term: u64, message: &TabMessage, now: Millis) -> bool {
        if term < self.term {
            return false;
        }
        let is_new = term > self.term;
        if is_new {
            (self.term, self.lost) = (term, true);
        }
        // One that is lost and not welcomed has no use of its leader: it may be of another version.
        let welcomed = matches!(message, TabMessage::Welcome { to, .. } if *to == self.tab);
        if is_new || !self.lost || welcomed {
            (self.heard_at, self.asked_at) = (now, None);
        }
        true
    }

    /// When [`Core::run_follower`] has something to do.
    pub(super) fn deadline(&self, visible: bool) -> Millis {
        let ping = self.ping_at(visible);
        let silent = self.silent_at().filter(|_| visible);
        silent.map_or(ping, |at| at.min(ping))
    }

    fn ping_at(&self, visible: bool) -> Millis {
        let every = if visible {
            PING_EVERY
        } else {
            HIDDEN_PING_EVERY
        };
        self.pinged_at.saturating_add(every)
    }

    /// When the leader has been silent for too long.
    fn silent_at(&self) -> Option<Millis> {
        let answer = self.asked_at?.saturating_add(ANSWER_WITHIN);
        Some(answer.max(self.heard_at.saturating_add(SILENCE)))
    }
}

impl Core {
    /// Notes the bytes that rows here do not carry: more of them may be here than the leader has kept.
    pub(in crate::core) fn note_unkept(&mut self) {
        if let Role::Follower(follower) = &mut self.role {
            let timelines = self.replica.timelines.iter();
            let open = timelines.flat_map(|(_, timeline)| timeline.open_replies());
            let texts = open.map(|(row, _)| (row.row.id, row.body.as_str().to_owned()));
            follower.texts = texts.filter(|(_, text)| !text.is_empty()).collect();
        }
    }

    /// The machine slept: that a question has no answer says nothing of the leader.
    pub(in crate::core) fn slept(&mut self) {
        if let Role::Follower(follower) = &mut self.role {
            follower.asked_at = None;
        }
        self.wake();
    }

    /// Asks the leader, where this tab has one. Returns whether it does.
    pub(in crate::core) fn ask_leader(&mut self, message: impl FnOnce() -> TabMessage) -> bool {
        let follows = self.is_follower();
        if follows {
            self.post(message());
        }
        follows
    }

    /// Makes a change in a follower: it is the leader's to number it.
    pub(in crate::core) fn propose(&mut self, mutation: Mutation) {
        let thread = mutation.thread();
        let made_at = self.outbox.propose(self.now, mutation.clone());
        self.dirty_list = true;
        self.touch(thread);
        if let Role::Follower(follower) = &self.role
            && !follower.lost
        {
            let term = follower.term;
            self.post(TabMessage::Propose {
                term,
                made_at,
                mutation,
            });
        }
    }

    /// What a person sees has changed: the leader follows it.
    pub(in crate::core) fn ping(&mut self) {
        if self.link.phase == Phase::SignedOut {
            // What is kept is not here yet: it would replace what the leader tells.
            return;
        }
        let wanting = |&&thread: &&ThreadId| {
            let follow = self.follows.get(Topic::Thread(thread));
            follow.is_none_or(|follow| follow.cursor.is_none() && !follow.missing)
        };
        let wanting = self.watched.iter().filter(wanting).copied().collect();
        let visible = self.hidden_since.is_none();
        let (watching, now) = (self.watched.clone(), self.now);
        let Role::Follower(follower) = &mut self.role else {
            return;
        };
        follower.asked_at.get_or_insert(now);
        follower.pinged_at = now;
        let (tab, lost) = (follower.tab, follower.lost);
        self.post(TabMessage::Ping {
            tab,
            watching,
            wanting,
            visible,
            lost,
            version: Versions::SUPPORTED.max,
        });
    }

    /// The leader says something.
    pub(super) fn answered(&mut self, message: TabMessage) {
        let Role::Follower(follower) = &mut self.role else {
            return;
        };
        match message {
            TabMessage::Welcome {
                to,
                told,
                user,
                status,
                models,
                identity,
                drafts,
                rows,
                ..
            } if to == follower.tab => {
                (follower.told, follower.lost, follower.status) = (told, false, status);
                (self.user, self.models) = (user, models);
                if let Some(StorageOp::Identify {
                    user,
                    installation,
                    next_n,
                    outbox,
                }) = identity
                {
                    (self.owner, self.installation) = (Some(user), installation);
                    self.replace_rows(rows);
                    self.take_outbox(outbox, next_n, Outbox::take);
                }
                self.take_drafts(drafts);
                self.save_drafts();
                self.ask_again();
            }
            TabMessage::Rows { to, rows, .. } if to == follower.tab => self.put_rows(rows),
            TabMessage::Page {
                to,
                read,
                rows,
                tip,
                ..
            } if to == follower.tab && !follower.lost => self.read_told(read, rows, tip),
            TabMessage::Yield { to, .. } if to == follower.tab => {
                self.outputs.push_back(Output::TakeOver);
            }
            TabMessage::Told { n, what, .. }
                if n.checked_sub(1) == Some(follower.told) && !follower.lost =>
            {
                follower.told = n;
                self.told(what);
            }
            TabMessage::Told { n, .. } if n <= follower.told && !follower.lost => {}
            TabMessage::Told { .. } => {
                follower.lost = true;
                let asked = follower.pinged_at.saturating_add(ASK_AGAIN);
                if self.now >= asked {
                    self.ping();
                }
            }
            // It does not know of this tab.
            TabMessage::Lead { .. } => self.ping(),
            _ => {}
        }
    }

    /// Asks this leader for what none is known to have kept, or to have answered.
    fn ask_again(&mut self) {
        let Role::Follower(Follower { term, .. }) = self.role else {
            return;
        };
        let entries = self.outbox.entries.iter();
        let proposals = entries.filter(|entry| entry.is_proposal());
        let again: Vec<TabMessage> = proposals
            .map(|entry| TabMessage::Propose {
                term,
                made_at: entry.made_at,
                mutation: entry.mutation.clone(),
            })
            .collect();
        again.into_iter().for_each(|message| self.post(message));
        self.ask_anew();
    }

    /// Something has changed at the leader.
    fn told(&mut self, what: Told) {
        match what {
            Told::Op(op) => self.follow_op(op),
            Told::Kept(n) => self.written(n),
            Told::Status(status) => {
                if let Role::Follower(follower) = &mut self.role {
                    follower.status = status;
                }
            }
            Told::User(user) => self.user = user,
            Told::Models(models) => self.models = models,
            Told::Missing(thread) => {
                let topic = Topic::Thread(thread);
                self.follows.or_default(topic).missing = true;
                self.presence_lost(thread);
                self.touch(thread);
            }
            Told::Rejected(mutation, code) => self.reject(mutation, code),
            Told::Present(told) if self.watched.contains(&told.thread) => {
                self.follow_present(told);
            }
            Told::Present(_) => {}
            Told::Online(told) => self.take_online(told),
        }
    }

    /// The leader gave this to the storage: it is so here as well.
    fn follow_op(&mut self, op: StorageOp) {
        match op {
            StorageOp::Identify {
                user,
                installation,
                next_n,
                ref outbox,
            } => {
                (self.owner, self.installation) = (Some(user), installation);
                self.take_outbox(outbox.clone(), next_n, Outbox::follow);
                self.outbox.writing(&op, |entry| entry.n != 0);
            }
            StorageOp::PutOutbox(unsent) => self.follow_unsent(unsent),
            StorageOp::DeleteOutbox { n, effects } => self.follow_decision(n, effects),
            op => self.follow_rows(op),
        }
    }

    /// The rows have changed at the leader.
    fn follow_rows(&mut self, op: StorageOp) {
        match op {
            StorageOp::PutSnapshot {
                topic,
                cursor,
                rows,
            } => {
                let held = self
                    .follows
                    .get(topic)
                    .is_some_and(|it| it.cursor.is_some());
                let shown = match topic {
                    Topic::User(user) => self.owner == Some(user),
                    Topic::Thread(thread) => self.watched.contains(&thread),
                };
                if held || shown {
                    self.lose_unlisted(topic, &rows);
                    self.set_rows(topic, cursor, rows);
                }
            }
            StorageOp::Apply { topic, cursor, ops } => {
                let follow = self.follows.get_mut(topic);
                if let Some(follow) = follow.filter(|follow| follow.cursor.is_some()) {
                    follow.cursor = Some(cursor);
                    self.lose_gone(&ops);
                    self.apply(topic, cursor, ops);
                }
            }
            // The rows that are new are told to whom wants them. Those that are here may have the text that
            // is awaited, which is then not told by itself.
            StorageOp::PutPage { thread, rows } => {
                for row in rows {
                    if self.replica.message(thread, row.id).is_some() {
                        self.replica.put_message(thread, row);
                    }
                }
                self.touch(thread);
            }
            StorageOp::AppendText {
                message,
                offset,
                text,
            } => {
                if let Some(thread) = self.replica.find(message) {
                    self.append_text(thread, message, offset, &text);
                }
            }
            StorageOp::DropText { message } => {
                let fresh_rev = self.replica.fresh_rev();
                if let Some(thread) = self.replica.find(message)
                    && let Some(row) = self.replica.message_mut(thread, message)
                {
                    row.body = Body::empty(fresh_rev);
                    self.touch(thread);
                }
            }
            StorageOp::PutDraft { place, text } => self.follow_draft(place, text),
            StorageOp::DropTopic(topic) => {
                if let Some(follow) = self.follows.get_mut(topic) {
                    follow.cursor = None;
                    self.forget_rows(topic);
                }
            }
            // Signing out is told to all tabs by itself.
            StorageOp::Wipe
            | StorageOp::Identify { .. }
            | StorageOp::PutOutbox(_)
            | StorageOp::DeleteOutbox { .. } => {}
        }
    }

    /// A mutation has its number.
    fn follow_unsent(&mut self, unsent: Unsent) {
        let thread = unsent.mutation.thread();
        let op = StorageOp::PutOutbox(unsent.clone());
        let n = unsent.n;
        let mut entry = Entry::restored(unsent);
        (entry.kept, entry.write) = (false, u64::MAX);
        self.outbox.put_numbered(entry);
        self.outbox.writing(&op, |entry| entry.n == n);
        self.dirty_list = true;
        self.touch(thread);
    }

    /// A mutation is decided, or discarded.
    fn follow_decision(&mut self, n: u64, effects: Vec<Head>) {
        let Some(at) = self.outbox.entries.iter().position(|entry| entry.n == n) else {
            return;
        };
        let thread = self.outbox.entries[at].mutation.thread();
        if effects.is_empty() {
            let entry = self.outbox.entries.remove(at);
            self.unexpect_thread(&entry.mutation);
        } else {
            self.outbox.entries[at].ack(effects);
            let follows = &self.follows;
            self.outbox.forget_effects(|effect| {
                let follow = follows.get(effect.topic);
                follow.is_none_or(|follow| follow.cursor.is_none() || follow.has(effect.cursor))
            });
        }
        self.dirty_list = true;
        self.touch(thread);
    }

    /// Asks the leader, and takes its place where it has been silent for too long.
    pub(super) fn run_follower(&mut self) {
        if self.link.phase == Phase::SignedOut {
            return;
        }
        let (now, visible) = (self.now, self.hidden_since.is_none());
        let Role::Follower(follower) = &mut self.role else {
            return;
        };
        let silent = visible && follower.silent_at().is_some_and(|at| at <= now);
        let asks = follower.ping_at(visible) <= now;
        if silent {
            follower.heard_at = now;
            self.outputs.push_back(Output::TakeOver);
        }
        if asks {
            self.ping();
        }
    }
}
