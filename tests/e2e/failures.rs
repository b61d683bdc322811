//! Everything that a provider can do wrong: each is said, keeps the text, and can be tried again.

use weft_testkit::edges::{ModelServer, Reply};

use crate::{copied, say, served_with, sign_up, until_status};

/// The words shown for it, what the reply's text is until then, and how it is brought about.
type Fault = (
    &'static str,
    &'static str,
    fn(&ModelServer) -> Option<Reply>,
);

const FAULTS: [Fault; 6] = [
    (
        "The model provider refused the server's key.",
        "",
        |model| {
            model.refuse_next(401);
            None
        },
    ),
    (
        "The model provider is busy. Try again in a moment.",
        "",
        |model| {
            model.refuse_next(429);
            None
        },
    ),
    ("The model provider cannot be reached.", "", |model| {
        model.refuse_next(503);
        None
    }),
    (
        "The model provider took too long to answer.",
        "Let me thi",
        |model| {
            let reply = model.next_reply();
            reply.say("Let me thi");
            Some(reply)
        },
    ),
    ("The reply was cut off.", "It is", |model| {
        let reply = model.next_reply();
        reply.say("It is");
        reply.cut();
        None
    }),
    (
        "The model provider sent something unreadable.",
        "So,",
        |model| {
            let reply = model.next_reply();
            reply.say("So,");
            reply.garble();
            Some(reply)
        },
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_of_a_provider_is_said_keeps_the_text_and_can_be_tried_again() {
    let (model, server) = served_with(&["--ai-timeout-ms", "1500"]).await;
    let browser = sign_up(&server.url(), "ada").await;
    for (index, (words, text, fault)) in FAULTS.into_iter().enumerate() {
        let open = fault(&model);
        say(&browser, &format!("Question {index}")).await;
        let reply = browser.message(2 * index + 1);
        until_status(&reply, &browser, "failed").await;
        reply.says(words).await;
        if !text.is_empty() {
            assert_eq!(copied(&browser, reply.clone()).await, text);
        }
        drop(open);
        model.next_reply().finish_with("Now it works.", 4);
        browser.button("Retry").within(reply.clone()).click().await;
        until_status(&reply, &browser, "complete").await;
        assert_eq!(copied(&browser, reply).await, "Now it works.");
    }
    assert_eq!(browser.any("article").count().await, 2 * FAULTS.len());
    browser.close().await;
}
