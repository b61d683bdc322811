//! People in one thread: how they come in, write together, and are no members any more.

use weft_testkit::edges::{Browser, Proxy};

use crate::{connected, said, say, served, sign_up, until_status};

/// Makes a link to the open thread; gives its path.
pub(crate) async fn link(browser: &Browser, role: &str) -> String {
    browser.starting("button", "Share").click().await;
    browser
        .js(&format!(
            "document.querySelector('.invite select').value = '{role}'"
        ))
        .await;
    browser.button("Create a link").click().await;
    browser.textbox("Invitation link").seen().await;
    let address = browser
        .js("new URL(document.querySelector('.invite-link').value).pathname")
        .await;
    browser.button("Close").click().await;
    address.as_str().expect("a path").to_owned()
}

/// Somebody new who follows a link.
pub(crate) async fn joined(url: &str, link: &str, name: &str) -> Browser {
    let browser = sign_up(url, name).await;
    browser.goto(&format!("{url}{link}")).await;
    connected(&browser).await;
    browser
        .until_js("location.pathname.startsWith('/t/')")
        .await;
    browser
}

/// The names above what others than the reader said, in their order.
async fn names(browser: &Browser) -> serde_json::Value {
    browser
        .js("[...document.querySelectorAll('article[data-author=member] .message-author')].map(e => e.innerText)")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn three_people_write_one_thread_with_a_model_that_answers_when_it_is_asked() {
    let (model, server) = served().await;
    let ada = sign_up(&server.url(), "ada").await;
    model.next_reply().finish_with("Rome.", 3);
    say(&ada, "Where to?").await;
    until_status(&ada.message(1), &ada, "complete").await;
    let bob = joined(&server.url(), &link(&ada, "editor").await, "bob").await;
    bob.newest().says("Rome.").await;
    ada.button("Members, 2").seen().await;

    // What they say to each other asks no model.
    say(&bob, "I like Rome").await;
    ada.newest().says("I like Rome").await;
    assert_eq!(names(&ada).await, serde_json::json!(["bob"]));
    say(&ada, "So do I").await;
    bob.newest().says("So do I").await;

    // What the model is asked for streams to everybody.
    let reply = model.next_reply();
    say(&bob, "@model how long?").await;
    for person in [&ada, &bob] {
        until_status(&person.newest(), person, "streaming").await;
    }
    reply.finish_with("Four days.", 3);
    for person in [&ada, &bob] {
        until_status(&person.newest(), person, "complete").await;
        person.newest().says("Four days.").await;
    }

    // Who may only read sees it all, and has nowhere to write.
    ada.button("Members, 2").click().await;
    ada.textbox("Username").fill("cid").await;
    let cid = sign_up(&server.url(), "cid").await;
    ada.js("document.querySelector('.invite select').value = 'viewer'")
        .await;
    ada.button("Add").click().await;
    cid.any("link")
        .within(cid.find("navigation", "Threads"))
        .click()
        .await;
    cid.newest().says("Four days.").await;
    cid.textbox("Message").gone().await;
    assert_eq!(said(&cid).await, Vec::<String>::new());
    for browser in [ada, bob, cid] {
        browser.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_removed_while_a_reply_streams_has_nothing_of_the_thread_left() {
    let (model, server) = served().await;
    let ada = sign_up(&server.url(), "ada").await;
    let reply = model.next_reply();
    say(&ada, "Tell me").await;
    ada.button("Stop").seen().await;
    let bob = joined(&server.url(), &link(&ada, "editor").await, "bob").await;
    reply.say("A secret begins");
    bob.newest().says("A secret begins").await;
    ada.button("Members, 2").click().await;
    ada.button("Remove bob").click().await;
    ada.button("Remove bob").gone().await;
    ada.button("Close").click().await;
    bob.find("heading", "This chat is not here").seen().await;
    reply.finish_with(" and ends.", 3);
    until_status(&ada.newest(), &ada, "complete").await;
    assert_eq!(
        bob.js("document.querySelectorAll('article').length").await,
        0
    );
    // Nor is anything left on the device.
    let kept = "(async () => {
        const found = [];
        for (const { name } of await indexedDB.databases()) {
            const db = await new Promise((done, failed) => {
                const asked = indexedDB.open(name);
                asked.onsuccess = () => done(asked.result);
                asked.onerror = failed;
            });
            for (const store of db.objectStoreNames) {
                const all = await new Promise(done => {
                    db.transaction(store).objectStore(store).getAll().onsuccess = e => done(e.target.result);
                });
                found.push(...all.filter(it => `${it}`.includes('secret') || `${it}`.includes('Tell me')));
            }
            db.close();
        }
        return found.length === 0;
    })()";
    bob.until_js(kept).await;
    ada.close().await;
    bob.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_offline_by_who_was_removed_is_said_to_be_unsent_and_kept_to_copy() {
    let (model, server) = served().await;
    let ada = sign_up(&server.url(), "ada").await;
    model.next_reply().finish_with("Hello.", 3);
    say(&ada, "Hi").await;
    until_status(&ada.message(1), &ada, "complete").await;
    let network = Proxy::start(server.addr()).await;
    let bob = joined(&network.url(), &link(&ada, "editor").await, "bob").await;
    bob.newest().says("Hello.").await;
    network.cut();
    bob.find("status", "Connection").says("Reconnecting").await;
    say(&bob, "Am I still here?").await;
    bob.newest().says("Queued").await;
    ada.button("Members, 2").click().await;
    ada.button("Remove bob").click().await;
    ada.button("Remove bob").gone().await;
    ada.button("Close").click().await;
    ada.button("Share").seen().await;
    network.open();
    bob.find("heading", "This chat is not here").seen().await;
    bob.newest().says("Am I still here?").await;
    bob.newest().says("Failed").await;
    assert_eq!(said(&bob).await, ["Am I still here?"]);
    assert_eq!(said(&ada).await, ["Hi"]);
    ada.close().await;
    bob.close().await;
}
