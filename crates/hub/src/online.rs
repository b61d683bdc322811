//! Who is online, and of which threads that is told (SPEC R58).
//!
//! Invariant: a person is told whether somebody else of a thread is online, never who or how many. To come or go
//! costs as much as one has shared threads, and is told only where it is the first other one who comes, or the
//! last who goes.

use std::collections::{BTreeMap, BTreeSet};

use weft_protocol::{
    Millis, Online, ThreadId, UserId,
    presence::{GRACE, TELL_EVERY},
};

use crate::{SessionId, Ticket};

/// After a quiet while a change is told so much later, in milliseconds: what comes with it goes with it.
const GATHER: u64 = 100;

/// All who are online.
#[derive(Debug, Default)]
pub(crate) struct Onlines {
    people: BTreeMap<UserId, Human>,
    /// Who of each thread that somebody shares with others is.
    rooms: BTreeMap<ThreadId, BTreeSet<UserId>>,
    /// When each of those whose last session is gone counts as gone.
    ends: BTreeSet<(Millis, UserId)>,
    told_at: Option<Millis>,
    due: Option<Millis>,
}

/// Somebody who is online.
#[derive(Debug, Default)]
struct Human {
    /// Where they see the app.
    sessions: BTreeSet<SessionId>,
    /// What they share with others.
    threads: BTreeSet<ThreadId>,
    /// Which question for that is open, and what has changed since it was asked.
    asked: Option<(Ticket, BTreeMap<ThreadId, bool>)>,
    /// Threads of which something else may be told to them.
    news: BTreeSet<ThreadId>,
    /// Those of their sessions that were told nothing yet.
    new: BTreeSet<SessionId>,
    ends_at: Option<Millis>,
}

/// What a session is to be told.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// All of it.
    All,
    /// What has become of these.
    Some(BTreeSet<ThreadId>),
}

impl Onlines {
    /// A session's person sees the app there. Says whether it must be asked what they share.
    pub(crate) fn come(&mut self, now: Millis, user: UserId, id: SessionId) -> bool {
        let is_first = !self.people.contains_key(&user);
        let human = self.people.entry(user).or_default();
        if let Some(at) = human.ends_at.take() {
            self.ends.remove(&(at, user));
        }
        if human.sessions.insert(id) {
            human.new.insert(id);
            if human.asked.is_none() && !is_first {
                self.tell_soon(now);
            }
        }
        is_first
    }

    /// It is asked by this ticket.
    pub(crate) fn ask(&mut self, user: UserId, ticket: Ticket) {
        if let Some(human) = self.people.get_mut(&user) {
            human.asked = Some((ticket, BTreeMap::new()));
        }
    }

    /// This is what they share.
    pub(crate) fn load(&mut self, now: Millis, user: UserId, threads: Vec<ThreadId>) {
        let human = self.people.get_mut(&user);
        let Some((_, since)) = human.and_then(|it| it.asked.take()) else {
            return;
        };
        for thread in threads {
            self.set(now, user, thread, true);
        }
        for (thread, is_shared) in since {
            self.set(now, user, thread, is_shared);
        }
        self.tell_soon(now);
    }

    /// Whether what a person shares is asked by this ticket.
    pub(crate) fn waits(&self, user: UserId, ticket: Ticket) -> bool {
        let asked = self.people.get(&user).and_then(|it| it.asked.as_ref());
        asked.is_some_and(|(asked, _)| *asked == ticket)
    }

    /// A thread of a person is shared with others from now on, or is not any more.
    pub(crate) fn share(&mut self, now: Millis, user: UserId, thread: ThreadId, is_shared: bool) {
        match self.people.get_mut(&user) {
            Some(Human {
                asked: Some((_, since)),
                ..
            }) => {
                since.insert(thread, is_shared);
            }
            Some(_) => self.set(now, user, thread, is_shared),
            None => {}
        }
    }

