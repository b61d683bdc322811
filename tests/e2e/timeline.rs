//! Long threads: read in a window that follows the reader, and what costs nothing.

use serde_json::json;
use weft_testkit::edges::{Browser, Screen};

use crate::{connected, device, enter, say, served, sign_up, until_status};

const THREAD: &str = "0192f0c1-0000-7000-8000-000000000001";

/// The most elements that a page may have, whatever was read in it.
const MOST: u64 = 1_500;

/// Counts what the page's sockets are told, from the next load on.
const COUNTED: &str = "
    window.told = [];
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function(data) { window.told.push(data); send.call(this, data); };
";

/// Another device writes messages, each with its number.
async fn write(browser: &Browser, from: usize, to: usize) {
    let create = json!({ "create_thread": { "thread": THREAD } });
    let message = |n| {
        let (message, text) = (device::id(1, n), format!("Message {n}"));
        json!({ "send_message": { "thread": THREAD, "message": message, "text": text } })
    };
    let create = (from == 1).then_some(create).into_iter();
    let mutations: Vec<_> = create.chain((from..=to).map(message)).collect();
    device::changes(browser, from, &mutations).await;
}

/// How often the browser has laid out the page.
async fn layouts(browser: &Browser) -> u64 {
    let answer = browser.cdp("Performance.getMetrics", json!({})).await;
    let metrics = answer["metrics"].as_array().expect("metrics");
    let count = metrics.iter().find(|it| it["name"] == "LayoutCount");
    count.and_then(|it| it["value"].as_f64()).expect("a count") as u64
}

/// A device that has a thread of so many messages open, and is at its end.
async fn reading(url: &str, messages: usize) -> Browser {
    let browser = Browser::open(url, Screen::WIDE).await;
    browser.before_load(COUNTED).await;
    browser.button("Create account").click().await;
    enter(&browser, "ada", "Create account").await;
    // A socket may say so many frames at once, and no more.
    for from in (1..=messages).step_by(1_000) {
        write(&browser, from, messages.min(from + 999)).await;
    }
    browser.goto(&format!("{url}/t/{THREAD}")).await;
    connected(&browser).await;
    in_sight(&browser, messages).await;
    browser
}

/// What the page can tell of its timeline.
const LOOK: &str = "
    window.scroller = () => document.querySelector('[data-scroller]');
    window.articles = () => [...document.querySelectorAll('.timeline > article')];
    window.number = article => Number(article.querySelector('.message-body').textContent.match(/\\d+/));
    window.below = article => article.getBoundingClientRect().top - scroller().getBoundingClientRect().top;
    window.sighted = () => articles().filter(article =>
        below(article) > -article.offsetHeight && below(article) < scroller().clientHeight);
    window.first = () => { const it = sighted()[0]; return [number(it), Math.round(below(it))]; };
";

/// Waits until the message of that number is in sight.
async fn in_sight(browser: &Browser, number: usize) {
    browser.js(LOOK).await;
    let seen = format!("sighted().some(article => number(article) === {number})");
    browser.until_js(&seen).await;
}

/// Puts the focus where the timeline's keys are heard.
async fn focus(browser: &Browser) {
    browser.js("scroller().focus()").await;
}

