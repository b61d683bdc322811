//! What surrounds every page of a signed-in person: the sidebar, or its drawer on a phone.

use leptos::prelude::*;

use super::{ChatPage, settings_page};
use crate::{
    features::{Nav, Outdated, Sidebar},
    state::Route,
    ui::part::later,
};

#[component]
pub(crate) fn Shell() -> impl IntoView {
    let (open, nav) = (RwSignal::new(false), Nav::here());
    let settings = Memo::new(move |_| nav.route() == Route::Settings);
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
                    {move || if settings.get() {
                        later(settings_page, |page| page())
                    } else {
                        view! { <ChatPage/> }.into_any()
                    }}
                </div>
            </main>
        </div>
    }
}
