//! An address that leads nowhere.

use leptos::prelude::*;

use crate::{
    features::Nav,
    state::{Route, words},
    ui::icon::{Glyph, icon},
};

#[component]
pub(crate) fn NotFound() -> impl IntoView {
    let nav = Nav::here();
    view! {
        <main class="not-found">
            <span class="sign">{icon(Glyph::COMPASS)}</span>
            <h1>{words::enter_not_found()}</h1>
            <p>{words::enter_not_found_about()}</p>
            <a class="button" href=nav.href(Route::New)>{words::enter_new_chat()}</a>
        </main>
    }
}
