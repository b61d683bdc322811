//! What audits of web apps ask for, asserted here without one: how the app is installed, sent, kept and described, and
//! that its pages complain of nothing.

use serde_json::{Value, json};
use weft_testkit::edges::{Browser, Screen};

use crate::{connected, offline::kept, say, screens::list, served, sign_up, until_status};

/// Keeps what the browser says of the page: what it is to stop doing, and warnings.
const COMPLAINTS: &str = "
    window.complaints = [];
    new ReportingObserver(all => all.forEach(({ type, body }) => complaints.push(`${type}: ${body.message}`)),
        { buffered: true }).observe();
    const warn = console.warn;
    console.warn = (...all) => { complaints.push(all.join(' ')); warn(...all); };
    window.shifted = 0;
    new PerformanceObserver(list => list.getEntries().forEach(it => { if (!it.hadRecentInput) shifted += it.value; }))
        .observe({ type: 'layout-shift', buffered: true });
";

/// Every file that the page has asked for, with how it comes: `[address, status, type, encoding, cache, options of
/// type, length]`.
const FILES: &str =
    "Promise.all([location.href, ...performance.getEntriesByType('resource').map(it => it.name)]
    .filter(it => it.startsWith(location.origin) && !it.includes('/api/'))
    .map(async address => {
        const answer = await fetch(address, { cache: 'no-store' });
        const told = name => answer.headers.get(name) ?? '';
        const length = (await answer.arrayBuffer()).byteLength;
        return [address, answer.status, told('content-type'), told('content-encoding'), told('cache-control'),
            told('x-content-type-options'), length];
    }))";

#[tokio::test(flavor = "multi_thread")]
async fn every_file_is_sent_compressed_typed_and_kept_as_long_as_it_may_be() {
    let (_model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    say(&browser, "Hello").await;
    until_status(&browser.message(1), &browser, "complete").await;
    // From the server: what the device keeps has no headers of its own.
    let away = "navigator.serviceWorker.ready.then(it => it.unregister())";
    browser.js(away).await;
    browser.reload().await;
    connected(&browser).await;
    let files: Vec<(String, u16, String, String, String, String, u64)> =
        serde_json::from_value(browser.js(FILES).await).expect("files");
    let mut kinds: Vec<&str> = Vec::new();
    for (address, status, kind, encoding, cache, guess, length) in &files {
        assert_eq!(*status, 200, "{address}");
        let kind = kind.split(';').next().unwrap_or_default();
        kinds.push(kind);
        assert_eq!(guess, "nosniff", "{address}");
        let is_packed = ["br", "gzip"].contains(&encoding.as_str());
        assert!(
            is_packed || kind == "image/png" || *length < 1_400,
            "{address}: {length} bytes as they are (is this the release build?)"
        );
        let has_hash = address
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .split(|c: char| !c.is_ascii_hexdigit())
            .any(|run| run.len() >= 12);
        match has_hash && kind != "text/html" {
            true => assert_eq!(cache, "public, max-age=31536000, immutable", "{address}"),
            false => assert_eq!(cache, "no-cache", "{address}"),
        }
    }
    for kind in ["text/html", "text/javascript", "application/wasm"] {
        assert!(kinds.contains(&kind), "{kind}: {kinds:?}");
    }
    // What was preloaded is what is used.
    let runs = |kind: &str| kind.starts_with("text/javascript") || kind == "application/wasm";
    let running = files.iter().filter(|file| runs(&file.2));
    let mut addresses: Vec<&str> = running.map(|file| file.0.as_str()).collect();
    addresses.sort_unstable();
    let twice = addresses.windows(2).find(|two| two[0] == two[1]);
    assert_eq!(twice, None, "asked for twice");
    browser.close().await;
}

/// What the page's head and its parts owe to browsers, search and people.
const OWED: &str = "(() => {
    const owed = [], need = (good, what) => good || owed.push(what);
    const meta = name => document.querySelector(`meta[name=${name}]`)?.content ?? '';
    need(isSecureContext, 'a secure context');
    need(document.compatMode === 'CSS1Compat', 'a doctype');
    need(document.characterSet === 'UTF-8', 'UTF-8');
    need(/^[a-z]{2}/.test(document.documentElement.lang), 'a language');
    need(document.title.trim(), 'a title');
    need(meta('description').length >= 20, 'a description');
    need(meta('viewport').includes('width=device-width'), 'a viewport as wide as the device');
    need(!/user-scalable\\s*=\\s*(no|0)|maximum-scale/.test(meta('viewport')), 'a page that can be magnified');
    need(meta('theme-color'), 'a colour of the browser around it');
    need(document.querySelector('link[rel=manifest]'), 'a manifest');
    need(document.querySelector('link[rel=apple-touch-icon]'), 'an icon for phones of Apple');
    need(document.querySelector('link[rel=icon]'), 'an icon');
    need(document.querySelectorAll('main').length === 1, 'one main part');
    need(document.querySelectorAll('h1').length === 1, 'one heading of the page');
    need(document.querySelectorAll('*').length < 1500, 'fewer elements');
    for (const link of document.querySelectorAll('a')) need(link.hasAttribute('href'), `an address of ${link.outerHTML}`);
    for (const link of document.querySelectorAll('a[target=_blank]'))
        need(link.relList.contains('noopener'), `a window that knows nothing of this one: ${link.outerHTML}`);
    for (const image of document.querySelectorAll('img')) {
        need(image.hasAttribute('alt'), `words for ${image.src}`);
        const drawn = image.src.endsWith('.svg');
        need(drawn || image.naturalWidth <= 2 * image.width * devicePixelRatio, `a smaller ${image.src}`);
    }
    for (const field of document.querySelectorAll('input[type=password]'))
        need(/^(current|new)-password$/.test(field.autocomplete), 'a password that is filled in for its person');
    for (const script of document.querySelectorAll('script[src]'))
        need(script.type === 'module' || script.async || script.defer, `a script that holds nothing up: ${script.src}`);
    return owed;
})()";