async fn elements(browser: &Browser) -> u64 {
    let count = browser.js("document.querySelectorAll('*').length").await;
    count.as_u64().expect("a count")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_of_2000_messages_is_read_to_its_first_one_and_back_in_a_bounded_page() {
    let (_model, server) = served().await;
    let browser = reading(&server.url(), 2_000).await;
    let pages = "told.filter(frame => frame.includes('\"page\"')).length";
    let asked = browser.js(pages).await.as_u64().expect("a count");
    assert!(asked <= 1, "opening it took {asked} pages");
    let opened = elements(&browser).await;

    focus(&browser).await;
    browser.press("Home").await;
    in_sight(&browser, 1).await;
    let mut most = 0;
    for number in (40..=400).step_by(40) {
        let seen = format!(
            "(scroller().scrollTop += 300, articles().some(it => number(it) === {number}))"
        );
        browser.until_js(&seen).await;
        most = most.max(elements(&browser).await);
    }
    assert!(most <= MOST, "{opened} elements have become {most}");

    focus(&browser).await;
    browser.press("End").await;
    in_sight(&browser, 2_000).await;
    browser.button("Jump to latest").gone().await;
    assert!(elements(&browser).await <= MOST);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_line_being_read_stays_where_it_is_while_older_messages_load() {
    let (_model, server) = served().await;
    let browser = reading(&server.url(), 300).await;
    for _ in 0..4 {
        // Near the upper edge, where what is before is asked for.
        let read = browser
            .js("new Promise(done => {
                const oldest = number(articles()[0]);
                scroller().scrollTop = 120;
                requestAnimationFrame(() => done([oldest, ...first()]));
            })")
            .await;
        let [oldest, number, at] = [0, 1, 2].map(|index| read[index].as_i64().expect("a number"));
        browser
            .until_js(&format!("number(articles()[0]) < {oldest}"))
            .await;
        let now = browser
            .js(&format!(
                "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() =>
                    done(Math.round(below(articles().find(it => number(it) === {number})))))))"
            ))
            .await;
        let now = now.as_i64().expect("a place");
        assert!(
            (now - at).abs() <= 1,
            "message {number} was at {at} and is at {now}"
        );
    }
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn older_messages_come_a_few_at_a_time_and_the_others_are_not_touched() {
    let (_model, server) = served().await;
    let browser = reading(&server.url(), 300).await;
    browser
        .js("void (window.put = [], new MutationObserver(records => {
                const added = records.flatMap(record => [...record.addedNodes]);
                put.push(added.filter(node => node.matches?.('article')).map(number));
            }).observe(document.querySelector('.timeline'), { childList: true }))")
        .await;
    browser
        .until_js("(scroller().scrollTop -= 200, number(articles()[0]) < 150)")
        .await;
    let most = browser.js("Math.max(...put.map(all => all.length))").await;
    let most = most.as_u64().expect("a count");
    assert!((1..=16).contains(&most), "{most} messages came at once");
    let twice = "put.flat().filter((it, at, all) => all.indexOf(it) < at)";
    assert_eq!(browser.js(twice).await, json!([]));
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn new_messages_while_reading_up_are_counted_and_not_followed() {
    let (_model, server) = served().await;
    let browser = reading(&server.url(), 120).await;
    browser.js("scroller().scrollTop -= 900").await;
    browser.button("Jump to latest").seen().await;
    let before = browser.js("first()").await;
    write(&browser, 121, 123).await;
    let jump = browser.starting("button", "Jump to latest");
    jump.says("3").await;
    assert_eq!(browser.js("first()").await, before);
    jump.click().await;
    in_sight(&browser, 123).await;
    jump.gone().await;
    // There again, what comes is followed.
    write(&browser, 124, 126).await;
    in_sight(&browser, 126).await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_to_a_thread_reads_on_where_they_were() {
    let (_model, server) = served().await;
    let browser = reading(&server.url(), 300).await;
    for _ in 0..4 {
        browser
            .until_js("(scroller().scrollTop -= 400, number(articles()[0]) < 260)")
            .await;
    }
    browser
        .js("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        .await;
    let left = browser.js("first()").await;
    browser.button("New chat").click().await;
    browser.until_js("!document.querySelector('article')").await;
    browser.js("history.back()").await;
    browser
        .until_js(&format!(
            "articles().length > 0 && first()[0] === {left}[0] && Math.abs(first()[1] - {left}[1]) <= 1"
        ))
        .await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn arrows_lead_from_message_to_message_and_escape_to_the_text_box() {
    let (_model, server) = served().await;
    let browser = reading(&server.url(), 60).await;
    let focused = async |number: u32| {
        let is = format!(
            "document.activeElement.matches('article') && number(document.activeElement) === {number}"
        );
        browser.until_js(&is).await;
    };
    focus(&browser).await;
    browser.press("ArrowUp").await;
    focused(60).await;
    browser.press("ArrowUp").await;
    focused(59).await;
    browser.press("ArrowDown").await;
    focused(60).await;
    browser.press("Escape").await;
    let text_box = ("textbox".to_owned(), "Message".to_owned());
    assert_eq!(browser.focused().await, Some(text_box));
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keystroke_touches_nothing_of_the_timeline_and_sends_nothing() {
    let (_model, server) = served().await;
    let browser = reading(&server.url(), 100).await;
    browser.textbox("Message").focus().await;
    browser
        .js("void (window.touched = 0, window.told = [],
            new MutationObserver(records => { touched += records.length }).observe(scroller(),
                { subtree: true, childList: true, characterData: true, attributes: true }))")
        .await;
    browser.cdp("Performance.enable", json!({})).await;
    let before = layouts(&browser).await;
    for letter in ["f", "o", "u", "r"] {
        let key = json!({ "type": "char", "text": letter });
        browser.cdp("Input.dispatchKeyEvent", key).await;
    }
    browser
        .until_js("document.activeElement.value === 'four'")
        .await;
    browser
        .js("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        .await;
    // Where the app asks how tall the text is, it is two more for each key.
    let laid_out = layouts(&browser).await - before;
    assert!(
        laid_out <= 10,
        "four keys laid out the page {laid_out} times"
    );
    assert_eq!(browser.js("touched").await, 0);
    assert_eq!(
        browser
            .js("told.filter(frame => frame !== '\"pong\"')")
            .await,
        json!([])
    );
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_touches_only_the_block_that_it_is_in() {
    let (model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    say(&browser, "First").await;
    until_status(&browser.message(1), &browser, "complete").await;
    let reply = model.next_reply();
    say(&browser, "Second").await;
    reply.say("One paragraph that is settled.\n\n- and\n- a list\n\nAnother");
    browser.newest().says("Another").await;
    browser
        .js("void (window.elsewhere = [],
            new MutationObserver(records => {
                const open = [...document.querySelectorAll('article')].at(-1)
                    .querySelector('.message-body').lastElementChild;
                for (const { target, addedNodes, removedNodes } of records) {
                    const inside = node => open.contains(node);
                    const own = target === open.parentNode
                        && [...addedNodes].every(inside) && [...removedNodes].every(node => node.nodeName === open.nodeName);
                    if (!inside(target) && !own) elsewhere.push(target.outerHTML ?? target.data);
                }
            }).observe(document.querySelector('.timeline'),
                { subtree: true, childList: true, characterData: true, attributes: true }))")
        .await;
    for word in [" paragraph", " that", " is", " still", " written"] {
        reply.say(word);
    }
    browser.newest().says("still written").await;
    assert_eq!(browser.js("elsewhere").await, json!([]));
    reply.finish();
    until_status(&browser.newest(), &browser, "complete").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_while_a_thread_was_closed_begins_at_a_line_and_is_jumped_to() {
    let (_model, server) = served().await;
    let browser = reading(&server.url(), 60).await;
    let other = sign_up(&server.url(), "bob").await;
    browser
        .js(&format!(
            "fetch('/api/threads/{THREAD}/members', {{
                method: 'POST', headers: {{ 'content-type': 'application/json' }},
                body: JSON.stringify({{ username: 'bob', role: 'editor' }}),
            }})"
        ))
        .await;
    browser.button("New chat").click().await;
    browser.until_js("!document.querySelector('article')").await;
    write(&other, 61, 120).await;
    browser.js("history.back()").await;
    in_sight(&browser, 120).await;
    browser.button("Jump to first unread").click().await;
    in_sight(&browser, 61).await;
    browser
        .until_js("number(document.querySelector('.first-unread').nextElementSibling) === 61")
        .await;
    browser.button("Jump to first unread").gone().await;
    browser.close().await;
    other.close().await;
}
