//! What is shown, computed from the state, and the changes that lead there from what was shown before.
//!
//! Invariant: the lists are computed from rows and outbox alone. What was published is remembered only
//! to tell the difference, and never read to decide what to show.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use weft_protocol::{MessageId, MessageRow, Model, ThreadId, ThreadRow, User, UserId};

use crate::{
    Change, Delivery, Head, History, MessageView, Status, ThreadView,
    body::Shown,
    outbox::Outbox,
    overlay::Overlay,
    replica::{Message, Replica},
};

/// What was published last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Published {
    pub(crate) status: Status,
    pub(crate) user: Option<User>,
    pub(crate) models: Vec<Model>,
    pub(crate) threads_known: bool,
    pub(crate) threads: Vec<ThreadId>,
    pub(crate) rows: BTreeMap<ThreadId, ThreadView>,
    pub(crate) timelines: BTreeMap<ThreadId, PublishedTimeline>,
}

/// A timeline as it was published.
#[derive(Clone, Debug, Default)]
pub(crate) struct PublishedTimeline {
    history: History,
    order: Vec<MessageId>,
    rows: BTreeMap<MessageId, PublishedMessage>,
}

#[derive(Clone, Debug)]
struct PublishedMessage {
    head: Head,
    delivery: Delivery,
    rev: u64,
    len: usize,
    /// The text itself, where it was whole: costs nothing to keep, being shared.
    whole: Option<Arc<str>>,
}

/// A message that is to be shown.
pub(crate) struct Item<'a> {
    id: MessageId,
    head: Head,
    delivery: Delivery,
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

/// The thread list: pinned ones first, then the newest.
pub(crate) fn threads(replica: &Replica, outbox: &Outbox, me: Option<UserId>) -> Vec<ThreadView> {
    let overlay = Overlay::new(replica, me, outbox.entries.iter());
    let mut rows: BTreeMap<ThreadId, &ThreadRow> =
        replica.threads.iter().map(|(&id, row)| (id, row)).collect();
    rows.extend(overlay.threads.iter().map(|(&id, row)| (id, row)));
    let mut list: Vec<ThreadView> = rows
        .into_values()
        .filter(|row| !row.deleted)
        .map(|row| ThreadView {
            row: row.clone(),
            pending: !replica.threads.contains_key(&row.id),
        })
        .collect();
    list.sort_by(|a, b| {
        let key = |view: &ThreadView| (!view.row.pinned, std::cmp::Reverse(view.row.updated_at));
        key(a).cmp(&key(b)).then(a.row.id.cmp(&b.row.id))
    });
    list
}

/// The messages of a timeline: the visible path of the rows, then what is pending.
pub(crate) fn messages<'a>(
    replica: &'a Replica,
    outbox: &Outbox,
    me: Option<UserId>,
    thread: ThreadId,
    connected: bool,
) -> Vec<Item<'a>> {
    let entries = outbox
        .entries
        .iter()
        .filter(|entry| entry.mutation.thread() == thread);
    let overlay = Overlay::new(replica, me, entries);
    let mut items = visible_path(replica, &overlay, thread);
    let unsent = if connected {
        Delivery::Sending
    } else {
        Delivery::Queued
    };
    for pending in overlay
        .pending
        .iter()
        .filter(|pending| !pending.row.deleted)
    {
        items.push(Item {
            id: pending.row.id,
            head: head(&pending.row, pending.row.status),
            delivery: pending.failure.map_or(unsent, Delivery::Failed),
            body: Shown::Whole(0, Arc::clone(&pending.row.text)),
        });
    }
    items
}

