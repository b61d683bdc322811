//! The pages: parameters of the address, and what is composed for them.

mod chat;
mod not_found;
mod settings;
mod shell;
mod sign_in;

use leptos::prelude::*;

use self::{chat::ChatPage, settings::SettingsPage, sign_in::SignInPage};
use crate::ui::part::part;

pub(crate) use self::{not_found::NotFound, shell::Shell};

part! {
    /// Where one signs in.
    sign_in_page: fn() -> AnyView = || view! { <SignInPage/> }.into_any()
}

part! {
    /// The settings.
    settings_page: fn() -> AnyView = || view! { <SettingsPage/> }.into_any()
}
