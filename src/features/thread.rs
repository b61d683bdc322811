//! One thread of the sidebar: its link, its menu, and renaming it in place.

use leptos::{
    html::{A, Input},
    prelude::*,
};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use weft_protocol::{Mutation, Role, ThreadId};

use super::Nav;
use crate::{
    state::{Dispatch, Route, State, words},
    ui::{
        effect,
        icon::{Glyph, icon},
    },
};

/// The thread that gets the focus once it is in the list again: what had it is in another part of the list.
#[derive(Clone, Copy)]
pub(super) struct Followed(StoredValue<Option<ThreadId>>);

impl Followed {
    /// For use above all threads of the list, once.
    pub(super) fn provide() {
        provide_context(Self(StoredValue::new(None)));
    }

    /// Keeps the focus on a thread that may be about to move.
    fn follow(self, thread: ThreadId) {
        self.0.set_value(Some(thread));
    }

    /// Whether this is the thread.
    fn is(self, thread: ThreadId) -> bool {
        let is = self.0.get_value() == Some(thread);
        if is {
            self.0.set_value(None);
        }
        is
    }
}

#[component]
pub(super) fn ThreadItem(id: ThreadId) -> impl IntoView {
    let (renaming, nav) = (RwSignal::new(false), Nav::here());
    let Some(thread) = State::here().thread(id) else {
        return ().into_any();
    };
    // Whoever renames by the keyboard is back at the link afterwards, and so is who moves it in the list.
    let followed = expect_context::<Followed>().is(id);
    let (link, back) = (NodeRef::<A>::new(), StoredValue::new(followed));
    effect(move || {
        if let Some(link) = link.get()
            && back.get_value()
        {
            back.set_value(false);
            let _ = link.focus();
        }
    });
    let (title, generating, unread) = (thread.clone(), thread.clone(), thread.clone());
    let (before, online) = (thread.clone(), thread.clone());
    view! {
        <li class="thread-item">
            {move || if renaming.get() {
                let title = before.with_untracked(|thread| thread.row.title.clone());
                view! { <Rename id title renaming back/> }.into_any()
            } else {
                let (title, generating, unread) = (title.clone(), generating.clone(), unread.clone());
                let online = online.clone();
                view! {
                    <a
                        node_ref=link
                        class="thread-link"
                        href=nav.href(Route::Thread(id))
                        aria-current=move || nav.current(Route::Thread(id))
                    >
                        <span class="thread-title">
                            {move || title.with(|thread| thread.row.title.clone())}
                        </span>
                        {move || online.with(|thread| thread.online).then(|| view! {
                            <span class="thread-online" role="img" aria-label=words::thread_online()></span>
                        })}
                        {move || generating.with(|thread| thread.row.generating > 0).then(|| view! {
                            <span class="thread-generating">{words::thread_generating()}</span>
                        })}
                        {move || {
                            let (unread, muted) = unread.with(|thread| (thread.row.unread, thread.row.muted));
                            (unread > 0).then(|| view! {
                                <span
                                    class="thread-unread"
                                    data-muted=muted.to_string()
                                    aria-label=words::thread_unread(unread)
                                    role="img"
                                >{words::count(unread)}</span>
                            })
                        }}
                    </a>
                }.into_any()
            }}
            <ThreadMenu id thread renaming/>
        </li>
    }
    .into_any()
}

#[component]
fn Rename(
    id: ThreadId,
    title: String,
    renaming: RwSignal<bool>,
    back: StoredValue<bool>,
) -> impl IntoView {
    let dispatch = Dispatch::here();
    let input = NodeRef::<Input>::new();
    let before = StoredValue::new(title.clone());
    let save = move || {
        let Some(title) = input.get_untracked().map(|input| input.value()) else {
            return;
        };
        let title: String = title.trim().chars().take(120).collect();
        if !title.is_empty() && before.with_value(|before| *before != title) {
            dispatch.mutate(Mutation::RenameThread { thread: id, title });
        }
    };
    effect(move || {
        if let Some(input) = input.get() {
            let _ = input.focus();
            input.select();
        }
    });
    view! {
        <input
            node_ref=input
            class="thread-rename"
            aria-label=words::thread_title()
            maxlength="120"
            value=title
            on:keydown=move |event| match event.key().as_str() {
                "Enter" if !event.is_composing() => {
                    save();
                    back.set_value(true);
                    renaming.set(false);
                }
                "Escape" => {
                    // The drawer that it may be in stays.
                    event.stop_propagation();
                    back.set_value(true);
                    renaming.set(false);
                }
                _ => {}
            }
            on:blur=move |_| if renaming.try_get_untracked() == Some(true) {
                save();
                renaming.set(false);
            }
        />
    }
}

