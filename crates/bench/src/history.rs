//! A thread that has been written in for long.

use weft_protocol::ThreadId;

use crate::{
    figures::{Figures, median},
    floor,
    page::{Page, Side, field},
    replies::{self, PACE},
    text,
};

/// The group of what is measured in a new thread.
pub(crate) const NEW: &str = "no history";

/// Tokens of the reply in it.
const TOKENS: usize = 400;

/// Frames that are scrolled, and how far in each, in CSS pixels.
const SCROLLED: (u32, u32) = (180, 100);

/// Messages without which a thread is not open.
const LEAST: u64 = 20;

/// Measures the same reply in a thread of its own, which those in long ones are compared with.
pub(crate) async fn of_new(page: &Page, figures: &mut Figures) {
    page.start().await;
    page.connected().await;
    let worked = replies::stream(page, TOKENS, Some(PACE)).await.worked;
    figures.add(NEW, "reply: main thread, ms a token", page.side(), worked);
}

/// Measures a thread of Weft's.
pub(crate) async fn of_weft(page: &Page, figures: &mut Figures, thread: ThreadId, messages: u64) {
    let link = format!(".thread-link[href$=\"{thread}\"]");
    let group = group(messages);
    page.forget("indexeddb").await;
    let opened = open(page, &link, LEAST).await;
    figures.add(
        &group,
        "open, nothing on the device, ms",
        Side::Weft,
        opened,
    );
    measure(page, figures, &[group], &link, messages).await;
}

/// Measures the floor's thread, which all of `histories` are compared with.
pub(crate) async fn of_floor(page: &Page, figures: &mut Figures, histories: &[u64]) {
    let groups: Vec<String> = histories.iter().map(|&messages| group(messages)).collect();
    let opened = open(page, ".thread-link", floor::MESSAGES).await;
    for group in &groups {
        figures.add(
            group,
            "open, nothing on the device, ms",
            Side::Floor,
            opened,
        );
    }
    measure(page, figures, &groups, ".thread-link", floor::MESSAGES).await;
}

async fn measure(page: &Page, figures: &mut Figures, groups: &[String], link: &str, messages: u64) {
    let side = page.side();
    let mut add = |name, value| {
        for group in groups {
            figures.add(group, name, side, value);
        }
    };
    let least = match side {
        Side::Weft => LEAST,
        Side::Floor => messages,
    };
    add("open, ms", open(page, link, least).await);
    add(
        "elements in the document",
        page.number("document.querySelectorAll('*').length").await,
    );
    add("heap, MiB", page.heap().await);
    let mut keys = Vec::new();
    for _ in 0..9 {
        keys.push(page.key().await);
    }
    add("key to paint, ms", median(&keys).unwrap_or_default());
    add("Enter to paint, ms", page.exchange("One more").await);
    add(
        "reply: main thread, ms a token",
        replies::stream(page, TOKENS, Some(PACE)).await.worked,
    );
    let (frames, pixels) = SCROLLED;
    let scrolled = page
        .browser
        .js(&format!("bench.scroll({frames}, {pixels})"))
        .await;
    add(
        "scrolling: worst frame gap, ms",
        field(&scrolled, "worst_gap"),
    );
    add(
        "scrolling: gaps over 50 ms",
        field(&scrolled, "gaps_over_50"),
    );
    add(
        "Home to the first message, ms",
        home(page, &text::message(1, messages)).await,
    );
    add(
        "elements after scrolling",
        page.number("document.querySelectorAll('*').length").await,
    );
    add("heap after scrolling, MiB", page.heap().await);
}

/// Opens the thread from the page of a new one; gives the milliseconds until its end is painted.
async fn open(page: &Page, link: &str, least: u64) -> f64 {
    page.start().await;
    page.connected().await;
    page.until(&format!("!!document.querySelector('{link}')"))
        .await;
    page.number(&format!(
        "bench.click('{link}', () => bench.atEnd({least}))"
    ))
    .await
}

async fn home(page: &Page, first: &str) -> f64 {
    let first: String = first.split(',').take(1).collect();
    let heard = format!(
        "document.querySelector('.timeline-scroller').focus(),
         void (window.heard = bench.next('keydown', () => bench.atTop('{first}')))"
    );
    page.browser.js(&heard).await;
    page.browser.press("Home").await;
    page.number("window.heard").await
}

fn group(messages: u64) -> String {
    format!("history of {messages} messages")
}
