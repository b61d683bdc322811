//! The threads in the order in which the list shows them, and the steps from one to another.

use leptos::prelude::*;
use weft_protocol::ThreadId;

use super::{Group, State};

/// A step in the list of threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// To the one above.
    Previous,
    /// To the one below.
    Next,
    /// To the next one with something unread, from the top again after the last one.
    Unread,
}

impl State {
    /// The threads as the list shows them, without those that are put away. Subscribes to nothing.
    pub fn listed(&self) -> Vec<ThreadId> {
        let days = self.days.get_untracked();
        let group = |id: ThreadId| {
            let thread = self.thread(id)?;
            let group = thread.with_untracked(|thread| Group::of(thread, days));
            (group != Group::Archived).then_some((group as u8, id))
        };
        let mut listed: Vec<(u8, ThreadId)> = self
            .order
            .with_untracked(|order| order.iter().filter_map(|&id| group(id)).collect());
        listed.sort_by_key(|(group, _)| *group);
        listed.into_iter().map(|(_, id)| id).collect()
    }

    /// Where a step from a thread leads, or from none: a new chat is above them all.
    pub fn step(&self, from: Option<ThreadId>, step: Step) -> Option<ThreadId> {
        let listed = self.listed();
        let at = from.and_then(|from| listed.iter().position(|&id| id == from));
        match step {
            Step::Previous => listed.get(at?.checked_sub(1)?).copied(),
            Step::Next => listed.get(at.map_or(0, |at| at + 1)).copied(),
            Step::Unread => {
                let unread = |id: &ThreadId| {
                    let thread = self.thread(*id);
                    let row =
                        |thread: &weft_sync::ThreadView| thread.row.unread > 0 && !thread.row.muted;
                    Some(*id) != from && thread.is_some_and(|thread| thread.with_untracked(row))
                };
                let (above, below) = listed.split_at(at.map_or(0, |at| at + 1));
                below.iter().chain(above).copied().find(unread)
            }
        }
    }
}
