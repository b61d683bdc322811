//! Building blocks that know nothing of chat.
//!
//! Invariant: each is made once. Leptos makes code of its own for every closure that it is handed, which is
//! kilobytes of the first load for a list; what is here hands it closures of one type.

pub(crate) mod choice;
pub(crate) mod icon;
pub(crate) mod keys;
mod list;
pub(crate) mod part;
pub(crate) mod skeleton;
pub(crate) mod splitter;

use std::sync::Arc;

use leptos::prelude::*;

use self::list::{List, Row};

/// What tells the rows of a list apart.
pub(crate) trait Key: Copy + 'static {
    /// The key as a number, which no other key of the same list has.
    fn number(self) -> u128;
    /// The key with this number.
    fn of(number: u128) -> Self;
}

impl Key for u64 {
    fn number(self) -> u128 {
        self.into()
    }

    fn of(number: u128) -> Self {
        number as Self
    }
}

impl Key for u128 {
    fn number(self) -> u128 {
        self
    }

    fn of(number: u128) -> Self {
        number
    }
}

/// A row for each key, in the order of the keys. A row stays for as long as its key does. It is made of the
/// key and of the place where the key was first.
pub(crate) fn each<K: Key>(
    keys: impl Fn() -> Vec<K> + Send + 'static,
    row: impl Fn(usize, K) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    rows(
        Box::new(move || keys().into_iter().map(K::number).collect()),
        Arc::new(move |place, key| row(place, K::of(key))),
    )
}

fn rows(keys: Box<dyn Fn() -> Vec<u128> + Send>, row: Row) -> AnyView {
    let owner = Owner::current().unwrap_or_default();
    let list = move || List {
        keys: keys(),
        row: row.clone(),
        owner: owner.clone(),
    };
    list.into_any()
}

/// Runs `run` once it is on the page, and whenever something has changed that it read.
pub(crate) fn effect(run: impl FnMut() + 'static) {
    let run: Box<dyn FnMut()> = Box::new(run);
    Effect::new(run);
}
