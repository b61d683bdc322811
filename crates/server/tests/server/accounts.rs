//! Signing up, in and out; what a session is good for and how it ends.

use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use weft_protocol::api::ApiCode;

use crate::harness::{PASSWORD, Person, Socket, TestServer, refusal, request};

/// Signs up with `fields` beside a good name and password; gives the refusal.
async fn refused_sign_up(server: &TestServer, fields: Value) -> (StatusCode, ApiCode) {
    let mut body = json!({ "username": "ada", "password": PASSWORD });
    body.as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    refusal(server.post("/api/sign-up", &body).send().await.unwrap()).await
}

#[tokio::test]
async fn an_account_is_made_once_and_let_in_with_its_password() {
    let server = TestServer::start().await;
    let ada = server.sign_up("Ada").await;
    assert_eq!(ada.user.name, "Ada");
    let again = Person::of(server.sign_in("ada", PASSWORD).await).await;
    assert_eq!(again.user, ada.user, "case does not tell two people apart");
    assert_ne!(again.token, ada.token);
    assert!(ada.is_signed_in(&server).await && again.is_signed_in(&server).await);
    let taken = (StatusCode::CONFLICT, ApiCode::UsernameTaken);
    assert_eq!(refused_sign_up(&server, json!({})).await, taken);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_are_refused_alike() {
    let server = TestServer::start().await;
    server.sign_up("ada").await;
    let wrong = (StatusCode::UNAUTHORIZED, ApiCode::WrongCredentials);
    for name in ["ada", "bob"] {
        let refused = server.sign_in(name, "not the password").await;
        assert!(refused.headers().get(header::SET_COOKIE).is_none());
        assert_eq!(refusal(refused).await, wrong);
    }
}

#[tokio::test]
async fn names_and_passwords_have_their_bounds() {
    let server = TestServer::start().await;
    let bad = StatusCode::BAD_REQUEST;
    for password in ["seven ch".get(..7).unwrap(), &"x".repeat(1025)] {
        let refused = refused_sign_up(&server, json!({ "password": password })).await;
        assert_eq!(refused, (bad, ApiCode::PasswordInvalid));
    }
    for name in ["", "a b", "<b>", &"x".repeat(33)] {
        let refused = refused_sign_up(&server, json!({ "username": name })).await;
        assert_eq!(refused, (bad, ApiCode::UsernameInvalid));
    }
    let refused = refused_sign_up(&server, json!({ "username": 1 })).await;
    assert_eq!(refused, (bad, ApiCode::BadRequest));
}

#[tokio::test]
async fn signing_out_ends_the_session_and_its_sockets_only() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    let other = Person::of(server.sign_in("ada", PASSWORD).await).await;
    let mut socket = Socket::open(server.addr, &ada).await;
    let mut stays = Socket::open(server.addr, &other).await;
    let (name, value) = ada.bearer();
    let sign_out = server.post("/api/sign-out", &json!({})).header(name, value);
    assert_eq!(
        sign_out.send().await.unwrap().status(),
        StatusCode::NO_CONTENT
    );
    assert_eq!(socket.closed().await, Some(4501));
    assert!(!ada.is_signed_in(&server).await);
    assert!(other.is_signed_in(&server).await);
    stays.thread().await;
    let mut late = Socket::silent(server.addr).await;
    late.hello(Some(&ada.token)).await;
    assert_eq!(late.closed().await, Some(4501));
}

#[tokio::test]
async fn a_socket_that_says_a_token_ends_with_that_token_whatever_its_cookie() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.sign_up("ada").await, server.sign_up("bob").await);
    let cookie = format!("weft_session={}", ada.token);
    let ws = crate::harness::handshake(server.addr, &[("cookie", &cookie)]).await;
    let mut socket = Socket::over(ws.unwrap());
    socket.hello(Some(&bob.token)).await;
    socket.welcomed().await;
    let (name, value) = bob.bearer();
    let sign_out = server.post("/api/sign-out", &json!({})).header(name, value);
    sign_out.send().await.unwrap();
    assert_eq!(socket.closed().await, Some(4501));
}

#[tokio::test]
async fn a_new_password_signs_every_other_device_out() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    let other = Person::of(server.sign_in("ada", PASSWORD).await).await;
    let mut socket = Socket::open(server.addr, &other).await;
    let mut own = Socket::open(server.addr, &ada).await;
    let change = async |current: &str, new: &str| {
        let (name, value) = ada.bearer();
        let body = json!({ "current": current, "new": new });
        let request = server.post("/api/password", &body).header(name, value);
        request.send().await.unwrap()
    };
    let wrong = (StatusCode::UNAUTHORIZED, ApiCode::WrongCredentials);
    assert_eq!(refusal(change("not it", "new password").await).await, wrong);
    let short = (StatusCode::BAD_REQUEST, ApiCode::PasswordInvalid);
    assert_eq!(refusal(change(PASSWORD, "short").await).await, short);
    assert!(other.is_signed_in(&server).await);

    let changed = change(PASSWORD, "new password").await;
    assert_eq!(changed.status(), StatusCode::NO_CONTENT);
    assert_eq!(socket.closed().await, Some(4501));
    assert!(!other.is_signed_in(&server).await);
    assert!(ada.is_signed_in(&server).await);
    own.thread().await;
    assert_eq!(refusal(server.sign_in("ada", PASSWORD).await).await, wrong);
    Person::of(server.sign_in("ada", "new password").await).await;
}

