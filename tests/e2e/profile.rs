//! Who people are: how they are called and shown, whether they are there, where they are signed in, and their end.

use weft_testkit::edges::Browser;

use crate::{
    PASSWORD,
    members::{joined, link},
    said, say, served, sign_in, sign_up, until_status,
};

/// Opens the settings.
async fn open_settings(browser: &Browser) {
    browser
        .js("document.querySelector('.settings-link').click()")
        .await;
    browser.find("heading", "Settings").seen().await;
}

/// Back to the thread that one was in.
async fn back(browser: &Browser) {
    browser.js("history.back()").await;
    browser.textbox("Message").seen().await;
}

/// Waits until the list has the dot that says that somebody of a thread is online, or has it no more.
async fn dot(browser: &Browser, is_there: bool) {
    let find = "document.querySelector('.threads [aria-label=\"Somebody is online\"]')";
    browser
        .until_js(&format!("({find} !== null) === {is_there}"))
        .await;
}

/// The colour and the initials by the newest message of somebody else.
async fn face(browser: &Browser) -> serde_json::Value {
    browser
        .js("(e => e && [e.dataset.hue, e.innerText])([...document.querySelectorAll('article[data-author=member] .avatar')].at(-1))")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_and_a_colour_change_on_every_screen_also_on_what_was_said_before() {
    let (model, server) = served().await;
    let ada = sign_up(&server.url(), "ada").await;
    model.next_reply().finish_with("Rome.", 3);
    say(&ada, "Where to?").await;
    until_status(&ada.message(1), &ada, "complete").await;
    let bob = joined(&server.url(), &link(&ada, "editor").await, "bob").await;
    bob.newest().says("Rome.").await;
    say(&bob, "I like Rome").await;
    ada.newest().says("I like Rome").await;
    ada.newest().says("bob").await;

    open_settings(&bob).await;
    bob.textbox("Name").fill("Robert Tables").await;
    bob.find("radio", "Teal").click().await;
    bob.button("Save profile").click().await;
    bob.until_js("document.querySelector('.profile .form-done') !== null")
        .await;
    ada.newest().says("Robert Tables").await;
    assert_eq!(face(&ada).await, serde_json::json!(["4", "RT"]));
    back(&bob).await;
    bob.until_js("document.querySelector('.settings-name').innerText === 'Robert Tables'")
        .await;

    // One is found by the name that is shown, and mentioned by the one that one signs in with.
    ada.textbox("Message").focus().await;
    ada.type_text("Dear @tab").await;
    ada.starting("option", "@bob").says("Robert Tables").await;
    ada.press("Enter").await;
    ada.press("Enter").await;
    bob.newest().says("Dear @bob").await;
    assert_eq!(
        said(&ada).await.last().map(String::as_str),
        Some("Dear @bob")
    );

    // The device keeps it.
    ada.reload().await;
    ada.newest().seen().await;
    assert_eq!(face(&ada).await, serde_json::json!(["4", "RT"]));
    ada.close().await;
    bob.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dot_says_that_somebody_of_the_thread_is_online_unless_they_hide_it() {
    let (model, server) = served().await;
    let ada = sign_up(&server.url(), "ada").await;
    model.next_reply().finish_with("Rome.", 3);
    say(&ada, "Where to?").await;
    until_status(&ada.message(1), &ada, "complete").await;
    let bob = joined(&server.url(), &link(&ada, "editor").await, "bob").await;
    bob.newest().says("Rome.").await;
    dot(&ada, true).await;
    dot(&bob, true).await;

    bob.hide().await;
    dot(&ada, false).await;
    ada.button("Members, 2").click().await;
    ada.find("dialog", "Members")
        .says("Last seen 1 minute ago")
        .await;
    ada.button("Close").click().await;
    bob.show().await;
    dot(&ada, true).await;

    open_settings(&bob).await;
    bob.find("checkbox", "Hide when I am online").click().await;
    dot(&ada, false).await;
    dot(&bob, false).await;
    ada.button("Members, 2").click().await;
    let members = ada.find("dialog", "Members");
    members
        .until_text("nothing of when they were there", |text| {
            !text.contains("Last seen") && !text.contains("Here now")
        })
        .await;
    ada.close().await;
    bob.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_signed_out_from_another_keeps_what_was_not_sent() {
    let (model, server) = served().await;
    let ada = sign_up(&server.url(), "ada").await;
    model.next_reply().finish_with("Rome.", 3);
    say(&ada, "Where to?").await;
    until_status(&ada.message(1), &ada, "complete").await;
    let other = sign_in(&server.url(), "ada").await;
    other.textbox("Message").focus().await;
    other.type_text("Not sent yet").await;

    open_settings(&ada).await;
    ada.starting("button", "Sign out Chrom").click().await;
    ada.starting("button", "Sign out Chrom").gone().await;
    other.textbox("Password").seen().await;
    crate::enter(&other, "ada", "Sign in").await;
    other
        .until_js("document.querySelector('.composer-text').value === 'Not sent yet'")
        .await;
    ada.find("heading", "Devices").seen().await;
    ada.close().await;
    other.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_deleted_and_what_it_said_to_others_stays() {
    let (model, server) = served().await;
    let ada = sign_up(&server.url(), "ada").await;
    model.next_reply().finish_with("Rome.", 3);
    say(&ada, "Where to?").await;
    until_status(&ada.message(1), &ada, "complete").await;
    let bob = joined(&server.url(), &link(&ada, "editor").await, "bob").await;
    bob.newest().says("Rome.").await;
    bob.message(0).says("ada").await;

    open_settings(&ada).await;
    ada.button("Delete account…").click().await;
    let dialog = ada.find("dialog", "Delete your account?");
    dialog.says("Deleted user").await;
    ada.js("document.querySelector('.farewell input').value = 'wrong password'")
        .await;
    ada.button("Delete account").click().await;
    dialog.says("password is wrong").await;
    ada.js(&format!(
        "document.querySelector('.farewell input').value = '{PASSWORD}'"
    ))
    .await;
    ada.button("Delete account").click().await;
    ada.textbox("Username").seen().await;

    bob.message(0).says("Deleted user").await;
    bob.message(0).says("Where to?").await;
    // It is bob's now.
    bob.starting("button", "Share").seen().await;
    say(&bob, "Still here").await;
    bob.message(2).says("Still here").await;
    // Nothing is left on the device.
    ada.until_js("(async () => (await indexedDB.databases()).length === 0)()")
        .await;
    ada.close().await;
    bob.close().await;
}
