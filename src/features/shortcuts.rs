//! Hears the keys that are shortcuts, and shows what they call up.
//!
//! Invariant: a key that something on the page has used, or that an input method is composing with, is no shortcut;
//! while a dialog is open none is, but the one that closes what it opened.

pub(super) mod sheet;

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast as _;
use web_sys::{
    HtmlElement, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement, KeyboardEvent,
};

use super::{
    Pen,
    commands::{Commands, Panel},
    palette, rename, shortcut_sheet,
};
use crate::{
    state::{Chord, Focus, Press, Shortcut, words},
    ui::{
        icon::{Glyph, icon},
        keys::{hear_menus, target},
        part::later,
    },
};

/// What a key of the mouse and the fields without text are.
const NOT_WRITTEN: [&str; 9] = [
    "button", "checkbox", "color", "file", "image", "radio", "range", "reset", "submit",
];

#[component]
pub(crate) fn Shortcuts() -> impl IntoView {
    let commands = Commands::here();
    let heard = window_event_listener(ev::keydown, move |event| hear(commands, &event));
    on_cleanup(move || heard.remove());
    hear_menus();
    let panels = commands.panels;
    let closed = move |_| {
        // It may be open again by now.
        if !panels.is_open() {
            panels.shown.set(None);
            // Where what had the focus before is gone, one goes on writing.
            let nowhere = document()
                .active_element()
                .is_none_or(|it| it.tag_name() == "BODY");
            if nowhere {
                commands.pen.take();
            }
        }
    };
    // A press beside the panel is one on the dialog itself.
    let beside = move |event: web_sys::MouseEvent| {
        if target(&event).is_some_and(|on| on.is_instance_of::<web_sys::HtmlDialogElement>()) {
            panels.close();
        }
    };
    view! {
        <dialog
            node_ref=panels.dialog
            class="dialog panel"
            aria-label=move || match panels.shown.get() {
                Some(Panel::Palette) => words::palette_title(),
                Some(Panel::Sheet) => words::shortcuts_title(),
                Some(Panel::Rename(_)) => words::palette_rename_title(),
                None => "",
            }
            on:close=closed
            on:click=beside
        >
            {move || panels.shown.get().map(|panel| match panel {
                Panel::Palette => later(palette, |it| it()),
                Panel::Sheet => later(shortcut_sheet, |it| it()),
                Panel::Rename(thread) => later(rename, move |it| it(thread)),
            })}
        </dialog>
    }
}

fn hear(commands: Commands, event: &KeyboardEvent) {
    // While an input method composes, keys are the method's own (229: Safari); AltGr writes.
    let composing = event.is_composing() || event.key_code() == 229;
    if event.default_prevented() || composing || event.get_modifier_state("AltGraph") {
        return;
    }
    let (key, code) = (event.key(), event.code());
    let press = Press {
        key: &key,
        code: &code,
        ctrl: event.ctrl_key(),
        alt: event.alt_key(),
        shift: event.shift_key(),
        meta: event.meta_key(),
    };
    let on = target(event);
    let focus = on
        .as_ref()
        .map_or(Focus::Page, |on| focus(commands.pen, on));
    let Some(shortcut) = Shortcut::of(commands.platform, &press, focus) else {
        return;
    };
    let panels = commands.panels;
    if shortcut == Shortcut::Palette && panels.is_open() {
        event.prevent_default();
        return panels.close();
    }
    let is_dialog = matches!(document().query_selector("dialog[open]"), Ok(Some(_)));
    // The arrows open what there is to choose from.
    let chooses = on.is_some_and(|on| on.is_instance_of::<HtmlSelectElement>());
    if is_dialog || chooses && key.starts_with("Arrow") {
        return;
    }
    let again =
        event.repeat() && !matches!(shortcut, Shortcut::PreviousThread | Shortcut::NextThread);
    if again || commands.run(shortcut) {
        event.prevent_default();
    }
}

/// Where the focus is that is on this.
fn focus(pen: Pen, on: &HtmlElement) -> Focus {
    if let Some(area) = on.dyn_ref::<HtmlTextAreaElement>() {
        let empty = area.value().is_empty();
        return if pen.area().as_ref() == Some(area) {
            Focus::Composer { empty }
        } else {
            Focus::Field { empty }
        };
    }
    if let Some(input) = on.dyn_ref::<HtmlInputElement>() {
        let empty = input.value().is_empty();
        return if NOT_WRITTEN.contains(&input.type_().as_str()) {
            Focus::Page
        } else {
            Focus::Field { empty }
        };
    }
    if on.is_content_editable() {
        return Focus::Field { empty: false };
    }
    Focus::Page
}

/// The keys of a chord, as they are on the keyboard, and as they are said.
#[component]
pub(super) fn Keys(chord: Chord) -> impl IntoView {
    let keys = chord.names(Commands::here().platform).into_iter();
    let keys = keys.map(|(shown, said)| {
        if shown == said {
            view! { <kbd>{shown}</kbd> }.into_any()
        } else {
            view! { <kbd><span aria-hidden="true">{shown}</span><span class="sr-only">{said}</span></kbd> }
                .into_any()
        }
    });
    view! { <span class="keys">{keys.collect_view()}</span> }
}

/// What opens the palette without a keyboard.
#[component]
pub(super) fn FindButton() -> impl IntoView {
    let commands = Commands::here();
    let chord = Shortcut::Palette.chord(commands.platform);
    view! {
        <button
            type="button"
            class="find button"
            aria-haspopup="dialog"
            aria-keyshortcuts=chord.map(|chord| chord.aria())
            on:click=move |_| commands.panels.show(Panel::Palette)
        >
            <span class="find-word">{icon(Glyph::SEARCH)} {words::search()}</span>
            {chord.map(|chord| view! { <span aria-hidden="true"><Keys chord/></span> })}
        </button>
    }
}
