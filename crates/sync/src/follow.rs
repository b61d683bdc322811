//! How far a topic is read, and how a gap in it is met: ask again, ask for all of it, let it go.
//!
//! Invariant: a topic never asks more often than every [`QUIET`] milliseconds, and after the ladder's
//! end not before its wait is over.

use weft_protocol::{Cursor, Millis};

/// An answer may be on its way for this long; gaps seen meanwhile are not asked for again.
const QUIET: u64 = 300;
const WINDOW: u64 = 2_000;
const MOST_IN_WINDOW: usize = 5;
/// A topic that has been well for this long starts the ladder from its foot.
const WELL_AFTER: u64 = 10_000;
const DROPPED_FOR: u64 = 5_000;
/// A head that we have not reached by then is a gap: the delta is not on its way.
const HEAD_GRACE: u64 = 2_000;

/// A topic that is followed, or was until lately.
#[derive(Clone, Debug, Default)]
pub(crate) struct Follow {
    /// How far it is read; `None` before the first snapshot.
    pub(crate) cursor: Option<Cursor>,
    /// Whether this socket follows it.
    pub(crate) subscribed: bool,
    /// Whether the server has said that there is no such topic.
    pub(crate) missing: bool,
    /// Not to be asked for before then.
    pub(crate) not_before: Option<Millis>,
    behind: Option<(Cursor, Millis)>,
    asked: Vec<Millis>,
    asked_all: Option<Millis>,
}

/// How a gap is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rung {
    /// The answer to the last question may be on its way.
    Wait,
    /// Ask from the cursor on.
    Resume,
    /// Ask for all of it.
    Reload,
    /// Let it go for a while.
    Drop,
}

impl Follow {
    /// Whether everything up to `head` is here.
    pub(crate) fn has(&self, head: Cursor) -> bool {
        self.cursor
            .is_some_and(|ours| ours.epoch == head.epoch && ours.seq >= head.seq)
    }

    /// A gap was found.
    pub(crate) fn gap(&mut self, now: Millis) -> Rung {
        self.behind = None;
        self.asked.retain(|&at| now.saturating_sub(at) < WINDOW);
        if self
            .asked
            .last()
            .is_some_and(|&at| now.saturating_sub(at) < QUIET)
        {
            return Rung::Wait;
        }
        if self.asked.len() < MOST_IN_WINDOW {
            self.asked.push(now);
            return Rung::Resume;
        }
        self.asked.clear();
        self.asked.push(now);
        if self
            .asked_all
            .is_some_and(|at| now.saturating_sub(at) < WELL_AFTER)
        {
            *self = Self {
                not_before: Some(now.saturating_add(DROPPED_FOR)),
                ..Self::default()
            };
            return Rung::Drop;
        }
        self.asked_all = Some(now);
        Rung::Reload
    }

    /// The server says how far the topic goes. Returns whether that is a gap for certain.
    pub(crate) fn head(&mut self, now: Millis, head: Cursor) -> bool {
        if self.has(head) {
            self.behind = None;
            return false;
        }
        match self.behind {
            Some((before, _)) if !self.has(before) => true,
            Some(_) | None => {
                self.behind = Some((head, now.saturating_add(HEAD_GRACE)));
                false
            }
        }
    }

    /// The socket is gone.
    pub(crate) fn lost(&mut self) {
        self.subscribed = false;
        self.missing = false;
        self.behind = None;
        self.asked.clear();
    }

    /// When [`Follow::is_overdue`] is to be asked.
    pub(crate) fn overdue_at(&self) -> Option<Millis> {
        self.behind.map(|(_, at)| at)
    }

    /// Whether a head was not reached in time.
    pub(crate) fn is_overdue(&mut self, now: Millis) -> bool {
        let Some((head, _)) = self.behind.filter(|&(_, at)| now >= at) else {
            return false;
        };
        self.behind = None;
        !self.has(head)
    }
}
