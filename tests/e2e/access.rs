//! Everybody can use every screen: rules that axe-core checks, keys alone, magnified pages, chosen colours, no motion.

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use weft_testkit::edges::{Browser, Screen, Violation};

use crate::{
    say,
    screens::{self, On, See, Theme, list},
    served, sign_up, until_status,
};

/// A window of 1280 by 1024 pixels, magnified two and four times (WCAG 1.4.4, 1.4.10).
const MAGNIFIED: [(u32, u32); 2] = [(640, 512), (320, 256)];

/// What does not fit in its width, but for what has two dimensions of its own: code, tables, formulas.
pub(crate) const TOO_WIDE: &str = "(() => {
    const width = document.documentElement.clientWidth, own = 'pre, .md-table, .md-math';
    const name = e => `${e.localName}.${e.className}`;
    const found = [];
    if (document.scrollingElement.scrollWidth > width) found.push('the page');
    for (const e of document.body.querySelectorAll('*')) {
        if (e.closest(own)?.contains(e.parentElement) || !e.checkVisibility({ visibilityProperty: true })) continue;
        const { overflowX, clipPath } = getComputedStyle(e);
        const scrolls = ['auto', 'scroll'].includes(overflowX) && e.scrollWidth > e.clientWidth + 1;
        if (scrolls && !e.matches(`${own}, input, textarea`)) found.push(`${name(e)} scrolls sideways`);
        const { left, right, width: its } = e.getBoundingClientRect();
        const cut = e.parentElement.closest('.visually-hidden, .sr-only') || clipPath !== 'none';
        if (its > 0 && !cut && (left < -1 || right > width + 1)) found.push(`${name(e)} from ${left} to ${right}`);
    }
    return found;
})()";

/// What moves though motion is to be reduced.
const MOVING: &str = "document.getAnimations()
    .filter(it => it.playState === 'running' && it.effect.getComputedTiming().duration > 1)
    .map(it => `${it.animationName ?? it.transitionProperty} of ${it.effect.target.className}`)";

/// Looks for what is wrong, in every theme and size.
struct Look {
    themes: Vec<Theme>,
    wrongs: Mutex<Vec<String>>,
    /// How often axe-core has looked.
    looks: AtomicUsize,
}

impl Look {
    async fn begin() -> Self {
        let themes = Theme::all().await;
        println!("{:?}", themes.iter().map(|it| &it.name).collect::<Vec<_>>());
        Self {
            themes,
            wrongs: Mutex::default(),
            looks: AtomicUsize::new(0),
        }
    }

    fn add_violations(&self, place: &str, found: Vec<Violation>) {
        self.add(place, found.iter().map(ToString::to_string));
    }

    fn add(&self, place: &str, found: impl IntoIterator<Item = String>) {
        let found = found.into_iter().map(|wrong| format!("{place}: {wrong}"));
        self.wrongs.lock().expect("wrongs").extend(found);
    }

    /// Nothing was wrong.
    fn end(self) {
        let (wrongs, looks) = (self.wrongs.into_inner(), self.looks.into_inner());
        let wrongs = wrongs.expect("wrongs");
        println!("axe-core has looked {looks} times");
        assert!(
            wrongs.is_empty(),
            "{} wrongs:\n{}",
            wrongs.len(),
            wrongs.join("\n")
        );
    }
}

