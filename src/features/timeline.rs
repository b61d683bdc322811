//! The messages of a thread: a window of them, which follows the reader.
//!
//! Invariant: what is shown is what the state has, which is bounded; the line being read stays where it is
//! while messages come and go around it.

mod announce;
mod place;
mod scroll;

use leptos::{ev::KeyboardEvent, html::Div, prelude::*};
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;
use weft_protocol::ThreadId;
use weft_sync::{Ahead, History, Seek};

use self::{announce::Announcer, scroll::Scroll};
use super::{composer::Pen, message::MessageArticle};
use crate::{
    state::{Dispatch, Intent, Timeline, words},
    ui::{
        each,
        icon::{Glyph, icon},
        skeleton::{Shape, skeleton},
    },
};

pub(crate) use self::place::Places;

#[component]
pub(crate) fn TimelineLog(thread: ThreadId, timeline: Timeline) -> impl IntoView {
    let (dispatch, pen) = (Dispatch::here(), Pen::here());
    let (scroller, content) = (NodeRef::<Div>::new(), NodeRef::<Div>::new());
    let scroll = Scroll::new(thread, timeline.clone(), scroller, content);
    let (history, ahead) = (timeline.history.clone(), timeline.ahead.clone());
    let (order, rows) = (timeline.order.clone(), timeline.clone());
    let unread = scroll.unread;
    let keys = move |event: KeyboardEvent| {
        let on = event
            .target()
            .and_then(|it| it.dyn_into::<HtmlElement>().ok());
        let Some(on) = on.filter(|_| !event.ctrl_key() && !event.alt_key() && !event.meta_key())
        else {
            return;
        };
        let on_message = on.has_attribute("data-message");
        if !on_message && !on.has_attribute("data-scroller") {
            return;
        }
        match event.key().as_str() {
            "Home" => scroll.go_to_depth(1),
            "End" => scroll.go_to_end(),
            "ArrowUp" => scroll.focus(on_message.then_some(on), false),
            "ArrowDown" => scroll.focus(on_message.then_some(on), true),
            "Escape" => pen.take(),
            _ => return,
        }
        event.prevent_default();
    };
    view! {
        <div
            class="timeline-scroller"
            data-scroller
            tabindex="0"
            node_ref=scroller
            on:scroll=move |_| scroll.scrolled()
            on:keydown=keys
        >
            <div
                class="timeline"
                node_ref=content
                role="log"
                aria-label=words::timeline_label()
                aria-live="off"
            >
                {move || match history.get() {
                    History::More => view! {
                        <button
                            type="button"
                            class="load-older button"
                            on:click=move |_| dispatch.send(Intent::Seek(thread, Seek::Older))
                        >{words::timeline_load_older()}</button>
                    }.into_any(),
                    History::Loading => view! {
                        <div class="history">{words::timeline_loading_older()}</div>
                    }.into_any(),
                    History::Unknown => skeleton(Shape::Messages),
                    History::Complete | History::Missing => ().into_any(),
                }}
                {each(move || order.get(), move |_, id| {
                    rows.row(id).map(|row| {
                        let depth = row.head.with_untracked(|head| head.depth);
                        let line = move || (unread.get() == Some(depth)).then(|| {
                            view! { <div class="first-unread" role="separator">{words::timeline_new()}</div> }
                        });
                        view! { {line} <MessageArticle thread row/> }
                    }).into_any()
                })}
                {move || (ahead.get() == Ahead::Loading).then(|| view! {
                    <div class="history">{words::timeline_loading_newer()}</div>
                })}
            </div>
            <div class="jumps">
                <Show when=move || scroll.offers_unread()>
                    <button
                        type="button"
                        class="button"
                        data-command="unread"
                        on:click=move |_| scroll.go_to_unread()
                    >
                        {words::timeline_to_unread()}
                    </button>
                </Show>
                <Show when=move || !scroll.at_end.get()>
                    <button
                        type="button"
                        class="button"
                        data-command="latest"
                        aria-label=move || match scroll.missed.get() {
                            0 => words::timeline_to_latest().to_owned(),
                            missed => words::timeline_to_latest_new(missed),
                        }
                        on:click=move |_| scroll.go_to_end()
                    >
                        {icon(Glyph::ARROW_DOWN)}
                        {words::timeline_to_latest()}
                        {move || match scroll.missed.get() {
                            0 => None,
                            missed => Some(view! { <span class="count">{words::number(missed)}</span> }),
                        }}
                    </button>
                </Show>
            </div>
            <Announcer timeline/>
        </div>
    }
}
