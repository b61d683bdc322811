//! What a session is sent next, computed when its socket is ready for it.

use super::{Hub, Waiting};
use crate::{Output, Read, SessionId, ring::Next, session::Follow};
use std::sync::Arc;
use weft_protocol::{MessageId, ServerFrame, Topic, frame::Held};

impl Hub {
    pub(super) fn pump(&mut self, id: SessionId) {
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
        if let Some((_, frame)) = self.sessions.get_mut(&id)?.answers.pop_front() {
            return Some(frame);
        }
        while let Some(topic) = self.sessions.get_mut(&id)?.dirty_topics.pop_first() {
            if let Some(frame) = self.next_delta(id, topic) {
                return Some(frame);
            }
        }
        if let Some(frame) = self.next_presence(id) {
            return Some(frame);
        }
        if let Some(frame) = self.next_online(id) {
            return Some(frame);
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
