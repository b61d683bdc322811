//! Which pages may call: the server's own, and those of the allow-list.

use reqwest::{Method, StatusCode, header};
use serde_json::json;
use weft_protocol::api::ApiCode;

use crate::harness::{PASSWORD, Person, TestServer, handshake, refusal, request};

const APP: &str = "https://app.example";
const EVIL: &str = "https://evil.example";

#[tokio::test]
async fn a_foreign_page_neither_posts_nor_opens_a_socket() {
    let server = TestServer::with(&["--allow-origin", APP]).await;
    let credentials = json!({ "username": "ada", "password": PASSWORD });
    for path in [
        "/api/sign-up",
        "/api/sign-in",
        "/api/sign-out",
        "/api/password",
    ] {
        let post = server.post(path, &credentials).header(header::ORIGIN, EVIL);
        let refused = refusal(post.send().await.unwrap()).await;
        assert_eq!(refused, (StatusCode::FORBIDDEN, ApiCode::OriginNotAllowed));
    }
    for origin in [EVIL, "null", "https://app.example.evil.example"] {
        let refused = handshake(server.addr, &[("origin", origin)]).await;
        assert_eq!(refused.unwrap_err().status(), StatusCode::FORBIDDEN);
    }
    for origin in [&server.url(), APP] {
        handshake(server.addr, &[("origin", origin)]).await.unwrap();
    }
}

#[tokio::test]
async fn an_allowed_page_gets_through_by_token_with_its_preflight() {
    let server = TestServer::with(&["--allow-origin", APP]).await;
    let preflight = request(server.addr, Method::OPTIONS, "/api/sign-up")
        .header(header::ORIGIN, APP)
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
        .header(
            header::ACCESS_CONTROL_REQUEST_HEADERS,
            "authorization,content-type",
        );
    let allowed = preflight.send().await.unwrap();
    assert!(allowed.status().is_success());
    let says = |name: header::HeaderName| allowed.headers()[name].to_str().unwrap().to_lowercase();
    assert_eq!(says(header::ACCESS_CONTROL_ALLOW_ORIGIN), APP);
    assert!(says(header::ACCESS_CONTROL_ALLOW_METHODS).contains("post"));
    let headers = says(header::ACCESS_CONTROL_ALLOW_HEADERS);
    assert!(headers.contains("authorization") && headers.contains("content-type"));

    let body = json!({ "username": "ada", "password": PASSWORD, "keep": "token" });
    let post = server
        .post("/api/sign-up", &body)
        .header(header::ORIGIN, APP);
    let made = post.send().await.unwrap();
    assert_eq!(made.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], APP);
    assert!(made.headers().get(header::SET_COOKIE).is_none());
    let (name, value) = Person::of(made).await.bearer();
    let session = request(server.addr, Method::GET, "/api/session")
        .header(header::ORIGIN, APP)
        .header(name, value);
    let session = session.send().await.unwrap();
    assert_eq!(session.status(), StatusCode::OK);
    assert_eq!(session.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], APP);
}

#[tokio::test]
async fn a_foreign_page_may_not_read_an_answer() {
    let server = TestServer::with(&["--allow-origin", APP]).await;
    for method in [Method::OPTIONS, Method::GET] {
        let call = request(server.addr, method, "/api/session")
            .header(header::ORIGIN, EVIL)
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST");
        let answer = call.send().await.unwrap();
        let allowed = answer.headers().get(header::ACCESS_CONTROL_ALLOW_ORIGIN);
        assert_eq!(allowed, None);
        assert!(
            answer
                .headers()
                .get(header::ACCESS_CONTROL_ALLOW_CREDENTIALS)
                .is_none()
        );
    }
}
