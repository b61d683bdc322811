//! Presence and typing of sessions: who may say it, who hears it, and when.
//!
//! Invariant: a session has a lease on a thread only while it follows it, as the store has allowed.

use super::Hub;
use crate::{SessionId, session::Follow};
use std::{collections::BTreeSet, sync::Arc};
use weft_protocol::{Presence, ThreadId, Topic, UserId};

impl Hub {
    /// Whether a device of the person has the thread on screen, over a socket that is open.
    pub fn shows(&self, user: UserId, thread: ThreadId) -> bool {
        self.leases.shows(thread, user)
    }

    /// A session says what its person does with a thread.
    pub(super) fn presence(&mut self, id: SessionId, thread: ThreadId, state: Presence) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        match (session.follows.get(&Topic::Thread(thread)), &session.user) {
            // Whether it may follow is not known yet: said again then.
            (Some(Follow::Resuming(..)), _) => {
                session.wished.insert(thread, state);
            }
            (Some(Follow::At(_)), Some(user)) => {
                let hides = session.hides;
                self.leases.say(self.now, thread, id, user, state, hides);
            }
            (Some(Follow::At(_)) | None, _) => {}
        }
    }

    /// The session follows a topic: what it said of it before counts.
    pub(super) fn let_in(&mut self, id: SessionId, topic: Topic) {
        if let Topic::Thread(thread) = topic
            && let Some(session) = self.sessions.get_mut(&id)
            && let Some(state) = session.wished.remove(&thread)
        {
            self.presence(id, thread, state);
        }
    }

    /// The session follows a topic no more, or may not.
    pub(super) fn show_out(&mut self, id: SessionId, topic: Topic) {
        if let Topic::Thread(thread) = topic {
            if let Some(session) = self.sessions.get_mut(&id) {
                session.wished.remove(&thread);
                session.dirty_rooms.remove(&thread);
            }
            self.leases.leave(self.now, thread, id);
        }
    }

    /// Ends leases that are over, and tells of others what is due.
    pub(super) fn run_leases(&mut self) {
        let mut told = BTreeSet::new();
        for (id, thread) in self.leases.run(self.now) {
            if let Some(session) = self.sessions.get_mut(&id) {
                session.dirty_rooms.insert(thread);
                told.insert(id);
            }
        }
        told.into_iter().for_each(|id| self.pump(id));
    }

    /// Who has come to a thread, and who is gone from it, since the session was told last.
    pub(super) fn next_presence(&mut self, id: SessionId) -> Option<Arc<str>> {
        loop {
            let thread = self.sessions.get_mut(&id)?.dirty_rooms.pop_first()?;
            if let Some(frame) = self.leases.next_frame(self.now, thread, id) {
                return Some(frame);
            }
        }
    }
}
