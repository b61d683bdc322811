//! The app from somebody else's web server, on another origin and a sub-path.

use weft_testkit::edges::{ModelServer, StaticServer, TestServer};

use crate::{connected, say, sign_up};

#[tokio::test(flavor = "multi_thread")]
async fn the_app_works_from_another_origin_and_a_sub_path() {
    let model = ModelServer::start().await;
    let host = StaticServer::start("/tools/chat").await;
    let server = TestServer::start(Some(&model), &["--allow-origin", &host.origin()]);
    host.point_at(&server.url());
    let browser = sign_up(&host.url(), "ada").await;
    say(&browser, "From elsewhere").await;
    browser.message(1).says("Hello from the model.").await;
    let address = browser.url().await;
    assert!(
        address.starts_with(&format!("{}t/", host.url())),
        "{address}"
    );
    // A thread's address works by itself there, and the session is kept.
    browser.reload().await;
    connected(&browser).await;
    browser.message(0).says("From elsewhere").await;
    browser.find("link", "ada Settings").click().await;
    browser.find("heading", "Settings").seen().await;
    assert_eq!(browser.url().await, format!("{}settings", host.url()));
    browser.close().await;
}
