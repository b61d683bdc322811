//! The server's rows as far as they are here.
//!
//! Invariant: what is in it came from the server, and nothing that is only wished for does. Cursors are
//! kept by whoever follows the topics.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
};

use weft_protocol::{
    Checksum, Defaults, MemberRow, MessageId, MessageRow, NoticeRow, Path, Row, Status, ThreadId,
    ThreadRow, Tuning, frame::Held, row::Settle,
};

use crate::{body::Body, few::Few};

/// How often the text of a reply is fetched anew because its checksum was wrong.
pub(crate) const MAX_REFETCHES: u8 = 3;

/// All rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Replica {
    /// In no order: ids name, and never order (SPEC R1).
    pub(crate) threads: HashMap<ThreadId, ThreadRow>,
    /// What the person is told of, by number.
    pub(crate) notices: Few<u64, NoticeRow>,
    pub(crate) timelines: Few<ThreadId, Timeline>,
    /// What the person wants where a thread says nothing.
    pub(crate) defaults: Defaults,
    revs: u64,
}

/// Messages of a thread: the newest ones, and those around what is read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timeline {
    /// By ordinal, which no two share. New ones come at the end, and pages mostly at the front.
    rows: VecDeque<Message>,
    /// Who is or was a member, by id.
    pub(crate) people: Vec<MemberRow>,
    /// How models are asked in it.
    pub(crate) tuning: Tuning,
    ordinals: HashMap<MessageId, u64>,
}

/// A message: its row without the text, and the text.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// Its `text` is empty; `body` has it.
    pub(crate) row: MessageRow,
    pub(crate) body: Body,
    /// What the text must become, where the reply has ended and that is not known to be so yet.
    pub(crate) awaited: Option<Awaited>,
}

/// What the text of an ended reply must become.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Awaited {
    len: u64,
    checksum: Checksum,
    refetches: u8,
}

/// What is known of the text of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is still being made, or it is not here at all.
    Open,
    /// It is all here.
    Whole,
    /// The reply has ended, and bytes of it are missing here.
    Short,
    /// These are not the reply's bytes: they are forgotten, and must be asked for again.
    Wrong,
}

impl Message {
    /// The status to show: a reply is not complete before its text is.
    pub(crate) fn status(&self) -> Status {
        match (self.awaited, self.row.status) {
            (Some(_), Status::Complete) => Status::Streaming,
            (_, status) => status,
        }
    }

    /// What is kept of it: its row, the bytes that the row does not carry, and the reply's end.
    pub(crate) fn stored(&self) -> (MessageRow, Option<(MessageId, String)>, Option<Settle>) {
        let mut row = self.row.clone();
        if !self.is_open() {
            row.text = self.body.shown().shared();
            return (row, None, None);
        }
        let end = self.awaited.map(|awaited| Settle {
            message: row.id,
            status: row.status,
            error: row.error,
            len: awaited.len,
            checksum: awaited.checksum,
        });
        (row.status, row.error) = (Status::Streaming, None);
        let text = (row.id, self.body.as_str().to_owned());
        (row, Some(text), end)
    }

    /// Ends a reply; [`Timeline::verify`] then tells what its text lacks.
    pub(crate) fn settle(&mut self, settle: &Settle) {
        self.row.status = settle.status;
        self.row.error = settle.error;
        let refetches = self.awaited.map_or(0, |awaited| awaited.refetches);
        self.awaited = Some(Awaited {
            len: settle.len,
            checksum: settle.checksum,
            refetches,
        });
    }

    /// Whether more text may come.
    pub(crate) fn is_open(&self) -> bool {
        !self.row.deleted && (self.row.status == Status::Streaming || self.awaited.is_some())
    }
}

impl Timeline {
    pub(crate) fn message(&self, id: MessageId) -> Option<&Message> {
        self.rows.get(self.place(id)?)
    }

    pub(crate) fn message_mut(&mut self, id: MessageId) -> Option<&mut Message> {
        let at = self.place(id)?;
        self.rows.get_mut(at)
    }

    fn place(&self, id: MessageId) -> Option<usize> {
        self.place_of(*self.ordinals.get(&id)?).ok()
    }

    /// Where the message of that ordinal is, or else where it belongs.
    fn place_of(&self, ordinal: u64) -> Result<usize, usize> {
        self.rows
            .binary_search_by(|message| message.row.ordinal.cmp(&ordinal))
    }

    /// The messages, newest first.
    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &Message> {
        self.rows.iter().rev()
    }

