//! The text of replies that are being made, held once for all who read it.

use std::{collections::BTreeSet, sync::Arc};

use weft_protocol::{ServerFrame, ThreadId, limits::MAX_STREAM_CHUNK, stream::prefix};

use crate::{SessionId, TextAppended};

/// A reply that is being made, or that has ended and is still being read.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) thread: ThreadId,
    pub(crate) handle: u32,
    pub(crate) readers: BTreeSet<SessionId>,
    pub(crate) settled: bool,
    /// The byte offset of `text`: 0 but for a reply that this hub has not seen from its start.
    start: u64,
    text: String,
    /// The frame encoded last, by its two ends: all readers in step share it.
    encoded: Option<(u64, u64, Arc<str>)>,
}

impl Running {
    pub(crate) fn new(handle: u32, appended: &TextAppended) -> Self {
        Self {
            thread: appended.thread,
            handle,
            readers: BTreeSet::new(),
            settled: false,
            start: appended.offset,
            text: String::new(),
            encoded: None,
        }
    }

    pub(crate) fn append(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(crate) fn end(&self) -> u64 {
        self.start + self.text.len() as u64
    }

    /// Whether the bytes at `offset` are here, not only in the store.
    pub(crate) fn holds(&self, offset: u64) -> bool {
        offset >= self.start
    }

    /// The next frame for a reader at `offset`, and where it leads; `None` where it is at the end.
    /// An offset inside a character is not one that this server gave: it is read as the end.
    pub(crate) fn frame_at(&mut self, offset: u64) -> Option<(u64, Arc<str>)> {
        if let Some((from, to, frame)) = &self.encoded
            && *from == offset
            && (*to == self.end() || to - from >= MAX_STREAM_CHUNK as u64 / 2)
        {
            return Some((*to, frame.clone()));
        }
        let skip = usize::try_from(offset.checked_sub(self.start)?).ok()?;
        let text = prefix(self.text.get(skip..)?, MAX_STREAM_CHUNK);
        if text.is_empty() {
            return None;
        }
        let to = offset + text.len() as u64;
        let frame: Arc<str> = ServerFrame::Text(self.handle, offset, text.to_owned())
            .encode()
            .into();
        self.encoded = Some((offset, to, frame.clone()));
        Some((to, frame))
    }
}
