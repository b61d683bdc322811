//! Which model is asked.

use leptos::prelude::*;
use weft_protocol::ThreadId;

use crate::state::{Dispatch, Intent, State};

#[component]
pub(crate) fn ModelPicker(thread: Signal<Option<ThreadId>>) -> impl IntoView {
    let (state, dispatch) = (State::here(), Dispatch::here());
    let chosen = Memo::new(move |_| state.model(thread.get()).unwrap_or_default());
    view! {
        <select
            class="model-picker"
            aria-label="Model"
            prop:value=move || {
                // Set again once the options are there.
                state.models.track();
                chosen.get()
            }
            on:change=move |event| {
                let model = event_target_value(&event);
                dispatch.send(Intent::Model(thread.get_untracked(), model));
            }
        >
            <For
                each=move || state.models.get().as_ref().clone()
                key=|model| model.id.clone()
                children=move |model| {
                    let id = model.id.clone();
                    view! {
                        <option
                            value=model.id
                            title=model.about
                            prop:selected=move || chosen.with(|chosen| chosen == &id)
                        >{model.name}</option>
                    }
                }
            />
        </select>
    }
}
