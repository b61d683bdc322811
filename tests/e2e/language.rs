//! The languages of the app.

use serde_json::json;
use weft_testkit::edges::{Browser, Screen};

use crate::{access::TOO_WIDE, offline::kept, say, screens::list, served, sign_up, until_status};

/// Has the browser prefer languages, as its own settings would.
async fn prefer(browser: &Browser, languages: &str) {
    let agent = browser.js("navigator.userAgent").await;
    let preferred = json!({ "userAgent": agent, "acceptLanguage": languages });
    browser
        .cdp("Emulation.setUserAgentOverride", preferred)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn german_is_chosen_in_the_settings_and_spoken_from_then_on_also_offline() {
    let (model, mut server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    model.next_reply().finish_with("Vier Tage.", 2);
    say(&browser, "Wie lange?").await;
    until_status(&browser.message(1), &browser, "complete").await;
    let thread = browser.url().await;
    browser.textbox("Message").fill("Und was ist, wenn").await;
    browser.goto(&format!("{}/settings", server.url())).await;
    browser.find("radio", "Deutsch").click().await;

    browser.find("heading", "Einstellungen").seen().await;
    assert_eq!(browser.js("document.documentElement.lang").await, "de");
    browser.goto(&thread).await;
    browser.find("status", "Verbindung").says("Verbunden").await;
    browser.message(1).says("Vier Tage.").await;
    // What was being written is there.
    let written = browser.textbox("Nachricht");
    let draft = written.call("function() { return this.value; }").await;
    assert_eq!(draft, "Und was ist, wenn");

    kept(&browser).await;
    server.kill();
    browser.reload().await;
    browser.message(1).says("Vier Tage.").await;
    browser.button("Neuer Chat").seen().await;
    server.restart();

    browser.goto(&format!("{}/settings", server.url())).await;
    browser.button("Abmelden").click().await;
    browser.textbox("Benutzername").seen().await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_prefers_german_is_spoken_to_in_it_with_its_numbers_and_times() {
    let (_model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    say(&browser, "Servus").await;
    until_status(&browser.message(1), &browser, "complete").await;
    // Of the languages that it prefers, the first that the app speaks.
    prefer(&browser, "ja,de-AT,en").await;
    browser.reload().await;
    browser.button("Neuer Chat").seen().await;
    assert_eq!(browser.js("document.documentElement.lang").await, "de-AT");
    browser.message(1).seen().await;
    let time = "document.querySelector('article time').innerText";
    browser
        .until_js(&format!("/^\\d\\d:\\d\\d$/.test({time})"))
        .await;

    // What is chosen matters more.
    browser.goto(&format!("{}/settings", server.url())).await;
    browser.find("radio", "English").click().await;
    browser.find("heading", "Settings").seen().await;
    assert_eq!(browser.js("document.documentElement.lang").await, "en");
    let system = browser.find("radio", "System");
    system
        .within(browser.find("group", "Language"))
        .click()
        .await;
    browser.find("heading", "Einstellungen").seen().await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_before_the_app_speaks_the_language_too() {
    let (_model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    prefer(&browser, "de").await;
    browser
        .before_load(
            "new MutationObserver(() => {
                const boot = document.getElementById('boot');
                const area = boot?.querySelector('textarea');
                if (area) window.booted = [boot.innerText, area.placeholder].join(' ');
            }).observe(document, { childList: true, subtree: true });",
        )
        .await;
    browser.reload().await;
    browser.button("Neuer Chat").seen().await;
    let booted = browser.js("window.booted").await;
    let booted = booted.as_str().expect("what the page said");
    assert!(booted.contains("Neuer Chat"), "{booted}");
    assert!(!booted.contains("New chat"), "{booted}");
    assert!(booted.ends_with("schreiben"), "{booted}");
    browser.close().await;
}

/// Nothing is on its way while it is measured.
const STILL: &[(&str, &str)] = &[("prefers-reduced-motion", "reduce")];

/// What can be read or heard on the page in Latin letters that no message in the mirrored language is, but for what
/// people, models and programs are called or have said.
const NOT_MIRRORED: &str = r"(() => {
    const left = text => (text ?? '').replace(/\u202e[^\u202c]*\u202c/g, '');
    const own = 'article .message-body, kbd, option, code, pre, .brand, .thread-title, [data-own], script, style, title, #boot, noscript';
    const known = /\b(Weft|ada|A title by the model|Hello there|tester|Demo|Ctrl|Chrome|Chromium|Linux|Headless\w*|KB|MB|GB)\b/g;
    const found = [];
    const look = (text, e) => {
        const rest = left(text).replace(known, '');
        if (/\p{Script=Latin}{2,}/u.test(rest)) found.push(`${e.localName}.${e.className?.baseVal ?? e.className}: ${rest.trim()}`);
    };
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const e = texts.currentNode.parentElement;
        if (!e.closest(own)) look(texts.currentNode.data, e);
    }
    for (const e of document.body.querySelectorAll('*')) {
        if (e.closest('#boot, option')) continue;
        for (const name of ['aria-label', 'title', 'placeholder', 'aria-description']) look(e.getAttribute(name), e);
    }
    return found;
})()";

/// A device that speaks a language from the next load on, and a thread.
async fn speaking(language: &str, url: &str) -> (Browser, String) {
    let browser = sign_up(url, "ada").await;
    say(&browser, "Hello there").await;
    until_status(&browser.message(1), &browser, "complete").await;
    let thread = browser.url().await;
    let chosen = format!("localStorage.setItem('weft.language', '{language}')");
    browser.js(&chosen).await;
    browser.prefer(STILL);
    (browser, thread)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_language_from_right_to_left_mirrors_the_layout_and_leaves_nothing_in_english() {
    let (_model, server) = served().await;
    let (browser, thread) = speaking("ar-XB", &server.url()).await;
    let mut wrongs = Vec::new();
    for (place, ready) in [
        (thread.clone(), "article[data-author=assistant]"),
        (server.url(), ".prompts"),
        (
            format!("{}/settings", server.url()),
            ".settings-section.appearance",
        ),
        (format!("{}/nowhere", server.url()), "h1"),
    ] {
        browser.goto(&place).await;
        browser
            .until_js(&format!("!!document.querySelector('{ready}')"))
            .await;
        wrongs.extend(seen(&browser, &place).await);
    }
    browser.goto(&thread).await;
    browser
        .until_js("!!document.querySelector('article[data-author=assistant]')")
        .await;
    let sides = "(() => {
        const at = name => document.querySelector(name).getBoundingClientRect();
        return [at('.sidebar').left >= at('.main').right, at('.sidebar').right === innerWidth];
    })()";
    assert_eq!(browser.js(sides).await, json!([true, true]));
    for (keys, shown) in [("Control+k", ".palette"), ("Escape", ""), ("Control+/", "")] {
        browser.press(keys).await;
        if !shown.is_empty() {
            browser
                .until_js(&format!("!!document.querySelector('{shown}')"))
                .await;
            wrongs.extend(seen(&browser, shown).await);
        }
    }
    // What is written and answered is as it was, and the composer works.
    browser
        .js("document.querySelector('.composer textarea').focus()")
        .await;
    browser.type_text("Hello there").await;
    browser.press("Enter").await;
    browser
        .until_js("document.querySelectorAll('article').length === 4")
        .await;
    assert!(wrongs.is_empty(), "{}", wrongs.join("\n"));
    browser.close().await;
}

