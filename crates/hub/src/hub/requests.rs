//! What a client says, and how a session begins.

use super::{Hub, Waiting};
use crate::{
    Command, Output, Read, SessionId,
    session::{Phase, mutation_number},
};
use weft_protocol::{
    ClientFrame, ErrorCode, InstallationId, Model, ServerFrame, Topic, User, UserId, Versions,
    frame::Subscription,
    limits::{MAX_PAGE, PING_EVERY},
    presence,
};

impl Hub {
    pub(super) fn receive(&mut self, id: SessionId, text: &str) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        session.heard_at = self.now;
        let frame = match ClientFrame::decode(text) {
            Ok(frame) if text.len() <= self.limits.frame_bytes as usize => frame,
            _ => return self.close(id, ErrorCode::BadFrame, None),
        };
        if let Err(wait_ms) = session.spend(self.now, &self.limits) {
            match mutation_number(&frame) {
                Some(n) => session.answer(&ServerFrame::Busy { n, wait_ms }),
                None => return self.close(id, ErrorCode::TooFast, None),
            }
            return self.pump(id);
        }
        if session.has_asked_too_much(&self.limits) {
            return self.close(id, ErrorCode::TooFast, None);
        }
        match (&session.phase, frame) {
            (
                Phase::Silent,
                ClientFrame::Hello {
                    versions,
                    installation,
                    term,
                    token,
                    topics,
                },
            ) => {
                if Versions::SUPPORTED.newest_common(versions).is_none() {
                    return self.close(id, ErrorCode::Unsupported, None);
                }
                session.installation = Some(installation);
                session.term = term;
                self.hello(id, token, topics);
            }
            (Phase::Live, ClientFrame::Subscribe(subscription)) => self.subscribe(id, subscription),
            (Phase::Live, ClientFrame::Unsubscribe { topic }) => self.unsubscribe(id, topic),
            (Phase::Live, ClientFrame::Mutate { n, mutation }) => {
                let (Some(user), Some(installation)) = (&session.user, session.installation) else {
                    return self.close(id, ErrorCode::Internal, None);
                };
                if session.in_flight >= self.limits.in_flight {
                    session.answer(&ServerFrame::Busy { n, wait_ms: 100 });
                } else {
                    session.in_flight += 1;
                    let command = Command::Mutate {
                        user: user.id,
                        installation,
                        n,
                        mutation,
                    };
                    let ticket = self.wait(Waiting::Mutation { session: id, n });
                    self.outputs.push_back(Output::Write(ticket, command));
                }
            }
            (
                Phase::Live,
                ClientFrame::Page {
                    thread,
                    path,
                    from,
                    limit,
                },
            ) => {
                let Some(user) = session.user.as_ref().map(|user| user.id) else {
                    return;
                };
                let limit = limit.clamp(1, MAX_PAGE);
                let read = Read::Page {
                    user,
                    thread,
                    path,
                    from,
                    limit,
                };
                self.read(
                    Waiting::Page {
                        session: id,
                        thread,
                        path,
                        from,
                    },
                    read,
                );
            }
            (Phase::Live, ClientFrame::Open { thread, held }) => {
                let topic = Topic::Thread(thread);
                if session.follows.contains_key(&topic) {
                    self.read_reply(id, topic, held);
                } else {
                    let code = ErrorCode::NoSuchTopic;
                    session.answer(&ServerFrame::Error {
                        code,
                        topic: Some(topic),
                    });
                }
            }
            (Phase::Live, ClientFrame::Ping) => session.answer(&ServerFrame::Pong),
            (Phase::Live, ClientFrame::Pong) => {}
            (Phase::Live, ClientFrame::Presence { thread, state }) => {
                self.presence(id, thread, state);
            }
            (Phase::Live, ClientFrame::Online(online)) => self.say_online(id, online),
            (Phase::Silent | Phase::Opening(_) | Phase::Live, _) => {
                return self.close(id, ErrorCode::BadFrame, None);
            }
        }
        self.pump(id);
    }

    fn hello(&mut self, id: SessionId, token: Option<String>, topics: Vec<Subscription>) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        session.phase = Phase::Opening(topics);
        let user = session.user.clone();
        match token {
            Some(token) => self.outputs.push_back(Output::Authenticate(id, token)),
            None => self.authenticated(id, user),
        }
    }

    pub(super) fn authenticated(&mut self, id: SessionId, user: Option<User>) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let (Phase::Opening(_), Some(installation)) = (&session.phase, session.installation) else {
            return;
        };
        let Some(user) = user else {
            return self.close(id, ErrorCode::Unauthenticated, None);
        };
        let (whose, term) = (user.id, session.term);
        session.user = Some(user);
        if !self.take_over(id, whose, installation, term) {
            return self.close(id, ErrorCode::Superseded, None);
        }
        let read = Read::LastN {
            user: whose,
            installation,
        };
        self.read(Waiting::Hello(id), read);
    }

    /// Lets a session speak for its installation, and ends those that may no longer; says whether it
    /// may (SPEC R33, R34).
    fn take_over(
        &mut self,
        id: SessionId,
        user: UserId,
        installation: InstallationId,
        term: u64,
    ) -> bool {
        let all = (user, installation, SessionId(0))..=(user, installation, SessionId(u64::MAX));
        let others: Vec<(u64, SessionId)> = self
            .speakers
            .range(all)
            .filter_map(|&(_, _, other)| Some((self.sessions.get(&other)?.term, other)))
            .filter(|&(theirs, _)| theirs != 0 || term != 0)
            .collect();
        if others.iter().any(|&other| other > (term, id)) {
            return false;
        }
        for (_, other) in others {
            self.close(other, ErrorCode::Superseded, None);
        }
        self.speakers.insert((user, installation, id));
        true
    }

    pub(super) fn welcome(&mut self, id: SessionId, last_n: u64, hides: bool) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        session.hides = hides;
        let Some(user) = session.user.clone() else {
            return;
        };
        let count = self.sockets.entry(user.id).or_default();
        if *count >= self.limits.sockets {
            return self.close(id, ErrorCode::TooManySockets, None);
        }
        *count += 1;
        let Phase::Opening(topics) = std::mem::replace(&mut session.phase, Phase::Live) else {
            return;
        };
        session.ping_at = self.now + PING_EVERY;
        session.answer(&ServerFrame::Welcome {
            version: Versions::SUPPORTED.max,
            user,
            last_n,
            now: self.now,
            limits: self.limits,
            capabilities: vec![presence::CAPABILITY.into(), presence::ONLINE.into()],
        });
        session.answer(&ServerFrame::Models {
            models: self.models.clone(),
        });
        for subscription in topics {
            self.subscribe(id, subscription);
        }
        self.pump(id);
    }

    pub(super) fn offer(&mut self, models: Vec<Model>) {
        if self.models == models {
            return;
        }
        self.models = models;
        for id in self.session_ids() {
            if let Some(session) = self.sessions.get_mut(&id)
                && matches!(session.phase, Phase::Live)
            {
                session.answer(&ServerFrame::Models {
                    models: self.models.clone(),
                });
                self.pump(id);
            }
        }
    }
}
