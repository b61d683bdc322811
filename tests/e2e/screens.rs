//! Every screen of the app, one after the other, for whoever looks at all of them: the access journeys do, and
//! `cargo xtask shots` makes pictures of them.

use serde_json::{Value, json};
use tokio::sync::OnceCell;
use weft_testkit::edges::{Browser, Proxy, Screen, TestServer};

use crate::{
    PASSWORD, device,
    members::{joined, link},
    offline::{OUTLIVED, kept},
    palette::press_sign,
    say, served, served_with, sign_up, until_status,
};

/// Who looks at each screen.
pub(crate) trait See {
    /// Looks at what is on the screen, and leaves it as it was.
    async fn see(&self, browser: &Browser, name: &str, on: On);
}

/// The screens that something can be seen on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum On {
    /// A desktop's, which it is on now, and a phone's.
    Any,
    /// The same, but so tall that nothing has to be scrolled to.
    Tall,
    /// A desktop's.
    Wide,
    /// A phone's, which it is on now.
    Phone,
}

/// How much taller the screen would have to be.
const HIDDEN: &str = "Math.max(0, ...[...document.querySelectorAll('*')]
    .filter(e => ['auto', 'scroll'].includes(getComputedStyle(e).overflowY) && e.localName !== 'textarea')
    .map(e => e.scrollHeight - e.clientHeight))";

impl On {
    /// The screens, that which it is on now last.
    pub(crate) async fn screens(self, browser: &Browser) -> Vec<Screen> {
        match self {
            Self::Any => vec![Screen::PHONE, Screen::WIDE],
            Self::Wide => vec![Screen::WIDE],
            Self::Phone => vec![Screen::PHONE],
            Self::Tall => {
                let mut screens = Vec::new();
                for mut screen in [Screen::PHONE, Screen::WIDE] {
                    browser.look(screen).await;
                    browser.js(FRAMES).await;
                    let hidden = browser.js(HIDDEN).await.as_f64().unwrap_or_default();
                    screen.height += hidden.ceil() as u32;
                    screens.push(screen);
                }
                screens
            }
        }
    }

    /// The screen that it is on, as others leave it.
    pub(crate) fn usual(self) -> Screen {
        match self {
            Self::Phone => Screen::PHONE,
            Self::Any | Self::Tall | Self::Wide => Screen::WIDE,
        }
    }
}

/// Colours that a person can choose, on a system that asks for some.
#[derive(Clone)]
pub(crate) struct Theme {
    /// What it is called in pictures and complaints.
    pub(crate) name: String,
    /// What the page's root says of it, as `data-theme` and `data-contrast`; empty for the system's.
    chosen: [String; 2],
    dark: bool,
    /// What the system asks for of `prefers-contrast`.
    contrast: &'static str,
}

/// What can be chosen of a kind, as the settings offer it.
const OFFERED: &str = "kind => [...document.querySelectorAll(`input[name=${kind}]`)]";

/// The switch of the contrast.
const CONTRAST: &str = "[...document.querySelectorAll('label')].find(it => it.innerText === 'High contrast').querySelector('input')";

/// Every theme there is: see [`Theme::all`].
static THEMES: OnceCell<Vec<Theme>> = OnceCell::const_new();

impl Theme {
    /// Every theme there is, as the settings offer them, each in both contrasts, and those of the system. What looks
    /// the same as another is left out.
    pub(crate) async fn all() -> Vec<Self> {
        THEMES.get_or_init(Self::find_all).await.clone()
    }

