//! What was written in the text box of `index.html`, which is there before the app is.

use leptos::prelude::document;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlTextAreaElement;

/// What the page has heard so far.
pub(super) struct Early {
    /// What was written, with the draft that it began with.
    pub(super) text: String,
    /// Where what is selected of it begins.
    pub(super) from: u32,
    /// Where it ends.
    pub(super) to: u32,
    /// Whether Enter was the last key.
    pub(super) sends: bool,
}

impl Early {
    /// Takes the page's own shell away, and gives what was written in it, where something was.
    pub(super) fn take() -> Option<Self> {
        let boot = document().get_element_by_id("boot")?;
        boot.remove();
        let area = boot.query_selector("textarea").ok()??;
        let area: HtmlTextAreaElement = area.dyn_into().ok()?;
        let text = area.value();
        let sends = boot.has_attribute("data-sends");
        let end = text.encode_utf16().count() as u32;
        let at = |place: Result<Option<u32>, _>| place.ok().flatten().unwrap_or(end);
        (area.default_value().is_ok_and(|draft| draft != text) || sends).then(|| Self {
            from: at(area.selection_start()),
            to: at(area.selection_end()),
            text,
            sends,
        })
    }
}
