//! Blocks as elements.
//!
//! Invariant: a block that is settled neither listens nor renders again; a token wakes the open tail alone,
//! and changes there what it changes.

use std::sync::atomic::{AtomicUsize, Ordering};

use leptos::prelude::*;
use weft_markdown::{
    Alert, Align, Block, BlockKind, Entry, Footnote, Inline, InlineKind, Item, Row,
};
use weft_words as words;

use super::{
    code::{Growing, code_block},
    node::{Around, Element, Node, Press, element},
    painter::Painter,
    parser::Text,
};
use crate::ui::each;

/// The number of the next text: ids on the page are made of it.
static NEXT_TEXT: AtomicUsize = AtomicUsize::new(0);

/// What a text's elements need to know of it.
#[derive(Clone, Copy)]
struct Page {
    text: usize,
    around: Around,
}

/// Shows a text as Markdown, and follows it as it grows. `copy` is what the button beside code does.
#[component]
pub fn Markdown<B>(
    /// The text: any signal of a `String` or an `Arc<str>`.
    body: B,
    /// Whether more of it is to come.
    #[prop(into, optional)]
    open: Signal<bool>,
    /// Takes the code that is to be copied.
    #[prop(into)]
    copy: Callback<String>,
) -> impl IntoView
where
    B: With + Send + Sync + 'static,
    B::Value: AsRef<str>,
{
    provide_context(Growing(open));
    let page = Page {
        text: NEXT_TEXT.fetch_add(1, Ordering::Relaxed),
        around: Around {
            copy,
            painter: Painter::here(),
            owner: StoredValue::new(Owner::current().unwrap_or_default().downgrade()),
        },
    };
    let parsed = StoredValue::new_local(Text::new());
    let entries = Memo::new(move |_| {
        let open = open.get();
        let entries =
            body.with(|body| parsed.try_update_value(|text| text.entries(body.as_ref(), open)));
        entries.unwrap_or_default()
    });
    let keys = Memo::new(move |_| {
        entries.with(|all| all.iter().map(|entry| entry.key).collect::<Vec<_>>())
    });
    each(
        move || keys.get(),
        move |index, key| {
            let there = entries.with_untracked(|all| {
                let entry = all.get(index).filter(|entry| entry.key == key);
                entry.filter(|entry| entry.settled).cloned()
            });
            if let Some(entry) = there {
                return settled(&entry.block, page);
            }
            let entry = Memo::new(move |before: Option<&Option<Entry>>| match before {
                // Not reading `entries` ends the listening.
                Some(Some(entry)) if entry.settled => Some(entry.clone()),
                _ => entries.with(|all| {
                    all.get(index)
                        .filter(|entry| entry.key == key)
                        .or_else(|| all.iter().find(|entry| entry.key == key))
                        .cloned()
                }),
            });
            top_level(entry, page)
        },
    )
}

/// A top-level block that does not change any more, though the text around it may: it listens to nothing, so that
/// of what came at once only the end is looked at again.
fn settled(block: &Block, page: Page) -> AnyView {
    match &block.kind {
        BlockKind::Code { language, text } => code_block(
            Signal::stored(language.clone()),
            Signal::stored(text.clone()),
            Signal::stored(true),
            page.around.copy,
        ),
        _ => page.block(block).into_any(),
    }
}

/// A top-level block that may change. Its kind is fixed; its content follows the entry.
fn top_level(entry: Memo<Option<Entry>>, page: Page) -> AnyView {
    let now = move || entry.get().map(|entry| entry.block);
    match entry.get_untracked() {
        Some(first) if matches!(first.block.kind, BlockKind::Code { .. }) => {
            // The element stays while the code grows, and with it the place it is scrolled to.
            let code = move || match now().as_deref() {
                Some(Block {
                    kind: BlockKind::Code { language, text },
                    ..
                }) => (language.clone(), text.clone()),
                _ => Default::default(),
            };
            code_block(
                Signal::derive(move || code().0),
                Signal::derive(move || code().1),
                Signal::derive(move || {
                    entry.with(|entry| entry.as_ref().is_none_or(|it| it.settled))
                }),
                page.around.copy,
            )
        }
        Some(_) => (move || now().map(|block| page.block(&block))).into_any(),
        None => ().into_any(),
    }
}

