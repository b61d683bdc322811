//! How the client stands to the server, in one word.

use leptos::prelude::*;
use weft_sync::Status;

use crate::state::State;

#[component]
pub(crate) fn Connection() -> impl IntoView {
    let status = State::here().status;
    let (word, tone) = (
        move || match status.get() {
            Status::Connected => "Connected",
            Status::Reconnecting | Status::SignedOut => "Reconnecting",
            Status::Offline => "Offline",
            Status::TooOld => "Reload to update",
        },
        move || match status.get() {
            Status::Connected => "connected",
            Status::Reconnecting | Status::SignedOut => "reconnecting",
            Status::Offline | Status::TooOld => "offline",
        },
    );
    view! {
        <div class="connection" role="status" aria-label="Connection" data-status=tone>
            <span class="connection-dot" aria-hidden="true"></span>
            <span>{word}</span>
        </div>
    }
}
