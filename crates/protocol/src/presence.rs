//! Who has a thread on screen, who writes in it, and who is there at all: leases, never rows (SPEC R44 to R47, R58).
//!
//! Invariant: every time in here is relative, so that no two clocks need to agree; and nothing in here is
//! ever stored.

use serde::{Deserialize, Serialize};

use crate::{ThreadId, User, UserId};

/// What a backend that keeps presence says in `welcome.capabilities`.
pub const CAPABILITY: &str = "presence";

/// What a backend says there that tells of which threads somebody else is online.
pub const ONLINE: &str = "online";

/// A client says again that a thread is on screen this long after it said anything of it, in milliseconds.
pub const BEAT: u64 = 10_000;

/// For so long a thread counts as on screen after that was said last, in milliseconds.
pub const LEASE: u64 = 25_000;

/// For so long a person counts as typing after that was said last, in milliseconds.
pub const TYPING_LEASE: u64 = 10_000;

/// While a person types, a client says so no more often than this, in milliseconds.
pub const TYPING_EVERY: u64 = 4_000;

/// What ends with a socket is told so much later, in milliseconds: the client may be on its way back.
pub const GRACE: u64 = 2_000;

/// Those who have a thread on screen are told of each other no more often than this, in milliseconds.
pub const TELL_EVERY: u64 = 1_000;

/// Where more people than this have a thread on screen they are counted, not named.
pub const MOST_NAMED: usize = 200;

/// What a person does with a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Nothing any more.
    Gone,
    /// Has it on screen.
    Here,
    /// Has it on screen, and writes in it.
    Typing,
}

/// Somebody who has a thread on screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Who.
    pub user: User,
    /// For how long they count as typing unless they go on, in milliseconds; 0 where they do not type.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub typing_ms: u64,
}

/// What has changed about who has a thread on screen. It names a person at most once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Present {
    /// Which thread.
    pub thread: ThreadId,
    /// Whether these are all: who is not named is not here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub all: bool,
    /// Who is here from now on, or types, or types no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<Person>,
    /// Who is here no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<UserId>,
    /// How many are here, where they are too many to be named; else 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub count: u64,
    /// How many of those type.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub typing: u64,
}

/// What has changed about the threads of which somebody else is online.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Online {
    /// Whether these are all: of a thread that is not named nobody else is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub all: bool,
    /// Somebody else is, from now on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub threads: Vec<ThreadId>,
    /// Nobody else is any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<ThreadId>,
}

pub(crate) fn is_zero(number: &u64) -> bool {
    *number == 0
}
