//! Several tabs of one device: one socket and one database for all of them.

use std::time::Duration;

use tokio::time::{Instant, interval};
use weft_testkit::edges::{Browser, Reply, Screen, Tab, TempDir, TestServer};

use crate::{
    connected, enter, network::last_words, offline::kept, said, say, served, until_status,
};

/// Lets a test see whether a page has a socket, and set its clock forward.
const WATCHED: &str = "
    window.sockets = [];
    window.WebSocket = class extends WebSocket {
        constructor(...all) {
            super(...all);
            window.sockets.push(this);
        }
    };
    const now = Date.now;
    Date.now = () => now() + (window.ahead ?? 0);
";

const LEADS: &str = "window.sockets.some(socket => socket.readyState === WebSocket.OPEN)";

#[tokio::test(flavor = "multi_thread")]
async fn ten_tabs_have_one_socket_and_show_the_same() {
    let (model, server) = served().await;
    let browser = first_tab(&server, None).await;
    say(&browser, "First").await;
    until_status(&browser.message(1), &browser, "complete").await;
    let thread = browser.url().await;
    let mut tabs = vec![browser.tab().await];
    for _ in 1..10 {
        tabs.push(another_tab(&browser, &thread).await);
        browser.message(1).says("Hello from the model.").await;
    }
    let reply = model.next_reply();
    say(&browser, "Second").await;
    for (piece, so_far) in [("Here it", "Here it"), (" comes.", "Here it comes.")] {
        reply.say(piece);
        for tab in &tabs {
            browser.switch_to(tab).await;
            browser.newest().says(so_far).await;
        }
    }
    reply.finish();
    for tab in &tabs {
        browser.switch_to(tab).await;
        until_status(&browser.newest(), &browser, "complete").await;
        assert_eq!(said(&browser).await, ["First", "Second"]);
        assert_eq!(leads(&browser).await, *tab == tabs[0]);
    }
    assert_eq!(server.metric("weft_sockets"), 1);
    assert_eq!(server.metric("weft_sockets_opened_total"), 1);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_goes_on_in_the_other_tabs_when_the_leading_one_is_closed() {
    let (model, server) = served().await;
    let browser = first_tab(&server, None).await;
    let reply = model.next_reply();
    say(&browser, "Count").await;
    browser.button("Stop").seen().await;
    let (first, thread) = (browser.tab().await, browser.url().await);
    let others = [
        another_tab(&browser, &thread).await,
        another_tab(&browser, &thread).await,
    ];
    let counted = tokio::spawn(count(reply));
    browser.newest().says(" 60 ").await;
    browser.switch_to(&first).await;
    browser.close_tab().await;
    let closed = Instant::now();
    let mut leader = None;
    while leader.is_none() {
        for tab in &others {
            browser.switch_to(tab).await;
            leader = leader.or(leads(&browser).await.then_some(tab));
        }
        assert!(closed.elapsed() < Duration::from_secs(1), "nobody leads");
    }
    let text = counted.await.expect("a count");
    for tab in &others {
        browser.switch_to(tab).await;
        until_status(&browser.newest(), &browser, "complete").await;
        assert_eq!(shown(&browser).await, text);
        assert_eq!(said(&browser).await, ["Count"]);
    }
    one_socket(&browser, &server).await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leading_tab_that_dies_is_followed_by_another() {
    let (model, server) = served().await;
    let browser = first_tab(&server, None).await;
    let reply = model.next_reply();
    say(&browser, "Count").await;
    browser.button("Stop").seen().await;
    let (first, thread) = (browser.tab().await, browser.url().await);
    let second = another_tab(&browser, &thread).await;
    let counted = tokio::spawn(count(reply));
    browser.newest().says(" 60 ").await;
    browser.switch_to(&first).await;
    browser.crash_tab().await;
    let died = Instant::now();
    browser.switch_to(&second).await;
    browser.until_js(LEADS).await;
    assert!(died.elapsed() < Duration::from_secs(5));
    say(&browser, "Next").await;
    let text = counted.await.expect("a count");
    until_status(&browser.message(1), &browser, "complete").await;
    until_status(&browser.message(3), &browser, "complete").await;
    assert_eq!(said(&browser).await, ["Count", "Next"]);
    assert_eq!(shown(&browser).await, text);
    one_socket(&browser, &server).await;
    browser.switch_to(&first).await;
    browser.close_tab().await;
    browser.switch_to(&second).await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leading_tab_that_is_frozen_follows_when_it_wakes() {
    // The next question that a follower asks is answered by giving it the lead.
    still(Browser::freeze, Browser::thaw, Duration::from_secs(5)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leading_tab_that_hangs_follows_when_it_goes_on() {
    let hang = async |browser: &Browser| {
        let busy = "setTimeout(() => {
            const end = performance.now() + 12_000;
            while (performance.now() < end);
        })";
        browser.js(busy).await;
    };
    // 5 s of silence, which begins with a question that is asked every 2 s.
    still(hang, async |_: &Browser| {}, Duration::from_secs(10)).await;
}

/// The leading tab is stopped, and goes on later; another one leads within a time.
async fn still(stop: impl AsyncFn(&Browser), wake: impl AsyncFn(&Browser), within: Duration) {
    let (model, server) = served().await;
    let browser = first_tab(&server, None).await;
    say(&browser, "Awake").await;
    until_status(&browser.message(1), &browser, "complete").await;
    let (first, thread) = (browser.tab().await, browser.url().await);
    let second = another_tab(&browser, &thread).await;
    browser.switch_to(&first).await;
    stop(&browser).await;
    let stopped = Instant::now();
    browser.switch_to(&second).await;
    say(&browser, "Asleep").await;
    browser.until_js(LEADS).await;
    assert!(stopped.elapsed() < within, "{:?}", stopped.elapsed());
    until_status(&browser.message(3), &browser, "complete").await;

    browser.switch_to(&first).await;
    wake(&browser).await;
    until_status(&browser.message(3), &browser, "complete").await;
    browser.until_js(&format!("!{LEADS}")).await;
    say(&browser, "Awake again").await;
    for tab in [&first, &second] {
        browser.switch_to(tab).await;
        until_status(&browser.message(5), &browser, "complete").await;
        assert_eq!(said(&browser).await, ["Awake", "Asleep", "Awake again"]);
    }
    let asked = model.asked(3).await;
    let last: Vec<_> = asked.iter().map(last_words).collect();
    assert_eq!(last, ["Awake", "Asleep", "Awake again"]);
    one_socket(&browser, &server).await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_following_tab_says_without_a_server_outlives_the_leading_one() {
    let (model, mut server) = served().await;
    let browser = first_tab(&server, None).await;
    say(&browser, "Online").await;
    until_status(&browser.message(1), &browser, "complete").await;
    let (first, thread) = (browser.tab().await, browser.url().await);
    let second = another_tab(&browser, &thread).await;
    server.kill();
    say(&browser, "Offline").await;
    browser.newest().says("Queued").await;
    browser.switch_to(&first).await;
    browser.newest().says("Queued").await;
    browser.crash_tab().await;
    browser.close_tab().await;
    browser.switch_to(&second).await;
    server.restart();
    until_status(&browser.message(3), &browser, "complete").await;
    assert_eq!(said(&browser).await, ["Online", "Offline"]);
    let asked = model.asked(2).await;
    let last: Vec<_> = asked.iter().map(last_words).collect();
    assert_eq!(last, ["Online", "Offline"]);
    one_socket(&browser, &server).await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_following_tab_says_without_a_server_outlives_the_browser() {
    let (model, mut server) = served().await;
    let profile = TempDir::new("profile");
    let browser = first_tab(&server, Some(&profile)).await;
    kept(&browser).await;
    say(&browser, "Online").await;
    until_status(&browser.message(1), &browser, "complete").await;
    let thread = browser.url().await;
    // A browser that ends by itself writes down who is signed in.
    browser.close().await;

    let browser = Browser::open_with_profile(&thread, Screen::WIDE, profile.path()).await;
    connected(&browser).await;
    another_tab(&browser, &thread).await;
    server.kill();
    say(&browser, "Offline").await;
    browser.newest().says("Queued").await;
    browser.kill();

    server.restart();
    let browser = Browser::open_with_profile(&thread, Screen::WIDE, profile.path()).await;
    until_status(&browser.message(3), &browser, "complete").await;
    assert_eq!(said(&browser).await, ["Online", "Offline"]);
    let asked = model.asked(2).await;
    let last: Vec<_> = asked.iter().map(last_words).collect();
    assert_eq!(last, ["Online", "Offline"]);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_signs_in_and_out_in_all_tabs() {
    let (_model, server) = served().await;
    let browser = first_tab(&server, None).await;
    say(&browser, "Mine").await;
    until_status(&browser.message(1), &browser, "complete").await;
    let (first, thread) = (browser.tab().await, browser.url().await);
    let settings = format!("{}/settings", server.url());
    let mut tabs = vec![first];
    for url in [&thread, &thread, &settings] {
        tabs.push(blank_tab(&browser, url).await);
    }
    browser
        .js("localStorage.setItem('weft.theme', 'dark')")
        .await;
    browser.button("Sign out").click().await;
    for tab in &tabs {
        browser.switch_to(tab).await;
        browser.textbox("Username").seen().await;
    }
    browser
        .until_js(
            "indexedDB.databases().then(all => !all.some(({ name }) => name.startsWith('weft-')))",
        )
        .await;
    let names =
        "JSON.stringify(Object.keys(localStorage).filter(name => name.startsWith('weft.')))";
    browser
        .until_js(&format!("{names} === '[\"weft.theme\"]'"))
        .await;
    let nobody = async || (server.metric("weft_sockets") == 0).then_some(());
    browser.until("no socket", nobody).await;

    browser.switch_to(&tabs[1]).await;
    enter(&browser, "ada", "Sign in").await;
    for tab in &tabs[..3] {
        browser.switch_to(tab).await;
        connected(&browser).await;
        browser.starting("link", "A title").seen().await;
    }
    one_socket(&browser, &server).await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tab_that_is_hidden_for_a_minute_gives_the_lead_to_one_that_is_seen() {
    let (_model, server) = served().await;
    let browser = first_tab(&server, None).await;
    say(&browser, "First").await;
    until_status(&browser.message(1), &browser, "complete").await;
    let (first, thread) = (browser.tab().await, browser.url().await);
    let second = another_tab(&browser, &thread).await;
    browser.switch_to(&first).await;
    let ahead = "document.addEventListener('visibilitychange', () => window.ahead = 61_000)";
    browser.js(ahead).await;
    browser.hide().await;
    browser.switch_to(&second).await;
    browser.until_js(LEADS).await;
    say(&browser, "Second").await;
    until_status(&browser.message(3), &browser, "complete").await;
    browser.switch_to(&first).await;
    browser.show().await;
    until_status(&browser.message(3), &browser, "complete").await;
    browser.until_js(&format!("!{LEADS}")).await;
    assert_eq!(said(&browser).await, ["First", "Second"]);
    one_socket(&browser, &server).await;
    browser.close().await;
}

/// Opens the app on a new device, and creates the account.
async fn first_tab(server: &TestServer, profile: Option<&TempDir>) -> Browser {
    let url = server.url();
    let browser = match profile {
        Some(profile) => Browser::open_with_profile(&url, Screen::WIDE, profile.path()).await,
        None => Browser::open(&url, Screen::WIDE).await,
    };
    browser.before_load(WATCHED).await;
    browser.reload().await;
    browser.button("Create account").click().await;
    enter(&browser, "ada", "Create account").await;
    browser
}

/// Opens a thread in a further tab.
async fn another_tab(browser: &Browser, url: &str) -> Tab {
    let tab = blank_tab(browser, url).await;
    connected(browser).await;
    tab
}

async fn blank_tab(browser: &Browser, url: &str) -> Tab {
    let tab = browser.new_tab().await;
    browser.before_load(WATCHED).await;
    browser.goto(url).await;
    tab
}

async fn leads(browser: &Browser) -> bool {
    browser.js(LEADS).await == true
}

async fn one_socket(browser: &Browser, server: &TestServer) {
    let one = async || (server.metric("weft_sockets") == 1).then_some(());
    browser.until("one socket", one).await;
}

/// The text of the first reply.
async fn shown(browser: &Browser) -> String {
    let body = "function() { return this.querySelector('.message-body').innerText; }";
    let text = browser.message(1).call(body).await;
    text.as_str().unwrap_or_default().trim().to_owned()
}

/// Says numbers for three seconds. Returns what it said.
async fn count(reply: Reply) -> String {
    let mut text = String::new();
    let mut tick = interval(Duration::from_millis(10));
    for n in 0..300 {
        tick.tick().await;
        let piece = format!("{n} ");
        reply.say(&piece);
        text.push_str(&piece);
    }
    reply.finish();
    text.trim().to_owned()
}
