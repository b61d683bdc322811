//! Who sees the app: which sessions say it, who is told of it, and that of whom it is to be known.
//!
//! Invariant: of a person who hides it nobody is told, and nothing is told to them (SPEC R58).

use super::{Hub, Waiting};
use crate::{Output, Read, SessionId, Ticket, online::News};
use std::{collections::BTreeSet, sync::Arc};
use weft_protocol::{Op, ServerFrame, ThreadId, Topic, User, UserId};

impl Hub {
    /// Whether a person sees the app, as far as others may know.
    pub fn is_online(&self, user: UserId) -> bool {
        self.onlines.is(user)
    }

    /// A session says whether its person sees the app there.
    pub(super) fn say_online(&mut self, id: SessionId, online: bool) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        session.online = online;
        let Some(user) = session.user.as_ref().map(|user| user.id) else {
            return;
        };
        if session.hides {
            return;
        }
        if !online {
            self.onlines.leave(self.now, user, id);
        } else if self.onlines.come(self.now, user, id) {
            let ticket = self.wait(Waiting::Shared(id, user));
            self.onlines.ask(user, ticket);
            self.outputs
                .push_back(Output::Read(ticket, Read::Shared { user }));
        }
    }

    /// The store says what a person shares; nothing where they hide by now.
    pub(super) fn shared(&mut self, ticket: Ticket, user: UserId, threads: Option<Vec<ThreadId>>) {
        if !self.onlines.waits(user, ticket) {
            // They have left meanwhile, or come anew.
            return;
        }
        match threads {
            Some(threads) => {
                self.onlines.load(self.now, user, threads);
                self.outputs.push_back(Output::Seen(user));
            }
            None => self.onlines.forget(self.now, user),
        }
    }

    /// A person wants nobody to see that they are there, or does not mind any more.
    pub(super) fn hide(&mut self, user: UserId, hides: bool) {
        for id in self.sessions_of(user) {
            let Some(session) = self.sessions.get_mut(&id) else {
                continue;
            };
            session.hides = hides;
            let (online, whose) = (session.online, session.user.clone());
            let threads: Vec<ThreadId> = session.threads().collect();
            session.online_news = None;
            if hides {
                // Nothing of others is theirs to see.
                session.answer(&ServerFrame::Online(weft_protocol::Online {
                    all: true,
                    ..Default::default()
                }));
            }
            for thread in threads {
                if let Some(whose) = &whose {
                    self.leases.veil(self.now, thread, id, whose, hides);
                }
            }
            if !hides && online {
                self.say_online(id, true);
            }
            self.pump(id);
        }
        if hides {
            self.onlines.forget(self.now, user);
        }
    }

    /// What a commit means for who is told of whom, and how people are called.
    pub(super) fn people_changed(&mut self, topic: Topic, ops: &[Op]) {
        let Topic::User(user) = topic else { return };
        for op in ops {
            match op {
                Op::Thread(row) => {
                    let is_shared = row.members > 1 && !row.deleted;
                    self.onlines.share(self.now, user, row.id, is_shared);
                }
                Op::ThreadGone(thread) => self.onlines.share(self.now, user, *thread, false),
                Op::User(now) if now.is_deleted() => self.depart(user),
                Op::User(now) => self.rename(now),
                Op::Message(_)
                | Op::Settle(_)
                | Op::Siblings(_)
                | Op::Member(_)
                | Op::Notice(_)
                | Op::NoticeGone(_)
                | Op::Defaults(_)
                | Op::Tuning(_) => {}
            }
        }
    }

    fn rename(&mut self, user: &User) {
        for id in self.sessions_of(user.id) {
            let Some(session) = self.sessions.get_mut(&id) else {
                continue;
            };
            session.user = Some(user.clone());
            let threads: Vec<ThreadId> = session.threads().collect();
            for thread in threads {
                self.leases.rename(self.now, thread, user);
            }
        }
    }

    /// An account has ended: so do its sessions (SPEC R57).
    fn depart(&mut self, user: UserId) {
        for id in self.sessions_of(user) {
            self.close(id, weft_protocol::ErrorCode::Unauthenticated, None);
        }
        self.onlines.forget(self.now, user);
    }

    fn sessions_of(&self, user: UserId) -> Vec<SessionId> {
        let sessions = self.sessions.iter();
        let theirs =
            sessions.filter(|(_, session)| session.user.as_ref().is_some_and(|it| it.id == user));
        theirs.map(|(&id, _)| id).collect()
    }

    /// Ends what is over, and tells what is due.
    pub(super) fn run_onlines(&mut self) {
        let (gone, told) = self.onlines.run(self.now);
        self.outputs.extend(gone.into_iter().map(Output::Seen));
        let mut touched = BTreeSet::new();
        for (id, news) in told {
            if let Some(session) = self.sessions.get_mut(&id) {
                session.online_news = Some(match (session.online_news.take(), news) {
                    (Some(News::All), _) | (_, News::All) => News::All,
                    (None, News::Some(now)) => News::Some(now),
                    (Some(News::Some(before)), News::Some(now)) => News::Some(&before | &now),
                });
                touched.insert(id);
            }
        }
        touched.into_iter().for_each(|id| self.pump(id));
    }

    /// Of which threads somebody else is online, as far as the session was not told.
    pub(super) fn next_online(&mut self, id: SessionId) -> Option<Arc<str>> {
        let session = self.sessions.get_mut(&id)?;
        let (news, user) = (session.online_news.take()?, session.user.as_ref()?.id);
        let frame = ServerFrame::Online(self.onlines.frame(user, news));
        Some(frame.encode().into())
    }
}
