//! Threads as JSON: one entry a line, a page at a time.
//!
//! Invariant: a file is of what the person may see while it is written: who is removed from a thread meanwhile gets no
//! more of it, and the file breaks off. What is said while a thread is written is not in it.

use std::sync::Arc;

use rusqlite::{Connection, params};
use serde_json::json;
use weft_hub::store::Lookup as _;
use weft_protocol::{
    Status, ThreadId, ThreadRow, User, UserId,
    limits::{MAX_PAGE, MAX_PAGE_BYTES},
};

use super::{
    Out,
    format::{MARK, Message, Person, Thread, VERSION},
    write,
};
use crate::{
    App,
    store::{MESSAGE, Rows, message_row, now},
};

/// The live threads of a person, by id.
pub(super) async fn all(app: &App, user: UserId) -> anyhow::Result<Vec<ThreadId>> {
    let read = move |db: &Connection| Ok(Rows::new(db, 0).threads(user)?);
    let rows = app.writer.look(read).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// A thread as a member sees it; nothing of one that is deleted.
pub(super) async fn row(
    app: &App,
    user: UserId,
    thread: ThreadId,
) -> anyhow::Result<Option<ThreadRow>> {
    app.writer.look(move |db| visible(db, user, thread)).await
}

fn visible(db: &Connection, user: UserId, thread: ThreadId) -> anyhow::Result<Option<ThreadRow>> {
    let row = Rows::new(db, 0).thread(thread, user)?;
    Ok(row.filter(|row| !row.deleted))
}

/// Writes these threads of a person, those that are theirs still.
pub(super) async fn threads(
    app: Arc<App>,
    me: User,
    threads: Vec<ThreadId>,
    out: Out,
) -> anyhow::Result<()> {
    let by = serde_json::to_string(&Person::from(me.clone()))?;
    let at = now();
    let begin =
        format!("{{\"{MARK}\":{VERSION},\"exported_at\":{at},\"exported_by\":{by},\"threads\":[");
    write(&out, begin).await?;
    let mut between = "\n";
    for thread in threads {
        if one(&app, me.id, thread, between, &out).await? {
            between = ",\n";
        }
    }
    write(&out, "\n]}\n".to_owned()).await
}

/// Writes one thread behind `between`; says whether it is there.
async fn one(
    app: &App,
    user: UserId,
    thread: ThreadId,
    between: &str,
    out: &Out,
) -> anyhow::Result<bool> {
    let head = app.writer.look(move |db| {
        let Some(row) = visible(db, user, thread)? else {
            return Ok(None);
        };
        let rows = Rows::new(db, 0);
        let people = rows.people(thread)?.into_iter();
        let people = people.map(|member| member.user.into()).collect();
        let tuning = rows.tuning(thread)?.unwrap_or_default();
        let last = row.last;
        Ok(Some((Thread::new(row, tuning, people), last)))
    });
    let Some((head, last)) = head.await? else {
        return Ok(false);
    };
    let mut begin = serde_json::to_string(&head)?;
    // The messages are its last field.
    begin.pop();
    write(out, format!("{between}{begin},\"messages\":[")).await?;
    let mut after = 0;
    while after < last {
        let page = app
            .writer
            .look(move |db| page(db, user, thread, after, last));
        let Some((text, through)) = page.await? else {
            anyhow::bail!("{thread} is not this person's any more");
        };
        write(out, text).await?;
        after = through;
    }
    write(out, "\n]}".to_owned()).await?;
    Ok(true)
}

/// The messages with an ordinal above `after` and up to `last`, as many as one page holds, and the last ordinal among
/// them.
fn page(
    db: &Connection,
    user: UserId,
    thread: ThreadId,
    after: u64,
    last: u64,
) -> anyhow::Result<Option<(String, u64)>> {
    if visible(db, user, thread)?.is_none() {
        return Ok(None);
    }
    let sql = format!(
        "{MESSAGE} WHERE thread = ?1 AND ordinal > ?2 AND ordinal <= ?3 ORDER BY ordinal LIMIT ?4"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let mut found = statement.query(params![thread.as_bytes(), after, last, MAX_PAGE])?;
    let (mut text, mut through) = (String::new(), last);
    while let Some(row) = found.next()? {
        let mut row = message_row(row)?;
        through = row.ordinal;
        if row.status == Status::Streaming {
            // As if it had been stopped now.
            row.status = Status::Stopped;
            row.text = Rows::new(db, 0).appended(row.id)?.into();
        }
        text.push_str(if row.ordinal == 1 { "\n" } else { ",\n" });
        text.push_str(&json!(Message::from(row)).to_string());
        if text.len() > MAX_PAGE_BYTES {
            break;
        }
    }
    Ok(Some((text, through)))
}
