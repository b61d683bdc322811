//! Colours and formulas: what becomes of a text whose worker does not do what it is asked.

use js_sys::{Array, Reflect};
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;
use weft::{runtime::workers::painter_of, text::Parse};

use crate::page::{Page, begin};

/// A worker that hangs where it is told to, and else says that the first two letters are a keyword, or
/// that a formula is its name.
const WORKER: &str = "postMessage(null);
    onmessage = ({ data: [id, first, second] }) => {
        while (`${first}${second}`.includes('hang'));
        const code = typeof second === 'string';
        postMessage([id, code ? new Uint32Array([0, 2, 0]) : ['<math', '<mi', '#' + first, '>', '>']]);
    };";

fn worker() -> String {
    let parts = Array::of1(&WORKER.into());
    let blob = web_sys::Blob::new_with_str_sequence(&parts).expect("a blob");
    web_sys::Url::create_object_url_with_blob(&blob).expect("an address")
}

async fn page(text: &str) -> Page {
    let page = Page::with(text, begin, Some(painter_of(&worker(), &worker()))).await;
    page.open.set(false);
    page.settle().await;
    page
}

const COLOURED: &str =
    "[...CSS.highlights.get('weft-keyword')].filter(range => page.contains(range.startContainer))";

#[wasm_bindgen_test]
async fn a_worker_that_hangs_is_stopped_and_all_else_gets_its_colours() {
    let page = page("```rust\nhang\n```\n\n```rust\nfn one\n```\n\n```rust\nfn two\n```").await;
    page.until(&format!("{COLOURED}.length === 2")).await;
    let within = format!("{COLOURED}.map(range => range.startContainer.data)");
    assert_eq!(page.js(&within), "fn one,fn two");
    assert_eq!(page.js("page.querySelector('code').textContent"), "hang");
}

#[wasm_bindgen_test]
async fn a_formula_that_nobody_can_set_shows_its_source_and_why() {
    let page = page("$hang$ and $x$").await;
    page.until("page.querySelector('math') !== null").await;
    assert_eq!(page.js("page.querySelector('math').textContent"), "x");
    let source = "[page.querySelector('code').textContent, page.querySelector('code').title]";
    assert_eq!(page.js(source), "hang,The formula cannot be set.");
}

#[wasm_bindgen_test]
async fn a_platform_without_highlights_has_elements_for_them() {
    let global = js_sys::global();
    let highlight = Reflect::get(&global, &"Highlight".into()).expect("it has");
    Reflect::set(&global, &"Highlight".into(), &JsValue::UNDEFINED).expect("it can be taken away");
    let page = page("```rust\nfn one\n```").await;
    Reflect::set(&global, &"Highlight".into(), &highlight).expect("it can be put back");
    page.until("page.querySelector('code span') !== null").await;
    let spans =
        "[...page.querySelectorAll('code span')].map(it => it.className + ' ' + it.textContent)";
    assert_eq!(page.js(spans), "weft-keyword fn");
    assert_eq!(page.js("page.querySelector('code').textContent"), "fn one");
}

#[wasm_bindgen_test]
async fn long_code_is_shown_in_part_until_all_of_it_is_asked_for() {
    let code = |lines: usize| "```\n".to_owned() + &"line\n".repeat(lines) + "```";
    let short = Page::new(&code(30)).await;
    short.open.set(false);
    short.settle().await;
    assert_eq!(short.js("page.querySelector('.md-code-more')"), "null");
    let long = Page::new(&code(31)).await;
    assert_eq!(
        long.js("page.querySelector('.md-code-more')"),
        "null",
        "while it is written"
    );
    long.open.set(false);
    long.settle().await;
    let state = "[page.querySelector('figure').hasAttribute('data-collapsed'), page.querySelector('.md-code-more').innerText]";
    assert_eq!(long.js(state), "true,Show all 31 lines");
    long.js("page.querySelector('.md-code-more').click()");
    long.settle().await;
    assert_eq!(long.js(state), "false,Show less");
}

/// A parser that breaks down on some texts.
struct Fragile(Box<dyn Parse>);

impl Parse for Fragile {
    fn parse(&mut self, text: &str, open: bool) -> Option<Vec<weft_markdown::Entry>> {
        (!text.contains("break")).then(|| self.0.parse(text, open))?
    }
}

#[wasm_bindgen_test]
async fn a_text_that_cannot_be_parsed_stands_as_it_was_written() {
    let fragile = || Some(Box::new(Fragile(begin()?)) as Box<dyn Parse>);
    let page = Page::with("*one*", fragile, None).await;
    assert_eq!(page.js("page.querySelector('em').textContent"), "one");
    page.write(" break").await;
    assert_eq!(page.js("page.textContent"), "*one* break");
    page.write("\nit").await;
    assert_eq!(
        page.js("page.querySelector('p').textContent"),
        "*one* break\nit"
    );
}
