//! Which rows of a thread stay here.
//!
//! Invariant: they are as many at most as [`crate::Sizes`] says, and a page more: the newest ones, those
//! that are shown and some around them, those that what is unsent is about, replies that are being made.

use std::collections::HashSet;

use weft_protocol::{MessageId, Mutation, Path, Row, ThreadId};

use crate::{PageRead, core::Core, reader::End, replica::Message};

impl Core {
    /// How many rows of messages are here, of all threads: what is held in memory.
    pub fn held_rows(&self) -> usize {
        let timelines = self.replica.timelines.iter();
        timelines.map(|(_, timeline)| timeline.len()).sum()
    }

    /// Takes these rows for the newest ones of a thread. What a reader is shown beside them is not lost, but
    /// asked for: it may have changed.
    pub(in crate::core) fn reset_timeline(&mut self, thread: ThreadId, rows: Vec<Row>) {
        let shown = self.kept_rows(thread);
        let end = shown.last().copied();
        let timeline = self.replica.timelines.or_default(thread);
        let shown = timeline.take_all(&shown);
        self.replica.reset_timeline(thread, rows);
        let timeline = self.replica.timelines.or_default(thread);
        let newest = timeline.end(Path::Newest).map(|end| end.row.ordinal);
        // What is not older than the newest of them is not there any more.
        let older = |message: &Message| Some(message.row.ordinal) < newest;
        let stale: Vec<(MessageId, u64)> = shown
            .iter()
            .filter(|message| older(message) && timeline.message(message.row.id).is_none())
            .map(|message| (message.row.id, message.row.depth))
            .collect();
        timeline.put_back(shown.into_iter().filter(older).collect());
        if let Some(reader) = self.readers.get_mut(thread) {
            reader.end = End::Unseen;
            let timeline = self.replica.timelines.get(thread);
            let leads = |end| {
                timeline.is_some_and(|timeline| {
                    let newest = timeline.end(reader.path).map(|end| end.row.id);
                    timeline.down(end, newest, &[]).1
                })
            };
            if reader.stays && reader.bottom.is_none() && end.is_some_and(|end| !leads(end)) {
                reader.bottom = end;
            }
        }
        self.ask_anew_about(thread);
        let deepest = stale.iter().max_by_key(|(_, depth)| *depth);
        let from = stale.iter().map(|(_, depth)| *depth).min();
        if let (Some(&(deepest, _)), Some(from)) = (deepest, from) {
            let read = PageRead {
                thread,
                path: Path::To(deepest),
                from,
                after: None,
                n: 0,
            };
            self.ask(read, None);
        }
        let wants = self.readers.get(thread).and_then(|reader| reader.wants);
        if let Some(wants) = wants {
            self.seek(thread, wants);
        }
    }

    /// The rows that a reader is shown and that may be others than the newest ones, oldest first.
    fn kept_rows(&self, thread: ThreadId) -> Vec<MessageId> {
        let Some(reader) = self.readers.get(thread) else {
            return Vec::new();
        };
        if reader.bottom.is_none() && reader.path == Path::Newest && !reader.stays {
            return Vec::new();
        }
        let stretch = self.stretch(thread);
        let items = stretch.items.iter().take(stretch.rows).map(|item| item.id);
        let named = match reader.path {
            Path::Newest => None,
            Path::To(id) | Path::Through(id) => Some(id),
        };
        let mut ids: Vec<MessageId> = named.into_iter().chain(reader.top).collect();
        ids.extend(items.chain(reader.bottom));
        let mut seen = HashSet::new();
        // The last mention of the last one counts.
        ids.reverse();
        ids.retain(|id| seen.insert(*id));
        ids.reverse();
        ids
    }

    /// Lets go of rows wherever too many are here.
    pub(in crate::core) fn trim_all(&mut self) {
        let most = self.sizes.most_held;
        let timelines = self.replica.timelines.iter();
        let over = timelines.filter(|(_, timeline)| timeline.len() > most);
        for thread in over.map(|(thread, _)| thread).collect::<Vec<_>>() {
            self.trim(thread, most);
            self.touch_shown(thread);
        }
    }

