//! The protocol over a real socket, and the bounds that it keeps.

use tokio_tungstenite::tungstenite::{Message, http::header};
use weft_protocol::{
    Author, ClientFrame, ErrorCode, Limits, MessageId, Mutation, Op, Row, ServerFrame, Status,
    ThreadId, Topic, Versions, frame::close, version::SUBPROTOCOL,
};

use crate::harness::{Socket, TestServer, handshake, messages, request};

#[tokio::test]
async fn r5_the_subprotocol_is_agreed_on() {
    let server = TestServer::start().await;
    for (offered, taken) in [(SUBPROTOCOL, Some(SUBPROTOCOL)), ("weft.v9", None)] {
        let answer = request(server.addr, reqwest::Method::GET, "/api/socket")
            .header(header::CONNECTION.as_str(), "upgrade")
            .header(header::UPGRADE.as_str(), "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
            .header("sec-websocket-protocol", offered)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status().as_u16(), 101);
        let said = answer.headers().get("sec-websocket-protocol");
        assert_eq!(said.map(|said| said.to_str().unwrap()), taken);
    }
}

#[tokio::test]
async fn r5_a_hello_is_answered_with_a_welcome_or_unsupported() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    let mut socket = Socket::silent(server.addr).await;
    socket.hello(Some(&ada.token)).await;
    let (user, version, limits) = socket
        .until("a welcome", |frame| match frame {
            ServerFrame::Welcome {
                user,
                version,
                limits,
                ..
            } => Some((user.clone(), *version, *limits)),
            _ => None,
        })
        .await;
    assert_eq!((user, version, limits), (ada.user, 1, Limits::default()));
    socket
        .until("the models", |frame| match frame {
            ServerFrame::Models { models } => models.iter().find(|it| it.id == "demo").cloned(),
            _ => None,
        })
        .await;

    let mut newer = Socket::silent(server.addr).await;
    let hello = ClientFrame::Hello {
        versions: Versions { min: 2, max: 3 },
        installation: newer.installation,
        term: 0,
        token: Some(ada.token),
        topics: Vec::new(),
    };
    newer.send(&hello).await;
    assert_eq!(newer.closed().await, Some(4502));
}

#[tokio::test]
async fn a_message_is_acked_seen_by_the_other_device_and_found_again() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    let mut here = Socket::open(server.addr, &ada).await;
    let mut there = Socket::open(server.addr, &ada).await;
    let list = Topic::User(ada.user.id);
    assert!(there.follow(list).await.is_empty());
    let thread = here.thread().await;
    let announced = there
        .until("the thread's row", |frame| match frame {
            ServerFrame::Delta { topic, ops, .. } if *topic == list => Some(ops.clone()),
            _ => None,
        })
        .await;
    assert!(matches!(&announced[..], [Op::Thread(row)] if row.id == thread));
    there.follow(Topic::Thread(thread)).await;

    let message = MessageId::new(0, rand::random());
    let text = "Grüße,\n\"Ada\" \u{1F980}\u{0}".to_owned();
    let effects = here
        .accept(Mutation::SendMessage {
            thread,
            message,
            parent: None,
            text: text.clone(),
            reply: None,
        })
        .await;
    assert!(
        effects
            .iter()
            .any(|head| head.topic == Topic::Thread(thread))
    );
    let seen = there
        .until("the message", |frame| match frame {
            ServerFrame::Delta { ops, .. } => ops.iter().find_map(|op| match op {
                Op::Message(row) => Some(row.clone()),
                _ => None,
            }),
            _ => None,
        })
        .await;
    assert_eq!((seen.id, &*seen.text), (message, &*text));
    let rows = messages(here.follow(Topic::Thread(thread)).await);
    assert_eq!(rows, [seen]);
}

#[tokio::test]
async fn the_demo_model_replies_and_the_snapshot_has_its_text() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    let mut socket = Socket::open(server.addr, &ada).await;
    let thread = socket.thread().await;
    let reply = socket.ask(thread, "How are you?", "demo").await;
    let (text, settle) = socket.reply(reply).await;
    assert_eq!(settle.status, Status::Complete);
    assert!(text.contains("> How are you?") && text.contains("not an AI"));
    let rows = messages(socket.follow(Topic::Thread(thread)).await);
    assert_eq!(rows[1].author, Author::Assistant("demo".into()));
    assert_eq!(&*rows[1].text, text);
    let list = socket.follow(Topic::User(ada.user.id)).await;
    assert!(
        matches!(&list[..], [Row::Thread(row), Row::Notice(_)] if row.generating == 0 && row.title == "How are you?")
    );
}

