//! What questions to a store mean, over its [`Lookup`].
//!
//! Invariant: who asks sees only threads they are a member of; of anything else the answer is
//! [`Answer::Nothing`], whether it exists or not.

use std::collections::HashSet;

use weft_protocol::{
    Cursor, MessageId, MessageRow, Op, Row, ThreadId, Topic, UserId,
    limits::{MAX_PAGE, MAX_RESUME_CHANGES, MAX_STREAM_CHUNK, WINDOW},
    stream,
};

use super::{Answer, Lookup, Read, tables::is_running};

/// Answers a question.
pub fn answer<L: Lookup>(rows: &L, read: &Read) -> Result<Answer, L::Error> {
    match *read {
        Read::LastN { user, installation } => rows.last_n(user, installation).map(Answer::LastN),
        Read::Resume {
            user,
            topic,
            cursor,
        } => {
            if !may_follow(rows, user, topic)? {
                return Ok(Answer::Nothing);
            }
            let head = Cursor {
                epoch: rows.epoch(),
                seq: rows.head(topic)?,
            };
            match cursor {
                Some(Cursor { epoch, seq })
                    if epoch == head.epoch
                        && seq <= head.seq
                        && head.seq - seq <= MAX_RESUME_CHANGES =>
                {
                    let ops = merge(rows.log(topic, seq)?);
                    Ok(Answer::Deltas {
                        base: seq,
                        cursor: head,
                        ops,
                    })
                }
                _ => snapshot(rows, user, topic, head),
            }
        }
        Read::Page {
            user,
            thread,
            before,
            limit,
        } => {
            if rows.thread(thread, user)?.is_none() {
                return Ok(Answer::Nothing);
            }
            let rows = rows.messages(thread, before, limit.clamp(1, MAX_PAGE))?;
            let more = more_before(&rows);
            Ok(Answer::Page { rows, more })
        }
        Read::Text {
            user,
            thread,
            message,
            offset,
        } => text(rows, user, thread, message, offset),
    }
}

fn may_follow<L: Lookup>(rows: &L, user: UserId, topic: Topic) -> Result<bool, L::Error> {
    match topic {
        Topic::User(owner) => Ok(owner == user),
        Topic::Thread(thread) => Ok(rows.thread(thread, user)?.is_some()),
    }
}

fn snapshot<L: Lookup>(
    rows: &L,
    user: UserId,
    topic: Topic,
    cursor: Cursor,
) -> Result<Answer, L::Error> {
    Ok(match topic {
        Topic::User(_) => {
            let rows = rows.threads(user)?.into_iter().map(Row::Thread).collect();
            Answer::Snapshot {
                cursor,
                rows,
                more: false,
            }
        }
        Topic::Thread(thread) => {
            let rows = rows.messages(thread, u64::MAX, WINDOW)?;
            let more = more_before(&rows);
            Answer::Snapshot {
                cursor,
                rows: rows.into_iter().map(Row::Message).collect(),
                more,
            }
        }
    })
}

/// Ordinals are dense from 1.
fn more_before(rows: &[MessageRow]) -> bool {
    rows.first().is_some_and(|first| first.ordinal > 1)
}

fn text<L: Lookup>(
    rows: &L,
    user: UserId,
    thread: ThreadId,
    message: MessageId,
    offset: u64,
) -> Result<Answer, L::Error> {
    if rows.thread(thread, user)?.is_none() {
        return Ok(Answer::Nothing);
    }
    let Some(row) = rows
        .message(message)?
        .filter(|row| row.thread == thread && !row.deleted)
    else {
        return Ok(Answer::Nothing);
    };
    let running = if is_running(row.status) {
        Some(rows.appended(message)?)
    } else {
        None
    };
    let whole = running.as_deref().unwrap_or(&row.text);
    // An offset past the end or inside a character is not one of ours: the reader starts over.
    let rest = usize::try_from(offset)
        .ok()
        .and_then(|offset| whole.get(offset..));
    Ok(rest.map_or(Answer::Nothing, |rest| {
        Answer::Text(stream::prefix(rest, MAX_STREAM_CHUNK).to_owned())
    }))
}

/// Change sets as one: an op whose row is replaced by a later one is left out.
pub fn merge(mut ops: Vec<Op>) -> Vec<Op> {
    let mut threads = HashSet::new();
    let mut messages = HashSet::new();
    ops.reverse();
    ops.retain(|op| match op {
        Op::Thread(row) => threads.insert(row.id),
        Op::Message(row) => messages.insert(row.id),
        Op::Settle(settle) => !messages.contains(&settle.message),
    });
    ops.reverse();
    ops
}
