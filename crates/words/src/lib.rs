//! What the interface says: a function for each message of `locales/en`, which says it in the language that is spoken.
//!
//! Invariant: every message can be said at any time. English is part of the code that says it; another language is a
//! table that takes its place once it is here ([`speak`]), and what it lacks is said in English.

mod intl;
mod pattern;

use std::cell::Cell;

pub use intl::{number, tenths};

include!(concat!(env!("OUT_DIR"), "/messages.rs"));

/// A message without variables, to be said later.
pub type Word = fn() -> &'static str;

/// What German says, for [`speak`].
pub const GERMAN: &str = include_str!(concat!(env!("OUT_DIR"), "/de.txt"));

/// English as if it were written from right to left, for [`speak`]: for those who look at the layout.
pub const MIRRORED: &str = include_str!(concat!(env!("OUT_DIR"), "/ar-XB.txt"));

thread_local! {
    static LOCALE: Cell<&'static str> = const { Cell::new("en") };
    static TABLE: Cell<&'static [&'static str]> = const { Cell::new(&[]) };
}

/// Says everything in the words of a table from here on, where there is one, and numbers as is usual in a locale, a
/// BCP 47 tag. It is meant to be called once: what it is given is never let go of.
pub fn speak(locale: String, table: Option<&'static str>) {
    let lines = table.map(|table| table.lines().collect::<Vec<_>>());
    LOCALE.set(locale.leak());
    TABLE.set(lines.unwrap_or_default().leak());
}

/// The locale of numbers and dates.
pub fn locale() -> &'static str {
    LOCALE.get()
}

/// A message without variables, by its number.
fn said(number: usize, english: &'static str) -> &'static str {
    TABLE.get().get(number).copied().unwrap_or(english)
}

/// A message with variables.
fn filled(number: usize, english: &'static str, values: &[&str]) -> String {
    pattern::fill(said(number, english), values)
}

/// A message with variants, of which `by` chooses one.
fn chosen(number: usize, english: &'static str, by: u64, values: &[&str]) -> String {
    let pattern = said(number, english);
    pattern::fill(pattern::choose(pattern, by, &intl::category(by)), values)
}