#[tokio::test]
async fn a_stranger_reads_nothing_of_a_thread() {
    let server = TestServer::start().await;
    let (ada, eve) = (server.sign_up("ada").await, server.sign_up("eve").await);
    let thread = Socket::open(server.addr, &ada).await.thread().await;
    let mut socket = Socket::open(server.addr, &eve).await;
    for topic in [Topic::Thread(thread), Topic::User(ada.user.id)] {
        socket
            .send(&ClientFrame::Subscribe(
                weft_protocol::frame::Subscription {
                    topic,
                    cursor: None,
                    streams: Vec::new(),
                },
            ))
            .await;
        let code = socket
            .until("a refusal", |frame| match frame {
                ServerFrame::Error {
                    code,
                    topic: Some(of),
                } if *of == topic => Some(*code),
                ServerFrame::Snapshot { .. } => panic!("read by a stranger"),
                _ => None,
            })
            .await;
        assert_eq!(code, ErrorCode::NoSuchTopic);
    }
    let n = socket.mutate(Mutation::DeleteThread { thread }).await;
    let code = socket
        .until("a nack", |frame| match frame {
            ServerFrame::Nack { n: of, code } if *of == n => Some(*code),
            _ => None,
        })
        .await;
    assert_eq!(code, ErrorCode::NoSuchThread);
}

#[tokio::test]
async fn r10_a_number_sent_twice_takes_effect_once() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    let mut socket = Socket::open(server.addr, &ada).await;
    let thread = socket.thread().await;
    let mutation = Mutation::SendMessage {
        thread,
        message: MessageId::new(0, rand::random()),
        parent: None,
        text: "once".into(),
        reply: None,
    };
    let first = socket.accept(mutation.clone()).await;
    socket.n -= 1;
    assert_eq!(socket.accept(mutation).await, first);
    socket.n += 1;
    let n = socket.mutate(Mutation::CreateThread { thread }).await;
    assert_eq!(n, 4);
    let expected = socket
        .until("a gap", |frame| match frame {
            ServerFrame::Gap { expected } => Some(*expected),
            _ => None,
        })
        .await;
    assert_eq!(expected, 3);
    assert_eq!(
        messages(socket.follow(Topic::Thread(thread)).await).len(),
        1
    );
}

#[tokio::test]
async fn r4_what_is_no_frame_closes_the_socket_as_a_bad_frame() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    let deep = "[".repeat(100_000);
    for bad in [
        "garbage",
        "{}",
        "{\"nothing\":{}}",
        "\"ping\u{0}",
        &deep,
        "\"welcome\"",
    ] {
        let mut socket = Socket::open(server.addr, &ada).await;
        socket.send_raw(Message::Text(bad.into())).await;
        let said = socket.closed().await;
        assert_eq!(said, Some(close::code(ErrorCode::BadFrame)), "{bad:.20}");
    }
    let mut socket = Socket::open(server.addr, &ada).await;
    socket.send_raw(Message::Binary(vec![1, 2, 3].into())).await;
    assert_eq!(
        socket.closed().await,
        Some(close::code(ErrorCode::BadFrame))
    );
    let mut early = Socket::silent(server.addr).await;
    early.send(&ClientFrame::Ping).await;
    assert_eq!(early.closed().await, Some(close::code(ErrorCode::BadFrame)));
}

#[tokio::test]
async fn a_frame_over_the_limit_closes_the_socket_as_a_bad_frame() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    let limit = Limits::default().frame_bytes as usize;
    for size in [limit + 1, 2 * limit] {
        let mut socket = Socket::open(server.addr, &ada).await;
        socket
            .send_raw(Message::Text("x".repeat(size).into()))
            .await;
        let said = socket.closed().await;
        assert_eq!(said, Some(close::code(ErrorCode::BadFrame)), "{size}");
    }
}

#[tokio::test]
async fn r13_a_text_over_the_limit_is_rejected_and_the_socket_stays() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    let mut socket = Socket::open(server.addr, &ada).await;
    let thread = socket.thread().await;
    let most = Limits::default().message_bytes as usize;
    for (text, code) in [
        ("x".repeat(most + 1), Some(ErrorCode::TextTooLong)),
        (" \n".into(), Some(ErrorCode::EmptyText)),
        ("x".repeat(most), None),
    ] {
        let n = socket
            .mutate(Mutation::SendMessage {
                thread,
                message: MessageId::new(0, rand::random()),
                parent: None,
                text,
                reply: None,
            })
            .await;
        let answer = socket
            .until("an answer", |frame| match frame {
                ServerFrame::Nack { n: of, code } if *of == n => Some(Some(*code)),
                ServerFrame::Ack { n: of, .. } if *of == n => Some(None),
                _ => None,
            })
            .await;
        assert_eq!(answer, code);
    }
}

