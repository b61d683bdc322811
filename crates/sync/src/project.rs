//! What is shown, computed from the state, and the changes that lead there from what was shown before.
//!
//! Invariant: the lists are computed from rows and outbox alone. What was published is remembered only
//! to tell the difference, and never read to decide what to show.

use std::{cmp::Reverse, collections::HashMap, hash::Hash, sync::Arc};

use weft_protocol::{
    Defaults, MemberRow, MessageId, MessageRow, Model, Mutation, NoticeRow, Path, ThreadId,
    ThreadRow, Tuning, User, UserId,
};

use crate::{
    Ahead, Change, Delivery, Head, History, MessageView, PresenceView, Status, ThreadView,
    TimelineView,
    body::Shown,
    few::Few,
    outbox::{Entry, Outbox},
    overlay::{Overlay, Pending},
    reader::{Reader, Sizes},
    replica::{Message, Replica, Timeline},
};

/// What was published last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Published {
    pub(crate) status: Status,
    pub(crate) user: Option<User>,
    pub(crate) models: Vec<Model>,
    pub(crate) defaults: Defaults,
    pub(crate) unsent: u32,
    pub(crate) threads_known: bool,
    pub(crate) threads: Vec<ThreadView>,
    pub(crate) notices: Vec<NoticeRow>,
    pub(crate) timelines: Few<ThreadId, PublishedTimeline>,
}

/// A timeline as it was published.
#[derive(Clone, Debug, Default)]
pub(crate) struct PublishedTimeline {
    history: History,
    ahead: Ahead,
    length: u64,
    people: Vec<MemberRow>,
    presence: PresenceView,
    tuning: Tuning,
    messages: Vec<PublishedMessage>,
}

#[derive(Clone, Debug)]
struct PublishedMessage {
    id: MessageId,
    head: Head,
    delivery: Delivery,
    rev: u64,
    len: usize,
    /// The text itself, where it was whole: costs nothing to keep, being shared.
    whole: Option<Arc<str>>,
}

/// What is to be shown of a timeline.
pub(crate) struct Stretch<'a> {
    /// The messages: rows, and what is pending after them.
    pub(crate) items: Vec<Item<'a>>,
    /// How many of them are rows.
    pub(crate) rows: usize,
    /// The message that leads to the first one.
    pub(crate) above: Option<MessageId>,
    pub(crate) history: History,
    pub(crate) ahead: Ahead,
    pub(crate) length: u64,
    pub(crate) people: &'a [MemberRow],
    pub(crate) tuning: Tuning,
}

impl Stretch<'_> {
    pub(crate) fn view(&self) -> TimelineView {
        TimelineView {
            messages: self.items.iter().map(Item::view).collect(),
            history: self.history,
            ahead: self.ahead,
            length: self.length,
            people: self.people.to_vec(),
            presence: PresenceView::default(),
            tuning: self.tuning.clone(),
        }
    }
}

/// A message that is to be shown.
pub(crate) struct Item<'a> {
    pub(crate) id: MessageId,
    head: Head,
    pub(crate) delivery: Delivery,
    body: Shown<'a>,
}

impl Item<'_> {
    pub(crate) fn view(&self) -> MessageView {
        MessageView {
            id: self.id,
            head: self.head.clone(),
            body: self.body.shared(),
            delivery: self.delivery,
        }
    }

    fn published(&self) -> PublishedMessage {
        PublishedMessage {
            id: self.id,
            head: self.head.clone(),
            delivery: self.delivery,
            rev: self.body.rev(),
            len: self.body.as_str().len(),
            whole: match &self.body {
                Shown::Growing(..) => None,
                Shown::Whole(_, text) => Some(Arc::clone(text)),
            },
        }
    }
}