    async fn find_all() -> Vec<Self> {
        let (_model, server) = served().await;
        let browser = sign_up(&server.url(), "ada").await;
        browser.goto(&format!("{}/settings", server.url())).await;
        browser
            .until_js(&format!("({OFFERED})('theme').length > 0"))
            .await;
        let offered = format!("({OFFERED})('theme').map(it => it.value)");
        let mut offered = list(&browser, &offered).await;
        offered.retain(|value| value != "system");
        assert!(offered.len() >= 4, "{offered:?}");
        let root = "document.documentElement.dataset";
        for value in &offered {
            let choice = format!("({OFFERED})('theme').find(it => it.value === '{value}').click()");
            browser.js(&choice).await;
            // What is set below is what choosing it sets.
            browser
                .until_js(&format!("{root}.theme === '{value}'"))
                .await;
        }
        browser.js(&format!("{CONTRAST}.click()")).await;
        browser
            .until_js(&format!("{root}.contrast === 'more'"))
            .await;

        let mut wanted = Vec::new();
        for contrast in ["", "more"] {
            let name = |name: &str| match contrast {
                "" => name.to_owned(),
                _ => format!("{name}-high-contrast"),
            };
            for value in &offered {
                wanted.push(Self {
                    name: name(value),
                    chosen: [value.clone(), contrast.to_owned()],
                    dark: false,
                    contrast: "no-preference",
                });
            }
            for (of, dark) in [("system-light", false), ("system-dark", true)] {
                wanted.push(Self {
                    name: name(of),
                    chosen: [String::new(), String::new()],
                    dark,
                    contrast: if contrast.is_empty() {
                        "no-preference"
                    } else {
                        contrast
                    },
                });
            }
        }
        let mut themes: Vec<(Vec<u8>, Self)> = Vec::new();
        for theme in wanted {
            theme.show(&browser, Screen::WIDE).await;
            // Without the bar that is scrolled by, which is the browser's.
            let picture = browser.picture_of([0.0, 0.0, 1260.0, 800.0]).await;
            if themes.iter().all(|(other, _)| *other != picture) {
                themes.push((picture, theme));
            }
        }
        browser.close().await;
        themes.into_iter().map(|(_, theme)| theme).collect()
    }

    /// Shows the page in it, on a screen. What moves has come to rest.
    pub(crate) async fn show(&self, browser: &Browser, screen: Screen) {
        browser.prefer(&[
            ("prefers-reduced-motion", "reduce"),
            ("prefers-contrast", self.contrast),
        ]);
        let dark = self.dark;
        browser.look(Screen { dark, ..screen }).await;
        let [theme, contrast] = &self.chosen;
        let chosen = json!({ "theme": theme, "contrast": contrast });
        browser
            .js(&format!(
                "Object.assign(document.documentElement.dataset, {chosen})"
            ))
            .await;
        browser.js(FRAMES).await;
    }
}

/// Waits until what was changed is on the screen.
pub(crate) const FRAMES: &str =
    "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))";

/// A model whose name says nothing of tests.
pub(crate) const MODELS: &[&str] = &["--ai-models", "loom"];

/// Threads of the list.
const TITLES: [&str; 6] = [
    "How the tides work",
    "A name for the boat",
    "Packing for Lisbon",
    "Sourdough, third attempt",
    "Why is the build slow?",
    "A very long title that does not fit into the list of threads beside the chat",
];

/// Makes threads for the list.
pub(crate) async fn seed(browser: &Browser) {
    let made = TITLES.iter().rev().enumerate().flat_map(|(n, title)| {
        let (thread, message) = (device::id(0, n), device::id(1, n));
        [
            json!({ "create_thread": { "thread": thread } }),
            json!({ "send_message": { "thread": thread, "message": message, "text": title } }),
            json!({ "rename_thread": { "thread": thread, "title": title } }),
        ]
    });
    let pinned = json!({ "pin_thread": { "thread": device::id(0, 1), "pinned": true } });
    let mutations: Vec<_> = made.chain([pinned]).collect();
    device::changes(browser, 0, &mutations).await;
    for title in TITLES {
        browser.starting("link", title).seen().await;
    }
}

/// What a person asks in the thread that most is seen of.
const QUESTION: &str =
    "Why are there **two** high tides a day, and not one? A formula would help, and some `code`.";

/// An answer with everything that Markdown has.
pub(crate) const ANSWER: &str = r#"The Moon pulls the near side of the Earth **more** than its middle, and its middle more than the *far* side.
What is left of the pull, once the Earth falls along with its middle, is a stretch: two bulges, one on each side[^1].

## How strong it is

