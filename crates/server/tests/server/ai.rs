//! Replies by a provider, as it should be and as it should not.

use std::time::{Duration, Instant};

use tokio::{io::AsyncReadExt, net::TcpListener};
use weft_protocol::{
    ErrorCode, MessageId, Mutation, NewReply, Op, Row, ServerFrame, Status, ThreadId, ThreadRow,
    Topic, limits::MAX_REPLY_BYTES,
};
use weft_testkit::edges::{ModelServer, Reply, TempDir};

use crate::harness::{Person, Process, Socket, TestServer, messages, sign_up, soon};

const MODEL: &str = "tester";

/// Somebody with a thread and a model to ask.
struct Chat {
    server: TestServer,
    ada: Person,
    socket: Socket,
    thread: ThreadId,
}

async fn chat(base_url: &str, flags: &[&str]) -> Chat {
    let server = TestServer::with(&[&["--ai-base-url", base_url], flags].concat()).await;
    let ada = server.sign_up("ada").await;
    let mut socket = Socket::open(server.addr, &ada).await;
    let thread = socket.thread().await;
    Chat {
        server,
        ada,
        socket,
        thread,
    }
}

impl Chat {
    /// Asks, and reads the reply to its end: text, status and error.
    async fn ends(&mut self, text: &str) -> (String, Status, Option<ErrorCode>) {
        let reply = self.socket.ask(self.thread, text, MODEL).await;
        let (text, settle) = self.socket.reply(reply).await;
        (text, settle.status, settle.error)
    }
}

fn failed(text: &str, code: ErrorCode) -> (String, Status, Option<ErrorCode>) {
    (text.to_owned(), Status::Failed, Some(code))
}

#[tokio::test]
async fn a_reply_arrives_byte_for_byte_however_it_is_cut() {
    let model = ModelServer::start().await;
    let mut chat = chat(&model.base_url(), &[]).await;
    let text = "# Grüße \u{1F469}\u{200D}\u{1F680}\r\n\n```rust\nlet s = \"\\n\\\"\";\n```\n\u{0}\u{7f} \
                مرحبا e\u{301} 漢字\n\ndata: [DONE]\n";
    for size in [1, 7, 10_000] {
        model.next_reply().finish_with(text, size);
        let ended = chat.ends("Say it").await;
        assert_eq!(ended, (text.to_owned(), Status::Complete, None), "{size}");
    }
    let rows = messages(chat.socket.follow(Topic::Thread(chat.thread)).await);
    assert_eq!(&*rows.last().unwrap().text, text, "and is kept so");
}

#[tokio::test]
async fn the_models_on_offer_are_the_endpoints_or_those_that_are_named_and_the_demo() {
    let model = ModelServer::start().await;
    for (named, offered) in [("", vec![MODEL, "demo"]), ("b, a", vec!["b", "a", "demo"])] {
        let base_url = model.base_url();
        let flags = ["--ai-base-url", &base_url, "--ai-models", named];
        let server = TestServer::with(&flags).await;
        let ada = server.sign_up("ada").await;
        let mut socket = Socket::silent(server.addr).await;
        socket.hello(Some(&ada.token)).await;
        let seen = socket
            .until("the models", |frame| match frame {
                ServerFrame::Models { models } if models.len() == offered.len() => {
                    Some(models.iter().map(|it| it.id.clone()).collect::<Vec<_>>())
                }
                _ => None,
            })
            .await;
        assert_eq!(seen, offered);
    }
}

#[tokio::test]
async fn each_refusal_of_the_provider_has_its_own_code_and_asking_again_works() {
    let model = ModelServer::start().await;
    let mut chat = chat(&model.base_url(), &[]).await;
    for (status, code) in [
        (401, ErrorCode::ProviderUnauthorized),
        (403, ErrorCode::ProviderUnauthorized),
        (429, ErrorCode::ProviderRateLimited),
        (400, ErrorCode::ProviderRejected),
        (500, ErrorCode::ProviderUnavailable),
        (503, ErrorCode::ProviderUnavailable),
    ] {
        model.refuse_next(status);
        let reply = chat.socket.ask(chat.thread, "Hello?", MODEL).await;
        let (text, settle) = chat.socket.reply(reply).await;
        assert_eq!((text, settle.status, settle.error), failed("", code));
        model.next_reply().finish_with("Here I am", 3);
        let again = MessageId::new(0, rand::random());
        let regenerate = Mutation::Regenerate {
            thread: chat.thread,
            message: reply,
            reply: NewReply {
                message: again,
                model: MODEL.into(),
            },
        };
        chat.socket.accept(regenerate).await;
        assert_eq!(chat.socket.reply(again).await.0, "Here I am");
    }
}

