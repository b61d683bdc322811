//! The settings: one module for each section, in the order they are shown.

mod account;
mod appearance;
mod notifications;

use leptos::prelude::*;

use self::{account::Account, appearance::Appearance, notifications::Notifications};

#[component]
pub(crate) fn SettingsPage() -> impl IntoView {
    view! {
        <div class="settings">
            <h1>"Settings"</h1>
            <Appearance/>
            <Notifications/>
            <Account/>
        </div>
    }
}

/// A part of the page with its heading.
#[component]
fn Section(name: &'static str, children: Children) -> impl IntoView {
    view! {
        <section class="settings-section">
            <h2>{name}</h2>
            {children()}
        </section>
    }
}
