//! The thread list, cut into days.

use leptos::{html, prelude::*};
use weft_protocol::ThreadId;

use super::{
    Connection, Drawer, Nav,
    notices::NoticesButton,
    shortcuts::FindButton,
    thread::{Followed, ThreadItem},
};
use crate::{
    state::{Dispatch, Group, Route, State, words},
    ui::{
        each,
        icon::{Glyph, icon},
        keys,
        skeleton::{Shape, skeleton},
    },
};

/// A thread of the list, and what of it can have the focus while nothing is open in it.
const ROW: &str = ".thread-item";
const STOPS: &str = ".thread-link, .thread-menu";

fn is_on(event: &web_sys::Event, what: &str) -> bool {
    keys::target(event).is_some_and(|on| on.matches(what).unwrap_or_default())
}

#[component]
pub(crate) fn Sidebar(
    /// What is at its edge.
    children: Children,
) -> impl IntoView {
    let drawer = Drawer::here();
    let (state, dispatch) = (State::here(), Dispatch::here());
    let archived = RwSignal::new(false);
    let nav = Nav::here();
    Followed::provide();
    let list = NodeRef::<html::Nav>::new();
    // Which threads are in which group; wakes the list only where that changes.
    let groups = Memo::new(move |_| {
        let days = state.days.get();
        let mut groups: Vec<(Group, Vec<ThreadId>)> = Group::ALL
            .into_iter()
            .map(|group| (group, Vec::new()))
            .collect();
        for id in state.order.get() {
            let Some(thread) = state.thread(id) else {
                continue;
            };
            let group = thread.with(|thread| Group::of(thread, days));
            if let Some((_, ids)) = groups.iter_mut().find(|(kind, _)| *kind == group) {
                ids.push(id);
            }
        }
        groups
    });
    let of = move |kind: Group| {
        let ids = groups.with(|groups| groups.iter().find(|g| g.0 == kind).map(|g| g.1.clone()));
        ids.unwrap_or_default()
    };
    let name = move || {
        let user = state.my_user();
        user.map_or(String::new(), |user| user.called().to_owned())
    };
    view! {
        <aside
            id="sidebar"
            class="sidebar"
            data-open=move || drawer.open.get().to_string()
            on:click=move |event| drawer.clicked(&event)
            on:keydown=move |event| {
                // It closes what is open in the drawer first.
                let is_inside = is_on(&event, ".menu-item, .thread-rename");
                if event.key() == "Escape" && !is_inside && drawer.open.get_untracked() && !has_menu() {
                    drawer.hide();
                }
            }
            on:focusin=move |event| if let Some(list) = list.get_untracked() {
                keys::rove(&list, ROW, STOPS, &event);
            }
        >
            <div class="sidebar-head">
                <span class="brand">{words::weft()}</span>
                <NoticesButton/>
                <button
                    type="button"
                    node_ref=drawer.closer
                    class="sidebar-close icon-button"
                    aria-label=words::sidebar_close()
                    title=words::sidebar_close()
                    on:click=move |_| drawer.hide()
                >{icon(Glyph::PANEL_LEFT)}</button>
            </div>
            <button
                type="button"
                class="new-chat button"
                on:click=move |_| {
                    let thread = dispatch.new_thread();
                    drawer.go(nav, Route::Thread(thread));
                }
            >{icon(Glyph::SQUARE_PEN)} {words::new_chat()}</button>
            <FindButton/>
            <nav
                node_ref=list
                class="threads"
                aria-label=words::sidebar_threads()
                on:keydown=move |event| if let Some(list) = list.get_untracked() && is_on(&event, STOPS) {
                    keys::move_in(&list, ROW, ".thread-link", &event, false);
                }
            >
                {Group::ALL.into_iter().map(|kind| {
                    let ids = Memo::new(move |_| of(kind));
                    let shown = move || kind != Group::Archived || archived.get();
                    view! {
                        <Show when=move || ids.with(|ids| !ids.is_empty())>
                            <section class="thread-group" aria-label=kind.name()>
                                {if kind == Group::Archived {
                                    view! {
                                        <button
                                            type="button"
                                            class="thread-group-name archived-toggle"
                                            aria-expanded=move || archived.get().to_string()
                                            on:click=move |_| archived.update(|open| *open = !*open)
                                        >{kind.name()} {icon(Glyph::CHEVRON_RIGHT)}</button>
                                    }.into_any()
                                } else {
                                    view! { <h2 class="thread-group-name">{kind.name()}</h2> }.into_any()
                                }}
                                <Show when=shown>
                                    <ul class="thread-list">
                                        {each(move || ids.get(), |_, id| view! { <ThreadItem id/> }.into_any())}
                                    </ul>
                                </Show>
                            </section>
                        </Show>
                    }
                }).collect_view()}
                {move || match (state.order.with(Vec::is_empty), state.threads_known.get()) {
                    (false, _) => ().into_any(),
                    (true, true) => view! {
                        <p class="threads-empty">{words::sidebar_empty()}</p>
                    }.into_any(),
                    (true, false) => skeleton(Shape::List),
                }}
            </nav>
            <div class="sidebar-foot">
                <Connection/>
                <a
                    class="settings-link"
                    href=nav.href(Route::Settings)
                    aria-current=move || nav.current(Route::Settings)
                >
                    {icon(Glyph::SETTINGS)}
                    <span class="settings-name">{name}</span>
                    " " {words::settings()}
                </a>
            </div>
            {children()}
        </aside>
    }
}

/// Whether a menu is open.
fn has_menu() -> bool {
    let menu = document().query_selector(":popover-open");
    menu.is_ok_and(|menu| menu.is_some())
}
