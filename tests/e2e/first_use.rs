//! From nothing to a first answer, on one device and on two.

use weft_testkit::edges::{Browser, Proxy, Screen};

use crate::{PASSWORD, connected, copied, say, served, sign_in, sign_up, until_status};

const REPLY: &str = "A **loom** weaves _threads_ into cloth.\n\n\
    1. The *warp* is held — taut.\n2. The `weft` is drawn through it: 🧵 \"über\" 織機\n\n\
    ```rust\nfn weave(warp: &[Thread]) -> Cloth {\n    warp.iter().collect()\n}\n```\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_new_person_signs_up_writes_and_reads_the_reply_to_the_byte() {
    let (model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    let reply = model.next_reply();
    say(&browser, "What is a loom?").await;
    browser.message(0).says("What is a loom?").await;
    browser.button("Stop").seen().await;
    reply.finish_with(REPLY, 3);
    until_status(&browser.newest(), &browser, "complete").await;
    browser.newest().says("fn weave(warp").await;
    assert_eq!(copied(&browser, browser.newest()).await, REPLY);
    browser.find("link", "A title by the model").seen().await;
    browser.button("Send").seen().await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_to_sign_in_writes_at_once_and_needs_no_pointer() {
    let (_model, server) = served().await;
    let browser = Browser::open(&server.url(), Screen::WIDE).await;
    browser.textbox("Username").seen().await;
    browser.type_text("ada").await;
    browser.tab_to("textbox", "Password").await;
    browser.type_text(PASSWORD).await;
    browser.tab_to("button", "Create account").await;
    browser.press("Enter").await;
    // What was written is there, and so is the way on.
    browser.tab_to("button", "Create account").await;
    browser.press("Enter").await;
    connected(&browser).await;
    browser.starting("link", "ada").seen().await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_on_the_screen_before_the_server_has_said_a_word() {
    let (_model, server) = served().await;
    let network = Proxy::start(server.addr()).await;
    let browser = sign_up(&network.url(), "ada").await;
    network.hold();
    say(&browser, "First").await;
    say(&browser, "Second").await;
    let second = browser.message(1);
    second.says("Sending").await;
    assert_eq!(crate::said(&browser).await, ["First", "Second"]);
    // The element itself is marked: what is confirmed must be the same one.
    second.call("function() { this.marked = true; }").await;
    network.open();
    browser
        .until_js("document.querySelectorAll('article [data-delivery]').length === 0")
        .await;
    assert_eq!(crate::said(&browser).await, ["First", "Second"]);
    browser
        .until_js("[...document.querySelectorAll('article[data-author=user]')].map(e => !!e.marked).join() === 'false,true'")
        .await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_devices_of_one_account_see_the_same_reply_as_it_streams() {
    let (model, server) = served().await;
    let first = sign_up(&server.url(), "ada").await;
    let second = sign_in(&server.url(), "ada").await;
    let reply = model.next_reply();
    say(&first, "Hello both").await;
    second.starting("link", "Hello both").click().await;
    reply.say("One ");
    for device in [&first, &second] {
        device.newest().says("One").await;
        device
            .starting("link", "Hello both Generating")
            .seen()
            .await;
    }
    reply.say("two ");
    for device in [&first, &second] {
        device.newest().says("One two").await;
        device.button("Stop").seen().await;
    }
    reply.say("three.");
    reply.finish();
    for device in [&first, &second] {
        until_status(&device.newest(), device, "complete").await;
        assert_eq!(copied(device, device.newest()).await, "One two three.");
        device.find("link", "A title by the model").seen().await;
    }
    first.close().await;
    second.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_reloads_during_a_reply_lose_nothing_and_repeat_nothing() {
    let (model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    let reply = model.next_reply();
    say(&browser, "Count").await;
    let mut whole = String::new();
    for round in 0..4 {
        let piece = format!("part {round} of four, ünïcode 🧵; ");
        reply.say(&piece);
        whole.push_str(&piece);
        browser.newest().says(&format!("part {round}")).await;
        if round < 3 {
            browser.reload().await;
            connected(&browser).await;
        }
    }
    reply.finish();
    until_status(&browser.newest(), &browser, "complete").await;
    assert_eq!(copied(&browser, browser.newest()).await, whole);
    assert_eq!(browser.any("article").count().await, 2);
    browser.close().await;
}
