//! Ending a reply early.

use std::time::{Duration, Instant};

use crate::{copied, say, served, sign_up, until_status};

#[tokio::test(flavor = "multi_thread")]
async fn stop_closes_the_providers_connection_within_a_second_and_keeps_the_text() {
    let (model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    let reply = model.next_reply();
    say(&browser, "Talk").await;
    reply.say("On and on and");
    browser.newest().says("On and on and").await;
    let pressed = Instant::now();
    browser.button("Stop").click().await;
    let closed = reply.closed_after(pressed, Duration::from_secs(5)).await;
    assert!(
        closed.is_some_and(|after| after < Duration::from_secs(1)),
        "{closed:?}"
    );
    until_status(&browser.newest(), &browser, "stopped").await;
    browser.newest().says("Stopped.").await;
    assert_eq!(copied(&browser, browser.newest()).await, "On and on and");
    browser.button("Send").seen().await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_can_be_made_anew_and_a_message_said_better_or_deleted() {
    let (model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    model.next_reply().finish_with("The first answer.", 5);
    say(&browser, "Helo").await;
    until_status(&browser.message(1), &browser, "complete").await;
    model.next_reply().finish_with("The second answer.", 5);
    browser
        .button("Regenerate")
        .within(browser.newest())
        .click()
        .await;
    browser.newest().says("The second answer.").await;
    assert_eq!(browser.any("article").count().await, 2);
    until_status(&browser.newest(), &browser, "complete").await;
    model.next_reply().finish_with("The third answer.", 5);
    browser
        .button("Edit")
        .within(browser.message(0))
        .click()
        .await;
    browser.textbox("Edit message").fill("Hello").await;
    browser.press("Enter").await;
    browser.newest().says("The third answer.").await;
    assert_eq!(crate::said(&browser).await, ["Hello"]);
    until_status(&browser.newest(), &browser, "complete").await;
    browser
        .button("Delete")
        .within(browser.newest())
        .click()
        .await;
    browser
        .until("the reply to go", async || {
            (browser.any("article").count().await == 1).then_some(())
        })
        .await;
    browser.close().await;
}
