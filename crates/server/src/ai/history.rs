//! What a model is told: the messages above the reply, newest kept where not all fit.

use rusqlite::{Connection, OptionalExtension};
use weft_hub::{Job, store::Lookup as _};
use weft_protocol::{Author, MessageId, Tuning, stream};

use crate::store::Rows;

/// The most messages sent.
const MAX_MESSAGES: usize = 400;

/// Who speaks, as chat completions name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Role {
    /// A person.
    User,
    /// A model.
    Assistant,
    /// The server.
    System,
}

/// One message of the conversation.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(super) struct Said {
    /// Who.
    pub(super) role: Role,
    /// What.
    pub(super) content: String,
}

/// How the model of a job is asked: as the thread says, and where it says nothing, as whoever asked does
/// (SPEC R61).
pub(super) fn tuning(db: &Connection, job: &Job) -> rusqlite::Result<Tuning> {
    let rows = Rows::new(db, 0);
    let thread = rows.tuning(job.thread)?.unwrap_or_default();
    let asker = rows.defaults(job.asker)?.unwrap_or_default();
    Ok(thread.or(asker.tuning))
}

/// The live messages above `reply`, oldest first, of at most `max` bytes together; the newest one is
/// cut where it alone is longer.
pub(super) fn above(db: &Connection, reply: MessageId, max: usize) -> rusqlite::Result<Vec<Said>> {
    let mut statement =
        db.prepare_cached("SELECT parent, author, text, deleted FROM message WHERE id = ?1")?;
    let mut row = |id: [u8; 16]| {
        statement
            .query_row([id], |row| {
                let parent: Option<[u8; 16]> = row.get(0)?;
                let author: String = row.get(1)?;
                let text: String = row.get(2)?;
                Ok((parent, author, text, row.get::<_, bool>(3)?))
            })
            .optional()
    };
    let mut said = Vec::new();
    let mut left = max;
    let mut next = row(*reply.as_bytes())?.and_then(|(parent, ..)| parent);
    while let Some(id) = next
        && said.len() < MAX_MESSAGES
    {
        let Some((parent, author, text, deleted)) = row(id)? else {
            break;
        };
        next = parent;
        let role = match serde_json::from_str(&author) {
            Ok(Author::User(_)) => Role::User,
            Ok(Author::Assistant(_)) => Role::Assistant,
            _ => Role::System,
        };
        if deleted || text.is_empty() {
            continue;
        }
        let fits = if said.is_empty() {
            stream::prefix(&text, left)
        } else {
            &text
        };
        if fits.len() > left {
            break;
        }
        left -= fits.len();
        said.push(Said {
            role,
            content: fits.to_owned(),
        });
    }
    said.reverse();
    Ok(said)
}
