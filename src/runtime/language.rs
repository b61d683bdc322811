//! The language that is spoken: the page's own script chooses it, and what it says is loaded before anything is shown.
//!
//! A language is spoken from the start to the end of a page: to choose another one loads it anew.

use leptos::prelude::*;

use super::{local, page};
use crate::{
    state::{Choice as _, Language},
    ui::part::part,
};

part! {
    /// What German says.
    german in german: &'static str = weft_words::GERMAN
}

part! {
    /// What the mirrored language says, which only `localStorage` can choose.
    mirrored in mirrored: &'static str = weft_words::MIRRORED
}

/// Learns the language of the page; English where it does not come.
pub(super) async fn learn() {
    let Some(root) = document().document_element() else {
        return;
    };
    let locale = root.get_attribute("lang").unwrap_or_default();
    let table = match locale.split('-').next() {
        Some("de") => german().await,
        Some("ar") => mirrored().await,
        _ => return weft_words::speak(locale, None),
    };
    match table {
        Ok(table) => weft_words::speak(locale, Some(table)),
        Err(_) => {
            // Attributes of ours can be set.
            let _ = root.set_attribute("lang", "en");
            let _ = root.set_attribute("dir", "ltr");
        }
    }
}

/// The language that was chosen on this device.
pub(super) fn chosen() -> Language {
    Language::parse(&local::read("language").unwrap_or_default())
}

/// Keeps a language, and begins again in it.
pub(super) fn choose(language: Language) {
    match language {
        Language::System => local::remove("language"),
        chosen => local::write("language", chosen.as_str()),
    }
    page::reload();
}
