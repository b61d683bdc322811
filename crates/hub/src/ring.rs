//! The recent change sets of a followed topic, shared by all who follow it.

use std::collections::{BTreeSet, VecDeque};

use weft_protocol::{Cursor, Op, limits::MAX_RESUME_CHANGES};

use crate::{SessionId, TopicChange, store::merge};

const CAPACITY: usize = 512;

/// A followed topic: its followers, and the change sets published since it was first followed.
#[derive(Debug, Default)]
pub(crate) struct Ring {
    pub(crate) followers: BTreeSet<SessionId>,
    changes: VecDeque<TopicChange>,
}

/// What a reader at some cursor needs next.
pub(crate) enum Next {
    /// It is at the newest change set that was published.
    Nothing,
    /// These change sets, merged.
    Delta {
        base: u64,
        cursor: Cursor,
        ops: Vec<Op>,
    },
    /// More than the ring holds: the store must be asked.
    Behind,
}

impl Ring {
    pub(crate) fn push(&mut self, change: TopicChange) {
        if self.changes.len() == CAPACITY {
            self.changes.pop_front();
        }
        self.changes.push_back(change);
    }

    /// The newest cursor published, where any was.
    fn head(&self) -> Option<Cursor> {
        self.changes.back().map(|change| change.cursor)
    }

    pub(crate) fn after(&self, cursor: Cursor) -> Next {
        let Some(head) = self.head() else {
            return Next::Nothing;
        };
        if head.epoch != cursor.epoch {
            return Next::Behind;
        }
        if head.seq <= cursor.seq {
            return Next::Nothing;
        }
        let oldest = self
            .changes
            .front()
            .map_or(head.seq, |change| change.cursor.seq);
        if oldest > cursor.seq + 1 || head.seq - cursor.seq > MAX_RESUME_CHANGES {
            return Next::Behind;
        }
        let newer = self
            .changes
            .iter()
            .filter(|change| change.cursor.seq > cursor.seq);
        let ops = newer
            .flat_map(|change| change.ops.iter().cloned())
            .collect();
        Next::Delta {
            base: cursor.seq,
            cursor: head,
            ops: merge(ops),
        }
    }
}
