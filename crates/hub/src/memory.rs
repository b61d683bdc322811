//! A [`Store`] in memory: for tests, simulations and adapters that have their own truth.
//!
//! Invariant: it implements the primitive reads and writes and nothing else; what they add up to is
//! the same code that every store runs. It cannot fail, so a batch of commands is never half done.

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    ops::Bound,
};

use weft_protocol::{
    Author, Defaults, InstallationId, Limits, MemberRow, MessageId, MessageRow, Millis, NoticeRow,
    Op, Role, Status, ThreadId, ThreadRow, Topic, Tuning, User, UserId,
};

use crate::{
    Answer, Command, Committed, Job, Outcome, Read, Store,
    store::{KEPT_OUTCOMES, Link, Lookup, Phase, Tables, answer, run},
};

/// A store that lasts as long as it is held.
#[derive(Clone, Debug)]
pub struct MemoryStore {
    limits: Limits,
    epoch: u32,
    threads: BTreeMap<ThreadId, Thread>,
    members: BTreeSet<(UserId, ThreadId)>,
    people: BTreeMap<UserId, User>,
    /// Who wrote in threads that were imported, and has no account.
    strangers: BTreeMap<UserId, User>,
    /// Who wants nobody to see that they are there.
    hiding: BTreeSet<UserId>,
    notices: BTreeMap<(UserId, u64), NoticeRow>,
    defaults: BTreeMap<UserId, Defaults>,
    tunings: BTreeMap<ThreadId, Tuning>,
    messages: BTreeMap<MessageId, MessageRow>,
    /// The jump of each message.
    jumps: BTreeMap<MessageId, MessageId>,
    appended: BTreeMap<MessageId, String>,
    logs: BTreeMap<Topic, Vec<Vec<Op>>>,
    outcomes: BTreeMap<(UserId, InstallationId), Outcomes>,
}

#[derive(Clone, Debug)]
struct Thread {
    /// Its row; what is a member's own is not read.
    row: ThreadRow,
    /// Everybody who is or was a member.
    people: BTreeMap<UserId, Member>,
    /// Its messages; the ordinal is the index plus one.
    messages: Vec<MessageId>,
    /// The ordinals of those that are no tombstones.
    live: BTreeSet<u64>,
    /// The ordinal of each message behind what it follows.
    children: BTreeSet<(Option<MessageId>, u64)>,
    jobs: Vec<(Job, Phase)>,
}

/// What is a member's own. Without a role they are none any more.
#[derive(Clone, Copy, Debug)]
struct Member {
    role: Option<Role>,
    /// Who became a member later has a higher one.
    place: u64,
    pinned: bool,
    archived: bool,
    read: u64,
    unread: u64,
    muted: bool,
}

impl Thread {
    fn members(&self) -> impl Iterator<Item = (UserId, Role)> {
        let people = self.people.iter();
        people.filter_map(|(user, member)| Some((*user, member.role?)))
    }

    fn message(&self, ordinal: u64) -> Option<MessageId> {
        let at = usize::try_from(ordinal.checked_sub(1)?).ok()?;
        self.messages.get(at).copied()
    }
}

#[derive(Clone, Debug, Default)]
struct Outcomes {
    used_at: Millis,
    last_n: u64,
    kept: BTreeMap<u64, Outcome>,
}

impl MemoryStore {
    /// An empty store whose topics have this epoch, with the default limits.
    pub fn new(epoch: u32) -> Self {
        Self {
            limits: Limits::default(),
            epoch,
            threads: BTreeMap::new(),
            members: BTreeSet::new(),
            people: BTreeMap::new(),
            strangers: BTreeMap::new(),
            hiding: BTreeSet::new(),
            notices: BTreeMap::new(),
            defaults: BTreeMap::new(),
            tunings: BTreeMap::new(),
            messages: BTreeMap::new(),
            jumps: BTreeMap::new(),
            appended: BTreeMap::new(),
            logs: BTreeMap::new(),
            outcomes: BTreeMap::new(),
        }
    }

    /// Says what a person is called.
    pub fn set_name(&mut self, user: UserId, name: &str) {
        self.people.insert(user, User::new(user, name));
    }

    /// Says whether a person wants nobody to see that they are there.
    pub fn set_hides(&mut self, user: UserId, hides: bool) {
        if hides {
            self.hiding.insert(user);
        } else {
            self.hiding.remove(&user);
        }
    }