/// The thread list, pinned ones first, then the newest; and what the person wants where a thread says nothing.
pub(crate) fn list(
    replica: &Replica,
    outbox: &Outbox,
    me: Option<UserId>,
    online: impl Fn(ThreadId) -> bool,
) -> (Vec<ThreadView>, Defaults) {
    let overlay = Overlay::new(replica, me, outbox.entries.iter());
    let known = replica.threads.values();
    let known = known.map(|row| (overlay.threads.get(row.id).unwrap_or(row), false));
    let pending = overlay.threads.iter().map(|(_, row)| (row, true));
    let pending = pending.filter(|(row, _)| !replica.threads.contains_key(&row.id));
    let mut list: Vec<(&ThreadRow, bool)> = known
        .chain(pending)
        .filter(|(row, _)| !row.deleted)
        .collect();
    list.sort_unstable_by_key(|(row, _)| (!row.pinned, Reverse(row.updated_at), row.id));
    let list = list.into_iter().map(|(row, pending)| ThreadView {
        row: row.clone(),
        pending,
        online: row.members > 1 && online(row.id),
    });
    let defaults = overlay.defaults.as_ref().unwrap_or(&replica.defaults);
    (list.collect(), defaults.clone())
}

/// What the person is told of, newest first; nothing of threads that are not in the list.
pub(crate) fn notices(replica: &Replica, outbox: &Outbox, me: Option<UserId>) -> Vec<NoticeRow> {
    if replica.notices.iter().next().is_none() {
        return Vec::new();
    }
    let overlay = Overlay::new(replica, me, outbox.entries.iter());
    let shown = replica.notices.iter().filter_map(|(n, row)| {
        let known = replica.threads.get(&row.thread);
        let thread = overlay.threads.get(row.thread).or(known)?;
        if thread.deleted || row.is_over(thread.read) {
            return None;
        }
        let marked = overlay.notices_read.get(row.thread);
        let read = row.is_read(thread.read) || marked.is_some_and(|&through| n <= through);
        Some(NoticeRow {
            read,
            ..row.clone()
        })
    });
    let mut shown: Vec<NoticeRow> = shown.collect();
    shown.reverse();
    shown
}

/// How many changes no server has accepted yet. Making a thread is not counted beside what is said in it, nor
/// what was read or shown.
pub(crate) fn unsent(outbox: &Outbox) -> u32 {
    let waits = |entry: &&Entry| {
        (entry.is_undecided() || entry.failure().is_some())
            && !matches!(
                entry.mutation,
                Mutation::CreateThread { .. }
                    | Mutation::MarkRead { .. }
                    | Mutation::MarkNoticesRead { .. }
                    | Mutation::ShowNotice { .. }
            )
    };
    let count = outbox.entries.iter().filter(waits).count();
    count.try_into().unwrap_or(u32::MAX)
}

/// The stretch of a timeline that its reader is shown, at most `shown` rows where the reader set no
/// beginning; then, at the end of the path, what is pending.
pub(crate) fn stretch<'a>(
    replica: &'a Replica,
    outbox: &Outbox,
    me: Option<UserId>,
    thread: ThreadId,
    connected: bool,
    (reader, sizes): (&Reader, &Sizes),
) -> Stretch<'a> {
    let entries = outbox
        .entries
        .iter()
        .filter(|entry| entry.mutation.thread() == Some(thread));
    let overlay = Overlay::new(replica, me, entries.clone());
    // What may be on the server already and is said differently since is not shown beside its edit.
    let is_replaced = |pending: &Pending| {
        let edits = |mutation: &Mutation| matches!(mutation, Mutation::EditMessage { message, .. } if *message == pending.row.id);
        pending.failure.is_none()
            && entries
                .clone()
                .any(|entry| entry.failure().is_none() && edits(&entry.mutation))
    };
    let mut stretch = rows(replica, &overlay, thread, reader, sizes);
    let unsent = |pending: &Pending| {
        if pending.kept && !connected {
            Delivery::Queued
        } else {
            Delivery::Sending
        }
    };
    for pending in overlay
        .pending
        .iter()
        .filter(|pending| !pending.row.deleted && !is_replaced(pending))
    {
        stretch.length += u64::from(pending.failure.is_none());
        if reader.bottom.is_none() {
            stretch.items.push(Item {
                id: pending.row.id,
                head: head(&pending.row, pending.row.status),
                delivery: pending
                    .failure
                    .map_or_else(|| unsent(pending), Delivery::Failed),
                body: Shown::Whole(0, Arc::clone(&pending.row.text)),
            });
        }
    }
    stretch
}

