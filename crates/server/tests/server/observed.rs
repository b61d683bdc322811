//! What an operator sees, and what nobody sees.

use reqwest::{StatusCode, header};
use weft_testkit::edges::TempDir;

use crate::harness::{PASSWORD, Process, Socket, TestServer, request, sign_up};

const SECRET: &str = "the swallow flies at midnight";

#[tokio::test]
async fn a_server_that_works_is_healthy() {
    let server = TestServer::start().await;
    let healthz = server.get("/healthz").await;
    assert_eq!(healthz.status(), StatusCode::OK);
    assert_eq!(healthz.text().await.unwrap(), "ok\n");
}

#[tokio::test]
async fn metrics_count_what_happens_as_prometheus_reads_it() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    let mut socket = Socket::open(server.addr, &ada).await;
    let thread = socket.thread().await;
    let reply = socket.ask(thread, SECRET, "demo").await;
    socket.reply(reply).await;
    server.sign_in("ada", "not it").await;
    let metrics = server.get("/metrics").await;
    let kind = metrics.headers()[header::CONTENT_TYPE].to_str().unwrap();
    assert!(kind.starts_with("text/plain; version=0.0.4"), "{kind}");
    let text = metrics.text().await.unwrap();
    assert!(!text.contains("swallow") && !text.contains("ada"), "{text}");
    let mut typed = std::collections::HashSet::new();
    let mut value = std::collections::HashMap::new();
    for line in text.lines() {
        match line.strip_prefix("# TYPE ") {
            Some(rest) => assert!(typed.insert(rest.split_once(' ').unwrap().0)),
            None if line.starts_with('#') => {}
            None => {
                let (name, number) = line.split_once(' ').unwrap();
                assert!(typed.contains(name), "{name} has a type");
                value.insert(name, number.parse::<u64>().unwrap());
            }
        }
    }
    assert_eq!(value["weft_sockets"], 1);
    assert_eq!(value["weft_replies_started_total"], 1);
    assert_eq!(value["weft_replies_complete_total"], 1);
    assert_eq!(value["weft_sign_ins_refused_total"], 1);
    assert!(value["weft_frames_received_total"] >= 4);
    assert!(value["weft_bytes_sent_total"] > value["weft_frames_sent_total"]);
}

#[tokio::test]
async fn no_log_holds_a_text_a_password_or_a_token_however_much_it_says() {
    for level in ["debug", "trace"] {
        let data = TempDir::new("logged");
        let server = Process::start(&data, &["--log-json"], level).await;
        let ada = sign_up(server.addr, "ada").await;
        let mut socket = Socket::open(server.addr, &ada).await;
        let thread = socket.thread().await;
        let reply = socket.ask(thread, SECRET, "demo").await;
        let (text, _) = socket.reply(reply).await;
        assert!(text.contains(SECRET));
        let body = serde_json::json!({ "current": PASSWORD, "new": "another password" });
        let (name, value) = ada.bearer();
        let request = request(server.addr, reqwest::Method::POST, "/api/password")
            .header(name, value)
            .json(&body);
        assert_eq!(
            request.send().await.unwrap().status(),
            StatusCode::NO_CONTENT
        );
        let log = server.terminate().await;
        assert!(log.contains("a reply has ended"), "{level}");
        for secret in [
            SECRET,
            "swallow",
            "not an AI",
            PASSWORD,
            "another password",
            &ada.token,
        ] {
            let line = log.lines().find(|line| line.contains(secret));
            assert_eq!(line, None, "{level}");
        }
    }
}
