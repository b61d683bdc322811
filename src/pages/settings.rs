//! The settings: one module for each section, in the order they are shown.

mod account;
mod appearance;
mod data;
mod devices;
mod farewell;
mod models;
mod notifications;
mod profile;

use leptos::prelude::*;

use self::{
    account::Account, appearance::Appearance, data::DataSection, devices::Devices, models::Models,
    notifications::Notifications, profile::Profile,
};
use crate::{
    features::Commands,
    state::{self, Dispatch, Intent, words},
    ui::effect,
};

#[component]
pub(crate) fn SettingsPage() -> impl IntoView {
    let commands = Commands::here();
    Dispatch::here().send(Intent::Account(state::Account::Look));
    on_cleanup(move || commands.forget_section());
    view! {
        <div class="settings">
            <h1>{words::settings()}</h1>
            <Profile/>
            <Appearance/>
            <Models/>
            <Notifications/>
            <DataSection/>
            <Devices/>
            <Account/>
        </div>
    }
}

/// A part of the page with its heading, to which the palette leads; see `src/features/palette/offers.rs`.
#[component]
fn Section(section: &'static str, name: &'static str, children: Children) -> impl IntoView {
    let commands = Commands::here();
    // What somebody wanted to see may be here only now.
    effect(move || commands.show_section());
    view! {
        <section class="settings-section">
            <h2 data-section=section tabindex="-1">{name}</h2>
            {children()}
        </section>
    }
}
