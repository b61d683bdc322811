//! From nothing to a first answer.

use crate::{say, served, sign_up};

#[tokio::test(flavor = "multi_thread")]
async fn a_new_person_signs_up_writes_and_reads_the_reply_to_the_byte() {
    let (model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    let reply = model.next_reply();
    say(&browser, "What is a loom?").await;
    browser.message(0).says("What is a loom?").await;
    reply.say("A **loom** weaves");
    browser.newest().says("A loom weaves").await;
    reply.finish();
    browser.close().await;
}
