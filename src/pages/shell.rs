//! What surrounds every page of a signed-in person: the sidebar, or its drawer on a phone.

use leptos::prelude::*;
use leptos_router::{components::Redirect, nested_router::Outlet};

use crate::{
    features::Sidebar,
    state::{Session, State},
};

#[component]
pub(crate) fn Shell() -> impl IntoView {
    let state = State::here();
    let open = RwSignal::new(false);
    let stage = Memo::new(move |_| match state.session.get() {
        Session::Unknown => None,
        Session::SignedOut => Some(false),
        Session::SignedIn(_) => Some(true),
    });
    move || match stage.get() {
        None => view! { <div class="splash" role="status">"Loading…"</div> }.into_any(),
        Some(false) => view! { <Redirect path="/sign-in"/> }.into_any(),
        Some(true) => view! {
            <div class="shell" data-drawer=move || open.get().to_string()>
                <Sidebar open/>
                <div class="scrim" on:click=move |_| open.set(false)></div>
                <main class="main">
                    <button
                        type="button"
                        class="sidebar-open icon-button"
                        aria-label="Open sidebar"
                        on:click=move |_| open.set(true)
                    >"☰"</button>
                    <Outlet/>
                </main>
            </div>
        }
        .into_any(),
    }
}