    /// How many messages are here.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The messages, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Message> {
        self.rows.iter()
    }

    /// A message and those that lead to it, as far as they are here, the nearest first. A parent was there
    /// first: rows that deny it may lead round in a circle, so each step goes back.
    pub(crate) fn up(&self, from: MessageId) -> impl Iterator<Item = &Message> {
        std::iter::successors(self.message(from), |message| {
            let parent = self.message(message.row.parent?)?;
            (parent.row.ordinal < message.row.ordinal).then_some(parent)
        })
    }

    /// The messages that follow `after` on the path to `end`, or else as far as it is known which of several
    /// is on the path, by being alone or one of `forks`; oldest first. Says whether they lead to `end`.
    pub(crate) fn down(
        &self,
        after: MessageId,
        end: Option<MessageId>,
        forks: &[MessageId],
    ) -> (Vec<MessageId>, bool) {
        let ids = |message: &Message| message.row.id;
        if let Some(end) = end {
            let mut path: Vec<MessageId> = self.up(end).map(ids).collect();
            if let Some(at) = path.iter().position(|&id| id == after) {
                path.truncate(at);
                path.reverse();
                return (path, true);
            }
        }
        let mut children: HashMap<MessageId, Vec<&Message>> = HashMap::new();
        for message in &self.rows {
            let parent = message.row.parent.and_then(|parent| self.message(parent));
            if let Some(parent) = parent.filter(|it| it.row.ordinal < message.row.ordinal) {
                children.entry(parent.row.id).or_default().push(message);
            }
        }
        let next = |last: &MessageId| {
            let children = children.get(last)?;
            let on_path = children.iter().find(|it| forks.contains(&it.row.id));
            // A tombstone lists no siblings, and may have some.
            let is_alone = |it: &&&Message| it.row.siblings.is_empty() && !it.row.deleted;
            let alone = children.first().filter(|_| children.len() == 1);
            let next = on_path.or(alone.filter(is_alone))?;
            Some(next.row.id)
        };
        let path = std::iter::successors(next(&after), next).collect();
        (path, false)
    }

    /// The last row of a path, as far as its rows are here (SPEC R16).
    pub(crate) fn end(&self, path: Path) -> Option<&Message> {
        let mut rows = self.newest_first().filter(|message| !message.row.deleted);
        match path {
            Path::Newest => rows.next(),
            Path::To(id) => self.message(id),
            Path::Through(id) => {
                let below = self.below(id);
                let newest = rows.find(|message| below.contains(&message.row.id));
                newest.or_else(|| self.message(id))
            }
        }
    }

    /// The message and all that have it on their path, as far as that is known here.
    pub(crate) fn below(&self, message: MessageId) -> HashSet<MessageId> {
        let mut below = HashSet::from([message]);
        // What was there first comes first.
        for Message { row, .. } in &self.rows {
            if row.parent.is_some_and(|parent| below.contains(&parent)) {
                below.insert(row.id);
            }
        }
        below
    }

    /// Lets go of the messages that are not to be kept.
    pub(crate) fn retain(&mut self, keep: impl Fn(&Message) -> bool) {
        self.rows.retain(|message| keep(message));
        let rows = &self.rows;
        self.ordinals = rows
            .iter()
            .map(|message| (message.row.id, message.row.ordinal))
            .collect();
    }

    /// Takes these messages out.
    pub(crate) fn take_all(&mut self, ids: &[MessageId]) -> Vec<Message> {
        ids.iter().filter_map(|&id| self.take(id)).collect()
    }

    /// Puts messages back in, where nothing has taken their place.
    pub(crate) fn put_back(&mut self, messages: Vec<Message>) {
        for message in messages {
            let (id, ordinal) = (message.row.id, message.row.ordinal);
            if let (false, Err(at)) = (self.ordinals.contains_key(&id), self.place_of(ordinal)) {
                self.ordinals.insert(id, ordinal);
                self.rows.insert(at, message);
            }
        }
    }

    /// Puts somebody who is or was a member.
    pub(crate) fn put_member(&mut self, member: MemberRow) {
        let id = member.user.id;
        match self.people.binary_search_by_key(&id, |it| it.user.id) {
            Ok(at) => self.people[at] = member,
            Err(at) => self.people.insert(at, member),
        }
    }

    /// These live messages stand in each other's place.
    pub(crate) fn set_siblings(&mut self, siblings: &[MessageId]) {
        for &id in siblings {
            if let Some(message) = self.message_mut(id) {
                message.row.set_siblings(siblings);
            }
        }
    }

    /// The replies that more text may come for, with what is here of each.
    pub(crate) fn open_replies(&self) -> impl Iterator<Item = (&Message, Held)> {
        self.rows
            .iter()
            .filter(|message| message.is_open())
            .map(|message| {
                (
                    message,
                    Held {
                        message: message.row.id,
                        offset: message.body.len(),
                    },
                )
            })
    }

    fn take(&mut self, id: MessageId) -> Option<Message> {
        let at = self.place(id)?;
        self.ordinals.remove(&id);
        self.rows.remove(at)
    }

    fn put(&mut self, mut row: MessageRow, old: Option<Message>, fresh_rev: u64) {
        let text: Arc<str> = std::mem::replace(&mut row.text, "".into());
        let streaming = row.status == Status::Streaming && !row.deleted;
        let body = match old {
            Some(old) if streaming => old.body,
            Some(old) => old.body.replaced(text, fresh_rev),
            None if streaming => Body::empty(fresh_rev),
            None => Body::whole(fresh_rev, text),
        };
        let (id, ordinal) = (row.id, row.ordinal);
        let message = Message {
            row,
            body,
            awaited: None,
        };
        match self.place_of(ordinal) {
            Ok(at) => {
                let other = std::mem::replace(&mut self.rows[at], message);
                self.ordinals.remove(&other.row.id);
            }
            Err(at) => self.rows.insert(at, message),
        }
        self.ordinals.insert(id, ordinal);
    }

    /// Compares the text of a message with what it must become.
    pub(crate) fn verify(&mut self, id: MessageId, fresh_rev: u64) -> Verdict {
        let Some(message) = self.message_mut(id) else {
            return Verdict::Open;
        };
        let Some(awaited) = &mut message.awaited else {
            return if message.is_open() {
                Verdict::Open
            } else {
                Verdict::Whole
            };
        };
        if message.body.len() < awaited.len && !message.row.deleted {
            return Verdict::Short;
        }
        let right = message.body.len() == awaited.len
            && Checksum::of(message.body.as_str()) == awaited.checksum;
        if right || message.row.deleted || awaited.refetches >= MAX_REFETCHES {
            message.awaited = None;
            message.body.finish();
            return Verdict::Whole;
        }
        awaited.refetches += 1;
        message.body = Body::empty(fresh_rev);
        Verdict::Wrong
    }
}

