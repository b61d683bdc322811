//! Several tabs of one account: one leads, the others follow.
//!
//! Invariant: only a leader, or a tab that works alone, speaks to the server and to the storage. A
//! follower shows what its leader has, and over it what was made here; until that is known to be durable
//! it is proposed to each leader anew, so that no tab's end loses it.

mod follower;
mod leader;

use weft_protocol::{Millis, ThreadId};

use super::Core;
use crate::{Output, Status, TabId, TabMessage, link::Phase};

use self::{follower::Follower, leader::Leader};

/// What a tab is among those of its account.
#[derive(Clone, Debug)]
pub(super) enum Role {
    /// It shares nothing with the others, where there are any.
    Alone,
    Leader(Leader),
    Follower(Follower),
}

impl Core {
    pub(super) fn is_follower(&self) -> bool {
        matches!(self.role, Role::Follower(_))
    }

    /// By which name this tab asks its leader, where it has one.
    pub(super) fn tab(&self) -> Option<TabId> {
        match &self.role {
            Role::Follower(follower) => Some(follower.tab),
            Role::Alone | Role::Leader(_) => None,
        }
    }

    /// How this tab stands to the server, or its leader does.
    pub(super) fn status(&self) -> Status {
        match (&self.role, self.link.phase) {
            (Role::Follower(follower), Phase::Following) => follower.status,
            _ => self.link.status(),
        }
    }

    /// Leaves socket and storage to another tab.
    pub(super) fn follow(&mut self, tab: TabId) {
        let term = match &self.role {
            Role::Alone => 0,
            Role::Leader(leader) => leader.term,
            Role::Follower(_) => return,
        };
        self.hang_up();
        self.role = Role::Follower(Follower::new(tab, term, self.now));
        if self.link.phase != Phase::SignedOut {
            self.link.stop(Phase::Following);
        }
        self.outbox.writes.lost = false;
        self.outbox.part();
        self.ask_anew();
        self.touch_all();
    }

    /// Has socket and storage from here on.
    pub(super) fn lead(&mut self, term: u64) {
        let leader = Leader::new(term);
        let texts = match std::mem::replace(&mut self.role, Role::Leader(leader)) {
            Role::Follower(follower) => follower.texts,
            Role::Alone | Role::Leader(_) => Vec::new(),
        };
        self.post(TabMessage::Lead { term });
        let mut changed = self.outbox.number_proposals();
        if !self.outbox.is_dense() {
            // Numbers are missing in between: the server would wait for them for ever.
            self.number_anew();
            changed = true;
        }
        if changed {
            self.identify();
        }
        self.keep_texts(texts);
        self.save_drafts();
        self.forget_oldest();
        if self.link.phase == Phase::Following {
            self.presence_pauses();
            self.online_pauses();
            self.open();
        }
        self.ask_anew();
        self.touch_all();
    }

    /// The term in which this tab leads; 0 where it works alone.
    pub(super) fn term(&self) -> u64 {
        match &self.role {
            Role::Leader(leader) => leader.term,
            Role::Alone | Role::Follower(_) => 0,
        }
    }

    /// All threads that are on a screen, of this tab or of one that follows it.
    pub(super) fn on_screen(&self) -> Vec<ThreadId> {
        let mut threads = self.watched.clone();
        if let Role::Leader(leader) = &self.role {
            for thread in leader.watched() {
                if !threads.contains(&thread) {
                    threads.push(thread);
                }
            }
        }
        threads
    }

    /// The threads that somebody sees, of this tab or of one that follows it.
    pub(super) fn seen(&self) -> Vec<ThreadId> {
        let mut threads = if self.is_this_seen() {
            self.watched.clone()
        } else {
            Vec::new()
        };
        if let Role::Leader(leader) = &self.role {
            threads.extend(leader.seen(self.now));
        }
        threads.sort_unstable();
        threads.dedup();
        threads
    }

    /// Whether somebody sees this tab or one that follows it.
    pub(super) fn is_seen(&self) -> bool {
        let follower_is = match &self.role {
            Role::Leader(leader) => leader.unseen_at(self.now).is_some(),
            Role::Alone | Role::Follower(_) => false,
        };
        follower_is || self.is_this_seen()
    }

    fn is_this_seen(&self) -> bool {
        self.hidden_since.is_none() && !self.frozen
    }

    /// When a follower that says nothing more is taken for unseen.
    pub(super) fn unseen_at(&self) -> Option<Millis> {
        match &self.role {
            Role::Leader(leader) => leader.unseen_at(self.now),
            Role::Alone | Role::Follower(_) => None,
        }
    }

    pub(super) fn post(&mut self, message: TabMessage) {
        self.outputs.push_back(Output::Post(Box::new(message)));
    }

    pub(super) fn heard(&mut self, message: TabMessage) {
        if message == TabMessage::SignedOut {
            return self.sign_out(true);
        }
        match (&mut self.role, message.term()) {
            (Role::Alone, _) => {}
            (Role::Leader(leader), Some(term)) => {
                if term > leader.term {
                    self.step_down();
                }
            }
            (Role::Leader(_), None) => self.asked(message),
            (Role::Follower(follower), Some(term)) => {
                if follower.hear(term, &message, self.now) {
                    self.answered(message);
                }
            }
            (Role::Follower(_), None) => {}
        }
    }

    /// What is due among the tabs.
    pub(super) fn run_tabs(&mut self) {
        self.drop_gone();
        self.run_follower();
    }

    /// When [`Core::run_tabs`] has something to do.
    pub(super) fn tabs_deadline(&self) -> Option<Millis> {
        match &self.role {
            Role::Alone => None,
            Role::Leader(leader) => leader.deadline(),
            Role::Follower(_) if self.link.phase == Phase::SignedOut => None,
            Role::Follower(follower) => Some(follower.deadline(self.hidden_since.is_none())),
        }
    }
}
