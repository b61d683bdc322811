//! The ways a message was said, or a reply was made: which of them is shown, and the way to the others.

use leptos::{html::Button, prelude::*};
use weft_protocol::{MessageId, ThreadId};
use weft_sync::{Head, Seek};

use crate::{
    state::{Dispatch, Intent, words},
    ui::{
        effect,
        icon::{Glyph, icon},
    },
};

/// Which button of which sibling gets the focus once it is there: the one that was pressed is gone.
#[derive(Clone, Copy)]
pub(crate) struct Switched(StoredValue<Option<(MessageId, bool)>>);

impl Switched {
    /// For use above all messages, once.
    pub(crate) fn provide() {
        provide_context(Self(StoredValue::new(None)));
    }
}

#[component]
pub(super) fn Siblings(thread: ThreadId, id: MessageId, head: ArcRwSignal<Head>) -> impl IntoView {
    let all = Memo::new(move |_| head.with(|head| (head.siblings.clone(), head.depth)));
    let some = Memo::new(move |_| all.with(|(all, _)| all.len() > 1));
    move || {
        some.get().then(|| {
            view! {
                <div class="siblings" role="group" aria-label=words::message_versions()>
                    <Step thread id all next=false/>
                    <span>
                        {move || all.with(|(all, _)| {
                            let at = all.iter().position(|other| *other == id).map_or(0, |at| at + 1);
                            words::message_version(at as u64, all.len() as u64)
                        })}
                    </span>
                    <Step thread id all next=true/>
                </div>
            }
        })
    }
}

#[component]
fn Step(
    thread: ThreadId,
    id: MessageId,
    all: Memo<(Vec<MessageId>, u64)>,
    next: bool,
) -> impl IntoView {
    let (dispatch, Switched(switched)) = (Dispatch::here(), expect_context());
    let button = NodeRef::<Button>::new();
    let to = Memo::new(move |_| {
        all.with(|(all, _)| {
            let at = all.iter().position(|other| *other == id)?;
            let to = if next { at + 1 } else { at.checked_sub(1)? };
            all.get(to).copied()
        })
    });
    effect(move || {
        if let Some(button) = button.get()
            && switched.get_value() == Some((id, next))
        {
            switched.set_value(None);
            let _ = button.focus();
        }
    });
    let go = move |_| {
        if let Some(message) = to.get_untracked() {
            let depth = all.with_untracked(|(_, depth)| *depth);
            switched.set_value(Some((message, next)));
            dispatch.send(Intent::Seek(thread, Seek::Branch { message, depth }));
        }
    };
    let (name, glyph) = if next {
        (words::message_next_version(), Glyph::CHEVRON_RIGHT)
    } else {
        (words::message_previous_version(), Glyph::CHEVRON_LEFT)
    };
    view! {
        <button
            type="button"
            class="action"
            node_ref=button
            aria-label=name
            aria-disabled=move || to.get().is_none().to_string()
            on:click=go
        >{icon(glyph)}</button>
    }
}
