//! One message: who, when, the text, where it stands, and what can be done with it.

use leptos::{
    html::{Button, Textarea},
    prelude::*,
};
use weft_protocol::{Author, MessageId, Mutation, Status, ThreadId};
use weft_sync::Delivery;

use super::{composer::Pen, time::clock};
use crate::{
    state::{Dispatch, Intent, Row, Session, State, words},
    text::{Growing, Markdown},
};

#[component]
pub(super) fn MessageArticle(thread: ThreadId, row: Row) -> impl IntoView {
    let (state, dispatch) = (State::here(), Dispatch::here());
    let Row {
        id,
        head,
        body,
        delivery,
    } = row;
    let editing = Editing::new();
    let at = Memo::new({
        let head = head.clone();
        move |_| head.with(|head| clock(head.created_at))
    });
    let author = Memo::new({
        let head = head.clone();
        move |_| head.with(|head| name(state, &head.author))
    });
    let kind = head.with_untracked(|head| match head.author {
        Author::User(_) => "user",
        Author::Assistant(_) => "assistant",
        Author::System => "system",
    });
    let status = Memo::new({
        let head = head.clone();
        move |_| head.with(|head| (head.status, head.error))
    });
    provide_context(Growing(Signal::derive(move || {
        status.get().0 == Status::Streaming
    })));
    let waiting = Memo::new({
        let body = body.clone();
        move |_| status.get().0 == Status::Streaming && body.with(String::is_empty)
    });
    let (text, written) = (body.clone(), delivery.clone());
    view! {
        <article
            class="message"
            data-author=kind
            data-message=id.to_string()
            data-status=move || word(status.get().0)
            aria-label=move || format!("{}, {}", author.get(), at.get())
            aria-busy=move || (status.get().0 == Status::Streaming).to_string()
        >
            <header class="message-head">
                <span class="message-author">{author}</span>
                <time class="message-time">{at}</time>
            </header>
            {move || if editing.open.get() {
                view! { <Edit thread id text=text.get_untracked() delivery=written.clone() editing/> }.into_any()
            } else {
                let body = text.clone();
                view! {
                    <div class="message-body">
                        <Markdown body copy=move |code| dispatch.send(Intent::Copy(code))/>
                    </div>
                }.into_any()
            }}
            <Show when=move || waiting.get()>
                <p class="message-thinking" aria-hidden="true"><i></i><i></i><i></i></p>
            </Show>
            <Ending thread id status/>
            <DeliveryState id delivery=delivery.clone() editing/>
            <Actions thread id own={kind == "user"} status body delivery editing/>
        </article>
    }
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Complete => "complete",
        Status::Streaming => "streaming",
        Status::Stopped => "stopped",
        Status::Failed => "failed",
    }
}

fn name(state: State, author: &Author) -> String {
    match author {
        Author::User(id) => match state.session.get() {
            Session::SignedIn(Some(user)) if user.id == *id => user.name,
            _ => "Member".to_owned(),
        },
        Author::Assistant(model) => state.model_name(model),
        Author::System => "Weft".to_owned(),
    }
}

/// Asks the reply's model, or the chosen one where that is no longer offered.
fn again(state: State, dispatch: Dispatch, thread: ThreadId, id: MessageId) {
    if let Some(model) = untrack(|| state.model(Some(thread))) {
        dispatch.regenerate(thread, id, model);
    } else {
        dispatch.notify("There is no model to ask.", None);
    }
}

/// How a reply ended, where it did not end well.
#[component]
fn Ending(
    thread: ThreadId,
    id: MessageId,
    status: Memo<(Status, Option<weft_protocol::ErrorCode>)>,
) -> impl IntoView {
    let (state, dispatch) = (State::here(), Dispatch::here());
    move || {
        let (status, error) = status.get();
        let text = match status {
            Status::Complete | Status::Streaming => return None,
            Status::Stopped => error.map_or("Stopped.", words::error),
            Status::Failed => error.map_or("The reply failed.", words::error),
        };
        Some(view! {
            <div class="message-ending" data-status=word(status)>
                <span>{text}</span>
                <button type="button" class="button" on:click=move |_| again(state, dispatch, thread, id)>
                    "Retry"
                </button>
            </div>
        })
    }
}