impl Replica {
    /// A revision that no body has had.
    pub(crate) fn fresh_rev(&mut self) -> u64 {
        self.revs += 1;
        self.revs
    }

    pub(crate) fn message(&self, thread: ThreadId, id: MessageId) -> Option<&Message> {
        self.timelines.get(thread)?.message(id)
    }

    pub(crate) fn message_mut(&mut self, thread: ThreadId, id: MessageId) -> Option<&mut Message> {
        self.timelines.get_mut(thread)?.message_mut(id)
    }

    /// The thread of which this message is here.
    pub(crate) fn find(&self, id: MessageId) -> Option<ThreadId> {
        let mut timelines = self.timelines.iter();
        timelines.find_map(|(thread, timeline)| timeline.message(id).map(|_| thread))
    }

    /// A message of whichever thread.
    pub(crate) fn find_mut(&mut self, id: MessageId) -> Option<&mut Message> {
        let mut timelines = self.timelines.iter_mut();
        timelines.find_map(|(_, timeline)| timeline.message_mut(id))
    }

    /// Puts a row of `thread`; one of another thread is not a row of this topic, and is ignored.
    pub(crate) fn put_message(&mut self, thread: ThreadId, row: MessageRow) {
        let fresh_rev = self.fresh_rev();
        if row.thread == thread
            && let Some(timeline) = self.timelines.get_mut(thread)
        {
            let old = timeline.take(row.id);
            timeline.put(row, old, fresh_rev);
        }
    }

    /// Replaces a thread's messages. What is here of replies that are still being made stays.
    pub(crate) fn reset_timeline(&mut self, thread: ThreadId, rows: Vec<Row>) {
        let mut old = std::mem::take(self.timelines.or_default(thread));
        let mut new = Timeline::default();
        for row in rows {
            match row {
                Row::Message(row) if row.thread == thread => {
                    let held = new.take(row.id).or_else(|| old.take(row.id));
                    new.put(row, held, self.fresh_rev());
                }
                Row::Member(member) => new.put_member(member),
                Row::Tuning(tuning) => new.tuning = tuning,
                Row::Message(_) | Row::Thread(_) | Row::Notice(_) | Row::Defaults(_) => {}
            }
        }
        self.timelines.insert(thread, new);
    }

    /// Replaces the thread list, and what else is in the person's own topic.
    pub(crate) fn reset_list(&mut self, rows: Vec<Row>) {
        self.forget_list();
        for row in rows {
            match row {
                Row::Thread(row) => _ = self.threads.insert(row.id, row),
                Row::Notice(row) => self.notices.insert(row.n, row),
                Row::Defaults(defaults) => self.defaults = defaults,
                Row::Message(_) | Row::Member(_) | Row::Tuning(_) => {}
            }
        }
    }

    /// Forgets what the person's own topic has told.
    pub(crate) fn forget_list(&mut self) {
        self.threads.clear();
        self.notices.clear();
        self.defaults = Defaults::default();
    }
}
