//! Who may see which thread, and what is sent to whom.
//!
//! Invariant: once a hub has heard that somebody is no member of a thread any more, it sends them nothing of
//! it, until it hears that they are one again (SPEC R43).

use std::collections::{BTreeMap, BTreeSet};

use rand::Rng;
use weft_hub::{Command, Committed, SessionId, store::Lookup};
use weft_protocol::{Op, Role, ServerFrame, ThreadId, Topic, User, UserId};

use super::{Trouble, world::World};

#[derive(Default)]
pub(super) struct Membership {
    /// Who was ever let into another's thread.
    let_in: BTreeSet<(ThreadId, UserId)>,
    /// Who is no member any more, as far as the hub has heard.
    gone: BTreeSet<(ThreadId, UserId)>,
    /// Whose a session is.
    people: BTreeMap<SessionId, UserId>,
    /// The threads of the handles that a session was told.
    handles: BTreeMap<(SessionId, u32), ThreadId>,
}

impl Membership {
    /// Whether this person was ever let in there.
    pub(super) fn was_let_in(&self, thread: ThreadId, user: UserId) -> bool {
        self.let_in.contains(&(thread, user))
    }

    /// Somebody is let into another's thread.
    pub(super) fn let_in(&mut self, thread: ThreadId, user: UserId) {
        self.let_in.insert((thread, user));
    }

    pub(super) fn all_let_in(&self) -> impl Iterator<Item = (ThreadId, UserId)> {
        self.let_in.iter().copied()
    }

    pub(super) fn speaks(&mut self, id: SessionId, user: Option<&User>) {
        self.people.extend(user.map(|user| (id, user.id)));
    }

    /// The hub hears of a commit.
    pub(super) fn hear(&mut self, committed: &Committed) {
        for change in &committed.changes {
            let Topic::User(user) = change.topic else {
                continue;
            };
            for op in change.ops.iter() {
                match op {
                    Op::ThreadGone(thread) => _ = self.gone.insert((*thread, user)),
                    Op::Thread(row) => _ = self.gone.remove(&(row.id, user)),
                    _ => {}
                }
            }
        }
    }

    /// Looks at what the hub sends.
    pub(super) fn look(&mut self, id: SessionId, text: &str) -> Result<(), String> {
        let frame = ServerFrame::decode(text).map_err(|error| error.to_string())?;
        let of = match &frame {
            ServerFrame::Snapshot { topic, .. } | ServerFrame::Delta { topic, .. } => match topic {
                Topic::Thread(thread) => Some(*thread),
                Topic::User(_) => None,
            },
            ServerFrame::Page { thread, .. } => Some(*thread),
            ServerFrame::Stream { handle, thread, .. } => {
                self.handles.insert((id, *handle), *thread);
                Some(*thread)
            }
            ServerFrame::Presence(present) => Some(present.thread),
            ServerFrame::Text(handle, ..) => self.handles.get(&(id, *handle)).copied(),
            _ => None,
        };
        let Some((thread, &user)) = of.zip(self.people.get(&id)) else {
            return Ok(());
        };
        if self.gone.contains(&(thread, user)) {
            return Err(format!(
                "{user} is no member of {thread}, and is sent {frame:?}"
            ));
        }
        Ok(())
    }
}

impl World {
    /// Somebody becomes a member of another's thread.
    pub(super) fn join(&mut self) {
        if self.threads.is_empty() {
            return;
        }
        let (thread, _) = self.threads[self.rng.random_range(0..self.threads.len())];
        let user = self.people[self.rng.random_range(0..self.people.len())].id;
        let Ok(members) = self.server.store.members(thread);
        if members.is_empty() || members.iter().any(|(member, _)| *member == user) {
            return;
        }
        let role = [Role::Viewer, Role::Editor][self.rng.random_range(0..2)];
        self.trouble(Trouble::Joining);
        self.members.let_in(thread, user);
        let by = None;
        self.command(Command::Admit {
            by,
            user,
            thread,
            role,
        });
    }

    /// A hub that has just started has heard of nothing, and asks the store.
    pub(super) fn hear_anew(&mut self) {
        for (thread, user) in &self.members.let_in {
            let Ok(members) = self.server.store.members(*thread);
            if members.iter().all(|(member, _)| member != user) {
                self.members.gone.insert((*thread, *user));
            } else {
                self.members.gone.remove(&(*thread, *user));
            }
        }
    }
}
