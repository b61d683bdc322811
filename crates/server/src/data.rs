//! A person's data: how much there is of it, the way out and the way in. The format is in `docs/export.md`.
//!
//! Invariant: memory is bounded whatever the size of a thread. An export reads a page at a time and waits for its
//! reader; an import holds one thread, which is within limits, and makes it in one transaction.

mod export;
mod format;
mod import;
mod markdown;

use std::{io, sync::Arc};

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use rusqlite::params;
use serde::Deserialize;
use tokio::sync::mpsc;
use weft_protocol::{
    MessageId, ThreadId, User,
    api::{ApiCode, Flaw, Stored},
};

use crate::{
    App,
    http::{Refused, caller},
};

/// As many imports run at once.
pub(crate) const IMPORTS: usize = 2;

/// The parts of an export that wait for their reader.
const AHEAD: usize = 2;

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/storage", get(stored))
        .route("/api/threads/{thread}/export", get(thread))
        .route("/api/threads/{thread}/markdown", get(markdown))
        .route("/api/export", get(everything))
        .route("/api/import", post(import))
}

async fn stored(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Json<Stored>, Refused> {
    let (_, me) = caller(&app, &headers).await?;
    let counted = app.writer.look(move |db| {
        let sql = "SELECT count(*) FROM member m JOIN thread t ON t.id = m.thread \
                   WHERE m.user = ?1 AND m.role IS NOT NULL AND NOT t.deleted";
        let threads = db.query_row(sql, params![me.id.as_bytes()], |row| row.get(0))?;
        let sql = "SELECT count(*), coalesce(sum(octet_length(text)), 0) FROM message \
                   WHERE thread IN (SELECT m.thread FROM member m JOIN thread t ON t.id = m.thread \
                   WHERE m.user = ?1 AND m.role IS NOT NULL AND NOT t.deleted)";
        Ok(db.query_row(sql, params![me.id.as_bytes()], |row| {
            Ok(Stored {
                threads,
                messages: row.get(0)?,
                bytes: row.get(1)?,
            })
        })?)
    });
    Ok(Json(counted.await.map_err(failed)?))
}

async fn thread(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(thread): Path<ThreadId>,
) -> Result<Response, Refused> {
    let (_, me) = caller(&app, &headers).await?;
    let title = title(&app, &me, thread).await?;
    let name = format!("{}.json", file_name(&title));
    Ok(streamed("application/json", &name, |out| {
        export::threads(app, me, vec![thread], out)
    }))
}

async fn everything(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Refused> {
    let (_, me) = caller(&app, &headers).await?;
    let threads = export::all(&app, me.id).await.map_err(failed)?;
    Ok(streamed("application/json", "weft.json", |out| {
        export::threads(app, me, threads, out)
    }))
}

#[derive(Deserialize)]
struct Shown {
    through: Option<MessageId>,
}

async fn markdown(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(thread): Path<ThreadId>,
    Query(Shown { through }): Query<Shown>,
) -> Result<Response, Refused> {
    let (_, me) = caller(&app, &headers).await?;
    let title = title(&app, &me, thread).await?;
    let name = format!("{}.md", file_name(&title));
    let path = through.map_or(weft_protocol::Path::Newest, weft_protocol::Path::Through);
    Ok(streamed("text/markdown; charset=utf-8", &name, |out| {
        markdown::path(app, me, thread, path, out)
    }))
}

async fn import(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let (_, me) = caller(&app, &headers).await?;
    let Ok(_turn) = app.imports.try_acquire() else {
        return Err(ApiCode::TooManyAttempts.into());
    };
    Ok(
        match import::import(app.clone(), me, &headers, body).await {
            Ok(imported) => Json(imported).into_response(),
            Err(refused) => {
                let status = match refused.flaw {
                    Flaw::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
                    Flaw::Internal => StatusCode::INTERNAL_SERVER_ERROR,
                    _ => StatusCode::UNPROCESSABLE_ENTITY,
                };
                (status, Json(refused)).into_response()
            }
        },
    )
}

/// The title of a thread that this person is a member of and that is not deleted.
async fn title(app: &App, me: &User, thread: ThreadId) -> Result<String, Refused> {
    let row = export::row(app, me.id, thread).await.map_err(failed)?;
    Ok(row.ok_or(ApiCode::NoSuchThread)?.title)
}

/// Where an export is written. It waits for its reader; without one, or where it ends with an error, it ends.
type Out = mpsc::Sender<io::Result<Bytes>>;

/// An answer that `write` writes while it is read.
fn streamed<F>(kind: &'static str, name: &str, write: impl FnOnce(Out) -> F) -> Response
where
    F: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let (out, parts) = mpsc::channel(AHEAD);
    let write = write(out.clone());
    tokio::spawn(async move {
        if let Err(error) = write.await {
            tracing::warn!(%error, "an export ended early");
            // The connection breaks, so that nobody takes it for whole. Who reads no more hears nothing.
            let _ = out.send(Err(io::Error::other("cut"))).await;
        }
    });
    let body = futures_util::stream::unfold(parts, |mut parts| async move {
        parts.recv().await.map(|part| (part, parts))
    });
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    (headers, Body::from_stream(body)).into_response()
}

async fn write(out: &Out, text: String) -> anyhow::Result<()> {
    anyhow::ensure!(out.send(Ok(text.into())).await.is_ok(), "nobody reads on");
    Ok(())
}

/// A title as the name of a file that any system takes.
fn file_name(title: &str) -> String {
    let mut name = String::new();
    for character in title.chars().take(60) {
        if character.is_ascii_alphanumeric() {
            name.push(character.to_ascii_lowercase());
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    match name.trim_end_matches('-') {
        "" => "chat".to_owned(),
        name => name.to_owned(),
    }
}

fn failed(error: anyhow::Error) -> ApiCode {
    tracing::error!(%error, "a call about data failed");
    ApiCode::Internal
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_file_is_called_like_its_thread_as_far_as_any_system_takes_that() {
        for (title, name) in [
            ("Plan the trip", "plan-the-trip"),
            ("../../etc/passwd\"", "etc-passwd"),
            ("旅行", "chat"),
            ("Où? à Nice!", "o-nice"),
        ] {
            assert_eq!(file_name(title), name);
        }
    }
}
