//! The arrows in lists and menus.
//!
//! Invariant: a list is one stop of the Tab key, however long it is, from when the focus came near it first.

use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast as _, closure::Closure};
use web_sys::{Element, Event, HtmlElement, KeyboardEvent, ToggleEvent};

/// What menus are, and what is in them.
const MENU: &str = ".menu[popover]";
const MENU_ITEM: &str = ".menu-item";

/// The element that an event came to.
pub(crate) fn target(event: &Event) -> Option<HtmlElement> {
    event.target()?.dyn_into().ok()
}

fn all(within: &Element, items: &str) -> Vec<HtmlElement> {
    let Ok(found) = within.query_selector_all(items) else {
        return Vec::new();
    };
    let found = (0..found.length()).filter_map(|at| found.item(at));
    found.filter_map(|it| it.dyn_into().ok()).collect()
}

fn focus(on: Option<&HtmlElement>) -> bool {
    // What cannot have the focus leaves it where it is.
    on.is_some_and(|on| on.focus().is_ok())
}

/// Moves the focus to another of the items of a list, if one of its keys was pressed: up, down, to the first, to the
/// last. The items may be inside `rows`, beside others that take the focus.
pub(crate) fn move_in(list: &Element, rows: &str, items: &str, event: &KeyboardEvent, wraps: bool) {
    if event.ctrl_key() || event.alt_key() || event.meta_key() || event.shift_key() {
        return;
    }
    let on = target(event).and_then(|on| on.closest(rows).ok().flatten());
    let items = all(list, items);
    let holds = |item: &HtmlElement| on.as_ref().is_some_and(|on| on.contains(Some(item)));
    let (at, last) = (items.iter().position(holds), items.len().saturating_sub(1));
    let to = match (event.key().as_str(), at) {
        ("ArrowDown", None) | ("Home", _) => 0,
        ("ArrowUp", None) | ("End", _) => last,
        ("ArrowDown", Some(at)) if at < last => at + 1,
        ("ArrowUp", Some(at)) if at > 0 => at - 1,
        ("ArrowDown", _) if wraps => 0,
        ("ArrowUp", _) if wraps => last,
        ("ArrowDown" | "ArrowUp", Some(at)) => at,
        _ => return,
    };
    if focus(items.get(to)) {
        event.prevent_default();
    }
}

/// Leaves one of the rows to the Tab key, with all that is in it: the one that got the focus, else the one that was
/// left to it before, else the first.
pub(crate) fn rove(list: &Element, rows: &str, stops: &str, event: &Event) {
    let row = |of: &HtmlElement| of.closest(rows).ok().flatten();
    let stops = all(list, stops);
    let left = || stops.iter().find(|stop| stop.tab_index() >= 0);
    let on = target(event).as_ref().and_then(row);
    let Some(on) = on.or_else(|| row(left().or(stops.first())?)) else {
        return;
    };
    for stop in &stops {
        stop.set_tab_index(if on.contains(Some(stop)) { 0 } else { -1 });
    }
}

/// Opens menus at their first item, and moves in them by the arrows, as long as the owner around it lives.
pub(crate) fn hear_menus() {
    let moved = window_event_listener(ev::keydown, |event| {
        if event.default_prevented() || event.is_composing() {
            return;
        }
        let menu = target(&event).and_then(|on| on.closest(MENU).ok().flatten());
        if let Some(menu) = menu {
            move_in(&menu, MENU_ITEM, MENU_ITEM, &event, true);
        }
    });
    let opened = Closure::<dyn Fn(Event)>::new(|event: Event| {
        let is_open = event
            .dyn_ref::<ToggleEvent>()
            .is_some_and(|it| it.new_state() == "open");
        let menu = target(&event).filter(|menu| is_open && menu.matches(MENU).unwrap_or_default());
        if let Some(menu) = menu {
            focus(all(&menu, MENU_ITEM).first());
        }
    });
    // It does not bubble.
    let listener = opened.as_ref().unchecked_ref();
    let _ = document().add_event_listener_with_callback_and_bool("toggle", listener, true);
    let opened = StoredValue::new_local(opened);
    on_cleanup(move || {
        moved.remove();
        opened.try_with_value(|opened| {
            let listener = opened.as_ref().unchecked_ref();
            let _ =
                document().remove_event_listener_with_callback_and_bool("toggle", listener, true);
        });
    });
}
