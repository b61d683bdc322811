//! How somebody is called and shown, what others are told of them, and the end of their account.
//!
//! Invariant: what a person hides is not kept either: while they do no moment is noted at which they were there.

use std::{
    collections::{BTreeSet, HashMap},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use axum::{
    Json,
    extract::{ConnectInfo, Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use rusqlite::params;
use tokio::sync::mpsc;
use weft_hub::{Command, Input};
use weft_protocol::{
    Millis, ThreadId, UserId,
    api::{ApiCode, Farewell, LastSeen, Privacy, Profile, Seen},
};

use crate::{
    App,
    http::{Body, Refused, caller, set_cookie, take_attempt},
    metrics::Metrics,
    store::{Writer, now},
};

const MINUTE: Millis = 60_000;

/// Who was there is written this often, in one go.
const WRITE_EVERY: Duration = Duration::from_secs(2);

/// `PUT /api/profile`
pub(crate) async fn set(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Body(profile): Body<Profile>,
) -> Result<StatusCode, Refused> {
    let (_, me) = caller(&app, &headers).await?;
    let Profile { display, colour } = profile.tidy().ok_or(ApiCode::ProfileInvalid)?;
    commit(
        &app,
        Command::SetProfile {
            user: me.id,
            display,
            colour,
        },
    )
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/privacy`
pub(crate) async fn privacy(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Json<Privacy>, Refused> {
    let (_, me) = caller(&app, &headers).await?;
    let hides = hides(&app, me.id).await?;
    Ok(Json(Privacy { hides }))
}

/// `PUT /api/privacy`
pub(crate) async fn set_privacy(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Body(Privacy { hides }): Body<Privacy>,
) -> Result<StatusCode, Refused> {
    let (_, me) = caller(&app, &headers).await?;
    let set = app.accounts.with(move |db| {
        db.execute(
            "UPDATE account SET hides = ?2, seen_at = iif(?2, NULL, seen_at) WHERE id = ?1",
            params![me.id.as_bytes(), hides],
        )
    });
    set.await?;
    app.hub.input(Input::Hides(me.id, hides));
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/threads/{id}/seen`
pub(crate) async fn seen(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(thread): Path<ThreadId>,
) -> Result<Json<Seen>, Refused> {
    let (_, me) = caller(&app, &headers).await?;
    let found = app.accounts.with(move |db| {
        let sql = "SELECT m.user, a.seen_at, a.hides FROM member m JOIN account a ON a.id = m.user \
                   WHERE m.thread = ?1 AND m.role IS NOT NULL";
        db.prepare_cached(sql)?
            .query_map([thread.as_bytes()], |row| {
                let user = UserId::from_bytes(row.get(0)?);
                Ok((
                    user,
                    (row.get::<_, Option<Millis>>(1)?, row.get::<_, bool>(2)?),
                ))
            })?
            .collect::<rusqlite::Result<HashMap<_, _>>>()
    });
    let mut found = found.await?;
    let Some((_, hides)) = found.remove(&me.id) else {
        return Err(ApiCode::NoSuchThread.into());
    };
    found.retain(|_, (_, theirs)| !hides && !*theirs);
    let online = app.hub.online(found.keys().copied().collect()).await;
    let now = now();
    let people = found.into_iter().filter_map(|(user, (seen_at, _))| {
        let minutes = if online.contains(&user) {
            0
        } else {
            (now.saturating_sub(seen_at?) / MINUTE).max(1)
        };
        Some(LastSeen { user, minutes })
    });
    Ok(Json(Seen {
        people: people.collect(),
    }))
}

/// `POST /api/delete-account`
pub(crate) async fn delete(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Body(Farewell { password }): Body<Farewell>,
) -> Result<Response, Refused> {
    let (_, me) = caller(&app, &headers).await?;
    let address = take_attempt(&app, &headers, peer, &me.name)?;
    if let Err(code) = app.accounts.check(&me.name, password).await {
        Metrics::count(&app.metrics.refused);
        return Err(code.into());
    }
    app.attempts.forgive(address, &me.name);
    commit(&app, Command::Depart { user: me.id }).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    set_cookie(&mut response, &headers, "", 0);
    Ok(response)
}

async fn hides(app: &App, user: UserId) -> Result<bool, Refused> {
    let hides = app.accounts.with(move |db| {
        let sql = "SELECT hides FROM account WHERE id = ?1";
        db.query_row(sql, [user.as_bytes()], |row| row.get(0))
    });
    Ok(hides.await?)
}

async fn commit(app: &App, command: Command) -> Result<(), Refused> {
    let committed = app.hub.commit(command).await;
    committed.map(drop).map_err(|error| {
        tracing::error!(%error, "a change of an account failed");
        ApiCode::Internal.into()
    })
}

/// Notes at which moments people were there: of each at most once a minute, and together.
pub(crate) fn note_seen(writer: Writer) -> mpsc::UnboundedSender<UserId> {
    let (heard, mut queue) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut noted: HashMap<UserId, Millis> = HashMap::new();
        while let Some(first) = queue.recv().await {
            tokio::time::sleep(WRITE_EVERY).await;
            let mut people = BTreeSet::from([first]);
            while let Ok(user) = queue.try_recv() {
                people.insert(user);
            }
            let now = now();
            noted.retain(|_, at| *at + MINUTE > now);
            people.retain(|user| !noted.contains_key(user));
            noted.extend(people.iter().map(|user| (*user, now)));
            if people.is_empty() {
                continue;
            }
            let written = writer.with(move |db| {
                let transaction = db.transaction()?;
                for user in people {
                    transaction
                        .prepare_cached(
                            "UPDATE account SET seen_at = ?2 WHERE id = ?1 AND NOT hides",
                        )?
                        .execute(params![user.as_bytes(), now])?;
                }
                Ok(transaction.commit()?)
            });
            if let Err(error) = written.await {
                tracing::error!(%error, "who was there could not be noted");
            }
        }
    });
    heard
}
