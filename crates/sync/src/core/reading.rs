//! How a reader moves through a thread, and how the rows around get here and go.
//!
//! Invariant: of a thread so many rows are here at most, however long it is: the newest ones, those that are
//! shown and some around them, those that what is unsent is about. Rows are asked for by their place on a
//! path, first of the storage and then of the server; what changes meanwhile is applied to the answer.

use std::collections::HashSet;

use weft_protocol::{ClientFrame, MessageId, MessageRow, Mutation, Op, Path, Row, ThreadId, Topic};

use super::Core;
use crate::{
    Ahead, Delivery, History, Output, PageRead, Rows, Seek, Status, StorageOp, StoredTopic, TabId,
    TabMessage,
    project::{self, Stretch},
    reader::Reader,
};

/// A question for rows that is not answered.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    read: PageRead,
    /// Who wants to know: followers, or else this tab.
    tabs: Vec<TabId>,
    stage: Stage,
    /// What has changed in the thread since it was asked.
    since: Vec<Op>,
}

/// Who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Leader,
    Storage,
    Server,
}

/// Rows of a path, oldest first, and where it ends, if that is known.
struct Found {
    ids: Vec<MessageId>,
    tip: Option<(MessageId, u64)>,
}

impl Core {
    /// What is shown of a watched thread.
    pub(super) fn stretch(&self, thread: ThreadId) -> Stretch<'_> {
        let none = Reader::default();
        let reader = self.readers.get(thread).unwrap_or(&none);
        let connected = self.status() == Status::Connected;
        let mut stretch = project::stretch(
            &self.replica,
            &self.outbox,
            self.owner,
            thread,
            connected,
            (reader, &self.sizes),
        );
        let follow = self.follows.get(Topic::Thread(thread));
        stretch.history = match self.replica.timelines.get(thread) {
            _ if follow.is_some_and(|follow| follow.missing) => History::Missing,
            None => History::Unknown,
            Some(_) if matches!(reader.wants, Some(Seek::Older | Seek::Depth(_))) => {
                History::Loading
            }
            Some(_) if stretch.above.is_none() => History::Complete,
            Some(_) => History::More,
        };
        stretch.ahead = match (reader.bottom, reader.wants) {
            (None, _) => Ahead::Nothing,
            (Some(_), Some(Seek::Newer)) => Ahead::Loading,
            (Some(_), _) => Ahead::More,
        };
        stretch
    }

    /// A reader wants to see something.
    pub(super) fn seek(&mut self, thread: ThreadId, seek: Seek) {
        if !self.watched.contains(&thread) {
            return;
        }
        let missing = self.go(thread, seek);
        let reader = self.readers.or_default(thread);
        reader.wants = missing.map(|_| seek);
        if let Some(read) = missing {
            self.ask(read, None);
        }
        self.touch_shown(thread);
    }

    /// Goes there as far as the rows are here. Returns what is missing.
    fn go(&mut self, thread: ThreadId, seek: Seek) -> Option<PageRead> {
        match seek {
            Seek::Latest => self.go_to_end(thread),
            Seek::Stay => {
                self.stay(thread);
                None
            }
            Seek::Older => self.go_up(thread),
            Seek::Newer => self.go_down(thread),
            Seek::Depth(depth) => Some(self.page(thread, None, depth.max(1))),
            Seek::Message { message, depth } => {
                let Some(ids) = self.leading_to(thread, message) else {
                    let page = u64::from(self.sizes.page);
                    let from = depth.saturating_sub(page - 1).max(1);
                    return Some(self.page(thread, Some(Path::To(message)), from));
                };
                let reader = self.readers.or_default(thread);
                (reader.top, reader.bottom) = (ids.last().copied(), Some(message));
                reader.stays = true;
                self.go_down(thread)
            }
            Seek::Branch { message, depth } => {
                let path = Path::Through(message);
                // What is here of it is shown at once; whether that is all, the server knows.
                if self.replica.message(thread, message).is_some() {
                    let reader = Reader {
                        path,
                        ..Reader::default()
                    };
                    self.readers.insert(thread, reader);
                }
                let above = (self.sizes.page / 2).into();
                let from = depth.saturating_sub(above).max(1);
                Some(self.page(thread, Some(path), from))
            }
        }
    }

    fn go_to_end(&mut self, thread: ThreadId) -> Option<PageRead> {
        let reader = self.readers.or_default(thread);
        let whole = reader.bottom.is_none() || reader.path == Path::Newest;
        if whole {
            (reader.top, reader.bottom, reader.stays) = (None, None, false);
            return None;
        }
        let page = u64::from(self.sizes.page);
        let from = reader.length.saturating_sub(page - 1).max(1);
        Some(self.page(thread, None, from))
    }

    fn stay(&mut self, thread: ThreadId) {
        let first = self.stretch(thread).items.first().map(|item| item.id);
        let reader = self.readers.or_default(thread);
        if !reader.stays {
            reader.stays = true;
            reader.top = reader.top.or(first);
        }
    }

    fn go_up(&mut self, thread: ThreadId) -> Option<PageRead> {
        self.stay(thread);
        let above = self.stretch(thread).above?;
        let (mut live, mut top, mut next) = (0, None, Some(above));
        let timeline = self.replica.timelines.get(thread)?;
        for message in timeline.up(above) {
            if live == self.sizes.step {
                break;
            }
            live += usize::from(!message.row.deleted);
            top = Some(message.row.id);
            next = message.row.parent;
        }
        if top.is_some() {
            self.readers.or_default(thread).top = top;
            self.bound(thread);
        }
        let missing = next.filter(|&next| timeline_lacks(self, thread, next))?;
        let below = top.or_else(|| self.first_shown(thread));
        let depth = below
            .and_then(|id| self.replica.message(thread, id))?
            .row
            .depth;
        let last = depth.saturating_sub(1);
        let from = last.saturating_sub(u64::from(self.sizes.page) - 1).max(1);
        let read = self.page(thread, Some(Path::To(missing)), from);
        if live > 0 {
            // There is something to read meanwhile.
            self.ask(read, None);
            return None;
        }
        Some(read)
    }

    fn go_down(&mut self, thread: ThreadId) -> Option<PageRead> {
        let bottom = self.readers.get(thread)?.bottom?;
        let timeline = self.replica.timelines.get(thread)?;
        let end = self.end_of_path(thread);
        let (below, leads_to_end) = timeline.down(bottom, end);
        let is_live = |id: &&MessageId| timeline.message(**id).is_some_and(|it| !it.row.deleted);
        let step = below.iter().filter(is_live).nth(self.sizes.step - 1);
        let last = step.or(below.last()).copied();
        let at_end = leads_to_end && last == below.last().copied();
        let reader = self.readers.or_default(thread);
        reader.bottom = if at_end { None } else { last.or(Some(bottom)) };
        let shown = self.stretch(thread);
        let over = shown.rows.saturating_sub(self.sizes.most_shown);
        let top = shown.items.get(over).map(|item| item.id);
        if over > 0 {
            self.readers.or_default(thread).top = top;
        }
        let near_end = below.len() < self.sizes.step && !leads_to_end;
        if !near_end {
            return None;
        }
        let after = below.last().copied().unwrap_or(bottom);
        let from = self.replica.message(thread, after)?.row.depth + 1;
        let read = PageRead {
            after: Some(after),
            ..self.page(thread, None, from)
        };
        if !below.is_empty() {
            self.ask(read, None);
            return None;
        }
        Some(read)
    }

    /// A page of the path that is read, or of another one.
    fn page(&self, thread: ThreadId, path: Option<Path>, from: u64) -> PageRead {
        let reader = self.readers.get(thread);
        let path = path
            .or(reader.map(|reader| reader.path))
            .unwrap_or(Path::Newest);
        PageRead {
            thread,
            path,
            from,
            after: None,
        }
    }

    /// The last message of the branch that the reader chose, where that is known.
    pub(super) fn end_of_branch(&self, thread: ThreadId) -> Option<MessageId> {
        let reader = self.readers.get(thread)?;
        let chosen = reader.path != Path::Newest && reader.bottom.is_none();
        let stretch = chosen.then(|| self.stretch(thread))?;
        let mut said = stretch.items.iter().rev();
        said.find(|item| !matches!(item.delivery, Delivery::Failed(_)))
            .map(|item| item.id)
    }

    fn end_of_path(&self, thread: ThreadId) -> Option<MessageId> {
        let path = self.readers.get(thread)?.path;
        project::end_of(&self.replica, &self.outbox, self.owner, thread, path)
    }

    fn first_shown(&self, thread: ThreadId) -> Option<MessageId> {
        let stretch = self.stretch(thread);
        stretch.items.first().map(|item| item.id)
    }

    /// The message and some of those that lead to it, the nearest first, where they are here.
    fn leading_to(&self, thread: ThreadId, message: MessageId) -> Option<Vec<MessageId>> {
        let timeline = self.replica.timelines.get(thread)?;
        let up = timeline.up(message).take(self.sizes.shown / 2);
        let ids: Vec<MessageId> = up.map(|message| message.row.id).collect();
        (!ids.is_empty()).then_some(ids)
    }

    /// Lets go of what is too much at the end of what is shown.
    pub(super) fn bound(&mut self, thread: ThreadId) {
        let stays = self.readers.get(thread).is_some_and(|reader| reader.stays);
        if !stays {
            return;
        }
        let stretch = self.stretch(thread);
        if stretch.rows > self.sizes.most_shown {
            let last = stretch.items[self.sizes.most_shown - 1].id;
            self.readers.or_default(thread).bottom = Some(last);
        }
    }

    /// Asks for rows, for this tab or for one that follows it.
    pub(super) fn ask(&mut self, read: PageRead, tab: Option<TabId>) {
        if let Some(ask) = self.asks.iter_mut().find(|ask| ask.read == read) {
            let is_new = |tab: &TabId| !ask.tabs.contains(tab);
            let new = tab.filter(is_new);
            ask.tabs.extend(new);
            return;
        }
        self.asks.push(Ask {
            read,
            tabs: tab.into_iter().collect(),
            stage: Stage::Leader,
            since: Vec::new(),
        });
        self.put_question(self.asks.len() - 1);
    }

    /// Asks whoever can answer.
    fn put_question(&mut self, at: usize) {
        let read = self.asks[at].read;
        self.asks[at].since.clear();
        self.asks[at].stage = match self.tab() {
            Some(_) => Stage::Leader,
            None if self.term() != 0 && !self.outbox.writes.lost => Stage::Storage,
            None => Stage::Server,
        };
        match (self.asks[at].stage, self.tab()) {
            (Stage::Leader, Some(tab)) => self.post(TabMessage::Read { tab, read }),
            (Stage::Storage, _) => self.outputs.push_back(Output::Read(read)),
            _ => self.ask_server(at),
        }
    }

    fn ask_server(&mut self, at: usize) {
        let ask = &mut self.asks[at];
        ask.stage = Stage::Server;
        ask.since.clear();
        let PageRead {
            thread, path, from, ..
        } = ask.read;
        if self.link.is_live() {
            let limit = self.sizes.page;
            self.send(&ClientFrame::Page {
                thread,
                path,
                from,
                limit,
            });
        }
    }

    /// Who answers has changed: everything is asked again. What followers want, they ask the new leader.
    pub(super) fn ask_anew(&mut self) {
        if self.is_follower() {
            self.asks
                .retain(|ask| self.watched.contains(&ask.read.thread));
            self.asks.iter_mut().for_each(|ask| ask.tabs.clear());
        }
        for at in 0..self.asks.len() {
            self.put_question(at);
        }
    }

    /// The server is there: it is asked what it was not, or did not answer.
    pub(super) fn ask_server_again(&mut self) {
        for at in 0..self.asks.len() {
            if self.asks[at].stage == Stage::Server {
                self.ask_server(at);
            }
        }
    }

    /// Nothing of this thread is to be had.
    pub(super) fn drop_asks(&mut self, thread: ThreadId) {
        self.asks.retain(|ask| ask.read.thread != thread);
        if let Some(reader) = self.readers.get_mut(thread) {
            *reader = Reader::default();
        }
    }

    /// Notes what has changed for those answers that may not have it.
    pub(super) fn note_since(&mut self, thread: ThreadId, ops: &[Op]) {
        let asks = self.asks.iter_mut();
        for ask in asks.filter(|ask| ask.read.thread == thread) {
            ask.since.extend_from_slice(ops);
        }
    }

    /// What the storage has of a question.
    pub(super) fn read_stored(&mut self, read: PageRead, rows: Rows) {
        let asked = |ask: &Ask| ask.read == read && ask.stage == Stage::Storage;
        let Some(at) = self.asks.iter().position(asked) else {
            return;
        };
        let is_here = self.replica.timelines.get(read.thread).is_some();
        let ids = message_ids(&rows);
        if ids.is_empty() || !is_here {
            return self.ask_server(at);
        }
        let ask = self.asks.remove(at);
        self.put_page(read.thread, rows);
        self.change(read.thread, ask.since.clone());
        self.settle(ask, Found { ids, tip: None });
    }

    /// What the server has of a question.
    pub(super) fn read_served(
        &mut self,
        thread: ThreadId,
        (path, from): (Path, u64),
        rows: Vec<MessageRow>,
        tip: Option<(MessageId, u64)>,
    ) {
        let asked = |ask: &Ask| {
            let PageRead {
                thread: t,
                path: p,
                from: f,
                ..
            } = ask.read;
            (t, p, f) == (thread, path, from) && ask.stage == Stage::Server
        };
        let Some(at) = self.asks.iter().position(asked) else {
            return;
        };
        let ask = self.asks.remove(at);
        let rows: Vec<MessageRow> = rows
            .into_iter()
            .filter(|row| row.thread == thread)
            .collect();
        let topic = Topic::Thread(thread);
        let cursor = self.follows.get(topic).and_then(|follow| follow.cursor);
        let ids: Vec<MessageId> = rows.iter().map(|row| row.id).collect();
        if let (Some(cursor), false) = (cursor, ids.is_empty()) {
            self.store(StorageOp::PutPage {
                thread,
                rows: rows.clone(),
            });
            if !ask.since.is_empty() {
                self.store(StorageOp::Apply {
                    topic,
                    cursor,
                    ops: ask.since.clone(),
                });
            }
        }
        for row in rows {
            self.replica.put_message(thread, row);
        }
        self.change(thread, ask.since.clone());
        for &id in &ids {
            self.verify(thread, id);
            if self
                .replica
                .message(thread, id)
                .is_some_and(|row| row.is_open())
            {
                self.ask_bytes(thread, id, 0);
            }
        }
        self.settle(ask, Found { ids, tip });
    }

    /// The leader's answer.
    pub(super) fn read_told(&mut self, read: PageRead, rows: Rows, tip: Option<(MessageId, u64)>) {
        let asked = |ask: &Ask| ask.read == read && ask.stage == Stage::Leader;
        let Some(at) = self.asks.iter().position(asked) else {
            return;
        };
        let ask = self.asks.remove(at);
        let ids = message_ids(&rows);
        self.put_page(read.thread, rows);
        self.settle(ask, Found { ids, tip });
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

    /// Tells who asked.
    fn settle(&mut self, ask: Ask, found: Found) {
        let thread = ask.read.thread;
        if let Some(rest) = self.cut_short(&ask.read, &found) {
            // Long texts make short pages: what is nearest to the reader is still to come.
            for tab in ask.tabs.iter().copied().map(Some) {
                self.ask(rest, tab);
            }
            if ask.tabs.is_empty() {
                self.ask(rest, None);
            }
            return;
        }
        let term = self.term();
        for &to in &ask.tabs {
            let rows = self.rows_with(thread, &found.ids);
            self.post(TabMessage::Page {
                term,
                to,
                read: ask.read,
                rows,
                tip: found.tip,
            });
        }
        self.land(ask.read, found);
        self.touch(thread);
    }

    /// The rest of a page that ends before what it was to lead to.
    fn cut_short(&self, read: &PageRead, found: &Found) -> Option<PageRead> {
        let (Path::To(end), Some(&last)) = (read.path, found.ids.last()) else {
            return None;
        };
        let depth = self.replica.message(read.thread, last)?.row.depth;
        (last != end && depth >= read.from).then_some(PageRead {
            from: depth + 1,
            ..*read
        })
    }

    /// Goes on with what the reader wants, now that rows are here.
    fn land(&mut self, read: PageRead, found: Found) {
        let thread = read.thread;
        let Some(reader) = self.readers.get_mut(thread) else {
            return;
        };
        if let (Some((_, length)), true) = (found.tip, reader.path == read.path) {
            reader.length = if reader.path == Path::Newest {
                0
            } else {
                length
            };
        }
        let Some(wants) = reader.wants else {
            if found.ids.is_empty() && reader.bottom.is_some_and(|it| read.path == Path::To(it)) {
                // What was read is not there any more.
                *reader = Reader::default();
            }
            return;
        };
        let wanted = match wants {
            Seek::Branch { message, .. } => Path::Through(message),
            _ => reader.path,
        };
        let (Some(&first), Some(&last)) = (found.ids.first(), found.ids.last()) else {
            reader.wants = None;
            if matches!(wants, Seek::Message { .. } | Seek::Branch { .. }) {
                *reader = Reader::default();
            }
            return;
        };
        match wants {
            Seek::Depth(depth)
                if read.from == depth.max(1) && !matches!(read.path, Path::To(_)) =>
            {
                let shown = found.ids.get(self.sizes.shown.saturating_sub(1));
                let bottom = *shown.unwrap_or(&last);
                (reader.top, reader.bottom) = (Some(first), Some(bottom));
                (reader.stays, reader.wants) = (true, None);
                self.meet_end(thread);
            }
            Seek::Latest | Seek::Branch { .. } if read.path == wanted => {
                let ends = found.tip.is_some_and(|(tip, _)| tip == last);
                let latest = wants == Seek::Latest && ends;
                *reader = Reader {
                    path: wanted,
                    top: (!latest).then_some(first),
                    bottom: (!ends).then_some(last),
                    stays: !latest,
                    wants: None,
                    length: found.tip.map_or(0, |(_, length)| length),
                };
                self.bound(thread);
            }
            Seek::Newer if read.after.is_some() && !self.follows_on(&read, first) => {
                // The path leads elsewhere by now.
                *self.readers.or_default(thread) = Reader::default();
            }
            Seek::Older | Seek::Newer | Seek::Message { .. } => {
                let again = self.go(thread, wants).filter(|again| *again != read);
                self.readers.or_default(thread).wants = again.map(|_| wants);
                if let Some(again) = again {
                    self.ask(again, None);
                }
            }
            Seek::Stay | Seek::Depth(_) | Seek::Latest | Seek::Branch { .. } => {}
        }
    }

    /// Whether the first row of a page follows what it was to follow.
    fn follows_on(&self, read: &PageRead, first: MessageId) -> bool {
        let first = self.replica.message(read.thread, first);
        first.is_some_and(|first| first.row.parent == read.after)
    }

    /// Where the last row shown is the end of the path, what comes there is shown.
    fn meet_end(&mut self, thread: ThreadId) {
        let end = self.end_of_path(thread);
        let reader = self.readers.or_default(thread);
        if reader.bottom.is_some() && reader.bottom == end {
            reader.bottom = None;
        }
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
        for message in ids
            .iter()
            .filter_map(|&id| self.replica.message(thread, id))
        {
            let (row, text, end) = message.stored();
            stored.rows.push(Row::Message(row));
            rows.texts.extend(text);
            rows.ends.extend(end);
        }
        rows.topics.push(stored);
        rows
    }

    /// The rows that a reader is shown beside the newest ones: they are not lost when the newest are told
    /// anew, but asked for.
    pub(super) fn shown_rows(&self, thread: ThreadId) -> Vec<MessageId> {
        let Some(reader) = self.readers.get(thread) else {
            return Vec::new();
        };
        if reader.bottom.is_none() && reader.path == Path::Newest {
            return Vec::new();
        }
        let items = self.stretch(thread).items.into_iter();
        let ids = items.map(|item| item.id);
        ids.chain(reader.top).chain(reader.bottom).collect()
    }

    /// Asks for the rows that are shown, which may have changed.
    pub(super) fn refresh(&mut self, thread: ThreadId) {
        let depth = |id: MessageId| Some(self.replica.message(thread, id)?.row.depth);
        let Some(reader) = self.readers.get(thread) else {
            return;
        };
        let Some(bottom) = reader.bottom else { return };
        let from = reader.top.and_then(depth).or_else(|| depth(bottom));
        let read = self.page(thread, Some(Path::To(bottom)), from.unwrap_or(1));
        self.ask(read, None);
    }

    /// Lets go of the rows that are far from what is shown and from the newest ones.
    pub(super) fn trim(&mut self, thread: ThreadId, most: usize) {
        let Some(timeline) = self.replica.timelines.get(thread) else {
            return;
        };
        if timeline.len() <= most {
            return;
        }
        let newest = timeline.newest_first().take(self.sizes.tail);
        let mut keep: HashSet<MessageId> = newest.map(|message| message.row.id).collect();
        let open = timeline.iter().filter(|message| message.is_open());
        keep.extend(open.map(|message| message.row.id));
        let around = self.sizes.step;
        if self.readers.get(thread).is_some() {
            let stretch = self.stretch(thread);
            keep.extend(stretch.items.iter().map(|item| item.id));
            let above = stretch.above.into_iter().flat_map(|id| timeline.up(id));
            keep.extend(above.take(around).map(|message| message.row.id));
            if let Some(last) = stretch.rows.checked_sub(1) {
                let last = stretch.items[last].id;
                let (below, _) = timeline.down(last, self.end_of_path(thread));
                keep.extend(below.into_iter().take(around));
            }
        }
        if let Some(reader) = self.readers.get(thread) {
            keep.extend(reader.top.into_iter().chain(reader.bottom));
        }
        for entry in &self.outbox.entries {
            keep.extend(about(&entry.mutation));
        }
        if let Some(timeline) = self.replica.timelines.get_mut(thread) {
            timeline.retain(|message| keep.contains(&message.row.id));
        }
    }

    /// How many rows of messages are here, of all threads: what is held in memory.
    pub fn held_rows(&self) -> usize {
        let timelines = self.replica.timelines.iter();
        timelines.map(|(_, timeline)| timeline.len()).sum()
    }
}

fn timeline_lacks(core: &Core, thread: ThreadId, message: MessageId) -> bool {
    core.replica.message(thread, message).is_none()
}

fn message_ids(rows: &Rows) -> Vec<MessageId> {
    let rows = rows.topics.iter().flat_map(|stored| &stored.rows);
    rows.filter_map(|row| match row {
        Row::Message(row) => Some(row.id),
        Row::Thread(_) => None,
    })
    .collect()
}

/// The message that a mutation needs to be here.
fn about(mutation: &Mutation) -> Option<MessageId> {
    match *mutation {
        Mutation::SendMessage { parent, .. } => parent,
        Mutation::StopReply { message, .. }
        | Mutation::Regenerate { message, .. }
        | Mutation::EditMessage { message, .. }
        | Mutation::DeleteMessage { message, .. } => Some(message),
        Mutation::CreateThread { .. }
        | Mutation::RenameThread { .. }
        | Mutation::PinThread { .. }
        | Mutation::ArchiveThread { .. }
        | Mutation::DeleteThread { .. }
        | Mutation::RestoreThread { .. } => None,
    }
}
