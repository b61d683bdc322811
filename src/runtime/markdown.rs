//! The Markdown module: loaded once there is a text to show, called on the main thread.
//!
//! Invariant: a text that breaks the module stays as it was written, and no other text notices: each has a
//! parser of its own there. Each text crosses over once, as it grows, and back come the blocks that changed.

use std::cell::RefCell;

use gloo_timers::future::TimeoutFuture;
use js_sys::Promise;
use leptos::{
    logging::warn,
    prelude::{ArcTrigger, Notify as _, Track as _},
    task::spawn_local,
};
use wasm_bindgen::{JsCast as _, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use weft_markdown::{Change, Entry};
use weft_protocol::json;

use super::page;
use crate::text::{Parse, Parser};

/// How long a module that could not be loaded is left alone, in milliseconds.
const PAUSE_MS: u32 = 5_000;

#[wasm_bindgen(
    inline_js = "export const load = (url) => import(url).then((it) => it.default().then(() => it));"
)]
extern "C" {
    fn load(url: &str) -> Promise;
}

#[wasm_bindgen]
extern "C" {
    type Module;
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

#[derive(Default)]
enum Loading {
    #[default]
    Idle,
    Begun,
    Done(Module),
}

thread_local! {
    static LOADING: RefCell<Loading> = RefCell::default();
    /// Told when the module is here, or may be tried again.
    static LOADED: ArcTrigger = ArcTrigger::new();
}

/// The parser that is the module.
pub(super) fn parser() -> Parser {
    Parser { begin }
}

/// Has the module loaded, so that it is here when it is needed.
pub(super) fn load_ahead() {
    LOADING.with_borrow_mut(|loading| {
        if matches!(loading, Loading::Idle) {
            *loading = Loading::Begun;
            spawn_local(load_now());
        }
    });
}

async fn load_now() {
    let url = page::base_uri().unwrap_or_default() + "markdown.js";
    match JsFuture::from(load(&url)).await {
        Ok(module) => LOADING.set(Loading::Done(module.unchecked_into())),
        Err(_) => {
            TimeoutFuture::new(PAUSE_MS).await;
            LOADING.set(Loading::Idle);
        }
    }
    LOADED.with(ArcTrigger::notify);
}

fn begin() -> Option<Box<dyn Parse>> {
    load_ahead();
    LOADING.with_borrow(|loading| match loading {
        Loading::Done(module) => Some(Box::new(Parsing {
            text: module.text().ok(),
            told: String::new(),
            entries: Vec::new(),
        }) as Box<dyn Parse>),
        _ => {
            LOADED.with(ArcTrigger::track);
            None
        }
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
