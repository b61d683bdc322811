//! A storage in memory: the plainest that keeps the contract, and what others are compared with.

use std::collections::BTreeMap;

use weft_protocol::{
    Cursor, Defaults, InstallationId, MemberRow, MessageId, MessageRow, Millis, NoticeRow, Op, Row,
    Status, ThreadId, ThreadRow, Topic, Tuning, UserId, limits::WINDOW, row::Settle,
};

use crate::{PageRead, Rows, StorageOp, Stored, StoredTopic, Unsent};

/// A storage that lives as long as the process.
#[derive(Clone, Debug)]
pub struct MemoryStorage {
    identity: Option<(UserId, InstallationId)>,
    next_n: u64,
    outbox: BTreeMap<u64, Unsent>,
    topics: BTreeMap<Topic, Meta>,
    threads: BTreeMap<ThreadId, ThreadRow>,
    notices: BTreeMap<u64, NoticeRow>,
    defaults: Option<Defaults>,
    tunings: BTreeMap<ThreadId, Tuning>,
    members: BTreeMap<(ThreadId, UserId), MemberRow>,
    messages: BTreeMap<MessageId, MessageRow>,
    texts: BTreeMap<MessageId, String>,
    ends: BTreeMap<MessageId, Settle>,
    drafts: BTreeMap<Option<ThreadId>, String>,
    clock: u64,
    term: u64,
    page: usize,
}

impl Default for MemoryStorage {
    fn default() -> Self {
        Self::new(WINDOW as usize)
    }
}

#[derive(Clone, Debug)]
struct Meta {
    cursor: Cursor,
    used: u64,
}

/// Whether the bytes of the message are beside its row, and not in it.
fn is_streaming(row: &MessageRow) -> bool {
    row.status == Status::Streaming && !row.deleted
}

impl MemoryStorage {
    /// A storage that gives so many rows of a thread at once.
    pub fn new(page: usize) -> Self {
        Self {
            identity: None,
            next_n: 0,
            outbox: BTreeMap::new(),
            topics: BTreeMap::new(),
            threads: BTreeMap::new(),
            notices: BTreeMap::new(),
            defaults: None,
            tunings: BTreeMap::new(),
            members: BTreeMap::new(),
            messages: BTreeMap::new(),
            texts: BTreeMap::new(),
            ends: BTreeMap::new(),
            drafts: BTreeMap::new(),
            clock: 0,
            term: 0,
            page,
        }
    }

    /// Begins a term: the clock's, so that it is new even where everything was wiped.
    pub fn lead(&mut self, now: Millis) -> u64 {
        self.term = now.max(self.term + 1);
        self.term
    }

    /// The newest term; 0 where there was none.
    pub fn term(&self) -> u64 {
        self.term
    }

