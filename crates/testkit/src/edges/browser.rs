//! A real Chromium, used as a person uses it: by role and accessible name, with the mouse and keys.
//!
//! Elements are found in the accessibility tree, so that a test sees what a screen reader hears.

use std::{
    io::{BufRead as _, BufReader},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use thirtyfour::{
    ChromiumLikeCapabilities as _, DesiredCapabilities, WebDriver, WindowHandle,
    extensions::cdp::ChromeDevTools,
};
use tokio::time::{Instant, interval, timeout};

use super::{PATIENCE, given, worker};

const FLAGS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// Keeps what went wrong in the page: it is read when the test ends.
const WATCH: &str = "
    window.wrongs = [];
    const wrong = what => window.wrongs.push(String(what));
    addEventListener('error', event => wrong(event.message || event.target?.outerHTML), true);
    addEventListener('unhandledrejection', event => wrong(event.reason));
    addEventListener('securitypolicyviolation', event => wrong(
        `${event.violatedDirective} blocked ${event.blockedURI} at ${event.sourceFile}:${event.lineNumber}`));
    const error = console.error;
    console.error = (...all) => { wrong(all.join(' ')); error(...all); };
";

/// What a device's screen is like.
#[derive(Clone, Copy)]
pub struct Screen {
    /// In CSS pixels.
    pub width: u32,
    /// In CSS pixels.
    pub height: u32,
    /// Whether the system asks for dark colours.
    pub dark: bool,
}

impl Screen {
    /// A desktop's.
    pub const WIDE: Self = Self {
        width: 1280,
        height: 800,
        dark: false,
    };
    /// A small phone's.
    pub const PHONE: Self = Self {
        width: 360,
        height: 740,
        dark: false,
    };
}

/// Starts the browser's driver. Returns it and its port, where it got one.
fn driver() -> Option<(Child, u16)> {
    let mut process = Command::new(given("WEFT_CHROMEDRIVER"))
        .arg("--port=0")
        .process_group(0)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the browser's driver");
    let stdout = process.stdout.take().expect("a piped stdout");
    let port = BufReader::new(stdout).lines().find_map(|line| {
        let line = line.ok()?;
        let (_, port) = line.split_once("started successfully on port ")?;
        port.trim_end_matches('.').parse().ok()
    });
    if port.is_none() {
        // Without a port it ends by itself.
        let _ = process.wait();
    }
    Some((process, port?))
}

/// One device: a browser with a profile of its own. One tab at a time is acted on, at first its only one.
pub struct Browser {
    tools: ChromeDevTools,
    driver: Option<WebDriver>,
    process: Child,
    profile: Option<PathBuf>,
    screen: Screen,
    preferences: Mutex<Preferences>,
}

/// What the system asks of pages besides light or dark, by the names of media features.
type Preferences = Vec<(&'static str, &'static str)>;

/// A tab of a browser. Each has a window and a process of its own, so that all of them are seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tab(WindowHandle);

impl Browser {
    /// Opens `url` on a screen.
    pub async fn open(url: &str, screen: Screen) -> Self {
        Self::start(url, screen, None).await
    }

    /// The same with a profile that outlives the browser: what pages keep is there the next time.
    pub async fn open_with_profile(url: &str, screen: Screen, profile: &Path) -> Self {
        Self::start(url, screen, Some(profile.to_owned())).await
    }

    async fn start(url: &str, screen: Screen, profile: Option<PathBuf>) -> Self {
        // It chooses a port and takes it twice, once for each version of IP: another program may be first.
        let started = (0..5).find_map(|_| driver());
        let (process, port) = started.expect("the driver said where it is");
        let mut wanted = DesiredCapabilities::chrome();
        let binary = given("WEFT_CHROMIUM");
        let set = wanted.set_binary(&binary.to_string_lossy());
        set.expect("a path to the browser");
        for flag in FLAGS {
            wanted.add_arg(flag).expect("a flag");
        }
        let size = format!("--window-size={},{}", screen.width, screen.height);
        wanted.add_arg(&size).expect("a flag");
        if let Some(folder) = &profile {
            let folder = format!("--user-data-dir={}", folder.display());
            wanted.add_arg(&folder).expect("a flag");
        }
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), wanted)
            .await
            .expect("a browser");
        let browser = Self {
            tools: ChromeDevTools::new(driver.handle.clone()),
            driver: Some(driver),
            process,
            profile,
            screen,
            preferences: Mutex::default(),
        };
        let clipboard = json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
        browser.cdp("Browser.grantPermissions", clipboard).await;
        browser.prepare().await;
        browser.goto(url).await;
        browser
    }

    async fn prepare(&self) {
        self.look(self.screen).await;
        self.before_load(WATCH).await;
    }

    /// Runs a script in each page of this tab from here on, before the page's own.
    pub async fn before_load(&self, script: &str) {
        let script = json!({ "source": script });
        self.cdp("Page.addScriptToEvaluateOnNewDocument", script)
            .await;
    }

    /// The tab that is acted on.
    pub async fn tab(&self) -> Tab {
        Tab(self.driver().window().await.expect("a tab"))
    }

    /// Opens an empty tab, and acts on it from here on.
    pub async fn new_tab(&self) -> Tab {
        let tab = Tab(self.driver().new_window().await.expect("a new tab"));
        self.switch_to(&tab).await;
        self.prepare().await;
        tab
    }

    /// Acts on this tab from here on. What is seen and what is not stays so.
    pub async fn switch_to(&self, tab: &Tab) {
        let switched = self.driver().switch_to_window(tab.0.clone()).await;
        switched.unwrap_or_else(|error| panic!("{tab:?}: {error}"));
    }

    /// Closes the tab that is acted on; another one is to be acted on then. It may have crashed.
    pub async fn close_tab(&self) {
        self.driver().close_window().await.expect("a closed tab");
    }

    /// Kills the process of the tab that is acted on, and no other's.
    pub async fn crash_tab(&self) {
        let crashed = self.try_cdp("Page.crash", json!({})).await;
        assert!(crashed.is_err(), "a page that has crashed does not answer");
    }

    /// Stops all that the page does, as platforms do with what has long not been seen.
    pub async fn freeze(&self) {
        let frozen = json!({ "state": "frozen" });
        self.cdp("Page.setWebLifecycleState", frozen).await;
    }

    /// Lets a frozen page go on. It is seen again.
    pub async fn thaw(&self) {
        let active = json!({ "state": "active" });
        self.cdp("Page.setWebLifecycleState", active).await;
        self.hide().await;
        self.show().await;
    }

    /// Minimizes the window: the page is hidden. Until it is shown it may not answer.
    pub async fn hide(&self) {
        self.set_window("minimized").await;
    }

    /// Shows the window again.
    pub async fn show(&self) {
        self.set_window("normal").await;
        self.until_js("document.visibilityState === 'visible'")
            .await;
    }

    async fn set_window(&self, state: &str) {
        let window = self.cdp("Browser.getWindowForTarget", json!({})).await;
        let id = &window["windowId"];
        let bounds = json!({ "windowId": id, "bounds": { "windowState": state } });
        self.cdp("Browser.setWindowBounds", bounds).await;
    }

    /// Changes the screen.
    pub async fn look(&self, screen: Screen) {
        let Screen {
            width,
            height,
            dark,
        } = screen;
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false,
        });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics)
            .await;
        let scheme = if dark { "dark" } else { "light" };
        let mut features = vec![json!({ "name": "prefers-color-scheme", "value": scheme })];
        let preferred = self.preferences().clone();
        let preferred = preferred.into_iter();
        features.extend(preferred.map(|(name, value)| json!({ "name": name, "value": value })));
        self.cdp(
            "Emulation.setEmulatedMedia",
            json!({ "features": features }),
        )
        .await;
    }

    /// What the system asks of pages from the next change of the screen on, for example
    /// `("prefers-reduced-motion", "reduce")`.
    pub fn prefer(&self, preferences: &[(&'static str, &'static str)]) {
        *self.preferences() = preferences.to_vec();
    }

    fn preferences(&self) -> std::sync::MutexGuard<'_, Preferences> {
        self.preferences
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Goes to an address, as if typed.
    pub async fn goto(&self, url: &str) {
        self.driver()
            .goto(url)
            .await
            .unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    /// Loads the page anew.
    pub async fn reload(&self) {
        self.driver().refresh().await.expect("a reload");
    }

    /// The page's address.
    pub async fn url(&self) -> String {
        self.js("location.href")
            .await
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// What an expression of JavaScript is in the page; a promise is waited for.
    pub async fn js(&self, expression: &str) -> Value {
        let params = json!({
            "expression": expression, "returnByValue": true, "awaitPromise": true,
        });
        let answer = self.cdp("Runtime.evaluate", params).await;
        assert!(
            answer["exceptionDetails"].is_null(),
            "{expression}: {answer}"
        );
        answer["result"]["value"].clone()
    }

    /// The same in the service worker of this browser, which has a profile of its own and whose worker runs.
    pub async fn js_in_worker(&self, expression: &str) -> Value {
        let profile = self.profile.as_deref().expect("a profile");
        worker::evaluate(profile, expression).await
    }

    /// A command of the DevTools protocol.
    pub async fn cdp(&self, command: &str, params: Value) -> Value {
        self.try_cdp(command, params)
            .await
            .unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    async fn try_cdp(&self, command: &str, params: Value) -> Result<Value, String> {
        let call = self.tools.execute_cdp_with_params(command, params);
        match timeout(PATIENCE, call).await {
            Ok(answer) => answer.map_err(|error| error.to_string()),
            Err(_) => Err("no answer".to_owned()),
        }
    }

    /// Presses a key, as `Enter` or `Shift+Tab`.
    pub async fn press(&self, keys: &str) {
        let mut parts: Vec<&str> = keys.split('+').collect();
        let name = parts.pop().unwrap_or_default();
        let modifiers: u32 = parts
            .iter()
            .map(|part| match *part {
                "Alt" => 1,
                "Control" => 2,
                "Shift" => 8,
                other => panic!("{other} is no modifier"),
            })
            .sum();
        let (code, text) = match name {
            "Enter" => (13, Some("\r")),
            "Tab" => (9, None),
            "Escape" => (27, None),
            "Space" => (32, Some(" ")),
            "ArrowLeft" => (37, None),
            "ArrowRight" => (39, None),
            "ArrowUp" => (38, None),
            "ArrowDown" => (40, None),
            "PageUp" => (33, None),
            "PageDown" => (34, None),
            "End" => (35, None),
            "Home" => (36, None),
            "Delete" => (46, None),
            letter if letter.len() == 1 => (u32::from(letter.as_bytes()[0]), None),
            other => panic!("{other} is no key that tests know"),
        };
        let key = if name == "Space" { " " } else { name };
        for kind in ["keyDown", "keyUp"] {
            let mut event = json!({
                "type": kind, "key": key, "code": name, "modifiers": modifiers,
                "windowsVirtualKeyCode": code,
            });
            if kind == "keyDown"
                && let Some(text) = text
            {
                event["text"] = text.into();
            }
            self.cdp("Input.dispatchKeyEvent", event).await;
        }
    }

    /// Types where the focus is.
    pub async fn type_text(&self, text: &str) {
        self.cdp("Input.insertText", json!({ "text": text })).await;
    }

    /// Presses Tab until the focus is on what has this role and a name that starts so.
    pub async fn tab_to(&self, role: &str, name: &str) {
        for _ in 0..60 {
            self.press("Tab").await;
            if self
                .focused()
                .await
                .is_some_and(|(is, called)| is == role && called.starts_with(name))
            {
                return;
            }
        }
        self.fail(&format!("Tab does not lead to the {role} \"{name}\""))
            .await;
    }

    /// The role and the name of what has the focus.
    pub async fn focused(&self) -> Option<(String, String)> {
        let active = self
            .cdp(
                "Runtime.evaluate",
                json!({ "expression": "document.activeElement" }),
            )
            .await;
        let object = active["result"]["objectId"].as_str()?;
        let params = json!({ "objectId": object, "fetchRelatives": false });
        let answer = self
            .try_cdp("Accessibility.getPartialAXTree", params)
            .await
            .ok()?;
        let node = answer["nodes"].as_array()?.first()?;
        Some((
            value(node, "role").to_owned(),
            value(node, "name").to_owned(),
        ))
    }

    /// What has this role, whatever its name.
    pub fn any(&self, role: &'static str) -> Node<'_> {
        Node {
            browser: self,
            role,
            name: Name::Any,
            pick: Pick::First,
            within: None,
        }
    }

    /// What has this role and this accessible name.
    pub fn find(&self, role: &'static str, name: &str) -> Node<'_> {
        Node {
            name: Name::Is(name.to_owned()),
            ..self.any(role)
        }
    }

    /// What has this role and an accessible name that starts so.
    pub fn starting(&self, role: &'static str, name: &str) -> Node<'_> {
        Node {
            name: Name::Starts(name.to_owned()),
            ..self.any(role)
        }
    }

    /// The button of that name.
    pub fn button(&self, name: &str) -> Node<'_> {
        self.find("button", name)
    }

    /// The text box of that name.
    pub fn textbox(&self, name: &str) -> Node<'_> {
        self.find("textbox", name)
    }

    /// The message at `index` of the timeline, from the oldest shown.
    pub fn message(&self, index: usize) -> Node<'_> {
        Node {
            pick: Pick::Nth(index),
            ..self.any("article")
        }
    }

    /// The newest message of the timeline.
    pub fn newest(&self) -> Node<'_> {
        Node {
            pick: Pick::Last,
            ..self.any("article")
        }
    }

    /// Waits until `check` gives something; `what` is what a failure is called.
    pub async fn until<T>(&self, what: &str, check: impl AsyncFn() -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        let mut tick = interval(Duration::from_millis(20));
        loop {
            tick.tick().await;
            if let Some(found) = check().await {
                return found;
            }
            if Instant::now() > deadline {
                self.fail(what).await;
            }
        }
    }

    /// Waits until `expression` is true in the page.
    pub async fn until_js(&self, expression: &str) {
        self.until(expression, async || {
            (self.js(expression).await == true).then_some(())
        })
        .await;
    }

    /// What was put on the clipboard last.
    pub async fn clipboard(&self) -> String {
        let text = self.js("navigator.clipboard.readText()").await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Writes what is on the screen into a PNG file.
    pub async fn screenshot(&self, file: &Path) {
        let shot = self.try_cdp("Page.captureScreenshot", json!({})).await;
        // Of a page that is hidden there is none.
        let Ok(shot) = shot else { return };
        let data = shot["data"].as_str().expect("a picture");
        let bytes = BASE64_STANDARD.decode(data).expect("base64");
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder).expect("a folder for pictures");
        }
        std::fs::write(file, bytes).expect("a place for pictures");
    }

    /// A PNG of a part of what is on the screen, in CSS pixels of the page: left, top, width, height.
    pub async fn picture_of(&self, [x, y, width, height]: [f64; 4]) -> Vec<u8> {
        let clip = json!({ "x": x, "y": y, "width": width, "height": height, "scale": 1 });
        let shot = self
            .cdp("Page.captureScreenshot", json!({ "clip": clip }))
            .await;
        let data = shot["data"].as_str().expect("a picture");
        BASE64_STANDARD.decode(data).expect("base64")
    }

    /// Ends the browser; nothing must have gone wrong in a page.
    pub async fn close(mut self) {
        for tab in self.driver().windows().await.expect("the tabs") {
            self.switch_to(&Tab(tab)).await;
            let wrongs = self.js("window.wrongs").await;
            assert_eq!(wrongs, json!([]), "the page's own errors");
        }
        if let Some(driver) = self.driver.take() {
            let _ = driver.quit().await;
        }
    }

    /// Kills the browser of a profile where it stands, as a power cut does.
    pub fn kill(mut self) {
        let profile = self.profile.take().expect("a profile of its own");
        // The browser's lock on its profile: a link to "<host>-<process>".
        let lock = profile.join("SingletonLock").read_link();
        let lock = lock.expect("a lock on the profile");
        let lock = lock.to_string_lossy();
        let (_, process) = lock.rsplit_once('-').expect("the browser's process");
        let killed = Command::new("kill").args(["-KILL", process]).status();
        assert!(killed.expect("kill").success());
        if let Some(driver) = self.driver.take() {
            let _ = driver.leak();
        }
    }

    async fn fail(&self, what: &str) -> ! {
        let name = std::thread::current()
            .name()
            .unwrap_or("page")
            .replace("::", "-");
        let file = Path::new("target/journeys").join(format!("{name}.png"));
        self.screenshot(&file).await;
        let page = self
            .js("`${location.href}\n${document.body.innerText}\n${window.wrongs}`")
            .await;
        let page = page.as_str().unwrap_or_default();
        panic!(
            "not seen: {what}\npicture: {}\npage: {page}",
            file.display()
        );
    }

    fn driver(&self) -> &WebDriver {
        self.driver.as_ref().expect("the browser is open")
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(driver) = self.driver.take() {
            // A test that failed: its browser is of the driver's group, and ends with it.
            let _ = driver.leak();
        }
        let _ = Command::new("kill")
            .args(["-KILL", "--", &format!("-{}", self.process.id())])
            .status();
        let _ = self.process.wait();
    }
}

