//! Finding a chat, or something to do, by its name; and the shortcuts.

use serde_json::json;
use weft_testkit::edges::{Browser, Screen};

use crate::{connected, device, say, served, sign_up, until_status};

/// Whether the drawer is where it stays.
const DRAWN: &str = "document.querySelector('.sidebar').dataset.open === 'true'
    && document.querySelector('.sidebar').getBoundingClientRect().left === 0";

/// Whether it is away altogether.
const AWAY: &str = "document.querySelector('.sidebar').dataset.open === 'false'
    && getComputedStyle(document.querySelector('.sidebar')).visibility === 'hidden'";

const SEARCH: &str = "Search chats and actions";

/// Another device makes threads with these titles.
async fn threads(browser: &Browser, titles: &[String]) {
    let made = titles.iter().enumerate().flat_map(|(n, title)| {
        let thread = device::id(1, n);
        [
            json!({ "create_thread": { "thread": thread } }),
            json!({ "rename_thread": { "thread": thread, "title": title } }),
        ]
    });
    device::changes(browser, 1, &made.collect::<Vec<_>>()).await;
    let count = titles.len();
    browser
        .until_js(&format!(
            "document.querySelectorAll('.thread-link').length >= {count}"
        ))
        .await;
}

async fn focused(browser: &Browser, role: &str, name: &str) {
    let wanted = Some((role.to_owned(), name.to_owned()));
    let found = async || (browser.focused().await == wanted).then_some(());
    browser.until(&format!("the focus on {name}"), found).await;
}

/// Opens the palette by its keys, writes there and takes what comes first.
async fn ask(browser: &Browser, words: &str, first: &str) {
    browser.press("Control+k").await;
    focused(browser, "combobox", SEARCH).await;
    browser.type_text(words).await;
    let selected =
        "document.querySelector('.palette-option[aria-selected=true] .palette-name')?.innerText";
    let is_first = format!("({selected} || '').startsWith({})", json!(first));
    browser.until_js(&is_first).await;
    browser.press("Enter").await;
}

