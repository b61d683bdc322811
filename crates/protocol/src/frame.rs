//! Frames: what travels, one JSON text frame each. An unknown field is ignored; an unknown frame is a
//! [`DecodeError`], which a receiver answers and never panics on (SPEC R4).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    Cursor, ErrorCode, InstallationId, Limits, MessageId, MessageRow, Millis, Model, Mutation,
    Online, Op, Presence, Present, Row, ThreadId, Topic, User, Versions, json, presence::is_zero,
};

/// The bytes of a running reply that a client already holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The reply.
    pub message: MessageId,
    /// How many bytes of it are here.
    pub offset: u64,
}

/// A wish to follow a topic from a cursor on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// What to follow.
    pub topic: Topic,
    /// How far it is already read; `None` asks for a snapshot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Cursor>,
    /// The replies of it that are partly here. A running reply that is not named starts at 0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub streams: Vec<Held>,
}

/// A path of a thread, from a root down (SPEC R16).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Path {
    /// To the newest live message.
    Newest,
    /// To this message, which may be a tombstone.
    To(MessageId),
    /// To the newest live message that has this one on its path; to this one where there is none below
    /// it. It may be a tombstone.
    Through(MessageId),
}

/// What a client sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientFrame {
    /// The first frame: who speaks which versions, and what it follows from where.
    Hello {
        /// The versions that the client speaks.
        versions: Versions,
        /// Whose mutations will be numbered on this socket.
        installation: InstallationId,
        /// The leader's term: each tab of a device that takes over counts it up. 0 is a client without
        /// tabs.
        #[serde(default, skip_serializing_if = "is_zero")]
        term: u64,
        /// The session token, where no cookie carries it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<String>,
        /// What to follow.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        topics: Vec<Subscription>,
    },
    /// Follow a topic, or follow it again from another cursor.
    Subscribe(Subscription),
    /// Follow it no more.
    Unsubscribe {
        /// Which topic.
        topic: Topic,
    },
    /// Make a change.
    Mutate {
        /// Its number in the installation's dense order, from 1.
        n: u64,
        /// The change.
        mutation: Mutation,
    },
    /// Read the messages of a path whose depth is `from .. from + limit`.
    Page {
        /// Which thread.
        thread: ThreadId,
        /// Which of its paths.
        path: Path,
        /// The depth of the first one, from 1.
        from: u64,
        /// The most rows to send, 1 to 200.
        limit: u32,
    },
    /// Send the bytes of a reply, running or ended, from an offset on.
    Open {
        /// Its thread, which the client follows.
        thread: ThreadId,
        /// Which reply, from where.
        #[serde(flatten)]
        held: Held,
    },
    /// Are you there? Answered with `pong`.
    Ping,
    /// The answer to the server's `ping`.
    Pong,
    /// What the person does with a thread that this session follows; it holds for a while (SPEC R45).
    Presence {
        /// Which thread.
        thread: ThreadId,
        /// What.
        state: Presence,
    },
    /// Whether somebody sees the app on this device; it holds until it is said otherwise (SPEC R58).
    Online(bool),
}

/// A topic's newest change set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "FlatHead", into = "FlatHead")]
pub struct Head {
    /// Which topic.
    pub topic: Topic,
    /// Its newest change set.
    pub cursor: Cursor,
}

/// A head as it travels. What the app reads is flattened by hand: `serde(flatten)` buffers every field
/// it meets as a value of any type, and the code for that is part of each first load.
#[derive(Serialize, Deserialize)]
struct FlatHead {
    topic: Topic,
    epoch: u32,
    seq: u64,
}

impl From<FlatHead> for Head {
    fn from(FlatHead { topic, epoch, seq }: FlatHead) -> Self {
        Self {
            topic,
            cursor: Cursor { epoch, seq },
        }
    }
}

impl From<Head> for FlatHead {
    fn from(Head { topic, cursor }: Head) -> Self {
        Self {
            topic,
            epoch: cursor.epoch,
            seq: cursor.seq,
        }
    }
}

