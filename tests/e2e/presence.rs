//! Who is there, who types, and whom one means.

use crate::{
    members::{joined, link},
    said, say, served, sign_up, until_status,
};

#[tokio::test(flavor = "multi_thread")]
async fn who_types_is_shown_until_the_lease_ends_though_nothing_more_is_heard_of_them() {
    let (model, server) = served().await;
    let ada = sign_up(&server.url(), "ada").await;
    model.next_reply().finish_with("Rome.", 3);
    say(&ada, "Where to?").await;
    until_status(&ada.message(1), &ada, "complete").await;
    let bob = joined(&server.url(), &link(&ada, "editor").await, "bob").await;
    bob.newest().says("Rome.").await;
    ada.button("Members, 2").click().await;
    ada.find("dialog", "Members").says("Here now").await;
    ada.button("Close").click().await;

    bob.textbox("Message").focus().await;
    bob.type_text("I think").await;
    ada.find("status", "Typing").says("bob is typing").await;
    bob.press("Enter").await;
    ada.newest().says("I think").await;
    ada.find("status", "Typing")
        .until_text("nobody", str::is_empty)
        .await;

    bob.type_text("That is").await;
    ada.find("status", "Typing").says("bob is typing").await;
    // Killed, and not heard of again.
    bob.crash_tab().await;
    ada.find("status", "Typing")
        .until_text("nobody", str::is_empty)
        .await;
    ada.button("Members, 2").click().await;
    let members = ada.find("dialog", "Members");
    members
        .until_text("nobody is here", |text| !text.contains("Here now"))
        .await;
    ada.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_completed_by_keys_alone() {
    let (model, server) = served().await;
    let ada = sign_up(&server.url(), "ada").await;
    model.next_reply().finish_with("Rome.", 3);
    say(&ada, "Where to?").await;
    until_status(&ada.message(1), &ada, "complete").await;
    let bob = joined(&server.url(), &link(&ada, "editor").await, "bob").await;
    bob.newest().says("Rome.").await;
    ada.button("Members, 2").seen().await;
    ada.textbox("Message").focus().await;
    ada.type_text("Dear @").await;
    ada.find("option", "@bob").seen().await;
    ada.find("option", "@model").seen().await;
    ada.type_text("b").await;
    ada.find("option", "@model").gone().await;
    ada.press("Enter").await;
    ada.find("option", "@bob").gone().await;
    ada.type_text("hello").await;
    ada.press("Enter").await;
    assert_eq!(said(&ada).await, ["Where to?", "Dear @bob hello"]);
    // What is no name is left alone.
    ada.type_text("@zed").await;
    ada.press("Enter").await;
    bob.newest().says("@zed").await;
    ada.close().await;
    bob.close().await;
}
