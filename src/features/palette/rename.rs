//! A new name for a thread.

use leptos::{html::Input, prelude::*};
use weft_protocol::{Mutation, ThreadId};

use super::Commands;
use crate::{state::words, ui::effect};

#[component]
pub(crate) fn Rename(thread: ThreadId) -> impl IntoView {
    let commands = Commands::here();
    let row = commands.state.thread(thread);
    let title = row.map(|row| row.with_untracked(|it| it.row.title.clone()));
    let title = title.unwrap_or_default();
    let input = NodeRef::<Input>::new();
    effect(move || {
        if let Some(input) = input.get() {
            let _ = input.focus();
            input.select();
        }
    });
    let before = title.clone();
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let title = input.get_untracked().map(|input| input.value());
        let title = title.unwrap_or_default().trim().to_owned();
        if !title.is_empty() && title != before {
            commands
                .dispatch
                .mutate(Mutation::RenameThread { thread, title });
        }
        commands.panels.close();
    };
    view! {
        <form class="rename" on:submit=save>
            <label class="field">
                <span class="field-label">{words::palette_rename_name()}</span>
                <input node_ref=input autocomplete="off" maxlength="120" value=title/>
            </label>
            <div class="dialog-actions">
                <button type="button" class="button" on:click=move |_| commands.panels.close()>
                    {words::cancel()}
                </button>
                <button type="submit" class="button" data-variant="primary">
                    {words::thread_rename()}
                </button>
            </div>
        </form>
    }
}
