//! Where the reader of each thread was when it was left.

use std::collections::HashMap;

use leptos::prelude::*;
use weft_protocol::{MessageId, ThreadId};

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
pub(crate) struct Places(StoredValue<HashMap<ThreadId, Place>>);

impl Places {
    /// For use above all timelines, once.
    pub(crate) fn provide() {
        provide_context(Self(StoredValue::default()));
    }

    pub(super) fn here() -> Self {
        expect_context::<Self>()
    }

    pub(super) fn of(self, thread: ThreadId) -> Option<Place> {
        self.0.with_value(|places| places.get(&thread).copied())
    }

    pub(super) fn leave(self, thread: ThreadId, place: Place) {
        self.0.update_value(|places| {
            places.insert(thread, place);
        });
    }
}
