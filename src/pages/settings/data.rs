//! A person's data: how much there is, the way out and the way in.

use leptos::{html::Input, prelude::*};
use weft_protocol::api::{Flaw, Imported, NotImported};
use weft_sync::Status;

use crate::state::{Data, Dispatch, Intent, Moving, State, words};

#[component]
pub(super) fn DataSection() -> impl IntoView {
    let (state, dispatch) = (State::here(), Dispatch::here());
    let file = NodeRef::<Input>::new();
    let want = move |data| dispatch.send(Intent::Data(data));
    want(Data::Look);
    let offline = move || state.status.get() != Status::Connected;
    let waits = move || offline() || state.moving.get().is_busy();
    let import = move |_| {
        let Some(input) = file.get_untracked() else {
            return;
        };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            want(Data::Import(file));
        }
        // The same file can be chosen again.
        input.set_value("");
    };
    view! {
        <section class="settings-section data" aria-labelledby="settings-data">
            <h2 id="settings-data" data-section="data" tabindex="-1">{words::settings_data()}</h2>
            <dl class="data-used">
                <dt>{words::settings_data_device()}</dt>
                <dd>{move || match state.used.get().device {
                    Some(bytes) => words::bytes(bytes),
                    None => words::settings_data_unknown().to_owned(),
                }}</dd>
                <dt>{words::settings_data_server()}</dt>
                <dd>{move || match state.used.get().server {
                    Some(it) => words::settings_data_stored(
                        &words::settings_chats(it.threads),
                        &words::settings_messages(it.messages),
                        &words::bytes(it.bytes),
                    ),
                    None => words::settings_data_unknown().to_owned(),
                }}</dd>
            </dl>
            <div class="data-row">
                <h3>{words::settings_clear()}</h3>
                <p>{words::settings_clear_about()}</p>
                <button type="button" class="button" prop:disabled=waits on:click=move |_| {
                    want(Data::Clear);
                }>{words::settings_clear()}</button>
            </div>
            <div class="data-row">
                <h3>{words::settings_export()}</h3>
                <p>{words::settings_export_about()}</p>
                <button type="button" class="button" prop:disabled=waits on:click=move |_| {
                    want(Data::ExportAll);
                }>{words::settings_export_all()}</button>
            </div>
            <div class="data-row">
                <h3>{words::settings_import()}</h3>
                <p>{words::settings_import_about()}</p>
                <label class="field">
                    <span class="field-label">{words::settings_import_file()}</span>
                    <input
                        node_ref=file
                        type="file"
                        accept=".json,application/json"
                        prop:disabled=waits
                        on:change=import
                    />
                </label>
            </div>
            {move || match state.moving.get() {
                Moving::In(bytes, of) => view! {
                    <progress class="data-progress" aria-label=words::settings_importing() max=of.to_string() value=bytes.to_string()/>
                }.into_any(),
                Moving::Out(_) => view! {
                    <progress class="data-progress" aria-label=words::settings_exporting()/>
                }.into_any(),
                _ => ().into_any(),
            }}
            <p class="data-told" role="status" data-tone=move || tone(state.moving.get())>{move || if offline() {
                words::settings_data_offline().to_owned()
            } else {
                told(state.moving.get())
            }}</p>
        </section>
    }
}

fn tone(moving: Moving) -> &'static str {
    match moving {
        Moving::Refused(_) | Moving::Failed(_) => "danger",
        Moving::Saved | Moving::Imported(_) | Moving::Cleared => "good",
        Moving::Idle | Moving::Out(_) | Moving::In(..) => "plain",
    }
}

fn told(moving: Moving) -> String {
    match moving {
        Moving::Idle => String::new(),
        Moving::Out(bytes) => words::settings_export_at(&words::bytes(bytes)),
        Moving::In(bytes, of) if bytes < of => {
            words::settings_import_at(&words::bytes(bytes), &words::bytes(of))
        }
        Moving::In(..) => words::settings_import_sent().to_owned(),
        Moving::Saved => words::settings_export_saved().to_owned(),
        Moving::Imported(imported) => came(imported),
        Moving::Refused(refused) => refusal(refused),
        Moving::Cleared => words::settings_cleared().to_owned(),
        Moving::Failed(error) => words::call_error(error),
    }
}

fn came(imported: Imported) -> String {
    let Imported {
        threads,
        messages,
        present,
    } = imported;
    match threads {
        0 => words::settings_imported_none(present),
        threads => words::settings_imported(
            present,
            &words::settings_chats(threads),
            &words::settings_messages(messages),
        ),
    }
}

fn refusal(refused: NotImported) -> String {
    let NotImported {
        flaw,
        thread,
        message,
        line,
        before,
    } = refused;
    let what: fn(&str) -> String = match flaw {
        Flaw::NotAnExport => return words::settings_import_no_export().to_owned(),
        Flaw::TooNew => return words::settings_import_too_new().to_owned(),
        Flaw::Internal => return words::error_internal_for_now().to_owned(),
        Flaw::Garbled => words::settings_flaw_garbled,
        Flaw::Cut => words::settings_flaw_cut,
        Flaw::TooLarge => words::settings_flaw_too_large,
        Flaw::Title => words::settings_flaw_title,
        Flaw::Tuning => words::settings_flaw_tuning,
        Flaw::Name => words::settings_flaw_name,
        Flaw::Author => words::settings_flaw_author,
        Flaw::Parent => words::settings_flaw_parent,
        Flaw::Repeated => words::settings_flaw_repeated,
        Flaw::Text => words::settings_flaw_text,
        Flaw::Status => words::settings_flaw_status,
        Flaw::Taken => words::settings_flaw_taken,
    };
    let which = match (thread, message) {
        (0, _) => words::settings_flawed_file().to_owned(),
        (thread, 0) => words::settings_flawed_chat(thread),
        (thread, message) => words::settings_flawed_message(message, thread),
    };
    let kept = words::settings_import_kept(before.threads);
    words::settings_import_refused(&line.to_string(), &what(&which), &kept)
}
