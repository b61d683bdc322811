//! What is unread: counted on every device, until it is read on one.

use weft_testkit::edges::Browser;

use crate::{
    members::{joined, link},
    say, served, sign_in, sign_up, until_status,
};

/// Ada on two devices, elsewhere in the app, and Bob in a thread that they share.
async fn apart(url: &str, model: &weft_testkit::edges::ModelServer) -> [Browser; 3] {
    let ada = sign_up(url, "ada").await;
    model.next_reply().finish_with("Rome.", 3);
    say(&ada, "Where to?").await;
    until_status(&ada.message(1), &ada, "complete").await;
    let bob = joined(url, &link(&ada, "editor").await, "bob").await;
    bob.newest().says("Rome.").await;
    ada.button("New chat").click().await;
    let other = sign_in(url, "ada").await;
    [ada, other, bob]
}

async fn titled(browser: &Browser, title: &str) {
    browser
        .until_js(&format!("document.title === '{title}'"))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_say_is_unread_on_every_device_until_it_is_read_on_one() {
    let (model, server) = served().await;
    let [ada, other, bob] = apart(&server.url(), &model).await;
    for text in ["I like Rome", "Or Oslo"] {
        say(&bob, text).await;
        bob.newest().says(text).await;
    }
    for device in [&ada, &other] {
        device.find("image", "2 unread").seen().await;
        titled(device, "(2) Weft").await;
    }
    ada.js("history.back()").await;
    ada.newest().says("Or Oslo").await;
    ada.until_js("document.querySelector('.first-unread')?.nextElementSibling.innerText.includes('I like Rome')")
        .await;
    for device in [&ada, &other] {
        device.find("image", "2 unread").gone().await;
        titled(device, "Weft").await;
    }
    // Nobody has read what nobody sees.
    ada.hide().await;
    say(&bob, "Or Paris").await;
    other.find("image", "1 unread").seen().await;
    ada.show().await;
    other.find("image", "1 unread").gone().await;
    for browser in [ada, other, bob] {
        browser.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_is_marked_as_unread_and_a_muted_one_is_counted_without_a_word() {
    let (model, server) = served().await;
    let [ada, other, bob] = apart(&server.url(), &model).await;
    let choose = async |item: &str| {
        ada.starting("button", "Options for").click().await;
        ada.button(item).click().await;
    };
    choose("Mark as unread").await;
    other.find("image", "1 unread").seen().await;
    titled(&other, "(1) Weft").await;
    choose("Mute").await;
    titled(&other, "Weft").await;
    other.find("image", "1 unread").seen().await;
    choose("Mark as read").await;
    other.find("image", "1 unread").gone().await;
    for browser in [ada, other, bob] {
        browser.close().await;
    }
}