#[derive(Clone)]
enum Name {
    Any,
    Is(String),
    Starts(String),
}

#[derive(Clone, Copy)]
enum Pick {
    First,
    Last,
    Nth(usize),
}

/// How to find something on the page; it is looked up anew each time.
#[derive(Clone)]
pub struct Node<'a> {
    browser: &'a Browser,
    role: &'static str,
    name: Name,
    pick: Pick,
    within: Option<Box<Node<'a>>>,
}

impl<'a> Node<'a> {
    /// The same, inside another.
    pub fn within(self, outer: Node<'a>) -> Self {
        Self {
            within: Some(Box::new(outer)),
            ..self
        }
    }

    /// Waits until it is there.
    pub async fn seen(&self) {
        self.id().await;
    }

    /// Waits until it is not there.
    pub async fn gone(&self) {
        self.browser
            .until(&format!("{} to go", self.what()), async || {
                self.all().await.is_empty().then_some(())
            })
            .await;
    }

    /// How many there are now.
    pub async fn count(&self) -> usize {
        self.all().await.len()
    }

    /// Clicks in its middle, once it can be.
    pub async fn click(&self) {
        let (x, y) = self
            .browser
            .until(&format!("{} to click", self.what()), async || {
                let node = self.now().await.filter(|node| !node.disabled)?;
                middle(self.browser, node.id).await
            })
            .await;
        for (kind, buttons) in [("mouseMoved", 0), ("mousePressed", 1), ("mouseReleased", 0)] {
            let event = json!({
                "type": kind, "x": x, "y": y, "button": "left", "buttons": buttons, "clickCount": 1,
            });
            self.browser.cdp("Input.dispatchMouseEvent", event).await;
        }
    }

