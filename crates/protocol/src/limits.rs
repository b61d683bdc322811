//! Limits. The server announces its own in `welcome`; these are the defaults and the hard ceilings.

use serde::{Deserialize, Serialize};

/// The most frames of mutations that a client may have unanswered.
pub const MAX_IN_FLIGHT: u32 = 64;

/// The most rows in one page of history.
pub const MAX_PAGE: u32 = 200;

/// The text in one page or snapshot of messages, in bytes; a single longer message makes one alone.
pub const MAX_PAGE_BYTES: usize = 512 * 1024;

/// The rows of a fresh window of a thread: what a snapshot carries of the newest messages, and of the end
/// of the path to the newest live one.
pub const WINDOW: u32 = 50;

/// The longest thread title, in characters.
pub const MAX_TITLE_CHARS: usize = 120;

/// The longest system prompt, in bytes.
pub const MAX_SYSTEM_BYTES: usize = 8 * 1024;

/// The largest file of exported threads that is imported, in bytes.
pub const MAX_IMPORT_BYTES: u64 = 256 * 1024 * 1024;

/// The most messages of a thread that is imported.
pub const MAX_IMPORTED_MESSAGES: usize = 100_000;

/// The most text of a thread that is imported, in bytes.
pub const MAX_IMPORTED_TEXT: usize = 64 * 1024 * 1024;

/// The most members of a thread.
pub const MAX_MEMBERS: usize = 1_000;

/// So many messages at the end of a thread can be marked as unread: marking costs no more than looking at them.
pub const MAX_MARKED_UNREAD: u64 = 10_000;

/// The longest reply that is kept, in bytes.
pub const MAX_REPLY_BYTES: u64 = 1024 * 1024;

/// A topic this many change sets behind is served a snapshot instead of deltas.
pub const MAX_RESUME_CHANGES: u64 = 500;

/// A server keeps the outcomes of an installation for this long after its last one, in milliseconds:
/// 60 days.
pub const KEPT_OUTCOMES_FOR: u64 = 60 * 24 * 60 * 60 * 1_000;

/// The largest text carried by one stream frame, in bytes.
pub const MAX_STREAM_CHUNK: usize = 64 * 1024;

/// The server pings a socket this often, in milliseconds.
pub const PING_EVERY: u64 = 25_000;

/// A client that has heard nothing for this long probes the socket, in milliseconds.
pub const SILENCE: u64 = 35_000;

/// How long a probe may stay unanswered after silence, in milliseconds.
pub const PROBE_GRACE: u64 = 5_000;

/// How long a probe may stay unanswered when the page returns to the foreground, in milliseconds.
pub const WAKE_PROBE_GRACE: u64 = 2_000;

/// How long a socket may take to say `hello`, in milliseconds.
pub const HELLO_WITHIN: u64 = 5_000;

/// What a client must keep to, as announced by the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The largest frame a client may send, in bytes.
    pub frame_bytes: u32,
    /// The longest message a person may send, in bytes of UTF-8.
    pub message_bytes: u32,
    /// The most mutations unanswered at once.
    pub in_flight: u32,
    /// The most topics subscribed at once.
    pub topics: u32,
    /// The most sockets one account may have open.
    pub sockets: u32,
    /// The frames a client may send per second, averaged over ten seconds.
    pub frames_per_second: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            frame_bytes: 1024 * 1024,
            message_bytes: 256 * 1024,
            in_flight: MAX_IN_FLIGHT,
            topics: 200,
            sockets: 32,
            frames_per_second: 200,
        }
    }
}