    /// All messages of a thread by ordinal, as a reader has them.
    pub fn messages(&self, thread: ThreadId) -> Vec<MessageRow> {
        let rows = self.messages_of(thread).cloned();
        let listed = rows.map(|mut row| {
            let Ok(siblings) = self.siblings(thread, row.parent);
            if !row.deleted && siblings.len() > 1 {
                row.siblings = siblings;
            }
            row
        });
        listed.collect()
    }

    fn messages_of(&self, thread: ThreadId) -> impl DoubleEndedIterator<Item = &MessageRow> {
        let ids = self
            .threads
            .get(&thread)
            .map_or(&[][..], |thread| &thread.messages);
        ids.iter().filter_map(|id| self.messages.get(id))
    }

    /// The messages that follow `parent`, by ordinal.
    fn below(
        &self,
        thread: ThreadId,
        parent: Option<MessageId>,
    ) -> impl Iterator<Item = &MessageRow> {
        let thread = self.threads.get(&thread);
        let ordinals = thread.map(|thread| thread.children.range((parent, 0)..=(parent, u64::MAX)));
        let ids = ordinals.into_iter().flatten();
        ids.filter_map(move |&(_, ordinal)| self.messages.get(&thread?.message(ordinal)?))
    }

    fn link_of(&self, row: &MessageRow) -> Option<Link> {
        Some(Link {
            id: row.id,
            thread: row.thread,
            ordinal: row.ordinal,
            parent: row.parent,
            depth: row.depth,
            jump: *self.jumps.get(&row.id)?,
            deleted: row.deleted,
        })
    }
}

impl Store for MemoryStore {
    type Error = Infallible;

    fn commit(&mut self, now: Millis, commands: &[Command]) -> Result<Vec<Committed>, Infallible> {
        let limits = self.limits;
        commands
            .iter()
            .map(|command| run(self, now, &limits, command))
            .collect()
    }

    fn read(&self, read: &Read) -> Result<Answer, Infallible> {
        answer(self, read)
    }
}

impl Lookup for MemoryStore {
    type Error = Infallible;

    fn epoch(&self) -> u32 {
        self.epoch
    }

    fn thread(&self, thread: ThreadId, member: UserId) -> Result<Option<ThreadRow>, Infallible> {
        Ok(self.threads.get(&thread).and_then(|thread| {
            let member = thread.people.get(&member)?;
            Some(ThreadRow {
                role: member.role?,
                members: thread.members().count() as u32,
                pinned: member.pinned,
                archived: member.archived,
                last: thread.messages.len() as u64,
                read: member.read,
                unread: member.unread,
                muted: member.muted,
                ..thread.row.clone()
            })
        }))
    }

    fn members(&self, thread: ThreadId) -> Result<Vec<(UserId, Role)>, Infallible> {
        let thread = self.threads.get(&thread);
        Ok(thread.map_or_else(Vec::new, |thread| thread.members().collect()))
    }

    fn people(&self, thread: ThreadId) -> Result<Vec<MemberRow>, Infallible> {
        let people = self.threads.get(&thread).map(|thread| &thread.people);
        let rows = people.into_iter().flatten().map(|(&id, member)| {
            let known = self.people.get(&id).or_else(|| self.strangers.get(&id));
            MemberRow {
                user: known.cloned().unwrap_or_else(|| User::deleted(id)),
                role: member.role,
            }
        });
        Ok(rows.collect())
    }

    fn user(&self, user: UserId) -> Result<User, Infallible> {
        let known = self.people.get(&user).cloned();
        Ok(known.unwrap_or_else(|| User::deleted(user)))
    }

    fn hides(&self, user: UserId) -> Result<bool, Infallible> {
        Ok(self.hiding.contains(&user))
    }

    fn memberships(&self, user: UserId) -> Result<Vec<(ThreadId, Option<Role>)>, Infallible> {
        let threads = self.threads.iter();
        let theirs = threads.filter_map(|(id, thread)| Some((*id, thread.people.get(&user)?.role)));
        Ok(theirs.collect())
    }

