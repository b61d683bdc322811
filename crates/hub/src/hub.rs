//! The machine itself: the sessions, their timers and ends, and what each input is given to.

mod answers;
mod following;
mod online;
mod presence;
mod requests;
mod sending;

use crate::{
    Input, Output, SessionId, Ticket,
    leases::Leases,
    online::Onlines,
    ring::Ring,
    running::Running,
    session::{Follow, Phase, Session},
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use weft_protocol::{
    ErrorCode, InstallationId, Limits, MessageId, Millis, Model, Path, ServerFrame, ThreadId,
    Topic, User, UserId, frame::Head, limits::PING_EVERY,
};

/// Who waits for the store.
#[derive(Debug)]
enum Waiting {
    Hello(SessionId),
    Resume(SessionId, Topic),
    Page {
        session: SessionId,
        thread: ThreadId,
        path: Path,
        from: u64,
    },
    Text {
        session: SessionId,
        message: MessageId,
        offset: u64,
    },
    Mutation {
        session: SessionId,
        n: u64,
    },
    Shared(SessionId, UserId),
}

impl Waiting {
    fn session(&self) -> SessionId {
        match *self {
            Self::Hello(session)
            | Self::Resume(session, _)
            | Self::Shared(session, _)
            | Self::Page { session, .. }
            | Self::Text { session, .. }
            | Self::Mutation { session, .. } => session,
        }
    }
}

/// The server core.
#[derive(Debug)]
pub struct Hub {
    limits: Limits,
    now: Millis,
    models: Vec<Model>,
    draining: Option<u64>,
    sessions: BTreeMap<SessionId, Session>,
    sockets: BTreeMap<UserId, u32>,
    /// The sessions that may speak for an installation: any number of term 0, or one of another term.
    speakers: BTreeSet<(UserId, InstallationId, SessionId)>,
    topics: BTreeMap<Topic, Ring>,
    running: BTreeMap<MessageId, Running>,
    waiting: BTreeMap<Ticket, Waiting>,
    leases: Leases,
    onlines: Onlines,
    timers: BTreeSet<(Millis, SessionId)>,
    next_ticket: u64,
    next_handle: u32,
    outputs: VecDeque<Output>,
}

impl Hub {
    /// A hub with no sessions that announces and enforces `limits`.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            now: 0,
            models: Vec::new(),
            draining: None,
            sessions: BTreeMap::new(),
            sockets: BTreeMap::new(),
            speakers: BTreeSet::new(),
            topics: BTreeMap::new(),
            running: BTreeMap::new(),
            waiting: BTreeMap::new(),
            leases: Leases::default(),
            onlines: Onlines::default(),
            timers: BTreeSet::new(),
            next_ticket: 0,
            next_handle: 0,
            outputs: VecDeque::new(),
        }
    }

    /// Takes in what happened at `now`. Drain [`Hub::poll_output`] after it.
    pub fn handle(&mut self, now: Millis, input: Input) {
        self.now = self.now.max(now);
        match input {
            Input::Opened(id, user) => self.open(id, user),
            Input::Received(id, text) => self.receive(id, &text),
            Input::Flushed(id) => {
                if let Some(session) = self.sessions.get_mut(&id) {
                    session.flushed(now);
                }
                self.pump(id);
            }
            Input::Closed(id) => self.forget(id),
            Input::Authenticated(id, user) => self.authenticated(id, user),
            Input::Answered(ticket, answer) => self.answered(ticket, answer),
            Input::Committed(ticket, committed) => self.committed(ticket, committed),
            Input::StoreFailed(ticket) => {
                if let Some(waiting) = self.waited(ticket) {
                    self.close(waiting.session(), ErrorCode::Internal, None);
                }
            }
            Input::Models(models) => self.offer(models),
            Input::Hides(user, hides) => self.hide(user, hides),
            Input::Drain { spread_ms } => {
                self.draining = Some(spread_ms);
                for id in self.session_ids() {
                    self.drain(id, spread_ms);
                }
            }
            Input::Tick => self.tick(),
        }
    }

    /// The next thing to do, in order; `None` where all is done.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to call with [`Input::Tick`] if nothing else happens.
    pub fn next_deadline(&self) -> Option<Millis> {
        let timer = self.timers.first().map(|&(at, _)| at);
        let timers = timer.into_iter().chain(self.leases.next_deadline());
        timers.chain(self.onlines.next_deadline()).min()
    }

    /// How many sockets are open.
    pub fn session_count(&self) -> usize {
        self.sessions.len()
    }

    fn session_ids(&self) -> Vec<SessionId> {
        self.sessions.keys().copied().collect()
    }

    // Opening and closing.

    fn open(&mut self, id: SessionId, user: Option<User>) {
        self.sessions
            .insert(id, Session::new(self.now, user, &self.limits));
        self.rearm(id);
        if let Some(spread_ms) = self.draining {
            self.drain(id, spread_ms);
        }
    }

    fn drain(&mut self, id: SessionId, spread_ms: u64) {
        let frame = ServerFrame::Drain {
            in_ms: 500,
            spread_ms,
        };
        self.outputs
            .push_back(Output::Send(id, frame.encode().into()));
        self.outputs
            .push_back(Output::Close(id, Some(ErrorCode::Draining)));
        self.forget(id);
    }

    fn close(&mut self, id: SessionId, code: ErrorCode, topic: Option<Topic>) {
        if self.sessions.contains_key(&id) {
            let frame = ServerFrame::Error { code, topic };
            self.outputs
                .push_back(Output::Send(id, frame.encode().into()));
            self.outputs.push_back(Output::Close(id, Some(code)));
            self.forget(id);
        }
    }

    fn forget(&mut self, id: SessionId) {
        let Some(session) = self.sessions.remove(&id) else {
            return;
        };
        if let Some(at) = session.armed {
            self.timers.remove(&(at, id));
        }
        if let Some(user) = &session.user {
            self.onlines.leave(self.now, user.id, id);
        }
        if let (Some(user), Some(installation)) = (&session.user, session.installation) {
            self.speakers.remove(&(user.id, installation, id));
        }
        for topic in session.follows.keys() {
            self.leave_ring(id, topic);
            if let Topic::Thread(thread) = topic {
                self.leases.close(self.now, *thread, id);
            }
        }
        for message in session.readers.keys() {
            self.stop_reading(id, *message);
        }
        if let (Phase::Live, Some(user)) = (&session.phase, &session.user)
            && let Some(count) = self.sockets.get_mut(&user.id)
        {
            *count -= 1;
            if *count == 0 {
                self.sockets.remove(&user.id);
            }
        }
    }

    fn tick(&mut self) {
        while let Some(&(at, id)) = self.timers.first()
            && at <= self.now
        {
            self.timers.pop_first();
            let Some(session) = self.sessions.get_mut(&id) else {
                continue;
            };
            session.armed = None;
            if session.is_late_with_hello(self.now) {
                self.close(id, ErrorCode::BadFrame, None);
            } else if session.is_stalled(self.now) || session.is_deaf(self.now) {
                self.close(id, ErrorCode::TooSlow, None);
            } else {
                if matches!(session.phase, Phase::Live) && session.ping_at <= self.now {
                    self.ping(id);
                }
                self.rearm(id);
            }
        }
        self.run_leases();
        self.run_onlines();
    }

    fn ping(&mut self, id: SessionId) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        // What is not sent yet is not lost: a head beyond it would make the client ask again.
        let heads = session.follows.iter().filter_map(|(&topic, follow)| {
            let Follow::At(cursor) = *follow else {
                return None;
            };
            Some(Head { topic, cursor })
        });
        let frame = ServerFrame::Ping {
            heads: heads.collect(),
        };
        session.ping_at = self.now + PING_EVERY;
        session.answer(&frame);
        if let Some(user) = session.user.as_ref().filter(|_| session.online)
            && self.onlines.is(user.id)
        {
            self.outputs.push_back(Output::Seen(user.id));
        }
        self.pump(id);
    }

    fn rearm(&mut self, id: SessionId) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let at = session.next_deadline();
        if session.armed != Some(at) {
            if let Some(before) = session.armed.replace(at) {
                self.timers.remove(&(before, id));
            }
            self.timers.insert((at, id));
        }
    }
}
