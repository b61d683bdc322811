//! Moments as people read them, in the browser's language.

use js_sys::{Date, Object, Reflect};
use weft_protocol::Millis;

/// The time of day.
pub(super) fn clock(at: Millis) -> String {
    let options = Object::new();
    for (key, value) in [("hour", "2-digit"), ("minute", "2-digit")] {
        // Setting a field of a fresh plain object cannot fail.
        let _ = Reflect::set(&options, &key.into(), &value.into());
    }
    let date = Date::new(&(at as f64).into());
    String::from(date.to_locale_string("default", &options))
}

/// Now, in milliseconds.
pub(super) fn now() -> f64 {
    Date::now()
}
