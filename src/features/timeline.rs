//! The messages of a thread.
//!
//! It sticks to the bottom only while the reader is there, and asks for older messages at the top.

use leptos::{html::Div, prelude::*};
use weft_protocol::ThreadId;
use weft_sync::History;

use super::message::MessageArticle;
use crate::{
    state::{Dispatch, Intent, Timeline},
    ui::{each, effect},
};

/// How near to an edge counts as being there, in CSS pixels.
const NEAR: i32 = 80;

#[component]
pub(crate) fn TimelineLog(thread: ThreadId, timeline: Timeline) -> impl IntoView {
    let dispatch = Dispatch::here();
    let scroller = NodeRef::<Div>::new();
    let content = NodeRef::<Div>::new();
    let at_bottom = RwSignal::new(true);
    let history = timeline.history.clone();
    let load = {
        let history = history.clone();
        move || {
            if history.get_untracked() == History::More {
                dispatch.send(Intent::LoadOlder(thread));
            }
        }
    };
    let on_scroll = {
        let load = load.clone();
        move |_| {
            let Some(scroller) = scroller.get_untracked() else {
                return;
            };
            let rest = scroller.scroll_height() - scroller.client_height() - scroller.scroll_top();
            if at_bottom.get_untracked() != (rest < NEAR) {
                at_bottom.set(rest < NEAR);
            }
            if scroller.scroll_top() < NEAR {
                load();
            }
        }
    };
    stick(scroller, content, at_bottom);
    let order = timeline.order.clone();
    view! {
        <div class="timeline-scroller" node_ref=scroller on:scroll=on_scroll>
            <div class="timeline" node_ref=content role="log" aria-label="Messages" aria-live="off">
                {move || match history.get() {
                    History::More => {
                        let load = load.clone();
                        view! {
                            <button type="button" class="load-older button" on:click=move |_| load()>
                                "Load older messages"
                            </button>
                        }.into_any()
                    }
                    History::Loading => view! { <p class="history">"Loading older messages…"</p> }.into_any(),
                    History::Unknown => view! { <p class="history">"Loading…"</p> }.into_any(),
                    History::Complete | History::Missing => ().into_any(),
                }}
                {each(move || order.get(), move |_, id| {
                    timeline.row(id).map(|row| view! { <MessageArticle thread row/> }).into_any()
                })}
            </div>
            <Show when=move || !at_bottom.get()>
                <button
                    type="button"
                    class="to-bottom icon-button"
                    aria-label="Scroll to the newest message"
                    on:click=move |_| {
                        at_bottom.set(true);
                        if let Some(scroller) = scroller.get_untracked() {
                            scroller.set_scroll_top(scroller.scroll_height());
                        }
                    }
                >"↓"</button>
            </Show>
        </div>
    }
}

/// Keeps the end in sight as the content or the window changes, while the reader is there.
fn stick(scroller: NodeRef<Div>, content: NodeRef<Div>, at_bottom: RwSignal<bool>) {
    use wasm_bindgen::{JsCast, closure::Closure};
    let watch = StoredValue::new_local(None);
    effect(move || {
        let (Some(scroller), Some(content)) = (scroller.get(), content.get()) else {
            return;
        };
        let grown = Closure::<dyn FnMut()>::new({
            let scroller = scroller.clone();
            move || {
                if at_bottom.try_get_untracked() == Some(true) {
                    scroller.set_scroll_top(scroller.scroll_height());
                }
            }
        });
        if let Ok(observer) = web_sys::ResizeObserver::new(grown.as_ref().unchecked_ref()) {
            observer.observe(&content);
            observer.observe(&scroller);
            watch.set_value(Some((observer, grown)));
        }
    });
    on_cleanup(move || {
        watch.try_update_value(|watch| {
            if let Some((observer, _)) = watch.take() {
                observer.disconnect();
            }
        });
    });
}
