//! What a change of a thread means for the rows that its members have of it.
//!
//! Invariant: a row changes for each member to whom it says something else, and for nobody else: what is one
//! member's own is not told to the others. What is unread is counted as it comes and goes, and never by going
//! through a thread.

use std::collections::BTreeMap;

use weft_protocol::{Author, MessageId, MessageRow, Op, Role, ThreadId, ThreadRow, Topic, UserId};

use super::{Link, Tables};

/// The ops of the topics that change.
type Logs = BTreeMap<Topic, Vec<Op>>;

/// The messages that a change writes.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    pub(super) messages: &'a BTreeMap<MessageId, MessageRow>,
    /// Where those of them stand that are new.
    pub(super) links: &'a BTreeMap<MessageId, Link>,
    /// Those of them that are tombstones since.
    pub(super) buried: &'a [MessageId],
}

/// Puts the rows of `threads`, as `user` is to see them, for all members, and `roles` with them. Gives who is
/// a member no more.
pub(super) fn put<T: Tables>(
    tables: &mut T,
    user: Option<UserId>,
    threads: &BTreeMap<ThreadId, ThreadRow>,
    roles: &mut BTreeMap<ThreadId, BTreeMap<UserId, Option<Role>>>,
    said: Said<'_>,
    logs: &mut Logs,
) -> Result<Vec<(UserId, ThreadId)>, T::Error> {
    let mut gone = Vec::new();
    for (&thread, row) in threads {
        let changed = roles.remove(&thread).unwrap_or_default();
        let left = put_thread(tables, user, row, changed, &News::of(thread, said), logs)?;
        gone.extend(left.into_iter().map(|member| (member, thread)));
    }
    for &(member, thread) in &gone {
        let log = logs.entry(Topic::User(member)).or_default();
        log.push(Op::ThreadGone(thread));
    }
    Ok(gone)
}

fn put_thread<T: Tables>(
    tables: &mut T,
    user: Option<UserId>,
    row: &ThreadRow,
    changed: BTreeMap<UserId, Option<Role>>,
    news: &News<'_>,
    logs: &mut Logs,
) -> Result<Vec<UserId>, T::Error> {
    let thread = row.id;
    let mut members: BTreeMap<UserId, Role> = tables.members(thread)?.into_iter().collect();
    let whose = user.or(members.keys().next().copied());
    // How many members there are, and the last ordinal, are in each row.
    let concerns_all = !changed.is_empty() || !news.said.is_empty();
    // Before anything of it is written.
    let mut own = BTreeMap::new();
    for &member in members.keys() {
        if !concerns_all || whose != Some(member) {
            own.extend(tables.thread(thread, member)?.map(|row| (member, row)));
        }
    }
    let mut gone = Vec::new();
    for (member, role) in changed {
        if let Some(role) = role {
            members.insert(member, role);
        } else {
            members.remove(&member);
            tables.remove_member(thread, member)?;
            gone.push(member);
        }
    }
    let count = u32::try_from(members.len()).unwrap_or(u32::MAX);
    for (member, role) in members {
        let own = own.get(&member);
        let mut row = match own {
            _ if whose == Some(member) => row.clone(),
            Some(own) => row.clone().with_own(own),
            None => joined(row.clone()),
        };
        (row.role, row.members) = (role, count);
        news.count(member, &mut row);
        if own == Some(&row) {
            continue;
        }
        tables.put_thread(member, &row)?;
        let log = logs.entry(Topic::User(member)).or_default();
        log.push(Op::Thread(row));
    }
    Ok(gone)
}

/// A thread as it is to somebody who has just become a member: what was said before they came counts as read.
fn joined(row: ThreadRow) -> ThreadRow {
    ThreadRow {
        pinned: false,
        archived: false,
        read: row.last,
        unread: 0,
        muted: false,
        ..row
    }
}

/// What was said and unsaid in a thread.
struct News<'a> {
    last: u64,
    said: Vec<&'a MessageRow>,
    buried: Vec<&'a MessageRow>,
}

impl<'a> News<'a> {
    fn of(thread: ThreadId, all: Said<'a>) -> Self {
        let here = |row: &&MessageRow| row.thread == thread;
        let said = all.links.keys().filter_map(|id| all.messages.get(id));
        let said: Vec<_> = said.filter(here).collect();
        let buried = all.buried.iter().filter_map(|id| all.messages.get(id));
        Self {
            last: said.iter().map(|row| row.ordinal).max().unwrap_or(0),
            said,
            buried: buried.filter(here).collect(),
        }
    }

    /// Counts it for a member.
    fn count(&self, member: UserId, row: &mut ThreadRow) {
        row.last = row.last.max(self.last);
        let read = row.read;
        let counts = |it: &&&MessageRow| it.author != Author::User(member) && it.ordinal > read;
        let (said, buried) = (self.said.iter(), self.buried.iter());
        let (said, buried) = (said.filter(counts).count(), buried.filter(counts).count());
        row.unread = (row.unread + said as u64).saturating_sub(buried as u64);
    }
}