    /// Lets go of the rows that are far from what is shown and from the newest ones, where there are more
    /// than so many.
    pub(in crate::core) fn trim(&mut self, thread: ThreadId, most: usize) {
        let Some(timeline) = self.replica.timelines.get(thread) else {
            return;
        };
        if timeline.len() <= most {
            return;
        }
        let id = |message: &Message| message.row.id;
        let mut keep: HashSet<MessageId> = HashSet::new();
        keep.extend(timeline.newest_first().take(self.sizes.tail).map(id));
        keep.extend(timeline.end(Path::Newest).map(id));
        keep.extend(timeline.iter().filter(|it| it.is_open()).map(id));
        let entries = self.outbox.entries.iter();
        keep.extend(entries.filter_map(|entry| about(&entry.mutation)));
        self.keep_read(thread, &mut keep);
        self.anchor(thread, &keep);
        if let Some(timeline) = self.replica.timelines.get_mut(thread) {
            timeline.retain(|message| keep.contains(&message.row.id));
        }
        // What is unread of what is pending is counted in the rows that are here.
        self.dirty_list |= !self.outbox.entries.is_empty();
        if let Some(reader) = self.readers.get_mut(thread) {
            reader.forks.retain(|id| keep.contains(id));
        }
    }

    /// Notes what the reader of a thread is shown, and a step around it, tombstones included.
    fn keep_read(&self, thread: ThreadId, keep: &mut HashSet<MessageId>) {
        let (Some(reader), Some(timeline)) =
            (self.readers.get(thread), self.replica.timelines.get(thread))
        else {
            return;
        };
        let around = self.sizes.step;
        let stretch = self.stretch(thread);
        keep.extend(reader.top.into_iter().chain(reader.bottom));
        if let Path::Through(message) = reader.path {
            keep.insert(message);
        }
        let above = stretch.above.into_iter().flat_map(|id| timeline.up(id));
        keep.extend(above.take(around).map(|message| message.row.id));
        let Some(last) = reader.bottom.or_else(|| self.end_of_path(thread)) else {
            return;
        };
        let shown = timeline.up(last).map(|message| message.row.id);
        keep.extend(shown.take_while(|&id| Some(id) != stretch.above));
        let (below, _) = timeline.down(last, self.end_of_path(thread), &reader.forks);
        keep.extend(below.into_iter().take(around));
    }

    /// A path through a message that no kept rows lead from to what is shown is named by what is shown.
    fn anchor(&mut self, thread: ThreadId, keep: &HashSet<MessageId>) {
        let (Some(reader), Some(timeline)) =
            (self.readers.get(thread), self.replica.timelines.get(thread))
        else {
            return;
        };
        let Path::Through(message) = reader.path else {
            return;
        };
        let Some(last) = reader.bottom.or_else(|| self.end_of_path(thread)) else {
            return;
        };
        let kept = timeline.up(last).take_while(|it| keep.contains(&it.row.id));
        let Some(depth) = timeline.message(message).map(|it| it.row.depth) else {
            return;
        };
        let below = kept.take_while(|it| it.row.depth > depth);
        let first = below.last();
        let connected = first.is_none_or(|first| first.row.parent == Some(message));
        let first = first.map(|first| first.row.id);
        if let (false, Some(first), Some(reader)) = (connected, first, self.readers.get_mut(thread))
        {
            reader.path = Path::Through(first);
        }
    }
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
        | Mutation::MarkRead { .. }
        | Mutation::MarkUnread { .. }
        | Mutation::MuteThread { .. }
        | Mutation::MarkNoticesRead { .. }
        | Mutation::ShowNotice { .. }
        | Mutation::DeleteThread { .. }
        | Mutation::RestoreThread { .. }
        | Mutation::SetRole { .. }
        | Mutation::RemoveMember { .. }
        | Mutation::SetDefaults { .. }
        | Mutation::TuneThread { .. } => None,
    }
}
