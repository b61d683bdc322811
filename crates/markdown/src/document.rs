//! A text that grows: blocks that are settled keep their identity, only the open tail is parsed again.
//!
//! Invariant: after any sequence of calls, the blocks of a finished text equal those of one parse of it.
//! While a text is being written its settled blocks are those, and its tail is shown calmly (see `calm`).
//!
//! A top-level block is settled once a block after it has two finished lines: no later line can then
//! change it. Definitions of links and footnotes are what reaches back; a text that has any is parsed
//! whole each time, and blocks that come out the same keep their identity all the same.
//!
//! Work is bounded: what is written into a fenced block of code is added to it unparsed, and another tail
//! that is long waits, while it is being written, for a 128th of its length before it is parsed again.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    block::{Block, BlockKind},
    calm::calm,
    outline::Outline,
    parse::{Parsed, parse_until},
};

/// A tail is parsed again when this part of it is new.
const SHARE: usize = 128;

/// A top-level block with its identity. Two are equal if they show the same.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Stays the same while the block keeps its place and its kind.
    pub key: u64,
    /// Grows with each change of its content.
    pub version: u32,
    /// Whether it can no longer change while text is only appended.
    pub settled: bool,
    /// The block.
    pub block: Arc<Block>,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        (self.key, self.version, self.settled) == (other.key, other.version, other.settled)
    }
}

/// A text and its blocks.
#[derive(Clone, Debug, Default)]
pub struct Document {
    text: String,
    entries: Vec<Entry>,
    /// What follows each entry stands under these headings.
    outlines: Vec<Outline>,
    /// How many entries, from the first, are settled.
    settled: usize,
    /// Where the open tail begins.
    tail: usize,
    defines: bool,
    /// Whether more is to come.
    open: bool,
    /// How much of the text the blocks show.
    shown: usize,
    /// Where the code begins, if the text ends in an open fenced block of it.
    fence: Option<usize>,
    /// How much of the last block's code there was before, if it is all that changed.
    grown: Option<usize>,
    next_key: u64,
    parsed: u64,
}

impl Document {
    /// The blocks.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many bytes were given to the parser so far.
    #[must_use]
    pub fn parsed(&self) -> u64 {
        self.parsed
    }

    /// Adds to the end of the text.
    pub fn append(&mut self, more: &str) {
        self.grown = None;
        if more.is_empty() {
            return;
        }
        let before = self.text.len();
        self.text.push_str(more);
        if self.grow_code(before) {
            self.settle();
        } else if !self.open || (self.text.len() - self.shown) * SHARE > self.text.len() - self.tail
        {
            self.update();
        }
    }

    /// Makes the text this one; `open` while more of it is to come. What it shares with the text before
    /// is kept.
    pub fn set(&mut self, text: &str, open: bool) {
        if let Some(more) = text.strip_prefix(self.text.as_str()) {
            return self.extend(more, open);
        }
        self.open = open;
        self.grown = None;
        self.text.clear();
        self.text.push_str(text);
        self.restart();
    }

    /// Adds to the end of the text; `open` while more of it is to come.
    pub fn extend(&mut self, more: &str, open: bool) {
        let finished = std::mem::replace(&mut self.open, open) && !open;
        if finished {
            self.grown = None;
            self.text.push_str(more);
            self.update();
        } else {
            self.append(more);
        }
    }

    /// What the last change added to the code of the entry at `index`, if it did nothing else to it.
    pub(crate) fn more_code(&self, index: usize) -> Option<&str> {
        let before = self.grown.filter(|_| index + 1 == self.entries.len())?;
        match &self.entries[index].block.kind {
            BlockKind::Code { text, .. } => text.get(before..),
            _ => None,
        }
    }

    /// Adds the text from `before` on to the block of code that it belongs to, if it does for certain.
    fn grow_code(&mut self, before: usize) -> bool {
        let (Some(start), Some(entry)) = (self.fence, self.entries.last_mut()) else {
            return false;
        };
        let line = self.text[..before].rfind('\n').map_or(0, |end| end + 1);
        let may_close = |line: &str| line.trim_start().starts_with(['`', '~']);
        let block = Arc::make_mut(&mut entry.block);
        let BlockKind::Code { text, .. } = &mut block.kind else {
            return false;
        };
        // The parser has its own way with these two.
        let rare = self.text[line..].contains(['\r', '\0']);
        if rare || self.text[line..].lines().any(may_close) {
            self.fence = None;
            return false;
        }
        let code = code(&self.text[start..]);
        self.grown = Some(text.len());
        text.push_str(&code[text.len()..]);
        block.range.end = self.text.len();
        entry.version += 1;
        self.shown = self.text.len();
        self.parsed += (self.text.len() - before) as u64;
        true
    }

