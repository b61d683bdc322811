//! Moments as people read them, in the language that is spoken.

use js_sys::{Array, Date, Function, Intl::DateTimeFormat, Object, Reflect};
use wasm_bindgen::JsValue;
use weft_protocol::Millis;

use crate::state::words;

thread_local! {
    /// Says the time of day. Made once: to make one takes longer than all else of a message.
    static CLOCK: Function = {
        let options = Object::new();
        for (key, value) in [("hour", "2-digit"), ("minute", "2-digit")] {
            // Setting a field of a fresh plain object cannot fail.
            let _ = Reflect::set(&options, &key.into(), &value.into());
        }
        DateTimeFormat::new(&Array::of1(&words::locale().into()), &options).format()
    };
}

/// Makes the clock, where there is none yet.
pub(super) fn make_clock() {
    CLOCK.with(|_| {});
}

/// The time of day.
pub(super) fn clock(at: Millis) -> String {
    let said = CLOCK.with(|clock| clock.call1(&JsValue::UNDEFINED, &(at as f64).into()));
    said.ok()
        .and_then(|said| said.as_string())
        .unwrap_or_default()
}

/// The day, in short.
pub(super) fn day(at: Millis) -> String {
    let options = Object::new();
    for (key, value) in [("day", "numeric"), ("month", "short")] {
        // Setting a field of a fresh plain object cannot fail.
        let _ = Reflect::set(&options, &key.into(), &value.into());
    }
    let day = DateTimeFormat::new(&Array::of1(&words::locale().into()), &options).format();
    let said = day.call1(&JsValue::UNDEFINED, &(at as f64).into());
    said.ok()
        .and_then(|said| said.as_string())
        .unwrap_or_default()
}

/// Now, in milliseconds.
pub(crate) fn now() -> f64 {
    Date::now()
}
