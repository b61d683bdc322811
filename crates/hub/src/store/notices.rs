//! What a change of a thread means for what people are told of.
//!
//! Invariant: a notice is written with what it tells of, so it is there exactly once; nobody is told of what
//! they did themselves, nor of a thread that is not theirs to see. Of each person the newest
//! [`MAX_NOTICES`] are kept.

use std::collections::BTreeMap;

use weft_protocol::{
    About, Author, MessageId, MessageRow, Millis, NoticeRow, Op, Place, Role, Status, ThreadId,
    Topic, User, UserId,
    notice::{MAX_NOTICES, mentioned},
};

use super::Tables;

/// The ops of the topics that change.
type Logs = BTreeMap<Topic, Vec<Op>>;

/// What becomes of notices by one command.
#[derive(Default)]
pub(super) struct Notices {
    /// New ones, one at most for each person.
    new: BTreeMap<UserId, (ThreadId, About)>,
    /// Those that are another row from now on.
    changed: Vec<(UserId, NoticeRow)>,
    /// Those that go.
    gone: Vec<(UserId, u64)>,
}

impl Notices {
    pub(super) fn is_empty(&self) -> bool {
        self.new.is_empty() && self.changed.is_empty() && self.gone.is_empty()
    }

    /// Somebody is told of something.
    pub(super) fn tell(&mut self, user: UserId, thread: ThreadId, about: About) {
        self.new.insert(user, (thread, about));
    }

    /// Tells the members whom a message mentions, and `instead_of` has not.
    pub(super) fn tell_mentioned<T: Tables>(
        &mut self,
        tables: &T,
        row: &MessageRow,
        instead_of: Option<&str>,
    ) -> Result<(), T::Error> {
        let Author::User(author) = row.author else {
            return Ok(());
        };
        let mut names = mentioned(&row.text);
        for name in instead_of.map(mentioned).into_iter().flatten() {
            names.remove(&name);
        }
        if names.is_empty() {
            return Ok(());
        }
        let by = tables.user(author)?;
        for member in tables.people(row.thread)? {
            let User { id, name, .. } = member.user;
            if id != author && member.role.is_some() && names.contains(&name.to_lowercase()) {
                let (by, at) = (by.clone(), place(row));
                self.tell(id, row.thread, About::Mention { by, at });
            }
        }
        Ok(())
    }

    /// Tells whoever said what a reply answers that it has ended.
    pub(super) fn tell_asker<T: Tables>(
        &mut self,
        tables: &T,
        row: &MessageRow,
        status: Status,
    ) -> Result<(), T::Error> {
        let asked = match row.parent {
            Some(parent) => tables.message(parent)?.map(|parent| parent.author),
            None => None,
        };
        if let (Some(Author::User(asker)), Author::Assistant(model)) = (asked, &row.author) {
            let (model, at) = (model.clone(), place(row));
            self.tell(asker, row.thread, About::Reply { model, status, at });
        }
        Ok(())
    }

    /// Tells of somebody who has become a member: them, by whom; or the owner, where they came by a link.
    pub(super) fn tell_admitted<T: Tables>(
        &mut self,
        tables: &T,
        thread: ThreadId,
        by: Option<UserId>,
        user: UserId,
    ) -> Result<(), T::Error> {
        if let Some(by) = by {
            let by = tables.user(by)?;
            self.tell(user, thread, About::Added { by });
            return Ok(());
        }
        let members = tables.members(thread)?;
        if let Some((owner, _)) = members.iter().find(|(_, role)| *role == Role::Owner) {
            let who = tables.user(user)?;
            self.tell(*owner, thread, About::Joined { who });
        }
        Ok(())
    }

    /// Marks a person's notices about a thread as read, up to this number.
    pub(super) fn read<T: Tables>(
        &mut self,
        tables: &T,
        user: UserId,
        thread: ThreadId,
        through: u64,
    ) -> Result<(), T::Error> {
        for row in tables.notices(user)? {
            if row.thread == thread && row.n <= through && !row.read {
                self.changed.push((user, NoticeRow { read: true, ..row }));
            }
        }
        Ok(())
    }

    /// A person's read mark is here now: what is over by that goes.
    pub(super) fn marked<T: Tables>(
        &mut self,
        tables: &T,
        user: UserId,
        thread: ThreadId,
        mark: u64,
    ) -> Result<(), T::Error> {
        let rows = tables.notices(user)?.into_iter();
        let over = rows.filter(|row| row.thread == thread && row.is_over(mark));
        self.gone.extend(over.map(|row| (user, row.n)));
        Ok(())
    }

    /// Has this tab show a notice, where none does and it is news.
    pub(super) fn show<T: Tables>(
        &mut self,
        tables: &T,
        user: UserId,
        (thread, n): (ThreadId, u64),
        by: u32,
        made_after: Millis,
    ) -> Result<(), T::Error> {
        let mut rows = tables.notices(user)?.into_iter();
        if let Some(row) = rows.find(|row| row.n == n && row.thread == thread)
            && row.shown == 0
            && row.created_at >= made_after
        {
            self.changed.push((user, NoticeRow { shown: by, ..row }));
        }
        Ok(())
    }

    /// A message is a tombstone: nobody is told of it any more.
    pub(super) fn buried<T: Tables>(
        &mut self,
        tables: &T,
        message: MessageId,
    ) -> Result<(), T::Error> {
        self.gone.extend(tables.noticed(message)?);
        Ok(())
    }

    /// Somebody is called otherwise, or their account ends: then nobody is told of them any more.
    pub(super) fn called<T: Tables>(&mut self, tables: &T, user: &User) -> Result<(), T::Error> {
        for (whose, row) in tables.noticed_by(user.id)? {
            if user.is_deleted() {
                self.gone.push((whose, row.n));
            } else {
                self.changed.push((whose, row.renamed(user)));
            }
        }
        Ok(())
    }

    /// Writes it all. The threads' rows are written, and `left` is who is a member of one no more.
    pub(super) fn put<T: Tables>(
        mut self,
        tables: &mut T,
        now: Millis,
        left: &[(UserId, ThreadId)],
        logs: &mut Logs,
    ) -> Result<(), T::Error> {
        for &(user, thread) in left {
            let rows = tables.notices(user)?.into_iter();
            let of = rows.filter(|row| row.thread == thread);
            self.gone.extend(of.map(|row| (user, row.n)));
        }
        for (user, row) in self.changed {
            tables.put_notice(user, &row)?;
            log(logs, user).push(Op::Notice(row));
        }
        for (user, (thread, about)) in self.new {
            let silent = !matches!(about, About::Mention { .. });
            let own = tables.thread(thread, user)?;
            if own.is_none_or(|own| own.muted && silent) {
                continue;
            }
            let row = NoticeRow {
                n: tables.head(Topic::User(user))? + 1,
                thread,
                about,
                read: false,
                shown: 0,
                created_at: now,
            };
            tables.put_notice(user, &row)?;
            log(logs, user).push(Op::Notice(row));
            let kept = tables.notices(user)?;
            let over = kept.len().saturating_sub(MAX_NOTICES);
            self.gone
                .extend(kept[..over].iter().map(|row| (user, row.n)));
        }
        for (user, n) in self.gone {
            tables.drop_notice(user, n)?;
            log(logs, user).push(Op::NoticeGone(n));
        }
        Ok(())
    }
}

fn log(logs: &mut Logs, user: UserId) -> &mut Vec<Op> {
    logs.entry(Topic::User(user)).or_default()
}

fn place(row: &MessageRow) -> Place {
    Place {
        message: row.id,
        ordinal: row.ordinal,
        depth: row.depth,
    }
}
