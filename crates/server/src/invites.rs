//! Becoming a member: by a link that an owner made, or by an owner who names somebody.
//!
//! Invariant: of a link's secret only its hash is kept, and each of its uses lets in one person who was no
//! member. Who becomes a member is decided by the store's own command, with all else that it says.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
};
use rusqlite::{Connection, OptionalExtension as _, params};
use weft_hub::{Command, Outcome};
use weft_protocol::{
    ErrorCode, Millis, Role, ThreadId, UserId,
    api::{ApiCode, Invite, Invites, Join, Joined, MAX_INVITE, NewInvite, NewMember},
};

use crate::{
    App,
    accounts::token_hash,
    http::{Body, Refused, caller},
    store::now,
};

const DAY: Millis = 24 * 60 * 60 * 1_000;

/// `GET /api/threads/{id}/invites`
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(thread): Path<ThreadId>,
) -> Result<Json<Invites>, Refused> {
    let (_, me) = caller(&app, &headers).await?;
    let invites = with(&app, move |db| {
        check_owner(db, thread, me.id)?;
        let sql = "SELECT id, role, expires_at, uses_left FROM invite \
                   WHERE thread = ?1 AND expires_at > ?2 AND uses_left > 0 ORDER BY made_at DESC";
        let mut statement = db.prepare_cached(sql)?;
        let rows = statement.query_map(params![thread.as_bytes(), now()], |row| {
            Ok(Invite {
                id: hex(&row.get::<_, [u8; 16]>(0)?),
                role: role(&row.get::<_, String>(1)?),
                expires_at: row.get(2)?,
                uses_left: row.get(3)?,
                token: None,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    });
    Ok(Json(Invites {
        invites: invites.await?,
    }))
}

/// `POST /api/threads/{id}/invites`
pub(crate) async fn make(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(thread): Path<ThreadId>,
    Body(new): Body<NewInvite>,
) -> Result<Json<Invite>, Refused> {
    let (_, me) = caller(&app, &headers).await?;
    let fits = |count: u32| (1..=MAX_INVITE).contains(&count);
    if new.role == Role::Owner || !fits(new.days) || !fits(new.uses) {
        return Err(ApiCode::BadRequest.into());
    }
    let (id, token): ([u8; 16], String) = (rand::random(), hex(&rand::random::<[u8; 16]>()));
    let made_at = now();
    let invite = Invite {
        id: hex(&id),
        role: new.role,
        expires_at: made_at + Millis::from(new.days) * DAY,
        uses_left: new.uses,
        token: Some(token.clone()),
    };
    let (expires_at, role) = (invite.expires_at, new.role.as_str());
    with(&app, move |db| {
        check_owner(db, thread, me.id)?;
        db.execute("DELETE FROM invite WHERE expires_at <= ?1", [made_at])?;
        db.execute(
            "INSERT INTO invite (token, id, thread, role, made_at, expires_at, uses_left) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                token_hash(&token),
                id,
                thread.as_bytes(),
                role,
                made_at,
                expires_at,
                new.uses
            ],
        )?;
        Ok(())
    })
    .await?;
    Ok(Json(invite))
}

/// `POST /api/invites/{id}/revoke`
pub(crate) async fn revoke(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(invite): Path<String>,
) -> Result<StatusCode, Refused> {
    let (_, me) = caller(&app, &headers).await?;
    let id = unhex(&invite).ok_or(ApiCode::BadRequest)?;
    with(&app, move |db| {
        let sql = "SELECT thread FROM invite WHERE id = ?1";
        let thread = db.query_row(sql, [id], |row| row.get(0)).optional()?;
        if let Some(thread) = thread {
            check_owner(db, ThreadId::from_bytes(thread), me.id)?;
            db.execute("DELETE FROM invite WHERE id = ?1", [id])?;
        }
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

/// `POST /api/threads/{id}/members`
pub(crate) async fn add(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(thread): Path<ThreadId>,
    Body(new): Body<NewMember>,
) -> Result<StatusCode, Refused> {
    let (_, me) = caller(&app, &headers).await?;
    if new.role == Role::Owner {
        return Err(ApiCode::BadRequest.into());
    }
    let user = with(&app, move |db| {
        // Who may not add anybody does not learn who has an account.
        check_owner(db, thread, me.id)?;
        let name = new.username.trim().to_lowercase();
        let sql = "SELECT id FROM account WHERE name_key = ?1";
        let found = db.query_row(sql, [name], |row| row.get(0)).optional()?;
        found
            .map(UserId::from_bytes)
            .ok_or(Fault::Refused(ApiCode::NoSuchUser))
    });
    admit(&app, Some(me.id), user.await?, thread, new.role).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/join`
pub(crate) async fn join(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Body(Join { token }): Body<Join>,
) -> Result<Json<Joined>, Refused> {
    let (_, me) = caller(&app, &headers).await?;
    let hash = token_hash(&token);
    let taken = with(&app, move |db| take_use(db, &hash, me.id));
    let (thread, role) = taken.await?;
    if let Some(role) = role
        && let Err(refused) = admit(&app, None, me.id, thread, role).await
    {
        // Nobody was let in.
        with(&app, move |db| {
            let sql = "UPDATE invite SET uses_left = uses_left + 1 WHERE token = ?1";
            db.execute(sql, [hash])?;
            Ok(())
        })
        .await?;
        return Err(refused);
    }
    Ok(Json(Joined { thread }))
}

/// Takes one use of an invite for a person: where to, and as what, unless they are a member there already.
fn take_use(
    db: &Connection,
    token: &[u8; 32],
    user: UserId,
) -> Result<(ThreadId, Option<Role>), Fault> {
    let sql = "SELECT i.thread, i.role, m.role FROM invite i LEFT JOIN member m \
               ON m.thread = i.thread AND m.user = ?2 \
               WHERE i.token = ?1 AND i.expires_at > ?3 AND i.uses_left > 0";
    let read = |row: &rusqlite::Row<'_>| {
        let (thread, to): ([u8; 16], String) = (row.get(0)?, row.get(1)?);
        Ok((
            ThreadId::from_bytes(thread),
            to,
            row.get::<_, Option<String>>(2)?,
        ))
    };
    let found = db
        .query_row(sql, params![token, user.as_bytes(), now()], read)
        .optional()?;
    let (thread, to, is) = found.ok_or(Fault::Refused(ApiCode::InviteInvalid))?;
    if is.is_some() {
        return Ok((thread, None));
    }
    let sql = "UPDATE invite SET uses_left = uses_left - 1 WHERE token = ?1";
    db.execute(sql, [token])?;
    Ok((thread, Some(role(&to))))
}

async fn admit(
    app: &App,
    by: Option<UserId>,
    user: UserId,
    thread: ThreadId,
    role: Role,
) -> Result<(), Refused> {
    let command = Command::Admit {
        by,
        user,
        thread,
        role,
    };
    let committed = app.hub.commit(command).await.map_err(|error| {
        tracing::error!(%error, "a member could not be added");
        ApiCode::Internal
    })?;
    match committed.outcome {
        Outcome::Applied(_) => Ok(()),
        Outcome::Rejected(ErrorCode::TooManyMembers) => Err(ApiCode::ThreadFull.into()),
        Outcome::Rejected(ErrorCode::NotAllowed) => Err(ApiCode::NotOwner.into()),
        _ if by.is_none() => Err(ApiCode::InviteInvalid.into()),
        _ => Err(ApiCode::NoSuchThread.into()),
    }
}

/// Refused, or failed.
enum Fault {
    Refused(ApiCode),
    Failed(rusqlite::Error),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error)
    }
}

async fn with<T: Send + 'static>(
    app: &App,
    task: impl FnOnce(&mut Connection) -> Result<T, Fault> + Send + 'static,
) -> Result<T, Refused> {
    let done = app.writer.with(move |db| Ok(task(db))).await;
    match done {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(Fault::Refused(code))) => Err(code.into()),
        Ok(Err(Fault::Failed(error))) => {
            tracing::error!(%error, "a call about invites failed");
            Err(ApiCode::Internal.into())
        }
        Err(error) => {
            tracing::error!(%error, "a call about invites failed");
            Err(ApiCode::Internal.into())
        }
    }
}

/// Whether the thread is there and this person's to share.
fn check_owner(db: &Connection, thread: ThreadId, user: UserId) -> Result<(), Fault> {
    let sql = "SELECT m.role FROM member m JOIN thread t ON t.id = m.thread \
               WHERE m.user = ?1 AND m.thread = ?2 AND m.role IS NOT NULL AND NOT t.deleted";
    let params = [user.as_bytes(), thread.as_bytes()];
    let is: Option<String> = db.query_row(sql, params, |row| row.get(0)).optional()?;
    match is.as_deref().map(role) {
        Some(Role::Owner) => Ok(()),
        Some(Role::Editor | Role::Viewer) => Err(Fault::Refused(ApiCode::NotOwner)),
        None => Err(Fault::Refused(ApiCode::NoSuchThread)),
    }
}

/// What is kept says nothing else; where it does, nobody gains by it.
fn role(name: &str) -> Role {
    Role::parse(name).unwrap_or(Role::Viewer)
}

pub(crate) fn hex(bytes: &[u8; 16]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn unhex(text: &str) -> Option<[u8; 16]> {
    let number = u128::from_str_radix(text, 16).ok()?;
    (text.len() == 32).then(|| number.to_be_bytes())
}
