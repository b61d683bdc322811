//! How the app looks: what a person chooses of it, and that it fits.

use serde_json::json;
use weft_testkit::edges::{Browser, Screen};

use crate::{connected, say, served, sign_up, until_status};

/// What the page's root was like before anything of the body was there.
const FIRST: &str = "
    new MutationObserver((_, watch) => {
        if (!document.body) return;
        watch.disconnect();
        const { theme, density, text } = document.documentElement.dataset;
        window.first = [theme, density, text].join();
    }).observe(document, { childList: true, subtree: true });
";

const LOOK: &str = "(({ theme, density, text }) => [theme, density, text].join())(document.documentElement.dataset)";

#[tokio::test(flavor = "multi_thread")]
async fn the_look_is_kept_shown_first_and_followed_by_another_tab() {
    let (_model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    let settings = format!("{}/settings", server.url());
    let first = browser.tab().await;
    browser.goto(&settings).await;
    for name in ["Paper", "Compact", "Larger"] {
        browser.find("radio", name).click().await;
    }
    let chosen = "paper,compact,larger";
    browser.until_js(&format!("{LOOK} === '{chosen}'")).await;
    let size = "getComputedStyle(document.documentElement).fontSize";
    assert_eq!(browser.js(size).await, "20px");
    browser.before_load(FIRST).await;
    browser.reload().await;
    assert_eq!(browser.js("window.first").await, chosen);
    connected_settings(&browser).await;

    // What the system prefers does not matter then.
    let paper = "getComputedStyle(document.body).backgroundColor";
    let before = browser.js(paper).await;
    browser
        .look(Screen {
            dark: true,
            ..Screen::WIDE
        })
        .await;
    assert_eq!(browser.js(paper).await, before);

    browser.new_tab().await;
    browser.goto(&settings).await;
    assert_eq!(browser.js(LOOK).await, chosen);
    browser.find("radio", "Midnight").click().await;
    browser.find("radio", "Small").click().await;
    browser.switch_to(&first).await;
    browser
        .until_js(&format!("{LOOK} === 'midnight,compact,small'"))
        .await;
    let shown = "document.querySelector('input[name=theme]:checked').value";
    browser.until_js(&format!("{shown} === 'midnight'")).await;

    // It is the device's, whoever leaves it.
    browser.button("Sign out").click().await;
    browser.textbox("Username").seen().await;
    assert_eq!(browser.js(LOOK).await, "midnight,compact,small");
    browser.close().await;
}

async fn connected_settings(browser: &Browser) {
    browser.find("status", "Connection").says("Connected").await;
    browser.find("radio", "Paper").seen().await;
}

const SIDE: &str = "document.querySelector('.sidebar').offsetWidth";

#[tokio::test(flavor = "multi_thread")]
async fn the_sidebar_is_as_wide_as_it_was_pulled_or_away_also_after_a_reload() {
    let (_model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    let edge = browser.find("separator", "Sidebar width");
    edge.focus().await;
    for key in ["ArrowRight", "ArrowRight", "ArrowLeft"] {
        browser.press(key).await;
    }
    browser.until_js(&format!("{SIDE} === 288")).await;
    let now = edge.call("function() { return this.ariaValueNow; }").await;
    assert_eq!(now, "288");
    browser.reload().await;
    assert_eq!(browser.js(SIDE).await, 288);
    connected(&browser).await;
    assert_eq!(browser.js(SIDE).await, 288);

    // By the pointer, and not narrower than it can be.
    pull(&browser, 288, 400).await;
    browser.until_js(&format!("{SIDE} === 400")).await;
    pull(&browser, 400, 180).await;
    browser.until_js(&format!("{SIDE} === 200")).await;
    edge.focus().await;
    browser.press("End").await;
    browser.until_js(&format!("{SIDE} === 480")).await;

    // Folded away by its keys, it is brought back by a button, which has the focus.
    edge.focus().await;
    browser.press("Enter").await;
    browser.find("navigation", "Threads").gone().await;
    let focused = async |name: &str| {
        let wanted = Some(("button".to_owned(), name.to_owned()));
        let found = async || (browser.focused().await == wanted).then_some(());
        browser.until(&format!("the focus on {name}"), found).await;
    };
    focused("Open sidebar").await;
    browser.reload().await;
    browser.textbox("Message").seen().await;
    browser.button("Open sidebar").seen().await;
    browser.find("navigation", "Threads").gone().await;
    browser.button("Open sidebar").click().await;
    browser.find("navigation", "Threads").seen().await;
    focused("Close sidebar").await;
    browser.until_js(&format!("{SIDE} === 480")).await;
    browser.press("Enter").await;
    focused("Open sidebar").await;
    browser.close().await;
}

async fn pull(browser: &Browser, from: u32, to: u32) {
    for (kind, x, buttons) in [
        ("mouseMoved", from, 0),
        ("mousePressed", from, 1),
        ("mouseMoved", u32::midpoint(from, to), 1),
        ("mouseMoved", to, 1),
        ("mouseReleased", to, 0),
    ] {
        let event = json!({
            "type": kind, "x": x, "y": 300, "button": "left", "buttons": buttons, "clickCount": 1,
        });
        browser.cdp("Input.dispatchMouseEvent", event).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_drawer_closes_by_the_way_back_and_leaves_no_step_behind() {
    let (_model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    say(&browser, "First").await;
    until_status(&browser.message(1), &browser, "complete").await;
    browser.find("link", "A title by the model").seen().await;
    let thread = browser.url().await;
    browser.look(Screen::PHONE).await;
    browser.goto(&server.url()).await;
    connected_phone(&browser).await;
    // Open, and where it will stay.
    let open = "document.querySelector('.shell').dataset.drawer === 'true'
        && document.querySelector('.sidebar').getBoundingClientRect().left === 0";
    let shut = "document.querySelector('.shell').dataset.drawer === 'false'
        && getComputedStyle(document.querySelector('.sidebar')).visibility === 'hidden'";

    browser.button("Open sidebar").click().await;
    browser.until_js(open).await;
    let here = browser.url().await;
    browser.js("history.back()").await;
    browser.until_js(shut).await;
    assert_eq!(browser.url().await, here);

    // By its button, its keys, and beside it.
    browser.button("Open sidebar").click().await;
    browser.until_js(open).await;
    browser.button("Close sidebar").click().await;
    browser.until_js(shut).await;
    browser.button("Open sidebar").click().await;
    browser.until_js(open).await;
    browser
        .until_js("document.activeElement.ariaLabel === 'Close sidebar'")
        .await;
    browser.press("Escape").await;
    browser.until_js(shut).await;

    // Whoever goes elsewhere from it is back in one step.
    browser.button("Open sidebar").click().await;
    browser.until_js(open).await;
    browser.find("link", "A title by the model").click().await;
    browser.until_js(shut).await;
    browser.message(0).says("First").await;
    assert_eq!(browser.url().await, thread);
    browser.js("history.back()").await;
    browser.any("article").gone().await;
    assert_eq!(browser.url().await, here);
    browser.close().await;
}

async fn connected_phone(browser: &Browser) {
    browser
        .until_js("!!document.querySelector('.connection[data-status=connected]')")
        .await;
    browser.textbox("Message").seen().await;
}

const WIDE_WORDS: &str = "| a | b | c | d | e | f |\n|---|---|---|---|---|---|\n| one | two | three | four | five | six |\n\n\
    ```rust\nfn a_function_with_a_name_that_is_longer_than_a_small_screen_is_wide() -> usize { 12 }\n```\n\n\
    https://example.org/an/address/that/is/longer/than/a/small/screen/is/wide?and=more\n\n\
    $$\\sum_{i=0}^{n} a_i + b_i + c_i + d_i + e_i + f_i + g_i + h_i + i_i + j_i$$\n";

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_wider_than_the_smallest_screen() {
    let (model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    let reply = model.next_reply();
    say(&browser, "Something wide").await;
    reply.say(WIDE_WORDS);
    reply.finish();
    until_status(&browser.message(1), &browser, "complete").await;
    let thread = browser.url().await;
    let small = Screen {
        width: 320,
        height: 640,
        dark: false,
    };
    browser.look(small).await;
    fits(&browser, "thread").await;
    browser.button("Open sidebar").click().await;
    browser.button("Close sidebar").seen().await;
    fits(&browser, "drawer").await;
    for place in ["", "settings", "nowhere"] {
        browser.goto(&format!("{}/{place}", server.url())).await;
        browser.any("main").seen().await;
        fits(&browser, place).await;
    }
    // In large text as well.
    browser
        .js("localStorage.setItem('weft.text', 'larger')")
        .await;
    for place in [
        &thread,
        &server.url(),
        &format!("{}/settings", server.url()),
    ] {
        browser.goto(place).await;
        browser.any("main").seen().await;
        fits(&browser, place).await;
    }
    let stranger = Browser::open(&server.url(), small).await;
    stranger.textbox("Username").seen().await;
    fits(&stranger, "sign-in").await;
    stranger.close().await;
    browser.close().await;
}

/// Neither the page nor what scrolls in it downwards scrolls sideways.
async fn fits(browser: &Browser, what: &str) {
    let wide = browser
        .js("[document.documentElement, ...document.querySelectorAll('.main, .settings, .timeline-scroller, .chat-empty, .auth, .composer, .sidebar')]
            .filter(it => it.clientWidth > 0 && it.scrollWidth > it.clientWidth + 1)
            .map(it => `${it.className || it.tagName} ${it.scrollWidth} in ${it.clientWidth}`)")
        .await;
    assert_eq!(wide, json!([]), "{what}");
}
