//! An address that leads nowhere.

use leptos::prelude::*;

use crate::{features::Nav, state::Route};

#[component]
pub(crate) fn NotFound() -> impl IntoView {
    // Outside the router's route there is no address bar to ask.
    let nav = use_context::<Nav>();
    view! {
        <main class="not-found">
            <h1>"Page not found"</h1>
            <p>"There is nothing at this address."</p>
            <a class="button" href=nav.map(|nav| nav.href(Route::New))>"Start a new chat"</a>
        </main>
    }
}