#[tokio::test]
async fn an_account_has_so_many_sockets_and_a_closed_one_makes_room() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.sign_up("ada").await, server.sign_up("bob").await);
    let mut sockets = Vec::new();
    for _ in 0..Limits::default().sockets {
        sockets.push(Socket::open(server.addr, &ada).await);
    }
    let mut refused = Socket::silent(server.addr).await;
    refused.hello(Some(&ada.token)).await;
    let code = close::code(ErrorCode::TooManySockets);
    assert_eq!(refused.closed().await, Some(code));
    Socket::open(server.addr, &bob).await;
    assert_eq!(sockets.pop().unwrap().close().await, Some(1000));
    Socket::open(server.addr, &ada).await;
}

#[tokio::test]
async fn r33_a_tab_that_takes_over_closes_the_socket_of_the_one_before() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    let mut before = Socket::silent(server.addr).await;
    let (installation, phone) = (before.installation, Socket::open(server.addr, &ada).await);
    before.term = 1;
    before.hello(Some(&ada.token)).await;
    before.welcomed().await;
    before.thread().await;

    let lead = async |term| {
        let mut socket = Socket::silent(server.addr).await;
        (socket.installation, socket.term) = (installation, term);
        socket.hello(Some(&ada.token)).await;
        socket
    };
    let mut leader = lead(2).await;
    leader.n = leader.welcomed().await;
    assert_eq!(leader.n, 1, "it goes on where the other one was");
    let told = before
        .until("why", |frame| match frame {
            ServerFrame::Error { code, .. } => Some(*code),
            _ => None,
        })
        .await;
    assert_eq!(told, ErrorCode::Superseded);
    assert_eq!(before.closed().await, Some(4409));
    let mut late = lead(1).await;
    assert_eq!(late.closed().await, Some(4409));
    for mut socket in [leader, phone] {
        socket.thread().await;
    }
}

#[tokio::test]
async fn a_client_that_closes_gets_its_close_answered() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    let mut socket = Socket::open(server.addr, &ada).await;
    assert_eq!(socket.close().await, Some(1000));
}

#[tokio::test]
async fn mutations_beyond_what_may_be_in_flight_are_put_off_and_none_is_lost() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    let mut socket = Socket::open(server.addr, &ada).await;
    let sent = 4 * u64::from(Limits::default().in_flight);
    let mut acked = 0;
    while acked < sent {
        socket.n = acked;
        let left = sent - acked;
        for _ in 0..left {
            let thread = ThreadId::new(0, rand::random());
            socket.mutate(Mutation::CreateThread { thread }).await;
        }
        for _ in 0..left {
            let ack = socket
                .until("an answer", |frame| match frame {
                    ServerFrame::Ack { n, .. } => Some(Some(*n)),
                    ServerFrame::Busy { .. } | ServerFrame::Gap { .. } => Some(None),
                    _ => None,
                })
                .await;
            if let Some(n) = ack {
                acked += 1;
                assert_eq!(n, acked, "in order");
            }
        }
    }
    let mut again = Socket::silent(server.addr).await;
    again.installation = socket.installation;
    again.hello(Some(&ada.token)).await;
    assert_eq!(again.welcomed().await, sent);
    let threads = again.follow(Topic::User(ada.user.id)).await;
    assert_eq!(threads.len() as u64, sent, "each took effect once");
}

#[tokio::test]
async fn whoever_floods_the_server_is_put_off_and_nobody_else_is() {
    let server = TestServer::start().await;
    let (ada, eve) = (server.sign_up("ada").await, server.sign_up("eve").await);
    let mut flooding = Socket::open(server.addr, &eve).await;
    let mut quiet = Socket::open(server.addr, &ada).await;
    let burst = 15 * Limits::default().frames_per_second as usize;
    flooding.flood(&ClientFrame::Ping, burst).await;
    let code = close::code(ErrorCode::TooFast);
    assert_eq!(flooding.closed().await, Some(code));
    quiet.thread().await;
}

#[tokio::test]
async fn silence_instead_of_a_hello_is_not_waited_for() {
    let server = TestServer::start().await;
    let ws = handshake(server.addr, &[]).await.unwrap();
    let code = Socket::over(ws).closed().await;
    assert_eq!(code, Some(close::code(ErrorCode::BadFrame)));
}
