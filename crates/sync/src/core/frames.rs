//! What the server says. Nothing in here is trusted: a frame that does not fit is ignored or met by
//! asking again, and never by a panic.

use std::collections::HashSet;

use weft_protocol::{
    Author, ClientFrame, Cursor, ErrorCode, MessageId, Op, Row, Scope, ServerFrame, ThreadId,
    Topic,
    frame::{Head, Held},
    stream::{Fit, fit},
};

use super::{BYTES_WITHIN, Core, Fetch, OPEN_EVERY};
use crate::{
    Connection, Fault, Output, StorageOp, Told,
    follow::Rung,
    link::Phase,
    outbox::State,
    replica::{Timeline, Verdict},
};

/// More than this is waited for neither when the server is busy nor when it goes away, in milliseconds.
const MAX_ASKED_WAIT: u64 = 60_000;

impl Core {
    pub(super) fn received(&mut self, connection: Connection, text: &str) {
        if connection != self.link.connection {
            return;
        }
        match self.link.phase {
            Phase::SignedOut
            | Phase::Refused
            | Phase::TooOld
            | Phase::Following
            | Phase::Waiting { .. }
            | Phase::Opening { .. } => return,
            Phase::Greeting { .. } | Phase::Live => self.link.heard(self.now),
        }
        match ServerFrame::decode(text) {
            Ok(frame) => self.frame(frame),
            Err(error) => self.fault(Fault::BadFrame(error.to_string())),
        }
    }

    fn frame(&mut self, frame: ServerFrame) {
        let live = self.link.is_live();
        match frame {
            ServerFrame::Welcome {
                user,
                last_n,
                limits,
                capabilities,
                ..
            } if !live => {
                self.presence_begins(&capabilities);
                self.online_begins(&capabilities);
                self.welcome(user, last_n, limits);
            }
            ServerFrame::Ping { heads } => {
                self.send(&ClientFrame::Pong);
                self.heads(heads);
            }
            ServerFrame::Pong => {}
            ServerFrame::Drain { in_ms, spread_ms } => self.drain(in_ms, spread_ms),
            ServerFrame::Error { code, topic } => self.error(code, topic),
            // Nothing else makes sense before `welcome`, nor `welcome` twice.
            _ if !live => {}
            ServerFrame::Welcome { .. } => {}
            ServerFrame::Models { models } => self.models = models,
            ServerFrame::Snapshot {
                topic,
                cursor,
                rows,
            } => self.snapshot(topic, cursor, rows),
            ServerFrame::Delta {
                topic,
                base,
                cursor,
                ops,
            } => self.delta(topic, base, cursor, ops),
            ServerFrame::Ack { n, effects } => self.ack(n, effects),
            ServerFrame::Nack { n, code } => self.nack(n, code),
            ServerFrame::Gap { expected } => self.missed(expected),
            ServerFrame::Busy { n, wait_ms } => {
                self.outbox.take_back(n);
                let wait = wait_ms.clamp(1, MAX_ASKED_WAIT);
                self.hold_until = Some(self.now.saturating_add(wait));
            }
            ServerFrame::Page {
                thread,
                path,
                from,
                tip,
                length,
                rows,
            } => {
                let tip = tip.map(|tip| (tip, length));
                self.read_served((thread, path, from), rows, tip);
            }
            ServerFrame::Stream {
                handle,
                thread,
                held,
            } => self.stream(handle, thread, held),
            ServerFrame::Text(handle, offset, text) => self.text(handle, offset, &text),
            ServerFrame::Presence(told) => self.present(told),
            ServerFrame::Online(told) => self.take_online(told),
        }
    }

    fn drain(&mut self, in_ms: u64, spread_ms: u64) {
        use rand::Rng;
        let spread = self.rng.random_range(0..=spread_ms.min(MAX_ASKED_WAIT));
        self.reconnect(Some(in_ms.min(MAX_ASKED_WAIT).saturating_add(spread)));
    }

    fn error(&mut self, code: ErrorCode, topic: Option<Topic>) {
        match (code.scope(), topic) {
            (Scope::Connection, _) => self.refused(code),
            (_, Some(topic)) => self.no_such_topic(topic),
            (Scope::Topic | Scope::Mutation | Scope::Reply, None) => {}
        }
    }

    fn no_such_topic(&mut self, topic: Topic) {
        if let Topic::Thread(thread) = topic {
            self.settle_empty(thread);
            self.drop_asks(thread);
            self.asks.forget_unwanted(thread);
            self.presence_lost(thread);
        }
        let Some(follow) = self
            .follows
            .get_mut(topic)
            .filter(|follow| follow.subscribed)
        else {
            return;
        };
        follow.lost();
        follow.cursor = None;
        follow.missing = true;
        self.forget_rows(topic);
        self.store(StorageOp::DropTopic(topic));
        if let Topic::Thread(thread) = topic {
            self.tell(|| Told::Missing(thread));
        }
    }

