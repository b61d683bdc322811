//! What people hear of while the app is closed. No push service is reached from here, so the page is given
//! subscriptions of our own one, and what that has received is handed to the browser's service worker.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use weft_testkit::edges::{Browser, PushService, Screen, TempDir};

use crate::{connected, enter, offline::kept, say, served_with};

/// `pushManager` as it is where a push service answers with this subscription.
const SUBSCRIBABLE: &str = "{
    const made = SUBSCRIPTION;
    const subscription = { toJSON: () => made, unsubscribe: async () => !(localStorage.subscribed = '') };
    const now = () => localStorage.subscribed ? subscription : null;
    PushManager.prototype.subscribe = async () => { localStorage.subscribed = 'yes'; return now(); };
    PushManager.prototype.getSubscription = async () => now();
}";

async fn notifications(browser: &Browser) -> Value {
    browser
        .js(
            "navigator.serviceWorker.getRegistration().then(it => it.getNotifications())
            .then(all => all.map(({ title, body }) => [title, body]))",
        )
        .await
}

/// Hands a push to the worker of the app, as the browser does when it has come.
async fn deliver(browser: &Browser, url: &str, payload: &Value) {
    browser.cdp("ServiceWorker.enable", json!({})).await;
    // Whose number is not told to us; the others deliver nothing.
    for registration in 0..20 {
        let push = json!({
            "origin": url, "registrationId": registration.to_string(), "data": payload.to_string(),
        });
        browser.cdp("ServiceWorker.deliverPushMessage", push).await;
    }
}

/// What a click on the only notification does, up to what a real click alone may do.
const CLICK: &str = "(async () => {
    const [notification] = await registration.getNotifications();
    const done = new Promise(done => {
        Clients.prototype.openWindow = async url => done(['opened', url]);
        WindowClient.prototype.focus = async function() { done(['focused', this.url]); };
    });
    dispatchEvent(new NotificationEvent('notificationclick', { notification }));
    return done;
})()";

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_nobody_sees_is_notified_of_and_the_notification_leads_to_it() {
    let now = || {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |it| it.as_millis() as u64)
    };
    let service = PushService::start(now).await;
    let (model, server) = served_with(&["--push-allow-loopback"]).await;
    let url = server.url();
    let profile = TempDir::new("push");
    let browser = Browser::open_with_profile(&url, Screen::WIDE, profile.path()).await;
    let granted = json!({ "permissions": ["notifications"] });
    browser.cdp("Browser.grantPermissions", granted).await;
    browser.button("Create account").click().await;
    enter(&browser, "ada", "Create account").await;
    kept(&browser).await;
    let key = browser
        .js("fetch('/api/push/key').then(it => it.json()).then(it => it.key)")
        .await;
    let subscription = service.subscribe("ada", key.as_str().expect("a key"));
    let script = SUBSCRIBABLE.replace("SUBSCRIPTION", &subscription.to_string());
    browser.before_load(&script).await;

    browser.goto(&format!("{url}/settings")).await;
    browser.button("Turn on").click().await;
    browser.button("Turn off").seen().await;

    browser.button("New chat").click().await;
    let reply = model.next_reply();
    say(&browser, "Think about it").await;
    reply.say("It is");
    browser.newest().says("It is").await;
    let thread = browser.url().await;
    // Away from the app, on the same origin.
    browser.goto(&format!("{url}/manifest.webmanifest")).await;
    reply.say(" forty-two.");
    reply.finish();
    let received = service.received(1).await;
    assert_eq!(
        received[0].payload["notification"]["navigate"],
        json!(thread)
    );

    deliver(&browser, &url, &received[0].payload).await;
    let shown = browser
        .until("a notification", async || {
            let shown = notifications(&browser).await;
            (shown != json!([])).then_some(shown)
        })
        .await;
    assert_eq!(shown[0][1], "It is forty-two.");
    assert_eq!(browser.js_in_worker(CLICK).await, json!(["opened", thread]));
    assert_eq!(notifications(&browser).await, json!([]));

    // Where the thread is on a tab, that is the one.
    browser.goto(&thread).await;
    connected(&browser).await;
    deliver(&browser, &url, &received[0].payload).await;
    browser
        .until("a notification", async || {
            (notifications(&browser).await != json!([])).then_some(())
        })
        .await;
    assert_eq!(
        browser.js_in_worker(CLICK).await,
        json!(["focused", thread])
    );

    // Where the text is left out, that is said in the browser's language.
    browser
        .js_in_worker("(Object.defineProperty(navigator, 'language', { value: 'de-AT' }), 0)")
        .await;
    let own = json!({ "title": "Weft", "body": "New message", "lang": "en" });
    deliver(&browser, &url, &json!({ "notification": own })).await;
    browser
        .until("a notification in German", async || {
            (notifications(&browser).await == json!([["Weft", "Neue Nachricht"]])).then_some(())
        })
        .await;
    browser.close().await;
}