/// What a server sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerFrame {
    /// The answer to `hello`.
    Welcome {
        /// The version that both sides speak from here on.
        version: u32,
        /// Whose socket it is.
        user: User,
        /// The last number of the installation's mutations that was decided; 0 where none was.
        last_n: u64,
        /// The server's clock.
        now: Millis,
        /// What the client must keep to.
        limits: Limits,
        /// What this backend can do beyond the core: `presence`, `online`.
        #[serde(default)]
        capabilities: Vec<String>,
    },
    /// The models that can be asked; sent after `welcome` and whenever the list changes.
    Models {
        /// All of them, best first.
        models: Vec<Model>,
    },
    /// The whole of a topic, or the newest window of it.
    Snapshot {
        /// Which topic.
        topic: Topic,
        /// What it is a snapshot of.
        cursor: Cursor,
        /// Its rows, in order: live threads by id, or messages by ordinal.
        rows: Vec<Row>,
    },
    /// The change sets `base + 1 ..= cursor.seq` of a topic, merged.
    Delta {
        /// Which topic.
        topic: Topic,
        /// The seq that it builds on.
        base: u64,
        /// Where it leads.
        cursor: Cursor,
        /// What changes, in order.
        ops: Vec<Op>,
    },
    /// A mutation is on disk.
    Ack {
        /// Which one.
        n: u64,
        /// The change sets that it made: a topic whose cursor has reached them contains it.
        effects: Vec<Head>,
    },
    /// A mutation is rejected for good; its number is consumed.
    Nack {
        /// Which one.
        n: u64,
        /// Why.
        code: ErrorCode,
    },
    /// A mutation came out of order and was not looked at.
    Gap {
        /// The number that must come next.
        expected: u64,
    },
    /// A mutation came too fast and was not looked at; nor will be those behind it.
    Busy {
        /// Which one.
        n: u64,
        /// How long to wait before sending it again, in milliseconds.
        wait_ms: u64,
    },
    /// Messages of a path, as asked.
    Page {
        /// Which thread.
        thread: ThreadId,
        /// Which path was asked for.
        path: Path,
        /// The depth that was asked for.
        from: u64,
        /// The path's last message; none where there is no such path.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tip: Option<MessageId>,
        /// The depth of `tip`; 0 where there is none.
        length: u64,
        /// The messages, oldest first, tombstones included. They may be fewer than asked for where their
        /// texts are long, but one where the path has any from there on.
        rows: Vec<MessageRow>,
    },
    /// Text frames that carry `handle` are bytes of this reply, from `held.offset` on.
    #[serde(with = "flat_stream")]
    Stream {
        /// The number that stands for the reply on this socket.
        handle: u32,
        /// Its thread.
        thread: ThreadId,
        /// Which reply, from where.
        held: Held,
    },
    /// Bytes of a reply: the handle, the byte offset, the text.
    #[serde(rename = "d")]
    Text(u32, u64, String),
    /// Are you there? With how far the client was sent what it follows, so that silent loss is found.
    Ping {
        /// How far each followed topic was sent.
        heads: Vec<Head>,
    },
    /// The answer to the client's `ping`.
    Pong,
    /// The server is going away: reconnect after `in_ms` plus a random part of `spread_ms`.
    Drain {
        /// The least wait, in milliseconds.
        in_ms: u64,
        /// The span over which clients spread themselves, in milliseconds.
        spread_ms: u64,
    },
    /// Something is wrong with the connection, or with one topic.
    Error {
        /// What.
        code: ErrorCode,
        /// The topic whose subscription ends by it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        topic: Option<Topic>,
    },
    /// Who has a thread on screen, told to those who do.
    Presence(Present),
    /// Of which threads somebody else is online, told to those who are.
    Online(Online),
}

/// A `stream` frame as it travels.
mod flat_stream {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Held;
    use crate::{MessageId, ThreadId};

    #[derive(Serialize, Deserialize)]
    struct Flat {
        handle: u32,
        thread: ThreadId,
        message: MessageId,
        offset: u64,
    }

    pub(super) fn serialize<S: Serializer>(
        &handle: &u32,
        &thread: &ThreadId,
        &Held { message, offset }: &Held,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let flat = Flat {
            handle,
            thread,
            message,
            offset,
        };
        flat.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<(u32, ThreadId, Held), D::Error> {
        let Flat {
            handle,
            thread,
            message,
            offset,
        } = Flat::deserialize(deserializer)?;
        Ok((handle, thread, Held { message, offset }))
    }
}

/// A frame that could not be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError(String);

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for DecodeError {}

// The app's side is read and written by [`json`], for its size; the server's by `serde_json`.

impl ClientFrame {
    /// The frame as it travels.
    pub fn encode(&self) -> String {
        json::write(self)
    }

    /// The frame that `text` carries.
    pub fn decode(text: &str) -> Result<Self, DecodeError> {
        serde_json::from_str(text).map_err(|error| DecodeError(error.to_string()))
    }
}

impl ServerFrame {
    /// The frame as it travels.
    pub fn encode(&self) -> String {
        serde_json::to_string(self).expect("frames have string keys and no failing serializer")
    }

    /// The frame that `text` carries.
    pub fn decode(text: &str) -> Result<Self, DecodeError> {
        json::read(text).map_err(|error| DecodeError(error.to_string()))
    }
}

/// Close codes of the socket. 44xx can be resumed, 45xx need something to change first; 1000, 1001
/// and 1006 can be resumed like any loss (SPEC R28). 4409 can, but only by a tab that leads again.
pub mod close {
    use crate::{ErrorCode, Retry};

    /// The close code for `error`.
    pub fn code(error: ErrorCode) -> u16 {
        match error.retry() {
            Retry::AfterAuth => 4501,
            Retry::AfterUpgrade => 4502,
            _ => match error {
                ErrorCode::TooSlow => 4408,
                ErrorCode::Superseded => 4409,
                ErrorCode::TooFast => 4429,
                ErrorCode::TooManySockets => 4430,
                ErrorCode::Draining => 4412,
                ErrorCode::BadFrame => 4400,
                _ => 4499,
            },
        }
    }

    /// The error that a socket closed with, where the code is one of ours.
    pub fn error(code: u16) -> Option<ErrorCode> {
        ErrorCode::ALL
            .iter()
            .copied()
            .find(|&error| error.scope() == crate::Scope::Connection && self::code(error) == code)
    }
}

#[cfg(test)]
mod tests {
    use super::close;
    use crate::{ErrorCode, Scope};

    #[test]
    fn r28_every_error_that_ends_a_connection_is_known_by_its_close_code() {
        let ends = |code: &&ErrorCode| code.scope() == Scope::Connection;
        for &code in ErrorCode::ALL.iter().filter(ends) {
            assert_eq!(close::error(close::code(code)), Some(code));
        }
        assert_eq!(close::code(ErrorCode::Superseded), 4409);
        for loss in [1000, 1001, 1006] {
            assert_eq!(close::error(loss), None);
        }
    }
}