    /// Nothing of the thread is this person's to see any more, nor to keep (SPEC R43).
    pub(super) fn lose(&mut self, thread: ThreadId) {
        let topic = Topic::Thread(thread);
        self.kept.retain(|&kept| kept != thread);
        self.replica.threads.remove(&thread);
        self.replica.notices.retain(|_, row| row.thread != thread);
        let follow = self.follows.or_default(topic);
        follow.lost();
        follow.cursor = None;
        follow.missing = true;
        self.asks.forget_unwanted(thread);
        self.presence_lost(thread);
        self.forget_rows(topic);
        self.store(StorageOp::DropTopic(topic));
    }

    /// Loses the threads that these changes of the list say are gone: before the list is kept without them, so
    /// that nothing stays behind where the page ends in between.
    pub(super) fn lose_gone(&mut self, ops: &[Op]) {
        for op in ops {
            if let Op::ThreadGone(thread) = op {
                self.lose(*thread);
            }
        }
    }

    /// Loses the threads that were in the list and are not in this one.
    pub(super) fn lose_unlisted(&mut self, topic: Topic, rows: &[Row]) {
        if !matches!(topic, Topic::User(_)) {
            return;
        }
        let listed: HashSet<ThreadId> = rows
            .iter()
            .filter_map(|row| match row {
                Row::Thread(row) => Some(row.id),
                Row::Message(_)
                | Row::Member(_)
                | Row::Notice(_)
                | Row::Defaults(_)
                | Row::Tuning(_) => None,
            })
            .collect();
        let before = self.replica.threads.values();
        // Tombstones are not listed, and may come back.
        let gone = before.filter(|row| !row.deleted && !listed.contains(&row.id));
        let gone: Vec<ThreadId> = gone.map(|row| row.id).collect();
        gone.into_iter().for_each(|thread| self.lose(thread));
    }

    /// A thread that was lost is this person's again.
    fn regain(&mut self, thread: ThreadId) {
        let follow = self.follows.get_mut(Topic::Thread(thread));
        if let Some(follow) = follow.filter(|follow| follow.missing) {
            follow.missing = false;
            self.touch(thread);
            self.follow_wanted();
        }
    }

    fn heads(&mut self, heads: Vec<Head>) {
        for head in heads {
            let follow = self
                .follows
                .get_mut(head.topic)
                .filter(|follow| follow.subscribed);
            if follow.is_some_and(|follow| follow.head(self.now, head.cursor)) {
                self.gap(head.topic);
            }
        }
    }

    /// A topic is known not to be whole; what is here of it stays on screen meanwhile.
    pub(super) fn gap(&mut self, topic: Topic) {
        let Some(follow) = self
            .follows
            .get_mut(topic)
            .filter(|follow| follow.subscribed)
        else {
            return;
        };
        match follow.gap(self.now) {
            Rung::Wait => return,
            Rung::Resume => self.subscribe(topic, true),
            Rung::Reload => self.subscribe(topic, false),
            Rung::Drop => {
                self.send(&ClientFrame::Unsubscribe { topic });
                self.forget_rows(topic);
                self.store(StorageOp::DropTopic(topic));
                self.fault(Fault::Dropped(topic));
                return;
            }
        }
        self.fault(Fault::Gap(topic));
    }

    fn snapshot(&mut self, topic: Topic, cursor: Cursor, rows: Vec<Row>) {
        if !self
            .follows
            .get(topic)
            .is_some_and(|follow| follow.subscribed)
        {
            return;
        }
        self.lose_unlisted(topic, &rows);
        self.store(StorageOp::PutSnapshot {
            topic,
            cursor,
            rows: rows.clone(),
        });
        self.set_rows(topic, cursor, rows);
        // The storage may have let go of the thread, and of what its replies had so far.
        if let Topic::Thread(thread) = topic {
            let timeline = self.replica.timelines.get(thread);
            let open = timeline.into_iter().flat_map(Timeline::open_replies);
            let texts = open.map(|(row, _)| (row.row.id, row.body.as_str().to_owned()));
            let texts = texts.filter(|(_, text)| !text.is_empty()).collect();
            self.keep_texts(texts);
        }
    }

    /// These are the rows of a topic from here on.
    pub(super) fn set_rows(&mut self, topic: Topic, cursor: Cursor, rows: Vec<Row>) {
        let follow = self.follows.or_default(topic);
        (follow.cursor, follow.missing) = (Some(cursor), false);
        match topic {
            Topic::User(_) => {
                self.replica.reset_list(rows);
                let threads: Vec<ThreadId> = self.replica.threads.keys().copied().collect();
                threads.into_iter().for_each(|thread| self.regain(thread));
            }
            Topic::Thread(thread) => {
                self.fetches.retain(|_, fetch| fetch.thread != thread);
                self.reset_timeline(thread, rows);
            }
        }
        self.outbox.reached(topic, cursor, true);
        self.touch_topic(topic);
    }

