//! How a reader goes on once rows have come, or are known not to be there.
//!
//! Invariant: each answer brings the reader further or ends what it wants: nothing is asked for for ever.

use weft_protocol::{MessageId, Path, ThreadId};

use super::Found;
use crate::{
    PageRead, Seek,
    core::Core,
    reader::{End, Reader},
};

impl Core {
    /// The end of a path was told: it is known as far as it is here.
    fn note_end(&mut self, thread: ThreadId, tip: Option<(MessageId, u64)>) {
        let (Some(reader), Some(timeline)) = (
            self.readers.get_mut(thread),
            self.replica.timelines.get(thread),
        ) else {
            return;
        };
        let Some((tip, length)) = tip else { return };
        reader.length = length;
        let Some(tip) = timeline
            .message(tip)
            .filter(|_| reader.end == End::Doubtful)
        else {
            return;
        };
        let depth = |id| timeline.message(id).map(|it| it.row.depth);
        if let Path::Through(message) = reader.path
            && !timeline.below(message).contains(&tip.row.id)
        {
            // No rows that are here lead there from the message that the path is named by.
            let above = depth(message);
            let up = timeline.up(tip.row.id);
            let first = up.take_while(|it| Some(it.row.depth) > above).last();
            if let Some(first) = first {
                reader.path = Path::Through(first.row.id);
            }
        }
        if !tip.row.deleted || matches!(reader.path, Path::Through(id) if id == tip.row.id) {
            let end = timeline.end(reader.path);
            reader.end = End::Known(end.map_or(0, |end| end.row.ordinal));
        }
    }

    /// Goes on with what the reader wants, now that rows are here.
    pub(super) fn land(&mut self, read: PageRead, found: Found) {
        let thread = read.thread;
        if self.replica.timelines.get(thread).is_none() {
            return;
        }
        let Some(reader) = self.readers.get_mut(thread) else {
            return;
        };
        if found.ids.is_empty() {
            return self.find_nothing(&read, found.tip);
        }
        let is_through = |path: Path| matches!(path, Path::Through(_));
        match reader.wants {
            Some(Seek::Branch { message, .. }) if read.path == Path::Through(message) => {
                (reader.path, reader.chosen, reader.end) = (read.path, true, End::Doubtful);
            }
            // It may be named otherwise since it was asked for.
            Some(Seek::Latest | Seek::Depth(_))
                if is_through(read.path) && is_through(reader.path) && read.path != reader.path =>
            {
                (reader.path, reader.end) = (read.path, End::Doubtful);
            }
            _ => {}
        }
        let is_on_path = match read.path {
            Path::To(_) => true,
            path => path == reader.path,
        };
        if is_on_path {
            let new = found.ids.iter().filter(|id| !reader.forks.contains(id));
            let new: Vec<MessageId> = new.copied().collect();
            reader.forks.extend(new);
        }
        // Its path may be named otherwise once its end is known.
        let is_read = read.path == reader.path;
        if is_read {
            self.note_end(thread, found.tip);
        }
        let follows_on = self.follows_on(&read, found.ids[0]);
        let reader = self.readers.or_default(thread);
        if read.after.is_some() && read.after == reader.bottom && !follows_on {
            return self.part_ways(&read);
        }
        match reader.wants {
            // A path that is shorter than that ends before it.
            Some(Seek::Depth(depth))
                if is_read && read.after.is_none() && read.from <= depth.max(1) =>
            {
                self.land_at(thread, &found);
            }
            Some(Seek::Latest) if is_read => self.land_last(&read, &found),
            Some(Seek::Branch { message, depth }) if read.path == Path::Through(message) => {
                self.land_branch(&read, &found, (message, depth));
            }
            Some(wants @ (Seek::Older | Seek::Newer | Seek::Message { .. })) => {
                let again = self.go(thread, wants);
                let again = again.filter(|again| {
                    PageRead {
                        n: read.n,
                        ..*again
                    } != read
                });
                self.readers.or_default(thread).wants = again.map(|_| wants);
                if let Some(again) = again {
                    self.ask(again, None);
                }
            }
            Some(Seek::Stay | Seek::Depth(_) | Seek::Latest | Seek::Branch { .. }) => {}
            None if is_read => self.look_further(&read, &found),
            None => {}
        }
    }

    fn land_at(&mut self, thread: ThreadId, found: &Found) {
        let (ids, shown) = (&found.ids, self.sizes.shown.saturating_sub(1));
        let bottom = ids.get(shown).or(ids.last()).copied();
        let reader = self.readers.or_default(thread);
        (reader.top, reader.bottom) = (ids.first().copied(), bottom);
        (reader.stays, reader.wants) = (true, None);
        let known = matches!(reader.end, End::Known(_));
        if known && bottom == self.end_of_path(thread) {
            self.readers.or_default(thread).bottom = None;
        }
    }

