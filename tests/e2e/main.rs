//! Journeys: what people do, in a real browser, against the server's real binary.
//!
//! `cargo xtask test` builds what they need and says where it is.
#![cfg(not(target_arch = "wasm32"))]

mod access;
mod audit;
mod code;
mod data;
mod device;
mod elsewhere;
mod failures;
mod first_paint;
mod first_use;
mod keyboard;
mod language;
mod look;
mod members;
mod network;
mod notices;
mod offline;
mod palette;
mod presence;
mod profile;
mod push;
mod replies;
mod screens;
mod shots;
mod siblings;
mod storage;
mod tabs;
mod timeline;
mod unread;
mod unsent;

use weft_testkit::edges::{Browser, ModelServer, Node, Screen, TestServer};

const PASSWORD: &str = "correct horse battery";

/// A server with a model to ask.
async fn served() -> (ModelServer, TestServer) {
    served_with(&[]).await
}

/// The same, with further flags.
async fn served_with(flags: &[&str]) -> (ModelServer, TestServer) {
    let model = ModelServer::start().await;
    let server = TestServer::start(Some(&model), flags);
    (model, server)
}

/// Opens the app and creates the account.
async fn sign_up(url: &str, name: &str) -> Browser {
    let browser = Browser::open(url, Screen::WIDE).await;
    browser.button("Create account").click().await;
    enter(&browser, name, "Create account").await;
    browser
}

/// Opens the app on a further device of the account.
async fn sign_in(url: &str, name: &str) -> Browser {
    let browser = Browser::open(url, Screen::WIDE).await;
    enter(&browser, name, "Sign in").await;
    browser
}

/// Fills in the sign-in page and submits it by the button of that name.
async fn enter(browser: &Browser, name: &str, submit: &str) {
    browser.textbox("Username").fill(name).await;
    browser.textbox("Password").fill(PASSWORD).await;
    browser.button(submit).click().await;
    connected(browser).await;
}

/// Waits until the app says that it is connected.
async fn connected(browser: &Browser) {
    browser.find("status", "Connection").says("Connected").await;
    browser.textbox("Message").seen().await;
}

/// Writes a message and sends it by the keyboard.
async fn say(browser: &Browser, text: &str) {
    browser.textbox("Message").fill(text).await;
    browser.press("Enter").await;
}

/// Waits until a message has the state (the `status` of its row).
async fn until_status(message: &Node<'_>, browser: &Browser, status: &str) {
    browser
        .until(&format!("a message that is {status}"), async || {
            let now = message.call("function() { return this.dataset.status; }");
            (now.await == status).then_some(())
        })
        .await;
}

/// The message's text as it is, by its "Copy" button.
async fn copied(browser: &Browser, message: Node<'_>) -> String {
    browser.js("navigator.clipboard.writeText('')").await;
    browser.button("Copy").within(message).click().await;
    browser
        .until("the copied text", async || {
            Some(browser.clipboard().await).filter(|text| !text.is_empty())
        })
        .await
}

/// What the people of the thread have said, in the order on the screen.
async fn said(browser: &Browser) -> Vec<String> {
    let said = browser
        .js("[...document.querySelectorAll('article[data-author=user] .message-body')].map(e => e.innerText.trim())")
        .await;
    serde_json::from_value(said).expect("a list of texts")
}