    /// Whether nobody has begun a term since this one.
    pub fn is_led_in(&self, term: u64) -> bool {
        self.term <= term
    }

    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.stored() == Stored::default()
    }

    /// What is kept of an account: of each thread, the newest rows.
    pub fn stored(&self) -> Stored {
        let mut topics: Vec<(&Topic, &Meta)> = self.topics.iter().collect();
        topics.sort_by_key(|(_, meta)| meta.used);
        let topics = topics.into_iter().map(|(&topic, meta)| StoredTopic {
            topic,
            cursor: meta.cursor,
            rows: self.newest(topic),
        });
        let Rows {
            topics,
            texts,
            ends,
        } = self.with_texts(topics.collect());
        Stored {
            identity: self.identity,
            next_n: self.next_n,
            outbox: self.outbox.values().cloned().collect(),
            topics,
            texts,
            ends,
            drafts: self.drafts.clone().into_iter().collect(),
        }
    }

    /// What is kept of the rows that are asked for.
    pub fn read(&self, read: &PageRead) -> Rows {
        let topic = Topic::Thread(read.thread);
        let Some(meta) = self.topics.get(&topic) else {
            return Rows::default();
        };
        let rows = read.pick(self.messages(read.thread), self.page);
        self.with_texts(vec![StoredTopic {
            topic,
            cursor: meta.cursor,
            rows: rows.into_iter().map(Row::Message).collect(),
        }])
    }

    fn newest(&self, topic: Topic) -> Vec<Row> {
        match topic {
            Topic::User(_) => {
                let threads = self.threads.values().cloned().map(Row::Thread);
                let notices = self.notices.values().cloned().map(Row::Notice);
                let defaults = self.defaults.clone().map(Row::Defaults);
                threads.chain(notices).chain(defaults).collect()
            }
            Topic::Thread(thread) => {
                let rows = self.messages(thread);
                let older = rows.len().saturating_sub(self.page);
                let members = self.members.iter().filter(|((of, _), _)| *of == thread);
                let members = members.map(|(_, row)| Row::Member(row.clone()));
                let messages = rows.into_iter().skip(older).map(Row::Message);
                let tuning = self.tunings.get(&thread).cloned().map(Row::Tuning);
                members.chain(tuning).chain(messages).collect()
            }
        }
    }

    /// The messages of a thread by ordinal.
    fn messages(&self, thread: ThreadId) -> Vec<MessageRow> {
        let rows = self.messages.values().filter(|row| row.thread == thread);
        let mut rows: Vec<MessageRow> = rows.cloned().collect();
        rows.sort_by_key(|row| row.ordinal);
        rows
    }

    /// Rows with the bytes and ends of those that are streaming.
    fn with_texts(&self, topics: Vec<StoredTopic>) -> Rows {
        let mut rows = Rows::default();
        for row in topics.iter().flat_map(|stored| &stored.rows) {
            if let Row::Message(row) = row {
                let text = self.texts.get(&row.id);
                rows.texts.extend(text.map(|text| (row.id, text.clone())));
                rows.ends.extend(self.ends.get(&row.id).cloned());
            }
        }
        Rows { topics, ..rows }
    }

    /// Keeps an op.
    pub fn apply(&mut self, op: StorageOp) {
        match op {
            StorageOp::Identify {
                user,
                installation,
                next_n,
                outbox,
            } => {
                self.identity = Some((user, installation));
                self.next_n = next_n;
                self.outbox = outbox.into_iter().map(|it| (it.n, it)).collect();
            }
            StorageOp::PutOutbox(unsent) => {
                if unsent.failure.is_none() {
                    self.next_n = self.next_n.max(unsent.n.saturating_add(1));
                }
                self.outbox.insert(unsent.n, unsent);
            }
            StorageOp::DeleteOutbox { n, .. } => {
                self.outbox.remove(&n);
            }
            StorageOp::PutSnapshot {
                topic,
                cursor,
                rows,
            } => {
                self.snapshot(topic, rows);
                let used = self.tick();
                let meta = Meta { cursor, used };
                self.topics.insert(topic, meta);
            }
            StorageOp::Apply { topic, cursor, ops } => {
                let used = self.tick();
                if let Some(meta) = self.topics.get_mut(&topic) {
                    (meta.cursor, meta.used) = (cursor, used);
                    ops.into_iter().for_each(|op| self.step(topic, op));
                }
            }
            StorageOp::PutPage { thread, rows } => {
                let used = self.tick();
                if let Some(meta) = self.topics.get_mut(&Topic::Thread(thread)) {
                    meta.used = used;
                    let rows = rows.into_iter().filter(|row| row.thread == thread);
                    rows.for_each(|row| self.put_message(row));
                }
            }
            StorageOp::AppendText {
                message,
                offset,
                text,
            } => {
                let held = self.texts.entry(message).or_default();
                held.truncate(offset as usize);
                held.push_str(&text);
            }
            StorageOp::DropText { message } => {
                self.texts.remove(&message);
            }
            StorageOp::PutDraft { place, text } => {
                if text.is_empty() {
                    self.drafts.remove(&place);
                } else {
                    self.drafts.insert(place, text);
                }
            }
            StorageOp::DropTopic(topic) => {
                self.snapshot(topic, Vec::new());
                self.topics.remove(&topic);
            }
            StorageOp::Wipe => *self = Self::new(self.page),
        }
    }

    fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }

    fn snapshot(&mut self, topic: Topic, rows: Vec<Row>) {
        match topic {
            Topic::User(_) => {
                self.threads.clear();
                self.notices.clear();
                self.defaults = None;
            }
            Topic::Thread(thread) => {
                self.messages.retain(|_, row| row.thread != thread);
                self.members.retain(|(of, _), _| *of != thread);
                self.tunings.remove(&thread);
            }
        }
        for row in rows {
            let op = match row {
                Row::Thread(row) => Op::Thread(row),
                Row::Message(row) => Op::Message(row),
                Row::Member(row) => Op::Member(row),
                Row::Notice(row) => Op::Notice(row),
                Row::Defaults(row) => Op::Defaults(row),
                Row::Tuning(row) => Op::Tuning(row),
            };
            self.step(topic, op);
        }
        let messages = &self.messages;
        self.texts.retain(|id, _| messages.contains_key(id));
        self.ends.retain(|id, _| messages.contains_key(id));
    }

    fn step(&mut self, topic: Topic, op: Op) {
        match (topic, op) {
            (Topic::User(_), Op::Thread(row)) => {
                self.threads.insert(row.id, row);
            }
            (Topic::Thread(thread), Op::Message(row)) if row.thread == thread => {
                self.put_message(row);
            }
            (Topic::User(_), Op::ThreadGone(thread)) => {
                self.threads.remove(&thread);
            }
            (Topic::User(_), Op::Notice(row)) => {
                self.notices.insert(row.n, row);
            }
            (Topic::User(_), Op::NoticeGone(n)) => {
                self.notices.remove(&n);
            }
            (Topic::Thread(thread), Op::Member(row)) => {
                self.members.insert((thread, row.user.id), row);
            }
            (Topic::User(_), Op::Defaults(row)) => self.defaults = Some(row),
            (Topic::Thread(thread), Op::Tuning(row)) => {
                self.tunings.insert(thread, row);
            }
            (Topic::Thread(_), Op::Siblings(siblings)) => {
                for id in &siblings {
                    if let Some(row) = self.messages.get_mut(id) {
                        row.set_siblings(&siblings);
                    }
                }
            }
            (Topic::Thread(_), Op::Settle(end))
                if self.messages.get(&end.message).is_some_and(is_streaming) =>
            {
                self.ends.insert(end.message, end);
            }
            _ => {}
        }
    }

    fn put_message(&mut self, row: MessageRow) {
        self.ends.remove(&row.id);
        if !is_streaming(&row) {
            self.texts.remove(&row.id);
        }
        self.messages.insert(row.id, row);
    }
}
