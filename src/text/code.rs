//! A block of code: what it is called, what can be done with it, and the code as one text node.
//!
//! Invariant: the text node stays while the code grows, and is only added to. A selection in it stays, and
//! so do the colours, which are ranges in it.

use leptos::{html, prelude::*};
use wasm_bindgen::JsCast as _;
use weft_words as words;

use super::{
    node::Node,
    painter::{Code, Painter},
};

/// More lines than this are shown in part, once they are all there.
const LONG: usize = 30;

/// Whether the text around may still grow. Where nobody says so, it does not.
#[derive(Clone, Copy)]
pub(super) struct Growing(pub(super) Signal<bool>);

/// A block of code. `settled` is whether it is known to be all there though the text around it grows.
pub(super) fn code_block(
    language: Signal<Option<String>>,
    code: Signal<String>,
    settled: Signal<bool>,
    copy: Callback<String>,
) -> AnyView {
    let growing = use_context::<Growing>();
    let complete =
        Memo::new(move |_| settled.get() || !growing.is_some_and(|growing| growing.0.get()));
    let lines = Memo::new(move |_| match complete.get() {
        true => code.with(|code| code.lines().count()),
        false => 0,
    });
    let (wraps, opened) = (RwSignal::new(false), RwSignal::new(false));
    let element = NodeRef::<html::Code>::new();
    follow(element, language, code, complete);
    let more = move || {
        (lines.get() > LONG).then(|| {
            view! {
                <button
                    type="button"
                    class="md-code-more"
                    aria-expanded=move || opened.get().to_string()
                    on:click=move |_| opened.update(|opened| *opened = !*opened)
                >
                    {move || match opened.get() {
                        true => words::text_code_less().to_owned(),
                        false => words::text_code_all(lines.get() as u64),
                    }}
                </button>
            }
        })
    };
    view! {
        <figure
            class="md-code"
            data-wrap=move || wraps.get().then_some("")
            data-collapsed=move || (lines.get() > LONG && !opened.get()).then_some("")
        >
            <figcaption>
                <span>{move || language.get().unwrap_or_else(|| words::text_code().to_owned())}</span>
                <button
                    type="button"
                    aria-label=words::text_code_wrap_lines()
                    title=words::text_code_wrap_lines()
                    aria-pressed=move || wraps.get().to_string()
                    on:click=move |_| wraps.update(|wraps| *wraps = !*wraps)
                >
                    {words::text_code_wrap()}
                </button>
                <button
                    type="button"
                    aria-label=words::text_code_copy()
                    title=words::text_code_copy()
                    on:click=move |_| copy.run(code.get_untracked())
                >
                    {words::copy()}
                </button>
            </figcaption>
            <pre tabindex="0">
                <code node_ref=element>{Node::Text(code.get_untracked())}</code>
            </pre>
            {more}
        </figure>
    }
    .into_any()
}

/// Keeps the element's text and its colours as the code is.
fn follow(
    element: NodeRef<html::Code>,
    language: Signal<Option<String>>,
    code: Signal<String>,
    complete: Memo<bool>,
) {
    let painter = Painter::here().map(|painter| (painter, (painter.open)()));
    let shown = code.get_untracked();
    Effect::new(move |before: Option<String>| {
        let before = before.unwrap_or_else(|| shown.clone());
        let now = code.get();
        let Some(element) = element.get() else {
            return before;
        };
        if now != before {
            show(&element, &before, &now);
        }
        if let Some((painter, id)) = painter {
            (painter.code)(Code {
                id,
                element: (*element).clone(),
                language: language.get().unwrap_or_default(),
                complete: complete.get(),
            });
        }
        now
    });
    if let Some((painter, id)) = painter {
        on_cleanup(move || (painter.close)(id));
    }
}

fn show(element: &web_sys::Element, before: &str, now: &str) {
    let node = element
        .first_child()
        .filter(|_| element.child_element_count() == 0);
    let text = node.and_then(|node| node.dyn_into::<web_sys::Text>().ok());
    match (text, now.strip_prefix(before)) {
        // Adding leaves alone what is selected.
        (Some(text), Some(more)) if text.length() > 0 => {
            let _ = text.append_data(more);
        }
        _ => element.set_text_content(Some(now)),
    }
}
