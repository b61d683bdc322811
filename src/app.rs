//! The routes, and what every page stands on.

use leptos::prelude::*;
use leptos_router::{
    components::{ParentRoute, Route, Router, Routes},
    path,
};

use crate::{
    features::Notices,
    pages::{ChatPage, NotFound, SettingsPage, Shell, SignInPage},
    state::{Dispatch, State},
};

/// The whole app, on a state and a way to the runtime; `base` is the path that it is served at.
#[component]
pub fn App(
    /// What is shown.
    state: State,
    /// Where intents go.
    dispatch: Dispatch,
    /// The path of the app, without a slash at its end.
    base: String,
) -> impl IntoView {
    provide_context(state);
    provide_context(dispatch);
    view! {
        <Router base>
            <Routes fallback=NotFound>
                <Route path=path!("/sign-in") view=SignInPage/>
                <ParentRoute path=path!("") view=Shell>
                    <Route path=path!("") view=ChatPage/>
                    <Route path=path!("t/:thread") view=ChatPage/>
                    <Route path=path!("settings") view=SettingsPage/>
                </ParentRoute>
            </Routes>
        </Router>
        <Notices/>
    }
}