impl See for Look {
    async fn see(&self, browser: &Browser, name: &str, on: On) {
        let (first, others) = self.themes.split_first().expect("a theme");
        if matches!(on, On::Any | On::Tall) {
            for (width, height) in MAGNIFIED {
                let screen = Screen {
                    width,
                    height,
                    dark: false,
                };
                first.show(browser, screen).await;
                self.add(
                    &format!("{name}, {width} px"),
                    list(browser, TOO_WIDE).await,
                );
            }
        }
        let screens = on.screens(browser).await;
        for &screen in &screens {
            let place = format!("{name}, {} px", screen.width);
            first.show(browser, screen).await;
            self.add_violations(&place, browser.axe().await);
            self.add(&place, list(browser, TOO_WIDE).await);
            self.add(&place, list(browser, MOVING).await);
        }
        // Colours alone are others in another theme, and those of a desktop are those of a phone.
        let last = *screens.last().expect("a screen");
        for theme in others {
            theme.show(browser, last).await;
            let place = format!("{name}, {} px, {}", last.width, theme.name);
            self.add_violations(&place, browser.axe_of_colours().await);
        }
        first.show(browser, on.usual()).await;
        let looks = screens.len() + others.len();
        self.looks.fetch_add(looks, Ordering::Relaxed);
        println!("{name}: seen {looks} times");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_keeps_anybody_from_signing_in() {
    let look = Look::begin().await;
    screens::entering(&look).await;
    look.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_keeps_anybody_from_a_chat_with_a_model() {
    let look = Look::begin().await;
    screens::reading(&look).await;
    look.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_keeps_anybody_from_a_chat_of_several_people() {
    let look = Look::begin().await;
    screens::sharing(&look).await;
    look.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_keeps_anybody_from_what_is_said_where_the_app_is_limited() {
    let look = Look::begin().await;
    screens::limits(&look).await;
    look.end();
}

/// Where what has the focus is on the screen, with what may be drawn round it; nothing for none. A caret blinks.
const FOCUSED: &str = "(() => {
    const e = document.activeElement;
    if (!e || e === document.body) return null;
    e.style.setProperty('caret-color', 'transparent');
    const { left, top, width, height } = e.getBoundingClientRect();
    return [left - 6, top - 6, width + 12, height + 12];
})()";

/// What keeps the eye from what has the focus, if anything.
const UNSEEN: &str = "(() => {
    const e = document.activeElement, { left, top, width, height } = e.getBoundingClientRect();
    const what = `${e.localName}.${e.className} \"${e.ariaLabel ?? e.innerText}\"`;
    if (width < 1 || height < 1) return `${what} has no size`;
    const there = [0.1, 0.5, 0.9].flatMap(x => [0.1, 0.5, 0.9].map(y =>
        document.elementFromPoint(left + width * x, top + height * y))).filter(it => it);
    if (!there.some(it => e.contains(it) || it.contains(e))) return `${what} is under ${there[0]?.className}`;
    return null;
})()";

/// Goes through all that Tab leads to, and says where the focus cannot be seen.
async fn walk(browser: &Browser, name: &str, wrongs: &mut Vec<String>) {
    let mut stops = 0;
    browser.js("document.activeElement?.blur()").await;
    for _ in 0..80 {
        browser.press("Tab").await;
        // Past the end is the browser's own, and then the page begins anew.
        let Ok(place) = serde_json::from_value::<[f64; 4]>(browser.js(FOCUSED).await) else {
            continue;
        };
        let again = "document.activeElement.walked || void (document.activeElement.walked = true)";
        if browser.js(again).await == true {
            break;
        }
        stops += 1;
        let unseen = browser.js(UNSEEN).await;
        wrongs.extend(unseen.as_str().map(|unseen| format!("{name}: {unseen}")));
        let with = browser.picture_of(place).await;
        browser
            .js("(window.stop = document.activeElement).blur()")
            .await;
        let without = browser.picture_of(place).await;
        browser
            .js("stop.focus({ focusVisible: true, preventScroll: true })")
            .await;
        if with == without {
            let what = "`${stop.localName}.${stop.className}`";
            let what = browser.js(what).await;
            wrongs.push(format!("{name}: the focus on {what} looks like none"));
        }
    }
    if stops < 4 {
        wrongs.push(format!("{name}: Tab leads to {stops} places only"));
    }
    browser
        .js("document.querySelectorAll('*').forEach(it => delete it.walked)")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_focus_is_seen_wherever_it_goes_in_any_colours() {
    let (model, server) = served().await;
    let browser = Browser::open(&server.url(), Screen::WIDE).await;
    let mut wrongs = Vec::new();
    browser.textbox("Username").seen().await;
    walk(&browser, "sign-in", &mut wrongs).await;
    browser.button("Create account").click().await;
    crate::enter(&browser, "ada", "Create account").await;
    model.next_reply().finish_with(screens::ANSWER, 40);
    say(&browser, "Why are there two tides?").await;
    until_status(&browser.message(1), &browser, "complete").await;
    for colours in ["none", "active"] {
        let reduced = ("prefers-reduced-motion", "reduce");
        browser.prefer(&[reduced, ("forced-colors", colours)]);
        for screen in [Screen::WIDE, Screen::PHONE] {
            browser.look(screen).await;
            let name = format!("thread, {} px, forced colours {colours}", screen.width);
            walk(&browser, &name, &mut wrongs).await;
        }
    }
    browser.look(Screen::WIDE).await;
    browser.starting("link", "ada").click().await;
    browser.button("Sign out").seen().await;
    walk(&browser, "settings, forced colours active", &mut wrongs).await;
    assert!(wrongs.is_empty(), "{}", wrongs.join("\n"));
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_opens_takes_the_focus_keeps_it_and_gives_it_back() {
    let (_model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    say(&browser, "Hello").await;
    until_status(&browser.message(1), &browser, "complete").await;
    let focused = async |what: &str, script: &str| {
        let found = async || (browser.js(script).await == true).then_some(());
        browser.until(what, found).await;
    };
    let inside = |selector: &str| format!("!!document.activeElement.closest('{selector}')");

    browser.button("Share").focus().await;
    browser.press("Enter").await;
    focused("the focus in the dialog", &inside("dialog[open]")).await;
    // Past its end there is the browser's own, and then it begins anew.
    for _ in 0..20 {
        browser.press("Tab").await;
        let out =
            "document.activeElement !== document.body && !document.activeElement.closest('dialog')";
        assert_eq!(
            browser.js(out).await,
            false,
            "the focus is behind the dialog"
        );
    }
    browser.press("Escape").await;
    focused(
        "the focus on what opened it",
        "document.activeElement.innerText === 'Share'",
    )
    .await;

    let menu = "document.activeElement.ariaLabel?.startsWith('Options for')";
    browser.starting("button", "Options for").focus().await;
    browser.press("Enter").await;
    browser.button("Rename").seen().await;
    browser.press("Tab").await;
    focused("the focus in the menu", &inside(":popover-open")).await;
    browser.press("Escape").await;
    focused("the focus on what opened the menu", menu).await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_can_write_and_read_in_a_window_magnified_four_times() {
    let (_model, server) = served().await;
    let browser = sign_up(&server.url(), "ada").await;
    browser
        .look(Screen {
            width: 320,
            height: 256,
            dark: false,
        })
        .await;
    say(&browser, "Hello, small world").await;
    until_status(&browser.message(1), &browser, "complete").await;
    let shown =
        "[document.querySelector('.composer-text'), document.querySelector('.send')].every(it => {
        const { top, bottom, left, right } = it.getBoundingClientRect();
        return top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth;
    })";
    assert_eq!(browser.js(shown).await, true, "the composer is on screen");
    let room = "document.querySelector('.timeline-scroller').clientHeight";
    let room = browser.js(room).await.as_f64().unwrap_or_default();
    assert!(room >= 60.0, "{room} px are left to read in");
    browser.close().await;
}
