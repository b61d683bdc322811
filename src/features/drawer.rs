//! Where the sidebar is: beside the page, or folded away; on a small screen a drawer over the page.
//!
//! Invariant: an open drawer is a step of the history, so that the way back closes it; whoever goes elsewhere
//! from it takes that step's place.

use leptos::{ev, html::Button, prelude::*};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Element, MouseEvent};

use super::Nav;
use crate::state::{Dispatch, Intent, Route, State};

/// From this width on there is room beside the page; `style/features/shell.css` says the same.
const ROOM: &str = "(width >= 48rem)";

/// The sidebar's place.
#[derive(Clone, Copy)]
pub(crate) struct Drawer {
    /// Whether it is over the page.
    pub(crate) open: RwSignal<bool>,
    /// The button that brings it.
    pub(crate) opener: NodeRef<Button>,
    /// The button that takes it away.
    pub(crate) closer: NodeRef<Button>,
    state: State,
    dispatch: Dispatch,
}

impl Drawer {
    /// For use around the sidebar and the page, once.
    pub(crate) fn provide() -> Self {
        let drawer = Self {
            open: RwSignal::new(false),
            opener: NodeRef::new(),
            closer: NodeRef::new(),
            state: State::here(),
            dispatch: Dispatch::here(),
        };
        provide_context(drawer);
        let back = window_event_listener(ev::popstate, move |_| {
            if drawer.open.get_untracked() {
                drawer.open.set(false);
                focus(drawer.opener);
            }
        });
        on_cleanup(move || back.remove());
        drawer
    }

    /// The one of this page.
    pub(crate) fn here() -> Self {
        expect_context::<Self>()
    }

    /// Brings the sidebar.
    pub(crate) fn show(self) {
        if is_roomy() {
            self.fold(false);
        } else if !self.open.get_untracked() {
            // Without a step of the history it is closed by its button alone.
            let _ = window()
                .history()
                .map(|history| history.push_state(&JsValue::NULL, ""));
            self.open.set(true);
        }
        focus(self.closer);
    }

    /// Takes it away.
    pub(crate) fn hide(self) {
        if self.open.get_untracked() {
            // What hears that it was a step back does the rest.
            let _ = window().history().map(|history| history.back());
        } else if is_roomy() {
            self.fold(true);
            focus(self.opener);
        }
    }

    /// Goes elsewhere from it.
    pub(super) fn go(self, nav: Nav, route: Route) {
        if self.open.get_untracked() {
            self.open.set(false);
            nav.replace(route);
        } else {
            nav.go(route);
        }
    }

    /// A click in it may have been on a link.
    pub(super) fn clicked(self, event: &MouseEvent) {
        let on = event.target().and_then(|it| it.dyn_into::<Element>().ok());
        let link = on.and_then(|on| on.closest("a").ok()?);
        if let Some(link) = link.filter(|_| self.open.get_untracked()) {
            self.open.set(false);
            // The router asks for this property. It may be set on any link.
            let set =
                move |is: bool| drop(js_sys::Reflect::set(&link, &"replace".into(), &is.into()));
            set(true);
            request_animation_frame(move || set(false));
        }
    }

    fn fold(self, folded: bool) {
        let mut look = self.state.look.get_untracked();
        look.folded = folded;
        self.dispatch.send(Intent::Look(look));
    }
}

fn is_roomy() -> bool {
    let asked = window().match_media(ROOM).ok().flatten();
    asked.is_none_or(|asked| asked.matches())
}

/// Puts the focus on a button that is only now to be seen.
fn focus(button: NodeRef<Button>) {
    request_animation_frame(move || {
        if let Some(button) = button.get_untracked() {
            let _ = button.focus();
        }
    });
}
