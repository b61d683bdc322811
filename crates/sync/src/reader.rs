//! Where the reader of a watched thread is.
//!
//! Invariant: what is named here is a row that is here, or was; who shows it starts from there and follows
//! the parents.

use weft_protocol::{MessageId, Path};

use crate::Seek;

/// A reader's place in a thread.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    /// Which path is read.
    pub(crate) path: Path,
    /// Whether the reader chose it, and goes to its end: not to that of the newest one.
    pub(crate) chosen: bool,
    /// The first row that is shown; so many before the last one where none is named.
    pub(crate) top: Option<MessageId>,
    /// The last row that is shown; the end of the path, and what comes there, where none is named.
    pub(crate) bottom: Option<MessageId>,
    /// Whether nothing that is shown gives way to what is newer.
    pub(crate) stays: bool,
    /// What is wanted and not here yet.
    pub(crate) wants: Option<Seek>,
    /// The length of the path, as the server said last.
    pub(crate) length: u64,
    /// What is known of the end of the path.
    pub(crate) end: End,
    /// The messages beside others that are known to be on the path.
    pub(crate) forks: Vec<MessageId>,
}

/// What is known of the end of a path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum End {
    /// Nobody has looked since the newest rows were told.
    #[default]
    Unseen,
    /// It was the message of this ordinal; 0 where there was none.
    Known(u64),
    /// It is not known which of the rows it is, or whether it is here at all.
    Doubtful,
}

impl Default for Reader {
    fn default() -> Self {
        Self {
            path: Path::Newest,
            chosen: false,
            top: None,
            bottom: None,
            stays: false,
            wants: None,
            length: 0,
            end: End::Unseen,
            forks: Vec::new(),
        }
    }
}

/// How much of a thread is shown and kept in memory, in rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// What is shown of a thread that is opened.
    pub shown: usize,
    /// The most that is shown, beside what is pending.
    pub most_shown: usize,
    /// By how much the reader moves on.
    pub step: usize,
    /// What is asked for at once.
    pub page: u32,
    /// How many of the newest rows stay.
    pub tail: usize,
    /// With more than this, what is far from what is shown is let go.
    pub most_held: usize,
}

impl Default for Sizes {
    fn default() -> Self {
        Self {
            shown: 40,
            most_shown: 80,
            step: 8,
            page: weft_protocol::limits::WINDOW,
            tail: 60,
            most_held: 240,
        }
    }
}
