//! The page around the app: its clock, chance, visibility, network hints and clipboard.

use std::cell::Cell;

use js_sys::{Date, Function, Promise, Reflect};
use leptos::prelude::{document, window, window_event_listener_untyped};
use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use weft_protocol::Millis;
use weft_sync::Input;

use super::driver::Driver;
use crate::state::{
    Days, Minted, State,
    project::{self, Fact},
    words,
};

/// Now, by this machine's clock.
pub(super) fn now() -> Millis {
    Date::now() as Millis
}

/// Random bytes of the platform.
pub(super) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if let Ok(crypto) = window().crypto() {
        // Fails only where more than 65,536 bytes are asked for.
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    bytes
}

/// What an id is made of.
pub(super) fn mint() -> Minted {
    (now(), random())
}

/// A number that no other call gave on this page.
pub(super) fn serial() -> u64 {
    thread_local!(static NEXT: Cell<u64> = const { Cell::new(1_000_000) });
    NEXT.replace(NEXT.get() + 1)
}

/// The path that the app is served at, without a slash at its end.
pub(super) fn base() -> String {
    let path = base_uri()
        .and_then(|base| web_sys::Url::new(&base).ok())
        .map(|url| url.pathname());
    path.unwrap_or_default().trim_end_matches('/').to_owned()
}

/// The address that relative ones start from.
pub(super) fn base_uri() -> Option<String> {
    document().base_uri().ok().flatten()
}

/// Whether the address is that of a thread.
pub(super) fn shows_thread() -> bool {
    let path = window().location().pathname();
    path.is_ok_and(|path| path.contains("/t/"))
}

/// Loads the page anew.
pub(super) fn reload() {
    // Fails only where the browser forbids a page to load itself.
    let _ = window().location().reload();
}

/// How many bytes this origin keeps on the device, and how many it may; where the platform tells.
pub(super) async fn stored_bytes() -> Option<(f64, f64)> {
    let storage = Reflect::get(&window().navigator(), &"storage".into()).ok()?;
    let estimate: Function = Reflect::get(&storage, &"estimate".into())
        .ok()?
        .dyn_into()
        .ok()?;
    let told: Promise = estimate.call0(&storage).ok()?.dyn_into().ok()?;
    let told = JsFuture::from(told).await.ok()?;
    let number = |name: &str| Reflect::get(&told, &name.into()).ok()?.as_f64();
    Some((number("usage")?, number("quota")?))
}

/// Whether nobody sees the page.
pub(super) fn hidden() -> bool {
    document().hidden()
}

/// The local midnights.
pub(super) fn days() -> Days {
    let now = Date::new_0();
    let midnight = |back: i32| {
        let (year, month) = (now.get_full_year(), now.get_month() as i32);
        let day = now.get_date() as i32 - back;
        Date::new_with_year_month_day(year, month, day).get_time() as Millis
    };
    Days {
        today: midnight(0),
        yesterday: midnight(1),
        week: midnight(7),
    }
}

/// Says on the tab, and on the icon of the installed app, how many messages are unread.
pub(super) fn show_unread(unread: u64) {
    document().set_title(&match unread {
        0 => words::weft().to_owned(),
        unread => words::title_unread(unread),
    });
    let navigator = window().navigator();
    // Not every platform has icons that count.
    if let Ok(badge) = Reflect::get(&navigator, &"setAppBadge".into())
        && let Some(badge) = badge.dyn_ref::<Function>()
    {
        let _ = badge.call1(&navigator, &(unread as f64).into());
    }
}

/// Puts text on the clipboard; where the platform forbids it, nothing happens.
pub(super) fn copy(text: &str) {
    let _ = window().navigator().clipboard().write_text(text);
}

/// Tells the core what happens to the page, as long as the page lives.
pub(super) fn listen(state: State, driver: &Driver) {
    let seen = driver.clone();
    let visibility = Closure::<dyn FnMut()>::new(move || {
        seen.flush();
        seen.save_draft();
        project::record(&state, Fact::Days(days()));
        project::record(&state, Fact::Seen(!hidden()));
        seen.input(if hidden() {
            Input::Background
        } else {
            Input::Foreground
        });
    });
    if hidden() {
        project::record(&state, Fact::Seen(false));
        driver.input(Input::Background);
    }
    let callback = visibility.as_ref().unchecked_ref();
    let _ = document().add_event_listener_with_callback("visibilitychange", callback);
    visibility.forget();
    let leaving = driver.clone();
    let _ = window_event_listener_untyped("pagehide", move |_| leaving.leave_draft());
    let (stopped, resumed) = (driver.clone(), driver.clone());
    let freeze = Closure::<dyn FnMut()>::new(move || stopped.input(Input::Freeze));
    // Where it is seen again as well, that is told next.
    let resume = Closure::<dyn FnMut()>::new(move || resumed.input(Input::Background));
    for (event, callback) in [("freeze", freeze), ("resume", resume)] {
        let listener = callback.as_ref().unchecked_ref();
        let _ = document().add_event_listener_with_callback(event, listener);
        callback.forget();
    }
    for (event, input) in [
        ("pageshow", Input::Foreground),
        ("online", Input::NetworkUp),
        ("offline", Input::NetworkDown),
    ] {
        let driver = driver.clone();
        // Dropping the handle leaves the listener in place.
        let _ = window_event_listener_untyped(event, move |_| driver.input(input.clone()));
    }
}
