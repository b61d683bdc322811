//! The calls by which a device asks for pushes.
//!
//! | call | body | answer |
//! |---|---|---|
//! | `GET /api/push/key` | | `{"key"}`: what `pushManager.subscribe` takes, in base64url |
//! | `GET /api/push/subscription` | | `{"subscribed", "text"}`: of this device, and of its person |
//! | `PUT /api/push/subscription` | what `PushSubscription.toJSON()` gives, and `app` | 204 |
//! | `DELETE /api/push/subscription` | | 204 |
//! | `PUT /api/push/text` | `{"text"}` | 204 |
//!
//! `app` is the address of the app on that device, for the link of a notification. `text` says whether
//! notifications say what was written.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::{get, put},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::Url;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use web_push_native::p256::PublicKey;
use weft_protocol::api::ApiCode;

use super::{Subscription, address};
use crate::{
    App,
    accounts::token_hash,
    http::{Body, Refused, caller},
};

/// The longest address of an app, in bytes.
const MAX_APP_BYTES: usize = 512;

#[derive(Deserialize)]
struct Subscribe {
    endpoint: String,
    keys: Keys,
    app: String,
}

#[derive(Deserialize)]
struct Keys {
    p256dh: String,
    auth: String,
}

#[derive(Deserialize, Serialize)]
struct Text {
    text: bool,
}

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/push/key", get(key))
        .route(
            "/api/push/subscription",
            get(subscription).put(subscribe).delete(unsubscribe),
        )
        .route("/api/push/text", put(text))
}

async fn key(State(app): State<Arc<App>>) -> Json<Value> {
    Json(json!({ "key": app.push.key() }))
}

async fn subscription(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refused> {
    let (token, user) = caller(&app, &headers).await?;
    let subscribed = app.push.table.is_subscribed(token_hash(&token)).await;
    let text = app.push.table.with_text(user.id).await;
    Ok(Json(
        json!({ "subscribed": stored(subscribed)?, "text": stored(text)? }),
    ))
}

async fn subscribe(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Body(asked): Body<Subscribe>,
) -> Result<StatusCode, Refused> {
    let (token, user) = caller(&app, &headers).await?;
    address::endpoint(&asked.endpoint, app.push.rules.allowed).ok_or(ApiCode::BadRequest)?;
    let to = checked(asked).ok_or(ApiCode::BadRequest)?;
    stored(
        app.push
            .table
            .subscribe(token_hash(&token), user.id, to)
            .await,
    )?;
    Ok(StatusCode::NO_CONTENT)
}

async fn unsubscribe(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<StatusCode, Refused> {
    let (token, _) = caller(&app, &headers).await?;
    stored(app.push.table.unsubscribe(token_hash(&token)).await)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn text(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Body(Text { text }): Body<Text>,
) -> Result<StatusCode, Refused> {
    let (_, user) = caller(&app, &headers).await?;
    stored(app.push.table.set_with_text(user.id, text).await)?;
    Ok(StatusCode::NO_CONTENT)
}

/// What was asked, where its parts are what they are said to be.
fn checked(asked: Subscribe) -> Option<Subscription> {
    let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok();
    let p256dh: [u8; 65] = decoded(&asked.keys.p256dh)?.try_into().ok()?;
    PublicKey::from_sec1_bytes(&p256dh).ok()?;
    let app = Url::parse(&asked.app).ok()?;
    let fits = asked.app.len() <= MAX_APP_BYTES
        && matches!(app.scheme(), "https" | "http")
        && app.path().ends_with('/')
        && app.query().is_none()
        && app.fragment().is_none();
    fits.then_some(Subscription {
        endpoint: asked.endpoint,
        p256dh,
        auth: decoded(&asked.keys.auth)?.try_into().ok()?,
        app: app.into(),
    })
}

fn stored<T>(result: anyhow::Result<T>) -> Result<T, ApiCode> {
    result.map_err(|error| {
        tracing::error!(%error, "a call about pushes failed");
        ApiCode::Internal
    })
}
