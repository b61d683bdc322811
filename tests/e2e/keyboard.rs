//! All of it without a mouse.

use weft_testkit::edges::{Browser, Screen};

use crate::{PASSWORD, connected, say, served, sign_up, until_status};

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_alone_signs_in_chats_switches_renames_deletes_and_undoes() {
    let (_model, server) = served().await;
    sign_up(&server.url(), "ada").await.close().await;
    let browser = Browser::open(&server.url(), Screen::WIDE).await;
    browser.textbox("Username").seen().await;
    browser.tab_to("textbox", "Username").await;
    browser.type_text("ada").await;
    browser.press("Tab").await;
    browser.type_text(PASSWORD).await;
    browser.press("Enter").await;
    connected(&browser).await;

    // A new chat is where one can write at once.
    browser.type_text("Apples").await;
    browser.press("Enter").await;
    browser.message(1).says("Hello from the model.").await;
    browser.tab_to("button", "New chat").await;
    browser.press("Enter").await;
    browser.any("article").gone().await;
    browser.type_text("Pears").await;
    browser.press("Enter").await;
    browser.message(0).says("Pears").await;
    browser.message(1).says("Hello from the model.").await;
    let titled = "[...document.querySelectorAll('.thread-title')]
        .filter(it => it.innerText === 'A title by the model').length === 2";
    browser.until_js(titled).await;

    // Switch: the other thread is the second of the list, which is one stop of the Tab key.
    browser.tab_to("link", "A title by the model").await;
    browser.press("ArrowDown").await;
    browser.press("Enter").await;
    browser.message(0).says("Apples").await;

    browser.tab_to("link", "A title by the model").await;
    browser.press("Home").await;
    browser.tab_to("button", "Options for A title").await;
    browser.press("Enter").await;
    browser.tab_to("button", "Rename").await;
    browser.press("Enter").await;
    browser.textbox("Title").seen().await;
    browser.press("Control+a").await;
    browser.type_text("Fruit").await;
    browser.press("Enter").await;
    browser.find("link", "Fruit").seen().await;
    let link = ("link".to_owned(), "Fruit".to_owned());
    assert_eq!(browser.focused().await, Some(link));

    browser.tab_to("button", "Options for Fruit").await;
    browser.press("Enter").await;
    browser.tab_to("button", "Delete").await;
    browser.press("Enter").await;
    browser.find("link", "Fruit").gone().await;
    browser.find("link", "A title by the model").seen().await;
    let beside = ("link".to_owned(), "A title by the model".to_owned());
    assert_eq!(browser.focused().await, Some(beside));
    browser.tab_to("button", "Undo").await;
    browser.press("Enter").await;
    browser.find("link", "Fruit").seen().await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_focus_is_never_lost_by_what_the_keyboard_does() {
    let (_model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    let focused = async |role: &str, name: &str| {
        let wanted = Some((role.to_owned(), name.to_owned()));
        let found = async || (browser.focused().await == wanted).then_some(());
        browser.until(&format!("the focus on {name}"), found).await;
    };
    for text in ["Apples", "Pears"] {
        browser.button("New chat").click().await;
        browser.any("article").gone().await;
        say(&browser, text).await;
        until_status(&browser.message(1), &browser, "complete").await;
    }

    browser
        .button("Edit")
        .within(browser.message(0))
        .focus()
        .await;
    browser.press("Enter").await;
    focused("textbox", "Edit message").await;
    browser.press("Escape").await;
    focused("button", "Edit").await;
    browser.press("Enter").await;
    focused("textbox", "Edit message").await;
    browser.press("Control+a").await;
    browser.type_text("Plums").await;
    browser.press("Enter").await;
    browser.message(0).says("Plums").await;
    until_status(&browser.message(1), &browser, "complete").await;
    focused("textbox", "Message").await;

    // Beside the thread that is gone, else where a new one begins.
    let delete = async |at: usize| {
        let menu = format!("document.querySelectorAll('.thread-menu')[{at}].focus()");
        browser.js(&menu).await;
        browser.press("Enter").await;
        browser.tab_to("button", "Delete").await;
        browser.press("Enter").await;
    };
    delete(1).await;
    focused("link", "A title by the model").await;
    browser.button("New chat").click().await;
    browser.any("article").gone().await;
    delete(0).await;
    focused("button", "New chat").await;
    // Where the thread was open, a new one is.
    browser.textbox("Message").focus().await;
    say(&browser, "Cherries").await;
    until_status(&browser.message(1), &browser, "complete").await;
    delete(0).await;
    browser.any("article").gone().await;
    focused("textbox", "Message").await;
    browser.close().await;
}