#[tokio::test]
async fn guessing_is_slowed_down_for_the_name_and_not_for_others() {
    let server = TestServer::start().await;
    server.sign_up("ada").await;
    server.sign_up("bob").await;
    let mut refused = server.sign_in("ada", "guess").await;
    for _ in 0..5 {
        if refused.status() == StatusCode::TOO_MANY_REQUESTS {
            break;
        }
        refused = server.sign_in("Ada", "guess").await;
    }
    let wait = refused.headers().get(header::RETRY_AFTER).unwrap();
    assert!(wait.to_str().unwrap().parse::<u64>().unwrap() > 0);
    let (status, code) = refusal(refused).await;
    assert_eq!(
        (status, code),
        (StatusCode::TOO_MANY_REQUESTS, ApiCode::TooManyAttempts)
    );
    let even_right = refusal(server.sign_in("ada", PASSWORD).await).await;
    assert_eq!(even_right.1, ApiCode::TooManyAttempts);
    Person::of(server.sign_in("bob", PASSWORD).await).await;
}

#[tokio::test]
async fn behind_a_proxy_the_address_is_what_the_proxy_says_last() {
    let server = TestServer::with(&["--behind-proxy", "--invite", "let me in"]).await;
    let guess = async |forged: usize| {
        let body = json!({ "username": "ada", "password": "guess" });
        // The caller's own header, then the proxy's: as a list, or as a line of its own.
        let request = server
            .post("/api/sign-in", &body)
            .header("x-forwarded-for", format!("10.0.0.{forged}"))
            .header("x-forwarded-for", format!("10.9.9.{forged}, 192.0.2.1"));
        request.send().await.unwrap().status()
    };
    for forged in 0..5 {
        assert_eq!(guess(forged).await, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(guess(5).await, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_stranger_from_elsewhere_needs_the_invite() {
    let server = TestServer::with(&["--invite", "let me in"]).await;
    let sign_up = async |name: &str, invite: Value, forwarded: bool| {
        let body = json!({ "username": name, "password": PASSWORD, "invite": invite });
        let mut request = server.post("/api/sign-up", &body);
        request = if forwarded {
            request.header("x-forwarded-for", "192.0.2.1")
        } else {
            request.header(header::HOST, "chat.example")
        };
        request.send().await.unwrap()
    };
    let needed = (StatusCode::FORBIDDEN, ApiCode::InviteNeeded);
    for forwarded in [false, true] {
        for (name, invite) in [("a", Value::Null), ("b", json!("")), ("c", json!("let me"))] {
            let answer = sign_up(name, invite, forwarded).await;
            assert_eq!(refusal(answer).await, needed);
        }
    }
    assert_eq!(
        sign_up("ada", json!("let me in"), true).await.status(),
        StatusCode::OK
    );
    server.sign_up("grace").await;
}

#[tokio::test]
async fn an_empty_invite_lets_nobody_in() {
    let server = TestServer::with(&["--invite", ""]).await;
    let body = json!({ "username": "ada", "password": PASSWORD, "invite": "" });
    let request = server
        .post("/api/sign-up", &body)
        .header(header::HOST, "chat.example");
    let refused = refusal(request.send().await.unwrap()).await;
    assert_eq!(refused, (StatusCode::FORBIDDEN, ApiCode::InviteNeeded));
}

#[tokio::test]
async fn the_cookie_is_out_of_reach_of_scripts_and_other_sites() {
    let server = TestServer::start().await;
    let body = json!({ "username": "ada", "password": PASSWORD });
    let entered = server.post("/api/sign-up", &body).send().await.unwrap();
    let cookie = entered.headers()[header::SET_COOKIE].to_str().unwrap();
    let (pair, flags) = cookie.split_once("; ").unwrap();
    for flag in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(flags.split("; ").any(|part| part == flag), "{flags}");
    }
    let pair = pair.to_owned();
    let session: Value = entered.json().await.unwrap();
    assert!(session.get("token").is_none(), "{session}");

    let request = server.post("/api/sign-in", &body);
    let secure = request.header("x-forwarded-proto", "https").send().await;
    let secure = secure.unwrap().headers()[header::SET_COOKIE].clone();
    assert!(secure.to_str().unwrap().ends_with("; Secure"));

    let with_cookie = [("cookie", pair.as_str())];
    let ws = crate::harness::handshake(server.addr, &with_cookie).await;
    let mut socket = Socket::over(ws.unwrap());
    socket.hello(None).await;
    socket.welcomed().await;
    let out = server.post("/api/sign-out", &json!({}));
    let out = out.header(header::COOKIE, &pair).send().await.unwrap();
    let cleared = out.headers()[header::SET_COOKIE].to_str().unwrap();
    assert!(cleared.starts_with("weft_session=;") && cleared.contains("Max-Age=0"));
    assert_eq!(socket.closed().await, Some(4501));
    let request = request_session(&server, &pair).await;
    assert_eq!(
        refusal(request).await,
        (StatusCode::UNAUTHORIZED, ApiCode::Unauthenticated)
    );
}

async fn request_session(server: &TestServer, cookie: &str) -> reqwest::Response {
    let request = request(server.addr, Method::GET, "/api/session");
    request.header(header::COOKIE, cookie).send().await.unwrap()
}

#[tokio::test]
async fn neither_password_nor_token_is_on_the_disk() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    for file in std::fs::read_dir(server.data.path()).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        for secret in [PASSWORD, &ada.token] {
            let found = bytes
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!found, "{secret} in {}", path.display());
        }
    }
    let db = rusqlite::Connection::open(server.data.path().join("weft.db")).unwrap();
    let stored: String = db
        .query_row("SELECT password FROM account", [], |row| row.get(0))
        .unwrap();
    assert!(stored.starts_with("$argon2id$"), "{stored}");
    let token: Vec<u8> = db
        .query_row("SELECT token FROM session", [], |row| row.get(0))
        .unwrap();
    assert_eq!(token, weft_server::accounts::token_hash(&ada.token));
}