/// Code that does not change by itself.
pub(super) fn still(language: Option<String>, text: String, copy: Callback<String>) -> AnyView {
    let (language, text) = (Signal::stored(language), Signal::stored(text));
    code_block(language, text, Signal::stored(false), copy)
}

impl Page {
    fn block(self, block: &Block) -> Node {
        match &block.kind {
            BlockKind::Paragraph(text) => element("p", self.inlines(text)),
            // The page has a heading, and the message its own: what is in it begins at the third level. It looks as
            // its writer meant it.
            BlockKind::Heading { level, depth, text } => {
                let tag = ["h3", "h4", "h5"].get(usize::from(*depth));
                element(tag.unwrap_or(&"h6"), self.inlines(text))
                    .with("data-level", level.to_string())
            }
            BlockKind::Code { language, text } => {
                return Node::Code(language.clone(), text.clone(), self.around);
            }
            BlockKind::Raw(text) => {
                element("p", vec![Node::Text(text.clone())]).with("class", "md-raw")
            }
            BlockKind::Quote(inner) => element("blockquote", self.blocks(inner)),
            BlockKind::Alert { kind, blocks } => self.alert(*kind, blocks),
            BlockKind::List { start, items } => {
                let items = items.iter().map(|item| self.item(item)).collect();
                match start {
                    Some(start) => element("ol", items).with("start", start.to_string()),
                    None => element("ul", items),
                }
            }
            BlockKind::Table {
                columns,
                head,
                rows,
            } => self.table(columns, head, rows),
            BlockKind::Rule => element("hr", Vec::new()),
            BlockKind::Footnotes(notes) => self.footnotes(notes),
        }
        .into()
    }

    fn blocks(self, blocks: &[Block]) -> Vec<Node> {
        blocks.iter().map(|block| self.block(block)).collect()
    }

    fn alert(self, kind: Alert, blocks: &[Block]) -> Element {
        let (name, label) = match kind {
            Alert::Note => ("note", words::text_note()),
            Alert::Tip => ("tip", words::text_tip()),
            Alert::Important => ("important", words::text_important()),
            Alert::Warning => ("warning", words::text_warning()),
            Alert::Caution => ("caution", words::text_caution()),
        };
        let title =
            element("p", vec![Node::Text(label.to_owned())]).with("class", "md-alert-title");
        let mut content = vec![title.into()];
        content.extend(self.blocks(blocks));
        element("div", content)
            .with("class", "md-alert")
            .with("data-kind", name)
            .with("role", "note")
            .with("aria-label", label)
    }

    fn item(self, item: &Item) -> Node {
        let inner = self.item_content(item);
        let Some(done) = item.task else {
            return element("li", inner).into();
        };
        let name = if done {
            words::text_done()
        } else {
            words::text_to_do()
        };
        let mut box_ = element("input", Vec::new())
            .with("type", "checkbox")
            .with("disabled", "")
            .with("aria-label", name);
        if done {
            box_ = box_.with("checked", "");
        }
        element("li", vec![box_.into(), element("div", inner).into()])
            .with("class", "md-task")
            .into()
    }

    /// A single paragraph in an item needs no element of its own.
    fn item_content(self, item: &Item) -> Vec<Node> {
        if let Some((first, rest)) = item.blocks.split_first()
            && let BlockKind::Paragraph(text) = &first.kind
            && rest
                .iter()
                .all(|block| matches!(block.kind, BlockKind::List { .. }))
        {
            let mut content = self.inlines(text);
            content.extend(self.blocks(rest));
            return content;
        }
        self.blocks(&item.blocks)
    }

    fn table(self, columns: &[Align], head: &Row, rows: &[Row]) -> Element {
        let head = element("thead", vec![self.row("th", columns, head)]);
        let rows = rows
            .iter()
            .map(|row| self.row("td", columns, row))
            .collect();
        let table = element("table", vec![head.into(), element("tbody", rows).into()]);
        element("div", vec![table.into()])
            .with("class", "md-table")
            .with("tabindex", "0")
            .with("role", "group")
            .with("aria-label", words::text_table())
    }

