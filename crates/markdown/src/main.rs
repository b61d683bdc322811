//! The module that a page loads once it has Markdown to show: texts come in, and what becomes of their
//! blocks goes out, as JSON. It is apart from the app so that the app is there sooner, and so that a text
//! that breaks it breaks nothing else.

#[cfg(target_arch = "wasm32")]
#[expect(unreachable_pub, reason = "what a page may call has to be `pub`")]
mod module {
    use wasm_bindgen::prelude::wasm_bindgen;
    use weft_markdown::{Change, Teller};

    /// A text, which may grow.
    #[wasm_bindgen]
    #[derive(Default)]
    pub struct Text(Teller);

    #[wasm_bindgen]
    impl Text {
        /// Makes the text this one.
        pub fn set(&mut self, text: &str, open: bool) -> String {
            json(&self.0.set(text, open))
        }

        /// Adds to its end.
        pub fn extend(&mut self, more: &str, open: bool) -> String {
            json(&self.0.extend(more, open))
        }
    }

    /// An empty text.
    #[wasm_bindgen]
    pub fn text() -> Text {
        Text::default()
    }

    fn json(change: &Change) -> String {
        serde_json::to_string(change).unwrap_or_default()
    }
}

fn main() {}
