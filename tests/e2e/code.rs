//! Code and formulas as people see them.

use crate::{say, served, sign_up, until_status};

#[tokio::test(flavor = "multi_thread")]
async fn code_gets_its_colours_and_a_formula_its_nodes_off_the_main_thread() {
    let (model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    let reply = "Look:\n\n```rust\nfn main() {\n    let text = \"hi\";\n}\n```\n\nAnd $x^2 + 1$, but not $\\nosuchcommand{1}$.\n";
    model.next_reply().finish_with(reply, 7);
    say(&browser, "Code, please").await;
    until_status(&browser.newest(), &browser, "complete").await;
    for class in ["keyword", "string"] {
        browser
            .until_js(&format!("CSS.highlights.get('weft-{class}').size > 0"))
            .await;
    }
    let texts = "[...document.querySelector('.md-code code').childNodes].map(node => node.nodeType === 3 ? node.data.length : 0)";
    browser
        .until_js(&format!(
            "{texts}.filter(length => length > 0).length === 1"
        ))
        .await;
    browser
        .until_js("document.querySelector('.md-code code').childElementCount === 0")
        .await;
    browser
        .until_js("document.querySelectorAll('.md-math math msup').length === 1")
        .await;
    browser
        .until_js("[...document.querySelectorAll('.md-math code[title]')].length === 1")
        .await;
    browser.button("Wrap lines").click().await;
    browser
        .until_js("document.querySelector('.md-code').hasAttribute('data-wrap')")
        .await;
    browser.close().await;
}
