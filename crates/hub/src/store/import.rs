//! A thread that was exported somewhere becomes a thread of a person here (SPEC R63).
//!
//! Invariant: all of it is made, or nothing. Nobody can follow it before, so its topic gets no change set: who
//! follows it reads it in a snapshot.

use std::collections::HashMap;

use weft_protocol::{
    Cursor, ErrorCode, MessageId, MessageRow, Millis, Op, Role, ThreadId, ThreadRow, Topic, Tuning,
    User, UserId, frame::Head,
};

use super::{Committed, Link, Outcome, Tables, TopicChange, path, run::only};

/// A thread that was exported, with the ids that it is to have here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedThread {
    /// What it was called where it was exported: who has that one here has it already.
    pub origin: ThreadId,
    /// Its row. What is counted, and what is said of its members, is not read.
    pub row: ThreadRow,
    /// How models are asked in it.
    pub tuning: Tuning,
    /// Who wrote in it beside the person whose it is to be. They are no accounts, and no members.
    pub people: Vec<User>,
    /// Its messages, tombstones included, each behind the one that it follows. Ordinals, depths and siblings
    /// are not read.
    pub messages: Vec<MessageRow>,
}

/// Whether a thread is here that is to be imported.
pub(super) enum Here {
    /// It is, or the one that it is a copy of.
    Yes,
    /// It was imported, and then deleted.
    Deleted,
    /// It is not.
    No,
}

pub(super) fn is_here<T: Tables>(
    tables: &T,
    user: UserId,
    thread: &ImportedThread,
) -> Result<Here, T::Error> {
    let origin = tables.thread(thread.origin, user)?;
    let copy = tables.thread(thread.row.id, user)?;
    Ok(match (origin, copy) {
        (Some(row), _) | (_, Some(row)) if !row.deleted => Here::Yes,
        (_, Some(_)) => Here::Deleted,
        _ => Here::No,
    })
}

/// Makes it a thread of `user`.
pub(super) fn import<T: Tables>(
    tables: &mut T,
    now: Millis,
    user: UserId,
    thread: &ImportedThread,
) -> Result<Committed, T::Error> {
    let id = thread.row.id;
    if !tables.members(id)?.is_empty() {
        return Ok(only(Outcome::Rejected(ErrorCode::IdTaken)));
    }
    // Looked at first, so that a refusal leaves no trace.
    for message in &thread.messages {
        if tables.message(message.id)?.is_some() {
            return Ok(only(Outcome::Rejected(ErrorCode::IdTaken)));
        }
    }
    let row = ThreadRow {
        deleted: false,
        generating: 0,
        role: Role::Owner,
        read: thread.messages.len() as u64,
        unread: 0,
        created_at: thread.row.created_at.min(now),
        updated_at: thread.row.updated_at.min(now),
        ..thread.row.clone()
    };
    tables.put_thread(user, &row)?;
    if !thread.tuning.is_empty() {
        tables.put_tuning(id, &thread.tuning)?;
    }
    for person in &thread.people {
        tables.put_former(id, person)?;
    }
    let mut links: HashMap<MessageId, Link> = HashMap::with_capacity(thread.messages.len());
    for (message, ordinal) in thread.messages.iter().zip(1..) {
        let above = message.parent.and_then(|parent| links.get(&parent));
        let find = |id: MessageId| Ok(links.get(&id).copied());
        let (depth, jump) = path::place(message.id, above, find)?;
        let row = MessageRow {
            thread: id,
            ordinal,
            depth,
            siblings: Vec::new(),
            created_at: message.created_at.min(now),
            ..message.clone()
        };
        let link = Link {
            id: row.id,
            thread: id,
            ordinal,
            parent: row.parent,
            depth,
            jump,
            deleted: row.deleted,
        };
        tables.add_message(&row, jump)?;
        links.insert(row.id, link);
    }
    // As it is counted.
    let row = tables.thread(id, user)?.unwrap_or(row);
    let topic = Topic::User(user);
    let cursor = Cursor {
        epoch: tables.epoch(),
        seq: tables.head(topic)? + 1,
    };
    let ops = [Op::Thread(row)];
    tables.push_log(topic, cursor.seq, &ops)?;
    let mut committed = only(Outcome::Applied(vec![Head { topic, cursor }]));
    committed.changes.push(TopicChange {
        topic,
        cursor,
        ops: ops.into(),
    });
    Ok(committed)
}
