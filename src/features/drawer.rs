//! Where the sidebar is: beside the page, or folded away; on a small screen a drawer over the page.
//!
//! Invariant: an open drawer is a step of the history, so that the way back closes it; whoever goes elsewhere
//! from it takes that step's place. The focus is moved only where it would be out of sight, and comes back.

use leptos::{ev, html::Button, prelude::*};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Element, HtmlElement, MouseEvent};

use super::Nav;
use crate::state::{Dispatch, Intent, Route, State};

/// From this width on there is room beside the page; `style/features/shell.css` says the same.
const ROOM: &str = "(width >= 48rem)";

/// What is done once the drawer is away.
type Then = Box<dyn FnOnce() + Send + Sync>;

/// The sidebar's place.
#[derive(Clone, Copy)]
pub(crate) struct Drawer {
    /// Whether it is over the page.
    pub(crate) open: RwSignal<bool>,
    /// The button that brings it.
    pub(crate) opener: NodeRef<Button>,
    /// The button that takes it away.
    pub(crate) closer: NodeRef<Button>,
    /// What had the focus before the drawer came.
    before: StoredValue<Option<HtmlElement>, LocalStorage>,
    then: StoredValue<Option<Then>>,
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
            before: StoredValue::new_local(None),
            then: StoredValue::new(None),
            state: State::here(),
            dispatch: Dispatch::here(),
        };
        provide_context(drawer);
        let back = window_event_listener(ev::popstate, move |_| {
            let then = drawer.then.try_update_value(Option::take).flatten();
            if drawer.open.get_untracked() {
                drawer.open.set(false);
                match then {
                    // The page can have the focus only then.
                    Some(then) => request_animation_frame(then),
                    None => drawer.give_back(),
                }
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
        let before = focused();
        if !is_roomy() {
            if !self.open.get_untracked() {
                // Without a step of the history it is closed by its button alone.
                let _ = window()
                    .history()
                    .map(|history| history.push_state(&JsValue::NULL, ""));
                self.before.set_value(before);
                self.open.set(true);
            }
            return focus(self.closer);
        }
        self.fold(false);
        // The button that brought it is gone.
        let opener = self.opener.get_untracked();
        if opener.is_some_and(|opener| before.as_ref() == Some(&*opener)) {
            focus(self.closer);
        }
    }

    /// Brings it, or takes it away where it is there.
    pub(super) fn toggle(self) {
        let is_folded = self.state.look.with_untracked(|look| look.folded);
        if self.open.get_untracked() || is_roomy() && !is_folded {
            self.hide();
        } else {
            self.show();
        }
    }

    /// Takes it away.
    pub(crate) fn hide(self) {
        if self.open.get_untracked() {
            // What hears that it was a step back does the rest.
            let _ = window().history().map(|history| history.back());
        } else if is_roomy() {
            let before = focused().and_then(|it| it.closest(".sidebar, .splitter").ok()?);
            self.fold(true);
            if before.is_some() {
                focus(self.opener);
            }
        }
    }

    /// Takes it from before the page, if it is there, and then does something in the page.
    pub(super) fn leave(self, then: impl FnOnce() + Send + Sync + 'static) {
        if self.open.get_untracked() {
            let then: Then = Box::new(then);
            self.then.set_value(Some(then));
            self.hide();
        } else {
            then();
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

    /// Leaves the focus to what had it before the drawer came, or to the button that brings the drawer.
    fn give_back(self) {
        let before = self.before.try_update_value(Option::take).flatten();
        let opener = self.opener;
        request_animation_frame(move || {
            let opener = || opener.get_untracked().map(|it| it.unchecked_into());
            let to = before.filter(|it| it.is_connected() && it.tag_name() != "BODY");
            if let Some(to) = to.or_else(opener) {
                let _ = to.focus();
            }
        });
    }

    fn fold(self, folded: bool) {
        let mut look = self.state.look.get_untracked();
        look.folded = folded;
        self.dispatch.send(Intent::Look(look));
    }
}

fn focused() -> Option<HtmlElement> {
    document().active_element()?.dyn_into().ok()
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
