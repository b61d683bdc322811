//! A first load, and those after it.

use crate::{
    figures::Figures,
    page::{Page, Side},
};

const GROUP: &str = "first load";

/// Bytes that the page's own files took, in KiB.
const WEIGHT: &str =
    "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .filter(entry => !entry.name.includes('/api/'))
    .filter(entry => KIND.test(new URL(entry.name).pathname))
    .reduce((sum, entry) => sum + entry.transferSize, 0) / 1024";

/// The kinds of files that are weighed, all first, by how their paths end.
const KINDS: [(&str, &str); 6] = [
    ("on the wire, KiB", "/^/"),
    ("... the page, KiB", r"/\/$/"),
    ("... styles, KiB", r"/\.css$/"),
    ("... scripts, KiB", r"/\.js$/"),
    ("... WebAssembly, KiB", r"/\.wasm$/"),
    ("... other files, KiB", r"/\.(?!css$|js$|wasm$)\w+$/"),
];

/// The app is on the device whole.
const KEPT: &str =
    "navigator.serviceWorker.ready.then(found => !!found.active && !found.installing)";

/// Measures the ways a page is opened, in a browser that is signed in.
pub(crate) async fn measure(page: &Page, figures: &mut Figures, slowed: u32) {
    let group = match slowed {
        1 => GROUP.to_owned(),
        times => format!("{GROUP}, slowed {times}x"),
    };
    let mut add = |name, value| figures.add(&group, name, page.side(), value);
    page.forget("service_workers,cache_storage").await;
    page.browser
        .cdp("Network.clearBrowserCache", serde_json::json!({}))
        .await;
    page.slow(slowed).await;
    let received = page.network.received();
    add("cold to typing, ms", shown(page).await);
    if slowed == 1 {
        // Before somebody writes, which has what shows a thread loaded ahead.
        page.connected().await;
        for (name, kind) in KINDS {
            add(name, page.number(&WEIGHT.replace("KIND", kind)).await);
        }
    }
    typed(page).await;
    page.slow(1).await;
    if page.side() == Side::Weft {
        page.until(KEPT).await;
        if slowed == 1 {
            let received = page.network.received() - received;
            add("and what the device keeps, KiB", received as f64 / 1024.0);
        }
    }
    page.slow(slowed).await;
    add("warm to typing, ms", opened(page).await);
    if page.side() == Side::Weft {
        page.network.cut();
        add("offline to typing, ms", opened(page).await);
        page.network.open();
    }
    page.slow(1).await;
}

/// Milliseconds from navigating until what is typed is taken.
async fn opened(page: &Page) -> f64 {
    let ready = shown(page).await;
    typed(page).await;
    ready
}

async fn shown(page: &Page) -> f64 {
    page.start().await;
    page.until("bench.ready !== undefined").await;
    page.number("bench.ready").await
}

/// It is taken indeed.
async fn typed(page: &Page) {
    page.key().await;
    page.write("").await;
}
