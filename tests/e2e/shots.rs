//! Pictures of every screen in every theme, for `cargo xtask shots`. They are the same each time, as far as they can
//! be: times, colours of people and links are not those of the day.

use std::{
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
};

use weft_testkit::edges::{Browser, Screen};

use crate::{
    screens::{self, On, See, Theme},
    served_with, sign_up, until_status,
};

/// Where the pictures go.
fn folder() -> PathBuf {
    std::env::var_os("WEFT_SHOTS")
        .expect("WEFT_SHOTS is not set: run this by `cargo xtask shots`")
        .into()
}

/// What would be another each time becomes one thing.
const STEADY: &str = "(() => {
    if (!window.steadied) {
        window.steadied = new CSSStyleSheet();
        steadied.replaceSync('* { caret-color: transparent !important; }');
        document.adoptedStyleSheets.push(steadied);
    }
    for (const time of document.querySelectorAll('time')) if (time.firstChild) time.firstChild.data = '10:24';
    for (const avatar of document.querySelectorAll('.avatar[data-hue]:not(.colour *)'))
        avatar.dataset.hue = avatar.textContent.charCodeAt(0) % 6;
    for (const link of document.querySelectorAll('.invite-link'))
        link.value = 'https://weft.example/join/2f6c1e0b9a7d4c5385e1d0f7a6b3c2d1';
})()";

/// Takes a picture of each screen, in every theme and size.
struct Shots {
    themes: Vec<Theme>,
    folder: PathBuf,
    taken: AtomicUsize,
}

impl See for Shots {
    async fn see(&self, browser: &Browser, name: &str, on: On) {
        let number = self.taken.fetch_add(1, Ordering::Relaxed) + 1;
        for screen in on.screens(browser).await {
            for theme in &self.themes {
                theme.show(browser, screen).await;
                browser.js(STEADY).await;
                let (width, theme) = (screen.width, &theme.name);
                let file = format!("{number:02}-{name}.{theme}.{width}.png");
                browser.screenshot(&self.folder.join(file)).await;
            }
        }
        self.themes[0].show(browser, on.usual()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "makes pictures: `cargo xtask shots`"]
async fn every_screen_in_every_theme() {
    let eye = Shots {
        themes: Theme::all().await,
        folder: folder(),
        taken: AtomicUsize::new(0),
    };
    screens::entering(&eye).await;
    screens::reading(&eye).await;
    screens::sharing(&eye).await;
    screens::limits(&eye).await;
}

/// What is asked and answered in the README.
const QUESTION: &str = "Why does a kettle go quiet just before it boils?";
const REPLY: &str = "Because of where its bubbles **end**.\n\n\
    1. Early on, steam forms at the hot bottom, rises into cooler water and *collapses*. Each collapse is a click; \
    thousands of them are the rumble.\n\
    2. Once all of the water is near 100 °C, bubbles no longer collapse on their way: they reach the top whole.\n\n\
    ```python\nquiet = water.top > 98  # °C\n```\n\n\
    So the quiet is the sound of a kettle that is *almost* done.\n";

/// Pieces of a reply between two pictures.
const PIECES: usize = 3;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "makes pictures: `cargo xtask shots`"]
async fn a_reply_as_it_streams() {
    const SMALL: Screen = Screen {
        width: 880,
        height: 720,
        dark: false,
    };
    let (model, server) = served_with(screens::MODELS).await;
    model.call_them("Kettles before they boil");
    let browser = sign_up(&server.url(), "ada").await;
    screens::seed(&browser).await;
    browser.prefer(&[("prefers-reduced-motion", "reduce")]);
    browser.look(SMALL).await;
    let folder = folder().join("reply");
    let mut frame = 0;
    let mut shoot = async || {
        browser.js(STEADY).await;
        browser.js(screens::FRAMES).await;
        let file = format!("{frame:03}.png");
        frame += 1;
        browser.screenshot(&folder.join(file)).await;
    };
    let words: Vec<&str> = QUESTION.split_inclusive(' ').collect();
    browser.textbox("Message").focus().await;
    for word in words {
        browser.type_text(word).await;
        shoot().await;
    }
    let reply = model.next_reply();
    browser.press("Enter").await;
    browser.message(0).says(QUESTION).await;
    browser.button("Stop").seen().await;
    shoot().await;
    let pieces: Vec<&str> = REPLY.split_inclusive(' ').collect();
    for some in pieces.chunks(PIECES) {
        let before =
            "window.before = document.querySelector('article:last-of-type').innerText.length";
        browser.js(before).await;
        reply.say(&some.concat());
        // Markers alone show nothing.
        if some.concat().chars().any(char::is_alphanumeric) {
            browser
                .until_js(
                    "document.querySelector('article:last-of-type').innerText.length !== before",
                )
                .await;
        }
        shoot().await;
    }
    reply.finish();
    until_status(&browser.newest(), &browser, "complete").await;
    browser
        .find("link", "Kettles before they boil")
        .seen()
        .await;
    shoot().await;
    browser.close().await;
}
