//! The app without its server, and in a newer version.

use std::{
    cell::Cell,
    fs,
    path::Path,
    process::Command,
    time::{Duration, SystemTime},
};

use weft_testkit::edges::{Browser, ModelServer, Screen, StaticServer, TempDir, TestServer};

use crate::{connected, said, say, served, served_with, sign_up, until_status};

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
    // Where the server is, it knows without asking.
    let config = "caches.match(new URL('config.json', document.baseURI))
        .then(kept => kept.json()).then(config => config.url)";
    assert_eq!(browser.js(config).await, server.url());
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
    let builds = Builds::new();
    let (_model, server) = builds.served().await;
    let browser = sign_up(&server.url(), "ada").await;
    kept(&browser).await;
    // The page of a first visit came without the worker.
    browser.reload().await;
    connected(&browser).await;
    browser.js("window.mark = 1").await;
    builds.replace("second", "");
    return_after_an_hour(&browser).await;
    let toasts = browser.find("region", "Notifications");
    toasts.says(READY).await;

    // Life goes on in the version that is open, and in each page that is opened until then.
    say(&browser, "Still here").await;
    until_status(&browser.message(1), &browser, "complete").await;
    browser.textbox("Message").fill("Half a sen").await;
    assert_eq!(browser.js("window.mark").await, 1);
    browser.reload().await;
    connected(&browser).await;
    assert_eq!(browser.js(BUILD).await, "first");

    browser.js("window.mark = 2").await;
    browser.button("Reload").click().await;
    browser.until_js("window.mark === undefined").await;
    connected(&browser).await;
    assert_eq!(browser.js(BUILD).await, "second");
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
async fn a_chat_that_begins_without_the_server_asks_the_model_once_it_is_back() {
    let (_model, mut server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    say(&browser, "Before").await;
    until_status(&browser.message(1), &browser, "complete").await;
    kept(&browser).await;
    server.kill();
    browser.goto(&server.url()).await;
    browser.textbox("Message").seen().await;
    say(&browser, "Meanwhile").await;
    browser.newest().says("Queued").await;
    assert_eq!(said(&browser).await, ["Meanwhile"]);
    server.restart();
    until_status(&browser.message(1), &browser, "complete").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_the_server_no_longer_speaks_says_so_and_loses_nothing() {
    let builds = Builds::new();
    // A version that speaks less than the server from the day on which the server is a newer one.
    builds.replace("old", OUTLIVED);
    let (_model, mut server) = builds.served().await;
    let browser = sign_up(&server.url(), "ada").await;
    kept(&browser).await;
    say(&browser, "Before").await;
    until_status(&browser.message(1), &browser, "complete").await;
    let connection = browser.find("status", "Connection");

    server.kill();
    browser.js("sessionStorage.upgraded = 1").await;
    builds.replace("new", "");
    server.restart();
    connection.says("Reload to update").await;
    let alert = browser.any("alert");
    alert.says("This version of Weft is too old").await;
    say(&browser, "During").await;
    browser.newest().says("Queued").await;
    // As long as nobody asks for the newer version, it is the same in each page that is opened.
    browser.reload().await;
    alert.says("This version of Weft is too old").await;
    assert_eq!(browser.js(BUILD).await, "old");
    browser.newest().says("Queued").await;
    say(&browser, "Meanwhile").await;
    browser.newest().says("Queued").await;
    assert_eq!(said(&browser).await, ["Before", "During", "Meanwhile"]);

    // The offer is made once.
    browser
        .until_js("navigator.serviceWorker.ready.then(found => found.waiting !== null)")
        .await;
    assert_eq!(browser.button("Reload").count().await, 1);
    browser.button("Reload").click().await;
    connected(&browser).await;
    assert_eq!(browser.js(BUILD).await, "new");
    alert.gone().await;
    until_status(&browser.message(5), &browser, "complete").await;
    assert_eq!(said(&browser).await, ["Before", "During", "Meanwhile"]);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_cannot_start_is_replaced_by_one_press() {
    let builds = Builds::new();
    let (_model, server) = builds.served().await;
    let browser = sign_up(&server.url(), "ada").await;
    kept(&browser).await;
    builds.replace("broken", "delete window.WebAssembly");
    return_after_an_hour(&browser).await;
    browser.button("Reload").click().await;
    browser.find("link", "Try again").seen().await;
    assert_eq!(browser.js(BUILD).await, "broken");

    builds.replace("mended", "");
    browser.find("link", "Try again").click().await;
    connected(&browser).await;
    assert_eq!(browser.js(BUILD).await, "mended");
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

/// Which build the page is of, by the name that [`Builds`] gave it.
const BUILD: &str = "document.querySelector('meta[name=build]')?.content ?? 'first'";

/// Makes a page say that it speaks version 0 alone, once `upgraded` is set.
pub(crate) const OUTLIVED: &str = r#"
    const { send } = WebSocket.prototype;
    WebSocket.prototype.send = function(frame) {
        const older = () => frame.replace('"versions":{"min":1,"max":1}', '"versions":{"min":0,"max":0}');
        send.call(this, sessionStorage.upgraded ? older() : frame);
    };
"#;

/// Waits until the app is on the device, and says for which addresses.
pub(crate) async fn kept(browser: &Browser) -> String {
    let scope = browser
        .js("navigator.serviceWorker.ready.then(found => found.scope)")
        .await;
    browser
        .until_js("navigator.serviceWorker.ready.then(found => found.active.state === 'activated')")
        .await;
    scope.as_str().unwrap_or_default().to_owned()
}

/// The app looks for a newer version when it is seen again after an hour.
async fn return_after_an_hour(browser: &Browser) {
    let hour = "{
        const now = Date.now;
        Date.now = () => now() + 3_600_000;
        document.dispatchEvent(new Event('visibilitychange'));
        Date.now = now;
    }";
    browser.js(hour).await;
}

/// The built app in a folder of its own, where newer builds can take its place.
struct Builds {
    folder: TempDir,
    page: String,
    at: Cell<SystemTime>,
}

impl Builds {
    fn new() -> Self {
        let folder = TempDir::new("app");
        let built = std::env::var_os("WEFT_APP_DIR").expect("a built app");
        copy(built.as_ref(), folder.path());
        let page = fs::read_to_string(folder.path().join("index.html")).expect("the page");
        let at = Cell::new(SystemTime::now());
        Self { folder, page, at }
    }

    async fn served(&self) -> (ModelServer, TestServer) {
        served_with(&["--app-dir", &self.folder.path().to_string_lossy()]).await
    }

    /// Puts a newer build in the place of the one before: with a name, a style sheet, and a script.
    fn replace(&self, name: &str, script: &str) {
        let folder = self.folder.path();
        let css = format!("{name}-0123456789abcdef.css");
        fs::write(folder.join(&css), "body { outline-style: dotted }").expect("a style sheet");
        let title = "<title>Weft</title>";
        let more = format!(
            "{title}<meta name=build content={name}><link rel=stylesheet href={css}><script>{script}</script>"
        );
        let page = folder.join("index.html");
        fs::write(&page, self.page.replace(title, &more)).expect("the page");
        // The time of a file is told in seconds when it is asked for again.
        self.at.set(self.at.get() + Duration::from_secs(2));
        let file = fs::File::options().append(true).open(page);
        let dated = file.and_then(|file| file.set_modified(self.at.get()));
        dated.expect("the page");
        let listed = Command::new(env!("CARGO"))
            .args(["run", "--quiet", "--package", "xtask", "--", "precache"])
            .arg(folder)
            .status();
        assert!(listed.expect("cargo").success());
    }
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