/// Where a message of this person stands, until the server has it.
#[component]
fn DeliveryState(
    id: MessageId,
    delivery: ArcRwSignal<Delivery>,
    editing: Editing,
) -> impl IntoView {
    let dispatch = Dispatch::here();
    move || {
        match delivery.get() {
        Delivery::Confirmed => ().into_any(),
        Delivery::Sending => view! { <p class="delivery" data-delivery="sending">"Sending"</p> }.into_any(),
        Delivery::Queued => view! {
            <div class="delivery" data-delivery="queued">
                <span>"Queued"</span>
                <EditButton class="button" editing/>
            </div>
        }.into_any(),
        Delivery::Failed(code) => view! {
            <div class="delivery" data-delivery="failed">
                <span>"Failed"</span>
                <span class="delivery-why">{words::error(code)}</span>
                <span class="delivery-actions">
                    <button type="button" class="button" on:click=move |_| dispatch.send(Intent::Retry(id))>
                        "Retry"
                    </button>
                    <EditButton class="button" editing/>
                    <button type="button" class="button" on:click=move |_| dispatch.send(Intent::Discard(id))>
                        "Discard"
                    </button>
                </span>
            </div>
        }.into_any(),
    }
    }
}

#[component]
fn Actions(
    thread: ThreadId,
    id: MessageId,
    own: bool,
    status: Memo<(Status, Option<weft_protocol::ErrorCode>)>,
    body: ArcRwSignal<String>,
    delivery: ArcRwSignal<Delivery>,
    editing: Editing,
) -> impl IntoView {
    let (state, dispatch) = (State::here(), Dispatch::here());
    let settled = Memo::new(move |_| {
        delivery.get() == Delivery::Confirmed && status.get().0 != Status::Streaming
    });
    let copy = move |_| {
        dispatch.send(Intent::Copy(body.get_untracked()));
        dispatch.notify("Copied", None);
    };
    view! {
        <div class="message-actions">
            <button type="button" class="action" on:click=copy>"Copy"</button>
            <Show when=move || settled.get()>
                {own.then(|| view! { <EditButton class="action" editing/> })}
                {(!own).then(|| view! {
                    <button
                        type="button"
                        class="action"
                        on:click=move |_| again(state, dispatch, thread, id)
                    >"Regenerate"</button>
                })}
                <button type="button" class="action" on:click=move |_| {
                    dispatch.mutate(Mutation::DeleteMessage { thread, message: id });
                }>"Delete"</button>
            </Show>
        </div>
    }
}

/// Whether a message's text is being changed, and the way back from there.
#[derive(Clone, Copy)]
struct Editing {
    open: RwSignal<bool>,
    opener: NodeRef<Button>,
    /// Whether the opener gets the focus when it is there again.
    back: StoredValue<bool>,
}

impl Editing {
    fn new() -> Self {
        let editing = Self {
            open: RwSignal::new(false),
            opener: NodeRef::new(),
            back: StoredValue::new(false),
        };
        Effect::new(move |_| {
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
fn EditButton(class: &'static str, editing: Editing) -> impl IntoView {
    view! {
        <Show when=move || !editing.open.get()>
            <button
                type="button"
                node_ref=editing.opener
                class=class
                on:click=move |_| editing.open.set(true)
            >"Edit"</button>
        </Show>
    }
}

/// Where a text is changed. What becomes of the message is decided when it is saved, by where it stands
/// then; until then nothing becomes of it.
#[component]
fn Edit(
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
            dispatch.notify(
                if fits {
                    "The text is empty."
                } else {
                    "The text is too long."
                },
                None,
            );
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
        if delivery.with_value(|delivery| delivery.get_untracked()) == Delivery::Sending {
            pen.take();
        } else {
            editing.back.set_value(true);
        }
        editing.open.set(false);
    };
    Effect::new(move |_| {
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
                aria-label="Edit message"
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
                <button type="button" class="button" on:click=move |_| cancel()>"Cancel"</button>
                <button type="submit" class="button" data-variant="primary">"Save"</button>
            </div>
        </form>
    }
}
