//! What text asks of whoever parses it.
//!
//! Invariant: a text is on the page whether or not it can be parsed. Where nobody provides a parser, while
//! it is not here yet, and where it breaks down, the text stands as it was written.

use std::sync::Arc;

use leptos::prelude::use_context;
use weft_markdown::{Block, BlockKind, Entry};

/// One text, which may grow.
pub trait Parse {
    /// Its blocks, now that it is this; `open` while more of it is to come. None where it cannot be parsed.
    fn parse(&mut self, text: &str, open: bool) -> Option<Vec<Entry>>;
}

/// Makes blocks of texts.
#[derive(Clone, Copy)]
pub struct Parser {
    /// Begins a text. None while the parser is not here: whoever asks is woken when it is.
    pub begin: fn() -> Option<Box<dyn Parse>>,
}

impl Parser {
    /// The parser that the app provided, if it did.
    pub(super) fn here() -> Option<Self> {
        use_context()
    }
}

/// A text, parsed as soon as it can be.
pub(super) struct Text {
    parser: Option<Parser>,
    begun: Option<Box<dyn Parse>>,
    /// Counts the forms of a text that is not parsed.
    version: u32,
}

impl Text {
    pub(super) fn new() -> Self {
        Self {
            parser: Parser::here(),
            begun: None,
            version: 0,
        }
    }

    /// Its blocks, now that it is this.
    pub(super) fn entries(&mut self, text: &str, open: bool) -> Vec<Entry> {
        if self.begun.is_none() {
            self.begun = self.parser.and_then(|parser| (parser.begin)());
        }
        let parsed = self.begun.as_mut().and_then(|it| it.parse(text, open));
        parsed.unwrap_or_else(|| {
            self.version += 1;
            vec![as_written(text, self.version)]
        })
    }
}

fn as_written(text: &str, version: u32) -> Entry {
    let block = Block {
        range: 0..text.len(),
        kind: BlockKind::Raw(text.to_owned()),
    };
    Entry {
        // No parsed block has this key: another one takes its place.
        key: u64::MAX,
        version,
        settled: false,
        block: Arc::new(block),
    }
}
