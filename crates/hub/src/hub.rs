//! The machine itself: what each input does, and what a session is sent next.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use weft_protocol::{
    ClientFrame, Cursor, ErrorCode, InstallationId, Limits, MessageId, Millis, Model, Op,
    ServerFrame, ThreadId, Topic, User, UserId, Versions,
    frame::{Head, Held, Subscription},
    limits::{MAX_PAGE, MAX_STREAM_CHUNK, PING_EVERY},
};

use crate::{
    Answer, Command, Committed, Input, Outcome, Output, Read, SessionId, Ticket, TopicChange,
    ring::{Next, Ring},
    running::Running,
    session::{Follow, Phase, Reader, Session, mutation_number},
};

/// Who waits for the store.
#[derive(Debug)]
enum Waiting {
    Hello(SessionId),
    Resume(SessionId, Topic),
    Page {
        session: SessionId,
        thread: ThreadId,
        before: u64,
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
}

impl Waiting {
    fn session(&self) -> SessionId {
        match *self {
            Self::Hello(session)
            | Self::Resume(session, _)
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
        self.timers.first().map(|&(at, _)| at)
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
        if let (Some(user), Some(installation)) = (&session.user, session.installation) {
            self.speakers.remove(&(user.id, installation, id));
        }
        for topic in session.follows.keys() {
            self.leave_ring(id, topic);
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

    // What a client says.

    fn receive(&mut self, id: SessionId, text: &str) {
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
                    before,
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
                    before,
                    limit,
                };
                self.read(
                    Waiting::Page {
                        session: id,
                        thread,
                        before,
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

    fn authenticated(&mut self, id: SessionId, user: Option<User>) {
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

    fn welcome(&mut self, id: SessionId, last_n: u64) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
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
            capabilities: Vec::new(),
        });
        session.answer(&ServerFrame::Models {
            models: self.models.clone(),
        });
        for subscription in topics {
            self.subscribe(id, subscription);
        }
        self.pump(id);
    }

    fn offer(&mut self, models: Vec<Model>) {
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

    // Following topics.

    fn subscribe(&mut self, id: SessionId, subscription: Subscription) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let Subscription {
            topic,
            cursor,
            streams,
        } = subscription;
        if session.follows.len() >= self.limits.topics as usize
            && !session.follows.contains_key(&topic)
        {
            return self.close(id, ErrorCode::TooFast, None);
        }
        self.topics.entry(topic).or_default().followers.insert(id);
        self.resume(id, topic, cursor, streams);
    }

    fn resume(&mut self, id: SessionId, topic: Topic, cursor: Option<Cursor>, held: Vec<Held>) {
        let ticket = self.wait(Waiting::Resume(id, topic));
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let Some(user) = session.user.as_ref().map(|user| user.id) else {
            return;
        };
        session
            .follows
            .insert(topic, Follow::Resuming(ticket, held));
        let read = Read::Resume {
            user,
            topic,
            cursor,
        };
        self.outputs.push_back(Output::Read(ticket, read));
    }

    fn resumed(&mut self, ticket: Ticket, id: SessionId, topic: Topic, answer: Answer) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        // An answer to a subscription that was given up, or asked anew, has nothing to say.
        let held = match session.follows.get_mut(&topic) {
            Some(Follow::Resuming(asked, held)) if *asked == ticket => std::mem::take(held),
            _ => return,
        };
        match answer {
            Answer::Deltas { base, cursor, ops } => {
                session.answer(&ServerFrame::Delta {
                    topic,
                    base,
                    cursor,
                    ops,
                });
                session.follow(topic, cursor);
            }
            Answer::Snapshot { cursor, rows, more } => {
                session.answer(&ServerFrame::Snapshot {
                    topic,
                    cursor,
                    rows,
                    more,
                });
                session.follow(topic, cursor);
            }
            Answer::LastN(_) | Answer::Page { .. } | Answer::Text(_) | Answer::Nothing => {
                let code = ErrorCode::NoSuchTopic;
                session.answer(&ServerFrame::Error {
                    code,
                    topic: Some(topic),
                });
                self.unsubscribe(id, topic);
                return self.pump(id);
            }
        }
        self.follow_replies(id, topic, &held);
        self.pump(id);
    }

    /// Reads along with every running reply of the topic, from the bytes held on.
    fn follow_replies(&mut self, id: SessionId, topic: Topic, held: &[Held]) {
        let Topic::Thread(thread) = topic else { return };
        let running = self
            .running
            .iter()
            .filter(|(_, running)| running.thread == thread);
        let messages: Vec<MessageId> = running.map(|(message, _)| *message).collect();
        for message in messages {
            let known = held.iter().find(|held| held.message == message);
            let offset = known.map_or(0, |held| held.offset);
            self.read_reply(id, topic, Held { message, offset });
        }
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        // What was opened before the topic was here.
        let readers = session.readers.iter();
        let opened = readers.filter(|(_, reader)| reader.topic == topic);
        session
            .dirty_readers
            .extend(opened.map(|(message, _)| *message));
        // Replies asked for and not yet begun are read from where the client says, once they are.
        for held in held {
            session.readers.entry(held.message).or_insert(Reader {
                topic,
                offset: held.offset,
                handle: None,
                reading: false,
            });
        }
    }

    fn unsubscribe(&mut self, id: SessionId, topic: Topic) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        session.follows.remove(&topic);
        session.dirty_topics.remove(&topic);
        let readers = session
            .readers
            .iter()
            .filter(|(_, reader)| reader.topic == topic);
        let messages: Vec<MessageId> = readers.map(|(message, _)| *message).collect();
        for message in messages {
            self.stop_reading(id, message);
        }
        self.leave_ring(id, &topic);
    }

    fn leave_ring(&mut self, id: SessionId, topic: &Topic) {
        if let Some(ring) = self.topics.get_mut(topic) {
            ring.followers.remove(&id);
            if ring.followers.is_empty() {
                self.topics.remove(topic);
            }
        }
    }

    // Reading replies.

    fn read_reply(&mut self, id: SessionId, topic: Topic, held: Held) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let reader = Reader {
            topic,
            offset: held.offset,
            handle: None,
            reading: false,
        };
        session.readers.insert(held.message, reader);
        session.dirty_readers.insert(held.message);
        if let Some(running) = self.running.get_mut(&held.message) {
            running.readers.insert(id);
        }
    }

