//! What is said where the server no longer understands this version of the app: reading and writing go
//! on, and a newer version sends what waits.

use leptos::prelude::*;
use weft_sync::Status;

use crate::{
    state::{Dispatch, Intent, State, words},
    ui::icon::{Glyph, icon},
};

#[component]
pub(crate) fn Outdated() -> impl IntoView {
    let (state, dispatch) = (State::here(), Dispatch::here());
    let too_old = Memo::new(move |_| state.status.get() == Status::TooOld);
    view! {
        <Show when=move || too_old.get()>
            <div class="outdated" role="alert">
                {icon(Glyph::TRIANGLE_ALERT)}
                <p>{move || words::outdated(state.keeping.get())}</p>
                <button
                    type="button"
                    class="button"
                    data-variant="primary"
                    on:click=move |_| dispatch.send(Intent::Reload)
                >{words::reload()}</button>
            </div>
        </Show>
    }
}
