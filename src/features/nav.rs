//! Where the reader is, and the ways to go elsewhere.

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
    location::{BrowserUrl, LocationProvider},
};

use crate::{state::Route, ui::effect};

type Go = Box<dyn Fn(&str, NavigateOptions)>;

/// The address bar, for components.
#[derive(Clone, Copy)]
pub(crate) struct Nav {
    route: Memo<Route>,
    go: StoredValue<Go, LocalStorage>,
    base: StoredValue<String>,
}

impl Nav {
    /// For use below the router, once. The router turns addresses into a signal and links into steps of
    /// the history; which page is shown is told by [`Route`], so nothing is built anew between threads.
    pub(crate) fn provide(base: String) -> Self {
        let path = use_location().pathname;
        let within = base.clone();
        let route = Memo::new(move |_| {
            path.with(|path| Route::parse(path.strip_prefix(&within).unwrap_or(path)))
        });
        // The router writes the history once it hears that the page is there.
        let history = use_context::<BrowserUrl>();
        effect(move || {
            path.track();
            history.iter().for_each(BrowserUrl::ready_to_complete);
        });
        let nav = Self {
            route,
            go: StoredValue::new_local(Box::new(use_navigate())),
            base: StoredValue::new(base),
        };
        provide_context(nav);
        nav
    }

    /// The address bar of the app.
    pub(crate) fn here() -> Self {
        expect_context::<Self>()
    }

    /// Where the reader is. Subscribes.
    pub(crate) fn route(&self) -> Route {
        self.route.get()
    }

    /// The address of a route, for a link.
    pub(crate) fn href(&self, route: Route) -> String {
        self.base.with_value(|base| format!("{base}{route}"))
    }

    /// What `aria-current` says on a link to a route.
    pub(crate) fn current(&self, route: Route) -> Option<&'static str> {
        (self.route() == route).then_some("page")
    }

    /// Goes there; "back" leads to where the reader was.
    pub(crate) fn go(&self, route: Route) {
        self.turn(route, false);
    }

    /// Goes there; the address the reader was at is forgotten.
    pub(crate) fn replace(&self, route: Route) {
        self.turn(route, true);
    }

    fn turn(&self, route: Route, replace: bool) {
        let options = NavigateOptions {
            replace,
            ..Default::default()
        };
        self.go.with_value(|go| go(&route.to_string(), options));
    }
}
