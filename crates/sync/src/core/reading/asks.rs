//! Questions for rows of a path: of a leader, of the storage, of the server, in this order.
//!
//! Invariant: each question has one answer that counts, the one to when it was put last, and what has
//! changed in the thread since then is applied to it.

use weft_protocol::{
    ClientFrame, MessageId, MessageRow, Op, Path, Row, Status as Progress, ThreadId, Topic,
};

use super::Found;
use crate::{Output, PageRead, Rows, StorageOp, StoredTopic, TabId, TabMessage, core::Core};

/// What is asked.
#[derive(Clone, Debug, Default)]
pub(in crate::core) struct Asks {
    open: Vec<Ask>,
    /// How many questions were put.
    put: u64,
    /// What the server was asked on this socket and is not to be told any more: it answers in any case.
    unwanted: Vec<(ThreadId, Path, u64)>,
}

/// A question that is not answered.
#[derive(Clone, Debug)]
struct Ask {
    read: PageRead,
    /// The followers that want to know, and the question of each.
    tabs: Vec<(TabId, PageRead)>,
    /// Whether the reader of this tab does.
    mine: bool,
    stage: Stage,
    /// Whether it was said on the present socket.
    sent: bool,
    /// What has changed in the thread since it was put.
    since: Vec<Op>,
}

/// Who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Leader,
    Storage,
    Server,
}

impl Ask {
    fn key(&self) -> (ThreadId, Path, u64) {
        (self.read.thread, self.read.path, self.read.from)
    }
}

impl Asks {
    pub(in crate::core) fn clear(&mut self) {
        self.open.clear();
        self.unwanted.clear();
    }

    /// The socket is gone, and with it what was asked on it.
    pub(in crate::core) fn forget_socket(&mut self) {
        self.unwanted.clear();
        self.open.iter_mut().for_each(|ask| ask.sent = false);
    }

    /// Notes what has changed for those answers that may not have it.
    pub(in crate::core) fn note_since(&mut self, thread: ThreadId, ops: &[Op]) {
        let of_thread = |ask: &&mut Ask| ask.read.thread == thread && ask.stage != Stage::Leader;
        for ask in self.open.iter_mut().filter(of_thread) {
            ask.since.extend_from_slice(ops);
        }
    }

    /// Nobody wants to know anything of this thread any more.
    pub(in crate::core) fn drop_thread(&mut self, thread: ThreadId) {
        let gone = self.open.iter().filter(|ask| ask.read.thread == thread);
        self.unwanted
            .extend(gone.filter(|ask| ask.sent).map(Ask::key));
        self.open.retain(|ask| ask.read.thread != thread);
    }

    /// The server has answered questions about this thread otherwise.
    pub(in crate::core) fn forget_unwanted(&mut self, thread: ThreadId) {
        self.unwanted.retain(|&(other, ..)| other != thread);
    }

    /// Whether the reader waits for a page of this path.
    pub(super) fn is_waiting(&self, thread: ThreadId, path: Path) -> bool {
        let is_it = |ask: &Ask| ask.mine && ask.read.thread == thread && ask.read.path == path;
        self.open.iter().any(is_it)
    }

    /// Takes out the question with this answer of a storage or a leader.
    fn take(&mut self, read: &PageRead, stage: Stage) -> Option<Ask> {
        let is_it = |ask: &Ask| ask.read == *read && ask.stage == stage;
        let at = self.open.iter().position(is_it)?;
        Some(self.open.remove(at))
    }

    /// Takes out the question with this answer of the server.
    fn take_served(&mut self, key: (ThreadId, Path, u64)) -> Option<Ask> {
        if let Some(at) = self.unwanted.iter().position(|other| *other == key) {
            self.unwanted.remove(at);
            return None;
        }
        let is_it = |ask: &Ask| ask.sent && ask.key() == key;
        let at = self.open.iter().position(is_it)?;
        Some(self.open.remove(at))
    }
}

impl Core {
    /// Asks for rows, for this tab or for one that follows it.
    pub(in crate::core) fn ask(&mut self, read: PageRead, tab: Option<TabId>) {
        let tab = tab.map(|tab| (tab, read));
        let is_same = |ask: &&mut Ask| {
            PageRead {
                n: read.n,
                ..ask.read
            } == read
        };
        if let Some(ask) = self.asks.open.iter_mut().find(is_same) {
            ask.mine |= tab.is_none();
            // One that asks again does not wait for the answer to what it asked before.
            ask.tabs
                .retain(|&(other, _)| tab.is_none_or(|(tab, _)| tab != other));
            ask.tabs.extend(tab);
            return;
        }
        self.asks.open.push(Ask {
            read,
            mine: tab.is_none(),
            tabs: tab.into_iter().collect(),
            stage: Stage::Leader,
            sent: false,
            since: Vec::new(),
        });
        self.put_question(self.asks.open.len() - 1);
    }

