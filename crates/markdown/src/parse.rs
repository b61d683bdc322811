//! From text to blocks: CommonMark with GitHub's extensions and math.
//!
//! Invariant: total. Every text parses, and depth is bounded, so that no text can exhaust the stack.

use std::ops::Range;

use pulldown_cmark::{
    Alignment, BlockQuoteKind, CodeBlockKind, Event, Options, Parser, Tag, TagEnd,
};

mod open;

use open::{Node, Open};
use unicase::UniCase;

use crate::{
    autolink::autolink,
    block::{Alert, Align, Block, BlockKind, Footnote, Inline, InlineKind, Item},
    outline::Outline,
};

/// Blocks or inlines nested deeper than this are unwrapped into their parent.
const MAX_DEPTH: usize = 24;

/// The blocks of a text.
#[must_use]
pub fn parse(text: &str) -> Vec<Block> {
    let mut blocks = parse_until(text, usize::MAX).blocks;
    Outline::default().place_all(&mut blocks);
    blocks
}

/// What a text comes to.
pub(crate) struct Parsed {
    /// Its blocks; their headings are not placed yet.
    pub(crate) blocks: Vec<Block>,
    /// Whether it defines what other blocks refer to: links or footnotes.
    pub(crate) defines: bool,
}

/// Parses a text. A bare link that reaches byte `open` may still grow, and is text so far.
pub(crate) fn parse_until(text: &str, open: usize) -> Parsed {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_MATH
        | Options::ENABLE_GFM;
    let parser = Parser::new_ext(text, options);
    let links = parser.reference_definitions().iter().next().is_some();
    let mut builder = Builder {
        source: text,
        open,
        stack: vec![Open::new(Node::Root, 0..0)],
        labels: Vec::new(),
        notes: Vec::new(),
    };
    for (event, range) in parser.into_offset_iter() {
        builder.take(event, range);
    }
    let defines = links || !builder.notes.is_empty();
    Parsed {
        blocks: builder.finish(),
        defines,
    }
}

/// Whether a link may lead there, and the address to use if so.
fn safe(address: &str) -> Option<String> {
    let address = address.trim();
    let (scheme, _) = address.split_once(':')?;
    let known = ["http", "https", "mailto"];
    known
        .iter()
        .any(|allowed| scheme.eq_ignore_ascii_case(allowed))
        .then(|| address.to_owned())
}

/// Whether an image may be fetched from there, unseen and unchanged by those between.
fn secure(address: &str) -> bool {
    let scheme = address.get(..6).unwrap_or_default();
    scheme.eq_ignore_ascii_case("https:")
}

struct Builder<'a> {
    source: &'a str,
    /// Where the text may still grow.
    open: usize,
    stack: Vec<Open>,
    /// The labels of the footnotes, by number.
    labels: Vec<String>,
    notes: Vec<(Range<usize>, String, Vec<Block>)>,
}

