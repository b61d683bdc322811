//! What the device keeps: the outbox, and what was read.

use weft_testkit::edges::{Browser, Proxy, Screen, TempDir};

use crate::{
    connected, enter, network::last_words, offline::kept, said, say, served, sign_in, sign_up,
    until_status,
};

/// Whether the database of the account has a draft.
const DRAFT_KEPT: &str = "indexedDB.databases().then(([{ name }]) => new Promise((done, fail) => {
    const opening = indexedDB.open(name);
    opening.onerror = fail;
    opening.onsuccess = () => {
        const counting = opening.result.transaction('drafts').objectStore('drafts').count();
        counting.onerror = fail;
        counting.onsuccess = () => { opening.result.close(); done(counting.result > 0); };
    };
}))";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_offline_outlives_a_killed_browser_and_arrives_once_and_in_order() {
    let (model, server) = served().await;
    let network = Proxy::start(server.addr()).await;
    let profile = TempDir::new("profile");
    let open =
        async |url: &str| Browser::open_with_profile(url, Screen::WIDE, profile.path()).await;
    let browser = open(&network.url()).await;
    browser.button("Create account").click().await;
    enter(&browser, "ada", "Create account").await;
    say(&browser, "Online").await;
    until_status(&browser.message(1), &browser, "complete").await;
    let thread = browser.url().await;
    // A browser that ends by itself writes down who is signed in.
    browser.close().await;

    let browser = open(&thread).await;
    connected(&browser).await;
    network.cut();
    for text in ["One", "Two", "Three"] {
        say(&browser, text).await;
        browser.newest().says(text).await;
        browser.newest().says("Queued").await;
    }
    browser.textbox("Message").fill("Half a sen").await;
    browser.until_js(DRAFT_KEPT).await;
    browser.kill();
    network.open();

    let browser = open(&thread).await;
    connected(&browser).await;
    let draft = browser.textbox("Message");
    let value = draft.call("function() { return this.value; }").await;
    assert_eq!(value, "Half a sen");
    let all = "document.querySelectorAll('article[data-status=complete]').length === 8";
    browser.until_js(all).await;
    assert_eq!(said(&browser).await, ["Online", "One", "Two", "Three"]);
    let asked = model.asked(4).await;
    let last: Vec<_> = asked.iter().map(last_words).collect();
    assert_eq!(last, ["Online", "One", "Two", "Three"]);
    browser.reload().await;
    browser.until_js(all).await;
    browser.close().await;
}

