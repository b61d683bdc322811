//! An edge between two parts of a page, to be pulled by the pointer or moved by the keys.

use leptos::{ev, html::Div, prelude::*};

/// How far a key moves it, in CSS pixels.
const STEP: f64 = 16.0;

/// A pull: where the pointer and the edge were when it began, and where the edge is by now.
#[derive(Clone, Copy)]
struct Pull {
    from: i32,
    began: f64,
    at: f64,
}

/// The width of what is before it, as a separator that has a value.
#[component]
pub(crate) fn Splitter(
    /// What it is called.
    label: &'static str,
    /// The id of the part whose width it is.
    of: &'static str,
    /// The width, in CSS pixels.
    #[prop(into)]
    width: Signal<u16>,
    /// The least and the most of it.
    range: (u16, u16),
    /// The width that it usually has: a double click goes back to it.
    usual: u16,
    /// Is told each width that it is pulled to, and whether it stays there.
    moved: Callback<(f64, bool)>,
    /// Enter folds the part away.
    fold: Callback<()>,
) -> impl IntoView {
    let edge = NodeRef::<Div>::new();
    let pull = RwSignal::new(None::<Pull>);
    // Where one reads from the right, the part is on the right.
    let sign = move || {
        let rtl = edge
            .get_untracked()
            .and_then(|edge| edge.closest("[dir=rtl]").ok()?);
        if rtl.is_some() { -1.0 } else { 1.0 }
    };
    let now = move || {
        pull.get()
            .map_or_else(|| f64::from(width.get()), |pull| pull.at)
    };
    let clamped = move |at: f64| at.clamp(range.0.into(), range.1.into());
    let begin = move |event: ev::PointerEvent| {
        if event.button() != 0 {
            return;
        }
        if let Some(edge) = edge.get_untracked() {
            // Fails only for a pointer that is gone by now.
            let _ = edge.set_pointer_capture(event.pointer_id());
        }
        let at = f64::from(width.get_untracked());
        pull.set(Some(Pull {
            from: event.client_x(),
            began: at,
            at,
        }));
    };
    let drag = move |event: ev::PointerEvent| {
        if let Some(mut held) = pull.get_untracked() {
            held.at = held.began + sign() * f64::from(event.client_x() - held.from);
            moved.run((held.at, false));
            pull.set(Some(held));
        }
    };
    let end = move |_| {
        if let Some(held) = pull.get_untracked() {
            pull.set(None);
            moved.run((held.at, true));
        }
    };
    let key = move |event: ev::KeyboardEvent| {
        let at = f64::from(width.get_untracked());
        let to = match event.key().as_str() {
            "ArrowLeft" => at - sign() * STEP,
            "ArrowRight" => at + sign() * STEP,
            "Home" => range.0.into(),
            "End" => range.1.into(),
            "Enter" => {
                event.prevent_default();
                return fold.run(());
            }
            _ => return,
        };
        event.prevent_default();
        moved.run((clamped(to), true));
    };
    view! {
        <div
            node_ref=edge
            class="splitter"
            role="separator"
            tabindex="0"
            aria-orientation="vertical"
            aria-label=label
            aria-controls=of
            aria-valuemin=range.0.to_string()
            aria-valuemax=range.1.to_string()
            aria-valuenow=move || (clamped(now()) as u16).to_string()
            data-moving=move || pull.get().map(|_| "")
            on:pointerdown=begin
            on:pointermove=drag
            on:pointerup=end
            on:pointercancel=end
            on:dblclick=move |_| moved.run((usual.into(), true))
            on:keydown=key
        ></div>
    }
}
