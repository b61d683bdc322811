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

use super::{
    block::{Block, BlockKind},
    calm::calm,
    parse::{Parsed, parse_until},
};

/// A tail is parsed again when this part of it is new.
const SHARE: usize = 128;

/// A top-level block with its identity. Two are equal if they show the same.
#[derive(Clone, Debug)]
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
        let finished = std::mem::replace(&mut self.open, open) && !open;
        match text.strip_prefix(self.text.as_str()) {
            Some(more) if finished => {
                self.text.push_str(more);
                self.update();
            }
            Some(more) => self.append(more),
            None => {
                self.text.clear();
                self.text.push_str(text);
                self.restart();
            }
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
        for (index, block) in (from..).zip(blocks) {
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
mod tests {
    use super::*;
    use crate::text::parse;
    use proptest::prelude::*;

    fn blocks(document: &Document) -> Vec<Block> {
        document
            .entries()
            .iter()
            .map(|entry| (*entry.block).clone())
            .collect()
    }

    /// Appends the pieces one by one; every step must equal a parse of the whole.
    fn check<'a>(pieces: impl IntoIterator<Item = &'a str>) {
        let mut document = Document::default();
        let mut settled: Vec<Entry> = Vec::new();
        for piece in pieces {
            document.append(piece);
            assert_eq!(
                blocks(&document),
                parse(document.text()),
                "{:?}",
                document.text()
            );
            if document.defines {
                settled.clear();
            }
            for (before, now) in settled.iter().zip(document.entries()) {
                assert_eq!(before, now, "settled means settled");
                assert!(Arc::ptr_eq(&before.block, &now.block));
            }
            settled = document
                .entries()
                .iter()
                .take_while(|entry| entry.settled)
                .cloned()
                .collect();
        }
    }

    /// Cuts a text at every character.
    fn by_char(text: &str) -> impl Iterator<Item = &str> {
        text.split_inclusive(|_: char| true)
    }

    const SAMPLE: &str = "# Title\n\nA para with **bold**, `code` and [a link](https://x.test).\n\
        second line\n\n- one\n- two\n  - nested\n\n  more\n- [x] done\n\n1. a\n2. b\n\n```rust\nfn main() {\n\n}\n```\n\
        > quote\nlazy\n\n| a | b |\n|---|:-:|\n| 1 | 2 |\n\n    indented\n\n    code\n\nSetext\n===\n\
        text\n---\n***\n<div>\nhi\n</div>\n\n> [!TIP]\n> $x$ at https://x.test\n\n![cat](https://x.test/c.png)\n\n\
        $$\na^2\n$$\nlast ~~one~~  \nbreak\n";

    #[test]
    fn each_character_of_a_sample_keeps_the_blocks_equal_to_a_whole_parse() {
        check(by_char(SAMPLE));
    }

    #[test]
    fn a_definition_reaches_back() {
        check(by_char(
            "See [the site].\n\n# Next\n\n[the site]: https://x.test\n\nand [the site]\n",
        ));
    }

    #[test]
    fn a_footnote_reaches_back() {
        check(by_char(
            "One[^a] and two[^b].\n\n# Next\n\n[^b]: second\n\n    more\n\n[^a]: first\n\nand one[^a]\n",
        ));
    }

    #[test]
    fn a_settled_block_is_not_parsed_again() {
        let paragraph = "Some words that make up a paragraph.\n\n";
        let mut document = Document::default();
        for _ in 0..1_000 {
            document.append(paragraph);
        }
        assert_eq!(document.entries().len(), 1_000);
        assert_eq!(
            document
                .entries()
                .iter()
                .filter(|entry| entry.settled)
                .count(),
            999
        );
        let whole = document.text().len() as u64;
        assert!(
            document.parsed() <= 3 * whole,
            "{} of {whole}",
            document.parsed()
        );
    }

    #[test]
    fn a_block_that_grows_keeps_its_key() {
        let mut document = Document::default();
        document.append("```rust\nfn main");
        let before = document.entries()[0].clone();
        document.append("() {}\n");
        let now = document.entries()[0].clone();
        assert_eq!(before.key, now.key);
        assert!(now.version > before.version);
    }

    #[test]
    fn another_text_keeps_the_blocks_that_are_the_same() {
        let mut document = Document::default();
        document.set("# A\n\none\n\ntwo\n", false);
        let before = document.entries().to_vec();
        document.set("# A\n\nONE\n\ntwo\n", false);
        let now = document.entries();
        assert_eq!(blocks(&document), parse("# A\n\nONE\n\ntwo\n"));
        assert_eq!(
            (before[0].key, before[0].version),
            (now[0].key, now[0].version)
        );
        assert_eq!(before[1].key, now[1].key);
        assert!(now[1].version > before[1].version);
        assert_eq!(
            (before[2].key, before[2].version),
            (now[2].key, now[2].version)
        );
    }

    fn markdown() -> impl Strategy<Value = String> {
        let token = prop::sample::select(vec![
            "a",
            "b c",
            " ",
            "  ",
            "    ",
            "\t",
            "\n",
            "\n",
            "\n",
            "\n\n",
            "\r\n",
            "#",
            "## ",
            "- ",
            "* ",
            "+ ",
            "1. ",
            "2) ",
            "> ",
            "```",
            "```rust\n",
            "~~~",
            "`",
            "*",
            "**",
            "~~",
            "_",
            "---",
            "===",
            "|",
            "| a | b |\n",
            "|---|---|\n",
            "[x]",
            "[ ] ",
            "[a]",
            "[a]: https://x.test",
            "(b)",
            "![",
            "](https://x.test)",
            "<div>",
            "</div>",
            "<b>",
            "<!--",
            "-->",
            "<script>",
            "\\",
            "&amp;",
            "é",
            "🦀",
            "https://x.test",
            "www.x.test",
            "a@x.test",
            "$",
            "$$",
            "$x^2$",
            "[^1]",
            "[^1]: note",
            "> [!NOTE]\n",
            ":",
            "\u{a0}",
            "\0",
        ]);
        prop::collection::vec(token, 0..60).prop_map(|tokens| tokens.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn any_chunking_gives_the_blocks_of_a_whole_parse(
            text in markdown(),
            cuts in prop::collection::vec(1_usize..12, 1..8),
        ) {
            let characters: Vec<&str> = by_char(&text).collect();
            let mut pieces = Vec::new();
            let mut rest = &characters[..];
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (piece, after) = rest.split_at((*cut).min(rest.len()));
                pieces.push(piece.concat());
                rest = after;
            }
            check(pieces.iter().map(String::as_str));
        }

        #[test]
        fn any_text_parses(text in "\\PC*") {
            let _ = parse(&text);
        }
    }
}
