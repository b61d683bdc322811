//! The shape of what is on its way.

use leptos::prelude::*;
use weft_words as words;

/// What comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Lines of a list.
    List,
    /// Questions and answers.
    Messages,
    /// Paragraphs of a page.
    Page,
}

impl Shape {
    fn word(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Messages => "messages",
            Self::Page => "page",
        }
    }
}

/// The shape of what comes; who does not see it hears that it does.
pub(crate) fn skeleton(shape: Shape) -> AnyView {
    let bars = (0..8).map(|_| view! { <i></i> });
    view! {
        <div class="skeleton" data-shape=shape.word() role="status">
            <span class="visually-hidden">{words::loading()}</span>
            {bars.collect_view()}
        </div>
    }
    .into_any()
}
