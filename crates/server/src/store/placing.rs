//! The placing of messages that were stored before they had a depth and a jump.

use std::collections::HashMap;

use rusqlite::{Connection, Result, params};
use weft_hub::store::{Link, place};
use weft_protocol::{MessageId, ThreadId};

/// Gives every message its depth and its jump. What a message follows has a lower ordinal than its own.
pub(super) fn place_all(db: &Connection) -> Result<()> {
    let mut threads = db.prepare("SELECT id FROM thread")?;
    let mut messages = db.prepare(
        "SELECT ordinal, id, parent, deleted FROM message WHERE thread = ?1 ORDER BY ordinal",
    )?;
    let mut write =
        db.prepare("UPDATE message SET depth = ?3, jump = ?4 WHERE thread = ?1 AND ordinal = ?2")?;
    let threads: Result<Vec<[u8; 16]>> = threads.query_map([], |row| row.get(0))?.collect();
    for thread in threads? {
        let mut placed: HashMap<MessageId, Link> = HashMap::new();
        let rows = messages.query_map([thread], |row| {
            let parent: Option<[u8; 16]> = row.get(2)?;
            Ok(Link {
                id: MessageId::from_bytes(row.get(1)?),
                thread: ThreadId::from_bytes(thread),
                ordinal: row.get(0)?,
                parent: parent.map(MessageId::from_bytes),
                depth: 0,
                jump: MessageId::from_bytes([0; 16]),
                deleted: row.get(3)?,
            })
        })?;
        let links: Result<Vec<Link>> = rows.collect();
        for mut link in links? {
            let parent = link.parent.and_then(|parent| placed.get(&parent));
            (link.depth, link.jump) = place(link.id, parent, |id| {
                Ok::<_, rusqlite::Error>(placed.get(&id).copied())
            })?;
            write.execute(params![
                thread,
                link.ordinal,
                link.depth,
                link.jump.as_bytes()
            ])?;
            placed.insert(link.id, link);
        }
    }
    Ok(())
}
