//! What a client makes of the frames, in the plainest way that the rules allow.

use std::collections::BTreeMap;

use weft_protocol::{
    Checksum, ClientFrame, Cursor, MessageId, MessageRow, NoticeRow, Op, Row, ServerFrame, Status,
    ThreadId, ThreadRow, Topic,
    frame::{Held, Subscription},
    row::Settle,
    stream::{Fit, fit},
};

#[derive(Clone, Debug, Default)]
pub(super) struct Mirror {
    /// Whether anything may be said on this socket.
    pub(super) welcomed: bool,
    cursors: BTreeMap<Topic, Cursor>,
    threads: BTreeMap<ThreadId, ThreadRow>,
    notices: BTreeMap<u64, NoticeRow>,
    messages: BTreeMap<MessageId, Message>,
    handles: BTreeMap<u32, (ThreadId, MessageId)>,
    /// How often something was missing, and so was asked for again.
    pub(super) gaps: usize,
}

#[derive(Clone, Debug)]
struct Message {
    row: MessageRow,
    text: String,
    /// How a streamed reply ended.
    end: Option<Settle>,
}

impl Message {
    /// As a snapshot has it.
    fn whole(&self) -> MessageRow {
        let mut row = self.row.clone();
        if row.status != Status::Streaming {
            row.text = self.text.as_str().into();
        }
        row
    }

    fn held(&self) -> Held {
        Held {
            message: self.row.id,
            offset: self.text.len() as u64,
        }
    }
}

impl Mirror {
    pub(super) fn cursor(&self, topic: Topic) -> Option<Cursor> {
        self.cursors.get(&topic).copied()
    }

    /// The bytes here of a message; none of one that is not here.
    pub(super) fn text(&self, message: MessageId) -> &str {
        self.messages
            .get(&message)
            .map_or("", |message| &message.text)
    }

    /// The threads of the list that are live, by id, and the notices by number.
    pub(super) fn list(&self) -> Vec<Row> {
        let live = self.threads.values().filter(|row| !row.deleted);
        let notices = self.notices.values().cloned().map(Row::Notice);
        live.cloned().map(Row::Thread).chain(notices).collect()
    }

    /// The messages of a thread, by ordinal, as a snapshot has them.
    pub(super) fn messages(&self, thread: ThreadId) -> Vec<MessageRow> {
        let mut rows: Vec<_> = self.messages_of(thread).map(Message::whole).collect();
        rows.sort_by_key(|row| row.ordinal);
        rows
    }

    fn messages_of(&self, thread: ThreadId) -> impl Iterator<Item = &Message> {
        self.messages
            .values()
            .filter(move |message| message.row.thread == thread)
    }

    /// How to go on with a topic, on this socket or the next.
    pub(super) fn subscription(&self, topic: Topic) -> Subscription {
        let mut streams = Vec::new();
        if let Topic::Thread(thread) = topic {
            let open = self
                .messages_of(thread)
                .filter(|message| message.row.status == Status::Streaming);
            streams.extend(open.map(Message::held));
        }
        Subscription {
            topic,
            cursor: self.cursor(topic),
            streams,
        }
    }

    /// Asks for the rest of the topic's replies that have ended (SPEC R21).
    pub(super) fn unfinished(&self, topic: Topic) -> impl Iterator<Item = ClientFrame> {
        let ended = self.messages.values().filter(move |message| {
            let missing = |end: &Settle| message.text.len() as u64 != end.len;
            topic == Topic::Thread(message.row.thread) && message.end.as_ref().is_some_and(missing)
        });
        ended.map(|message| ClientFrame::Open {
            thread: message.row.thread,
            held: message.held(),
        })
    }

    /// The same rows, before hello.
    pub(super) fn on_another_socket(self) -> Self {
        Self {
            welcomed: false,
            handles: BTreeMap::new(),
            ..self
        }
    }

