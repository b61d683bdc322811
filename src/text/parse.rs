//! From text to blocks: CommonMark with tables, task lists and strikethrough.
//!
//! Invariant: total. Every text parses, and depth is bounded, so that no text can exhaust the stack.

use std::ops::Range;

use pulldown_cmark::{Alignment, CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::block::{Align, Block, BlockKind, Inline, InlineKind, Item, Row};

/// Blocks or inlines nested deeper than this are unwrapped into their parent.
const MAX_DEPTH: usize = 24;

/// The blocks of a text.
#[must_use]
pub fn parse(text: &str) -> Vec<Block> {
    parse_with_definitions(text).0
}

/// The blocks of a text, and whether it defines link references (which reach across blocks).
pub(crate) fn parse_with_definitions(text: &str) -> (Vec<Block>, bool) {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let parser = Parser::new_ext(text, options);
    let defines = parser.reference_definitions().iter().next().is_some();
    let mut builder = Builder::default();
    for (event, range) in parser.into_offset_iter() {
        builder.take(event, range);
    }
    (builder.finish(), defines)
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

/// A node that is open while its content arrives.
struct Open {
    range: Range<usize>,
    node: Node,
    blocks: Vec<Block>,
    inlines: Vec<Inline>,
}

enum Node {
    Root,
    Paragraph,
    Heading(u8),
    Code(Option<String>),
    Raw,
    Quote,
    List(Option<u64>, Vec<Item>),
    Item(Option<bool>),
    Table(Vec<Align>, Row, Vec<Row>),
    TableRow(Row),
    Cell,
    Emphasis,
    Strong,
    Strike,
    Link(Option<String>),
    /// Unknown or too deep: its content goes to its parent.
    Through,
}

struct Builder {
    stack: Vec<Open>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            stack: vec![Open::new(Node::Root, 0..0)],
        }
    }
}

impl Open {
    fn new(node: Node, range: Range<usize>) -> Self {
        Self {
            range,
            node,
            blocks: Vec::new(),
            inlines: Vec::new(),
        }
    }

    /// Adds a block; what running text came before it becomes a paragraph (tight list items).
    fn push_block(&mut self, block: Block) {
        self.close_text();
        self.blocks.push(block);
    }

    fn close_text(&mut self) {
        if let (Some(first), Some(last)) = (self.inlines.first(), self.inlines.last()) {
            let range = first.range.start..last.range.end;
            let kind = BlockKind::Paragraph(std::mem::take(&mut self.inlines));
            self.blocks.push(Block { range, kind });
        }
    }