/// Puts the focus beside the thread that an event came from: on one next to it, or on "New chat".
fn step_aside(event: &web_sys::MouseEvent) {
    let target = event.target().and_then(|it| it.dyn_into::<Element>().ok());
    let inside = |item: Element| item.query_selector(".thread-link").ok()?;
    let beside = target.and_then(|target| {
        let item = target.closest("li").ok()??;
        item.next_element_sibling()
            .and_then(inside)
            .or_else(|| item.previous_element_sibling().and_then(inside))
            .or_else(|| {
                target
                    .closest(".sidebar")
                    .ok()??
                    .query_selector(".new-chat")
                    .ok()?
            })
    });
    if let Some(beside) = beside.and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
        let _ = beside.focus();
    }
}

#[component]
fn ThreadMenu(
    id: ThreadId,
    thread: ArcRwSignal<weft_sync::ThreadView>,
    renaming: RwSignal<bool>,
) -> impl IntoView {
    let (state, dispatch) = (State::here(), Dispatch::here());
    let menu = format!("menu-{id}");
    let target = menu.clone();
    let (label, pin, archive) = (thread.clone(), thread.clone(), thread.clone());
    let (pinned, archived) = (thread.clone(), thread.clone());
    let (mute, muted) = (thread.clone(), thread.clone());
    let (mark, marked) = (thread.clone(), thread);
    let (nav, followed) = (Nav::here(), expect_context::<Followed>());
    let delete = move |event: web_sys::MouseEvent| {
        if untrack(|| nav.route()) == Route::Thread(id) {
            // There the text box takes the focus.
            nav.go(Route::New);
        } else {
            step_aside(&event);
        }
        dispatch.mutate(Mutation::DeleteThread { thread: id });
        dispatch.notify(
            words::thread_deleted(),
            Some((words::undo(), Mutation::RestoreThread { thread: id })),
        );
    };
    view! {
        <button
            type="button"
            class="thread-menu icon-button"
            aria-label=move || label.with(|t| words::thread_options(&t.row.title))
            popovertarget=target.clone()
        >{icon(Glyph::ELLIPSIS)}</button>
        <div class="menu" id=menu popover="auto">
            <button type="button" class="menu-item" popovertarget=target.clone() on:click=move |_| {
                let pinned = pinned.with_untracked(|t| !t.row.pinned);
                followed.follow(id);
                dispatch.mutate(Mutation::PinThread { thread: id, pinned });
            }>
                {icon(Glyph::PIN)}
                {move || pin.with(|t| {
                    if t.row.pinned { words::thread_unpin() } else { words::thread_pin() }
                })}
            </button>
            <button type="button" class="menu-item" popovertarget=target.clone() on:click=move |_| {
                renaming.set(true);
            }>{icon(Glyph::PENCIL)} {words::thread_rename()}</button>
            <button type="button" class="menu-item" popovertarget=target.clone() on:click=move |_| {
                let (unread, last) = marked.with_untracked(|t| (t.row.unread, t.row.last));
                dispatch.mutate(if unread > 0 {
                    Mutation::MarkRead { thread: id, through: last }
                } else {
                    Mutation::MarkUnread { thread: id, from: last }
                });
            }>
                {icon(Glyph::MAIL_OPEN)}
                {move || mark.with(|t| {
                    if t.row.unread > 0 { words::thread_mark_read() } else { words::thread_mark_unread() }
                })}
            </button>
            <button type="button" class="menu-item" popovertarget=target.clone() on:click=move |_| {
                let muted = muted.with_untracked(|t| !t.row.muted);
                dispatch.mutate(Mutation::MuteThread { thread: id, muted });
            }>
                {icon(Glyph::BELL_OFF)}
                {move || mute.with(|t| {
                    if t.row.muted { words::thread_unmute() } else { words::thread_mute() }
                })}
            </button>
            <button type="button" class="menu-item" popovertarget=target.clone() on:click=move |event| {
                let archived = archived.with_untracked(|t| !t.row.archived);
                if archived {
                    step_aside(&event);
                } else {
                    followed.follow(id);
                }
                dispatch.mutate(Mutation::ArchiveThread { thread: id, archived });
            }>
                {icon(Glyph::ARCHIVE)}
                {move || archive.with(|t| {
                    if t.row.archived { words::thread_unarchive() } else { words::thread_archive() }
                })}
            </button>
            <Show when=move || state.standing(id).0 == Role::Owner>
                <button
                    type="button"
                    class="menu-item"
                    data-tone="danger"
                    popovertarget=target.clone()
                    on:click=delete
                >{icon(Glyph::TRASH)} {words::delete()}</button>
            </Show>
        </div>
    }
}