    /// Where the code begins, if the last block is fenced, has no indentation, and is not closed.
    fn open_fence(&self) -> Option<usize> {
        let block = &self.entries.last()?.block;
        let BlockKind::Code { text, .. } = &block.kind else {
            return None;
        };
        let (before, source) = self.text.split_at(block.range.start);
        let fenced = source.starts_with("```") || source.starts_with("~~~");
        let content = source.find('\n')? + 1;
        let open = fenced
            && (before.is_empty() || before.ends_with('\n'))
            && code(&source[content..]) == text;
        open.then_some(block.range.start + content)
    }

    fn parse_tail(&mut self) -> Parsed {
        let tail = &self.text[self.tail..];
        self.shown = self.text.len();
        self.parsed += tail.len() as u64;
        let mut parsed = parse_until(tail, if self.open { tail.len() } else { usize::MAX });
        let mut held = None;
        // A marker that is withheld may leave another one at the end.
        for _ in 0..if self.open { 3 } else { 0 } {
            let Some((shown, own)) = calm(held.as_deref().unwrap_or(tail), &parsed.blocks) else {
                break;
            };
            self.parsed += shown.len() as u64;
            parsed.blocks = parse_until(&shown, own).blocks;
            held = Some(shown);
        }
        parsed
    }

    /// Parses the tail again.
    fn update(&mut self) {
        if self.defines {
            return self.restart();
        }
        let Parsed {
            mut blocks,
            defines,
        } = self.parse_tail();
        if defines {
            return self.restart();
        }
        let tail = self.tail;
        blocks.iter_mut().for_each(|block| block.shift(tail));
        self.replace(self.settled, blocks);
        self.fence = self.open_fence();
        self.settle();
    }

    /// Parses everything again.
    fn restart(&mut self) {
        self.settled = 0;
        self.tail = 0;
        let Parsed { blocks, defines } = self.parse_tail();
        self.defines = defines;
        self.replace(0, blocks);
        self.fence = None;
        self.entries
            .iter_mut()
            .for_each(|entry| entry.settled = false);
        if !defines {
            self.settle();
        }
    }

    /// Puts `blocks` in the place of the entries from `from` on.
    fn replace(&mut self, from: usize, blocks: Vec<Block>) {
        self.entries.truncate(from + blocks.len());
        self.outlines.truncate(from);
        let mut outline = self.outlines.last().copied().unwrap_or_default();
        for (index, mut block) in (from..).zip(blocks) {
            outline.place(&mut block);
            self.outlines.push(outline);
            match self.entries.get_mut(index) {
                Some(entry) if *entry.block == block => {}
                Some(entry) if entry.block.kind.shape() == block.kind.shape() => {
                    entry.version += 1;
                    entry.block = Arc::new(block);
                }
                held => {
                    let entry = Entry {
                        key: self.next_key,
                        version: 0,
                        settled: false,
                        block: Arc::new(block),
                    };
                    self.next_key += 1;
                    match held {
                        Some(held) => *held = entry,
                        None => self.entries.push(entry),
                    }
                }
            }
        }
    }

    /// Settles what a later block, begun in a finished line, has closed.
    fn settle(&mut self) {
        // Two lines, since a table that ends a paragraph is known by its second line only.
        let Some((finished, _)) = self.text.rmatch_indices('\n').nth(1) else {
            return;
        };
        let closing = self.entries[self.settled..]
            .iter()
            .rposition(|entry| entry.block.range.start < finished)
            .map_or(self.settled, |index| self.settled + index);
        if closing == self.settled {
            return;
        }
        for entry in &mut self.entries[self.settled..closing] {
            entry.settled = true;
        }
        self.settled = closing;
        let start = self.entries[closing].block.range.start;
        self.tail = self.text[..start].rfind('\n').map_or(0, |end| end + 1);
    }
}

/// The code in an open block: without its last line end, or the indentation of a fence that may come.
fn code(content: &str) -> &str {
    let line = content.rfind('\n').map_or(0, |end| end + 1);
    let content = match &content[line..] {
        " " | "  " | "   " => &content[..line],
        _ => content,
    };
    content.strip_suffix('\n').unwrap_or(content)
}

#[cfg(test)]
mod tests;