    /// Adds text, joined with the text before it.
    fn push_text(&mut self, text: &str, range: Range<usize>) {
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

    fn text(self) -> String {
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

impl Builder {
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
            Event::Rule => self.top().push_block(Block {
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
            Event::FootnoteReference(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.top().push_text(&text, range);
            }
        }
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
            Tag::BlockQuote(_) if !deep => Node::Quote,
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
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } if !deep => {
                Node::Link(safe(&dest_url))
            }
            _ => Node::Through,
        };
        self.stack.push(Open::new(node, range));
    }

    fn close(&mut self, end: TagEnd) {
        let Some(mut open) = self.stack.pop() else {
            return;
        };
        let range = open.range.clone();
        let parent = self.top();
        let kind = match std::mem::replace(&mut open.node, Node::Through) {
            Node::Root | Node::Through => return self.unwrap(open),
            Node::Paragraph => BlockKind::Paragraph(open.inlines),
            Node::Heading(level) => BlockKind::Heading {
                level,
                text: open.inlines,
            },
            Node::Code(language) => BlockKind::Code {
                language,
                text: open.text(),
            },
            Node::Raw => BlockKind::Raw(open.text()),
            Node::Quote => {
                open.close_text();
                BlockKind::Quote(open.blocks)
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
            Node::Link(None) => return self.unwrap(open),
        };
        parent.push_block(Block { range, kind });
    }

    /// Gives what it holds to its parent.
    fn unwrap(&mut self, open: Open) {
        let parent = self.top();
        for block in open.blocks {
            parent.push_block(block);
        }
        for Inline { range, kind } in open.inlines {
            match kind {
                InlineKind::Text(text) => parent.push_text(&text, range),
                kind => parent.inlines.push(Inline { range, kind }),
            }
        }
    }

    fn finish(mut self) -> Vec<Block> {
        let mut root = self.stack.swap_remove(0);
        root.close_text();
        root.blocks
    }
}

/// A link; one without text (an image without a description) shows its address.
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
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<BlockKind> {
        parse(text).into_iter().map(|block| block.kind).collect()
    }

    fn plain(inlines: &[Inline]) -> String {
        inlines
            .iter()
            .map(|inline| match &inline.kind {
                InlineKind::Text(text) | InlineKind::Code(text) => text.clone(),
                InlineKind::Emphasis(inner)
                | InlineKind::Strong(inner)
                | InlineKind::Strike(inner)
                | InlineKind::Link { text: inner, .. } => plain(inner),
                InlineKind::Break => "\n".to_owned(),
            })
            .collect()
    }

    fn links(text: &str) -> Vec<String> {
        let [BlockKind::Paragraph(inlines)] = &kinds(text)[..] else {
            panic!("not one paragraph: {text}")
        };
        inlines
            .iter()
            .filter_map(|inline| match &inline.kind {
                InlineKind::Link { href, .. } => Some(href.clone()),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn raw_html_is_text() {
        assert_eq!(
            kinds("<script>alert(1)</script>"),
            [BlockKind::Raw("<script>alert(1)</script>".to_owned())]
        );
        let [BlockKind::Paragraph(text)] = &kinds("a <b onclick=x>b</b>")[..] else {
            panic!()
        };
        assert_eq!(plain(text), "a <b onclick=x>b</b>");
    }

    #[test]
    fn only_safe_addresses_become_links() {
        assert_eq!(links("[a](https://x.test/) [b](mailto:a@x.test)").len(), 2);
        assert_eq!(links("<https://x.test>"), ["https://x.test"]);
        for text in [
            "javascript:alert(1)",
            "JaVaScript:x",
            "data:text/html,x",
            "/path",
            "file:///x",
        ] {
            assert!(links(&format!("[a]({text})")).is_empty(), "{text}");
        }
    }

    #[test]
    fn images_are_links() {
        assert_eq!(
            links("![a cat](https://x.test/cat.png)"),
            ["https://x.test/cat.png"]
        );
    }

    #[test]
    fn code_has_its_language_and_no_last_line_end() {
        assert_eq!(
            kinds("```rust,ignore\nfn main() {}\n```"),
            [BlockKind::Code {
                language: Some("rust".to_owned()),
                text: "fn main() {}".to_owned()
            }]
        );
    }

    #[test]
    fn tasks_know_whether_they_are_done() {
        let [BlockKind::List { start: None, items }] = &kinds("- [x] a\n- [ ] b\n- c")[..] else {
            panic!()
        };
        let tasks: Vec<_> = items.iter().map(|item| item.task).collect();
        assert_eq!(tasks, [Some(true), Some(false), None]);
    }

    #[test]
    fn tight_items_hold_paragraphs_before_a_nested_list() {
        let [BlockKind::List { items, .. }] = &kinds("1. a\n   - b\n2. c")[..] else {
            panic!()
        };
        assert!(matches!(
            items[0].blocks[..],
            [
                Block {
                    kind: BlockKind::Paragraph(_),
                    ..
                },
                Block {
                    kind: BlockKind::List { .. },
                    ..
                }
            ]
        ));
    }

    #[test]
    fn tables_have_aligned_columns() {
        let [
            BlockKind::Table {
                columns,
                head,
                rows,
            },
        ] = &kinds("| a | b |\n|---|--:|\n| 1 | 2 |\n| 3 | 4 |")[..]
        else {
            panic!()
        };
        assert_eq!(columns[..], [Align::Start, Align::End]);
        assert_eq!((head.len(), rows.len()), (2, 2));
    }

    #[test]
    fn ranges_point_into_the_source() {
        let text = "# Title\n\nSome `code` here.\n";
        let blocks = parse(text);
        assert_eq!(&text[blocks[0].range.clone()], "# Title\n");
        let BlockKind::Paragraph(inlines) = &blocks[1].kind else {
            panic!()
        };
        assert_eq!(&text[inlines[1].range.clone()], "`code`");
    }

    #[test]
    fn depth_is_bounded() {
        let text = format!("{}deep", ">".repeat(2_000));
        let mut blocks = parse(&text);
        let mut depth = 0;
        while let Some(BlockKind::Quote(inner)) = blocks.pop().map(|block| block.kind) {
            depth += 1;
            blocks = inner;
        }
        assert!(depth <= MAX_DEPTH);
        assert!(!parse(&format!("{}x{}", "*a **b ".repeat(500), "** *".repeat(500))).is_empty());
    }
}
