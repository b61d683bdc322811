//! The other ways a message was said, or a reply was made.

use weft_testkit::edges::Browser;

use crate::{say, served, sign_in, sign_up, until_status};

/// What the messages say that are shown, in their order.
async fn shown(browser: &Browser) -> Vec<String> {
    let texts = browser
        .js("[...document.querySelectorAll('article .message-body')].map(e => e.innerText.trim())")
        .await;
    serde_json::from_value(texts).expect("a list of texts")
}

async fn until_shown(browser: &Browser, texts: &[&str]) {
    let same = async || (shown(browser).await == texts).then_some(());
    browser.until(&format!("{texts:?}"), same).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_is_a_sibling_that_every_device_can_go_back_from() {
    let (model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    model.next_reply().finish_with("Apples grow on trees.", 5);
    say(&browser, "Apples").await;
    until_status(&browser.message(1), &browser, "complete").await;
    let elsewhere = sign_in(&server.url(), "ada").await;
    elsewhere.goto(&browser.url().await).await;
    until_shown(&elsewhere, &["Apples", "Apples grow on trees."]).await;

    model.next_reply().finish_with("Pears do as well.", 5);
    browser
        .button("Edit")
        .within(browser.message(0))
        .click()
        .await;
    browser.textbox("Edit message").fill("Pears").await;
    browser.press("Enter").await;
    for device in [&browser, &elsewhere] {
        until_shown(device, &["Pears", "Pears do as well."]).await;
        device.message(0).says("2 of 2").await;
    }

    // One reader goes back, by the keyboard; the other one stays.
    let back = browser.button("Previous version");
    back.focus().await;
    browser.press("Enter").await;
    until_shown(&browser, &["Apples", "Apples grow on trees."]).await;
    browser.message(0).says("1 of 2").await;
    let focused = async || {
        let focused = browser.focused().await?;
        (focused == ("button".to_owned(), "Previous version".to_owned())).then_some(())
    };
    browser.until("the focus to stay", focused).await;
    until_shown(&elsewhere, &["Pears", "Pears do as well."]).await;

    // What is said there goes on from there, on every device.
    model.next_reply().finish_with("Very red.", 5);
    say(&browser, "Which colour?").await;
    let branch = [
        "Apples",
        "Apples grow on trees.",
        "Which colour?",
        "Very red.",
    ];
    for device in [&browser, &elsewhere] {
        until_shown(device, &branch).await;
        device.message(0).says("1 of 2").await;
    }
    elsewhere.button("Next version").click().await;
    until_shown(&elsewhere, &["Pears", "Pears do as well."]).await;
    browser.close().await;
    elsewhere.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_is_made_anew_by_another_model_and_the_first_one_is_kept() {
    let (model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    model.next_reply().finish_with("One.", 5);
    say(&browser, "Count").await;
    until_status(&browser.message(1), &browser, "complete").await;
    let reply = browser.message(1);
    browser
        .button("Regenerate with another model")
        .within(reply)
        .click()
        .await;
    browser.button("Demo").click().await;
    browser.message(1).says("I am the demo model").await;
    browser.message(1).says("2 of 2").await;
    until_status(&browser.message(1), &browser, "complete").await;

    browser.button("Previous version").click().await;
    until_shown(&browser, &["Count", "One."]).await;
    // Which version is read is this page's alone: opened anew, it shows the newest one.
    browser.reload().await;
    browser.message(1).says("I am the demo model").await;

    // A version that is deleted counts no more.
    browser
        .button("Delete")
        .within(browser.message(1))
        .click()
        .await;
    until_shown(&browser, &["Count", "One."]).await;
    browser.button("Previous version").gone().await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_answered_is_quoted() {
    let (model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    model
        .next_reply()
        .finish_with("First line.\n\nSecond line.", 5);
    say(&browser, "Two lines").await;
    until_status(&browser.message(1), &browser, "complete").await;
    browser
        .button("Quote")
        .within(browser.message(1))
        .click()
        .await;
    browser.type_text("Why?").await;
    let written = browser
        .textbox("Message")
        .call("function() { return this.value; }")
        .await;
    assert_eq!(written, "> First line.\n> \n> Second line.\n\nWhy?");
    browser.press("Enter").await;
    browser.message(2).says("Why?").await;
    browser
        .until_js("document.querySelector('article:nth-of-type(3) blockquote') !== null")
        .await;
    browser.close().await;
}