/// Presses a key that writes, as a keyboard does.
pub(crate) async fn press_sign(browser: &Browser, sign: &str) {
    for kind in ["keyDown", "keyUp"] {
        let mut event = json!({ "type": kind, "key": sign, "modifiers": 8 });
        if kind == "keyDown" {
            event["text"] = sign.into();
        }
        browser.cdp("Input.dispatchKeyEvent", event).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_among_five_hundred_is_found_by_a_few_letters() {
    let (_model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    let mut titles: Vec<String> = (0..499).map(|n| format!("Chat number {n}")).collect();
    titles.insert(40, "Crème brûlée for ten".to_owned());
    threads(&browser, &titles).await;

    browser.press("Control+k").await;
    focused(&browser, "combobox", SEARCH).await;
    browser.type_text("number").await;
    browser
        .until_js("document.querySelectorAll('.palette-option').length === 50")
        .await;
    browser.press("Control+k").await;
    browser.any("listbox").gone().await;
    focused(&browser, "textbox", "Message").await;

    ask(&browser, "ten brulee", "Crème brûlée").await;
    browser.find("heading", "Crème brûlée for ten").seen().await;
    focused(&browser, "textbox", "Message").await;

    // The list is one stop on the way through the page.
    browser.find("button", "Search").focus().await;
    for _ in 0..3 {
        browser.press("Tab").await;
    }
    let focus = browser.js("document.activeElement.className").await;
    assert_eq!(focus, "settings-link", "after a chat and its menu");
    browser.press("Shift+Tab").await;
    browser.press("Shift+Tab").await;
    browser.press("End").await;
    let last = browser
        .js("document.activeElement === [...document.querySelectorAll('.thread-link')].at(-1)");
    assert_eq!(last.await, true);
    browser.press("ArrowUp").await;
    let above = browser
        .js("document.activeElement === [...document.querySelectorAll('.thread-link')].at(-2)");
    assert_eq!(above.await, true);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_be_done_with_a_chat_is_done_by_its_name() {
    let (_model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    say(&browser, "Apples").await;
    until_status(&browser.message(1), &browser, "complete").await;
    browser.find("link", "A title by the model").seen().await;

    ask(&browser, "rename", "Rename this chat").await;
    focused(&browser, "textbox", "New name of the chat").await;
    browser.type_text("Fruit").await;
    browser.press("Enter").await;
    browser.find("link", "Fruit").seen().await;
    focused(&browser, "textbox", "Message").await;

    ask(&browser, "pin this", "Pin this chat").await;
    browser.find("heading", "Pinned").seen().await;
    ask(&browser, "unpin", "Unpin this chat").await;
    browser.find("heading", "Pinned").gone().await;
    ask(&browser, "copy link", "Copy the link").await;
    let link = browser
        .until("the copied link", async || {
            Some(browser.clipboard().await).filter(|text| text.contains("/t/"))
        })
        .await;
    assert_eq!(link, browser.url().await);
    ask(&browser, "dark", "Theme: dark").await;
    browser
        .until_js("document.documentElement.dataset.theme === 'dark'")
        .await;
    ask(&browser, "mentions", "Notices").await;
    browser.find("dialog", "Notices").seen().await;
    browser.press("Escape").await;
    browser.any("dialog").gone().await;
    focused(&browser, "textbox", "Message").await;
    ask(&browser, "notifications", "Notifications").await;
    focused(&browser, "heading", "Notifications").await;
    ask(&browser, "log out", "Sign out").await;
    focused(&browser, "button", "Sign out").await;
    browser.press("Control+k").await;
    focused(&browser, "combobox", SEARCH).await;
    browser.find("option", "Rename this chat").gone().await;
    browser.press("Escape").await;
    focused(&browser, "button", "Sign out").await;

    ask(&browser, "frut", "Fruit").await;
    browser.message(0).says("Apples").await;
    ask(&browser, "delete", "Delete this chat").await;
    browser.find("link", "Fruit").gone().await;
    focused(&browser, "textbox", "Message").await;
    browser.button("Undo").click().await;
    browser.find("link", "Fruit").seen().await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_found_can_be_begun_and_a_finger_finds_as_well() {
    let (_model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    say(&browser, "Apples").await;
    until_status(&browser.message(1), &browser, "complete").await;
    browser.find("link", "A title by the model").seen().await;
    browser.look(Screen::PHONE).await;
    browser.until_js(AWAY).await;
    browser.button("Open sidebar").click().await;
    browser.until_js(DRAWN).await;
    browser.button("Search").click().await;
    focused(&browser, "combobox", SEARCH).await;
    browser.type_text("qzxj").await;
    browser
        .starting("option", "Start a new chat with")
        .seen()
        .await;
    browser
        .until_js(
            "document.querySelector('.palette').innerText.includes('Nothing here has that name')",
        )
        .await;
    browser
        .starting("option", "Start a new chat with")
        .click()
        .await;
    browser.any("listbox").gone().await;
    browser.any("article").gone().await;
    browser
        .until_js("document.querySelector('.composer-text').value === 'qzxj'")
        .await;
    browser.until_js(AWAY).await;
    browser.button("Open sidebar").click().await;
    browser.until_js(DRAWN).await;
    browser.button("Search").click().await;
    browser
        .starting("option", "A title by the model")
        .click()
        .await;
    browser.message(0).says("Apples").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_mark_lists_the_shortcuts_but_is_written_where_one_writes() {
    let (_model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    browser.textbox("Message").focus().await;
    press_sign(&browser, "?").await;
    browser
        .until_js("document.querySelector('.composer-text').value === '?'")
        .await;
    assert_eq!(
        browser.find("dialog", "Keyboard shortcuts").count().await,
        0
    );
    browser.button("New chat").focus().await;
    press_sign(&browser, "?").await;
    let sheet = browser.find("dialog", "Keyboard shortcuts");
    sheet.says("Find a chat or an action").await;
    sheet.says("Next unread chat").await;
    // What is before the page has the keys to itself.
    browser.press("Alt+Shift+n").await;
    browser.press("Escape").await;
    browser.find("dialog", "Keyboard shortcuts").gone().await;
    focused(&browser, "button", "New chat").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_message_is_edited_and_a_reply_stopped_from_the_text_box() {
    let (model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    say(&browser, "Apples").await;
    until_status(&browser.message(1), &browser, "complete").await;
    browser.press("ArrowUp").await;
    focused(&browser, "textbox", "Edit message").await;
    browser.press("Escape").await;
    focused(&browser, "textbox", "Message").await;
    browser.type_text("Pears").await;
    browser.press("ArrowUp").await;
    focused(&browser, "textbox", "Message").await;

    let reply = model.next_reply();
    browser.press("Enter").await;
    reply.say("A pear ");
    browser.newest().says("A pear").await;
    browser.press("Escape").await;
    until_status(&browser.newest(), &browser, "stopped").await;
    focused(&browser, "textbox", "Message").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_drawer_takes_the_focus_and_gives_it_back() {
    let (_model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    say(&browser, "Apples").await;
    until_status(&browser.message(1), &browser, "complete").await;
    browser.find("link", "A title by the model").seen().await;
    browser.look(Screen::PHONE).await;
    browser.until_js(AWAY).await;

    browser.textbox("Message").focus().await;
    browser.press("Alt+Shift+l").await;
    browser.until_js(DRAWN).await;
    focused(&browser, "button", "Close sidebar").await;
    browser.press("Escape").await;
    browser.until_js(AWAY).await;
    focused(&browser, "textbox", "Message").await;
    browser.button("Open sidebar").focus().await;
    browser.press("Enter").await;
    browser.until_js(DRAWN).await;
    // What is open in it is closed before it is.
    browser.tab_to("button", "Options for A title").await;
    browser.press("Enter").await;
    focused(&browser, "button", "Pin").await;
    browser.press("ArrowDown").await;
    focused(&browser, "button", "Rename").await;
    browser.press("ArrowUp").await;
    focused(&browser, "button", "Pin").await;
    browser.press("Escape").await;
    focused(&browser, "button", "Options for A title by the model").await;
    browser.until_js(DRAWN).await;
    browser.press("Escape").await;
    browser.until_js(AWAY).await;
    focused(&browser, "button", "Open sidebar").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shortcuts_lead_from_chat_to_chat() {
    let (_model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    let titles = ["One", "Two", "Three"].map(str::to_owned);
    threads(&browser, &titles).await;
    let listed = browser
        .js("[...document.querySelectorAll('.thread-title')].map(it => it.innerText)")
        .await;
    let at = |n: usize| listed[n].as_str().expect("a title").to_owned();
    let open = async |title: &str| browser.find("heading", title).seen().await;

    browser.press("Alt+ArrowDown").await;
    open(&at(0)).await;
    focused(&browser, "textbox", "Message").await;
    browser.press("Alt+ArrowDown").await;
    open(&at(1)).await;
    browser.press("Alt+ArrowUp").await;
    open(&at(0)).await;
    browser.press("Alt+Shift+n").await;
    open("New chat").await;
    // The list is folded away and brought back, while one goes on writing.
    browser.press("Alt+Shift+l").await;
    browser.find("navigation", "Threads").gone().await;
    focused(&browser, "textbox", "Message").await;
    browser.press("Alt+Shift+l").await;
    browser.find("navigation", "Threads").seen().await;
    focused(&browser, "textbox", "Message").await;
    browser.button("New chat").focus().await;
    browser.press("Alt+Shift+m").await;
    focused(&browser, "textbox", "Message").await;
    browser.find("link", "ada Settings").click().await;
    browser.find("heading", "Settings").seen().await;
    browser.press("Alt+Shift+m").await;
    focused(&browser, "textbox", "Message").await;
    connected(&browser).await;
    browser.close().await;
}
