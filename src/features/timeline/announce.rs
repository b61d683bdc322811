//! What a screen reader says of a reply while it is made: whole sentences, and not too many at once.

use leptos::prelude::*;
use weft_protocol::MessageId;

use crate::{features::time, state::Timeline};

/// The least time between two announcements, in milliseconds.
const PAUSE: f64 = 2_000.0;

/// How far a reply was read out.
#[derive(Clone, Copy)]
struct Read {
    message: MessageId,
    bytes: usize,
    at: f64,
}

#[component]
pub(super) fn Announcer(timeline: Timeline) -> impl IntoView {
    let read = StoredValue::new(None::<Read>);
    let last = Memo::new({
        let streaming = timeline.streaming.clone();
        move |_| streaming.with(|ids| ids.last().copied())
    });
    let said = Memo::new(move |before: Option<&String>| {
        let now = time::now();
        let held = read.get_value();
        let running = last.get();
        let of = running.or(held.map(|read| read.message));
        let Some(row) = of.and_then(|id| timeline.row(id)) else {
            read.set_value(None);
            return String::new();
        };
        let fresh = Read {
            message: row.id,
            bytes: 0,
            at: 0.0,
        };
        let from = held.filter(|read| read.message == row.id).unwrap_or(fresh);
        let text = row.body.with(|body| {
            let rest = body.get(from.bytes..).unwrap_or_default();
            if running.is_none() {
                rest.to_owned()
            } else if now - from.at < PAUSE {
                String::new()
            } else {
                sentences(rest).to_owned()
            }
        });
        let more = Read {
            bytes: from.bytes + text.len(),
            at: if text.is_empty() { from.at } else { now },
            ..from
        };
        read.set_value(running.is_some().then_some(more));
        if text.is_empty() {
            before.cloned().unwrap_or_default()
        } else {
            plain(&text)
        }
    });
    view! { <p class="visually-hidden" aria-live="polite">{said}</p> }
}

/// The whole sentences at the beginning of a text.
fn sentences(text: &str) -> &str {
    let mut end = 0;
    let mut ended = false;
    for (at, c) in text.char_indices() {
        if c == '\n' || ended && c.is_whitespace() {
            end = at + c.len_utf8();
        }
        ended = matches!(c, '.' | '!' | '?' | ':' | '。' | '！' | '？');
    }
    &text[..end]
}

/// Without the marks that are not meant to be read out.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '*' | '`' | '#' | '_' | '|' | '>' | '~'))
        .collect()
}