#[tokio::test]
async fn a_stream_that_breaks_ends_failed_with_its_text_kept() {
    let model = ModelServer::start().await;
    let mut chat = chat(&model.base_url(), &[]).await;
    let half = "Half of é";
    for (breaks, code) in [
        (Reply::cut as fn(Reply), ErrorCode::ProviderCut),
        (drop, ErrorCode::ProviderCut),
        (|reply| reply.garble(), ErrorCode::ProviderGarbled),
    ] {
        let said = model.next_reply();
        said.say(half);
        let reply = chat.socket.ask(chat.thread, "Go on", MODEL).await;
        chat.socket.text(reply, half.len()).await;
        breaks(said);
        let (text, settle) = chat.socket.reply(reply).await;
        assert_eq!((text, settle.status, settle.error), failed(half, code));
    }
    let rows = messages(chat.socket.follow(Topic::Thread(chat.thread)).await);
    assert_eq!(&*rows.last().unwrap().text, half);
}

#[tokio::test]
async fn a_provider_that_falls_silent_is_let_go_with_its_text_kept() {
    let model = ModelServer::start().await;
    let mut chat = chat(&model.base_url(), &["--ai-timeout-ms", "700"]).await;
    let said = model.next_reply();
    said.say("Half of é");
    let timed_out = failed("Half of é", ErrorCode::ProviderTimeout);
    assert_eq!(chat.ends("Go on").await, timed_out);
    let closed = said.closed_after(Instant::now(), Duration::from_secs(1));
    assert!(closed.await.is_some(), "its line is closed");
}

