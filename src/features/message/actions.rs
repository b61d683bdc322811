//! What can be done with a message.

use leptos::prelude::*;
use weft_protocol::{ErrorCode, MessageId, Mutation, Role, Status, ThreadId};
use weft_sync::Delivery;

use super::edit::{EditButton, Editing};
use crate::{
    features::Pen,
    state::{Dispatch, Intent, State, words},
};

/// Asks the chosen model for another reply in the place of this one.
pub(super) fn again(state: State, dispatch: Dispatch, thread: ThreadId, id: MessageId) {
    if let Some(model) = untrack(|| state.model(Some(thread))) {
        dispatch.regenerate(thread, id, model);
    } else {
        dispatch.notify(words::message_no_model(), None);
    }
}

#[component]
pub(super) fn Actions(
    thread: ThreadId,
    id: MessageId,
    own: bool,
    reply: bool,
    status: Memo<(Status, Option<ErrorCode>)>,
    body: ArcRwSignal<String>,
    delivery: ArcRwSignal<Delivery>,
    editing: Editing,
) -> impl IntoView {
    let (state, dispatch, pen) = (State::here(), Dispatch::here(), Pen::here());
    let choosing = RwSignal::new(false);
    let settled = Memo::new(move |_| {
        delivery.get() == Delivery::Confirmed && status.get().0 != Status::Streaming
    });
    let role = Memo::new(move |_| state.standing(thread).0);
    let may = Memo::new(move |_| role.get() >= Role::Editor);
    let owns = Memo::new(move |_| role.get() == Role::Owner);
    let quoted = body.clone();
    let copy = move |_| {
        dispatch.send(Intent::Copy(body.get_untracked()));
        dispatch.notify(words::copied(), None);
    };
    view! {
        <div class="message-actions">
            <button
                type="button"
                class="action"
                data-icon="copy"
                aria-label=words::copy()
                title=words::copy()
                on:click=copy
            ></button>
            <button
                type="button"
                class="action"
                data-icon="quote"
                aria-label=words::message_quote()
                title=words::message_quote()
                on:click=move |_| pen.quote(&quoted.read_untracked())
            ></button>
            <Show when=move || settled.get() && may.get()>
                {own.then(|| view! { <EditButton class="action" editing/> })}
                {reply.then(|| view! {
                    <button
                        type="button"
                        class="action"
                        data-icon="again"
                        aria-label=words::message_regenerate()
                        title=words::message_regenerate()
                        on:click=move |_| again(state, dispatch, thread, id)
                    ></button>
                    <button
                        type="button"
                        class="action"
                        data-icon="more"
                        aria-label=words::message_regenerate_otherwise()
                        title=words::message_regenerate_otherwise()
                        aria-expanded=move || choosing.get().to_string()
                        on:click=move |_| choosing.update(|choosing| *choosing = !*choosing)
                    ></button>
                })}
                <Show when=move || own || reply || owns.get()>
                    <button
                        type="button"
                        class="action"
                        data-icon="delete"
                        aria-label=words::delete()
                        title=words::delete()
                        on:click=move |_| {
                            dispatch.mutate(Mutation::DeleteMessage { thread, message: id });
                        }
                    ></button>
                </Show>
            </Show>
            <Show when=move || choosing.get()>
                <div class="message-models" role="group" aria-label=words::message_regenerate_with()>
                    {move || {
                        let choice = |model: &weft_protocol::Model| {
                            let model = model.clone();
                            view! {
                                <button type="button" class="button" title=model.about on:click=move |_| {
                                    choosing.set(false);
                                    dispatch.regenerate(thread, id, model.id.clone());
                                }>{model.name}</button>
                            }.into_any()
                        };
                        state.models.with(|models| models.iter().map(choice).collect::<Vec<_>>())
                    }}
                </div>
            </Show>
        </div>
    }
}
