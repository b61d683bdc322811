//! How a reader moves through a thread, and how the rows around get here and go.
//!
//! Invariant: of a thread so many rows are here at most, however long it is. Rows are asked for by their
//! place on a path, and what is shown is a part of one path without a gap. What a reader wants and is not
//! here is asked for until it has come, or is known not to be there.

pub(super) mod asks;
mod held;

use weft_protocol::{MessageId, Path, ThreadId, Topic};

use super::Core;
use crate::{
    Ahead, History, PageRead, Seek, Status,
    project::{self, Stretch},
    reader::{End, Reader},
};

/// Rows of a path, oldest first, and where it ends and how deep, if that is known.
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
            Some(_) if matches!(reader.wants, Some(Seek::Older | Seek::First)) => History::Loading,
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
        if self.replica.timelines.get(thread).is_none() {
            // The newest rows come first.
            self.readers.or_default(thread).wants = Some(seek);
            return self.touch_shown(thread);
        }
        if let (Seek::Message { .. }, Some(reader)) = (seek, self.readers.get_mut(thread))
            && reader.wants != Some(seek)
            && !reader.chosen
            && reader.path != Path::Newest
        {
            *reader = Reader::default();
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
            Seek::First => Some(self.page(thread, None, 1)),
            Seek::Message { message, depth } => {
                let Some(ids) = self.leading_to(thread, message) else {
                    let from = self.last_page(depth);
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
                        chosen: true,
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
        if !reader.chosen && reader.path != Path::Newest {
            *reader = Reader::default();
        }
        let whole = reader.bottom.is_none() || reader.path == Path::Newest;
        if whole {
            (reader.top, reader.bottom, reader.stays) = (None, None, false);
            return None;
        }
        let from = reader.length;
        let from = self.last_page(from);
        Some(self.page(thread, None, from))
    }

    fn stay(&mut self, thread: ThreadId) {
        let first = self.first_shown(thread);
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
        let here = |id: MessageId| self.replica.message(thread, id);
        let missing = next.filter(|&next| here(next).is_none())?;
        let below = top.or_else(|| self.first_row_shown(thread));
        // What is only pending does not tell how deep it is.
        let depth = below.and_then(here).map_or(1, |below| below.row.depth);
        let from = self.last_page(depth.saturating_sub(1));
        let read = self.page(thread, Some(Path::To(missing)), from);
        if live > 0 {
            // There is something to read meanwhile.
            self.ask(read, None);
            return None;
        }
        Some(read)
    }

    fn go_down(&mut self, thread: ThreadId) -> Option<PageRead> {
        let reader = self.readers.get(thread)?;
        let bottom = reader.bottom?;
        let timeline = self.replica.timelines.get(thread)?;
        let known = matches!(reader.end, End::Known(_));
        let end = self.end_of_path(thread).filter(|_| known);
        let (below, leads_to_end) = timeline.down(bottom, end, &reader.forks);
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
        if leads_to_end || below.len() >= self.sizes.step {
            return None;
        }
        let after = below.last().copied().unwrap_or(bottom);
        let depth = self.replica.message(thread, after)?.row.depth;
        let read = PageRead {
            after: Some(after),
            ..self.page(thread, None, depth.saturating_add(1))
        };
        if below.iter().any(|id| is_live_in(self, thread, *id)) {
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
            n: 0,
        }
    }

    /// Where the last page of a path of this length begins.
    fn last_page(&self, length: u64) -> u64 {
        let page = u64::from(self.sizes.page);
        length.saturating_sub(page.saturating_sub(1)).max(1)
    }

    fn end_of_path(&self, thread: ThreadId) -> Option<MessageId> {
        let path = self.readers.get(thread)?.path;
        project::end_of(&self.replica, &self.outbox, self.owner, thread, path)
    }

    fn first_shown(&self, thread: ThreadId) -> Option<MessageId> {
        let stretch = self.stretch(thread);
        stretch.items.first().map(|item| item.id)
    }

    fn first_row_shown(&self, thread: ThreadId) -> Option<MessageId> {
        let reader = self.readers.get(thread)?;
        let first = self.first_shown(thread);
        let first = first.filter(|&id| self.replica.message(thread, id).is_some());
        // Where nothing that is shown is live, a tombstone leads on.
        first.or(reader.top).or(reader.bottom)
    }

    /// The message and some of those that lead to it, the nearest first, where they are here.
    fn leading_to(&self, thread: ThreadId, message: MessageId) -> Option<Vec<MessageId>> {
        let timeline = self.replica.timelines.get(thread)?;
        let up = timeline.up(message).take((self.sizes.shown / 2).max(1));
        let ids: Vec<MessageId> = up.map(|message| message.row.id).collect();
        (!ids.is_empty()).then_some(ids)
    }

    /// Lets go of what is too much at the end of what is shown.
    pub(super) fn bound(&mut self, thread: ThreadId) {
        let stays = self.readers.get(thread).is_some_and(|reader| reader.stays);
        if !stays {
            return;
        }
        let most = self.sizes.most_shown;
        let stretch = self.stretch(thread);
        if stretch.rows > most {
            let last = stretch.items[most - 1].id;
            self.readers.or_default(thread).bottom = Some(last);
        }
    }

    /// Looks whether the end of the path that is read is still known, and asks where it is not.
    pub(super) fn look_at_end(&mut self, thread: ThreadId) {
        let (Some(reader), Some(timeline)) =
            (self.readers.get(thread), self.replica.timelines.get(thread))
        else {
            return;
        };
        let last = timeline.end(reader.path);
        let (ordinal, depth) = last.map_or((0, 1), |last| (last.row.ordinal, last.row.depth));
        // What is newer has come since it was known, and come here.
        let is_known = match reader.end {
            End::Known(known) => ordinal >= known,
            End::Unseen => reader.path == Path::Newest && (ordinal > 0 || timeline.len() == 0),
            End::Doubtful => false,
        };
        let (path, at_end) = (
            reader.path,
            reader.bottom.is_none() && reader.wants.is_none(),
        );
        let topic = Topic::Thread(thread);
        let is_followed = self
            .follows
            .get(topic)
            .is_some_and(|it| it.cursor.is_some());
        let reader = self.readers.or_default(thread);
        reader.end = if is_known {
            reader.length = reader.length.max(depth);
            End::Known(ordinal)
        } else {
            End::Doubtful
        };
        if !is_known && at_end && is_followed && !self.asks.is_waiting(thread, path) {
            self.ask(self.page(thread, None, depth), None);
        }
    }

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
    fn land(&mut self, read: PageRead, found: Found) {
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
            Some(Seek::Latest | Seek::First)
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
        if read.path == reader.path {
            self.note_end(thread, found.tip);
        }
        let follows_on = self.follows_on(&read, found.ids[0]);
        let reader = self.readers.or_default(thread);
        if read.after.is_some() && read.after == reader.bottom && !follows_on {
            return self.part_ways(&read);
        }
        match reader.wants {
            Some(Seek::First) if is_on_path && read.from == 1 => self.land_first(thread, &found),
            Some(Seek::Latest) if read.path == reader.path => self.land_last(&read, &found),
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
            Some(Seek::Stay | Seek::First | Seek::Latest | Seek::Branch { .. }) => {}
            None if read.path == reader.path => self.look_further(&read, &found),
            None => {}
        }
    }

    fn land_first(&mut self, thread: ThreadId, found: &Found) {
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

    /// Nothing of this thread is to be had.
    pub(super) fn drop_asks(&mut self, thread: ThreadId) {
        self.asks.drop_thread(thread);
        if let Some(reader) = self.readers.get_mut(thread) {
            *reader = Reader::default();
        }
        self.touch_shown(thread);
    }
}

fn is_live_in(core: &Core, thread: ThreadId, message: MessageId) -> bool {
    let row = core.replica.message(thread, message);
    row.is_some_and(|message| !message.row.deleted)
}
