//! What the person is told of: a button that counts it, and the list that it opens.

use leptos::{html::Dialog, prelude::*};
use weft_protocol::{About, Mutation, NoticeRow};

use super::{
    Drawer, Nav, Places,
    members::Avatar,
    time::{clock, day},
};
use crate::{
    state::{Dispatch, Route, State, read_all, words},
    ui::{
        each, effect,
        icon::{Glyph, icon},
    },
};

/// Whether the list is open. It is not within the sidebar, which may be folded away.
#[derive(Clone, Copy)]
pub(crate) struct NoticesOpen(pub(crate) RwSignal<bool>);

/// The button, with how many are unread.
#[component]
pub(super) fn NoticesButton() -> impl IntoView {
    let (state, NoticesOpen(open)) = (State::here(), expect_context());
    let unread = Memo::new(move |_| {
        let notices = state.notices.read();
        notices.iter().filter(|row| !row.read).count() as u64
    });
    let label = move || match unread.get() {
        0 => words::notices_title().to_owned(),
        unread => words::notices_unread(unread),
    };
    view! {
        <button
            type="button"
            class="notices-button icon-button"
            aria-haspopup="dialog"
            aria-label=label
            title=words::notices_title()
            on:click=move |_| open.set(true)
        >
            {icon(Glyph::BELL)}
            {move || (unread.get() > 0).then(|| view! {
                <span class="notices-count" aria-hidden="true">{words::count(unread.get())}</span>
            })}
        </button>
    }
}

/// The list.
#[component]
pub(super) fn NoticesPanel(open: RwSignal<bool>) -> impl IntoView {
    let (state, dispatch) = (State::here(), Dispatch::here());
    let dialog = NodeRef::<Dialog>::new();
    effect(move || {
        if let Some(dialog) = dialog.get() {
            // Fails only where it is open already.
            let _ = dialog.show_modal();
        }
    });
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let none_unread = move || state.notices.read().iter().all(|row| row.read);
    let read = move |_| {
        for (thread, through) in state.notices.with_untracked(|all| read_all(all)) {
            dispatch.mutate(Mutation::MarkNoticesRead { thread, through });
        }
    };
    view! {
        <dialog
            node_ref=dialog
            class="dialog notices"
            aria-labelledby="notices-title"
            on:close=move |_| open.set(false)
        >
            <div class="notices-head">
                <h2 id="notices-title">{words::notices_title()}</h2>
                <button
                    type="button"
                    class="button"
                    data-variant="quiet"
                    prop:disabled=none_unread
                    on:click=read
                >{words::notices_read_all()}</button>
                <button
                    type="button"
                    class="icon-button"
                    aria-label=words::close()
                    title=words::close()
                    on:click=move |_| close()
                >{icon(Glyph::X)}</button>
            </div>
            <ul class="notice-list">
                {each(
                    move || state.notices.read().iter().map(|row| u128::from(row.n)).collect(),
                    move |_, n: u128| view! { <Notice n close=Callback::new(move |()| close())/> }.into_any(),
                )}
            </ul>
            <Show when=move || state.notices.read().is_empty()>
                <p class="notices-empty">{words::notices_empty()}</p>
            </Show>
        </dialog>
    }
}

/// One of them. It leads to what it tells of.
#[component]
fn Notice(n: u128, close: Callback<()>) -> impl IntoView {
    let (state, nav, places) = (State::here(), Nav::here(), Places::here());
    let drawer = Drawer::here();
    let row = Memo::new(move |_| {
        let notices = state.notices.read();
        notices.iter().find(|row| u128::from(row.n) == n).cloned()
    });
    let Some(first) = row.get_untracked() else {
        return ().into_any();
    };
    let NoticeRow {
        thread,
        about,
        created_at,
        ..
    } = first.clone();
    let read = move || row.with(|row| row.as_ref().is_none_or(|row| row.read));
    let sign = match about.clone() {
        About::Mention { by: user, .. }
        | About::Added { by: user }
        | About::Joined { who: user } => view! { <Avatar user/> }.into_any(),
        About::Reply { .. } => {
            view! { <span class="notice-sign">{icon(Glyph::SPARKLES)}</span> }.into_any()
        }
    };
    let at = move || {
        if created_at >= state.days.get().today {
            clock(created_at)
        } else {
            day(created_at)
        }
    };
    let go = move |event: web_sys::MouseEvent| {
        if event.ctrl_key() || event.meta_key() || event.shift_key() {
            return;
        }
        event.prevent_default();
        close.run(());
        places.lead(state, thread, first.place());
        drawer.go(nav, Route::Thread(thread));
    };
    view! {
        <li>
            <a
                class="notice"
                href=nav.href(Route::Thread(thread))
                data-read=move || read().to_string()
                on:click=go
            >
                {sign}
                <span class="notice-words">
                    <span class="notice-says">{move || state.says(&about)}</span>
                    <span class="notice-of">{move || state.title(thread)}</span>
                </span>
                <time class="notice-at">{at}</time>
                {move || (!read()).then(|| view! {
                    <span class="notice-dot" role="img" aria-label=words::notices_new()></span>
                })}
            </a>
        </li>
    }
    .into_any()
}