    /// Asks whoever can answer. What is still to come of an answer does not count any more.
    fn put_question(&mut self, at: usize) {
        let tab = self.tab();
        let stage = match tab {
            Some(_) => Stage::Leader,
            None if self.term() != 0 && !self.outbox.writes.lost => Stage::Storage,
            None => Stage::Server,
        };
        self.asks.put += 1;
        let ask = &mut self.asks.open[at];
        (ask.read.n, ask.stage) = (self.asks.put, stage);
        ask.since.clear();
        if std::mem::take(&mut ask.sent) {
            self.asks.unwanted.push(ask.key());
        }
        let read = ask.read;
        match (stage, tab) {
            (Stage::Leader, Some(tab)) => self.post(TabMessage::Read { tab, read }),
            (Stage::Storage, _) => self.outputs.push_back(Output::Read(read)),
            _ => self.ask_server(at),
        }
    }

    fn ask_server(&mut self, at: usize) {
        let live = self.link.is_live();
        let ask = &mut self.asks.open[at];
        (ask.stage, ask.sent) = (Stage::Server, live);
        ask.since.clear();
        let (thread, path, from) = ask.key();
        let limit = self.sizes.page;
        if live {
            self.send(&ClientFrame::Page {
                thread,
                path,
                from,
                limit,
            });
        }
    }

    /// Who answers has changed: everything is asked again. What followers want, they ask the new leader.
    pub(in crate::core) fn ask_anew(&mut self) {
        if self.is_follower() {
            self.asks.open.retain(|ask| ask.mine);
            self.asks.open.iter_mut().for_each(|ask| ask.tabs.clear());
        }
        for at in 0..self.asks.open.len() {
            self.put_question(at);
        }
    }

    /// All rows of a thread were told anew: an answer from before then may lack what has changed.
    pub(super) fn ask_anew_about(&mut self, thread: ThreadId) {
        for at in 0..self.asks.open.len() {
            let ask = &self.asks.open[at];
            if ask.read.thread == thread && ask.stage != Stage::Leader {
                self.put_question(at);
            }
        }
    }

    /// The server is there: it is asked what it was not, or did not answer.
    pub(in crate::core) fn ask_server_again(&mut self) {
        for at in 0..self.asks.open.len() {
            let ask = &self.asks.open[at];
            if ask.stage == Stage::Server && !ask.sent {
                self.ask_server(at);
            }
        }
    }

    /// What the storage has of a question.
    pub(in crate::core) fn read_stored(&mut self, read: PageRead, rows: Rows) {
        let Some(ask) = self.asks.take(&read, Stage::Storage) else {
            return;
        };
        let is_here = self.replica.timelines.get(read.thread).is_some();
        let ids = message_ids(&rows);
        if ids.is_empty() || !is_here {
            self.asks.open.push(ask);
            return self.ask_server(self.asks.open.len() - 1);
        }
        self.put_page(read.thread, rows);
        self.change(read.thread, about(ask.since.clone(), &ids));
        self.settle(ask, Found { ids, tip: None });
    }

    /// What the server has of a question.
    pub(in crate::core) fn read_served(
        &mut self,
        (thread, path, from): (ThreadId, Path, u64),
        mut rows: Vec<MessageRow>,
        tip: Option<(MessageId, u64)>,
    ) {
        let Some(mut ask) = self.asks.take_served((thread, path, from)) else {
            return;
        };
        rows.retain(|row| row.thread == thread);
        let topic = Topic::Thread(thread);
        let cursor = self.follows.get(topic).and_then(|follow| follow.cursor);
        let ids: Vec<MessageId> = rows.iter().map(|row| row.id).collect();
        let since = about(std::mem::take(&mut ask.since), &ids);
        let since = without_known_ends(since, &rows);
        if let (Some(cursor), false) = (cursor, ids.is_empty()) {
            self.store(StorageOp::PutPage {
                thread,
                rows: rows.clone(),
            });
            if !since.is_empty() {
                self.store(StorageOp::Apply {
                    topic,
                    cursor,
                    ops: since.clone(),
                });
            }
        }
        for row in rows {
            self.replica.put_message(thread, row);
        }
        self.change(thread, since);
        for &id in &ids {
            self.verify(thread, id);
            let row = self.replica.message(thread, id);
            if row.is_some_and(|row| row.is_open()) {
                self.ask_bytes(thread, id, 0);
            }
        }
        self.settle(ask, Found { ids, tip });
    }

    /// The leader's answer.
    pub(in crate::core) fn read_told(
        &mut self,
        read: PageRead,
        rows: Rows,
        tip: Option<(MessageId, u64)>,
    ) {
        if let Some(ask) = self.asks.take(&read, Stage::Leader) {
            let ids = message_ids(&rows);
            self.put_page(read.thread, rows);
            self.settle(ask, Found { ids, tip });
        }
    }

    fn put_page(&mut self, thread: ThreadId, rows: Rows) {
        let Rows {
            topics,
            texts,
            ends,
        } = rows;
        for row in topics.into_iter().flat_map(|stored| stored.rows) {
            if let Row::Message(row) = row {
                self.replica.put_message(thread, row);
            }
        }
        self.put_texts(texts, ends);
    }