    fn shared(&self, user: UserId) -> Result<Vec<ThreadId>, Infallible> {
        let mut rows = self.threads(user)?;
        rows.retain(|row| row.members > 1);
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    fn heir(&self, thread: ThreadId) -> Result<Option<UserId>, Infallible> {
        let people = self.threads.get(&thread).map(|thread| &thread.people);
        let editors = people.into_iter().flatten();
        let editors = editors.filter(|(_, member)| member.role == Some(Role::Editor));
        let first = editors.min_by_key(|(_, member)| member.place);
        Ok(first.map(|(user, _)| *user))
    }

    fn defaults(&self, user: UserId) -> Result<Option<Defaults>, Infallible> {
        Ok(self.defaults.get(&user).cloned())
    }

    fn tuning(&self, thread: ThreadId) -> Result<Option<Tuning>, Infallible> {
        Ok(self.tunings.get(&thread).cloned())
    }

    fn threads(&self, member: UserId) -> Result<Vec<ThreadRow>, Infallible> {
        let mut rows = Vec::new();
        let first = (member, ThreadId::from_bytes([0; 16]));
        for &(_, thread) in self
            .members
            .range(first..)
            .take_while(|(user, _)| *user == member)
        {
            rows.extend(self.thread(thread, member)?.filter(|row| !row.deleted));
        }
        Ok(rows)
    }

    fn notices(&self, user: UserId) -> Result<Vec<NoticeRow>, Infallible> {
        let rows = self.notices.range((user, 0)..=(user, u64::MAX));
        Ok(rows.map(|(_, row)| row.clone()).collect())
    }

    fn noticed_by(&self, person: UserId) -> Result<Vec<(UserId, NoticeRow)>, Infallible> {
        let is_by = |row: &NoticeRow| row.person().is_some_and(|by| by.id == person);
        let rows = self.notices.iter().filter(|(_, row)| is_by(row));
        Ok(rows.map(|(&(user, _), row)| (user, row.clone())).collect())
    }

    fn noticed(&self, message: MessageId) -> Result<Vec<(UserId, u64)>, Infallible> {
        let is_about = |row: &NoticeRow| row.place().is_some_and(|at| at.message == message);
        let rows = self.notices.iter().filter(|(_, row)| is_about(row));
        Ok(rows.map(|(&key, _)| key).collect())
    }

    fn message(&self, message: MessageId) -> Result<Option<MessageRow>, Infallible> {
        Ok(self.messages.get(&message).cloned())
    }

    fn tail(&self, thread: ThreadId) -> Result<Option<MessageId>, Infallible> {
        Ok(self.threads.get(&thread).and_then(|thread| {
            let newest = thread.live.last()?;
            thread.message(*newest)
        }))
    }

    fn last_ordinal(&self, thread: ThreadId) -> Result<u64, Infallible> {
        Ok(self
            .threads
            .get(&thread)
            .map_or(0, |thread| thread.messages.len() as u64))
    }

    fn others(
        &self,
        thread: ThreadId,
        user: UserId,
        after: u64,
        through: u64,
    ) -> Result<u64, Infallible> {
        let thread = self.threads.get(&thread);
        let live = thread.map(|thread| thread.live.range(after + 1..=through.max(after + 1)));
        let ids = live.into_iter().flatten();
        let rows = ids
            .filter(|ordinal| **ordinal <= through)
            .filter_map(|&ordinal| self.messages.get(&thread?.message(ordinal)?));
        let others = rows.filter(|row| row.author != Author::User(user));
        Ok(others.count() as u64)
    }

    fn newest(&self, thread: ThreadId, limit: u32) -> Result<Vec<Link>, Infallible> {
        let newest_first = self.messages_of(thread).rev().take(limit as usize);
        Ok(newest_first.filter_map(|row| self.link_of(row)).collect())
    }

    fn link(&self, message: MessageId) -> Result<Option<Link>, Infallible> {
        let row = self.messages.get(&message);
        Ok(row.and_then(|row| self.link_of(row)))
    }

    fn children(&self, thread: ThreadId, parent: MessageId) -> Result<Vec<Link>, Infallible> {
        let rows = self.below(thread, Some(parent));
        Ok(rows.filter_map(|row| self.link_of(row)).collect())
    }

    fn siblings(
        &self,
        thread: ThreadId,
        parent: Option<MessageId>,
    ) -> Result<Vec<MessageId>, Infallible> {
        let live = self.below(thread, parent).filter(|row| !row.deleted);
        Ok(live.map(|row| row.id).collect())
    }

    fn running(&self, thread: ThreadId) -> Result<Vec<MessageId>, Infallible> {
        let running = self
            .messages_of(thread)
            .filter(|row| row.status == Status::Streaming);
        Ok(running.map(|row| row.id).collect())
    }

    fn appended(&self, message: MessageId) -> Result<String, Infallible> {
        Ok(self.appended.get(&message).cloned().unwrap_or_default())
    }

    fn appended_len(&self, message: MessageId) -> Result<u64, Infallible> {
        Ok(self
            .appended
            .get(&message)
            .map_or(0, |text| text.len() as u64))
    }

    fn head(&self, topic: Topic) -> Result<u64, Infallible> {
        Ok(self.logs.get(&topic).map_or(0, |log| log.len() as u64))
    }

    fn log(&self, topic: Topic, seq: u64) -> Result<Vec<Op>, Infallible> {
        let log = self.logs.get(&topic).map_or(&[][..], Vec::as_slice);
        let from = usize::try_from(seq).unwrap_or(usize::MAX).min(log.len());
        Ok(log[from..].iter().flatten().cloned().collect())
    }

    fn jobs(&self, thread: ThreadId) -> Result<Vec<(Job, Phase)>, Infallible> {
        Ok(self
            .threads
            .get(&thread)
            .map_or_else(Vec::new, |thread| thread.jobs.clone()))
    }

    fn threads_with_jobs(&self) -> Result<Vec<ThreadId>, Infallible> {
        let busy = self
            .threads
            .iter()
            .filter(|(_, thread)| !thread.jobs.is_empty());
        Ok(busy.map(|(&id, _)| id).collect())
    }

    fn last_n(&self, user: UserId, installation: InstallationId) -> Result<u64, Infallible> {
        Ok(self
            .outcomes
            .get(&(user, installation))
            .map_or(0, |outcomes| outcomes.last_n))
    }

    fn installations(
        &self,
        after: Option<(UserId, InstallationId)>,
        limit: usize,
    ) -> Result<Vec<(UserId, InstallationId, Millis)>, Infallible> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let some = self.outcomes.range((from, Bound::Unbounded)).take(limit);
        Ok(some
            .map(|(&(user, installation), all)| (user, installation, all.used_at))
            .collect())
    }

