//! Markdown on a page: what a reply that is being written leaves alone.

use leptos::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::Page;

#[wasm_bindgen_test]
async fn a_selection_stays_while_the_text_after_it_is_written() {
    for (start, selector) in [
        ("Some words", "p"),
        ("- Some words", "li"),
        ("> Some words", "blockquote p"),
        ("```\nSome words", "code"),
        ("- item\n\n  ```\n  Some words", "li code"),
        ("| Some words |\n|---|\n| a", "th"),
        ("# Some words", "h3"),
        ("**Some words", "strong"),
    ] {
        let page = Page::new(start).await;
        page.select(selector);
        for more in [" and", " more", " of them", "\n"] {
            page.write(more).await;
            assert_eq!(
                page.selected(),
                ("ome".to_owned(), "true".to_owned()),
                "{start:?} {more:?}"
            );
        }
    }
}

#[wasm_bindgen_test]
async fn a_token_changes_the_text_that_grows_and_nothing_else() {
    let page = Page::new("Settled **words**.\n\n- one\n- two `code`\n- three").await;
    page.js("(() => { page.seen = []; page.observer = new MutationObserver(all => page.seen.push(...all));
        page.observer.observe(page, { subtree: true, childList: true, characterData: true, attributes: true }); })()");
    page.write(" and").await;
    page.write(" more").await;
    let seen = "page.seen.concat(page.observer.takeRecords()).map(one => one.type + ' ' + one.target.data)";
    assert_eq!(
        page.js(seen),
        "characterData three and more,characterData three and more"
    );
}

#[wasm_bindgen_test]
async fn code_in_a_list_that_is_being_written_can_be_copied() {
    let page = Page::new("- item\n\n  ```\n  one").await;
    for (more, code) in [
        ("\n  two", "one\ntwo"),
        ("\n  ```\n- next", "one\ntwo"),
        (" item", "one\ntwo"),
    ] {
        page.write(more).await;
        page.copied.set(String::new());
        page.js("page.querySelector('figure button[aria-label=\"Copy code\"]').click()");
        assert_eq!(page.copied.get_untracked(), code, "{more:?}");
    }
}

#[wasm_bindgen_test]
async fn the_end_shows_what_was_held_back() {
    let page = Page::new("a **bold").await;
    assert_eq!(page.js("page.querySelector('strong').textContent"), "bold");
    page.open.set(false);
    page.settle().await;
    assert_eq!(page.js("page.textContent"), "a **bold");
}

#[wasm_bindgen_test]
async fn an_image_is_fetched_when_its_reader_asks_and_is_a_link_where_it_fails() {
    let page = Page::new("![a cat](https://x.test:1/cat.png) is here").await;
    assert_eq!(
        page.js("page.querySelector('img') + page.querySelector('button').innerText"),
        "nulla cat Show image from x.test:1"
    );
    page.js("page.querySelector('button').click()");
    assert_eq!(
        page.js("['src', 'alt', 'referrerpolicy', 'loading'].map(name => page.querySelector('img').getAttribute(name))"),
        "https://x.test:1/cat.png,a cat,no-referrer,lazy"
    );
    page.write(" now").await;
    // The browser may have found out already that there is no such server.
    assert_eq!(page.js("page.querySelectorAll('img, a').length"), "1");
    page.js("page.querySelector('img')?.dispatchEvent(new Event('error'))");
    assert_eq!(
        page.js("page.querySelector('img') + page.querySelector('a').href"),
        "nullhttps://x.test:1/cat.png"
    );
}

#[wasm_bindgen_test]
async fn a_footnote_is_gone_to_and_come_back_from() {
    let text = "One[^a].\n\n[^a]: Note.\n";
    let (page, other) = (Page::new(text).await, Page::new(text).await);
    for page in [&page, &other] {
        page.js("page.querySelector('sup a').click()");
        assert_eq!(
            page.js("document.activeElement === page.querySelector('.md-footnotes li')"),
            "true"
        );
        page.js("page.querySelector('.md-back').click()");
        assert_eq!(
            page.js("document.activeElement === page.querySelector('sup a')"),
            "true"
        );
    }
}
