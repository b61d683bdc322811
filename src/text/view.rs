//! Blocks as elements.
//!
//! Invariant: a block that is settled neither listens nor renders again; a token wakes the open tail alone.

use std::sync::{Mutex, PoisonError};

use leptos::prelude::*;

use super::{
    block::{Align, Block, BlockKind, Inline, InlineKind, Item, Row},
    code::code_block,
    document::{Document, Entry},
};

/// Shows a text as Markdown, and follows it as it grows. `copy` is what the button beside code does.
#[component]
pub fn Markdown<B>(
    /// The text: any signal of a `String` or an `Arc<str>`.
    body: B,
    /// Takes the code that is to be copied.
    #[prop(into)]
    copy: Callback<String>,
) -> impl IntoView
where
    B: With + Send + Sync + 'static,
    B::Value: AsRef<str>,
{
    let document = Mutex::new(Document::default());
    let entries = Memo::new(move |_| {
        let mut document = document.lock().unwrap_or_else(PoisonError::into_inner);
        body.with(|text| document.set(text.as_ref()));
        document.entries().to_vec()
    });
    let keys = Memo::new(move |_| {
        entries.with(|all| all.iter().map(|entry| entry.key).collect::<Vec<_>>())
    });
    view! {
        <For each=move || keys.get().into_iter().enumerate() key=|(_, key)| *key let((index, key))>
            {
                let entry = Memo::new(move |before: Option<&Option<Entry>>| match before {
                    // Not reading `entries` ends the listening.
                    Some(Some(entry)) if entry.settled => Some(entry.clone()),
                    _ => {
                        entries
                            .with(|all| {
                                all.get(index)
                                    .filter(|entry| entry.key == key)
                                    .or_else(|| all.iter().find(|entry| entry.key == key))
                                    .cloned()
                            })
                    }
                });
                top_level(entry, copy)
            }
        </For>
    }
}

/// A top-level block. Its kind is fixed; its content follows the entry.
fn top_level(entry: Memo<Option<Entry>>, copy: Callback<String>) -> AnyView {
    let now = move || entry.get().map(|entry| entry.block);
    match entry.get_untracked() {
        Some(entry) if matches!(entry.block.kind, BlockKind::Code { .. }) => {
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
                copy,
            )
        }
        Some(_) => (move || now().map(|block| one_block(&block, copy))).into_any(),
        None => ().into_any(),
    }
}

fn one_block(block: &Block, copy: Callback<String>) -> AnyView {
    match &block.kind {
        BlockKind::Paragraph(text) => view! { <p>{inlines(text)}</p> }.into_any(),
        BlockKind::Heading { level, text } => heading(*level, text),
        BlockKind::Code { language, text } => code_block(
            Signal::stored(language.clone()),
            Signal::stored(text.clone()),
            Signal::stored(false),
            copy,
        ),
        BlockKind::Raw(text) => view! { <p class="md-raw">{text.clone()}</p> }.into_any(),
        BlockKind::Quote(inner) => {
            view! { <blockquote>{blocks(inner, copy)}</blockquote> }.into_any()
        }
        BlockKind::List { start: None, items } => {
            view! { <ul>{list_items(items, copy)}</ul> }.into_any()
        }
        BlockKind::List {
            start: Some(start),
            items,
        } => view! { <ol start=start.to_string()>{list_items(items, copy)}</ol> }.into_any(),
        BlockKind::Table {
            columns,
            head,
            rows,
        } => table(columns, head, rows),
        BlockKind::Rule => view! { <hr /> }.into_any(),
    }
}

fn blocks(blocks: &[Block], copy: Callback<String>) -> Vec<AnyView> {
    blocks.iter().map(|block| one_block(block, copy)).collect()
}

/// Headings begin at level 3 on the page: the page and the message have theirs.
fn heading(level: u8, text: &[Inline]) -> AnyView {
    let text = inlines(text);
    let level = level.to_string();
    match level.as_str() {
        "1" => view! { <h3 data-level=level>{text}</h3> }.into_any(),
        "2" => view! { <h4 data-level=level>{text}</h4> }.into_any(),
        "3" => view! { <h5 data-level=level>{text}</h5> }.into_any(),
        _ => view! { <h6 data-level=level>{text}</h6> }.into_any(),
    }
}

fn list_items(items: &[Item], copy: Callback<String>) -> Vec<AnyView> {
    items
        .iter()
        .map(|item| {
            let inner = item_content(item, copy);
            match item.task {
                Some(done) => view! {
                    <li class="md-task">
                        <input
                            type="checkbox"
                            disabled
                            checked=done
                            aria-label=if done { "Done" } else { "To do" }
                        />
                        <div>{inner}</div>
                    </li>
                }
                .into_any(),
                None => view! { <li>{inner}</li> }.into_any(),
            }
        })
        .collect()
}

/// A single paragraph in an item needs no element of its own.
fn item_content(item: &Item, copy: Callback<String>) -> Vec<AnyView> {
    match item.blocks.split_first() {
        Some((
            Block {
                kind: BlockKind::Paragraph(text),
                ..
            },
            rest,
        )) if rest
            .iter()
            .all(|block| matches!(block.kind, BlockKind::List { .. })) =>
        {
            let mut content = inlines(text);
            content.extend(blocks(rest, copy));
            content
        }
        _ => blocks(&item.blocks, copy),
    }
}

/// Cells and rows are erased like all that is repeated here: a list of each kind would be code of its own.
fn table(columns: &[Align], head: &Row, rows: &[Row]) -> AnyView {
    let align = |column: usize| match columns.get(column) {
        Some(Align::Center) => Some("center"),
        Some(Align::End) => Some("end"),
        _ => None,
    };
    let head: Vec<_> = head
        .iter()
        .enumerate()
        .map(|(column, cell)| {
            view! { <th scope="col" data-align=align(column)>{inlines(cell)}</th> }.into_any()
        })
        .collect();
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            let cells: Vec<_> = row
                .iter()
                .enumerate()
                .map(|(column, cell)| {
                    view! { <td data-align=align(column)>{inlines(cell)}</td> }.into_any()
                })
                .collect();
            view! { <tr>{cells}</tr> }.into_any()
        })
        .collect();
    view! {
        <div class="md-table" tabindex="0" role="group" aria-label="Table">
            <table>
                <thead>
                    <tr>{head}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn inlines(all: &[Inline]) -> Vec<AnyView> {
    all.iter().map(inline).collect()
}

fn inline(inline: &Inline) -> AnyView {
    match &inline.kind {
        InlineKind::Text(text) => text.clone().into_any(),
        InlineKind::Code(text) => view! { <code>{text.clone()}</code> }.into_any(),
        InlineKind::Emphasis(inner) => view! { <em>{inlines(inner)}</em> }.into_any(),
        InlineKind::Strong(inner) => view! { <strong>{inlines(inner)}</strong> }.into_any(),
        InlineKind::Strike(inner) => view! { <s>{inlines(inner)}</s> }.into_any(),
        InlineKind::Link { href, text } => view! {
            <a href=href.clone() target="_blank" rel="noopener noreferrer">
                {inlines(text)}
            </a>
        }
        .into_any(),
        InlineKind::Break => view! { <br /> }.into_any(),
    }
}