The difference of two pulls, over the radius $r$ of the Earth, falls with the *cube* of the distance $d$:

$$ a = \frac{2 G M r}{d^3} $$

| Body | Mass, kg | Distance, km | Of the Moon's |
|:-----|---------:|-------------:|:-------------:|
| Moon | 7.35e22 | 384,400 | 1 |
| Sun | 1.99e30 | 149,600,000 | 0.46 |
| Venus | 4.87e24 | 41,400,000 | ~~0~~ 0.00005 |

### In code

```rust
/// The stretch that a body causes, in metres per second squared.
fn tide(mass: f64, distance: f64) -> f64 {
    const G: f64 = 6.674e-11; // of gravity
    2.0 * G * mass * RADIUS / distance.powi(3)
}
```

1. The Earth turns under **both** bulges once a day.
2. The Moon moves on meanwhile, so it takes 24 h 50 min:
   - a high tide each 12 h 25 min,
   - and a low one between.

- [x] Two bulges explained
- [ ] Why some coasts have one tide only

> "The ocean is a lake in which the continents stand about."

> [!NOTE]
> Coasts and depths shape what arrives: see [amphidromic points](https://example.org/amphidromic).

> [!TIP]
> A table of tides is printed for each harbour.

> [!WARNING]
> Never walk out on a falling tide without knowing when it turns.

---

![A map of the tides](https://example.org/tides.png)

[^1]: Each is half a metre high in the open sea.
"#;

/// From nothing to the first chat, and addresses that lead nowhere.
pub(crate) async fn entering(eye: &impl See) {
    let (_model, mut server) = served().await;
    let url = server.url();
    let browser = Browser::open(&url, Screen::WIDE).await;
    browser.textbox("Username").seen().await;
    eye.see(&browser, "sign-in", On::Any).await;
    browser.textbox("Username").fill("ada").await;
    browser.textbox("Password").fill("not the right one").await;
    browser.button("Sign in").click().await;
    browser.any("alert").seen().await;
    eye.see(&browser, "sign-in-refused", On::Any).await;
    browser.button("Create account").click().await;
    browser.any("alert").gone().await;
    eye.see(&browser, "create-account", On::Any).await;
    crate::enter(&browser, "ada", "Create account").await;
    browser.find("group", "Things to try").seen().await;
    eye.see(&browser, "first-run", On::Any).await;
    browser.button("Notices").click().await;
    browser.find("dialog", "Notices").says("Nothing yet.").await;
    eye.see(&browser, "notices-empty", On::Any).await;
    browser.press("Escape").await;
    browser
        .js("document.querySelector('.splitter').focus()")
        .await;
    browser.press("Enter").await;
    browser.find("navigation", "Threads").gone().await;
    eye.see(&browser, "sidebar-folded", On::Wide).await;
    browser.button("Open sidebar").click().await;
    browser.find("navigation", "Threads").seen().await;

    browser.goto(&format!("{url}/settings")).await;
    browser.find("heading", "Settings").seen().await;
    browser.button("Sign out").seen().await;
    browser.find("heading", "Devices").seen().await;
    eye.see(&browser, "settings", On::Tall).await;
    browser.goto(&format!("{url}/nowhere")).await;
    browser.find("heading", "Page not found").seen().await;
    eye.see(&browser, "not-found", On::Any).await;
    let nobodys = "t/0192f0c1-0000-7000-8000-000000000000";
    browser.goto(&format!("{url}/{nobodys}")).await;
    browser
        .find("heading", "This chat is not here")
        .seen()
        .await;
    eye.see(&browser, "no-such-chat", On::Any).await;
    browser.goto(&format!("{url}/join/{:032x}", 7)).await;
    browser.button("Try again").seen().await;
    eye.see(&browser, "join-refused", On::Any).await;

    let without_a_model = TestServer::start(None, &[]);
    let other = sign_up(&without_a_model.url(), "ada").await;
    let ways = "document.querySelector('.connect')";
    other.until_js(&format!("{ways} !== null")).await;
    other.js(&format!("{ways}.open = true")).await;
    eye.see(&other, "first-run-without-a-model", On::Any).await;
    other.close().await;

    browser.goto(&url).await;
    kept(&browser).await;
    // Whoever is signed out sees nothing but that the server is away.
    browser.cdp("Network.clearBrowserCookies", json!({})).await;
    browser.js("localStorage.clear()").await;
    server.kill();
    browser.goto(&url).await;
    browser.any("status").seen().await;
    browser
        .until_js("document.body.innerText.includes('cannot be reached')")
        .await;
    eye.see(&browser, "server-unreached", On::Any).await;
    browser.close().await;
}

/// A chat with a model, and all that can be done in it.
pub(crate) async fn reading(eye: &impl See) {
    let (model, server) = served_with(MODELS).await;
    let network = Proxy::start(server.addr()).await;
    let browser = sign_up(&network.url(), "ada").await;
    seed(&browser).await;
    browser.find("link", TITLES[0]).click().await;
    browser.message(0).says(TITLES[0]).await;
    model.next_reply().finish_with(ANSWER, 40);
    say(&browser, QUESTION).await;
    answered(&browser, 2).await;
    eye.see(&browser, "thread", On::Tall).await;
    browser
        .js("document.querySelector('[data-scroller]').scrollTop = 0")
        .await;
    browser.button("Jump to latest").seen().await;
    eye.see(&browser, "thread-from-its-start", On::Any).await;
    browser.button("Jump to latest").click().await;
    browser.button("Jump to latest").gone().await;
    finding(&browser, eye).await;

    let question = browser.message(1);
    browser.button("Edit").within(question).click().await;
    browser.textbox("Edit message").seen().await;
    eye.see(&browser, "editing", On::Any).await;
    browser.press("Escape").await;
    let other = "Regenerate with another model";
    browser.button(other).within(browser.newest()).click().await;
    browser.find("group", "Regenerate with").seen().await;
    eye.see(&browser, "choosing-a-model", On::Any).await;
    browser.button(other).within(browser.newest()).click().await;
    // Toasts stay, for as long as they are looked at.
    browser
        .js("{ const wait = window.wait = setTimeout; setTimeout = (run, ms) => ms === 8000 ? 0 : wait(run, ms); }")
        .await;
    browser
        .button("Copy")
        .within(browser.newest())
        .click()
        .await;
    browser.button("Dismiss").seen().await;
    eye.see(&browser, "toast", On::Any).await;
    browser.button("Dismiss").click().await;
    browser.js("setTimeout = window.wait").await;

    let menu = format!("Options for {}", TITLES[2]);
    browser.button(&menu).click().await;
    browser.button("Rename").seen().await;
    eye.see(&browser, "thread-menu", On::Wide).await;
    browser.button("Rename").click().await;
    browser.textbox("Title").seen().await;
    eye.see(&browser, "renaming", On::Wide).await;
    browser.press("Escape").await;
    browser.look(Screen::PHONE).await;
    browser.button("Open sidebar").click().await;
    browser.button("Close sidebar").seen().await;
    eye.see(&browser, "drawer", On::Phone).await;
    browser.button(&menu).click().await;
    browser.button("Rename").seen().await;
    eye.see(&browser, "drawer-menu", On::Phone).await;
    browser.press("Escape").await;
    browser.button("Close sidebar").click().await;
    browser.look(Screen::WIDE).await;

    let reply = model.next_reply();
    say(&browser, "And on a coast with one tide a day?").await;
    browser.button("Stop").seen().await;
    eye.see(&browser, "waiting-for-a-reply", On::Any).await;
    reply.say("There the **basin** decides: it may swing with one of the tides and be still for");
    browser.newest().says("be still for").await;
    eye.see(&browser, "streaming", On::Any).await;
    reply.say(" the other.");
    reply.finish();
    until_status(&browser.newest(), &browser, "complete").await;
    model.refuse_next(503);
    say(&browser, "Which basins?").await;
    until_status(&browser.newest(), &browser, "failed").await;
    eye.see(&browser, "failed-reply", On::Any).await;

    network.cut();
    let connection = browser.find("status", "Connection");
    connection.says("Reconnecting").await;
    say(&browser, "Are you still there?").await;
    browser.newest().says("Queued").await;
    eye.see(&browser, "queued", On::Any).await;
    browser.starting("link", "ada").click().await;
    browser.button("Sign out").click().await;
    browser.find("dialog", "Sign out?").seen().await;
    eye.see(&browser, "signing-out-with-something-unsent", On::Any)
        .await;
    browser.button("Stay signed in").click().await;
    network.open();
    browser.close().await;
}

/// What finds chats and commands, what lists the keys, and the settings of a chat.
async fn finding(browser: &Browser, eye: &impl See) {
    let search = browser.find("combobox", "Search chats and actions");
    browser.press("Control+k").await;
    browser.any("option").seen().await;
    eye.see(browser, "palette", On::Any).await;
    search.fill("bui").await;
    let first = browser.any("option");
    first.says(TITLES[4]).await;
    eye.see(browser, "palette-found", On::Any).await;
    browser.press("Escape").await;
    search.gone().await;
    browser.js("document.activeElement.blur()").await;
    press_sign(browser, "?").await;
    browser
        .find("dialog", "Keyboard shortcuts")
        .says("Everywhere")
        .await;
    eye.see(browser, "shortcuts", On::Any).await;
    browser.press("Escape").await;
    browser.button("Chat settings").click().await;
    browser.textbox("System prompt").seen().await;
    eye.see(browser, "chat-settings", On::Any).await;
    browser.press("Escape").await;
    browser.textbox("System prompt").gone().await;
}

/// Waits until a thread's last reply is here with its colours and formulas, as message number `at`.
async fn answered(browser: &Browser, at: usize) {
    until_status(&browser.message(at), browser, "complete").await;
    for expression in [
        "document.querySelectorAll('.md-math math').length >= 3",
        "CSS.highlights.get('weft-keyword').size > 0",
    ] {
        browser.until_js(expression).await;
    }
}

/// A thread of several people.
pub(crate) async fn sharing(eye: &impl See) {
    let (model, server) = served_with(MODELS).await;
    model.call_them("Somewhere warm in May");
    let ada = sign_up(&server.url(), "ada").await;
    model.next_reply().finish_with("What about **Rome**?", 9);
    say(&ada, "Where to, in May?").await;
    until_status(&ada.newest(), &ada, "complete").await;
    let invitation = link(&ada, "editor").await;
    let network = Proxy::start(server.addr()).await;
    let thread = ada.js("location.pathname").await;
    let thread = format!("a[href$='{}']", thread.as_str().expect("a path"));

    // What happens while nobody looks is told of.
    ada.button("New chat").click().await;
    let bob = joined(&network.url(), &invitation, "bob").await;
    ada.button("Notices, 1 unread").seen().await;
    say(&bob, "Rome, of course. But not in August.").await;
    say(&bob, "Or what do you say, @ada?").await;
    ada.button("Notices, 2 unread").seen().await;
    model.call_them("What is in season");
    let reply = model.next_reply();
    say(&ada, "What is in season in Rome in May?").await;
    until_status(&ada.newest(), &ada, "streaming").await;
    ada.button("New chat").click().await;
    reply.finish_with("Artichokes, broad beans and strawberries.", 6);
    ada.button("Notices, 3 unread").seen().await;
    let toasts = "document.querySelectorAll('.toast-close').forEach(it => it.click())";
    ada.js(toasts).await;
    ada.button("Dismiss").gone().await;
    ada.button("Notices, 3 unread").click().await;
    ada.find("dialog", "Notices").says("has answered").await;
    eye.see(&ada, "notices", On::Any).await;
    ada.button("Mark all read").click().await;
    ada.button("Close").click().await;
    ada.button("Notices").seen().await;
    ada.js(&format!("document.querySelector(\"{thread}\").click()"))
        .await;
    ada.newest().says("Or what do you say").await;
    say(&ada, "So do I think.").await;
    bob.newest().says("So do I think.").await;
    let members = ada.button("Members, 2");
    members.seen().await;
    bob.textbox("Message").focus().await;
    bob.type_text("How about").await;
    ada.find("status", "Typing").says("bob is typing").await;
    eye.see(&ada, "shared-thread", On::Any).await;
    ada.textbox("Message").focus().await;
    ada.type_text("Dear @").await;
    ada.find("option", "@bob").seen().await;
    eye.see(&ada, "mentioning", On::Any).await;
    ada.press("Escape").await;
    members.click().await;
    let dialog = ada.find("dialog", "Members");
    dialog.says("bob").await;
    ada.button("Create a link").click().await;
    ada.textbox("Invitation link").seen().await;
    eye.see(&ada, "members", On::Any).await;

    // Who may only read.
    ada.js("document.querySelector('.member select').value = 'viewer'")
        .await;
    ada.js("document.querySelector('.member select').dispatchEvent(new Event('change', { bubbles: true }))")
        .await;
    bob.textbox("Message").gone().await;
    eye.see(&bob, "read-only", On::Any).await;
    ada.js("document.querySelector('.member select').value = 'editor'")
        .await;
    ada.js("document.querySelector('.member select').dispatchEvent(new Event('change', { bubbles: true }))")
        .await;
    bob.textbox("Message").seen().await;

    // Who is a member no more, and has written meanwhile.
    network.cut();
    bob.find("status", "Connection").says("Reconnecting").await;
    say(&bob, "Am I still here?").await;
    bob.newest().says("Queued").await;
    ada.button("Remove bob").click().await;
    ada.button("Remove bob").gone().await;
    network.open();
    bob.find("heading", "This chat is not here").seen().await;
    bob.newest().says("Failed").await;
    eye.see(&bob, "removed-with-something-unsent", On::Any)
        .await;
    bob.close().await;

    // Who has deleted their account.
    let carol = joined(&server.url(), &invitation, "carol").await;
    say(&carol, "Rome it is!").await;
    ada.button("Close").click().await;
    ada.newest().says("Rome it is!").await;
    carol.goto(&format!("{}/settings", server.url())).await;
    carol
        .until_js("document.querySelector('.device-list')?.innerText.includes('This device')")
        .await;
    carol.button("Delete account…").click().await;
    carol.find("dialog", "Delete your account?").seen().await;
    eye.see(&carol, "deleting-an-account", On::Any).await;
    carol
        .js(&format!(
            "document.querySelector('.farewell input').value = '{PASSWORD}'"
        ))
        .await;
    carol.button("Delete account").click().await;
    ada.newest().says("Deleted user").await;
    eye.see(&ada, "deleted-author", On::Any).await;
    ada.close().await;
    carol.close().await;
}

/// A device that keeps nothing, and an app that the server no longer speaks with.
pub(crate) async fn limits(eye: &impl See) {
    let (_model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    say(&browser, "Hello?").await;
    until_status(&browser.message(1), &browser, "complete").await;
    browser
        .before_load("Object.defineProperty(window, 'indexedDB', { value: undefined })")
        .await;
    browser.reload().await;
    browser
        .until_js("document.body.innerText.includes('This device cannot keep messages')")
        .await;
    until_status(&browser.message(1), &browser, "complete").await;
    eye.see(&browser, "keeps-nothing", On::Any).await;
    browser.close().await;

    let browser = sign_up(&server.url(), "bob").await;
    say(&browser, "Hello?").await;
    until_status(&browser.message(1), &browser, "complete").await;
    browser.before_load(OUTLIVED).await;
    browser.js("sessionStorage.upgraded = 1").await;
    browser.reload().await;
    browser
        .any("alert")
        .says("This version of Weft is too old")
        .await;
    until_status(&browser.message(1), &browser, "complete").await;
    eye.see(&browser, "too-old", On::Any).await;
    browser.close().await;
}

/// A list of what is wrong, as a script gives it.
pub(crate) async fn list(browser: &Browser, script: &str) -> Vec<String> {
    match browser.js(script).await {
        Value::Null => Vec::new(),
        list => serde_json::from_value(list).expect("a list of texts"),
    }
}
