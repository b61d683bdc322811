//! Numbers as the browser's Intl says them in the locale; elsewhere as English does.

#[cfg(target_arch = "wasm32")]
mod browser {
    use js_sys::{Array, Intl::PluralRules, Number, Object};

    use crate::locale;

    thread_local! {
        /// Made once: to make them takes longer than to ask them.
        static PLURALS: PluralRules = PluralRules::new(&Array::of1(&locale().into()), &Object::new());
    }

    /// A number, in the digits and groups of the locale.
    pub(super) fn number(number: f64) -> String {
        Number::from(number).to_locale_string(locale()).into()
    }

    /// The plural category of a number.
    pub(crate) fn category(number: u64) -> String {
        PLURALS.with(|plurals| plurals.select(number as f64)).into()
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod browser {
    pub(super) fn number(number: f64) -> String {
        number.to_string()
    }

    pub(crate) fn category(number: u64) -> String {
        if number == 1 { "one" } else { "other" }.to_owned()
    }
}

pub(crate) use browser::category;

/// A whole number.
pub fn number(number: u64) -> String {
    browser::number(number as f64)
}

/// A number of tenths, with a decimal where it has one.
pub fn tenths(tenths: u64) -> String {
    browser::number(tenths as f64 / 10.0)
}
