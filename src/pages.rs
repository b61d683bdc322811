//! The pages: parameters of the address, and what is composed for them.

mod chat;
#[cfg(feature = "dev-ui")]
mod gallery;
mod join;
mod not_found;
mod settings;
mod shell;
mod sign_in;

use leptos::prelude::*;

use self::{chat::ChatPage, join::JoinPage, settings::SettingsPage, sign_in::SignInPage};
use crate::ui::part::part;

#[cfg(feature = "dev-ui")]
pub(crate) use self::gallery::Gallery;
pub(crate) use self::{not_found::NotFound, shell::Shell};

part! {
    /// Where one signs in.
    pub(crate) sign_in_page in enter: fn() -> AnyView = || view! { <SignInPage/> }.into_any()
}

part! {
    /// The settings.
    pub(crate) settings_page in settings: fn() -> AnyView = || view! { <SettingsPage/> }.into_any()
}

part! {
    /// Becoming a member of a thread by a link.
    pub(crate) join_page in enter: fn(u128) -> AnyView = |secret| view! { <JoinPage secret/> }.into_any()
}