    fn set(&mut self, now: Millis, user: UserId, thread: ThreadId, is_shared: bool) {
        let Some(human) = self.people.get_mut(&user) else {
            return;
        };
        let changed = if is_shared {
            human.threads.insert(thread)
        } else {
            human.threads.remove(&thread)
        };
        if !changed {
            return;
        }
        human.news.insert(thread);
        let room = self.rooms.entry(thread).or_default();
        if is_shared {
            room.insert(user);
        } else {
            room.remove(&user);
        }
        let touched = match (is_shared, room.len()) {
            (true, 2) => room.iter().find(|other| **other != user),
            (false, 1) => room.first(),
            _ => None,
        };
        if let Some(other) = touched.copied()
            && let Some(human) = self.people.get_mut(&other)
        {
            human.news.insert(thread);
        }
        if self.rooms.get(&thread).is_some_and(BTreeSet::is_empty) {
            self.rooms.remove(&thread);
        }
        self.tell_soon(now);
    }

    /// Nobody sees the app there any more; they may be back in a moment.
    pub(crate) fn leave(&mut self, now: Millis, user: UserId, id: SessionId) {
        let Some(human) = self.people.get_mut(&user) else {
            return;
        };
        human.new.remove(&id);
        if human.sessions.remove(&id) && human.sessions.is_empty() {
            let at = now + GRACE;
            human.ends_at = Some(at);
            self.ends.insert((at, user));
        }
    }

    /// A person is not online any more, as far as others may know.
    pub(crate) fn forget(&mut self, now: Millis, user: UserId) {
        let Some(human) = self.people.get_mut(&user) else {
            return;
        };
        if let Some(at) = human.ends_at.take() {
            self.ends.remove(&(at, user));
        }
        let threads: Vec<ThreadId> = human.threads.iter().copied().collect();
        for thread in threads {
            self.set(now, user, thread, false);
        }
        self.people.remove(&user);
    }

    /// Whether a person is online, as far as others may know.
    pub(crate) fn is(&self, user: UserId) -> bool {
        self.people.contains_key(&user)
    }

    /// When [`Onlines::run`] has something to do.
    pub(crate) fn next_deadline(&self) -> Option<Millis> {
        let end = self.ends.first().map(|&(at, _)| at);
        end.into_iter().chain(self.due).min()
    }

    /// Ends what is over: gives who is gone, and what each session is to be told.
    pub(crate) fn run(&mut self, now: Millis) -> (Vec<UserId>, Vec<(SessionId, News)>) {
        let mut gone = Vec::new();
        while let Some(&(at, user)) = self.ends.first()
            && at <= now
        {
            self.forget(now, user);
            gone.push(user);
        }
        let mut told = Vec::new();
        if self.due.is_some_and(|at| at <= now) {
            (self.due, self.told_at) = (None, Some(now));
            for human in self.people.values_mut() {
                if human.asked.is_some() {
                    continue;
                }
                let (new, news) = (
                    std::mem::take(&mut human.new),
                    std::mem::take(&mut human.news),
                );
                if !news.is_empty() {
                    let old = human.sessions.iter().filter(|id| !new.contains(*id));
                    told.extend(old.map(|id| (*id, News::Some(news.clone()))));
                }
                told.extend(new.into_iter().map(|id| (id, News::All)));
            }
        }
        (gone, told)
    }

    /// The news of a person as a frame.
    pub(crate) fn frame(&self, user: UserId, news: News) -> Online {
        let somebody = |thread: &ThreadId| {
            let room = self.rooms.get(thread);
            room.is_some_and(|room| room.iter().any(|other| *other != user) && room.contains(&user))
        };
        match news {
            News::All => {
                let threads = self.people.get(&user).map(|human| &human.threads);
                let threads = threads.into_iter().flatten().copied();
                Online {
                    all: true,
                    threads: threads.filter(somebody).collect(),
                    gone: Vec::new(),
                }
            }
            News::Some(news) => {
                let (threads, gone) = news.into_iter().partition(somebody);
                Online {
                    all: false,
                    threads,
                    gone,
                }
            }
        }
    }

    fn tell_soon(&mut self, now: Millis) {
        if self.due.is_none() {
            let soonest = self.told_at.map_or(0, |at| at + TELL_EVERY);
            self.due = Some(soonest.max(now + GATHER));
        }
    }
}
