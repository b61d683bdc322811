//! The page before the app: one can write at once, and nothing of it is lost.

use weft_testkit::edges::{Browser, Screen};

use crate::{connected, said, served, sign_up, until_status};

/// Holds the app back, from the next load on, until `go()`.
const GATE: &str = "
    const gate = new Promise(go => { window.go = go; });
    const { instantiateStreaming } = WebAssembly;
    WebAssembly.instantiateStreaming = async (...all) => {
        await gate;
        return instantiateStreaming(...all);
    };
";

/// Nothing of the app is there.
const BEFORE: &str = "!!document.querySelector('#boot') && !document.querySelector('nav')";

const WRITTEN: &str = "document.querySelector('.composer-text').value";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_before_the_app_is_there_is_written_in_its_composer() {
    let (_model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    browser.before_load(GATE).await;
    browser.reload().await;
    assert_eq!(browser.js(BEFORE).await, true);
    let message = browser.textbox("Message");
    message.seen().await;
    // The shell is where the app's will be.
    let place = "JSON.stringify(document.querySelector('.composer').getBoundingClientRect())";
    let before = browser.js(place).await;
    // The focus is there already.
    browser.type_text("Early words").await;
    browser
        .js("document.querySelector('.composer-text').setSelectionRange(0, 5)")
        .await;
    browser.js("go()").await;
    connected(&browser).await;
    assert_eq!(browser.js(WRITTEN).await, "Early words");
    browser.type_text("Kept").await;
    assert_eq!(browser.js(WRITTEN).await, "Kept words");
    assert_eq!(message.count().await, 1);
    assert_eq!(
        browser.js("document.querySelector('#boot')").await,
        serde_json::Value::Null
    );
    assert_eq!(browser.js(place).await, before);

    // What was kept is there before the app as well, and what is added to it stays one text.
    browser.reload().await;
    assert_eq!(browser.js(WRITTEN).await, "Kept words");
    browser.type_text(", and more").await;
    browser.js("go()").await;
    connected(&browser).await;
    browser
        .until_js(&format!("{WRITTEN} === 'Kept words, and more'"))
        .await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_before_the_app_is_there_is_sent_once() {
    let (_model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    browser.before_load(GATE).await;
    browser.reload().await;
    browser.type_text("At once").await;
    browser.press("Enter").await;
    assert_eq!(browser.js(BEFORE).await, true);
    browser.js("go()").await;
    until_status(&browser.message(1), &browser, "complete").await;
    assert_eq!(said(&browser).await, ["At once"]);

    // In a thread, and taken back by going on.
    browser.reload().await;
    browser.type_text("Not yet").await;
    browser.press("Enter").await;
    browser.type_text(" done").await;
    browser.js("go()").await;
    connected(&browser).await;
    browser
        .until_js(&format!("{WRITTEN} === 'Not yet done'"))
        .await;
    browser.message(1).seen().await;
    assert_eq!(said(&browser).await, ["At once"]);
    browser.close().await;
}

/// Holds back what the server says from the models on, from the next load on, until `go()`.
const UNKNOWN_MODELS: &str = "
    window.WebSocket = class extends WebSocket {
        constructor(...all) {
            super(...all);
            let held = [];
            this.addEventListener('message', event => {
                if (!held || !(held.length || event.data.startsWith('{\"models\"'))) return;
                event.stopImmediatePropagation();
                held.push(event.data);
                window.held = held.length;
            });
            window.go = () => {
                const all = held;
                held = null;
                for (const data of all) this.dispatchEvent(new MessageEvent('message', { data }));
            };
        }
    };
";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_before_it_is_known_who_can_be_asked_asks_them_all_the_same() {
    let (_model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    browser.before_load(UNKNOWN_MODELS).await;
    browser.reload().await;
    browser.until_js("window.held > 0").await;
    browser.textbox("Message").focus().await;
    browser.type_text("Who is there?").await;
    browser.press("Enter").await;
    assert_eq!(browser.js(WRITTEN).await, "Who is there?");
    browser.js("go()").await;
    until_status(&browser.message(1), &browser, "complete").await;
    assert_eq!(said(&browser).await, ["Who is there?"]);
    assert_eq!(browser.js(WRITTEN).await, "");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_who_is_not_signed_in_is_shown_a_place_to_write() {
    let (_model, server) = served().await;
    let browser = Browser::open("about:blank", Screen::WIDE).await;
    browser.before_load(GATE).await;
    browser.goto(&server.url()).await;
    assert_eq!(browser.js(BEFORE).await, true);
    assert_eq!(browser.any("textbox").count().await, 0);
    browser.js("go()").await;
    browser.textbox("Username").seen().await;
    browser.close().await;
}
