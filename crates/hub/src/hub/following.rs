//! Following topics, and reading the replies in them.

use super::{Hub, Waiting};
use crate::{
    Answer, Output, Read, SessionId, Ticket,
    session::{Follow, Reader},
};
use weft_protocol::{
    Cursor, ErrorCode, MessageId, ServerFrame, Topic,
    frame::{Held, Subscription},
};

impl Hub {
    pub(super) fn subscribe(&mut self, id: SessionId, subscription: Subscription) {
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

    pub(super) fn resume(
        &mut self,
        id: SessionId,
        topic: Topic,
        cursor: Option<Cursor>,
        held: Vec<Held>,
    ) {
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

    pub(super) fn resumed(&mut self, ticket: Ticket, id: SessionId, topic: Topic, answer: Answer) {
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
                let delta = ServerFrame::Delta {
                    topic,
                    base,
                    cursor,
                    ops,
                };
                session.answer_of(topic, &delta);
                session.follow(topic, cursor);
            }
            Answer::Snapshot { cursor, rows } => {
                let snapshot = ServerFrame::Snapshot {
                    topic,
                    cursor,
                    rows,
                };
                session.answer_of(topic, &snapshot);
                session.follow(topic, cursor);
            }
            Answer::LastN { .. }
            | Answer::Shared(_)
            | Answer::Page { .. }
            | Answer::Text(_)
            | Answer::Nothing => {
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
        self.let_in(id, topic);
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

    pub(super) fn unsubscribe(&mut self, id: SessionId, topic: Topic) {
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
        self.show_out(id, topic);
    }

    pub(super) fn leave_ring(&mut self, id: SessionId, topic: &Topic) {
        if let Some(ring) = self.topics.get_mut(topic) {
            ring.followers.remove(&id);
            if ring.followers.is_empty() {
                self.topics.remove(topic);
            }
        }
    }

    pub(super) fn read_reply(&mut self, id: SessionId, topic: Topic, held: Held) {
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

    pub(super) fn stop_reading(&mut self, id: SessionId, message: MessageId) {
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
}