    fn outcome(
        &self,
        user: UserId,
        installation: InstallationId,
        n: u64,
    ) -> Result<Option<Outcome>, Infallible> {
        Ok(self
            .outcomes
            .get(&(user, installation))
            .and_then(|all| all.kept.get(&n).cloned()))
    }
}

impl Tables for MemoryStore {
    fn put_thread(&mut self, member: UserId, row: &ThreadRow) -> Result<(), Infallible> {
        let thread = self.threads.entry(row.id).or_insert_with(|| Thread {
            row: row.clone(),
            people: BTreeMap::new(),
            messages: Vec::new(),
            live: BTreeSet::new(),
            children: BTreeSet::new(),
            jobs: Vec::new(),
        });
        thread.row = row.clone();
        let is_one = thread.people.get(&member).filter(|it| it.role.is_some());
        let last = thread.people.values().map(|it| it.place).max();
        let own = Member {
            role: Some(row.role),
            place: is_one.map_or(last.unwrap_or(0) + 1, |it| it.place),
            pinned: row.pinned,
            archived: row.archived,
            read: row.read,
            unread: row.unread,
            muted: row.muted,
        };
        thread.people.insert(member, own);
        self.members.insert((member, row.id));
        Ok(())
    }

    fn put_profile(&mut self, user: &User) -> Result<(), Infallible> {
        self.people.insert(user.id, user.clone());
        Ok(())
    }

    fn forget_person(&mut self, user: UserId) -> Result<(), Infallible> {
        self.people.remove(&user);
        self.hiding.remove(&user);
        self.defaults.remove(&user);
        self.outcomes.retain(|(owner, _), _| *owner != user);
        self.logs.remove(&Topic::User(user));
        Ok(())
    }

    fn forget_thread(&mut self, thread: ThreadId) -> Result<(), Infallible> {
        self.logs.remove(&Topic::Thread(thread));
        self.tunings.remove(&thread);
        let messages = self.threads.remove(&thread).map(|thread| thread.messages);
        let threads = &self.threads;
        let is_named = |id: &UserId| threads.values().any(|it| it.people.contains_key(id));
        self.strangers.retain(|id, _| is_named(id));
        for message in messages.unwrap_or_default() {
            self.messages.remove(&message);
            self.jumps.remove(&message);
            self.appended.remove(&message);
        }
        Ok(())
    }

    fn remove_member(&mut self, thread: ThreadId, member: UserId) -> Result<(), Infallible> {
        self.members.remove(&(member, thread));
        let thread = self.threads.get_mut(&thread);
        if let Some(member) = thread.and_then(|thread| thread.people.get_mut(&member)) {
            member.role = None;
        }
        Ok(())
    }