/// The rows of a stretch, oldest first (SPEC R16).
fn rows<'a>(
    replica: &'a Replica,
    overlay: &Overlay<'_>,
    thread: ThreadId,
    reader: &Reader,
    sizes: &Sizes,
) -> Stretch<'a> {
    let mut stretch = Stretch {
        items: Vec::new(),
        rows: 0,
        above: None,
        history: History::Complete,
        ahead: Ahead::Nothing,
        length: reader.length,
        people: &[],
        tuning: overlay.tuning_of(thread),
    };
    let Some(timeline) = replica.timelines.get(thread) else {
        return stretch;
    };
    stretch.people = &timeline.people;
    let end = end(timeline, overlay, reader.path);
    if let Some(last) = end.and_then(|end| timeline.message(end)) {
        stretch.length = match (reader.path, reader.bottom) {
            (Path::Through(_), Some(_)) => reader.length.max(last.row.depth),
            _ => last.row.depth,
        };
    }
    // Where the first one is not on the path any more, the last ones are shown.
    let most = if reader.top.is_some() {
        sizes.most_shown
    } else {
        sizes.shown
    };
    let mut next = reader.bottom.or(end);
    let mut next_after_most = next;
    let mut found = false;
    for message in next.into_iter().flat_map(|last| timeline.up(last)) {
        if found || reader.top.is_none() && stretch.items.len() >= most {
            break;
        }
        found = reader.top == Some(message.row.id);
        let row = overlay.row(&message.row);
        next = row.parent;
        if !row.deleted {
            stretch.items.push(item(message, row));
        }
        if stretch.items.len() <= most {
            next_after_most = next;
        }
    }
    if !found {
        stretch.items.truncate(most);
        next = next_after_most;
    }
    stretch.items.reverse();
    stretch.rows = stretch.items.len();
    stretch.above = next;
    stretch
}

/// The last row of a path, as far as its rows are here, with what is pending.
pub(crate) fn end_of(
    replica: &Replica,
    outbox: &Outbox,
    me: Option<UserId>,
    thread: ThreadId,
    path: Path,
) -> Option<MessageId> {
    let entries = outbox.entries.iter();
    let entries = entries.filter(|entry| entry.mutation.thread() == Some(thread));
    let overlay = Overlay::new(replica, me, entries);
    end(replica.timelines.get(thread)?, &overlay, path)
}

fn end(timeline: &Timeline, overlay: &Overlay<'_>, path: Path) -> Option<MessageId> {
    let live = |pending: &&Pending| pending.failure.is_none() && !pending.row.deleted;
    let through = match path {
        Path::Newest => None,
        Path::To(message) => return Some(message),
        Path::Through(message) => {
            let mut below = timeline.below(message);
            for Pending { row, .. } in &overlay.pending {
                if row.parent.is_some_and(|parent| below.contains(&parent)) {
                    below.insert(row.id);
                }
            }
            Some((message, below))
        }
    };
    let leads = |id: MessageId| {
        through
            .as_ref()
            .is_none_or(|(_, below)| below.contains(&id))
    };
    let mut pending = overlay.pending.iter().rev().filter(live);
    if let Some(newest) = pending.find(|pending| leads(pending.row.id)) {
        return overlay.row_above(newest);
    }
    let mut rows = timeline
        .newest_first()
        .map(|message| overlay.row(&message.row));
    rows.find(|row| !row.deleted && leads(row.id))
        .map(|row| row.id)
        .or(through.map(|(message, _)| message))
}

fn item<'a>(message: &'a Message, row: &MessageRow) -> Item<'a> {
    let status = if row.status == message.row.status {
        message.status()
    } else {
        row.status
    };
    Item {
        id: row.id,
        head: head(row, status),
        delivery: Delivery::Confirmed,
        body: message.body.shown(),
    }
}

fn head(row: &MessageRow, status: weft_protocol::Status) -> Head {
    Head {
        author: row.author.clone(),
        status,
        error: row.error,
        parent: row.parent,
        ordinal: row.ordinal,
        depth: row.depth,
        siblings: row.siblings.clone(),
        created_at: row.created_at,
    }
}

/// One step from an order of keys to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Insert(usize),
    Remove(usize),
    Move(usize, usize),
}

