//! Changing a text in its place.

use leptos::{
    html::{Button, Textarea},
    prelude::*,
};
use weft_protocol::{ErrorCode, MessageId, ThreadId};
use weft_sync::Delivery;

use crate::{
    features::Pen,
    state::{Dispatch, State, words},
    ui::effect,
};

/// Whether a message's text is being changed, and the way back from there.
#[derive(Clone, Copy)]
pub(super) struct Editing {
    pub(super) open: RwSignal<bool>,
    opener: NodeRef<Button>,
    /// Whether the opener gets the focus when it is there again.
    back: StoredValue<bool>,
    /// Whether it was opened for somebody who was writing.
    called: StoredValue<bool>,
}

impl Editing {
    pub(super) fn new() -> Self {
        let editing = Self {
            open: RwSignal::new(false),
            opener: NodeRef::new(),
            back: StoredValue::new(false),
            called: StoredValue::new(false),
        };
        effect(move || {
            if let Some(opener) = editing.opener.get()
                && editing.back.get_value()
            {
                editing.back.set_value(false);
                let _ = opener.focus();
            }
        });
        editing
    }
}

#[component]
pub(super) fn EditButton(class: &'static str, editing: Editing) -> impl IntoView {
    view! {
        <Show when=move || !editing.open.get()>
            <button
                type="button"
                node_ref=editing.opener
                class=class
                data-icon=(class == "action").then_some("edit")
                aria-label=words::edit()
                title=words::edit()
                data-command="edit"
                on:click=move |event| {
                    // A shortcut presses it, not a person.
                    editing.called.set_value(!event.is_trusted());
                    editing.open.set(true);
                }
            >{(class != "action").then(words::edit)}</button>
        </Show>
    }
}

/// Where a text is changed. What becomes of the message is decided when it is saved, by where it stands
/// then; until then nothing becomes of it.
#[component]
pub(super) fn Edit(
    thread: ThreadId,
    id: MessageId,
    text: String,
    delivery: ArcRwSignal<Delivery>,
    editing: Editing,
) -> impl IntoView {
    let (state, dispatch, pen) = (State::here(), Dispatch::here(), Pen::here());
    let area = NodeRef::<Textarea>::new();
    let save = move || {
        let Some(text) = area.get_untracked().map(|area| area.value()) else {
            return;
        };
        let fits = text.len()
            <= state
                .limits
                .with_value(|limits| limits.message_bytes as usize);
        if text.trim().is_empty() || !fits {
            let code = if fits {
                ErrorCode::EmptyText
            } else {
                ErrorCode::TextTooLong
            };
            dispatch.notify(words::error(code), None);
            return;
        }
        dispatch.edit(thread, id, text, untrack(|| state.model(Some(thread))));
        // The message that had the editor gives way to another.
        pen.take();
        editing.open.set(false);
    };
    let delivery = StoredValue::new(delivery);
    let cancel = move || {
        // What is on its way cannot be edited, so that there is nothing to go back to.
        let is_gone = delivery.with_value(|delivery| delivery.get_untracked()) == Delivery::Sending;
        if is_gone || editing.called.get_value() {
            pen.take();
        } else {
            editing.back.set_value(true);
        }
        editing.open.set(false);
    };
    effect(move || {
        if let Some(area) = area.get() {
            let _ = area.focus();
        }
    });
    view! {
        <form class="message-edit" on:submit=move |event| {
            event.prevent_default();
            save();
        }>
            <textarea
                node_ref=area
                aria-label=words::message_edit()
                rows="3"
                prop:value=text
                on:keydown=move |event| match event.key().as_str() {
                    "Enter" if !event.shift_key() && !event.is_composing() => {
                        event.prevent_default();
                        save();
                    }
                    "Escape" => cancel(),
                    _ => {}
                }
            ></textarea>
            <div class="message-edit-actions">
                <button type="button" class="button" on:click=move |_| cancel()>{words::cancel()}</button>
                <button type="submit" class="button" data-variant="primary">{words::save()}</button>
            </div>
        </form>
    }
}
