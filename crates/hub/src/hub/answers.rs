//! What the store says: answers to what was asked of it, and what was committed.

use super::{Hub, Waiting};
use crate::{
    Answer, Committed, Outcome, Output, Read, SessionId, Ticket, TopicChange,
    running::Running,
    session::{Reader, Session},
};
use std::collections::BTreeSet;
use weft_protocol::{
    ErrorCode, MessageId, Op, ServerFrame, ThreadId, Topic, UserId, frame::Held,
    limits::MAX_STREAM_CHUNK,
};

impl Hub {
    pub(super) fn wait(&mut self, waiting: Waiting) -> Ticket {
        self.next_ticket += 1;
        let ticket = Ticket(self.next_ticket);
        if let Some(session) = self.sessions.get_mut(&waiting.session()) {
            session.asked += 1;
        }
        self.waiting.insert(ticket, waiting);
        ticket
    }

    /// Who waits for the answer that has come.
    pub(super) fn waited(&mut self, ticket: Ticket) -> Option<Waiting> {
        let waiting = self.waiting.remove(&ticket)?;
        if let Some(session) = self.sessions.get_mut(&waiting.session()) {
            session.asked -= 1;
        }
        Some(waiting)
    }

    pub(super) fn read(&mut self, waiting: Waiting, read: Read) {
        let ticket = self.wait(waiting);
        self.outputs.push_back(Output::Read(ticket, read));
    }

    pub(super) fn answered(&mut self, ticket: Ticket, answer: Answer) {
        let Some(waiting) = self.waited(ticket) else {
            return;
        };
        match (waiting, answer) {
            (Waiting::Hello(id), Answer::LastN { n, hides }) => self.welcome(id, n, hides),
            (Waiting::Shared(_, user), Answer::Shared(threads)) => {
                self.shared(ticket, user, Some(threads));
            }
            (Waiting::Shared(_, user), _) => self.shared(ticket, user, None),
            (Waiting::Resume(id, topic), answer) => self.resumed(ticket, id, topic, answer),
            (
                Waiting::Page {
                    session: id,
                    thread,
                    path,
                    from,
                },
                answer,
            ) => {
                let Some(session) = self.sessions.get_mut(&id) else {
                    return;
                };
                let page = match answer {
                    Answer::Page { tip, length, rows } => ServerFrame::Page {
                        thread,
                        path,
                        from,
                        tip,
                        length,
                        rows,
                    },
                    _ => ServerFrame::Error {
                        code: ErrorCode::NoSuchTopic,
                        topic: Some(Topic::Thread(thread)),
                    },
                };
                session.answer_of(Topic::Thread(thread), &page);
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
            let stream = ServerFrame::Stream {
                handle,
                thread,
                held,
            };
            session.answer_of(Topic::Thread(thread), &stream);
        }
        if !text.is_empty() {
            let text = ServerFrame::Text(handle, offset, text);
            session.answer_of(Topic::Thread(thread), &text);
        }
        // Text may have been published meanwhile, which this answer does not have.
        if !is_last || self.running.contains_key(&message) {
            session.dirty_readers.insert(message);
        } else {
            self.stop_reading(id, message);
        }
        self.pump(id);
    }

    pub(super) fn committed(&mut self, ticket: Option<Ticket>, committed: Committed) {
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
        for change in &committed.changes {
            if let Topic::User(user) = change.topic {
                for op in change.ops.iter() {
                    if let Op::ThreadGone(thread) = op {
                        self.revoke(user, *thread);
                    }
                }
            }
        }
        for change in &committed.changes {
            self.people_changed(change.topic, &change.ops);
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

    /// Nothing more of the thread goes to this person, not even what is on its way from the store (SPEC R43).
    fn revoke(&mut self, user: UserId, thread: ThreadId) {
        let of_theirs = |session: &Session| session.user.as_ref().is_some_and(|it| it.id == user);
        let sessions = self.sessions.iter().filter(|(_, it)| of_theirs(it));
        let ids: Vec<SessionId> = sessions.map(|(&id, _)| id).collect();
        self.leases.remove(self.now, thread, user);
        for &id in &ids {
            self.unsubscribe(id, Topic::Thread(thread));
            if let Some(session) = self.sessions.get_mut(&id) {
                session.answers.retain(|(of, _)| *of != Some(thread));
            }
        }
        let pages = self.waiting.iter().filter(|(_, waiting)| {
            matches!(waiting, Waiting::Page { session, thread: of, .. } if ids.contains(session) && *of == thread)
        });
        let pages: Vec<Ticket> = pages.map(|(&ticket, _)| ticket).collect();
        for ticket in pages {
            self.waited(ticket);
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
}