/// Writes a text and presses these keys, from the next load on, before the page is told what the device keeps.
fn writes_early(text: &str, keys: &str) -> String {
    format!(
        "window.early = false;
        const opens = IDBFactory.prototype.open;
        IDBFactory.prototype.open = function(...all) {{
            const area = document.querySelector('.composer-text');
            if (area && !window.early) {{
                window.early = true;
                area.value = '{text}';
                area.dispatchEvent(new Event('input', {{ bubbles: true }}));
                for (const key of {keys})
                    area.dispatchEvent(new KeyboardEvent('keydown', {{ key, bubbles: true }}));
            }}
            return opens.apply(this, all);
        }};"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_before_the_storage_is_open_goes_on_from_what_was_kept() {
    let (_model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    browser.textbox("Message").fill("Half a ").await;
    browser.until_js(DRAFT_KEPT).await;
    // Not the copy that a page leaves which goes away.
    browser
        .before_load("localStorage.removeItem('weft.draft.')")
        .await;
    browser.before_load(&writes_early("sentence", "[]")).await;
    browser.reload().await;
    connected(&browser).await;
    assert_eq!(browser.js("window.early").await, true);
    let whole = "document.querySelector('.composer-text').value === 'Half a sentence'";
    browser.until_js(whole).await;
    browser.until_js(DRAFT_KEPT).await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_before_the_storage_is_open_is_sent_once_it_is() {
    let (_model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    browser
        .before_load(&writes_early("Early", "['Enter']"))
        .await;
    browser.reload().await;
    until_status(&browser.message(0), &browser, "complete").await;
    assert_eq!(browser.js("window.early").await, true);
    assert_eq!(said(&browser).await, ["Early"]);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_started_anew_without_a_network_shows_the_last_thread_to_read_and_to_write_in() {
    let (_model, mut server) = served().await;
    let profile = TempDir::new("profile");
    let open =
        async |url: &str| Browser::open_with_profile(url, Screen::WIDE, profile.path()).await;
    let browser = open(&server.url()).await;
    browser.button("Create account").click().await;
    enter(&browser, "ada", "Create account").await;
    kept(&browser).await;
    say(&browser, "First").await;
    until_status(&browser.message(1), &browser, "complete").await;
    let thread = browser.url().await;
    // A browser that ends by itself writes down who is signed in.
    browser.close().await;
    server.kill();

    let browser = open(&thread).await;
    browser.message(0).says("First").await;
    browser.message(1).says("Hello from the model.").await;
    say(&browser, "Second").await;
    browser.newest().says("Queued").await;
    browser.kill();

    server.restart();
    let browser = open(&thread).await;
    until_status(&browser.message(3), &browser, "complete").await;
    assert_eq!(said(&browser).await, ["First", "Second"]);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_server_the_threads_are_there_to_read_and_to_write_in() {
    let (model, mut server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    kept(&browser).await;
    say(&browser, "First").await;
    until_status(&browser.message(1), &browser, "complete").await;
    let first = browser.url().await;
    browser.button("New chat").click().await;
    browser.any("article").gone().await;
    let reply = model.next_reply();
    say(&browser, "Second").await;
    reply.say("It came **bit** by bit.");
    browser.newest().says("bit by bit").await;
    reply.finish();
    until_status(&browser.message(1), &browser, "complete").await;

    server.kill();
    browser.reload().await;
    browser.message(0).says("Second").await;
    browser.newest().says("It came bit by bit.").await;
    until_status(&browser.newest(), &browser, "complete").await;
    browser.goto(&first).await;
    browser.message(0).says("First").await;
    assert_eq!(said(&browser).await, ["First"]);
    say(&browser, "Third").await;
    browser.newest().says("Queued").await;
    browser.reload().await;
    browser.newest().says("Queued").await;
    assert_eq!(said(&browser).await, ["First", "Third"]);

    server.restart();
    connected(&browser).await;
    until_status(&browser.message(3), &browser, "complete").await;
    assert_eq!(said(&browser).await, ["First", "Third"]);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_deleted_under_the_app_is_made_anew() {
    let (_model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    say(&browser, "Before").await;
    until_status(&browser.message(1), &browser, "complete").await;
    let deleted = browser
        .js(
            "indexedDB.databases().then(all => Promise.all(all.map(({ name }) =>
            new Promise((done, fail) => {
                const request = indexedDB.deleteDatabase(name);
                request.onsuccess = () => done(name);
                request.onerror = request.onblocked = fail;
            }))))",
        )
        .await;
    assert_eq!(deleted.as_array().map(Vec::len), Some(1));
    say(&browser, "After").await;
    until_status(&browser.message(3), &browser, "complete").await;
    browser.reload().await;
    connected(&browser).await;
    until_status(&browser.message(3), &browser, "complete").await;
    assert_eq!(said(&browser).await, ["Before", "After"]);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_keeps_nothing_is_told_of_and_works() {
    let (_model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    let source = serde_json::json!({ "source": "delete Navigator.prototype.locks" });
    browser
        .cdp("Page.addScriptToEvaluateOnNewDocument", source)
        .await;
    browser.reload().await;
    connected(&browser).await;
    browser
        .until_js("document.body.innerText.includes('This device cannot keep messages')")
        .await;
    say(&browser, "All the same").await;
    until_status(&browser.message(1), &browser, "complete").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_without_a_database_is_told_of_and_works() {
    let (_model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    for denied in [
        "IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError'); }",
        "Object.defineProperty(window, 'indexedDB', { value: undefined })",
        // As with all of a site's data blocked.
        "Object.defineProperty(window, 'localStorage', {
            get() { throw new DOMException('no', 'SecurityError'); },
        })",
    ] {
        browser.before_load(denied).await;
        browser.reload().await;
        connected(&browser).await;
        browser
            .until_js("document.body.innerText.includes('This device cannot keep messages')")
            .await;
        let before = browser.any("article").count().await;
        say(&browser, "All the same").await;
        until_status(&browser.message(before + 1), &browser, "complete").await;
    }
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_put_back_to_a_backup_gets_what_is_unsent_and_is_shown_as_it_is() {
    let (_model, mut server) = served().await;
    let network = Proxy::start(server.addr()).await;
    let browser = sign_up(&network.url(), "ada").await;
    say(&browser, "Kept").await;
    until_status(&browser.message(1), &browser, "complete").await;
    let thread = browser.url().await.replace(&network.url(), &server.url());
    server.kill();
    let backup = server.back_up();
    server.restart();
    connected(&browser).await;
    say(&browser, "Lost").await;
    until_status(&browser.message(3), &browser, "complete").await;
    network.cut();
    say(&browser, "Unsent").await;
    browser.newest().says("Queued").await;
    server.kill();
    server.restore(&backup);
    server.restart();

    // Another device gets further than this one had been before it is back.
    let other = sign_in(&server.url(), "ada").await;
    other.goto(&thread).await;
    for text in ["Elsewhere", "Further"] {
        say(&other, text).await;
        other.newest().says("Hello from the model.").await;
        until_status(&other.newest(), &other, "complete").await;
    }
    network.open();
    browser.js("dispatchEvent(new Event('online'))").await;
    connected(&browser).await;
    let all = "document.querySelectorAll('article[data-status=complete]').length === 8";
    for device in [&browser, &other] {
        device.until_js(all).await;
        let said = said(device).await;
        assert_eq!(said, ["Kept", "Elsewhere", "Further", "Unsent"]);
    }
    browser.reload().await;
    connected(&browser).await;
    browser.until_js(all).await;
    browser.close().await;
    other.close().await;
}
