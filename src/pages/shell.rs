//! What surrounds every page of a signed-in person: the sidebar, or its drawer on a phone.

use leptos::{html::Div, prelude::*};
use web_sys::HtmlElement;
use weft_sync::Status;

use super::{ChatPage, join_page, settings_page};
use crate::{
    features::{Commands, Drawer, Nav, NoticesOpen, Outdated, Pen, Shortcuts, Sidebar, notices},
    state::{Dispatch, Intent, Look, Route, State, words},
    ui::{
        icon::{Glyph, icon},
        part::{later_page, quietly},
        splitter::Splitter,
    },
};

/// Pulled to less than this, in CSS pixels, the sidebar is folded away.
const FOLDS: f64 = 130.0;

#[component]
pub(crate) fn Shell() -> impl IntoView {
    let (state, dispatch, nav) = (State::here(), Dispatch::here(), Nav::here());
    let (drawer, shell) = (Drawer::provide(), NodeRef::<Div>::new());
    let told = RwSignal::new(false);
    provide_context(NoticesOpen(told));
    Pen::provide();
    Commands::provide();
    // Threads share one page.
    let page = Memo::new(move |_| match nav.route() {
        Route::Thread(_) => Route::New,
        route => route,
    });
    let width = Signal::derive(move || state.look.get().side.unwrap_or(Look::SIDE));
    let pulled = move |(to, stays): (f64, bool)| {
        let Some(style) = shell.get_untracked().map(|it| HtmlElement::style(&it)) else {
            return;
        };
        // Until it stays there nobody else is to know. A length can be set.
        let _ = match stays {
            false => style.set_property("--side", &format!("{}px", Look::side(to))),
            true => style.remove_property("--side").map(drop),
        };
        if stays && to < FOLDS {
            drawer.hide();
        } else if stays {
            let mut look = state.look.get_untracked();
            look.side = Some(Look::side(to)).filter(|side| *side != Look::SIDE);
            dispatch.send(Intent::Look(look));
        }
    };
    view! {
        <div node_ref=shell class="shell" data-drawer=move || drawer.open.get().to_string()>
            <Sidebar>
                <Splitter
                    label=words::shell_sidebar_width()
                    of="sidebar"
                    width
                    range=Look::SIDES
                    usual=Look::SIDE
                    moved=Callback::new(pulled)
                    fold=Callback::new(move |()| drawer.hide())
                />
            </Sidebar>
            <div class="scrim" on:click=move |_| drawer.hide()></div>
            <main class="main" prop:inert=move || drawer.open.get()>
                <Outdated/>
                <div class="page">
                    <button
                        type="button"
                        node_ref=drawer.opener
                        class="sidebar-open icon-button"
                        aria-label=words::shell_sidebar_open()
                        title=words::shell_sidebar_open()
                        data-status=move || (state.status.get() != Status::Connected).then_some("away")
                        on:click=move |_| drawer.show()
                    >{icon(Glyph::PANEL_LEFT)}</button>
                    {move || match page.get() {
                        Route::Settings => later_page(settings_page, |page| page()),
                        Route::Join(secret) => later_page(join_page, move |page| page(secret)),
                        _ => view! { <ChatPage/> }.into_any(),
                    }}
                </div>
            </main>
            <Shortcuts/>
            {move || told.get().then(|| quietly(notices, move |panel| panel(told)))}
        </div>
    }
}