    /// Takes a frame in; gives what the client says to it.
    pub(super) fn apply(&mut self, frame: &ServerFrame) -> Option<ClientFrame> {
        match frame {
            ServerFrame::Welcome { .. } => self.welcomed = true,
            ServerFrame::Snapshot {
                topic,
                cursor,
                rows,
                ..
            } => {
                self.cursors.insert(*topic, *cursor);
                self.replace(*topic, rows);
            }
            ServerFrame::Delta {
                topic,
                base,
                cursor,
                ops,
            } => match self.cursor(*topic) {
                Some(own) if own.epoch == cursor.epoch && own.seq >= cursor.seq => {}
                Some(own) if own.epoch == cursor.epoch && own.seq == *base => {
                    self.cursors.insert(*topic, *cursor);
                    ops.iter().for_each(|op| self.change(op));
                }
                _ => {
                    self.gaps += 1;
                    return Some(ClientFrame::Subscribe(self.subscription(*topic)));
                }
            },
            ServerFrame::Stream {
                handle,
                thread,
                held,
            } => {
                self.handles.insert(*handle, (*thread, held.message));
            }
            ServerFrame::Text(handle, offset, text) => {
                return self.text_came(*handle, *offset, text);
            }
            ServerFrame::Ping { .. } => return Some(ClientFrame::Pong),
            _ => {}
        }
        None
    }

    fn replace(&mut self, topic: Topic, rows: &[Row]) {
        let before = match topic {
            Topic::User(_) => {
                self.threads.clear();
                self.notices.clear();
                BTreeMap::new()
            }
            Topic::Thread(thread) => self
                .messages
                .extract_if(.., |_, message| message.row.thread == thread)
                .collect(),
        };
        for row in rows {
            match row {
                Row::Thread(row) => {
                    self.threads.insert(row.id, row.clone());
                }
                Row::Message(row) => self.put(row, before.get(&row.id).cloned()),
                Row::Member(_) | Row::Defaults(_) | Row::Tuning(_) => {}
                Row::Notice(row) => {
                    self.notices.insert(row.n, row.clone());
                }
            }
        }
    }

    fn change(&mut self, op: &Op) {
        match op {
            Op::Thread(row) => {
                self.threads.insert(row.id, row.clone());
            }
            Op::Message(row) => {
                let before = self.messages.remove(&row.id);
                self.put(row, before);
            }
            Op::Siblings(list) => {
                for message in list {
                    // Not here: it is on another path.
                    if let Some(message) = self.messages.get_mut(message) {
                        message.row.siblings = if list.len() > 1 {
                            list.clone()
                        } else {
                            Vec::new()
                        };
                    }
                }
            }
            Op::Settle(settle) => {
                // Not here: it is older than the window.
                if let Some(message) = self.messages.get_mut(&settle.message) {
                    message.row.status = settle.status;
                    message.row.error = settle.error;
                    message.end = Some(settle.clone());
                }
            }
            Op::Defaults(_) | Op::Tuning(_) | Op::Member(_) | Op::User(_) => {}
            Op::Notice(row) => {
                self.notices.insert(row.n, row.clone());
            }
            Op::NoticeGone(n) => {
                self.notices.remove(n);
            }
            Op::ThreadGone(thread) => {
                self.threads.remove(thread);
                self.messages.retain(|_, it| it.row.thread != *thread);
                self.cursors.remove(&Topic::Thread(*thread));
            }
        }
    }

    fn put(&mut self, row: &MessageRow, before: Option<Message>) {
        let streaming = row.status == Status::Streaming;
        let text = match before {
            Some(before) if streaming => before.text,
            _ => row.text.to_string(),
        };
        let (row, end) = (row.clone(), None);
        self.messages.insert(row.id, Message { row, text, end });
    }

    fn text_came(&mut self, handle: u32, offset: u64, text: &str) -> Option<ClientFrame> {
        let (thread, message) = self.handles[&handle];
        // Not here: the topic was given up, or it is older than the window.
        let message = self.messages.get_mut(&message)?;
        if message.row.deleted {
            return None;
        }
        match fit(message.text.len() as u64, offset, text) {
            Fit::Append(tail) => message.text += tail,
            Fit::Held => {}
            Fit::Gap => {
                self.gaps += 1;
                let held = message.held();
                return Some(ClientFrame::Open { thread, held });
            }
            Fit::Torn => panic!("offset {offset} cuts a character"),
        }
        if let Some(end) = &message.end
            && end.len == message.text.len() as u64
        {
            assert_eq!(end.checksum, Checksum::of(&message.text));
        }
        None
    }
}
