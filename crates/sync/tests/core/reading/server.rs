//! A server of one thread, as SPEC says, in memory, and a client that reads it.

use std::collections::{HashMap, HashSet, VecDeque};

use weft_protocol::{
    Author, ClientFrame, MessageId, MessageRow, Mutation, Op, Path, Row, ServerFrame,
    Status as Progress, Topic,
};
use weft_sync::{Ahead, Delivery, History, Input, Seek, Sizes, TimelineView};

use crate::client::{Client, START, ada, at, thread, thread_row, topic};

pub(crate) fn nth(n: u64) -> MessageId {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&n.to_be_bytes());
    MessageId::from_bytes(bytes)
}

#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(crate) rows: Vec<MessageRow>,
    places: HashMap<MessageId, usize>,
    pub(crate) seq: u64,
    /// The most rows of a page: long texts make it few.
    pub(crate) most: usize,
}

impl Server {
    pub(crate) fn of(messages: u64) -> Self {
        let mut server = Self {
            rows: Vec::new(),
            places: HashMap::new(),
            seq: 0,
            most: 200,
        };
        for n in 1..=messages {
            let parent = (n > 1).then(|| nth(n - 1));
            server.put(nth(n), parent);
        }
        server
    }

    pub(crate) fn row(&self, id: MessageId) -> Option<&MessageRow> {
        self.places.get(&id).map(|&at| &self.rows[at])
    }

    fn put(&mut self, id: MessageId, parent: Option<MessageId>) {
        let depth = parent.and_then(|id| self.row(id)).map_or(0, |it| it.depth);
        self.places.insert(id, self.rows.len());
        self.rows.push(MessageRow {
            id,
            thread: thread(),
            ordinal: self.rows.len() as u64 + 1,
            depth: depth + 1,
            siblings: Vec::new(),
            parent,
            author: Author::User(ada().id),
            status: Progress::Complete,
            text: format!("said {id}").into(),
            error: None,
            deleted: false,
            created_at: START,
        });
    }

    /// The next message, under this one.
    pub(crate) fn say(&mut self, parent: Option<MessageId>) -> Vec<Op> {
        self.say_as(nth(self.rows.len() as u64 + 1), parent)
    }

    pub(crate) fn say_as(&mut self, id: MessageId, parent: Option<MessageId>) -> Vec<Op> {
        self.put(id, parent);
        let siblings = self.list_siblings(parent);
        let row = self.rows[self.rows.len() - 1].clone();
        [Op::Message(row)].into_iter().chain(siblings).collect()
    }

    pub(crate) fn delete(&mut self, id: MessageId) -> Vec<Op> {
        let row = &mut self.rows[self.places[&id]];
        (row.deleted, row.text, row.siblings) = (true, "".into(), vec![]);
        let row = row.clone();
        let siblings = self.list_siblings(row.parent);
        [Op::Message(row)].into_iter().chain(siblings).collect()
    }

    fn list_siblings(&mut self, parent: Option<MessageId>) -> Option<Op> {
        let from = parent.map_or(0, |id| self.places[&id]);
        let live = |row: &&mut MessageRow| row.parent == parent && !row.deleted;
        let live = self.rows[from..].iter_mut().filter(live);
        let mut live: Vec<&mut MessageRow> = live.collect();
        let ids: Vec<MessageId> = live.iter().map(|row| row.id).collect();
        let was = live.iter().any(|row| !row.siblings.is_empty());
        let list = if ids.len() > 1 { ids.clone() } else { vec![] };
        for row in &mut live {
            row.siblings.clone_from(&list);
        }
        (was || ids.len() > 1).then_some(Op::Siblings(ids))
    }

    pub(crate) fn delta(&mut self, ops: Vec<Op>) -> ServerFrame {
        self.seq += 1;
        ServerFrame::Delta {
            topic: topic(),
            base: self.seq - 1,
            cursor: at(self.seq),
            ops,
        }
    }

    pub(crate) fn end(&self, path: Path) -> Option<MessageId> {
        let mut newest = self.rows.iter().rev().filter(|row| !row.deleted);
        match path {
            Path::Newest => newest.next().map(|row| row.id),
            Path::To(id) => self.row(id).map(|row| row.id),
            Path::Through(id) => {
                let from = *self.places.get(&id)?;
                let mut below = HashSet::from([id]);
                for row in &self.rows[from..] {
                    if row.parent.is_some_and(|parent| below.contains(&parent)) {
                        below.insert(row.id);
                    }
                }
                let end = newest.find(|row| below.contains(&row.id));
                Some(end.map_or(id, |row| row.id))
            }
        }
    }

    /// The rows of the path to a message from a depth on.
    pub(crate) fn path(&self, end: Option<MessageId>, from: u64) -> Vec<&MessageRow> {
        let mut next = end.and_then(|id| self.row(id));
        let mut rows = Vec::new();
        while let Some(row) = next.filter(|row| row.depth >= from) {
            rows.push(row);
            next = row.parent.and_then(|id| self.row(id));
        }
        rows.reverse();
        rows
    }

    pub(crate) fn page(&self, path: Path, from: u64, limit: u32) -> ServerFrame {
        let tip = self.end(path);
        let most = self.most.min(limit as usize);
        let rows = self.path(tip, from).into_iter().take(most);
        ServerFrame::Page {
            thread: thread(),
            path,
            from,
            tip,
            length: tip.and_then(|tip| self.row(tip)).map_or(0, |tip| tip.depth),
            rows: rows.cloned().collect(),
        }
    }

