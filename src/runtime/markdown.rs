//! The Markdown module: loaded once there is a text to show, called on the main thread. Whoever speaks with it, and
//! whoever colours and sets what it finds, comes with the messages.
//!
//! Invariant: a text that breaks the module stays as it was written, and no other text notices: each has a
//! parser of its own there. Each text crosses over once, as it grows, and back come the blocks that changed.

mod parsing;

use std::cell::RefCell;

use futures_util::future::join;
use gloo_timers::future::TimeoutFuture;
use js_sys::Promise;
use leptos::{
    prelude::{ArcTrigger, Notify as _, Track as _},
    task::spawn_local,
};
use wasm_bindgen::{JsCast as _, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

use super::{page, workers};
use crate::{
    text::{Code, Formula, Painter, Parse, Parser},
    ui::part::part,
};

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
}

/// Who does it.
#[derive(Clone, Copy)]
struct Texts {
    /// Begins a text in the module.
    begin: fn(&Module) -> Box<dyn Parse>,
    painter: Painter,
}

part! {
    texts in thread: Texts = Texts { begin: parsing::begin, painter: workers::painter() }
}

#[derive(Default)]
enum Loading {
    #[default]
    Idle,
    Begun,
    Done(Module, Texts),
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
    let module = JsFuture::from(load(&url));
    match join(module, texts()).await {
        (Ok(module), Ok(texts)) => LOADING.set(Loading::Done(module.unchecked_into(), texts)),
        _ => {
            TimeoutFuture::new(PAUSE_MS).await;
            LOADING.set(Loading::Idle);
        }
    }
    LOADED.with(ArcTrigger::notify);
}

fn begin() -> Option<Box<dyn Parse>> {
    load_ahead();
    LOADING.with_borrow(|loading| match loading {
        Loading::Done(module, texts) => Some((texts.begin)(module)),
        _ => {
            LOADED.with(ArcTrigger::track);
            None
        }
    })
}

/// Who colours code and sets formulas: nothing is there to be coloured or set before a text was begun.
pub(super) fn painter() -> Painter {
    Painter {
        open: page::serial,
        code: |code: Code| painted(|by| (by.code)(code)),
        close: |id| painted(|by| (by.close)(id)),
        formula: |formula: Formula| painted(|by| (by.formula)(formula)),
    }
}

fn painted(with: impl FnOnce(Painter)) {
    let painter = LOADING.with_borrow(|loading| match loading {
        Loading::Done(_, texts) => Some(texts.painter),
        _ => None,
    });
    if let Some(painter) = painter {
        with(painter);
    }
}
