//! Who else is writing, in one line above the composer.

use leptos::prelude::*;

use crate::state::{Timeline, words};

#[component]
pub(crate) fn Typing(timeline: Timeline) -> impl IntoView {
    let said = Memo::new(move |_| timeline.presence.with(words::typing));
    view! { <p class="typing" role="status" aria-label=words::typing_label()>{said}</p> }
}