    /// Tells who asked. What followers lack beside it, they ask for.
    fn settle(&mut self, ask: Ask, mut found: Found) {
        let (thread, term) = (ask.read.thread, self.term());
        found
            .ids
            .retain(|&id| self.replica.message(thread, id).is_some());
        for &(to, read) in &ask.tabs {
            let rows = self.rows_with(thread, &found.ids);
            self.post(TabMessage::Page {
                term,
                to,
                read,
                rows,
                tip: found.tip,
            });
        }
        if ask.mine {
            match self.rest_of(&ask.read, &found) {
                Some(rest) => self.ask(rest, None),
                None => self.land(ask.read, found),
            }
        }
        self.touch(thread);
    }

    /// The server has nothing of the thread: whoever follows is not left waiting for what they have asked.
    pub(in crate::core) fn settle_empty(&mut self, thread: ThreadId) {
        let term = self.term();
        let asks = self.asks.open.iter();
        let of_thread = asks.filter(|ask| ask.read.thread == thread);
        let tabs: Vec<_> = of_thread.flat_map(|ask| ask.tabs.clone()).collect();
        for (to, read) in tabs {
            self.post(TabMessage::Page {
                term,
                to,
                read,
                rows: Rows::default(),
                tip: None,
            });
        }
    }

    /// What is to be asked for where a page does not have what it was to lead to: long texts make short
    /// pages, and who asked may not have known how long the path is.
    fn rest_of(&self, read: &PageRead, found: &Found) -> Option<PageRead> {
        let length = found.tip.map_or(0, |(_, length)| length);
        let last_page = self.last_page(length);
        let from = match (read.path, found.ids.last()) {
            (_, None) => {
                (read.after.is_none() && 0 < length && length < read.from).then_some(last_page)?
            }
            (Path::To(end), Some(&last)) if last != end => {
                let depth = self.replica.message(read.thread, last)?.row.depth;
                let next = depth.saturating_add(1).max(last_page);
                (next > read.from).then_some(next)?
            }
            _ => return None,
        };
        Some(PageRead { from, ..*read })
    }

    /// These rows as they are here, for another tab.
    fn rows_with(&self, thread: ThreadId, ids: &[MessageId]) -> Rows {
        let mut rows = Rows::default();
        let topic = Topic::Thread(thread);
        let cursor = self.follows.get(topic).and_then(|follow| follow.cursor);
        let mut stored = StoredTopic {
            topic,
            cursor: cursor.unwrap_or_default(),
            rows: Vec::new(),
        };
        let messages = ids.iter();
        for message in messages.filter_map(|&id| self.replica.message(thread, id)) {
            let (row, text, end) = message.stored();
            stored.rows.push(Row::Message(row));
            rows.texts.extend(text);
            rows.ends.extend(end);
        }
        rows.topics.push(stored);
        rows
    }
}

/// What has changed but the course of replies whose end these rows have: a row that still streams would
/// take the place of the whole text.
fn without_known_ends(mut ops: Vec<Op>, rows: &[MessageRow]) -> Vec<Op> {
    let is_open = |row: &MessageRow| row.status == Progress::Streaming && !row.deleted;
    let ended = |id: MessageId| rows.iter().any(|row| row.id == id && !is_open(row));
    ops.retain(|op| match op {
        Op::Message(row) => !is_open(row) || !ended(row.id),
        Op::Settle(settle) => !ended(settle.message),
        Op::Siblings(_)
        | Op::Thread(_)
        | Op::Member(_)
        | Op::ThreadGone(_)
        | Op::Defaults(_)
        | Op::Tuning(_)
        | Op::User(_)
        | Op::Notice(_)
        | Op::NoticeGone(_) => true,
    });
    ops
}

fn message_ids(rows: &Rows) -> Vec<MessageId> {
    let rows = rows.topics.iter().flat_map(|stored| &stored.rows);
    rows.filter_map(|row| match row {
        Row::Message(row) => Some(row.id),
        Row::Thread(_) | Row::Member(_) | Row::Notice(_) | Row::Defaults(_) | Row::Tuning(_) => {
            None
        }
    })
    .collect()
}

/// Of these changes those of the rows of a page: what else has changed is not undone by it.
fn about(mut ops: Vec<Op>, ids: &[MessageId]) -> Vec<Op> {
    ops.retain(|op| match op {
        Op::Message(row) => ids.contains(&row.id),
        Op::Settle(settle) => ids.contains(&settle.message),
        Op::Siblings(siblings) => siblings.iter().any(|id| ids.contains(id)),
        Op::Thread(_)
        | Op::Member(_)
        | Op::ThreadGone(_)
        | Op::Defaults(_)
        | Op::Tuning(_)
        | Op::User(_)
        | Op::Notice(_)
        | Op::NoticeGone(_) => false,
    });
    ops
}
