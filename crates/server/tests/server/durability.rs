//! What survives the end of the process, kind or not.

use reqwest::{Method, StatusCode};
use weft_protocol::{
    ClientFrame, ErrorCode, MessageId, Mutation, ServerFrame, Status, ThreadId, Topic,
    frame::{Subscription, close},
};
use weft_testkit::edges::TempDir;

use crate::harness::{Got, Person, Process, Socket, TestServer, messages, request, sign_up, soon};

#[tokio::test]
async fn a_kill_in_mid_reply_loses_nothing_that_was_acked_and_leaves_nothing_running() {
    let data = TempDir::new("killed");
    let server = Process::start(&data, &[], &[]).await;
    let ada = sign_up(server.addr, "ada").await;
    let mut socket = Socket::open(server.addr, &ada).await;
    let thread = socket.thread().await;
    let mut sent = Vec::new();
    for text in ["one", "two"] {
        let message = MessageId::new(0, rand::random());
        socket
            .accept(Mutation::SendMessage {
                thread,
                message,
                parent: None,
                text: text.into(),
                reply: None,
            })
            .await;
        sent.push(message);
    }
    let running = socket.ask(thread, "Tell me", "demo").await;
    let waiting = socket.ask(thread, "And more", "demo").await;
    let seen = socket.text(running, 40).await;
    let (installation, n) = (socket.installation, socket.n);
    server.kill().await;
    assert_eq!(socket.closed().await, None);

    let server = Process::start(&data, &[], &[]).await;
    let mut socket = Socket::silent(server.addr).await;
    socket.installation = installation;
    socket.hello(Some(&ada.token)).await;
    assert_eq!(socket.welcomed().await, n, "every acked number is known");
    let rows = messages(socket.follow(Topic::Thread(thread)).await);
    for (message, text) in sent.iter().zip(["one", "two"]) {
        let row = rows.iter().find(|row| row.id == *message).unwrap();
        assert_eq!(&*row.text, text);
    }
    let row = rows.iter().find(|row| row.id == running).unwrap();
    assert_eq!(row.status, Status::Stopped);
    assert_eq!(row.error, Some(ErrorCode::Interrupted));
    assert!(row.text.starts_with(&seen), "what was seen is kept (R20)");
    // The one that had not begun is made now.
    let row = rows.iter().find(|row| row.id == waiting).unwrap();
    let status = match row.status {
        Status::Streaming => socket.reply(waiting).await.1.status,
        status => status,
    };
    assert_eq!(status, Status::Complete);
}

#[tokio::test]
async fn kills_among_many_mutations_lose_none_and_double_none() {
    let data = TempDir::new("killed-often");
    let mut server = Process::start(&data, &[], &[]).await;
    let ada = sign_up(server.addr, "ada").await;
    let list = Topic::User(ada.user.id);
    let mut socket = Socket::open(server.addr, &ada).await;
    let (installation, mut cursor) = (socket.installation, None);
    for kill_after in [1, 10, 40] {
        let before = socket.n;
        for _ in 0..64 {
            let thread = ThreadId::new(0, rand::random());
            socket.mutate(Mutation::CreateThread { thread }).await;
        }
        let mut acked = before;
        while acked < before + kill_after {
            let (n, effects) = socket
                .until("an ack", |frame| match frame {
                    ServerFrame::Ack { n, effects } => Some((*n, effects.clone())),
                    _ => None,
                })
                .await;
            (acked, cursor) = (n, Some(effects[0].cursor));
        }
        server.kill().await;
        server = Process::start(&data, &[], &[]).await;
        socket = Socket::silent(server.addr).await;
        socket.installation = installation;
        socket.hello(Some(&ada.token)).await;
        socket.n = socket.welcomed().await;
        assert!(
            (acked..=before + 64).contains(&socket.n),
            "{acked} {}",
            socket.n
        );
        let threads = socket.follow(list).await;
        assert_eq!(threads.len() as u64, socket.n);
    }
    // What was read before the crash need not be read again.
    let resume = ClientFrame::Subscribe(Subscription {
        topic: list,
        cursor,
        streams: Vec::new(),
    });
    socket.send(&resume).await;
    let base = socket
        .until("what follows", |frame| match frame {
            ServerFrame::Delta { topic, base, .. } if *topic == list => Some(*base),
            ServerFrame::Snapshot { .. } => panic!("all of it again"),
            _ => None,
        })
        .await;
    assert_eq!(Some(base), cursor.map(|cursor| cursor.seq));
}

#[tokio::test]
async fn a_terminated_server_tells_its_sockets_to_come_back() {
    let data = TempDir::new("drained");
    let server = Process::start(&data, &[], &[]).await;
    let ada = sign_up(server.addr, "ada").await;
    let mut sockets = Vec::new();
    for _ in 0..3 {
        sockets.push(Socket::open(server.addr, &ada).await);
    }
    let addr = server.addr;
    let (log, ()) = tokio::join!(server.terminate(), async {
        for socket in &mut sockets {
            let mut spread = None;
            let code = loop {
                match socket.next().await {
                    Got::Frame(ServerFrame::Drain { spread_ms, .. }) => spread = Some(spread_ms),
                    Got::Frame(_) => {}
                    Got::Closed(code) => break code,
                }
            };
            assert!(spread.is_some(), "told before it was closed");
            assert_eq!(code, Some(close::code(ErrorCode::Draining)));
        }
    });
    assert!(log.contains("draining"), "{log}");
    assert!(tokio::net::TcpStream::connect(addr).await.is_err());
}

#[tokio::test]
async fn a_server_that_drains_closes_its_sockets_and_ends() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    let mut socket = Socket::open(server.addr, &ada).await;
    let healthz = request(server.addr, Method::GET, "/healthz");
    assert_eq!(healthz.send().await.unwrap().status(), StatusCode::OK);
    let served = server.stop();
    assert_eq!(
        socket.closed().await,
        Some(close::code(ErrorCode::Draining))
    );
    soon("the end", served).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_restored_backup_is_another_epoch_and_a_restart_is_not() {
    let data = TempDir::new("restored");
    let epoch = async |server: &Process, ada: &Person| {
        let mut socket = Socket::open(server.addr, ada).await;
        socket.epoch(Topic::User(ada.user.id)).await
    };
    let server = Process::start(&data, &[], &[]).await;
    let ada = sign_up(server.addr, "ada").await;
    let first = epoch(&server, &ada).await;
    server.kill().await;
    let copy = TempDir::new("copied");
    copy_files(data.path(), copy.path());

    let server = Process::start(&data, &[], &[]).await;
    assert_eq!(epoch(&server, &ada).await, first);
    server.terminate().await;
    let server = Process::start(&data, &[], &[]).await;
    assert_eq!(epoch(&server, &ada).await, first);
    let live = TempDir::new("live");
    copy_files(data.path(), live.path());
    server.terminate().await;

    // All of the folder, and the database alone; the files are the same ones.
    copy_files(copy.path(), data.path());
    let server = Process::start(&data, &[], &[]).await;
    let second = epoch(&server, &ada).await;
    assert_ne!(second, first);
    server.kill().await;
    for name in ["weft.db", "weft.db-wal"] {
        let from = live.path().join(name);
        std::fs::copy(from, data.path().join(name)).unwrap();
    }
    let server = Process::start(&data, &[], &[]).await;
    let third = epoch(&server, &ada).await;
    assert!(third != first && third != second);
}

fn copy_files(from: &std::path::Path, to: &std::path::Path) {
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}
