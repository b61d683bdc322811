//! How the client stands to the server, in one word.

use leptos::prelude::*;
use weft_sync::Status;

use crate::state::{State, words};

#[component]
pub(crate) fn Connection() -> impl IntoView {
    let status = State::here().status;
    let (word, tone) = (
        move || match status.get() {
            Status::Connected => words::connection_connected(),
            Status::Reconnecting | Status::SignedOut => words::connection_reconnecting(),
            Status::Offline => words::connection_offline(),
            Status::TooOld => words::connection_too_old(),
        },
        move || match status.get() {
            Status::Connected => "connected",
            Status::Reconnecting | Status::SignedOut => "reconnecting",
            Status::Offline | Status::TooOld => "offline",
        },
    );
    view! {
        <div class="connection" role="status" aria-label=words::connection_label() data-status=tone>
            <span class="connection-dot" aria-hidden="true"></span>
            <span>{word}</span>
        </div>
    }
}
