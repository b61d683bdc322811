//! A new chat, or a thread.

use leptos::prelude::*;
use weft_protocol::ThreadId;
use weft_sync::History;

use crate::{
    features::{Composer, Nav, TimelineLog},
    state::{Dispatch, Intent, Route, State},
};

#[component]
pub(crate) fn ChatPage() -> impl IntoView {
    let (state, dispatch) = (State::here(), Dispatch::here());
    let nav = Nav::here();
    let thread = Memo::new(move |_| nav.route().thread());
    let listed = move |id| state.order.with(|order| order.contains(&id));
    // A thread that was named here and in which nothing was said yet.
    let new = Memo::new(move |_| {
        thread
            .get()
            .is_none_or(|id| state.fresh.with(|fresh| fresh.contains(&id)) && !listed(id))
    });
    Effect::new(move |before: Option<Option<ThreadId>>| {
        let now = thread.get().filter(|_| !new.get());
        let before = before.flatten();
        if before != now {
            if let Some(before) = before {
                dispatch.send(Intent::Unwatch(before));
            }
            if let Some(now) = now {
                dispatch.send(Intent::Watch(now));
            }
        }
        now
    });
    on_cleanup(move || {
        if let Some(Some(thread)) = thread.try_get_untracked() {
            dispatch.send(Intent::Unwatch(thread));
        }
    });
    let timeline = Memo::new(move |_| {
        let id = thread.get()?;
        Some((id, state.timeline(id)?))
    });
    let missing = Memo::new(move |_| {
        let timeline = timeline.get();
        !new.get() && timeline.is_some_and(|(_, t)| t.history.get() == History::Missing)
    });
    let title = Memo::new(move |_| {
        let row = thread
            .get()
            .filter(|id| listed(*id))
            .and_then(|id| state.thread(id));
        row.map_or_else(
            || "New chat".to_owned(),
            |row| row.with(|t| t.row.title.clone()),
        )
    });
    let sent = move |id: ThreadId| {
        if thread.get_untracked().is_none() {
            nav.replace(Route::Thread(id));
        }
    };
    view! {
        <div class="chat" data-new=move || new.get().to_string()>
            <header class="chat-head"><h1 class="chat-title">{title}</h1></header>
            {move || if missing.get() {
                view! {
                    <div class="chat-missing">
                        <h2>"This chat is not here"</h2>
                        <p>"It was deleted, or it belongs to another account."</p>
                        <a class="button" href=nav.href(Route::New)>"Start a new chat"</a>
                    </div>
                }.into_any()
            } else if let Some((thread, timeline)) = timeline.get().filter(|_| !new.get()) {
                view! { <TimelineLog thread timeline/> }.into_any()
            } else if new.get() {
                view! {
                    <div class="chat-empty">
                        <h2>"What is on your mind?"</h2>
                        <p>"Write a message to start. It is kept on your server, for every device of yours."</p>
                    </div>
                }.into_any()
            } else {
                view! { <div class="chat-loading" role="status">"Loading…"</div> }.into_any()
            }}
            <Show when=move || !missing.get()>
                <Composer thread=thread.into() new=new.into() sent/>
            </Show>
        </div>
    }
}