#[tokio::test]
async fn a_provider_that_is_not_there_or_never_answers_fails_the_reply() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
    let key = ["--ai-models", MODEL, "--ai-api-key", "sk-secret"];
    let mut chat = chat(&base_url, &[&key[..], &["--ai-timeout-ms", "500"]].concat()).await;
    let heard = tokio::spawn(async move {
        let (mut tcp, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        // Ends when the server gives up.
        tcp.read_to_end(&mut request).await.unwrap();
        String::from_utf8(request).unwrap()
    });
    let timed_out = failed("", ErrorCode::ProviderTimeout);
    assert_eq!(chat.ends("Anybody?").await, timed_out);
    let request = soon("the end of the request", heard).await.unwrap();
    assert!(request.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"));
    let head = request.to_ascii_lowercase();
    assert!(
        head.contains("authorization: bearer sk-secret\r\n"),
        "{head}"
    );
    // The listener is gone with its task.
    let gone = failed("", ErrorCode::ProviderUnavailable);
    assert_eq!(chat.ends("And now?").await, gone);
}

#[tokio::test]
async fn a_model_that_is_not_offered_is_not_asked() {
    let model = ModelServer::start().await;
    let mut chat = chat(&model.base_url(), &[]).await;
    let reply = chat.socket.ask(chat.thread, "Hello?", "another").await;
    let (_, settle) = chat.socket.reply(reply).await;
    assert_eq!(settle.error, Some(ErrorCode::NoSuchModel));
}

#[tokio::test]
async fn a_stop_closes_the_providers_line_within_a_second_and_keeps_the_text() {
    let model = ModelServer::start().await;
    let mut chat = chat(&model.base_url(), &[]).await;
    for by_deleting in [false, true] {
        let said = model.next_reply();
        said.say("So far");
        let reply = chat.socket.ask(chat.thread, "Talk", MODEL).await;
        assert_eq!(chat.socket.text(reply, 6).await, "So far");
        let (thread, message) = (chat.thread, reply);
        let stopped = Instant::now();
        let end = if by_deleting {
            Mutation::DeleteThread { thread }
        } else {
            Mutation::StopReply { thread, message }
        };
        chat.socket.accept(end).await;
        let closed = said.closed_after(stopped, Duration::from_secs(1)).await;
        assert!(closed.is_some(), "{by_deleting}");
        let (text, settle) = chat.socket.reply(reply).await;
        assert_eq!(text, "So far");
        assert_eq!((settle.status, settle.error), (Status::Stopped, None));
    }
}

#[tokio::test]
async fn a_reply_that_is_too_long_is_cut_and_its_line_let_go() {
    let model = ModelServer::start().await;
    let mut chat = chat(&model.base_url(), &[]).await;
    let said = model.next_reply();
    let most = MAX_REPLY_BYTES as usize;
    let piece = "é".repeat(32 * 1024);
    for _ in 0..=most / piece.len() {
        said.say(&piece);
    }
    let (text, status, error) = chat.ends("Everything").await;
    assert_eq!(
        (status, error),
        (Status::Failed, Some(ErrorCode::ReplyTooLong))
    );
    assert_eq!(text.len(), most);
    let closed = said.closed_after(Instant::now(), Duration::from_secs(1));
    assert!(closed.await.is_some(), "though the provider has not ended");
}

#[tokio::test]
async fn replies_of_a_thread_take_turns_and_threads_do_not_wait_for_each_other() {
    let model = ModelServer::start().await;
    let mut chat = chat(&model.base_url(), &[]).await;
    let (one, two) = (model.next_reply(), model.next_reply());
    one.say("one");
    two.say("two");
    let first = chat.socket.ask(chat.thread, "1", MODEL).await;
    assert_eq!(chat.socket.text(first, 3).await, "one");
    let waiting = chat.socket.ask(chat.thread, "2", MODEL).await;
    let elsewhere = chat.socket.thread().await;
    let other = chat.socket.ask(elsewhere, "3", MODEL).await;
    assert_eq!(chat.socket.text(other, 3).await, "two", "at once");
    assert_eq!(
        model.asked(2).await.len(),
        2,
        "and the second of the thread waits"
    );
    model.next_reply().finish_with("three", 5);
    one.finish();
    assert_eq!(chat.socket.reply(waiting).await.0, "three");
    two.finish();
    assert_eq!(chat.socket.reply(other).await.1.status, Status::Complete);
}

#[tokio::test]
async fn the_history_sent_is_the_newest_that_fits() {
    let model = ModelServer::start().await;
    let mut chat = chat(&model.base_url(), &["--ai-history-bytes", "40"]).await;
    let long = "é".repeat(50);
    for (said, text) in [
        ("an old story, soon forgotten", "I see"),
        ("a question", "an answer"),
    ] {
        model.next_reply().finish_with(text, 3);
        chat.ends(said).await;
    }
    for said in ["the newest", &long] {
        chat.ends(said).await;
    }
    let requests = model.asked(4).await;
    let sent = |at: usize| {
        let messages = requests[at]["messages"].as_array().unwrap().iter();
        let said = |it: &serde_json::Value| {
            let part = |name: &str| it[name].as_str().unwrap().to_owned();
            (part("role"), part("content"))
        };
        messages.map(said).collect::<Vec<_>>()
    };
    assert_eq!(requests[0]["model"], MODEL);
    let pair = |role: &str, text: &str| (role.to_owned(), text.to_owned());
    assert_eq!(
        sent(2),
        [
            pair("assistant", "I see"),
            pair("user", "a question"),
            pair("assistant", "an answer"),
            pair("user", "the newest")
        ]
    );
    let cut = long.chars().take(20).collect::<String>();
    assert_eq!(sent(3), [pair("user", &cut)], "cut between two characters");
}

/// Reads on until the thread's row is as wanted.
async fn titled(socket: &mut Socket, title: &str) -> ThreadRow {
    let row = |op: &Op| match op {
        Op::Thread(row) if row.title == title => Some(row.clone()),
        _ => None,
    };
    socket
        .until(title, |frame| match frame {
            ServerFrame::Delta { ops, .. } => ops.iter().find_map(row),
            _ => None,
        })
        .await
}

#[tokio::test]
async fn a_thread_is_named_by_its_first_words_then_by_the_model_unless_by_a_person() {
    let model = ModelServer::start().await;
    let mut chat = chat(&model.base_url(), &[]).await;
    let mut watch = Socket::open(chat.server.addr, &chat.ada).await;
    watch.follow(Topic::User(chat.ada.user.id)).await;
    chat.ends("# What is a loom?").await;
    titled(&mut watch, "What is a loom?").await;
    let row = titled(&mut watch, "A title by the model").await;
    assert!(!row.named, "a person may still name it");

    let (thread, title) = (chat.socket.thread().await, "Mine".to_owned());
    chat.socket
        .accept(Mutation::RenameThread { thread, title })
        .await;
    let reply = chat.socket.ask(thread, "What is a heddle?", MODEL).await;
    chat.socket.reply(reply).await;
    // The title of the first thread's next reply would come after that of this one.
    let marker = chat.socket.thread().await;
    let reply = chat.socket.ask(marker, "And a shuttle?", MODEL).await;
    chat.socket.reply(reply).await;
    titled(&mut watch, "A title by the model").await;
    let list = chat.socket.follow(Topic::User(chat.ada.user.id)).await;
    let title = list.iter().find_map(|row| match row {
        Row::Thread(row) if row.id == thread => Some(row.title.as_str()),
        _ => None,
    });
    assert_eq!(title, Some("Mine"));
}

#[tokio::test]
async fn a_reply_that_waited_through_a_crash_is_made_by_its_model() {
    let model = ModelServer::start().await;
    let base_url = model.base_url();
    let flags = ["--ai-base-url", base_url.as_str()];
    let data = TempDir::new("waited");
    let server = Process::start(&data, &flags, &[]).await;
    let ada = sign_up(server.addr, "ada").await;
    let mut socket = Socket::open(server.addr, &ada).await;
    let thread = socket.thread().await;
    let running = model.next_reply();
    running.say("So far");
    let first = socket.ask(thread, "1", MODEL).await;
    let second = socket.ask(thread, "2", MODEL).await;
    socket.text(first, 6).await;
    server.kill().await;

    let held = model.next_reply();
    let server = Process::start(&data, &flags, &[]).await;
    let mut socket = Socket::open(server.addr, &ada).await;
    let rows = messages(socket.follow(Topic::Thread(thread)).await);
    let row = rows.iter().find(|row| row.id == first).unwrap();
    assert_eq!((&*row.text, row.status), ("So far", Status::Stopped));
    let row = rows.iter().find(|row| row.id == second).unwrap();
    assert_eq!((row.status, row.error), (Status::Streaming, None));
    held.finish_with("Better late", 4);
    assert_eq!(socket.reply(second).await.0, "Better late");
}

#[tokio::test]
async fn a_named_model_is_asked_though_ollama_keeps_the_list_waiting() {
    let model = ModelServer::start().await;
    let mute = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let ollama = format!("http://{}", mute.local_addr().unwrap());
    let flags = ["--ai-models", MODEL, "--ollama-url", &ollama];
    let mut chat = chat(&model.base_url(), &flags).await;
    model.next_reply().finish_with("Here", 2);
    let ended = chat.ends("Already?").await;
    assert_eq!(ended, ("Here".to_owned(), Status::Complete, None));
}

#[tokio::test]
async fn a_model_that_is_asked_before_it_is_listed_is_waited_for() {
    let model = ModelServer::start().await;
    let mute = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let ollama = format!("http://{}", mute.local_addr().unwrap());
    let mut chat = chat(&model.base_url(), &["--ollama-url", &ollama]).await;
    let reply = chat.socket.ask(chat.thread, "Already?", MODEL).await;
    model.next_reply().finish_with("Here", 2);
    // Ollama hangs up only now.
    drop(mute);
    assert_eq!(chat.socket.reply(reply).await.0, "Here");
}