    pub(crate) fn snapshot(&self, window: usize) -> Vec<MessageRow> {
        let end = self.end(Path::Newest).and_then(|id| self.row(id));
        let newest = &self.rows[self.rows.len().saturating_sub(window)..];
        let from = end.map_or(1, |end| (end.depth + 1).saturating_sub(window as u64));
        let path = self.path(end.map(|end| end.id), from);
        let mut rows: Vec<MessageRow> = newest.iter().chain(path).cloned().collect();
        rows.sort_by_key(|row| row.ordinal);
        rows.dedup_by_key(|row| row.ordinal);
        rows
    }
}

/// A person at a client of such a server.
pub(crate) struct Desk {
    pub(crate) client: Client,
    pub(crate) server: Server,
    pub(crate) sizes: Sizes,
    /// What was asked and is not answered.
    pub(crate) asked: VecDeque<ClientFrame>,
    /// How many pages were asked for.
    pub(crate) asks: usize,
}

impl Desk {
    pub(crate) fn alone(server: Server, sizes: Sizes) -> Self {
        Self::open(server, sizes, &[Input::SignedIn { token: None }])
    }

    pub(crate) fn leading(server: Server, sizes: Sizes) -> Self {
        let lead = [Input::SignedIn { token: None }, Input::Lead { term: 5 }];
        Self::open(server, sizes, &lead)
    }

    fn open(server: Server, sizes: Sizes, inputs: &[Input]) -> Self {
        let mut desk = Self {
            client: Client::sized(1, sizes),
            server,
            sizes,
            asked: VecDeque::new(),
            asks: 0,
        };
        for input in inputs {
            desk.client.input(input.clone());
        }
        desk.client.input(Input::Watch(thread()));
        desk.welcome();
        desk
    }

    /// The connection is there.
    pub(crate) fn welcome(&mut self) {
        self.client.connect(0);
        self.client.receive(ServerFrame::Snapshot {
            topic: Topic::User(ada().id),
            cursor: at(0),
            rows: vec![Row::Thread(thread_row())],
        });
        self.asked.clear();
        self.snapshot();
    }

    /// The connection is lost, and the next one there.
    pub(crate) fn lose(&mut self) {
        self.client.close(1006);
        let opened = self.client.opened;
        while self.client.opened == opened {
            self.client.advance(100);
        }
        self.client.sent.clear();
        self.welcome();
    }

    pub(crate) fn snapshot(&mut self) {
        let rows = self.server.snapshot(self.sizes.page as usize);
        self.client.snapshot(self.server.seq, rows);
        self.check();
    }

    /// Something was changed, and the client is told.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Server) -> Vec<Op>) {
        let ops = change(&mut self.server);
        let delta = self.server.delta(ops);
        self.client.receive(delta);
        self.check();
    }

    /// Somebody says something at the end of the newest path.
    pub(crate) fn say(&mut self) {
        self.change(|server| server.say(server.end(Path::Newest)));
    }

    pub(crate) fn collect(&mut self) {
        for frame in self.client.sent.drain(..) {
            if matches!(frame, ClientFrame::Page { .. }) {
                self.asks += 1;
                self.asked.push_back(frame);
            }
        }
    }

    /// The server answers one question. Returns whether there was one.
    pub(crate) fn answer_one(&mut self) -> bool {
        self.collect();
        let Some(ClientFrame::Page {
            path, from, limit, ..
        }) = self.asked.pop_front()
        else {
            return false;
        };
        let page = self.server.page(path, from, limit);
        self.client.receive(page);
        self.check();
        true
    }

    pub(crate) fn answer(&mut self) {
        let before = self.asks;
        while self.answer_one() {
            assert!(self.asks - before < 100, "it asks for ever");
        }
    }

    pub(crate) fn ask(&mut self, seek: Seek) {
        self.client.input(Input::Seek(thread(), seek));
        self.check();
    }

    /// The reader goes there, and has what it takes.
    pub(crate) fn seek(&mut self, seek: Seek) {
        self.ask(seek);
        self.answer();
        let view = self.view();
        assert_ne!(view.history, History::Loading, "{seek:?}");
        assert_ne!(view.ahead, Ahead::Loading, "{seek:?}");
    }

    pub(crate) fn view(&self) -> &TimelineView {
        &self.client.mirror.timelines[&thread()]
    }

    /// The messages that are shown and not pending, by id.
    pub(crate) fn shown(&self) -> Vec<MessageId> {
        let rows = self.view().messages.iter();
        let rows = rows.filter(|row| row.delivery == Delivery::Confirmed);
        rows.map(|row| row.id).collect()
    }

    /// What is shown is a part of one path, without a gap, and neither it nor what is here is too much.
    pub(crate) fn check(&self) {
        let is_open = self.client.mirror.timelines.contains_key(&thread());
        let shown = if is_open { self.shown() } else { vec![] };
        let most = self.sizes.most_held + self.sizes.page as usize;
        let held = self.client.core.held_rows();
        assert!(held <= most, "{held} rows are held");
        let many = self.sizes.most_shown;
        assert!(shown.len() <= many, "{} are shown", shown.len());
        let last = shown.last().copied();
        let path = self.server.path(last, 1).into_iter().rev();
        let live = path.filter(|row| !row.deleted).map(|row| row.id);
        let mut part: Vec<MessageId> = live.take(shown.len()).collect();
        part.reverse();
        assert_eq!(shown, part, "a part of one path");
    }

    /// Sends what the interface would: in the place of the last message shown.
    pub(crate) fn send(&mut self, message: MessageId) {
        let parent = self.shown().last().copied();
        self.client.input(Input::Mutate(Mutation::SendMessage {
            thread: thread(),
            message,
            parent,
            text: format!("said {message}"),
            reply: None,
        }));
    }
}
