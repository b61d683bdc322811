//! A formula: its source, until the painter has set it.

use leptos::{html::Span, prelude::*};

use super::painter::{Formula, Painter};

/// A formula, within a line or by itself.
pub fn formula(source: String, display: bool) -> AnyView {
    let place = NodeRef::<Span>::new();
    if let Some(painter) = Painter::here() {
        let source = source.clone();
        Effect::new(move |_| {
            if let Some(element) = place.get() {
                (painter.formula)(Formula {
                    element: (*element).clone().into(),
                    source: source.clone(),
                    display,
                });
            }
        });
    }
    view! {
        <span class="md-math" data-display=display.then_some("block") node_ref=place>
            <code class="md-math">{source}</code>
        </span>
    }
    .into_any()
}
