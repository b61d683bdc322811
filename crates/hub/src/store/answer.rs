//! What questions to a store mean, over its [`Lookup`].
//!
//! Invariant: who asks sees only threads they are a member of; of anything else the answer is
//! [`Answer::Nothing`], whether it exists or not.

use std::{cmp::Reverse, collections::HashSet};

use weft_protocol::{
    Cursor, MessageId, MessageRow, NoticeRow, Op, Path, Row, ThreadId, ThreadRow, Topic, UserId,
    limits::{MAX_PAGE, MAX_PAGE_BYTES, MAX_RESUME_CHANGES, MAX_STREAM_CHUNK, WINDOW},
    stream,
};

use super::{Answer, Link, Lookup, Read, path, tables::is_running};

/// Answers a question.
pub fn answer<L: Lookup>(rows: &L, read: &Read) -> Result<Answer, L::Error> {
    match *read {
        Read::LastN { user, installation } => Ok(Answer::LastN {
            n: rows.last_n(user, installation)?,
            hides: rows.hides(user)?,
        }),
        Read::Shared { user } if rows.hides(user)? => Ok(Answer::Nothing),
        Read::Shared { user } => rows.shared(user).map(Answer::Shared),
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
            path,
            from,
            limit,
        } => {
            if rows.thread(thread, user)?.is_none() {
                return Ok(Answer::Nothing);
            }
            page(rows, thread, path, from, limit.clamp(1, MAX_PAGE))
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
            let threads = rows.threads(user)?.into_iter().map(Row::Thread);
            let notices = rows.notices(user)?.into_iter().map(Row::Notice);
            let defaults = rows.defaults(user)?.map(Row::Defaults);
            let rows = threads.chain(notices).chain(defaults).collect();
            Answer::Snapshot { cursor, rows }
        }
        Topic::Thread(thread) => {
            let members = rows.people(thread)?.into_iter().map(Row::Member);
            let messages = window(rows, thread)?.into_iter().map(Row::Message);
            let tuning = rows.tuning(thread)?.map(Row::Tuning);
            let rows = members.chain(tuning).chain(messages).collect();
            Answer::Snapshot { cursor, rows }
        }
    })
}

/// The newest messages, and the end of the path to the newest live one, by ordinal (SPEC R7).
fn window<L: Lookup>(rows: &L, thread: ThreadId) -> Result<Vec<MessageRow>, L::Error> {
    let mut links = rows.newest(thread, WINDOW)?;
    if let Some(tip) = path::tip(rows, thread, Path::Newest)? {
        let from = (tip.depth + 1).saturating_sub(WINDOW.into());
        links.extend(path::part(rows, tip, from, WINDOW)?);
    }
    links.sort_unstable_by_key(|link| Reverse(link.ordinal));
    links.dedup();
    let mut newest_first = fitting(rows, links)?;
    newest_first.reverse();
    Ok(newest_first)
}

fn page<L: Lookup>(
    rows: &L,
    thread: ThreadId,
    path: Path,
    from: u64,
    limit: u32,
) -> Result<Answer, L::Error> {
    let Some(tip) = path::tip(rows, thread, path)? else {
        return Ok(Answer::Page {
            tip: None,
            length: 0,
            rows: Vec::new(),
        });
    };
    Ok(Answer::Page {
        tip: Some(tip.id),
        length: tip.depth,
        rows: fitting(rows, path::part(rows, tip, from, limit)?)?,
    })
}

/// The first of these messages whose texts are no more than a page holds, and the first one in any case.
fn fitting<L: Lookup>(rows: &L, links: Vec<Link>) -> Result<Vec<MessageRow>, L::Error> {
    let mut fitting: Vec<MessageRow> = Vec::new();
    let mut bytes = 0;
    for link in links {
        let Some(mut row) = rows.message(link.id)? else {
            break;
        };
        if !row.deleted {
            let siblings = rows.siblings(row.thread, row.parent)?;
            row.siblings = if siblings.len() > 1 {
                siblings
            } else {
                Vec::new()
            };
        }
        bytes += row.text.len() + row.siblings.len() * size_of::<MessageId>();
        if bytes > MAX_PAGE_BYTES && !fitting.is_empty() {
            break;
        }
        fitting.push(row);
    }
    Ok(fitting)
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

/// Change sets as one: an op whose rows and lists are replaced by later ones is left out.
pub fn merge(mut ops: Vec<Op>) -> Vec<Op> {
    let mut threads = HashSet::new();
    let mut messages = HashSet::new();
    let mut members = HashSet::new();
    let mut named = false;
    let mut notices = HashSet::new();
    // A message's row comes with its list of siblings.
    let mut listed = HashSet::new();
    let (mut defaults, mut tuning) = (false, false);
    ops.reverse();
    ops.retain(|op| match op {
        Op::Thread(ThreadRow { id, .. }) | Op::ThreadGone(id) => threads.insert(*id),
        Op::Member(row) => members.insert(row.user.id),
        Op::User(_) => !std::mem::replace(&mut named, true),
        Op::Notice(NoticeRow { n, .. }) | Op::NoticeGone(n) => notices.insert(*n),
        Op::Message(row) => {
            listed.insert(row.id);
            messages.insert(row.id)
        }
        Op::Settle(settle) => !messages.contains(&settle.message),
        Op::Siblings(list) => {
            let before = listed.len();
            listed.extend(list);
            listed.len() > before
        }
        Op::Defaults(_) => !std::mem::replace(&mut defaults, true),
        Op::Tuning(_) => !std::mem::replace(&mut tuning, true),
    });
    ops.reverse();
    ops
}