    fn put_former(&mut self, thread: ThreadId, user: &User) -> Result<(), Infallible> {
        let stranger = User::new(user.id, user.name.clone());
        self.strangers.entry(user.id).or_insert(stranger);
        if let Some(thread) = self.threads.get_mut(&thread) {
            thread.people.entry(user.id).or_insert(Member {
                role: None,
                place: 0,
                pinned: false,
                archived: false,
                read: 0,
                unread: 0,
                muted: false,
            });
        }
        Ok(())
    }

    fn put_defaults(&mut self, user: UserId, defaults: &Defaults) -> Result<(), Infallible> {
        self.defaults.insert(user, defaults.clone());
        Ok(())
    }

    fn put_tuning(&mut self, thread: ThreadId, tuning: &Tuning) -> Result<(), Infallible> {
        self.tunings.insert(thread, tuning.clone());
        Ok(())
    }

    fn add_message(&mut self, row: &MessageRow, jump: MessageId) -> Result<(), Infallible> {
        if let Some(thread) = self.threads.get_mut(&row.thread) {
            let at = usize::try_from(row.ordinal)
                .unwrap_or(usize::MAX)
                .saturating_sub(1);
            if thread.messages.len() <= at {
                thread.messages.resize(at + 1, row.id);
            }
            thread.messages[at] = row.id;
            thread.children.insert((row.parent, row.ordinal));
        }
        self.jumps.insert(row.id, jump);
        self.put_message(row)
    }

    fn put_message(&mut self, row: &MessageRow) -> Result<(), Infallible> {
        if let Some(thread) = self.threads.get_mut(&row.thread) {
            if row.deleted {
                thread.live.remove(&row.ordinal);
            } else {
                thread.live.insert(row.ordinal);
            }
        }
        self.messages.insert(row.id, row.clone());
        Ok(())
    }

    fn append(&mut self, message: MessageId, _: u64, text: &str) -> Result<(), Infallible> {
        self.appended.entry(message).or_default().push_str(text);
        Ok(())
    }

    fn drop_appended(&mut self, message: MessageId) -> Result<(), Infallible> {
        self.appended.remove(&message);
        Ok(())
    }

    fn put_notice(&mut self, user: UserId, row: &NoticeRow) -> Result<(), Infallible> {
        self.notices.insert((user, row.n), row.clone());
        Ok(())
    }

    fn drop_notice(&mut self, user: UserId, n: u64) -> Result<(), Infallible> {
        self.notices.remove(&(user, n));
        Ok(())
    }

    fn push_log(&mut self, topic: Topic, _: u64, ops: &[Op]) -> Result<(), Infallible> {
        self.logs.entry(topic).or_default().push(ops.to_vec());
        Ok(())
    }

    fn add_job(&mut self, job: &Job) -> Result<(), Infallible> {
        if let Some(thread) = self.threads.get_mut(&job.thread) {
            thread.jobs.push((job.clone(), Phase::Waiting));
        }
        Ok(())
    }

    fn start_job(&mut self, message: MessageId) -> Result<(), Infallible> {
        let thread = self.messages.get(&message).map(|row| row.thread);
        if let Some(thread) = thread.and_then(|thread| self.threads.get_mut(&thread)) {
            for (job, phase) in &mut thread.jobs {
                if job.message == message {
                    *phase = Phase::Running;
                }
            }
        }
        Ok(())
    }

    fn end_job(&mut self, message: MessageId) -> Result<(), Infallible> {
        let thread = self.messages.get(&message).map(|row| row.thread);
        if let Some(thread) = thread.and_then(|thread| self.threads.get_mut(&thread)) {
            thread.jobs.retain(|(job, _)| job.message != message);
        }
        Ok(())
    }

    fn put_outcome(
        &mut self,
        now: Millis,
        user: UserId,
        installation: InstallationId,
        n: u64,
        outcome: &Outcome,
    ) -> Result<(), Infallible> {
        let outcomes = self.outcomes.entry((user, installation)).or_default();
        outcomes.used_at = now;
        outcomes.last_n = n;
        outcomes.kept.insert(n, outcome.clone());
        outcomes.kept.remove(&n.saturating_sub(KEPT_OUTCOMES + 1));
        Ok(())
    }

    fn forget_installation(
        &mut self,
        user: UserId,
        installation: InstallationId,
    ) -> Result<(), Infallible> {
        self.outcomes.remove(&(user, installation));
        Ok(())
    }
}
