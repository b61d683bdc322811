//! What people are told of: shown once, listed on every device until it is read on one, and leading there.

use weft_testkit::edges::Browser;

use crate::{
    members::{joined, link},
    say, served, sign_in, sign_up, until_status,
};

/// How many toasts of mentions have appeared since [`listen`].
async fn toasts(browser: &Browser) -> u64 {
    let count = "window.toasted.filter(text => text.includes('mentioned')).length";
    browser.js(count).await.as_u64().unwrap_or_default()
}

/// Notes every toast that appears.
async fn listen(browser: &Browser) {
    browser
        .js("window.toasted = []; new MutationObserver(changes => changes.forEach(change => \
             change.addedNodes.forEach(node => node.innerText && window.toasted.push(node.innerText))))\
             .observe(document.querySelector('.toasts'), { childList: true }); true")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mention_while_nobody_looks_waits_on_every_device_and_leads_to_the_message() {
    let (model, server) = served().await;
    let ada = sign_up(&server.url(), "ada").await;
    model.next_reply().finish_with("Rome.", 3);
    say(&ada, "Where to?").await;
    until_status(&ada.message(1), &ada, "complete").await;
    let bob = joined(&server.url(), &link(&ada, "editor").await, "bob").await;
    bob.newest().says("Rome.").await;
    // Whoever has the thread on screen has seen who joined.
    ada.button("New chat").click().await;
    let other = sign_in(&server.url(), "ada").await;
    for device in [&ada, &other] {
        device.button("Notices").seen().await;
        listen(device).await;
    }
    ada.hide().await;
    say(&bob, "@ada, did you see this?").await;
    let toast = other.find("region", "Notifications");
    toast.says("bob mentioned you").await;
    other.button("Notices, 1 unread").seen().await;
    for n in 0..20 {
        say(&bob, &format!("thought {n}")).await;
        bob.newest().says(&format!("thought {n}")).await;
    }
    ada.show().await;
    ada.button("Notices, 1 unread").seen().await;
    assert_eq!(toasts(&ada).await, 0, "it was said elsewhere");
    // Of two devices that are seen one says it.
    say(&bob, "@ada, really").await;
    for device in [&ada, &other] {
        device.button("Notices, 2 unread").seen().await;
    }
    ada.until("a toast on one of them", async || {
        let both = (toasts(&ada).await, toasts(&other).await);
        (both == (1, 1) || both == (0, 2)).then_some(())
    })
    .await;

    ada.button("Notices, 2 unread").click().await;
    let panel = ada.find("dialog", "Notices");
    ada.until_js("document.querySelectorAll('.notice').length > 1")
        .await;
    let first = ada
        .js("document.querySelectorAll('.notice')[1].click()")
        .await;
    assert!(first.is_null());
    panel.gone().await;
    ada.until_js(
        "[...document.querySelectorAll('article')].some(article => { \
         const at = article.getBoundingClientRect(); \
         return article.innerText.includes('did you see this?') && at.top > 0 && at.bottom < innerHeight; })",
    )
    .await;
    for device in [&ada, &other] {
        device.button("Notices, 1 unread").seen().await;
    }
    // The end of the thread is read by being there, on every device.
    ada.starting("button", "Jump to latest").click().await;
    for device in [&ada, &other] {
        device.button("Notices").seen().await;
    }
    assert_eq!(toasts(&ada).await + toasts(&other).await, 2);
    for browser in [ada, other, bob] {
        browser.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_added_and_whose_reply_is_ready_elsewhere_is_told_and_marks_all_read() {
    let (model, server) = served().await;
    let ada = sign_up(&server.url(), "ada").await;
    let bob = sign_up(&server.url(), "bob").await;
    let reply = model.next_reply();
    say(&ada, "Where to?").await;
    until_status(&ada.newest(), &ada, "streaming").await;
    ada.starting("button", "Share").click().await;
    ada.textbox("Username").fill("bob").await;
    ada.button("Add").click().await;
    ada.button("Close").click().await;
    bob.button("Notices, 1 unread").seen().await;
    bob.button("Notices, 1 unread").click().await;
    bob.find("dialog", "Notices")
        .says("ada added you to a chat")
        .await;
    bob.button("Mark all read").click().await;
    bob.button("Close").click().await;
    bob.button("Notices").seen().await;

    ada.button("New chat").click().await;
    reply.finish_with("Rome.", 3);
    ada.button("Notices, 1 unread").seen().await;
    let toast = ada.find("region", "Notifications");
    toast.says("has answered").await;
    ada.button("Open").within(toast).click().await;
    ada.newest().says("Rome.").await;
    ada.button("Notices").seen().await;
    // It is over: the list does not fill with what was seen.
    ada.button("Notices").click().await;
    ada.find("dialog", "Notices").says("Nothing yet.").await;
    for browser in [ada, bob] {
        browser.close().await;
    }
}