impl Builder<'_> {
    fn top(&mut self) -> &mut Open {
        self.stack
            .last_mut()
            .expect("the root is closed by `finish` alone")
    }

    fn take(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.open(tag, range),
            Event::End(end) => self.close(end),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => {
                self.top().push_text(&text, range);
            }
            Event::SoftBreak => self.top().push_text("\n", range),
            Event::Code(text) => self.push(InlineKind::Code(text.into_string()), range),
            Event::HardBreak => self.push(InlineKind::Break, range),
            Event::Rule => self.push_block(Block {
                range,
                kind: BlockKind::Rule,
            }),
            Event::TaskListMarker(done) => {
                let item = self
                    .stack
                    .iter_mut()
                    .rev()
                    .find_map(|open| match &mut open.node {
                        Node::Item(task) => Some(task),
                        _ => None,
                    });
                if let Some(task) = item {
                    *task = Some(done);
                }
            }
            Event::InlineMath(source) => {
                // "$5-$10" is money.
                if self.source[range.end..].starts_with(|c: char| c.is_ascii_digit()) {
                    let text = self.source[range.clone()].to_owned();
                    self.top().push_text(&text, range);
                } else {
                    self.math(source.into_string(), false, range);
                }
            }
            Event::DisplayMath(source) => self.math(source.into_string(), true, range),
            Event::FootnoteReference(label) => {
                let (number, first) = self.number(&label);
                self.push(InlineKind::Reference { number, first }, range);
            }
        }
    }

    /// Adds a block; what running text came before it becomes a paragraph (tight list items).
    fn push_block(&mut self, block: Block) {
        let mut before = std::mem::take(&mut self.top().inlines);
        self.running(&mut before);
        let top = self.top();
        top.inlines = before;
        top.close_text();
        top.blocks.push(block);
    }

    fn math(&mut self, source: String, display: bool, range: Range<usize>) {
        self.push(InlineKind::Math { source, display }, range);
    }

    /// The number of a footnote, and whether it was not asked for before.
    fn number(&mut self, label: &str) -> (usize, bool) {
        let label = folded(label);
        if let Some(index) = self.labels.iter().position(|held| *held == label) {
            return (index + 1, false);
        }
        self.labels.push(label);
        (self.labels.len(), true)
    }

    /// Whether an image here would be within a link.
    fn within_link(&self) -> bool {
        self.stack
            .iter()
            .any(|open| matches!(open.node, Node::Link(Some(_))))
    }

    /// Running text as it is shown: with bare links, unless it is within a link.
    fn running(&self, inlines: &mut Vec<Inline>) {
        autolink(inlines, self.source, self.open);
    }

    fn push(&mut self, kind: InlineKind, range: Range<usize>) {
        self.top().inlines.push(Inline { range, kind });
    }

    fn open(&mut self, tag: Tag<'_>, range: Range<usize>) {
        let deep = self.stack.len() > MAX_DEPTH;
        let node = match tag {
            Tag::Paragraph => Node::Paragraph,
            Tag::Heading { level, .. } => Node::Heading(level as u8),
            Tag::CodeBlock(CodeBlockKind::Fenced(info)) => Node::Code(
                info.split(|c: char| c.is_whitespace() || c == ',')
                    .next()
                    .filter(|word| !word.is_empty())
                    .map(str::to_owned),
            ),
            Tag::CodeBlock(CodeBlockKind::Indented) => Node::Code(None),
            Tag::HtmlBlock => Node::Raw,
            Tag::BlockQuote(kind) if !deep => Node::Quote(kind.map(alert)),
            Tag::FootnoteDefinition(label) if !deep => Node::Footnote(folded(&label)),
            Tag::List(start) if !deep => Node::List(start, Vec::new()),
            Tag::Item if !deep => Node::Item(None),
            Tag::Table(columns) if !deep => Node::Table(
                columns.into_iter().map(align).collect(),
                Vec::new(),
                Vec::new(),
            ),
            Tag::TableHead | Tag::TableRow if !deep => Node::TableRow(Vec::new()),
            Tag::TableCell if !deep => Node::Cell,
            Tag::Emphasis if !deep => Node::Emphasis,
            Tag::Strong if !deep => Node::Strong,
            Tag::Strikethrough if !deep => Node::Strike,
            Tag::Link { dest_url, .. } if !deep => Node::Link(safe(&dest_url)),
            // A button within a link would be two things to press in one place.
            Tag::Image { dest_url, .. } if !deep && !self.within_link() => match safe(&dest_url) {
                Some(src) if secure(&src) => Node::Image(src),
                href => Node::Link(href),
            },
            _ => Node::Through,
        };
        self.stack.push(Open::new(node, range));
    }

    fn close(&mut self, end: TagEnd) {
        let Some(mut open) = self.stack.pop() else {
            return;
        };
        let range = open.range.clone();
        if open.node.shows_text() {
            self.running(&mut open.inlines);
        }
        let parent = self.top();
        let kind = match std::mem::replace(&mut open.node, Node::Through) {
            Node::Root | Node::Through => return self.unwrap(open),
            Node::Paragraph => BlockKind::Paragraph(open.inlines),
            Node::Heading(level) => BlockKind::Heading {
                level,
                // Not known before all of the text is: see `outline`.
                depth: 0,
                text: open.inlines,
            },
            Node::Code(language) => BlockKind::Code {
                language,
                text: open.text(),
            },
            Node::Raw => BlockKind::Raw(open.text()),
            Node::Quote(kind) => {
                open.close_text();
                let blocks = open.blocks;
                match kind {
                    None => BlockKind::Quote(blocks),
                    Some(kind) => BlockKind::Alert { kind, blocks },
                }
            }
            Node::Footnote(label) => {
                open.close_text();
                return self.notes.push((range, label, open.blocks));
            }
            Node::List(start, items) => BlockKind::List { start, items },
            Node::Table(columns, head, rows) => BlockKind::Table {
                columns,
                head,
                rows,
            },
            Node::Item(task) => {
                open.close_text();
                match &mut parent.node {
                    Node::List(_, items) => items.push(Item {
                        task,
                        blocks: open.blocks,
                    }),
                    _ => parent.blocks.append(&mut open.blocks),
                }
                return;
            }
            Node::TableRow(cells) => {
                if let Node::Table(_, head, rows) = &mut parent.node {
                    match end {
                        TagEnd::TableHead => *head = cells,
                        _ => rows.push(cells),
                    }
                }
                return;
            }
            Node::Cell => {
                if let Node::TableRow(cells) = &mut parent.node {
                    cells.push(open.inlines);
                }
                return;
            }
            Node::Emphasis => return self.push(InlineKind::Emphasis(open.inlines), range),
            Node::Strong => return self.push(InlineKind::Strong(open.inlines), range),
            Node::Strike => return self.push(InlineKind::Strike(open.inlines), range),
            Node::Link(Some(href)) => {
                return self.push(link(href, open.inlines, &range), range);
            }
            Node::Image(src) => {
                let alt = plain(&open.inlines);
                return self.push(InlineKind::Image { src, alt }, range);
            }
            Node::Link(None) => return self.unwrap(open),
        };
        self.push_block(Block { range, kind });
    }

    /// Gives what it holds to its parent.
    fn unwrap(&mut self, open: Open) {
        for block in open.blocks {
            self.push_block(block);
        }
        let parent = self.top();
        for Inline { range, kind } in open.inlines {
            match kind {
                InlineKind::Text(text) => parent.push_text(&text, range),
                kind => parent.inlines.push(Inline { range, kind }),
            }
        }
    }

    fn finish(mut self) -> Vec<Block> {
        let mut root = self.stack.swap_remove(0);
        self.running(&mut root.inlines);
        root.close_text();
        if let (Some(start), Some(end)) = (
            self.notes.iter().map(|(range, ..)| range.start).min(),
            self.notes.iter().map(|(range, ..)| range.end).max(),
        ) {
            let kind = BlockKind::Footnotes(self.footnotes());
            root.blocks.push(Block {
                range: start..end,
                kind,
            });
        }
        root.blocks
    }

    /// The footnotes by number; what nothing refers to comes last.
    fn footnotes(&mut self) -> Vec<Footnote> {
        let mut notes: Vec<Footnote> = Vec::with_capacity(self.notes.len());
        let mut numbers = self.labels.len();
        for (_, label, blocks) in std::mem::take(&mut self.notes) {
            let found = self.labels.iter().position(|held| *held == label);
            let found = found
                .map(|index| index + 1)
                .filter(|number| notes.iter().all(|note| note.number != *number));
            numbers += usize::from(found.is_none());
            notes.push(Footnote {
                number: found.unwrap_or(numbers),
                referred: found.is_some(),
                blocks,
            });
        }
        notes.sort_by_key(|note| note.number);
        notes
    }
}

