//! How far people have read.
//!
//! Invariant: a read mark never moves back but by marking something as unread (SPEC R48), and what is unread
//! is what is there of others after it (R49).

use std::collections::BTreeMap;

use rand::Rng;
use weft_hub::{Command, Committed, store::Lookup};
use weft_protocol::{Author, Mutation, Op, ThreadId, Topic, UserId};
use weft_sync::MessageView;

use super::{Trouble, world::World};

/// Where each mark was last.
#[derive(Default)]
pub(super) struct Marks(BTreeMap<(ThreadId, UserId), u64>);

impl Marks {
    /// Something was committed.
    pub(super) fn look(&mut self, command: &Command, committed: &Committed) -> Result<(), String> {
        for change in &committed.changes {
            let Topic::User(member) = change.topic else {
                continue;
            };
            for op in change.ops.iter() {
                let Op::Thread(row) = op else { continue };
                let before = self.0.insert((row.id, member), row.read).unwrap_or(0);
                let may_go_back = matches!(
                    command,
                    Command::Mutate { user, mutation: Mutation::MarkUnread { thread, .. }, .. }
                        if *user == member && *thread == row.id
                );
                if row.read < before && !may_go_back {
                    return Err(format!(
                        "{command:?} moves the mark of {member} back from {before} to {}",
                        row.read
                    ));
                }
            }
        }
        Ok(())
    }
}

/// Whether the server counts as unread what is there of others after each mark.
pub(super) fn counted(world: &World) -> Result<(), String> {
    for &(thread, _) in &world.threads {
        let rows = world.server.store.messages(thread);
        let Ok(members) = world.server.store.members(thread);
        for (member, _) in members {
            let Ok(Some(row)) = world.server.store.thread(thread, member) else {
                continue;
            };
            let unread = rows.iter().filter(|it| {
                it.ordinal > row.read && !it.deleted && it.author != Author::User(member)
            });
            let (unread, last) = (unread.count() as u64, rows.len() as u64);
            if (row.unread, row.last) != (unread, last) {
                return Err(format!("{row:?} has {unread} unread of {last}"));
            }
        }
    }
    Ok(())
}

impl World {
    /// A person marks something of a thread, or mutes it.
    pub(super) fn mark(
        &mut self,
        client: usize,
        thread: ThreadId,
        picked: Option<MessageView>,
    ) -> Mutation {
        let list = &self.clients[client].mirror.threads;
        let row = list.iter().find(|it| it.row.id == thread);
        let last = row.map_or(0, |it| it.row.last);
        let ordinal = picked.map_or(last, |message| message.head.ordinal);
        match self.rng.random_range(0..6) {
            0 => Mutation::MuteThread {
                thread,
                muted: self.rng.random(),
            },
            1 => {
                self.trouble(Trouble::Unreading);
                Mutation::MarkUnread {
                    thread,
                    from: ordinal,
                }
            }
            2 | 3 => Mutation::MarkRead {
                thread,
                through: ordinal,
            },
            _ => Mutation::MarkRead {
                thread,
                through: last,
            },
        }
    }
}
