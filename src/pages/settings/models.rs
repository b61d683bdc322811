//! Which model is asked, and how, where a thread says nothing else.

use leptos::{html::Select, prelude::*};
use weft_protocol::{Defaults, Mutation};

use crate::{
    features::{Fields, TuningFields},
    state::{Dispatch, State, words},
};

#[component]
pub(super) fn Models() -> impl IntoView {
    let (state, dispatch) = (State::here(), Dispatch::here());
    let (model, fields) = (NodeRef::<Select>::new(), Fields::new());
    // Whether what was entered last was taken.
    let saved = RwSignal::new(None);
    let default = Memo::new(move |_| {
        state
            .defaults
            .with(|it| it.model.clone().unwrap_or_default())
    });
    let tuning = Memo::new(move |_| state.defaults.with(|it| it.tuning.clone()));
    let options = move || {
        let option = |id: String, name: String| {
            let of = id.clone();
            view! {
                <option value=id prop:selected=move || default.with(|it| *it == of)>{name}</option>
            }
            .into_any()
        };
        let mut options = vec![option(
            String::new(),
            words::settings_model_last().to_owned(),
        )];
        let models = state.models.get();
        let default = default.get();
        if !default.is_empty() && models.iter().all(|model| model.id != default) {
            options.push(option(
                default.clone(),
                words::settings_model_gone(&default),
            ));
        }
        options.extend(
            models
                .iter()
                .map(|it| option(it.id.clone(), it.name.clone())),
        );
        options
    };
    let save = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let (Some(model), Some(tuning)) = (model.get_untracked(), fields.tuning()) else {
            return saved.set(Some(false));
        };
        let model = Some(model.value()).filter(|model| !model.is_empty());
        let defaults = Defaults { model, tuning };
        dispatch.mutate(Mutation::SetDefaults { defaults });
        saved.set(Some(true));
    };
    view! {
        <section class="settings-section" aria-labelledby="settings-models">
            <h2 id="settings-models" data-section="models" tabindex="-1">{words::settings_models()}</h2>
            <p class="settings-note">{words::settings_models_note()}</p>
            <form on:submit=save on:input=move |_| saved.set(None)>
                <label class="field">
                    <span class="field-label">{words::settings_model()}</span>
                    <select
                        node_ref=model
                        prop:value=move || {
                            // Set again once the options are there.
                            state.models.track();
                            default.get()
                        }
                    >{options}</select>
                </label>
                <TuningFields fields tuning locked=false unsaid=words::settings_model_unsaid()/>
                <p
                    role="status"
                    class=move || if saved.get() == Some(false) { "form-error" } else { "form-done" }
                >{move || match saved.get() {
                    Some(true) => words::settings_models_saved(),
                    Some(false) => words::tuning_refused(),
                    None => "",
                }}</p>
                <button type="submit" class="button">{words::save()}</button>
            </form>
        </section>
    }
}