/// The rows from the newest live message up to the root, oldest first (SPEC R16).
fn visible_path<'a>(
    replica: &'a Replica,
    overlay: &Overlay<'_>,
    thread: ThreadId,
) -> Vec<Item<'a>> {
    let Some(timeline) = replica.timelines.get(&thread) else {
        return Vec::new();
    };
    let live =
        |pending: &&crate::overlay::Pending| pending.failure.is_none() && !pending.row.deleted;
    let newest_row = || {
        let mut rows = timeline
            .newest_first()
            .map(|message| overlay.row(&message.row));
        rows.find(|row| !row.deleted).map(|row| row.id)
    };
    let mut next = match overlay.pending.iter().rev().find(live) {
        Some(pending) => pending.row.parent,
        None => newest_row(),
    };
    // A peer can send rows whose parents go round in a circle.
    let mut seen = BTreeSet::new();
    let mut path = Vec::new();
    while let Some(id) = next.filter(|&id| seen.insert(id)) {
        if let Some(message) = timeline.message(id) {
            let row = overlay.row(&message.row);
            if !row.deleted {
                path.push(item(message, row));
            }
            next = row.parent;
        } else {
            let pending = overlay.pending.iter().find(|pending| pending.row.id == id);
            next = pending.and_then(|pending| pending.row.parent);
        }
    }
    path.reverse();
    path
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
fn steps<K: Copy + Ord>(order: &mut Vec<K>, wanted: &[K]) -> Vec<Step> {
    if order == wanted {
        return Vec::new();
    }
    let places: BTreeMap<K, usize> = wanted
        .iter()
        .enumerate()
        .map(|(at, &key)| (key, at))
        .collect();
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

impl Published {
    /// Publishes the thread list.
    pub(crate) fn set_threads(&mut self, list: Vec<ThreadView>, out: &mut Vec<Change>) {
        let wanted: Vec<ThreadId> = list.iter().map(|view| view.row.id).collect();
        for step in steps(&mut self.threads, &wanted) {
            out.push(match step {
                Step::Insert(index) => {
                    self.rows.insert(wanted[index], list[index].clone());
                    Change::ThreadInserted {
                        index,
                        thread: list[index].clone(),
                    }
                }
                Step::Remove(index) => Change::ThreadRemoved { index },
                Step::Move(from, to) => Change::ThreadMoved { from, to },
            });
        }
        self.rows.retain(|id, _| wanted.contains(id));
        for view in list {
            if self.rows.get(&view.row.id) != Some(&view) {
                self.rows.insert(view.row.id, view.clone());
                out.push(Change::ThreadSet(view));
            }
        }
    }

    /// Opens and closes timelines until these are the open ones.
    pub(crate) fn set_open(&mut self, watched: &BTreeSet<ThreadId>, out: &mut Vec<Change>) {
        let closed = self
            .timelines
            .keys()
            .filter(|id| !watched.contains(id))
            .copied();
        for thread in closed.collect::<Vec<_>>() {
            self.timelines.remove(&thread);
            out.push(Change::TimelineClosed(thread));
        }
        for &thread in watched {
            self.timelines.entry(thread).or_insert_with(|| {
                out.push(Change::TimelineOpened(thread));
                PublishedTimeline::default()
            });
        }
    }

    /// Publishes a timeline that is open.
    pub(crate) fn set_timeline(
        &mut self,
        thread: ThreadId,
        history: History,
        items: &[Item<'_>],
        out: &mut Vec<Change>,
    ) {
        let Some(timeline) = self.timelines.get_mut(&thread) else {
            return;
        };
        if timeline.history != history {
            timeline.history = history;
            out.push(Change::HistorySet(thread, history));
        }
        let wanted: Vec<MessageId> = items.iter().map(|item| item.id).collect();
        for step in steps(&mut timeline.order, &wanted) {
            out.push(match step {
                Step::Insert(index) => {
                    let item = &items[index];
                    timeline.rows.insert(item.id, item.published());
                    Change::MessageInserted {
                        thread,
                        index,
                        message: item.view(),
                    }
                }
                Step::Remove(index) => Change::MessageRemoved { thread, index },
                Step::Move(from, to) => Change::MessageMoved { thread, from, to },
            });
        }
        let kept: BTreeSet<MessageId> = wanted.into_iter().collect();
        timeline.rows.retain(|id, _| kept.contains(id));
        for item in items {
            if let Some(before) = timeline.rows.get_mut(&item.id) {
                set_message(thread, before, item, out);
            }
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
        let row = self.timelines.get_mut(&thread)?.rows.get_mut(&message)?;
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

    fn replay(mut order: Vec<u8>, wanted: &[u8], steps: &[Step]) -> Vec<u8> {
        for step in steps {
            match *step {
                Step::Insert(index) => order.insert(index, wanted[index]),
                Step::Remove(index) => {
                    order.remove(index);
                }
                Step::Move(from, to) => {
                    let key = order.remove(from);
                    order.insert(to, key);
                }
            }
        }
        order
    }

    #[test]
    fn one_key_that_moves_is_one_step() {
        for (from, to) in [([1, 2, 3, 4], [4, 1, 2, 3]), ([1, 2, 3, 4], [2, 3, 4, 1])] {
            assert_eq!(steps(&mut from.to_vec(), &to).len(), 1);
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
            let steps = steps(&mut order, wanted);
            prop_assert_eq!(&order[..], wanted);
            prop_assert_eq!(&replay(from, wanted, &steps)[..], wanted);
        }
    }
}