#[tokio::test(flavor = "multi_thread")]
async fn no_page_owes_anything_to_browsers_or_is_complained_of() {
    let (model, server) = served().await;
    let browser = Browser::open(&server.url(), Screen::WIDE).await;
    browser.before_load(COMPLAINTS).await;
    browser.reload().await;
    browser.textbox("Username").seen().await;
    assert_eq!(list(&browser, OWED).await, Vec::<String>::new(), "sign-in");
    browser.button("Create account").click().await;
    crate::enter(&browser, "ada", "Create account").await;
    model.next_reply().finish_with(crate::screens::ANSWER, 40);
    say(&browser, "Why are there two tides?").await;
    until_status(&browser.message(1), &browser, "complete").await;
    assert_eq!(list(&browser, OWED).await, Vec::<String>::new(), "thread");
    browser.reload().await;
    connected(&browser).await;
    until_status(&browser.message(1), &browser, "complete").await;
    let shifted = browser.js("shifted").await.as_f64().unwrap_or(1.0);
    assert!(
        shifted < 0.1,
        "a thread shifts by {shifted} while it is loaded"
    );
    browser.starting("link", "ada").click().await;
    browser.button("Sign out").seen().await;
    assert_eq!(list(&browser, OWED).await, Vec::<String>::new(), "settings");
    assert_eq!(browser.js("complaints").await, json!([]));
    browser.close().await;
}

/// Each icon of the manifest: its purpose, the sizes it says it has, and those that it has.
const ICONS: &str = "(async () => {
    const address = document.querySelector('link[rel=manifest]').href;
    const { icons } = await (await fetch(address)).json();
    return Promise.all(icons.map(async ({ src, sizes, purpose }) => {
        const image = new Image();
        image.src = new URL(src, address);
        await image.decode();
        return [purpose, sizes, `${image.naturalWidth}x${image.naturalHeight}`];
    }));
})()";

#[tokio::test(flavor = "multi_thread")]
async fn the_manifest_says_all_that_an_installed_app_needs() {
    let (_model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    let manifest = browser
        .js("fetch(document.querySelector('link[rel=manifest]').href).then(it => it.json())")
        .await;
    for field in [
        "id",
        "name",
        "short_name",
        "description",
        "lang",
        "start_url",
        "scope",
        "background_color",
        "theme_color",
        "categories",
        "shortcuts",
    ] {
        assert!(!manifest[field].is_null(), "{field}");
    }
    assert_eq!(manifest["display"], "standalone");
    let short = manifest["short_name"].as_str().unwrap_or_default();
    assert!(short.len() <= 12, "{short} is cut on a home screen");
    let icons: Vec<[String; 3]> = serde_json::from_value(browser.js(ICONS).await).expect("icons");
    for (purpose, size) in [
        ("any", "192x192"),
        ("any", "512x512"),
        ("maskable", "512x512"),
    ] {
        let is_it = |icon: &[String; 3]| icon[0] == purpose && icon[1] == size;
        assert!(icons.iter().any(is_it), "{purpose} {size}: {icons:?}");
    }
    for [_, said, is] in icons.iter().filter(|[_, said, _]| said != "any") {
        assert_eq!(said, is);
    }
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_worker_has_the_page_and_opens_it_without_a_network() {
    let (_model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    kept(&browser).await;
    browser.reload().await;
    connected(&browser).await;
    assert_ne!(
        browser.js("navigator.serviceWorker.controller").await,
        Value::Null
    );
    let conditions = json!({
        "offline": true, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1,
    });
    browser.cdp("Network.enable", json!({})).await;
    browser
        .cdp("Network.emulateNetworkConditions", conditions)
        .await;
    browser.reload().await;
    browser.textbox("Message").seen().await;
    let connection = browser.find("status", "Connection");
    connection
        .until_text("is not connected", |text| !text.contains("Connected"))
        .await;
    browser.close().await;
}
