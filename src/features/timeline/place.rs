//! Where the reader of each thread was when it was left.

use std::collections::HashMap;

use leptos::prelude::*;
use weft_protocol::{MessageId, ThreadId, notice};

use crate::state::State;

/// How far below the upper edge a message begins that was jumped to.
pub(super) const HEADROOM: f64 = 48.0;

/// The line that is being read: a message, and how far below the upper edge it begins, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Anchor {
    pub(super) message: MessageId,
    pub(super) depth: u64,
    pub(super) offset: f64,
}

/// A reader's place in a thread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    /// What was being read; none at the end.
    pub(super) anchor: Option<Anchor>,
    /// How many messages there were.
    pub(super) seen: u64,
}

/// The places of all threads that were open in this page.
#[derive(Clone, Copy)]
pub(crate) struct Places {
    left: StoredValue<HashMap<ThreadId, Place>>,
    /// Where a reader is led who may be in that thread already.
    pub(super) led: RwSignal<Option<(ThreadId, Option<Anchor>)>>,
}

impl Places {
    /// For use above all timelines, once.
    pub(crate) fn provide() {
        provide_context(Self {
            left: StoredValue::default(),
            led: RwSignal::new(None),
        });
    }

    pub(crate) fn here() -> Self {
        expect_context::<Self>()
    }

    /// Whoever comes to the thread next reads from this message on; or its end, where that is its last one or none
    /// is named.
    pub(crate) fn lead(self, state: State, thread: ThreadId, to: Option<notice::Place>) {
        let row = state.thread(thread);
        let last = row.map_or(0, |row| row.with_untracked(|row| row.row.last));
        let anchor = to.filter(|at| at.ordinal < last).map(|at| Anchor {
            message: at.message,
            depth: at.depth,
            offset: HEADROOM,
        });
        // Nothing counts as having come meanwhile.
        let seen = u64::MAX;
        self.leave(thread, Place { anchor, seen });
        self.led.set(Some((thread, anchor)));
    }

    pub(super) fn of(self, thread: ThreadId) -> Option<Place> {
        self.left.with_value(|places| places.get(&thread).copied())
    }

    pub(super) fn leave(self, thread: ThreadId, place: Place) {
        self.left.update_value(|places| {
            places.insert(thread, place);
        });
    }
}