    fn stop_reading(&mut self, id: SessionId, message: MessageId) {
        if let Some(session) = self.sessions.get_mut(&id) {
            session.readers.remove(&message);
            session.dirty_readers.remove(&message);
        }
        if let Some(running) = self.running.get_mut(&message) {
            running.readers.remove(&id);
            if running.settled && running.readers.is_empty() {
                self.running.remove(&message);
            }
        }
    }

    // What the store says.

    fn wait(&mut self, waiting: Waiting) -> Ticket {
        self.next_ticket += 1;
        let ticket = Ticket(self.next_ticket);
        if let Some(session) = self.sessions.get_mut(&waiting.session()) {
            session.asked += 1;
        }
        self.waiting.insert(ticket, waiting);
        ticket
    }

    /// Who waits for the answer that has come.
    fn waited(&mut self, ticket: Ticket) -> Option<Waiting> {
        let waiting = self.waiting.remove(&ticket)?;
        if let Some(session) = self.sessions.get_mut(&waiting.session()) {
            session.asked -= 1;
        }
        Some(waiting)
    }

    fn read(&mut self, waiting: Waiting, read: Read) {
        let ticket = self.wait(waiting);
        self.outputs.push_back(Output::Read(ticket, read));
    }

    fn answered(&mut self, ticket: Ticket, answer: Answer) {
        let Some(waiting) = self.waited(ticket) else {
            return;
        };
        match (waiting, answer) {
            (Waiting::Hello(id), Answer::LastN(n)) => self.welcome(id, n),
            (Waiting::Resume(id, topic), answer) => self.resumed(ticket, id, topic, answer),
            (
                Waiting::Page {
                    session: id,
                    thread,
                    before,
                },
                answer,
            ) => {
                let Some(session) = self.sessions.get_mut(&id) else {
                    return;
                };
                session.answer(&match answer {
                    Answer::Page { rows, more } => ServerFrame::Page {
                        thread,
                        before,
                        rows,
                        more,
                    },
                    _ => ServerFrame::Error {
                        code: ErrorCode::NoSuchTopic,
                        topic: Some(Topic::Thread(thread)),
                    },
                });
                self.pump(id);
            }
            (
                Waiting::Text {
                    session,
                    message,
                    offset,
                },
                Answer::Text(text),
            ) => {
                self.stored_text(session, message, offset, text);
            }
            (
                Waiting::Text {
                    session, message, ..
                },
                _,
            ) => self.stop_reading(session, message),
            (waiting @ (Waiting::Hello(_) | Waiting::Mutation { .. }), _) => {
                self.close(waiting.session(), ErrorCode::Internal, None);
            }
        }
    }

