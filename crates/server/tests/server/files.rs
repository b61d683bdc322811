//! The app's files: how they are sent, kept and guarded.

use reqwest::{Method, Response, StatusCode, header};
use weft_testkit::edges::TempDir;

use crate::harness::{TestServer, request};

const SCRIPT: &str = "weft-c49b751230e71450.js";
/// A hash whose leading zero was not written.
const SHORT: &str = "weft-49b751230e71450_bg.wasm";

/// A server with a small built app.
async fn server() -> (TestServer, TempDir) {
    let app = TempDir::new("app");
    let write = |name: &str, text: &str| std::fs::write(app.path().join(name), text).unwrap();
    write("index.html", "<!doctype html><script>one()</script>");
    write("index.html.br", "index in brotli");
    write(SCRIPT, "js()");
    write(&format!("{SCRIPT}.br"), "js in brotli");
    write(&format!("{SCRIPT}.gz"), "js in gzip");
    write(SHORT, "wasm");
    write("config.json", "{}");
    write("manifest.webmanifest", "{}");
    write("sw.js", "worker()");
    std::fs::write(
        app.path().parent().unwrap().join("weft-secret.txt"),
        "secret",
    )
    .unwrap();
    let path = app.path().to_str().unwrap();
    let server = TestServer::with(&["--app-dir", path]).await;
    (server, app)
}

