//! What is unsent: changed where it waits, and told of before it is left behind.

use weft_testkit::edges::Proxy;

use crate::{
    PASSWORD, network::last_words, offline::kept, said, say, served, sign_up, until_status,
};

#[tokio::test(flavor = "multi_thread")]
async fn an_unsent_message_is_changed_where_it_waits() {
    let (model, server) = served().await;
    let network = Proxy::start(server.addr()).await;
    let browser = sign_up(&network.url(), "ada").await;
    say(&browser, "Online").await;
    until_status(&browser.message(1), &browser, "complete").await;
    network.cut();
    for text in ["Frist", "Second"] {
        say(&browser, text).await;
        browser.newest().says("Queued").await;
    }
    let edit = browser.button("Edit").within(browser.message(2));
    edit.click().await;
    browser.textbox("Edit message").fill("Not this").await;
    browser.press("Escape").await;
    assert_eq!(said(&browser).await, ["Online", "Frist", "Second"]);
    edit.click().await;
    browser.textbox("Edit message").fill("First").await;
    browser.press("Enter").await;
    browser.message(2).says("First").await;
    browser.message(2).says("Queued").await;
    assert_eq!(said(&browser).await, ["Online", "First", "Second"]);

    // What was sent before it is saved is edited as any other message.
    let edit = browser.button("Edit").within(browser.message(3));
    edit.click().await;
    browser.textbox("Edit message").fill("Second thou").await;
    network.open();
    let answered = "document.querySelectorAll('article[data-author=assistant][data-status=complete]').length === 3";
    browser.until_js(answered).await;
    browser.type_text("ghts").await;
    browser.press("Enter").await;
    browser.message(4).says("Second thoughts").await;
    browser.until_js(answered).await;
    assert_eq!(said(&browser).await, ["Online", "First", "Second thoughts"]);
    let asked = model.asked(4).await;
    let last: Vec<_> = asked.iter().map(last_words).collect();
    assert_eq!(last, ["Online", "First", "Second", "Second thoughts"]);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_may_have_been_sent_is_shown_once_when_it_is_changed() {
    let (_model, server) = served().await;
    let network = Proxy::start(server.addr()).await;
    let browser = sign_up(&network.url(), "ada").await;
    kept(&browser).await;
    say(&browser, "Online").await;
    until_status(&browser.message(1), &browser, "complete").await;
    network.cut();
    say(&browser, "Befroe").await;
    browser.newest().says("Queued").await;
    // Whoever opens the page anew cannot know what the one before has sent.
    browser.reload().await;
    browser.newest().says("Queued").await;
    browser
        .button("Edit")
        .within(browser.newest())
        .click()
        .await;
    browser.textbox("Edit message").fill("Before").await;
    browser.press("Enter").await;
    browser.newest().says("Before").await;
    assert_eq!(said(&browser).await, ["Online", "Before"]);
    network.open();
    until_status(&browser.message(3), &browser, "complete").await;
    assert_eq!(said(&browser).await, ["Online", "Before"]);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_too_long_is_shortened_and_goes_through() {
    let (_model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    say(&browser, "Short").await;
    until_status(&browser.message(1), &browser, "complete").await;
    // Short enough as a text, but each of these takes six bytes on the wire.
    let write = "{
        const area = document.querySelector('.composer-text');
        area.value = '\\u0001'.repeat(200_000);
        area.dispatchEvent(new Event('input', { bubbles: true }));
    }";
    browser.js(write).await;
    browser.press("Enter").await;
    let failed = browser.newest();
    failed.says("The text is too long.").await;
    browser.button("Edit").within(failed.clone()).click().await;
    browser.textbox("Edit message").fill("Shortened").await;
    browser.press("Enter").await;
    until_status(&browser.message(3), &browser, "complete").await;
    assert_eq!(said(&browser).await, ["Short", "Shortened"]);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_tells_of_what_is_unsent_and_leaves_nothing_behind() {
    let (_model, server) = served().await;
    let network = Proxy::start(server.addr()).await;
    let browser = sign_up(&network.url(), "ada").await;
    kept(&browser).await;
    say(&browser, "Online").await;
    until_status(&browser.message(1), &browser, "complete").await;
    browser.starting("link", "A title").seen().await;
    network.cut();
    say(&browser, "Unsent").await;
    browser.newest().says("Queued").await;
    let settings = browser.find("link", "ada Settings");
    settings.click().await;
    browser.button("Sign out").click().await;
    let dialog = browser.find("dialog", "Sign out?");
    dialog.says("1 message has not been sent yet.").await;
    let stay = Some(("button".to_owned(), "Stay signed in".to_owned()));
    assert_eq!(browser.focused().await, stay);
    browser.press("Enter").await;
    dialog.gone().await;
    let back = Some(("button".to_owned(), "Sign out".to_owned()));
    assert_eq!(browser.focused().await, back);
    browser.starting("link", "A title").click().await;
    browser.newest().says("Unsent").await;
    browser.newest().says("Queued").await;

    settings.click().await;
    browser.button("Sign out").click().await;
    browser.button("Sign out and delete").click().await;
    browser.textbox("Username").seen().await;
    browser
        .until_js(
            "indexedDB.databases().then(all => !all.some(({ name }) => name.startsWith('weft-')))",
        )
        .await;
    let left = "Object.keys(localStorage).filter(name => name.startsWith('weft.') && name !== 'weft.theme')";
    assert_eq!(browser.js(left).await, serde_json::json!([]));

    // The app leads back to the settings.
    network.open();
    browser.textbox("Username").fill("ada").await;
    browser.textbox("Password").fill(PASSWORD).await;
    browser.press("Enter").await;
    browser.starting("link", "A title").click().await;
    until_status(&browser.message(1), &browser, "complete").await;
    assert_eq!(said(&browser).await, ["Online"]);
    settings.click().await;
    // With nothing to lose nothing is asked.
    browser.button("Sign out").click().await;
    browser.textbox("Username").seen().await;
    browser.close().await;
}