    fn stored_text(&mut self, id: SessionId, message: MessageId, offset: u64, text: String) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let Some(reader) = session.readers.get_mut(&message) else {
            return;
        };
        reader.reading = false;
        if reader.offset != offset {
            session.dirty_readers.insert(message);
            return self.pump(id);
        }
        let Topic::Thread(thread) = reader.topic else {
            return;
        };
        let is_last = text.len() < MAX_STREAM_CHUNK / 2;
        let handle = reader.handle.unwrap_or_else(|| {
            self.next_handle += 1;
            self.next_handle
        });
        reader.offset += text.len() as u64;
        let announce = reader.handle.replace(handle).is_none();
        if announce {
            let held = Held { message, offset };
            session.answer(&ServerFrame::Stream {
                handle,
                thread,
                held,
            });
        }
        if !text.is_empty() {
            session.answer(&ServerFrame::Text(handle, offset, text));
        }
        // Text may have been published meanwhile, which this answer does not have.
        if !is_last || self.running.contains_key(&message) {
            session.dirty_readers.insert(message);
        } else {
            self.stop_reading(id, message);
        }
        self.pump(id);
    }

    fn committed(&mut self, ticket: Option<Ticket>, committed: Committed) {
        let mut touched = BTreeSet::new();
        if let Some(Waiting::Mutation { session: id, n }) =
            ticket.and_then(|ticket| self.waited(ticket))
            && let Some(session) = self.sessions.get_mut(&id)
        {
            session.in_flight = session.in_flight.saturating_sub(1);
            session.answer(&match committed.outcome {
                Outcome::Applied(effects) => ServerFrame::Ack { n, effects },
                Outcome::Rejected(code) => ServerFrame::Nack { n, code },
                Outcome::Gap { expected } => ServerFrame::Gap { expected },
                Outcome::NotRunning | Outcome::Forgot { .. } => ServerFrame::Nack {
                    n,
                    code: ErrorCode::Internal,
                },
            });
            touched.insert(id);
        }
        for change in committed.changes {
            self.publish(change, &mut touched);
        }
        if let Some(appended) = committed.text {
            let message = appended.message;
            if !self.running.contains_key(&message) {
                self.next_handle += 1;
                self.running
                    .insert(message, Running::new(self.next_handle, &appended));
                self.gather_readers(message, Topic::Thread(appended.thread));
            }
            if let Some(running) = self.running.get_mut(&message) {
                running.append(&appended.text);
                for id in &running.readers {
                    if let Some(session) = self.sessions.get_mut(id) {
                        session.dirty_readers.insert(message);
                        touched.insert(*id);
                    }
                }
            }
        }
        for id in touched {
            self.pump(id);
        }
    }

    /// Everyone who follows the thread of a reply that has just begun reads it.
    fn gather_readers(&mut self, message: MessageId, topic: Topic) {
        let Some(ring) = self.topics.get(&topic) else {
            return;
        };
        let Some(running) = self.running.get_mut(&message) else {
            return;
        };
        for id in &ring.followers {
            if let Some(session) = self.sessions.get_mut(id) {
                let fresh = Reader {
                    topic,
                    offset: 0,
                    handle: None,
                    reading: false,
                };
                session.readers.entry(message).or_insert(fresh);
                running.readers.insert(*id);
            }
        }
    }