/// Turns `order` into `wanted`, and returns the steps.
fn steps<K: Copy + Eq + Hash>(mut order: Vec<K>, wanted: &[K]) -> Vec<Step> {
    if order == wanted {
        return Vec::new();
    }
    let places: HashMap<K, usize> = wanted.iter().copied().zip(0..).collect();
    let mut steps = Vec::new();
    for index in (0..order.len()).rev() {
        if !places.contains_key(&order[index]) {
            order.remove(index);
            steps.push(Step::Remove(index));
        }
    }
    for (index, &key) in wanted.iter().enumerate() {
        if order.get(index) == Some(&key) {
            continue;
        }
        match order.iter().skip(index).position(|&other| other == key) {
            None => {
                order.insert(index, key);
                steps.push(Step::Insert(index));
            }
            // What stands here belongs further down: one step instead of one for each behind it.
            Some(1) => {
                let other = order.remove(index);
                let to = places
                    .get(&other)
                    .map_or(order.len(), |&to| to.min(order.len()));
                order.insert(to, other);
                steps.push(Step::Move(index, to));
            }
            Some(ahead) => {
                order.remove(index + ahead);
                order.insert(index, key);
                steps.push(Step::Move(index + ahead, index));
            }
        }
    }
    steps
}

/// Takes `steps` in `list`; `make` gives what is inserted at a place.
fn follow<T>(list: &mut Vec<T>, steps: &[Step], make: impl Fn(usize) -> T) {
    for step in steps {
        match *step {
            Step::Insert(index) => list.insert(index, make(index)),
            Step::Remove(index) => {
                list.remove(index);
            }
            Step::Move(from, to) => {
                let item = list.remove(from);
                list.insert(to, item);
            }
        }
    }
}

impl Published {
    /// Publishes the thread list.
    pub(crate) fn set_threads(&mut self, list: Vec<ThreadView>, out: &mut Vec<Change>) {
        let ids = |list: &[ThreadView]| list.iter().map(|view| view.row.id).collect::<Vec<_>>();
        let steps = steps(ids(&self.threads), &ids(&list));
        out.extend(steps.iter().map(|step| match *step {
            Step::Insert(index) => Change::ThreadInserted {
                index,
                thread: list[index].clone(),
            },
            Step::Remove(index) => Change::ThreadRemoved { index },
            Step::Move(from, to) => Change::ThreadMoved { from, to },
        }));
        follow(&mut self.threads, &steps, |index| list[index].clone());
        for (before, now) in self.threads.iter().zip(&list) {
            if before != now {
                out.push(Change::ThreadSet(now.clone()));
            }
        }
        self.threads = list;
    }

    /// Publishes what the person is told of.
    pub(crate) fn set_notices(&mut self, notices: Vec<NoticeRow>, out: &mut Vec<Change>) {
        if self.notices != notices {
            self.notices.clone_from(&notices);
            out.push(Change::NoticesSet(notices));
        }
    }

    /// Publishes what the person wants where a thread says nothing.
    pub(crate) fn set_defaults(&mut self, defaults: Defaults, out: &mut Vec<Change>) {
        if self.defaults != defaults {
            self.defaults.clone_from(&defaults);
            out.push(Change::DefaultsSet(defaults));
        }
    }

    /// Opens and closes timelines until these are the open ones.
    pub(crate) fn set_open(&mut self, watched: &[ThreadId], out: &mut Vec<Change>) {
        let open = self.timelines.iter().map(|(id, _)| id);
        for thread in open.filter(|id| !watched.contains(id)).collect::<Vec<_>>() {
            self.timelines.remove(thread);
            out.push(Change::TimelineClosed(thread));
        }
        for &thread in watched {
            self.timelines.or_insert_with(thread, || {
                out.push(Change::TimelineOpened(thread));
                PublishedTimeline::default()
            });
        }
    }

    /// Publishes who else has a timeline on screen.
    pub(crate) fn set_presence(
        &mut self,
        thread: ThreadId,
        presence: PresenceView,
        out: &mut Vec<Change>,
    ) {
        if let Some(timeline) = self.timelines.get_mut(thread)
            && timeline.presence != presence
        {
            timeline.presence.clone_from(&presence);
            out.push(Change::PresenceSet(thread, presence));
        }
    }

