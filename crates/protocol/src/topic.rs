//! What a client subscribes to, and how far it has read.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize, de};

use crate::{ThreadId, UserId};

/// A durable log that a client can follow. On the wire `u:<user>` or `t:<thread>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// What one person sees of their account: the rows of their threads.
    User(UserId),
    /// The messages of one thread.
    Thread(ThreadId),
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(user) => write!(f, "u:{user}"),
            Self::Thread(thread) => write!(f, "t:{thread}"),
        }
    }
}

impl FromStr for Topic {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || format!("not a topic: {text}");
        match text.split_once(':') {
            Some(("u", id)) => id.parse().map(Self::User).map_err(|_| unknown()),
            Some(("t", id)) => id.parse().map(Self::Thread).map_err(|_| unknown()),
            _ => Err(unknown()),
        }
    }
}

impl Serialize for Topic {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Topic {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// How far a topic has been read: `seq` change sets of the incarnation `epoch`.
///
/// `seq` is dense and starts at 0 for an empty topic. An epoch changes when the log was restored,
/// truncated or rewritten; seqs of different epochs are not comparable (SPEC R3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The incarnation of the log.
    pub epoch: u32,
    /// The number of the last change set applied.
    pub seq: u64,
}
