//! What surrounds every page of a signed-in person: the sidebar, or its drawer on a phone.

use leptos::prelude::*;

use super::{ChatPage, join_page, settings_page};
use crate::{
    features::{Nav, Outdated, Sidebar},
    state::Route,
    ui::part::later,
};

#[component]
pub(crate) fn Shell() -> impl IntoView {
    let (open, nav) = (RwSignal::new(false), Nav::here());
    // Threads share one page.
    let page = Memo::new(move |_| match nav.route() {
        Route::Thread(_) => Route::New,
        route => route,
    });
    view! {
        <div class="shell" data-drawer=move || open.get().to_string()>
            <Sidebar open/>
            <div class="scrim" on:click=move |_| open.set(false)></div>
            <main class="main">
                <Outdated/>
                <div class="page">
                    <button
                        type="button"
                        class="sidebar-open icon-button"
                        aria-label="Open sidebar"
                        on:click=move |_| open.set(true)
                    >"☰"</button>
                    {move || match page.get() {
                        Route::Settings => later(settings_page, |page| page()),
                        Route::Join(secret) => later(join_page, move |page| page(secret)),
                        _ => view! { <ChatPage/> }.into_any(),
                    }}
                </div>
            </main>
        </div>
    }
}
