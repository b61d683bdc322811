//! How the app looks on this device: kept by the device, shown on the page's root, and followed by its tabs.
//!
//! Invariant: what is kept is shown before the first paint by the script of `index.html`, which knows the same names.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;

use super::local;
use crate::state::{
    Choice, Look, State, Theme,
    project::{self, Fact},
};

/// What is kept under these names is a device's own, whoever signs in or out.
pub(super) const NAMES: [&str; 7] = [
    "theme", "contrast", "density", "text", "side", "folded", "language",
];

/// Shows what is kept, and what another tab keeps from here on.
pub(super) fn remember(state: State) {
    recall(state);
    // Dropping the handle leaves the listener in place.
    let _ = window_event_listener(ev::storage, move |event| {
        let key = event.key();
        let name = key.as_deref().map(|key| key.strip_prefix("weft."));
        // Without a key all of it is gone.
        if name.is_none_or(|name| name.is_some_and(|name| NAMES.contains(&name))) {
            recall(state);
        }
    });
}

/// The width that was kept. Whole numbers are kept: to read others takes a table of 10 KiB.
fn side(kept: String) -> Option<u16> {
    let side: u16 = kept.parse().ok()?;
    Some(Look::side(side.into()))
}

fn recall(state: State) {
    let theme = kept("theme");
    let look = Look {
        contrast: kept("contrast"),
        density: kept("density"),
        text: kept("text"),
        side: local::read("side").and_then(side),
        folded: local::read("folded").is_some(),
    };
    show(theme, look);
    project::record(&state, Fact::Theme(theme));
    project::record(&state, Fact::Look(look));
}

fn kept<T: Choice>(name: &str) -> T {
    T::parse(&local::read(name).unwrap_or_default())
}

/// Keeps and shows the colours.
pub(super) fn choose_theme(state: State, theme: Theme) {
    local::write("theme", theme.as_str());
    show(theme, state.look.get_untracked());
    project::record(&state, Fact::Theme(theme));
}

/// Keeps and shows the rest.
pub(super) fn choose(state: State, look: Look) {
    let Look {
        contrast,
        density,
        text,
        side,
        folded,
    } = look;
    let side = side.map(|side| side.to_string());
    for (name, value) in [
        ("contrast", Some(contrast.as_str())),
        ("density", Some(density.as_str())),
        ("text", Some(text.as_str())),
        ("side", side.as_deref()),
        ("folded", folded.then_some("1")),
    ] {
        match value {
            // Written only where it changes: other tabs hear of it.
            Some(value) if local::read(name).as_deref() != Some(value) => local::write(name, value),
            None => local::remove(name),
            _ => {}
        }
    }
    show(state.theme.get_untracked(), look);
    project::record(&state, Fact::Look(look));
}

fn show(theme: Theme, look: Look) {
    let root = document().document_element();
    let Some(root) = root.and_then(|root| root.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    // Attributes and properties of ours can be set.
    for (name, value) in [
        ("data-theme", theme.as_str()),
        ("data-contrast", look.contrast.as_str()),
        ("data-density", look.density.as_str()),
        ("data-text", look.text.as_str()),
    ] {
        let _ = root.set_attribute(name, value);
    }
    let _ = root.toggle_attribute_with_force("data-folded", look.folded);
    let _ = match look.side {
        Some(side) => root.style().set_property("--side", &format!("{side}px")),
        None => root.style().remove_property("--side").map(drop),
    };
}