fn says(response: &Response, name: header::HeaderName) -> &str {
    let value = response.headers().get(name);
    value.map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn files_are_sent_as_they_were_compressed() {
    let (server, _app) = server().await;
    for (accepts, encoding, text) in [
        ("gzip, deflate, br", "br", "js in brotli"),
        ("gzip", "gzip", "js in gzip"),
        ("identity", "", "js()"),
    ] {
        let get = request(server.addr, Method::GET, &format!("/{SCRIPT}"));
        let file = get.header(header::ACCEPT_ENCODING, accepts).send().await;
        let file = file.unwrap();
        assert_eq!(says(&file, header::CONTENT_ENCODING), encoding);
        assert_eq!(says(&file, header::CONTENT_TYPE), "text/javascript");
        assert!(says(&file, header::VARY).contains("accept-encoding"));
        assert_eq!(file.text().await.unwrap(), text);
    }
    let get = request(server.addr, Method::GET, "/t/0198");
    let page = get.header(header::ACCEPT_ENCODING, "br").send().await;
    assert_eq!(page.unwrap().text().await.unwrap(), "index in brotli");
}

#[tokio::test]
async fn every_file_has_its_type_and_is_not_guessed_at() {
    let (server, _app) = server().await;
    for (path, kind) in [
        (SCRIPT, "text/javascript"),
        (SHORT, "application/wasm"),
        ("manifest.webmanifest", "application/manifest+json"),
        ("config.json", "application/json"),
        ("sw.js", "text/javascript"),
        ("", "text/html"),
    ] {
        let file = server.get(&format!("/{path}")).await;
        assert_eq!(file.status(), StatusCode::OK, "{path}");
        assert!(
            says(&file, header::CONTENT_TYPE).starts_with(kind),
            "{path}"
        );
        assert_eq!(says(&file, header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    }
}

#[tokio::test]
async fn hashed_names_are_kept_for_good_and_the_rest_is_asked_for_again() {
    let (server, _app) = server().await;
    for (path, kept) in [
        (SCRIPT, true),
        (SHORT, true),
        ("", false),
        ("index.html", false),
        ("config.json", false),
        ("sw.js", false),
        ("manifest.webmanifest", false),
        ("t/0198c49b751230e71450", false),
        ("weft-0000000000000000.js", false),
    ] {
        let file = server.get(&format!("/{path}")).await;
        let cache = says(&file, header::CACHE_CONTROL);
        assert_eq!(cache.contains("immutable"), kept, "{path}: {cache}");
        assert_eq!(cache == "no-cache", !kept, "{path}: {cache}");
    }
}

#[tokio::test]
async fn a_file_that_is_still_good_stays_as_good_as_it_was() {
    let (server, _app) = server().await;
    let file = server.get(&format!("/{SCRIPT}")).await;
    let since = says(&file, header::LAST_MODIFIED);
    let get = request(server.addr, Method::GET, &format!("/{SCRIPT}"));
    let unchanged = get.header(header::IF_MODIFIED_SINCE, since).send().await;
    let unchanged = unchanged.unwrap();
    assert_eq!(unchanged.status(), StatusCode::NOT_MODIFIED);
    assert!(says(&unchanged, header::CACHE_CONTROL).contains("immutable"));
}

#[tokio::test]
async fn places_are_the_page_and_what_is_missing_is_missing() {
    let (server, _app) = server().await;
    for place in [
        "/",
        "/t/0198c49b-7512-70e7-8145-000000000000",
        "/sign-in",
        "/settings",
    ] {
        let page = server.get(place).await;
        assert_eq!(page.status(), StatusCode::OK, "{place}");
        assert!(page.text().await.unwrap().contains("<script>one()"));
    }
    for missing in [
        "/weft-0000.js",
        "/t/app.css",
        "/api",
        "/api/",
        "/api/nothing",
        "/api/a/b",
    ] {
        let status = server.get(missing).await.status();
        assert_eq!(status, StatusCode::NOT_FOUND, "{missing}");
    }
    let post = request(server.addr, Method::POST, "/t/0198");
    let status = post.send().await.unwrap().status();
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn nothing_outside_the_app_is_served() {
    let (server, _app) = server().await;
    for path in [
        "../weft-secret.txt",
        "t/../../weft-secret.txt",
        "%2e%2e/weft-secret.txt",
        "..%2fweft-secret.txt",
        "%2e%2e%5cweft-secret.txt",
        "/weft-secret.txt",
        "%00",
        "%ff",
    ] {
        let (status, body) = raw_get(&server, &format!("/{path}")).await;
        assert!(!body.contains("secret"), "{path}: {status}");
        assert!(!status.starts_with('5'), "{path}: {status}");
    }
}

/// A GET whose path no client tidies; gives the status and the whole answer.
async fn raw_get(server: &TestServer, path: &str) -> (String, String) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut tcp = tokio::net::TcpStream::connect(server.addr).await.unwrap();
    let head = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    tcp.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    crate::harness::soon("an answer", tcp.read_to_string(&mut answer))
        .await
        .unwrap();
    let status = answer
        .split(' ')
        .nth(1)
        .unwrap_or("no answer: 5xx")
        .to_owned();
    (status, answer)
}

#[tokio::test]
async fn the_page_may_run_its_own_scripts_and_nothing_else() {
    let (server, app) = server().await;
    let policy = async || {
        let page = server.get("/t/0198").await;
        says(&page, header::CONTENT_SECURITY_POLICY).to_owned()
    };
    let before = policy().await;
    // The SHA-256 of `one()`.
    let hash = "'sha256-HR7iaask9daLMRRskMI++QeJtjWDOjyPA6lGzYGzKW4='";
    assert!(before.contains(hash), "{before}");
    for part in [
        "default-src 'none'",
        "'wasm-unsafe-eval'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "base-uri 'self'",
        "frame-ancestors 'none'",
    ] {
        assert!(before.contains(part), "{part}: {before}");
    }
    for hole in [
        "unsafe-inline",
        "'unsafe-eval'",
        "*",
        " ws:;",
        " ws: ",
        " http:",
    ] {
        assert!(!before.contains(hole), "{hole}: {before}");
    }
    // Images alone may come from elsewhere, where their reader asks for them.
    let elsewhere = before.split("; ").filter(|part| part.contains(" https:"));
    assert_eq!(
        elsewhere.collect::<Vec<_>>(),
        ["img-src 'self' data: https:"]
    );
    // A new build under a running server brings its own scripts.
    let page = "<!doctype html><script>another()</script>";
    std::fs::write(app.path().join("index.html"), page).unwrap();
    let after = policy().await;
    assert!(
        !after.contains(hash) && after.contains("'sha256-"),
        "{after}"
    );
}

#[tokio::test]
async fn the_app_may_connect_where_the_settings_say() {
    let there = "https://chat.example,wss://chat.example";
    let server = TestServer::with(&["--connect-src", there]).await;
    let page = server.get("/").await;
    assert_eq!(page.status(), StatusCode::SERVICE_UNAVAILABLE, "not built");
    let policy = says(&page, header::CONTENT_SECURITY_POLICY);
    let own = format!("ws://{0} wss://{0}", server.addr);
    let allowed = format!("connect-src 'self' {own} https://chat.example wss://chat.example;");
    assert!(policy.contains(&allowed), "{policy}");
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let (server, _app) = server().await;
    for path in [
        "/",
        "/config.json",
        "/api/session",
        "/api/nothing",
        "/missing.js",
        "/healthz",
    ] {
        let answer = server.get(path).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(answer.headers()[name], value, "{path}");
        }
        assert!(answer.headers().contains_key("permissions-policy"));
        if path.starts_with("/api/") {
            assert_eq!(says(&answer, header::CACHE_CONTROL), "no-store");
        }
    }
}