    fn row(self, tag: &'static str, columns: &[Align], row: &Row) -> Node {
        let cells = row.iter().enumerate().map(|(column, cell)| {
            let mut cell = element(tag, self.inlines(cell));
            if tag == "th" {
                cell = cell.with("scope", "col");
            }
            match columns.get(column) {
                Some(Align::Center) => cell.with("data-align", "center"),
                Some(Align::End) => cell.with("data-align", "end"),
                _ => cell,
            }
            .into()
        });
        element("tr", cells.collect()).into()
    }

    /// The id of a footnote, or of the first reference to it.
    fn id(self, what: &str, number: usize) -> String {
        format!("{what}-{}-{number}", self.text)
    }

    fn footnotes(self, notes: &[Footnote]) -> Element {
        let notes = notes.iter().map(|note| {
            let mut content = self.blocks(&note.blocks);
            if note.referred {
                let back = self.id("reference", note.number);
                let arrow = element("a", vec![Node::Text("↩".to_owned())])
                    .with("class", "md-back")
                    .with("href", format!("#{back}"))
                    .with("aria-label", words::text_reference(note.number as u64))
                    .on(Press::Go(back));
                content.push(arrow.into());
            }
            element("li", content)
                .with("id", self.id("footnote", note.number))
                .with("value", note.number.to_string())
                .with("tabindex", "-1")
                .into()
        });
        element("section", vec![element("ol", notes.collect()).into()])
            .with("class", "md-footnotes")
            .with("aria-label", words::text_footnotes())
    }

    fn inlines(self, all: &[Inline]) -> Vec<Node> {
        all.iter().map(|inline| self.inline(inline)).collect()
    }

    fn inline(self, inline: &Inline) -> Node {
        match &inline.kind {
            InlineKind::Text(text) => return Node::Text(text.clone()),
            InlineKind::Code(text) => element("code", vec![Node::Text(text.clone())]),
            InlineKind::Emphasis(inner) => element("em", self.inlines(inner)),
            InlineKind::Strong(inner) => element("strong", self.inlines(inner)),
            InlineKind::Strike(inner) => element("s", self.inlines(inner)),
            InlineKind::Math { source, display } => self.formula(source.trim(), *display),
            InlineKind::Image { src, alt } => image(src, alt),
            InlineKind::Reference { number, first } => self.reference(*number, *first),
            InlineKind::Link { href, text } => link(href, self.inlines(text)),
            InlineKind::Break => element("br", Vec::new()),
        }
        .into()
    }

    /// A formula, as it was written until it is set.
    fn formula(self, source: &str, display: bool) -> Element {
        let written = element("code", vec![Node::Text(source.to_owned())]);
        let formula = element("span", vec![written.into()]).with("class", "md-math");
        let formula = formula.set(source.to_owned(), display, self.around);
        if display {
            formula.with("data-display", "block")
        } else {
            formula
        }
    }

    fn reference(self, number: usize, first: bool) -> Element {
        let note = self.id("footnote", number);
        let mut link = element("a", vec![Node::Text(number.to_string())])
            .with("href", format!("#{note}"))
            .with("aria-label", words::text_footnote(number as u64))
            .on(Press::Go(note));
        if first {
            link = link.with("id", self.id("reference", number));
        }
        element("sup", vec![link.into()]).with("class", "md-reference")
    }
}

/// A link that leads out of the app.
pub(super) fn link(href: &str, text: Vec<Node>) -> Element {
    element("a", text)
        .with("href", href)
        .with("target", "_blank")
        .with("rel", "noopener noreferrer")
}

/// What asks for an image: nobody learns that a text was read unless its reader wants that.
fn image(src: &str, alt: &str) -> Element {
    let host = src
        .split_once("://")
        .and_then(|(_, rest)| rest.split(['/', '?', '#']).next())
        .map_or(src, |host| host.rsplit('@').next().unwrap_or(host));
    let mut words = Vec::new();
    if !alt.is_empty() {
        let alt = element("span", vec![Node::Text(alt.to_owned())]).with("class", "md-image-alt");
        words = vec![alt.into(), Node::Text(" ".to_owned())];
    }
    let ask = Node::Text(words::text_show_image(host));
    words.push(element("span", vec![ask]).into());
    let button = element("button", words).with("type", "button");
    element("span", vec![button.into()])
        .with("class", "md-image")
        .on(Press::Show(src.to_owned(), alt.to_owned()))
}
