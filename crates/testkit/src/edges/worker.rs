//! A browser's service worker, which the driver does not reach: by the port that DevTools use.

use std::path::Path;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::tungstenite::Message;

use super::PATIENCE;

/// What an expression of JavaScript is in the service worker of the browser with this profile; a promise is
/// waited for.
pub(super) async fn evaluate(profile: &Path, expression: &str) -> Value {
    let answered = timeout(PATIENCE, ask(profile, expression)).await;
    let answer = answered.expect("an answer of the service worker");
    let result = &answer["result"];
    assert!(
        result["exceptionDetails"].is_null() && !result.is_null(),
        "{expression}: {answer}"
    );
    result["result"]["value"].clone()
}

async fn ask(profile: &Path, expression: &str) -> Value {
    let file = std::fs::read_to_string(profile.join("DevToolsActivePort"));
    let file = file.expect("the port of the DevTools");
    let port = file.lines().next().expect("a port");
    let mut list = TcpStream::connect(format!("127.0.0.1:{port}"))
        .await
        .expect("the DevTools");
    let request = format!("GET /json/list HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
    list.write_all(request.as_bytes()).await.expect("a request");
    // The connection stays open: the length tells where the answer ends.
    let mut answer = BufReader::new(list).lines();
    let mut length = 0;
    while let Ok(Some(line)) = answer.next_line().await
        && !line.is_empty()
    {
        if let Some((_, value)) = line.to_lowercase().split_once("content-length:") {
            length = value.trim().parse().expect("a length");
        }
    }
    let mut body = vec![0; length];
    answer
        .get_mut()
        .read_exact(&mut body)
        .await
        .expect("a body");
    let targets: Vec<Value> = serde_json::from_slice(&body).expect("a list of targets");
    let mut workers = targets.iter().filter(|it| it["type"] == "service_worker");
    let worker = workers.next().expect("a running service worker");
    let address = worker["webSocketDebuggerUrl"].as_str().expect("an address");
    let (mut socket, _) = tokio_tungstenite::connect_async(address)
        .await
        .expect("the service worker's DevTools");
    let command = json!({
        "id": 1, "method": "Runtime.evaluate",
        "params": { "expression": expression, "returnByValue": true, "awaitPromise": true },
    });
    let command = Message::text(command.to_string());
    socket.send(command).await.expect("a command");
    while let Some(Ok(message)) = socket.next().await {
        let heard = message
            .to_text()
            .ok()
            .and_then(|it| serde_json::from_str::<Value>(it).ok());
        if let Some(answer) = heard.filter(|answer| answer["id"] == 1) {
            return answer;
        }
    }
    panic!("the service worker ended");
}
