//! Notifications of this device while the app is closed: the permission, and the subscription.
//!
//! Invariant: the permission is asked for only when a person turns them on. The server and the browser each
//! know of the subscription; only where both do, notifications are on.

use gloo_net::http::Method;
use js_sys::{JSON, Reflect};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Notification, NotificationPermission, PushManager, PushSubscription,
    PushSubscriptionOptionsInit,
};

use super::{account::Server, page, worker};
use crate::state::{Push, PushWish};

/// Does what is wished; says how it is then.
pub(super) async fn grant(server: &Server, wish: PushWish) -> Push {
    let Some(manager) = manager().await else {
        return Push::Unsupported;
    };
    if Notification::permission() == NotificationPermission::Denied {
        return Push::Denied;
    }
    let done = match wish {
        PushWish::Look => Some(()),
        PushWish::On => turn_on(server, &manager).await,
        PushWish::Off => turn_off(server, &manager).await,
        PushWish::Text(text) => {
            let body = format!("{{\"text\":{text}}}");
            server.push(Method::PUT, "text", Some(body)).await.map(drop)
        }
    };
    if Notification::permission() == NotificationPermission::Denied {
        return Push::Denied;
    }
    let now = match done {
        Some(()) => look(server, &manager).await,
        None => None,
    };
    now.unwrap_or(Push::Failed)
}

/// Ends the subscription of this device, as far as the browser knows it.
pub(super) async fn forget() {
    if let Some(manager) = manager().await
        && let Some(Some(kept)) = subscription(&manager).await
        && let Ok(ended) = kept.unsubscribe()
    {
        // The server has let go of it in any case.
        let _ = JsFuture::from(ended).await;
    }
}

/// Missing where the page is not safe, or where the platform wants the app installed first.
async fn manager() -> Option<PushManager> {
    let has = |of: &JsValue, name: &str| {
        Reflect::get(of, &JsValue::from_str(name)).is_ok_and(|found| !found.is_undefined())
    };
    let registration = worker::register().await?;
    if !has(&window(), "Notification") || !has(&registration, "pushManager") {
        return None;
    }
    registration.push_manager().ok()
}

async fn look(server: &Server, manager: &PushManager) -> Option<Push> {
    let here = subscription(manager).await?.is_some();
    let said = server.push(Method::GET, "subscription", None).await?;
    let said = JSON::parse(&said).ok()?;
    let is = |name| {
        Reflect::get(&said, &JsValue::from_str(name))
            .ok()?
            .as_bool()
    };
    Some(if here && is("subscribed")? {
        Push::On { text: is("text")? }
    } else {
        Push::Off
    })
}

async fn turn_on(server: &Server, manager: &PushManager) -> Option<()> {
    // First, while the click still counts.
    JsFuture::from(Notification::request_permission().ok()?)
        .await
        .ok()?;
    if Notification::permission() != NotificationPermission::Granted {
        return Some(());
    }
    let answer = JSON::parse(&server.push(Method::GET, "key", None).await?).ok()?;
    let key = Reflect::get(&answer, &JsValue::from_str("key")).ok()?;
    // A subscription with another server's key would stand in the way.
    forget().await;
    let options = PushSubscriptionOptionsInit::new();
    options.set_user_visible_only(true);
    options.set_application_server_key(&key);
    let asked = manager.subscribe_with_options(&options).ok()?;
    let made: PushSubscription = JsFuture::from(asked).await.ok()?.unchecked_into();
    let body: JsValue = made.to_json().ok()?.into();
    let app = JsValue::from_str(&page::base_uri()?);
    Reflect::set(&body, &JsValue::from_str("app"), &app).ok()?;
    let body = JSON::stringify(&body).ok()?.into();
    server
        .push(Method::PUT, "subscription", Some(body))
        .await
        .map(drop)
}

async fn turn_off(server: &Server, manager: &PushManager) -> Option<()> {
    server.push(Method::DELETE, "subscription", None).await?;
    if let Some(kept) = subscription(manager).await? {
        JsFuture::from(kept.unsubscribe().ok()?).await.ok()?;
    }
    Some(())
}

async fn subscription(manager: &PushManager) -> Option<Option<PushSubscription>> {
    let found = JsFuture::from(manager.get_subscription().ok()?)
        .await
        .ok()?;
    Some((!found.is_null()).then(|| found.unchecked_into()))
}
