//! What breaks between the page and the server, and the server itself.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use weft_testkit::edges::Proxy;

use crate::{connected, copied, said, say, served, sign_up, until_status};

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_comes_back_with_every_message_and_no_reply_that_never_ends() {
    let (model, mut server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    say(&browser, "Before").await;
    until_status(&browser.message(1), &browser, "complete").await;
    let reply = model.next_reply();
    say(&browser, "During").await;
    reply.say("It was going so w");
    browser.newest().says("It was going so w").await;
    server.kill();
    browser
        .find("status", "Connection")
        .says("Reconnecting")
        .await;
    server.restart();
    connected(&browser).await;
    until_status(&browser.newest(), &browser, "stopped").await;
    browser
        .newest()
        .says("The server restarted during this reply.")
        .await;
    assert_eq!(said(&browser).await, ["Before", "During"]);
    browser
        .button("Retry")
        .within(browser.newest())
        .click()
        .await;
    until_status(&browser.newest(), &browser, "complete").await;
    assert_eq!(
        copied(&browser, browser.newest()).await,
        "Hello from the **model**."
    );
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_during_ten_seconds_without_a_network_arrives_in_order_and_once() {
    let (model, server) = served().await;
    let network = Proxy::start(server.addr()).await;
    let browser = sign_up(&network.url(), "ada").await;
    say(&browser, "Online").await;
    until_status(&browser.message(1), &browser, "complete").await;
    let back = Instant::now() + Duration::from_secs(10);
    network.cut();
    say(&browser, "One").await;
    browser
        .find("status", "Connection")
        .says("Reconnecting")
        .await;
    say(&browser, "Two").await;
    say(&browser, "Three").await;
    browser.newest().says("Queued").await;
    browser.textbox("Message").fill("Not sent ye").await;
    browser.type_text("t").await;
    // The length of the cut is what this is about.
    sleep_until(back).await;
    network.open();
    connected(&browser).await;
    browser
        .until_js("document.querySelectorAll('article[data-status=complete]').length === 8")
        .await;
    assert_eq!(said(&browser).await, ["Online", "One", "Two", "Three"]);
    let asked = model.asked(4).await;
    let last: Vec<_> = asked.iter().map(last_words).collect();
    assert_eq!(last, ["Online", "One", "Two", "Three"]);
    let composer = browser.textbox("Message");
    let draft = composer.call("function() { return this.value; }").await;
    assert_eq!(draft, "Not sent yet");
    browser.close().await;
}

/// What a model was asked last in a request.
pub(crate) fn last_words(request: &serde_json::Value) -> &str {
    let messages = request["messages"].as_array().expect("messages");
    messages.last().expect("one")["content"]
        .as_str()
        .expect("text")
}
