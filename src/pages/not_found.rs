//! An address that leads nowhere.

use leptos::prelude::*;

use crate::{
    features::Nav,
    state::Route,
    ui::icon::{Glyph, icon},
};

#[component]
pub(crate) fn NotFound() -> impl IntoView {
    let nav = Nav::here();
    view! {
        <main class="not-found">
            <span class="sign">{icon(Glyph::COMPASS)}</span>
            <h1>"Page not found"</h1>
            <p>"There is nothing at this address."</p>
            <a class="button" href=nav.href(Route::New)>"Start a new chat"</a>
        </main>
    }
}