    /// Publishes a timeline that is open.
    pub(crate) fn set_timeline(
        &mut self,
        thread: ThreadId,
        stretch: &Stretch<'_>,
        out: &mut Vec<Change>,
    ) {
        let Some(timeline) = self.timelines.get_mut(thread) else {
            return;
        };
        let items = &stretch.items;
        if timeline.history != stretch.history {
            timeline.history = stretch.history;
            out.push(Change::HistorySet(thread, stretch.history));
        }
        if timeline.ahead != stretch.ahead {
            timeline.ahead = stretch.ahead;
            out.push(Change::AheadSet(thread, stretch.ahead));
        }
        if timeline.length != stretch.length {
            timeline.length = stretch.length;
            out.push(Change::LengthSet(thread, stretch.length));
        }
        if timeline.people != stretch.people {
            timeline.people = stretch.people.to_vec();
            out.push(Change::PeopleSet(thread, timeline.people.clone()));
        }
        if timeline.tuning != stretch.tuning {
            timeline.tuning.clone_from(&stretch.tuning);
            out.push(Change::TuningSet(thread, stretch.tuning.clone()));
        }
        let wanted: Vec<MessageId> = items.iter().map(|item| item.id).collect();
        let order = timeline.messages.iter().map(|message| message.id);
        let steps = steps(order.collect(), &wanted);
        out.extend(steps.iter().map(|step| match *step {
            Step::Insert(index) => Change::MessageInserted {
                thread,
                index,
                message: items[index].view(),
            },
            Step::Remove(index) => Change::MessageRemoved { thread, index },
            Step::Move(from, to) => Change::MessageMoved { thread, from, to },
        }));
        follow(&mut timeline.messages, &steps, |at| items[at].published());
        for (before, item) in timeline.messages.iter_mut().zip(items) {
            set_message(thread, before, item, out);
        }
    }

    /// Publishes text that one reply has gained, where it is shown. No other message is looked at.
    pub(crate) fn append(
        &mut self,
        thread: ThreadId,
        message: MessageId,
        rev: u64,
        tail: &str,
    ) -> Option<Change> {
        let messages = &mut self.timelines.get_mut(thread)?.messages;
        // What grows is near the end.
        let mut newest_first = messages.iter_mut().rev();
        let row = newest_first.find(|row| row.id == message)?;
        if row.rev != rev {
            return None;
        }
        row.len += tail.len();
        row.whole = None;
        Some(Change::BodyAppended(thread, message, tail.to_owned()))
    }
}

fn set_message(
    thread: ThreadId,
    before: &mut PublishedMessage,
    item: &Item<'_>,
    out: &mut Vec<Change>,
) {
    if before.head != item.head {
        out.push(Change::HeadSet(thread, item.id, item.head.clone()));
    }
    let text = item.body.as_str();
    let tail = (before.rev != 0 && before.rev == item.body.rev())
        .then(|| text.get(before.len..))
        .flatten();
    match tail {
        Some("") => {}
        Some(tail) => out.push(Change::BodyAppended(thread, item.id, tail.to_owned())),
        None if before.whole.as_deref() == Some(text) => {}
        None => out.push(Change::BodySet(thread, item.id, item.body.shared())),
    }
    if before.delivery != item.delivery {
        out.push(Change::DeliverySet(thread, item.id, item.delivery));
    }
    *before = item.published();
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_key_that_moves_is_one_step() {
        for (from, to) in [([1, 2, 3, 4], [4, 1, 2, 3]), ([1, 2, 3, 4], [2, 3, 4, 1])] {
            assert_eq!(steps(from.to_vec(), &to).len(), 1);
        }
    }

    proptest! {
        #[test]
        fn the_steps_lead_from_any_order_to_any_other(
            from in prop::collection::btree_set(0u8..20, 0..12),
            shuffled in Just((0u8..20).collect::<Vec<_>>()).prop_shuffle(),
            len in 0usize..15,
        ) {
            let from: Vec<u8> = from.into_iter().collect();
            let wanted = &shuffled[..len];
            let mut order = from.clone();
            follow(&mut order, &steps(from, wanted), |index| wanted[index]);
            prop_assert_eq!(&order[..], wanted);
        }
    }
}
