//! How models are asked: the two fields that say it, and the dialog in which a thread says it and is taken out.

use leptos::{
    html::{Dialog, Input, Textarea},
    prelude::*,
};
use weft_protocol::{MessageId, Mutation, Role, ThreadId, Tuning, limits::MAX_SYSTEM_BYTES};
use weft_sync::{Delivery, Status};

use crate::{
    state::{Data, Dispatch, Form, Intent, Moving, State, Timeline, words},
    ui::{
        effect,
        icon::{Glyph, icon},
    },
};

/// The fields in which somebody says how models are asked.
#[derive(Clone, Copy)]
pub(crate) struct Fields {
    system: NodeRef<Textarea>,
    temperature: NodeRef<Input>,
}

impl Fields {
    pub(crate) fn new() -> Self {
        Self {
            system: NodeRef::new(),
            temperature: NodeRef::new(),
        }
    }

    /// What they say; nothing where that is not possible.
    pub(crate) fn tuning(self) -> Option<Tuning> {
        let system = self.system.get_untracked()?.value();
        // Not a number where the field is empty.
        let hundredths = (self.temperature.get_untracked()?.value_as_number() * 100.0).round();
        if hundredths < 0.0 {
            return None;
        }
        let tuning = Tuning {
            temperature: (!hundredths.is_nan()).then_some(hundredths as u32),
            system,
        };
        tuning.check().ok().map(|()| tuning)
    }

    /// Shows this in them.
    fn show(self, tuning: &Tuning) {
        if let Some(system) = self.system.get_untracked() {
            system.set_value(&tuning.system);
        }
        if let Some(temperature) = self.temperature.get_untracked() {
            let number = tuning.temperature.map_or(f64::NAN, f64::from);
            temperature.set_value_as_number(number / 100.0);
        }
    }
}

/// The system prompt and the temperature. They show `tuning`, and show it again when that changes; `unsaid` is in the
/// place of a temperature that nothing is said of.
#[component]
pub(crate) fn TuningFields(
    fields: Fields,
    #[prop(into)] tuning: Signal<Tuning>,
    #[prop(into)] locked: Signal<bool>,
    unsaid: &'static str,
) -> impl IntoView {
    effect(move || {
        let tuning = tuning.get();
        fields.system.track();
        fields.show(&tuning);
    });
    view! {
        <div class="field-hinted">
            <label class="field">
                <span class="field-label">{words::tuning_system()}</span>
                <textarea
                    node_ref=fields.system
                    rows="4"
                    maxlength=MAX_SYSTEM_BYTES.to_string()
                    aria-describedby="system-hint"
                    prop:disabled=locked
                ></textarea>
            </label>
            <p id="system-hint" class="field-help">
                {words::tuning_system_hint()}
            </p>
        </div>
        <div class="field-hinted">
            <label class="field">
                <span class="field-label">{words::tuning_temperature()}</span>
                <input
                    node_ref=fields.temperature
                    type="number"
                    min="0"
                    max="2"
                    step="0.05"
                    inputmode="decimal"
                    placeholder=unsaid
                    aria-describedby="temperature-hint"
                    prop:disabled=locked
                />
            </label>
            <p id="temperature-hint" class="field-help">
                {words::tuning_temperature_hint()}
            </p>
        </div>
    }
}

/// The button that opens a thread's settings, and they.
#[component]
pub(crate) fn ChatSettings(thread: ThreadId, timeline: Timeline) -> impl IntoView {
    let (state, dispatch) = (State::here(), Dispatch::here());
    let dialog = NodeRef::<Dialog>::new();
    let (fields, refused) = (Fields::new(), RwSignal::new(false));
    // Whether something was taken out since it was opened.
    let exported = RwSignal::new(false);
    let tuning = timeline.tuning.clone();
    let tuning = Signal::derive(move || tuning.get());
    let reads = Memo::new(move |_| {
        state.order.track();
        state.standing(thread).0 == Role::Viewer
    });
    let open = move |_| {
        refused.set(false);
        exported.set(false);
        // What was typed the last time and not saved is not there any more.
        fields.show(&tuning.get_untracked());
        if let Some(dialog) = dialog.get_untracked() {
            // Fails only where it is open already.
            let _ = dialog.show_modal();
        }
    };
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let save = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let Some(tuning) = fields.tuning() else {
            return refused.set(true);
        };
        dispatch.mutate(Mutation::TuneThread { thread, tuning });
        close();
    };
    let export = move |form: Form| {
        exported.set(true);
        let title = state
            .thread(thread)
            .map(|row| row.with_untracked(|t| t.row.title.clone()));
        let title = title.unwrap_or_else(|| "chat".to_owned());
        dispatch.send(Intent::Data(Data::Export(thread, title, form)));
    };
    // The path that is shown is the one through the last message of it that the server has.
    let shown = move || {
        let has = |id: &MessageId| {
            let row = timeline.row(*id);
            row.is_some_and(|row| row.delivery.get_untracked() == Delivery::Confirmed)
        };
        let order = timeline.order.get_untracked();
        order.into_iter().rev().find(has)
    };
    let offline = move || state.status.get() != Status::Connected;
    let waits = move || offline() || state.moving.get().is_busy();
    view! {
        <button
            type="button"
            class="icon-button"
            aria-haspopup="dialog"
            aria-label=words::tuning_chat()
            title=words::tuning_chat()
            on:click=open
        >
            {icon(Glyph::SETTINGS_2)}
        </button>
        <dialog node_ref=dialog class="dialog chat-settings" aria-labelledby="chat-settings-title">
            <h2 id="chat-settings-title">{words::tuning_chat()}</h2>
            <form on:submit=save>
                <p>{move || if reads.get() {
                    words::tuning_chat_read()
                } else {
                    words::tuning_chat_about()
                }}</p>
                <TuningFields fields tuning locked=reads unsaid=words::tuning_chat_unsaid()/>
                <p class="form-error" role="alert">{move || refused.get().then(words::tuning_refused)}</p>
                <Show when=move || !reads.get()>
                    <button type="submit" class="button" data-variant="primary">{words::save()}</button>
                </Show>
            </form>
            <section aria-labelledby="chat-export-title">
                <h3 id="chat-export-title">{words::settings_export()}</h3>
                <p>{words::tuning_export_about()}</p>
                <div class="data-actions">
                    <button type="button" class="button" prop:disabled=waits on:click=move |_| {
                        export(Form::Markdown(shown()));
                    }>{words::tuning_export_markdown()}</button>
                    <button type="button" class="button" prop:disabled=waits on:click=move |_| {
                        export(Form::Json);
                    }>{words::tuning_export_json()}</button>
                </div>
                <p role="status">{move || if offline() {
                    words::tuning_export_offline().to_owned()
                } else {
                    match state.moving.get() {
                        Moving::Out(bytes) => words::settings_export_at(&words::bytes(bytes)),
                        Moving::Saved if exported.get() => words::settings_export_saved().to_owned(),
                        Moving::Failed(error) if exported.get() => words::call_error(error),
                        _ => String::new(),
                    }
                }}</p>
            </section>
            <div class="dialog-actions">
                <button type="button" class="button" on:click=move |_| close()>{words::close()}</button>
            </div>
        </dialog>
    }
}