    /// Moves the mouse over it.
    pub async fn hover(&self) {
        let id = self.id().await;
        let (x, y) = middle(self.browser, id)
            .await
            .expect("a place on the screen");
        let event = json!({ "type": "mouseMoved", "x": x, "y": y });
        self.browser.cdp("Input.dispatchMouseEvent", event).await;
    }

    /// Puts the focus on it.
    pub async fn focus(&self) {
        let id = self.id().await;
        self.browser
            .cdp("DOM.focus", json!({ "backendNodeId": id }))
            .await;
    }

    /// Replaces what is written in it.
    pub async fn fill(&self, text: &str) {
        self.focus().await;
        self.call("function() { this.select(); }").await;
        self.browser.type_text(text).await;
    }

    /// The text that it shows.
    pub async fn text(&self) -> String {
        let text = self.call("function() { return this.innerText; }").await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the text that it shows contains this.
    pub async fn says(&self, part: &str) {
        self.until_text(&format!("says \"{part}\""), |text| text.contains(part))
            .await;
    }

    /// Waits until the text that it shows is as wanted.
    pub async fn until_text(&self, what: &str, wanted: impl Fn(&str) -> bool) {
        self.browser
            .until(&format!("{} {what}", self.what()), async || {
                let node = self.now().await?;
                let text = self.call_on(node.id, "function() { return this.innerText; }");
                wanted(text.await?.as_str()?).then_some(())
            })
            .await;
    }

    /// What a function of JavaScript gives for it, as `this`.
    pub async fn call(&self, function: &str) -> Value {
        self.browser
            .until(&self.what(), async || {
                let node = self.now().await?;
                self.call_on(node.id, function).await
            })
            .await
    }

    async fn call_on(&self, id: u64, function: &str) -> Option<Value> {
        let node = json!({ "backendNodeId": id });
        let object = self.browser.try_cdp("DOM.resolveNode", node).await.ok()?;
        let params = json!({
            "objectId": object["object"]["objectId"],
            "functionDeclaration": function,
            "returnByValue": true,
        });
        let answer = self
            .browser
            .try_cdp("Runtime.callFunctionOn", params)
            .await
            .ok()?;
        Some(answer["result"]["value"].clone())
    }

    async fn id(&self) -> u64 {
        self.browser
            .until(&self.what(), async || Some(self.now().await?.id))
            .await
    }

    async fn now(&self) -> Option<Found> {
        let all = self.all().await;
        match self.pick {
            Pick::First => all.into_iter().next(),
            Pick::Last => all.into_iter().next_back(),
            Pick::Nth(index) => all.into_iter().nth(index),
        }
    }

    async fn all(&self) -> Vec<Found> {
        let scope = match &self.within {
            Some(outer) => match Box::pin(outer.now()).await {
                Some(found) => json!({ "backendNodeId": found.id }),
                None => return Vec::new(),
            },
            None => {
                let document = self
                    .browser
                    .cdp("DOM.getDocument", json!({ "depth": 0 }))
                    .await;
                json!({ "nodeId": document["root"]["nodeId"] })
            }
        };
        let mut params = scope;
        params["role"] = self.role.into();
        if let Name::Is(name) = &self.name {
            params["accessibleName"] = name.as_str().into();
        }
        let Ok(answer) = self
            .browser
            .try_cdp("Accessibility.queryAXTree", params)
            .await
        else {
            // The page is changing under the question.
            return Vec::new();
        };
        let nodes = answer["nodes"].as_array().cloned().unwrap_or_default();
        nodes
            .iter()
            .filter(|node| self.matches(node))
            .filter_map(Found::read)
            .collect()
    }

    fn matches(&self, node: &Value) -> bool {
        match &self.name {
            Name::Starts(start) => value(node, "name").starts_with(start.as_str()),
            Name::Any | Name::Is(_) => true,
        }
    }

    fn what(&self) -> String {
        let name = match &self.name {
            Name::Any => String::new(),
            Name::Is(name) => format!(" \"{name}\""),
            Name::Starts(name) => format!(" \"{name}…\""),
        };
        let within = self
            .within
            .as_ref()
            .map(|outer| format!(" in {}", outer.what()));
        format!("{}{name}{}", self.role, within.unwrap_or_default())
    }
}

struct Found {
    id: u64,
    disabled: bool,
}

impl Found {
    fn read(node: &Value) -> Option<Self> {
        if node["ignored"] == true {
            return None;
        }
        let disabled = node["properties"].as_array().is_some_and(|properties| {
            let is = |p: &&Value| p["name"] == "disabled" && p["value"]["value"] == true;
            properties.iter().any(|property| is(&property))
        });
        Some(Self {
            id: node["backendDOMNodeId"].as_u64()?,
            disabled,
        })
    }
}

fn value<'a>(node: &'a Value, field: &str) -> &'a str {
    node[field]["value"].as_str().unwrap_or_default()
}

async fn middle(browser: &Browser, id: u64) -> Option<(f64, f64)> {
    let node = json!({ "backendNodeId": id });
    let scrolled = browser
        .try_cdp("DOM.scrollIntoViewIfNeeded", node.clone())
        .await;
    scrolled.ok()?;
    let quads = browser.try_cdp("DOM.getContentQuads", node).await.ok()?;
    let corners = quads["quads"].as_array()?.first()?.as_array()?.clone();
    let at = |index: usize| corners.get(index)?.as_f64();
    Some(((at(0)? + at(4)?) / 2.0, (at(1)? + at(5)?) / 2.0))
}
