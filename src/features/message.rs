//! One message: who, when, the text, where it stands, and what can be done with it.

mod actions;
mod edit;
mod siblings;

use leptos::prelude::*;
use weft_protocol::{Author, MemberRow, MessageId, Status, ThreadId, User, UserId};
use weft_sync::Delivery;

use self::{
    actions::{Actions, again},
    edit::{Edit, EditButton, Editing},
    siblings::Siblings,
};
use super::{members::Avatar, time::clock};

pub(crate) use self::siblings::Switched;
use crate::{
    state::{Dispatch, Intent, Row, State, words},
    text::Markdown,
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
    let people = untrack(|| state.timeline(thread)).map(|timeline| timeline.people);
    let faces = people.clone();
    let author = Memo::new({
        let head = head.clone();
        move |_| head.with(|head| name(state, people.as_ref(), &head.author))
    });
    let me = untrack(|| state.me());
    let other = head.with_untracked(|head| match head.author {
        Author::User(user) if Some(user) != me => Some(user),
        _ => None,
    });
    let kind = head.with_untracked(|head| match head.author {
        Author::User(user) if Some(user) != me => "member",
        Author::User(_) => "user",
        Author::Assistant(_) => "assistant",
        Author::System => "system",
    });
    let status = Memo::new({
        let head = head.clone();
        move |_| head.with(|head| (head.status, head.error))
    });
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
            tabindex="-1"
            data-status=move || word(status.get().0)
            aria-label=move || format!("{}, {}", author.get(), at.get())
            aria-busy=move || (status.get().0 == Status::Streaming).to_string()
        >
            <header class="message-head">
                {other.map(|id| {
                    let people = faces.clone();
                    let face = Memo::new(move |_| person(state, people.as_ref(), id));
                    move || view! { <Avatar user=face.get().unwrap_or_else(|| User::deleted(id))/> }
                })}
                <h2 class="message-author">{author}</h2>
                <time class="message-time">{at}</time>
            </header>
            {move || if editing.open.get() {
                view! { <Edit thread id text=text.get_untracked() delivery=written.clone() editing/> }.into_any()
            } else {
                let body = text.clone();
                view! {
                    <div class="message-body" dir="auto">
                        <Markdown
                            body
                            open=Signal::derive(move || status.get().0 == Status::Streaming)
                            copy=move |code| dispatch.send(Intent::Copy(code))
                        />
                    </div>
                }.into_any()
            }}
            <Show when=move || waiting.get()>
                <p class="message-thinking" aria-hidden="true"><i></i><i></i><i></i></p>
            </Show>
            <Ending thread id status/>
            <DeliveryState id delivery=delivery.clone() editing/>
            <Siblings thread id head=head.clone()/>
            <Actions thread id own={kind == "user"} reply={kind == "assistant"} status body delivery editing/>
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

/// Who somebody of the thread is, as far as that is known.
fn person(state: State, people: Option<&ArcRwSignal<Vec<MemberRow>>>, id: UserId) -> Option<User> {
    let me = state.my_user().filter(|user| user.id == id);
    me.or_else(|| {
        let member = people?.with(|all| all.iter().find(|it| it.user.id == id).cloned());
        member.map(|member| member.user)
    })
}

fn name(state: State, people: Option<&ArcRwSignal<Vec<MemberRow>>>, author: &Author) -> String {
    match author {
        Author::User(id) => match person(state, people, *id) {
            Some(user) => words::person(&user).to_owned(),
            None => words::message_member().to_owned(),
        },
        Author::Assistant(model) => state.model_name(model),
        Author::System => words::weft().to_owned(),
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
            Status::Stopped => error.map_or_else(words::message_stopped, words::error),
            Status::Failed => error.map_or_else(words::message_failed, words::error),
        };
        Some(view! {
            <div class="message-ending" data-status=word(status)>
                <span>{text}</span>
                <button type="button" class="button" on:click=move |_| again(state, dispatch, thread, id)>
                    {words::message_retry()}
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
        Delivery::Sending => view! { <p class="delivery" data-delivery="sending">{words::message_sending()}</p> }.into_any(),
        Delivery::Queued => view! {
            <div class="delivery" data-delivery="queued">
                <span>{words::message_queued()}</span>
                <EditButton class="button" editing/>
            </div>
        }.into_any(),
        Delivery::Failed(code) => view! {
            <div class="delivery" data-delivery="failed">
                <span>{words::message_unsent()}</span>
                <span class="delivery-why">{words::error(code)}</span>
                <span class="delivery-actions">
                    <button type="button" class="button" on:click=move |_| dispatch.send(Intent::Retry(id))>
                        {words::message_retry()}
                    </button>
                    <EditButton class="button" editing/>
                    <button type="button" class="button" on:click=move |_| dispatch.send(Intent::Discard(id))>
                        {words::message_discard()}
                    </button>
                </span>
            </div>
        }.into_any(),
    }
    }
}
