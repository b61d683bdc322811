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
use crate::state::{self, Dispatch, Intent};

#[component]
pub(crate) fn SettingsPage() -> impl IntoView {
    Dispatch::here().send(Intent::Account(state::Account::Look));
    view! {
        <div class="settings">
            <h1>"Settings"</h1>
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