/// The words of running text.
pub(super) fn plain(inlines: &[Inline]) -> String {
    inlines
        .iter()
        .map(|inline| match &inline.kind {
            InlineKind::Text(text) | InlineKind::Code(text) => text.clone(),
            InlineKind::Math { source: text, .. } => text.clone(),
            InlineKind::Image { alt, .. } => alt.clone(),
            InlineKind::Emphasis(inner)
            | InlineKind::Strong(inner)
            | InlineKind::Strike(inner)
            | InlineKind::Link { text: inner, .. } => plain(inner),
            InlineKind::Reference { .. } => String::new(),
            InlineKind::Break => "\n".to_owned(),
        })
        .collect()
}

/// What is the same for labels that differ in case alone: as the parser compares them, with the tables it
/// brings. `str::to_lowercase` takes ẞ for another letter than SS, and brings tables of its own.
fn folded(label: &str) -> String {
    UniCase::new(label).to_folded_case()
}

fn alert(kind: BlockQuoteKind) -> Alert {
    match kind {
        BlockQuoteKind::Note => Alert::Note,
        BlockQuoteKind::Tip => Alert::Tip,
        BlockQuoteKind::Important => Alert::Important,
        BlockQuoteKind::Warning => Alert::Warning,
        BlockQuoteKind::Caution => Alert::Caution,
    }
}

/// A link; one without text shows its address.
fn link(href: String, mut text: Vec<Inline>, range: &Range<usize>) -> InlineKind {
    if text.is_empty() {
        text.push(Inline {
            range: range.clone(),
            kind: InlineKind::Text(href.clone()),
        });
    }
    InlineKind::Link { href, text }
}

fn align(alignment: Alignment) -> Align {
    match alignment {
        Alignment::None | Alignment::Left => Align::Start,
        Alignment::Center => Align::Center,
        Alignment::Right => Align::End,
    }
}

#[cfg(test)]
mod tests;
