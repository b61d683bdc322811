//! A text on a page of its own.

use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::tick};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use weft::text::{Markdown, Painter, Parse, Parser};
use weft_markdown::{Document, Entry};

/// The parser, on the page itself.
struct Parsing(Document);

impl Parse for Parsing {
    fn parse(&mut self, text: &str, open: bool) -> Option<Vec<Entry>> {
        self.0.set(text, open);
        Some(self.0.entries().to_vec())
    }
}

/// Makes blocks of any text.
pub(crate) fn begin() -> Option<Box<dyn Parse>> {
    Some(Box::new(Parsing(Document::default())))
}

/// A text on the page, as it is written.
pub(crate) struct Page {
    body: ArcRwSignal<String>,
    pub(crate) open: ArcRwSignal<bool>,
    pub(crate) copied: ArcRwSignal<String>,
    place: HtmlElement,
    _mounted: Box<dyn std::any::Any>,
}

impl Page {
    pub(crate) async fn new(text: &str) -> Self {
        Self::with(text, begin, None).await
    }

    pub(crate) async fn with(
        text: &str,
        begin: fn() -> Option<Box<dyn Parse>>,
        painter: Option<Painter>,
    ) -> Self {
        let (body, open) = (ArcRwSignal::new(text.to_owned()), ArcRwSignal::new(true));
        let place = document().create_element("div").expect("an element");
        let place: HtmlElement = place.unchecked_into();
        let all = document().body().expect("a body");
        all.append_child(&place).expect("it is added");
        let (text, more) = (body.clone(), open.clone());
        let copied = ArcRwSignal::new(String::new());
        let copy = copied.clone();
        let mounted = leptos::mount::mount_to(place.clone(), move || {
            let open = Signal::derive(move || more.get());
            provide_context(Parser { begin });
            if let Some(painter) = painter {
                provide_context(painter);
            }
            view! { <Markdown body=text open copy=move |code| copy.set(code)/> }
        });
        let page = Self {
            body,
            open,
            copied,
            place,
            _mounted: Box::new(mounted),
        };
        page.settle().await;
        page
    }

    pub(crate) async fn settle(&self) {
        for _ in 0..4 {
            tick().await;
        }
    }

    pub(crate) async fn write(&self, more: &str) {
        self.body.update(|text| text.push_str(more));
        self.settle().await;
    }

    /// What a script says with the page as `page`.
    pub(crate) fn js(&self, script: &str) -> String {
        let run = js_sys::Function::new_with_args("page", &format!("return String({script})"));
        run.call1(&wasm_bindgen::JsValue::NULL, &self.place)
            .expect("the script runs")
            .as_string()
            .expect("a string")
    }

    /// Selects the first letters of the first text within the selector, and remembers its node.
    pub(crate) fn select(&self, selector: &str) {
        self.js(&format!(
            "(() => {{ let node = page.querySelector('{selector}').firstChild; page.held = node;
            getSelection().setBaseAndExtent(node, 1, node, 4); }})()"
        ));
    }

    pub(crate) fn selected(&self) -> (String, String) {
        let kept = "page.held.isConnected && getSelection().anchorNode === page.held";
        (self.js("getSelection()"), self.js(kept))
    }

    /// Waits until the script says so.
    pub(crate) async fn until(&self, script: &str) {
        while self.js(script) != "true" {
            TimeoutFuture::new(20).await;
        }
    }
}
