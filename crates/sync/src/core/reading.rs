//! How a reader moves through a thread, and how the rows around get here and go.
//!
//! Invariant: of a thread so many rows are here at most, however long it is. Rows are asked for by their
//! place on a path, and what is shown is a part of one path without a gap. What a reader wants and is not
//! here is asked for until it has come, or is known not to be there.

pub(super) mod asks;
mod held;
mod landing;

use weft_protocol::{MessageId, Path, ThreadId, Topic};

use super::Core;
use crate::{
    Ahead, Delivery, History, PageRead, Seek, Status,
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
            Seek::Depth(depth) => Some(self.page(thread, None, depth.max(1))),
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

    /// The last message of the branch that is read, where that is known.
    pub(super) fn end_of_branch(&self, thread: ThreadId) -> Option<MessageId> {
        let reader = self.readers.get(thread)?;
        let is_other = reader.path != Path::Newest && reader.bottom.is_none();
        let stretch = is_other.then(|| self.stretch(thread))?;
        let mut said = stretch.items.iter().rev();
        said.find(|item| !matches!(item.delivery, Delivery::Failed(_)))
            .map(|item| item.id)
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
