//! The pages: parameters of the address, and what is composed for them.

mod chat;
mod not_found;
mod settings;
mod shell;
mod sign_in;

pub(crate) use self::{
    chat::ChatPage, not_found::NotFound, settings::SettingsPage, shell::Shell, sign_in::SignInPage,
};
