//! Journeys: what people do, in a real browser, against the server's real binary.
//!
//! `cargo xtask test` builds what they need and says where it is.
#![cfg(not(target_arch = "wasm32"))]

mod first_use;

use weft_testkit::edges::{Browser, ModelServer, Screen, TestServer};

const PASSWORD: &str = "correct horse battery";

/// A server with a model to ask.
async fn served() -> (ModelServer, TestServer) {
    let model = ModelServer::start().await;
    let server = TestServer::start(Some(&model), &[]);
    (model, server)
}

/// Opens the app and creates the account.
async fn sign_up(url: &str, name: &str) -> Browser {
    let browser = Browser::open(url, Screen::WIDE).await;
    browser.button("Create account").click().await;
    enter(&browser, name, "Create account").await;
    browser
}

/// Fills in the sign-in page and submits it by the button of that name.
async fn enter(browser: &Browser, name: &str, submit: &str) {
    browser.textbox("Username").fill(name).await;
    browser.textbox("Password").fill(PASSWORD).await;
    browser.button(submit).click().await;
    browser.textbox("Message").seen().await;
}

/// Writes a message and sends it by the keyboard.
async fn say(browser: &Browser, text: &str) {
    browser.textbox("Message").fill(text).await;
    browser.press("Enter").await;
}