/// What is in English, or does not fit, on a desktop and on a phone.
async fn seen(browser: &Browser, place: &str) -> Vec<String> {
    let mut wrongs = list(browser, NOT_MIRRORED).await;
    for screen in [Screen::PHONE, Screen::WIDE] {
        browser.look(screen).await;
        wrongs.extend(list(browser, TOO_WIDE).await);
    }
    wrongs
        .iter()
        .map(|wrong| format!("{place}: {wrong}"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn german_fits_where_english_does() {
    let (_model, server) = served().await;
    let (browser, thread) = speaking("de", &server.url()).await;
    let mut wrongs = Vec::new();
    for (place, ready) in [
        (thread, "article[data-author=assistant]"),
        (server.url(), ".prompts"),
        (
            format!("{}/settings", server.url()),
            ".settings-section.appearance",
        ),
    ] {
        browser.goto(&place).await;
        browser
            .until_js(&format!("!!document.querySelector('{ready}')"))
            .await;
        for width in [320, 360, 1280] {
            browser
                .look(Screen {
                    width,
                    ..Screen::PHONE
                })
                .await;
            wrongs.extend(list(&browser, TOO_WIDE).await);
        }
    }
    assert!(wrongs.is_empty(), "{}", wrongs.join("\n"));
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_from_right_to_left_reads_so_in_any_language() {
    let (model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    model
        .next_reply()
        .finish_with("שלום עולם\n\nand in English\n", 2);
    say(&browser, "שלום").await;
    until_status(&browser.message(1), &browser, "complete").await;
    // Where the words of a paragraph end is where its lines begin.
    let sides = "[...document.querySelectorAll('article[data-author=assistant] .message-body p')].map(paragraph => {
        const range = document.createRange();
        range.selectNodeContents(paragraph);
        const [words, line] = [range.getBoundingClientRect(), paragraph.getBoundingClientRect()];
        return [words.left - line.left < 1, line.right - words.right < 1];
    })";
    assert_eq!(
        browser.js(sides).await,
        json!([[false, true], [true, false]])
    );
    browser.close().await;
}
