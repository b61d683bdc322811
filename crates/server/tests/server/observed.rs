//! What an operator sees, and what nobody sees.

use reqwest::{Method, StatusCode, header};
use weft_protocol::{ErrorCode, api::ApiCode, frame::close};
use weft_testkit::edges::{ModelServer, TempDir};

use crate::harness::{PASSWORD, Process, Socket, TestServer, handshake, refusal, request, sign_up};

const SECRET: &str = "the swallow flies at midnight";
const KEY: &str = "sk-of-the-provider";

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
    let mut closed = Socket::open(server.addr, &ada).await;
    closed.close().await;
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
    assert_eq!(value["weft_sockets_opened_total"], 2);
    assert_eq!(value["weft_replies_started_total"], 1);
    assert_eq!(value["weft_replies_complete_total"], 1);
    assert_eq!(value["weft_sign_ins_refused_total"], 1);
    assert!(value["weft_frames_received_total"] >= 4);
    assert!(value["weft_bytes_sent_total"] > value["weft_frames_sent_total"]);
}

#[tokio::test]
async fn no_log_holds_a_text_a_password_or_a_token_however_much_it_says() {
    let model = ModelServer::start().await;
    let base_url = model.base_url();
    let data = TempDir::new("logged");
    let flags = ["--ai-base-url", &base_url, "--ai-api-key", KEY];
    let server = Process::start(&data, &flags, &[("WEFT_LOG", "trace")]).await;
    let ada = sign_up(server.addr, "ada").await;
    let mut socket = Socket::open(server.addr, &ada).await;
    let thread = socket.thread().await;
    for model_id in ["demo", "tester"] {
        let reply = socket.ask(thread, SECRET, model_id).await;
        socket.reply(reply).await;
    }
    let body = serde_json::json!({ "current": PASSWORD, "new": "another password" });
    let (name, value) = ada.bearer();
    let change = request(server.addr, Method::POST, "/api/password").header(name, value);
    let changed = change.json(&body).send().await.unwrap();
    assert_eq!(changed.status(), StatusCode::NO_CONTENT);
    let log = server.terminate().await;
    assert!(log.contains("TRACE") && log.contains("a reply has ended"));
    let said = ["swallow", "not an AI", "Hello from", "A title by"];
    let kept = [PASSWORD, "another password", KEY, &ada.token];
    for secret in said.iter().chain(&kept) {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None);
    }
}

#[tokio::test]
async fn the_log_is_plain_or_json_lines_as_asked_for() {
    let data = TempDir::new("json");
    for (given, json) in [("1", true), ("true", true), ("0", false), ("", false)] {
        let server = Process::start(&data, &[], &[("WEFT_LOG_JSON", given)]).await;
        let log = server.terminate().await;
        assert!(log.contains("draining"));
        assert!(!log.contains('\u{1b}'), "no colours in a file");
        for line in log.lines() {
            let entry = serde_json::from_str::<serde_json::Value>(line);
            assert_eq!(entry.is_ok_and(|entry| entry["level"].is_string()), json);
        }
    }
}

#[tokio::test]
async fn a_server_whose_store_fails_is_not_healthy_and_signs_nobody_out() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    let db = rusqlite::Connection::open(server.data.path().join("weft.db")).unwrap();
    db.execute_batch("ALTER TABLE session RENAME TO a; ALTER TABLE meta RENAME TO b")
        .unwrap();
    let healthz = server.get("/healthz").await;
    assert_eq!(healthz.status(), StatusCode::SERVICE_UNAVAILABLE);
    let (name, value) = ada.bearer();
    let session = request(server.addr, Method::GET, "/api/session").header(name, value);
    let refused = refusal(session.send().await.unwrap()).await;
    assert_eq!(
        refused,
        (StatusCode::INTERNAL_SERVER_ERROR, ApiCode::Internal)
    );
    let cookie = format!("weft_session={}", ada.token);
    for cookie in [Some(cookie.as_str()), None] {
        let cookie = cookie.map(|cookie| ("cookie", cookie));
        let ws = handshake(server.addr, cookie.as_slice()).await.unwrap();
        let mut socket = Socket::over(ws);
        let token = cookie.is_none().then_some(ada.token.as_str());
        socket.hello(token).await;
        let code = socket.closed().await;
        assert_ne!(code, Some(close::code(ErrorCode::Unauthenticated)));
    }
}
