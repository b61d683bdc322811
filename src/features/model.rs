//! Which model is asked.

use leptos::prelude::*;
use weft_protocol::{Model, ThreadId};

use crate::state::{Dispatch, Intent, State, words};

#[component]
pub(crate) fn ModelPicker(thread: Signal<Option<ThreadId>>) -> impl IntoView {
    let (state, dispatch) = (State::here(), Dispatch::here());
    let chosen = Memo::new(move |_| state.model(thread.get()).unwrap_or_default());
    view! {
        <select
            class="model-picker"
            aria-label=words::model_label()
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
            {move || {
                let option = |model: &Model| {
                    let id = model.id.clone();
                    view! {
                        <option
                            value=model.id.clone()
                            title=model.about.clone()
                            prop:selected=move || chosen.with(|chosen| chosen == &id)
                        >{model.name.clone()}</option>
                    }.into_any()
                };
                state.models.with(|models| models.iter().map(option).collect::<Vec<_>>())
            }}
        </select>
    }
}
