//! A measured page: Weft or the floor, in a browser of its own, behind a network that counts bytes.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use weft_testkit::edges::{Browser, ModelServer, Proxy, Reply, Screen};

use crate::floor::{Floor, FloorReply};

const PROBE: &str = include_str!("probe.js");
const PASSWORD: &str = "correct horse battery";

/// How long a measured thing may take on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Whether a reply is being made.
const STREAMING: &str = "!!document.querySelector('.message[data-status=streaming]')";

/// Which of the two a figure is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Weft,
    Floor,
}

/// Who answers.
pub(crate) enum Source {
    Weft(ModelServer),
    Floor(Floor),
}

/// A page, its network and who answers it.
pub(crate) struct Page {
    pub(crate) browser: Browser,
    pub(crate) network: Proxy,
    source: Source,
}

/// A reply as it is said.
pub(crate) enum Telling {
    Weft(Reply),
    Floor(FloorReply),
}

impl Page {
    /// Opens a browser on a page behind `network`.
    pub(crate) async fn open(source: Source, network: Proxy) -> Self {
        let browser = Browser::open("about:blank", Screen::WIDE).await;
        browser.before_load(PROBE).await;
        browser.cdp("Performance.enable", json!({})).await;
        let page = Self {
            browser,
            network,
            source,
        };
        page.start().await;
        page
    }

    pub(crate) fn side(&self) -> Side {
        match self.source {
            Source::Weft(_) => Side::Weft,
            Source::Floor(_) => Side::Floor,
        }
    }

    /// Creates the account and waits until the app is on the device. Gives the account's id.
    pub(crate) async fn sign_up(&self) -> String {
        let browser = &self.browser;
        browser.button("Create account").click().await;
        browser.textbox("Username").fill("ada").await;
        browser.textbox("Password").fill(PASSWORD).await;
        browser.button("Create account").click().await;
        self.connected().await;
        let user = "fetch('/api/session').then(said => said.json()).then(said => said.user.id)";
        let user = browser.js(user).await;
        user.as_str().expect("an account").to_owned()
    }

    /// Loads the page's first address anew and waits until it can be typed in.
    pub(crate) async fn start(&self) {
        self.browser.goto("about:blank").await;
        self.browser.goto(&self.network.url()).await;
    }

    /// Waits until the page is open and has its socket.
    pub(crate) async fn connected(&self) {
        match self.side() {
            Side::Weft => {
                self.until("!!document.querySelector('.connection[data-status=connected]')")
                    .await;
            }
            Side::Floor => self.until("document.body.dataset.open === ''").await,
        }
    }

    /// Slows the page's processor so many times.
    pub(crate) async fn slow(&self, times: u32) {
        let rate = json!({ "rate": times });
        self.browser
            .cdp("Emulation.setCPUThrottlingRate", rate)
            .await;
    }

    /// Waits until an expression is true, and looks seldom, so that looking costs nothing.
    pub(crate) async fn until(&self, expression: &str) {
        let deadline = Instant::now() + PATIENCE;
        while self.browser.js(expression).await != true {
            assert!(Instant::now() < deadline, "not seen: {expression}");
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// What an expression is, as a number.
    pub(crate) async fn number(&self, expression: &str) -> f64 {
        let value = self.browser.js(expression).await;
        value
            .as_f64()
            .unwrap_or_else(|| panic!("{expression}: {value}"))
    }

    /// Writes a text in the place of what is written. Found without the accessibility tree, which costs a page
    /// something from the first question on.
    pub(crate) async fn write(&self, text: &str) {
        self.browser.js("bench.write()").await;
        if text.is_empty() {
            self.browser.press("Delete").await;
        } else {
            self.browser.type_text(text).await;
        }
    }

    /// Writes a text and sends it; gives the milliseconds from the key to the painted message.
    pub(crate) async fn say(&self, text: &str) -> f64 {
        self.write(text).await;
        let shown =
            "void (window.before = bench.newest(), window.heard = bench.next('keydown', () =>
            bench.newest() !== null && bench.newest() !== window.before))";
        self.browser.js(shown).await;
        self.browser.press("Enter").await;
        self.number("window.heard").await
    }

