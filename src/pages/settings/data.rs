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
            <h2 id="settings-data" data-section="data" tabindex="-1">"Data"</h2>
            <dl class="data-used">
                <dt>"On this device"</dt>
                <dd>{move || match state.used.get().device {
                    Some(bytes) => words::bytes(bytes),
                    None => "Not known".to_owned(),
                }}</dd>
                <dt>"On the server"</dt>
                <dd>{move || match state.used.get().server {
                    Some(it) => format!(
                        "{}, {}, {} of text",
                        words::counted(it.threads, "chat", "chats"),
                        words::counted(it.messages, "message", "messages"),
                        words::bytes(it.bytes),
                    ),
                    None => "Not known".to_owned(),
                }}</dd>
            </dl>
            <div class="data-row">
                <h3>"Clear cache"</h3>
                <p>"Lets go of the messages that this device keeps, and gets them anew. What is unsent, and what you are writing, stays."</p>
                <button type="button" class="button" prop:disabled=waits on:click=move |_| {
                    want(Data::Clear);
                }>"Clear cache"</button>
            </div>
            <div class="data-row">
                <h3>"Export"</h3>
                <p>"All your chats in one JSON file, with every version of every message. One chat alone is exported in its own settings."</p>
                <button type="button" class="button" prop:disabled=waits on:click=move |_| {
                    want(Data::ExportAll);
                }>"Export everything"</button>
            </div>
            <div class="data-row">
                <h3>"Import"</h3>
                <p>"Chats that were exported as JSON, here or from another server, up to 256 MB. They become yours. A chat that is here already is left as it is."</p>
                <label class="field">
                    <span class="field-label">"File to import"</span>
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
                    <progress class="data-progress" aria-label="Importing" max=of.to_string() value=bytes.to_string()/>
                }.into_any(),
                Moving::Out(_) => view! {
                    <progress class="data-progress" aria-label="Exporting"/>
                }.into_any(),
                _ => ().into_any(),
            }}
            <p class="data-told" role="status" data-tone=move || tone(state.moving.get())>{move || if offline() {
                "This needs the server. It works again once you are connected.".to_owned()
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
        Moving::Out(bytes) => format!("Exporting… {}", words::bytes(bytes)),
        Moving::In(bytes, of) if bytes < of => {
            format!("Importing… {} of {}", words::bytes(bytes), words::bytes(of))
        }
        Moving::In(..) => "Importing…".to_owned(),
        Moving::Saved => "Saved as a file.".to_owned(),
        Moving::Imported(imported) => came(imported),
        Moving::Refused(refused) => refusal(refused),
        Moving::Cleared => "The cache was cleared.".to_owned(),
        Moving::Failed(error) => words::call_error(error),
    }
}

fn came(imported: Imported) -> String {
    let Imported {
        threads,
        messages,
        present,
    } = imported;
    let chats = |count| words::counted(count, "chat", "chats");
    match (threads, present) {
        (0, 0) => "There is no chat in this file.".to_owned(),
        (0, present) => format!(
            "Nothing is new: {} of this file are here already.",
            chats(present)
        ),
        (threads, present) => {
            let messages = words::counted(messages, "message", "messages");
            let new = format!("Imported {} with {messages}.", chats(threads));
            match present {
                0 => new,
                present => format!("{new} {} more were here already.", chats(present)),
            }
        }
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
    let what = match flaw {
        Flaw::NotAnExport => return "This file is no export of Weft.".to_owned(),
        Flaw::TooNew => {
            return "This file was written by a newer version of Weft than this server's."
                .to_owned();
        }
        Flaw::Internal => {
            return "Something went wrong on the server. Try again in a moment.".to_owned();
        }
        Flaw::Garbled => "is not what an export has there",
        Flaw::Cut => "is where the file breaks off",
        Flaw::TooLarge => "is larger than what can be imported",
        Flaw::Title => "has no title, or one that is too long",
        Flaw::Tuning => "has a system prompt or a temperature that is not possible",
        Flaw::Name => "names somebody whose name is empty or too long",
        Flaw::Author => "is by somebody who is not among the chat's people",
        Flaw::Parent => "follows a message that does not come before it",
        Flaw::Repeated => "is there twice",
        Flaw::Text => "has no text, or one that is too long",
        Flaw::Status => "is not complete",
        Flaw::Taken => "was imported before, and has another owner now",
    };
    let which = match (thread, message) {
        (0, _) => "the file".to_owned(),
        (thread, 0) => format!("chat {thread}"),
        (thread, message) => format!("message {message} of chat {thread}"),
    };
    let kept = match before.threads {
        0 => "Nothing was imported.".to_owned(),
        threads => format!(
            "{} before it came in and can stay; nothing of this one did.",
            words::counted(threads, "chat", "chats")
        ),
    };
    format!("Line {line}: {which} {what}. {kept}")
}