    fn delta(&mut self, topic: Topic, base: u64, cursor: Cursor, ops: Vec<Op>) {
        let Some(follow) = self
            .follows
            .get_mut(topic)
            .filter(|follow| follow.subscribed)
        else {
            return;
        };
        match follow.cursor {
            Some(ours) if ours.epoch == cursor.epoch && cursor.seq <= ours.seq => return,
            // Merged change sets may reach back: rows replace rows, so the overlap is harmless.
            Some(ours) if ours.epoch == cursor.epoch && base <= ours.seq => {}
            Some(_) | None => return self.gap(topic),
        }
        follow.cursor = Some(cursor);
        self.lose_gone(&ops);
        self.store(StorageOp::Apply {
            topic,
            cursor,
            ops: ops.clone(),
        });
        self.apply(topic, cursor, ops);
    }

    /// Applies a change set that leads to `cursor`.
    pub(super) fn apply(&mut self, topic: Topic, cursor: Cursor, ops: Vec<Op>) {
        let mut news = Vec::new();
        match topic {
            Topic::User(_) => {
                for op in ops {
                    match op {
                        Op::Thread(row) => {
                            let thread = row.id;
                            self.replica.threads.insert(thread, row);
                            self.regain(thread);
                        }
                        Op::Notice(row) => news.extend(self.notice(row)),
                        Op::NoticeGone(n) => {
                            self.news.answered(n);
                            self.replica.notices.remove(n);
                        }
                        Op::User(user) if self.owner == Some(user.id) && !user.is_deleted() => {
                            self.user = Some(user);
                        }
                        Op::Defaults(defaults) => self.replica.defaults = defaults,
                        _ => {}
                    }
                }
            }
            Topic::Thread(thread) => {
                self.asks.note_since(thread, &ops);
                self.change(thread, ops);
            }
        }
        self.outbox.reached(topic, cursor, false);
        self.touch_topic(topic);
        self.offer_to_show(news);
    }

    /// Changes the messages of a thread.
    pub(super) fn change(&mut self, thread: ThreadId, ops: Vec<Op>) {
        let mut ended = Vec::new();
        for op in ops {
            match op {
                Op::Message(row) => {
                    ended.push(row.id);
                    if let Author::User(user) = row.author {
                        self.typing_ends(thread, user);
                    }
                    self.replica.put_message(thread, row);
                }
                Op::Settle(settle) => {
                    ended.push(settle.message);
                    if let Some(row) = self.replica.message_mut(thread, settle.message) {
                        row.settle(&settle);
                    }
                }
                Op::Siblings(siblings) => {
                    if let Some(timeline) = self.replica.timelines.get_mut(thread) {
                        timeline.set_siblings(&siblings);
                    }
                }
                Op::Member(member) => {
                    if let Some(timeline) = self.replica.timelines.get_mut(thread) {
                        timeline.put_member(member);
                    }
                }
                Op::Tuning(tuning) => {
                    if let Some(timeline) = self.replica.timelines.get_mut(thread) {
                        timeline.tuning = tuning;
                    }
                }
                Op::Thread(_)
                | Op::ThreadGone(_)
                | Op::Defaults(_)
                | Op::User(_)
                | Op::Notice(_)
                | Op::NoticeGone(_) => {}
            }
        }
        ended
            .into_iter()
            .for_each(|message| self.verify(thread, message));
    }

    fn ack(&mut self, n: u64, mut effects: Vec<Head>) {
        let Some(at) = self.outbox.find(n) else {
            return;
        };
        let mut reload = Vec::new();
        effects.retain(|effect| {
            let follow = self
                .follows
                .get(effect.topic)
                .filter(|follow| !follow.missing);
            let other_epoch = |ours: Cursor| ours.epoch != effect.cursor.epoch;
            if follow
                .is_some_and(|follow| follow.subscribed && follow.cursor.is_some_and(other_epoch))
            {
                reload.push(effect.topic);
            }
            follow.is_some_and(|follow| !follow.has(effect.cursor))
        });
        let entry = &mut self.outbox.entries[at];
        let thread = entry.mutation.thread();
        entry.ack(effects.clone());
        self.outbox.forget_effects(|_| false);
        self.forget_stored(n, effects);
        // Seqs of different epochs cannot be compared; a snapshot decides.
        reload
            .into_iter()
            .for_each(|topic| self.subscribe(topic, false));
        self.decided(thread);
    }

