//! A text in the Markdown module, and what came back of it.

use leptos::logging::warn;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use weft_markdown::{Change, Entry};
use weft_protocol::json;

use super::Module;
use crate::text::Parse;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(method, catch)]
    fn text(this: &Module) -> Result<Text, JsValue>;

    type Text;
    #[wasm_bindgen(method, catch)]
    fn set(this: &Text, text: &str, open: bool) -> Result<String, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn extend(this: &Text, more: &str, open: bool) -> Result<String, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn free(this: &Text) -> Result<(), JsValue>;
}

/// Begins a text.
pub(super) fn begin(module: &Module) -> Box<dyn Parse> {
    Box::new(Parsing {
        text: module.text().ok(),
        told: String::new(),
        entries: Vec::new(),
    })
}

/// A text in the module.
struct Parsing {
    /// None once it broke down.
    text: Option<Text>,
    /// What the module has of it.
    told: String,
    entries: Vec<Entry>,
}

impl Parsing {
    fn change(&mut self, now: &str, open: bool) -> Option<Change> {
        let text = self.text.as_ref()?;
        let change = match now.strip_prefix(self.told.as_str()) {
            Some(more) => {
                self.told.push_str(more);
                text.extend(more, open)
            }
            None => {
                now.clone_into(&mut self.told);
                text.set(now, open)
            }
        };
        json::read(&change.ok()?).ok()
    }
}

impl Parse for Parsing {
    fn parse(&mut self, text: &str, open: bool) -> Option<Vec<Entry>> {
        let Some(change) = self.change(text, open) else {
            if self.text.take().is_some() {
                warn!("A text could not be parsed.");
            }
            return None;
        };
        change.apply(&mut self.entries);
        Some(self.entries.clone())
    }
}

impl Drop for Parsing {
    fn drop(&mut self) {
        // One that broke down cannot be freed.
        let _ = self.text.as_ref().map(Text::free);
    }
}
