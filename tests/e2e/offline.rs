//! The app without its server, and in a newer version.

use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, SystemTime},
};

use weft_testkit::edges::{Browser, Screen, StaticServer, TempDir, TestServer};

use crate::{connected, say, served, served_with, sign_up, until_status};

const WAITING: &str = "The server cannot be reached. Weft keeps trying…";
const READY: &str = "A new version of Weft is ready.";

#[tokio::test(flavor = "multi_thread")]
async fn the_app_opens_without_its_server_and_recovers_by_itself() {
    let (_model, mut server) = served().await;
    let browser = Browser::open(&server.url(), Screen::WIDE).await;
    browser.textbox("Username").seen().await;
    kept(&browser).await;
    server.kill();
    // Any address of the app opens.
    for place in ["", "settings", "t/0192f0c1-0000-7000-8000-000000000000"] {
        browser.goto(&format!("{}/{place}", server.url())).await;
        browser.any("status").says(WAITING).await;
    }
    server.restart();
    browser.textbox("Username").seen().await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_app_opens_from_the_device_on_a_sub_path_of_another_origin() {
    let host = StaticServer::start("/tools/chat").await;
    let server = TestServer::start(None, &["--allow-origin", &host.origin()]);
    host.point_at(&server.url());
    let browser = sign_up(&host.url(), "ada").await;
    assert_eq!(kept(&browser).await, host.url());
    browser.reload().await;
    connected(&browser).await;
    let bytes = "performance.getEntriesByType('navigation')[0].transferSize";
    assert_eq!(browser.js(bytes).await, 0);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_the_app_is_not_opened_from_the_device() {
    let (_model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    kept(&browser).await;
    browser.goto(&format!("{}/healthz", server.url())).await;
    assert_eq!(
        browser.js("document.querySelector('#boot')").await,
        serde_json::Value::Null
    );
    browser.goto(&server.url()).await;
    connected(&browser).await;
    let names = "caches.keys().then(async names => {
        const lists = await Promise.all(names.map(async name => (await caches.open(name)).keys()));
        return lists.flat().filter(request => request.url.includes('/api')).length;
    })";
    assert_eq!(browser.js(names).await, 0);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_version_waits_for_consent() {
    let folder = TempDir::new("app");
    let app = folder.path();
    copy(
        Path::new(&std::env::var_os("WEFT_APP_DIR").expect("a built app")),
        app,
    );
    let (_model, server) = served_with(&["--app-dir", &app.to_string_lossy()]).await;
    let browser = sign_up(&server.url(), "ada").await;
    kept(&browser).await;
    // The page of a first visit came without the worker.
    browser.reload().await;
    connected(&browser).await;
    browser.js("window.mark = 1").await;
    rebuild(app);
    // In place of the hour after which the app looks by itself.
    browser
        .js("navigator.serviceWorker.getRegistration().then(found => found.update()).then(() => 0)")
        .await;
    browser
        .until_js(&format!(
            "document.querySelector('.toasts').innerText.includes('{READY}')"
        ))
        .await;

    // Life goes on in the version that is open, and in each page that is opened until then.
    say(&browser, "Still here").await;
    until_status(&browser.message(1), &browser, "complete").await;
    browser.textbox("Message").fill("Half a sen").await;
    assert_eq!(browser.js("window.mark").await, 1);
    browser.reload().await;
    connected(&browser).await;
    assert_eq!(browser.js(VERSION).await, "1");

    browser.js("window.mark = 2").await;
    browser.button("Reload").click().await;
    browser.until_js("window.mark === undefined").await;
    connected(&browser).await;
    assert_eq!(browser.js(VERSION).await, "2");
    assert_eq!(
        browser
            .js("getComputedStyle(document.body).outlineStyle")
            .await,
        "dotted"
    );
    let draft = browser
        .textbox("Message")
        .call("function() { return this.value; }")
        .await;
    assert_eq!(draft, "Half a sen");
    browser
        .until_js("caches.keys().then(names => names.length === 1)")
        .await;
    browser.button("Reload").gone().await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_app_can_be_installed() {
    let (_model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    kept(&browser).await;
    let manifest = browser
        .cdp("Page.getAppManifest", serde_json::json!({}))
        .await;
    assert_eq!(manifest["errors"], serde_json::json!([]));
    let found = browser
        .cdp("Page.getInstallabilityErrors", serde_json::json!({}))
        .await;
    assert_eq!(found["installabilityErrors"], serde_json::json!([]));
    browser.close().await;
}

/// Which build the page is of, as [`rebuild`] marks it.
const VERSION: &str = "document.querySelector('meta[name=build]')?.content ?? '1'";

/// Waits until the app is on the device, and says for which addresses.
async fn kept(browser: &Browser) -> String {
    let scope = browser
        .js("navigator.serviceWorker.ready.then(found => found.scope)")
        .await;
    browser
        .until_js("navigator.serviceWorker.ready.then(found => found.active.state === 'activated')")
        .await;
    scope.as_str().unwrap_or_default().to_owned()
}

/// Makes the app in `folder` one of a newer build.
fn rebuild(folder: &Path) {
    let page = folder.join("index.html");
    let html = fs::read_to_string(&page).expect("the page");
    let title = "<title>Weft</title>";
    let html = html.replace(
        title,
        &format!("{title}<meta name=\"build\" content=\"2\">"),
    );
    let name = html
        .split(['"', '/', ' '])
        .find(|part| part.starts_with("base-") && part.ends_with(".css"))
        .expect("a style sheet")
        .to_owned();
    let css = fs::read_to_string(folder.join(&name)).expect("the style sheet");
    fs::remove_file(folder.join(&name)).expect("the style sheet");
    let renamed = "base-0123456789abcdef.css";
    fs::write(folder.join(renamed), css + "body { outline-style: dotted }").expect("a style sheet");
    fs::write(&page, html.replace(&name, renamed)).expect("the page");
    // The clock of files is coarse, and the page of the first build no older than that.
    let later = SystemTime::now() + Duration::from_secs(2);
    let file = fs::File::options()
        .write(true)
        .open(&page)
        .expect("the page");
    file.set_modified(later).expect("a time");
    let listed = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--package", "xtask", "--", "precache"])
        .arg(folder)
        .status();
    assert!(listed.expect("cargo").success());
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder") {
        let (path, name) = entry
            .map(|entry| (entry.path(), entry.file_name()))
            .expect("an entry");
        let place = to.join(name);
        if path.is_dir() {
            fs::create_dir_all(&place).expect("a folder");
            copy(&path, &place);
        } else if !path.extension().is_some_and(|e| e == "br" || e == "gz") {
            fs::copy(&path, &place).expect("a file");
        }
    }
}