    /// Says something, and reads a short reply to its end; gives what [`Page::say`] does.
    pub(crate) async fn exchange(&self, text: &str) -> f64 {
        let (took, reply) = self.begin(text).await;
        reply.say("Noted.");
        reply.finish().await;
        self.settled().await;
        took
    }

    /// Types a letter; gives the milliseconds from the key to the painted letter.
    pub(crate) async fn key(&self) -> f64 {
        self.browser.js("bench.write()").await;
        let shown = "void (document.activeElement.value = '',
            window.heard = bench.next('keydown', () => document.activeElement.value === 'a'))";
        self.browser.js(shown).await;
        let key = json!({ "type": "keyDown", "key": "a", "code": "KeyA", "text": "a", "windowsVirtualKeyCode": 65 });
        self.browser.cdp("Input.dispatchKeyEvent", key).await;
        let key =
            json!({ "type": "keyUp", "key": "a", "code": "KeyA", "windowsVirtualKeyCode": 65 });
        self.browser.cdp("Input.dispatchKeyEvent", key).await;
        self.number("window.heard").await
    }

    /// Asks for a reply; gives it, once the page waits for it.
    pub(crate) async fn ask(&self, text: &str) -> Telling {
        self.begin(text).await.1
    }

    async fn begin(&self, text: &str) -> (f64, Telling) {
        let of_model = match &self.source {
            Source::Weft(model) => Some(model.next_reply()),
            Source::Floor(_) => None,
        };
        let took = self.say(text).await;
        self.until(STREAMING).await;
        let reply = match (&self.source, of_model) {
            (Source::Floor(floor), _) => Telling::Floor(floor.reply()),
            (Source::Weft(_), reply) => Telling::Weft(reply.expect("a model's")),
        };
        (took, reply)
    }

    /// Waits until the newest reply is at its end.
    pub(crate) async fn settled(&self) {
        self.until(&format!("!({STREAMING})")).await;
    }

    /// What is live after all garbage was collected, of JavaScript and of WebAssembly, in MiB.
    pub(crate) async fn heap(&self) -> f64 {
        for _ in 0..2 {
            self.browser
                .cdp("HeapProfiler.collectGarbage", json!({}))
                .await;
        }
        let bytes = self.metric("JSHeapUsedSize").await + self.number("bench.wasm()").await;
        bytes / 1024.0 / 1024.0
    }

    /// How long the page's main thread has been at tasks, in milliseconds. The time of its processor would tell less
    /// of what else the machine does, but what slows a page is to the processor work as well.
    pub(crate) async fn worked(&self) -> f64 {
        self.metric("TaskDuration").await * 1_000.0
    }

    async fn metric(&self, name: &str) -> f64 {
        let answer = self.browser.cdp("Performance.getMetrics", json!({})).await;
        let metrics = answer["metrics"].as_array().expect("metrics");
        let metric = metrics.iter().find(|metric| metric["name"] == name);
        metric
            .and_then(|metric| metric["value"].as_f64())
            .unwrap_or_else(|| panic!("no {name}"))
    }

    /// Forgets what the browser keeps of the page, of these kinds. The page is closed.
    pub(crate) async fn forget(&self, kinds: &str) {
        self.browser.goto("about:blank").await;
        let what = json!({ "origin": self.network.url(), "storageTypes": kinds });
        self.browser.cdp("Storage.clearDataForOrigin", what).await;
    }
}

impl Telling {
    pub(crate) fn say(&self, token: &str) {
        match self {
            Self::Weft(reply) => reply.say(token),
            Self::Floor(reply) => reply.say(token),
        }
    }

    /// Ends the reply; gives when its last byte was on its way.
    pub(crate) async fn finish(self) -> SystemTime {
        match self {
            Self::Weft(reply) => {
                let before = std::time::Instant::now();
                let now = SystemTime::now();
                let took = reply.finished_after(before, PATIENCE).await;
                now + took.expect("a reader")
            }
            Self::Floor(reply) => reply.finish().await,
        }
    }
}

/// On the clock of pages, in milliseconds.
pub(crate) fn millis(at: SystemTime) -> f64 {
    at.duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs_f64()
        * 1_000.0
}

/// A field of what the probe gives.
pub(crate) fn field(value: &Value, name: &str) -> f64 {
    value[name]
        .as_f64()
        .unwrap_or_else(|| panic!("no {name} in {value}"))
}
