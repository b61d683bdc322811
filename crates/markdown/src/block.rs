//! The tree: blocks that hold blocks or inlines, each with the range of source that it came from.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// A block, and where it stands in the source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// Its bytes in the source.
    #[serde(skip)]
    pub range: Range<usize>,
    /// What it is.
    pub kind: BlockKind,
}

/// What a block is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BlockKind {
    /// Running text.
    Paragraph(Vec<Inline>),
    /// A heading of level 1 to 6.
    Heading {
        /// Its level, as it was written.
        level: u8,
        /// How many headings of the text it stands under.
        depth: u8,
        /// Its text.
        text: Vec<Inline>,
    },
    /// Code, fenced or indented.
    Code {
        /// The first word after the fence, where there is one.
        language: Option<String>,
        /// The code, without the last line end.
        text: String,
    },
    /// Raw HTML, which is shown as text.
    Raw(String),
    /// A quotation.
    Quote(Vec<Block>),
    /// A quotation that is set apart by what it is for.
    Alert {
        /// What it is for.
        kind: Alert,
        /// What it says.
        blocks: Vec<Block>,
    },
    /// A list.
    List {
        /// The number of the first item; none for a bullet list.
        start: Option<u64>,
        /// Its items.
        items: Vec<Item>,
    },
    /// A table.
    Table {
        /// How each column is aligned.
        columns: Vec<Align>,
        /// The first row.
        head: Row,
        /// The rows after it.
        rows: Vec<Row>,
    },
    /// A line across.
    Rule,
    /// The footnotes of the text, in the order of their numbers: the last block, wherever they were written.
    Footnotes(Vec<Footnote>),
}

/// What an alert is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Alert {
    /// Worth knowing.
    Note,
    /// Of help.
    Tip,
    /// Needed.
    Important,
    /// To be careful about.
    Warning,
    /// What may do harm.
    Caution,
}

/// A footnote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Footnote {
    /// Its number, from 1, by where it is first referred to.
    pub number: usize,
    /// Whether the text refers to it.
    pub referred: bool,
    /// What it says.
    pub blocks: Vec<Block>,
}

/// An item of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// For a task: whether it is done.
    pub task: Option<bool>,
    /// What it holds. The paragraphs of a tight list are paragraphs too.
    pub blocks: Vec<Block>,
}

/// A row of a table: the text of each cell.
pub type Row = Vec<Vec<Inline>>;

/// How a column is aligned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Align {
    /// As the text's direction has it.
    Start,
    /// In the middle.
    Center,
    /// Against the text's direction.
    End,
}

/// A piece of running text, and where it stands in the source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inline {
    /// Its bytes in the source.
    #[serde(skip)]
    pub range: Range<usize>,
    /// What it is.
    pub kind: InlineKind,
}

/// What a piece of running text is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum InlineKind {
    /// Plain text, which raw HTML counts as.
    Text(String),
    /// Code within a line.
    Code(String),
    /// Emphasis.
    Emphasis(Vec<Inline>),
    /// Strong emphasis.
    Strong(Vec<Inline>),
    /// Text struck through.
    Strike(Vec<Inline>),
    /// A formula.
    Math {
        /// Its TeX, as it was written.
        source: String,
        /// Whether it has a line of its own.
        display: bool,
    },
    /// An image at a safe address.
    Image {
        /// Where it is: `https`.
        src: String,
        /// What it shows, in words.
        alt: String,
    },
    /// A reference to a footnote.
    Reference {
        /// The footnote's number.
        number: usize,
        /// Whether it is the first one to that footnote.
        first: bool,
    },
    /// A link to a safe address.
    Link {
        /// Where it leads: `http`, `https` or `mailto`.
        href: String,
        /// Its text.
        text: Vec<Inline>,
    },
    /// A line end that the writer asked for.
    Break,
}

impl BlockKind {
    /// A number for the kind alone: what changes kind needs another element on the page.
    pub(crate) fn shape(&self) -> u8 {
        match self {
            Self::Paragraph(_) => 0,
            Self::Heading { depth, .. } => 10 + depth,
            Self::Code { .. } => 1,
            Self::Raw(_) => 2,
            Self::Quote(_) => 3,
            Self::List { start: None, .. } => 4,
            Self::List { start: Some(_), .. } => 5,
            Self::Table { .. } => 6,
            Self::Rule => 7,
            Self::Alert { .. } => 8,
            Self::Footnotes(_) => 9,
        }
    }
}

impl Block {
    /// Moves it and all it holds `by` bytes on.
    pub(crate) fn shift(&mut self, by: usize) {
        if by == 0 {
            return;
        }
        move_range(&mut self.range, by);
        match &mut self.kind {
            BlockKind::Paragraph(text) | BlockKind::Heading { text, .. } => shift_all(text, by),
            BlockKind::Quote(blocks) | BlockKind::Alert { blocks, .. } => {
                blocks.iter_mut().for_each(|block| block.shift(by));
            }
            BlockKind::Footnotes(notes) => {
                for block in notes.iter_mut().flat_map(|note| &mut note.blocks) {
                    block.shift(by);
                }
            }
            BlockKind::List { items, .. } => {
                for block in items.iter_mut().flat_map(|item| &mut item.blocks) {
                    block.shift(by);
                }
            }
            BlockKind::Table { head, rows, .. } => {
                for cell in head.iter_mut().chain(rows.iter_mut().flatten()) {
                    shift_all(cell, by);
                }
            }
            BlockKind::Code { .. } | BlockKind::Raw(_) | BlockKind::Rule => {}
        }
    }
}

fn shift_all(inlines: &mut [Inline], by: usize) {
    for inline in inlines {
        move_range(&mut inline.range, by);
        match &mut inline.kind {
            InlineKind::Emphasis(inner)
            | InlineKind::Strong(inner)
            | InlineKind::Strike(inner)
            | InlineKind::Link { text: inner, .. } => shift_all(inner, by),
            InlineKind::Text(_)
            | InlineKind::Code(_)
            | InlineKind::Math { .. }
            | InlineKind::Image { .. }
            | InlineKind::Reference { .. }
            | InlineKind::Break => {}
        }
    }
}

fn move_range(range: &mut Range<usize>, by: usize) {
    range.start += by;
    range.end += by;
}
