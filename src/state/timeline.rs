//! A watched thread as signals: one for the order, three for each row.
//!
//! Invariant: a row's signals are made when it is inserted and never replaced, so a token wakes the
//! one effect that shows that body, and a new message wakes none of an old row's.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use leptos::prelude::*;
use weft_protocol::{MemberRow, MessageId, Tuning};
use weft_sync::{Ahead, Delivery, Head, History, PresenceView};

/// A message's signals.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its key.
    pub id: MessageId,
    /// All but its text and delivery.
    pub head: ArcRwSignal<Head>,
    /// Its text.
    pub body: ArcRwSignal<String>,
    /// Where it stands.
    pub delivery: ArcRwSignal<Delivery>,
}

/// A watched thread's signals.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// The keys of the messages, oldest first.
    pub order: ArcRwSignal<Vec<MessageId>>,
    /// What is before them.
    pub history: ArcRwSignal<History>,
    /// What is after them.
    pub ahead: ArcRwSignal<Ahead>,
    /// How many messages there are on the whole path.
    pub length: ArcRwSignal<u64>,
    /// Everybody who is or was a member, by id.
    pub people: ArcRwSignal<Vec<MemberRow>>,
    /// Who else has it on screen.
    pub presence: ArcRwSignal<PresenceView>,
    /// How models are asked in it.
    pub tuning: ArcRwSignal<Tuning>,
    /// The replies that are being made.
    pub streaming: ArcRwSignal<Vec<MessageId>>,
    rows: Arc<Mutex<HashMap<MessageId, Row>>>,
}

impl PartialEq for Timeline {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.rows, &other.rows)
    }
}

impl Default for Timeline {
    fn default() -> Self {
        Self {
            order: ArcRwSignal::new(Vec::new()),
            history: ArcRwSignal::new(History::default()),
            ahead: ArcRwSignal::new(Ahead::default()),
            length: ArcRwSignal::new(0),
            people: ArcRwSignal::new(Vec::new()),
            presence: ArcRwSignal::default(),
            tuning: ArcRwSignal::default(),
            streaming: ArcRwSignal::new(Vec::new()),
            rows: Arc::default(),
        }
    }
}

impl Timeline {
    /// The signals of one message.
    pub fn row(&self, id: MessageId) -> Option<Row> {
        self.rows().get(&id).cloned()
    }

    pub(super) fn rows(&self) -> MutexGuard<'_, HashMap<MessageId, Row>> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