    fn nack(&mut self, n: u64, code: ErrorCode) {
        let Some(at) = self.outbox.find(n) else {
            return;
        };
        let thread = self.outbox.entries[at].mutation.thread();
        if self.outbox.entries[at].mutation.new_message().is_some() {
            self.outbox.entries[at].state = State::Failed(code);
            self.put_outbox(at);
        } else {
            let entry = self.outbox.entries.remove(at);
            self.forget_stored(n, Vec::new());
            self.unexpect_thread(&entry.mutation);
            self.reject(entry.mutation, code);
        }
        self.decided(thread);
    }

    fn decided(&mut self, thread: Option<ThreadId>) {
        self.dirty_list = true;
        self.touch(thread);
        self.follow_wanted();
        self.pump();
    }

    /// The server misses the mutation `expected`.
    fn missed(&mut self, expected: u64) {
        if expected < self.outbox.first_n() || expected > self.outbox.next_n {
            self.renumber();
            return;
        }
        // Each mutation behind the missing one is answered so; one round of sending is enough.
        let known = |(n, at): (u64, u64)| n == expected && self.now.saturating_sub(at) < OPEN_EVERY;
        if !self.missed.is_some_and(known) {
            self.missed = Some((expected, self.now));
            self.outbox.take_back(expected);
            self.pump();
        }
    }

    fn stream(&mut self, handle: u32, thread: ThreadId, held: Held) {
        self.handles
            .retain(|_, &(_, message)| message != held.message);
        self.handles.insert(handle, (thread, held.message));
        let here = self.replica.message(thread, held.message);
        if here.is_some_and(|row| row.is_open() && row.body.len() < held.offset) {
            self.ask_bytes(thread, held.message, 0);
        }
    }

    fn text(&mut self, handle: u32, offset: u64, text: &str) {
        let Some(&(thread, message)) = self.handles.get(handle) else {
            return;
        };
        self.append_text(thread, message, offset, text);
    }

    /// Appends bytes of a reply as far as they are new and fit.
    pub(super) fn append_text(
        &mut self,
        thread: ThreadId,
        message: MessageId,
        offset: u64,
        text: &str,
    ) {
        let fresh_rev = self.replica.fresh_rev();
        let row = self.replica.message_mut(thread, message);
        let Some(row) = row.filter(|row| row.is_open()) else {
            return;
        };
        let held = row.body.len();
        match fit(held, offset, text) {
            Fit::Held => {}
            Fit::Gap => self.ask_bytes(thread, message, 0),
            Fit::Torn => {
                row.body = crate::body::Body::empty(fresh_rev);
                self.forget_text(thread, message);
            }
            Fit::Append(tail) => {
                row.body.push(tail);
                let (rev, ended) = (row.body.rev, row.awaited.is_some());
                let op = StorageOp::AppendText {
                    message,
                    offset: held,
                    text: tail.to_owned(),
                };
                self.store(op);
                if let Some(change) = self.published.append(thread, message, rev, tail) {
                    self.outputs.push_back(Output::Change(change));
                }
                if ended {
                    self.fetches.remove(message);
                    self.verify(thread, message);
                } else if let Some(fetch) = self.fetches.get_mut(message) {
                    fetch.at = None;
                }
            }
        }
    }

    fn forget_text(&mut self, thread: ThreadId, message: MessageId) {
        self.store(StorageOp::DropText { message });
        self.touch(thread);
        self.ask_bytes(thread, message, 0);
    }

    /// Looks whether the text of an ended reply is all here, and asks for what is not.
    pub(super) fn verify(&mut self, thread: ThreadId, message: MessageId) {
        let fresh_rev = self.replica.fresh_rev();
        let Some(timeline) = self.replica.timelines.get_mut(thread) else {
            return;
        };
        match timeline.verify(message, fresh_rev) {
            Verdict::Open => {}
            Verdict::Whole => {
                self.fetches.remove(message);
                self.touch(thread);
            }
            Verdict::Short => self.ask_bytes(thread, message, BYTES_WITHIN),
            Verdict::Wrong => {
                self.fault(Fault::Checksum(message));
                self.forget_text(thread, message);
            }
        }
    }

    /// Asks for the bytes of a reply after `wait`, unless they are asked for sooner, and not too often.
    pub(super) fn ask_bytes(&mut self, thread: ThreadId, message: MessageId, wait: u64) {
        let wanted = self.now.saturating_add(wait);
        let none = Fetch {
            thread,
            at: None,
            last: None,
            tries: 0,
        };
        let fetch = self.fetches.or_insert_with(message, || none);
        let soonest = fetch.last.map_or(0, |last| last.saturating_add(OPEN_EVERY));
        let at = wanted.max(soonest);
        fetch.at = Some(fetch.at.map_or(at, |pending| pending.min(at)));
    }
}
