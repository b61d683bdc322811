//! The devices on which somebody is signed in: what each is called, and ending its session from another one.
//!
//! Invariant: a session that is revoked is gone from the disk before its sockets are closed, so that none comes
//! back.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
};
use rusqlite::params;
use weft_protocol::api::{ApiCode, Device, Devices};

use crate::{
    App,
    accounts::{TokenHash, token_hash},
    http::{Refused, caller},
    invites::{hex, unhex},
    store::now,
};

/// What browsers call themselves. Those that say another's name as well come before it.
const BROWSERS: [(&str, &str); 10] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

/// What systems are called, in the same order.
const SYSTEMS: [(&str, &str); 7] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac", "Mac"),
    ("Linux", "Linux"),
];

/// What the device that calls is, in plain words; nothing where it does not say.
pub(crate) fn name(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT);
    let agent = agent.and_then(|agent| agent.to_str().ok());
    called(agent.unwrap_or_default())
}

fn called(agent: &str) -> String {
    let find = |names: &[(&str, &'static str)]| {
        let mut names = names.iter();
        names.find_map(|&(part, name)| agent.contains(part).then_some(name))
    };
    match (find(&BROWSERS), find(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (one, other) => one.or(other).unwrap_or_default().to_owned(),
    }
}

/// `GET /api/devices`
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Json<Devices>, Refused> {
    let (token, me) = caller(&app, &headers).await?;
    let (here, connected) = (token_hash(&token), app.sockets.tokens());
    let devices = app.accounts.with(move |db| {
        db.prepare_cached(
            "SELECT id, device, created_at, used_at, token FROM session \
             WHERE user = ?1 AND expires_at > ?2 ORDER BY used_at DESC, created_at DESC",
        )?
        .query_map(params![me.id.as_bytes(), now()], |row| {
            let token: TokenHash = row.get(4)?;
            Ok(Device {
                id: hex(&row.get::<_, [u8; 16]>(0)?),
                name: row.get(1)?,
                created_at: row.get(2)?,
                used_at: row.get(3)?,
                connected: connected.contains(&token),
                here: token == here,
            })
        })?
        .collect()
    });
    let devices = devices.await?;
    Ok(Json(Devices { devices }))
}

/// `POST /api/devices/{id}/revoke`
pub(crate) async fn revoke(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(device): Path<String>,
) -> Result<StatusCode, Refused> {
    let (_, me) = caller(&app, &headers).await?;
    let id = unhex(&device).ok_or(ApiCode::BadRequest)?;
    let ended = app.accounts.with(move |db| {
        db.prepare_cached("DELETE FROM session WHERE id = ?1 AND user = ?2 RETURNING token")?
            .query_map(params![id, me.id.as_bytes()], |row| row.get(0))?
            .collect()
    });
    let ended: Vec<TokenHash> = ended.await?;
    app.sockets.end(&ended);
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/devices/revoke-others`
pub(crate) async fn revoke_others(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<StatusCode, Refused> {
    let (token, me) = caller(&app, &headers).await?;
    let kept = token_hash(&token);
    let ended = app.accounts.with(move |db| {
        db.prepare_cached("DELETE FROM session WHERE user = ?1 AND token <> ?2 RETURNING token")?
            .query_map(params![me.id.as_bytes(), kept], |row| row.get(0))?
            .collect()
    });
    let ended: Vec<TokenHash> = ended.await?;
    app.sockets.end(&ended);
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::called;

    #[test]
    fn a_device_is_called_by_its_browser_and_its_system() {
        let apple = "AppleWebKit/605.1.15 (KHTML, like Gecko)";
        let chrome = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
        for (agent, name) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".to_owned(),
                "Firefox on Linux",
            ),
            (
                format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {chrome} Edg/140.0.0.0"),
                "Edge on Windows",
            ),
            (
                format!("Mozilla/5.0 (Linux; Android 10; K) {chrome}"),
                "Chrome on Android",
            ),
            (
                format!(
                    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) {apple} Version/18.5 Safari/604.1"
                ),
                "Safari on iPhone",
            ),
            (
                format!(
                    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {apple} Version/18.5 Safari/605.1.15"
                ),
                "Safari on Mac",
            ),
            ("Something (Linux)".to_owned(), "Linux"),
            ("curl/8".to_owned(), ""),
        ] {
            assert_eq!(called(&agent), name, "{agent}");
        }
    }
}
