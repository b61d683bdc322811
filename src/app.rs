//! The pages behind the addresses, and what every page stands on.

use leptos::prelude::*;
use leptos_router::components::Router;

use crate::{
    features::{Nav, Places, Toasts},
    pages::{NotFound, Shell, sign_in_page},
    state::{Dispatch, Route, Session, State, words},
    text::{Painter, Parser},
    ui::{
        effect,
        icon::{Glyph, icon},
        part::{Waiter, later},
    },
};

/// The whole app, on a state and a way to the runtime; `base` is the path that it is served at.
#[component]
pub fn App(
    /// What is shown.
    state: State,
    /// Where intents go.
    dispatch: Dispatch,
    /// Who colours code and sets formulas.
    painter: Painter,
    /// Who makes blocks of texts.
    parser: Parser,
    /// Who waits for the parts of the app that are loaded when they are first shown.
    waiter: Waiter,
    /// The path of the app, without a slash at its end.
    base: String,
) -> impl IntoView {
    provide_context(state);
    provide_context(dispatch);
    provide_context(painter);
    provide_context(parser);
    provide_context(waiter);
    view! {
        <Router base=base.clone()>
            <Pages base/>
        </Router>
    }
}

/// What is on the screen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Screen {
    Splash,
    SignIn,
    Inside,
    NotFound,
}

#[component]
fn Pages(base: String) -> impl IntoView {
    let (state, nav) = (State::here(), Nav::provide(base));
    Places::provide();
    let entered = Memo::new(move |_| match state.session.get() {
        Session::Unknown | Session::Unreached => None,
        Session::SignedOut => Some(false),
        Session::SignedIn(_) => Some(true),
    });
    // Where somebody wanted to go who had to sign in first.
    let wanted = StoredValue::new(Route::New);
    effect(move || match (entered.get(), nav.route()) {
        (Some(true), Route::SignIn) => nav.replace(wanted.get_value()),
        (
            Some(false),
            route @ (Route::New | Route::Thread(_) | Route::Join(_) | Route::Settings),
        ) => {
            wanted.set_value(route);
            nav.replace(Route::SignIn);
        }
        _ => {}
    });
    let screen = Memo::new(move |_| match (entered.get(), nav.route()) {
        (_, Route::NotFound) => Screen::NotFound,
        (None, _) => Screen::Splash,
        (Some(false), _) => Screen::SignIn,
        (Some(true), Route::SignIn) => Screen::Splash,
        (Some(true), _) => Screen::Inside,
    });
    let page = move || match screen.get() {
        Screen::Splash => view! { <Splash/> }.into_any(),
        Screen::SignIn => later(sign_in_page, |page| page()),
        Screen::Inside => view! { <Shell/> }.into_any(),
        Screen::NotFound => nowhere(),
    };
    view! {
        {page}
        <Toasts/>
    }
}

/// What is at an address that is none of the app's.
fn nowhere() -> AnyView {
    #[cfg(feature = "dev-ui")]
    if window()
        .location()
        .pathname()
        .is_ok_and(|path| path.ends_with("/dev/ui"))
    {
        return view! { <crate::pages::Gallery/> }.into_any();
    }
    view! { <NotFound/> }.into_any()
}

/// What is shown until it is known who is there: nothing, so that the page's own shell stays, and after a while why
/// that takes so long.
#[component]
fn Splash() -> impl IntoView {
    let session = State::here().session;
    move || {
        (session.get() != Session::Unknown).then(|| {
            let waits = session.get() == Session::Unreached;
            let words = if waits {
                words::error_unreached()
            } else {
                words::loading()
            };
            view! {
                <main class="splash">
                    <h1 class="visually-hidden">{words::weft()}</h1>
                    {waits.then(|| view! { <span class="sign">{icon(Glyph::CLOUD_OFF)}</span> })}
                    <p role="status">{words}</p>
                </main>
            }
        })
    }
}
