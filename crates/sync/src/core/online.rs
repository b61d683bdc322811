//! Of which threads somebody else is online, and saying whether somebody sees the app here.
//!
//! Invariant: what is said holds for one socket, and is said when it changes; what is shown of others is what that
//! socket told, and soon over without it (SPEC R58). None of it is kept.

use std::collections::HashSet;

use weft_protocol::{
    ClientFrame, Millis, Online, ThreadId,
    presence::{LEASE, ONLINE},
};

use super::Core;
use crate::Told;

/// What is known of who is online.
#[derive(Clone, Debug, Default)]
pub(super) struct Onlines {
    /// Whether the server tells of it.
    is_kept: bool,
    /// What was said on this socket.
    said: bool,
    /// The threads of which somebody else is.
    pub(super) threads: HashSet<ThreadId>,
    /// When this is over, where nobody tells of it any more.
    pub(super) until: Option<Millis>,
}

impl Core {
    /// The server can do these things beyond the core, and knows nothing of this socket yet.
    pub(super) fn online_begins(&mut self, capabilities: &[String]) {
        self.onlines.is_kept = capabilities.iter().any(|it| it == ONLINE);
        self.onlines.said = false;
    }

    /// The socket is gone: who was there may be for a while.
    pub(super) fn online_pauses(&mut self) {
        self.onlines.said = false;
        if !self.onlines.threads.is_empty() {
            let until = self.now.saturating_add(LEASE);
            self.onlines.until.get_or_insert(until);
        }
    }

    /// Somebody else is online, or is not any more: so it is at the leader, or at the server.
    pub(super) fn take_online(&mut self, told: Online) {
        let Onlines { threads, until, .. } = &mut self.onlines;
        if told.all {
            (*threads, *until) = (HashSet::new(), None);
        }
        threads.extend(&told.threads);
        for thread in &told.gone {
            threads.remove(thread);
        }
        self.dirty_list = true;
        self.tell(|| Told::Online(told));
    }

    /// All of it, for who begins to follow.
    pub(super) fn tell_online(&mut self) {
        let mut threads: Vec<ThreadId> = self.onlines.threads.iter().copied().collect();
        threads.sort_unstable();
        self.tell(|| {
            Told::Online(Online {
                all: true,
                threads,
                gone: Vec::new(),
            })
        });
    }

    /// Says whether somebody sees the app, where that is another than was said, and ends what is over.
    pub(super) fn run_online(&mut self) {
        if self.onlines.until.is_some_and(|at| at <= self.now) {
            self.take_online(Online {
                all: true,
                ..Online::default()
            });
        }
        let is_seen = self.is_seen();
        if self.link.is_live() && self.onlines.is_kept && self.onlines.said != is_seen {
            self.onlines.said = is_seen;
            self.send(&ClientFrame::Online(is_seen));
        }
    }
}