    fn land_last(&mut self, read: &PageRead, found: &Found) {
        let thread = read.thread;
        let last = found.ids.last().copied();
        let ends = found.tip.is_some_and(|(tip, _)| Some(tip) == last);
        match self.next_page(read, found).filter(|_| !ends) {
            Some(next) => self.ask(next, None),
            None => {
                let reader = self.readers.or_default(thread);
                (reader.top, reader.wants) = (found.ids.first().copied().filter(|_| !ends), None);
                (reader.bottom, reader.stays) = (last.filter(|_| !ends), !ends);
                self.bound(thread);
            }
        }
    }

    fn land_branch(&mut self, read: &PageRead, found: &Found, (message, depth): (MessageId, u64)) {
        let thread = read.thread;
        let timeline = self.replica.timelines.get(thread);
        let last = found.ids.last().copied();
        let reaches = last
            .and_then(|last| timeline?.message(last))
            .is_some_and(|last| last.row.depth >= depth);
        if let (false, Some(next)) = (
            reaches || found.ids.contains(&message),
            self.next_page(read, found),
        ) {
            return self.ask(next, None);
        }
        let ends = found.tip.is_some_and(|(tip, _)| Some(tip) == last);
        let top = self.leading_to(thread, message);
        let top = top.and_then(|up| up.last().copied());
        let reader = self.readers.or_default(thread);
        reader.top = top.or(found.ids.first().copied());
        reader.bottom = last.filter(|_| !ends);
        (reader.stays, reader.wants) = (true, None);
        self.bound(thread);
    }

    /// The end of the path was asked for and is not in this page.
    fn look_further(&mut self, read: &PageRead, found: &Found) {
        let reader = self.readers.get(read.thread);
        let is_asked = read.after.is_none()
            && reader.is_some_and(|it| it.bottom.is_none() && it.end == End::Doubtful);
        let last = found.ids.last().copied();
        let ends = found.tip.is_some_and(|(tip, _)| Some(tip) == last);
        if let (true, Some(next)) = (is_asked && !ends, self.next_page(read, found)) {
            self.ask(next, None);
        }
    }

    /// The page that follows this one, or that ends where the path does.
    fn next_page(&self, read: &PageRead, found: &Found) -> Option<PageRead> {
        let last = self.replica.message(read.thread, *found.ids.last()?)?;
        let length = found.tip.map_or(0, |(_, length)| length);
        let next = last.row.depth.saturating_add(1);
        let from = next.max(self.last_page(length));
        (from > read.from).then_some(PageRead { from, ..*read })
    }

    /// There is nothing where the reader wanted something.
    fn find_nothing(&mut self, read: &PageRead, tip: Option<(MessageId, u64)>) {
        let thread = read.thread;
        let stretch = self.stretch(thread);
        let mut around: Vec<Option<MessageId>> =
            stretch.items.iter().map(|item| Some(item.id)).collect();
        around.push(stretch.above);
        let reader = self.readers.or_default(thread);
        around.extend([reader.top, reader.bottom]);
        if let Path::To(gone) = read.path {
            let wanted =
                matches!(reader.wants, Some(Seek::Message { message, .. }) if message == gone);
            if wanted || around.contains(&Some(gone)) {
                *reader = Reader::default();
            }
            if let Some(timeline) = self.replica.timelines.get_mut(thread) {
                timeline.take_all(&[gone]);
            }
            return;
        }
        if read.path != reader.path {
            return;
        }
        match (read.after, tip) {
            (Some(after), Some((tip, length))) if after == tip => {
                if reader.bottom == Some(after) {
                    (reader.bottom, reader.length) = (None, length);
                }
                if reader.wants == Some(Seek::Newer) {
                    reader.wants = None;
                }
                self.note_end(thread, Some((tip, length)));
            }
            (Some(after), _) if reader.bottom != Some(after) => {}
            (Some(after), _) if reader.path != Path::Through(after) => self.part_ways(read),
            _ if reader.path == Path::Newest && tip.is_none() => {
                // Nothing in it is live.
                *reader = Reader {
                    end: End::Known(0),
                    ..Reader::default()
                };
            }
            (None, Some(_)) => reader.wants = None,
            _ => *reader = Reader::default(),
        }
    }

    /// The path leads elsewhere by now: the reader goes on with what is shown.
    fn part_ways(&mut self, read: &PageRead) {
        let Some(after) = read.after else { return };
        let reader = self.readers.or_default(read.thread);
        if reader.path == Path::Through(after) {
            *reader = Reader::default();
            return;
        }
        (reader.path, reader.end) = (Path::Through(after), End::Doubtful);
        reader.chosen = false;
        if let Some(wants) = reader.wants {
            self.seek(read.thread, wants);
        }
    }

    /// Whether the first row of a page follows what it was to follow.
    fn follows_on(&self, read: &PageRead, first: MessageId) -> bool {
        let first = self.replica.message(read.thread, first);
        first.is_some_and(|first| first.row.parent == read.after)
    }
}