    fn publish(&mut self, change: TopicChange, touched: &mut BTreeSet<SessionId>) {
        for op in change.ops.iter() {
            if let Op::Settle(settle) = op
                && let Some(running) = self.running.get_mut(&settle.message)
            {
                running.settled = true;
                for id in &running.readers {
                    if let Some(session) = self.sessions.get_mut(id) {
                        session.dirty_readers.insert(settle.message);
                        touched.insert(*id);
                    }
                }
                if running.readers.is_empty() {
                    self.running.remove(&settle.message);
                }
            }
        }
        let Some(ring) = self.topics.get_mut(&change.topic) else {
            return;
        };
        for id in &ring.followers {
            if let Some(session) = self.sessions.get_mut(id) {
                session.dirty_topics.insert(change.topic);
                touched.insert(*id);
            }
        }
        ring.push(change);
    }

    // What a session is sent next.

    fn pump(&mut self, id: SessionId) {
        while self
            .sessions
            .get(&id)
            .is_some_and(|session| session.credit > 0)
        {
            let Some(frame) = self.next_frame(id) else {
                break;
            };
            if let Some(session) = self.sessions.get_mut(&id) {
                if !session.has_unflushed() {
                    session.flushed_at = self.now;
                }
                session.credit -= 1;
            }
            self.outputs.push_back(Output::Send(id, frame));
        }
        self.rearm(id);
    }

    fn next_frame(&mut self, id: SessionId) -> Option<Arc<str>> {
        if let Some(frame) = self.sessions.get_mut(&id)?.answers.pop_front() {
            return Some(frame);
        }
        while let Some(topic) = self.sessions.get_mut(&id)?.dirty_topics.pop_first() {
            if let Some(frame) = self.next_delta(id, topic) {
                return Some(frame);
            }
        }
        loop {
            let session = self.sessions.get_mut(&id)?;
            let message = session.dirty_readers.pop_first()?;
            if let Some(frame) = self.next_text(id, message) {
                return Some(frame);
            }
        }
    }

    fn next_delta(&mut self, id: SessionId, topic: Topic) -> Option<Arc<str>> {
        let session = self.sessions.get_mut(&id)?;
        let Some(Follow::At(sent)) = session.follows.get_mut(&topic) else {
            return None;
        };
        match self.topics.get(&topic)?.after(*sent) {
            Next::Nothing => None,
            Next::Delta { base, cursor, ops } => {
                *sent = cursor;
                Some(
                    ServerFrame::Delta {
                        topic,
                        base,
                        cursor,
                        ops,
                    }
                    .encode()
                    .into(),
                )
            }
            Next::Behind => {
                let cursor = *sent;
                let readers = session
                    .readers
                    .iter()
                    .filter(|(_, reader)| reader.topic == topic);
                let held = readers
                    .map(|(message, reader)| Held {
                        message: *message,
                        offset: reader.offset,
                    })
                    .collect();
                self.resume(id, topic, Some(cursor), held);
                None
            }
        }
    }

    fn next_text(&mut self, id: SessionId, message: MessageId) -> Option<Arc<str>> {
        let session = self.sessions.get_mut(&id)?;
        let reader = session.readers.get(&message)?;
        // Its message row must be there before its text.
        if !session.is_caught_up_by_store(&reader.topic) || reader.reading {
            return None;
        }
        let reader = session.readers.get_mut(&message)?;
        let offset = reader.offset;
        let running = self.running.get_mut(&message);
        let Some(running) = running.filter(|running| running.holds(offset)) else {
            let Topic::Thread(thread) = reader.topic else {
                return None;
            };
            reader.reading = true;
            let user = session.user.as_ref()?.id;
            let read = Read::Text {
                user,
                thread,
                message,
                offset,
            };
            self.read(
                Waiting::Text {
                    session: id,
                    message,
                    offset,
                },
                read,
            );
            return None;
        };
        let Some((to, frame)) = running.frame_at(offset) else {
            if running.settled {
                self.stop_reading(id, message);
            }
            return None;
        };
        session.dirty_readers.insert(message);
        if reader.handle != Some(running.handle) {
            reader.handle = Some(running.handle);
            let held = Held { message, offset };
            let stream = ServerFrame::Stream {
                handle: running.handle,
                thread: running.thread,
                held,
            };
            return Some(stream.encode().into());
        }
        reader.offset = to;
        Some(frame)
    }
}
