//! All of it without a mouse.

use weft_testkit::edges::{Browser, Screen};

use crate::{PASSWORD, connected, served, sign_up};

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
    browser.find("link", "A title by the model").seen().await;

    // Switch: the other thread is the second of the list.
    browser.tab_to("link", "A title by the model").await;
    browser.tab_to("link", "A title by the model").await;
    browser.press("Enter").await;
    browser.message(0).says("Apples").await;

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
    browser.tab_to("button", "Undo").await;
    browser.press("Enter").await;
    browser.find("link", "Fruit").seen().await;
    browser.close().await;
}
