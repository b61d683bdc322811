//! A new chat, or a thread.

use leptos::prelude::*;
use weft_protocol::{Role, ThreadId};
use weft_sync::History;

use crate::{
    features::{Composer, Nav, Switched, clock, members, thread_log, welcome},
    state::{Dispatch, Intent, Route, State, Timeline, words},
    ui::{
        icon::{Glyph, icon},
        part::{ahead, later_messages, quietly},
        skeleton::{Shape, skeleton},
    },
};

/// What the page shows. An effect reads this alone: one that reads a memo and what that memo is
/// made of may miss a change of the latter.
#[derive(Clone, PartialEq)]
enum Stage {
    /// Nothing was said yet, in a thread that has a name or not.
    New(Option<ThreadId>),
    /// The thread is not here yet.
    Loading(ThreadId),
    /// There is no such thread.
    Missing(ThreadId),
    /// The thread.
    Open(ThreadId, Timeline),
}

impl Stage {
    fn of(state: State, route: Route) -> Self {
        let Some(thread) = route.thread() else {
            return Self::New(None);
        };
        let listed = state.order.with(|order| order.contains(&thread));
        if !listed && state.fresh.with(|fresh| fresh.contains(&thread)) {
            return Self::New(Some(thread));
        }
        match state.timeline(thread) {
            None => Self::Loading(thread),
            Some(timeline) if timeline.history.get() == History::Missing => Self::Missing(thread),
            Some(timeline) => Self::Open(thread, timeline),
        }
    }

    /// The thread that exists, or should.
    fn watched(&self) -> Option<ThreadId> {
        match self {
            Self::New(_) => None,
            Self::Loading(thread) | Self::Missing(thread) | Self::Open(thread, _) => Some(*thread),
        }
    }
}

#[component]
pub(crate) fn ChatPage() -> impl IntoView {
    let (state, dispatch, nav) = (State::here(), Dispatch::here(), Nav::here());
    Switched::provide();
    let thread = Memo::new(move |_| nav.route().thread());
    let stage = Memo::new(move |_| Stage::of(state, nav.route()));
    let watched = Memo::new(move |_| stage.with(Stage::watched).filter(|_| state.opened.get()));
    Effect::new(move |before: Option<Option<ThreadId>>| {
        let (before, now) = (before.flatten(), watched.get());
        if before != now {
            before
                .into_iter()
                .for_each(|thread| dispatch.send(Intent::Unwatch(thread)));
            now.into_iter()
                .for_each(|thread| dispatch.send(Intent::Watch(thread)));
        }
        now
    });
    on_cleanup(move || {
        if let Some(Some(thread)) = watched.try_get_untracked() {
            dispatch.send(Intent::Unwatch(thread));
        }
    });
    let missing = Memo::new(move |_| stage.with(|stage| matches!(stage, Stage::Missing(_))));
    let new = Memo::new(move |_| stage.with(|stage| matches!(stage, Stage::New(_))));
    let reads = Memo::new(move |_| {
        state.order.track();
        let thread = thread.get();
        thread.is_some_and(|thread| state.standing(thread).0 == Role::Viewer)
    });
    // What was written in a thread that is gone is still the writer's.
    let unsent = move |thread| {
        let timeline = state.timeline(thread)?;
        let empty = timeline.order.clone();
        let shown = move || {
            (!empty.with(Vec::is_empty)).then(|| {
                let timeline = timeline.clone();
                view! {
                    <p class="chat-unsent">{words::chat_page_unsent()}</p>
                    {later_messages(thread_log, move |log| log(thread, timeline.clone()))}
                }
            })
        };
        Some(shown)
    };
    let title = Memo::new(move |_| {
        state.order.track();
        let row = thread.get().and_then(|id| state.thread(id));
        row.map_or_else(
            || words::new_chat().to_owned(),
            |row| row.with(|t| t.row.title.clone()),
        )
    });
    if watched.with_untracked(Option::is_some) {
        ahead(thread_log);
        ahead(clock);
    }
    let sent = move |id: ThreadId| {
        if thread.get_untracked().is_none() {
            nav.replace(Route::Thread(id));
        }
    };
    view! {
        <div
            class="chat"
            data-new=move || new.get().to_string()
            on:input=move |_| ahead(thread_log)
        >
            <header class="chat-head">
                <h1 class="chat-title">{title}</h1>
                {move || match stage.get() {
                    Stage::Open(thread, timeline) => quietly(members, move |it| it(thread, timeline.clone())),
                    _ => ().into_any(),
                }}
            </header>
            {move || match stage.get() {
                Stage::New(_) => view! {
                    <div class="chat-empty">
                        <h2>{words::chat_page_new()}</h2>
                        {quietly(welcome, |it| it())}
                    </div>
                }.into_any(),
                Stage::Loading(_) => view! {
                    <div class="chat-loading">{skeleton(Shape::Messages)}</div>
                }.into_any(),
                Stage::Missing(thread) => view! {
                    <div class="chat-missing">
                        <span class="sign">{icon(Glyph::COMPASS)}</span>
                        <h2>{words::chat_page_missing()}</h2>
                        <p>{words::chat_page_missing_about()}</p>
                        <a class="button" href=nav.href(Route::New)>{words::enter_new_chat()}</a>
                    </div>
                    {unsent(thread)}
                }.into_any(),
                Stage::Open(thread, timeline) => later_messages(thread_log, move |log| log(thread, timeline.clone())),
            }}
            <Show when=move || !missing.get() && !reads.get()>
                <Composer thread=thread.into() new=new.into() sent/>
            </Show>
            <Show when=move || !missing.get() && reads.get()>
                <p class="chat-readonly">{words::chat_page_readonly()}</p>
            </Show>
        </div>
    }
}
