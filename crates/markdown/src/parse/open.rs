//! What is open while a text is parsed: blocks and inlines whose content still arrives.

use std::ops::Range;

use crate::block::{Alert, Align, Block, BlockKind, Inline, InlineKind, Item, Row};

/// A node that is open while its content arrives.
pub(super) struct Open {
    pub(super) range: Range<usize>,
    pub(super) node: Node,
    pub(super) blocks: Vec<Block>,
    pub(super) inlines: Vec<Inline>,
}

pub(super) enum Node {
    Root,
    Paragraph,
    Heading(u8),
    Code(Option<String>),
    Raw,
    Quote(Option<Alert>),
    Footnote(String),
    List(Option<u64>, Vec<Item>),
    Item(Option<bool>),
    Table(Vec<Align>, Row, Vec<Row>),
    TableRow(Row),
    Cell,
    Emphasis,
    Strong,
    Strike,
    Link(Option<String>),
    Image(String),
    /// Unknown or too deep: its content goes to its parent.
    Through,
}

impl Node {
    /// Whether running text ends with it.
    pub(super) fn shows_text(&self) -> bool {
        match self {
            Self::Paragraph | Self::Heading(_) | Self::Cell => true,
            Self::Quote(_) | Self::Footnote(_) | Self::Item(_) => true,
            Self::Root | Self::Code(_) | Self::Raw | Self::List(..) | Self::Table(..) => false,
            Self::TableRow(_) | Self::Emphasis | Self::Strong | Self::Strike => false,
            Self::Link(_) | Self::Image(_) | Self::Through => false,
        }
    }
}

impl Open {
    pub(super) fn new(node: Node, range: Range<usize>) -> Self {
        Self {
            range,
            node,
            blocks: Vec::new(),
            inlines: Vec::new(),
        }
    }

    pub(super) fn close_text(&mut self) {
        if let (Some(first), Some(last)) = (self.inlines.first(), self.inlines.last()) {
            let range = first.range.start..last.range.end;
            let kind = BlockKind::Paragraph(std::mem::take(&mut self.inlines));
            self.blocks.push(Block { range, kind });
        }
    }

    /// Adds text, joined with the text before it.
    pub(super) fn push_text(&mut self, text: &str, range: Range<usize>) {
        if let Some(Inline {
            range: before,
            kind: InlineKind::Text(held),
        }) = self.inlines.last_mut()
        {
            held.push_str(text);
            before.end = before.end.max(range.end);
        } else {
            self.inlines.push(Inline {
                range,
                kind: InlineKind::Text(text.to_owned()),
            });
        }
    }

    pub(super) fn text(self) -> String {
        let mut text: String = self
            .inlines
            .into_iter()
            .filter_map(|inline| match inline.kind {
                InlineKind::Text(text) => Some(text),
                _ => None,
            })
            .collect();
        if text.ends_with('\n') {
            text.pop();
            if text.ends_with('\r') {
                text.pop();
            }
        }
        text
    }
}
