//! What one command changes: its writes, kept aside until it is known to take effect, and what they mean for
//! everybody who sees them.
//!
//! Invariant: what is read is as it is with these writes. Each topic that they change gets exactly one change set.

use std::collections::{BTreeMap, btree_map::Entry};

use weft_protocol::{
    Author, Checksum, Cursor, Defaults, ErrorCode, MemberRow, MessageId, MessageRow, Millis, Op,
    Refused, Role, Rows, Status, ThreadId, ThreadRow, Topic, Tuning, User, UserId, frame::Head,
    notice::NEWS_FOR, row::Settle,
};

use super::{
    Committed, Job, JobChange, Link, Outcome, Phase, Tables, TopicChange,
    lists::{self, Said},
    notices::Notices,
    path,
    run::only,
    tables::is_running,
};

/// The writes of one command, set aside.
pub(super) struct Change<'a, T: Tables> {
    pub(super) tables: &'a mut T,
    now: Millis,
    /// The person whose mutation it is, where it is one.
    user: Option<UserId>,
    /// Rows that change, as `user` sees them.
    pub(super) threads: BTreeMap<ThreadId, ThreadRow>,
    /// What members may do from now on, by thread; none where they are no members any more.
    roles: BTreeMap<ThreadId, BTreeMap<UserId, Option<Role>>>,
    /// What people are told of.
    pub(super) notices: Notices,
    messages: BTreeMap<MessageId, MessageRow>,
    /// Those of them that are tombstones since.
    buried: Vec<MessageId>,
    /// Where those of them stand that are new.
    links: BTreeMap<MessageId, Link>,
    /// What the person wants where a thread says nothing, where that changes.
    defaults: Option<Defaults>,
    /// How models are asked in the threads where that changes.
    tunings: BTreeMap<ThreadId, Tuning>,
    /// Whose account ends by it.
    pub(super) departs: Option<UserId>,
    /// The ops of the threads' topics.
    pub(super) ops: BTreeMap<ThreadId, Vec<Op>>,
    /// What else the topics of people say.
    pub(super) own: BTreeMap<UserId, Op>,
    asked: Vec<Job>,
    ended: Vec<MessageId>,
    /// Threads whose next job may have got its turn, and the job that had it before.
    pub(super) turns: BTreeMap<ThreadId, Option<MessageId>>,
    /// Whether whoever makes replies must be told of what ended.
    pub(super) tell: bool,
}

impl<'a, T: Tables> Change<'a, T> {
    pub(super) fn new(tables: &'a mut T, now: Millis, user: Option<UserId>) -> Self {
        Self {
            tables,
            now,
            user,
            threads: BTreeMap::new(),
            roles: BTreeMap::new(),
            notices: Notices::default(),
            messages: BTreeMap::new(),
            buried: Vec::new(),
            links: BTreeMap::new(),
            defaults: None,
            tunings: BTreeMap::new(),
            departs: None,
            ops: BTreeMap::new(),
            own: BTreeMap::new(),
            asked: Vec::new(),
            ended: Vec::new(),
            turns: BTreeMap::new(),
            tell: user.is_some(),
        }
    }

    pub(super) fn read_message(&self, message: MessageId) -> Result<Option<MessageRow>, T::Error> {
        match self.messages.get(&message) {
            Some(row) => Ok(Some(row.clone())),
            None => self.tables.message(message),
        }
    }

    fn link(&self, message: MessageId) -> Result<Option<Link>, T::Error> {
        match self.links.get(&message) {
            Some(link) => Ok(Some(*link)),
            None => self.tables.link(message),
        }
    }

    /// The live messages that follow `parent`, by ordinal.
    fn siblings(
        &self,
        thread: ThreadId,
        parent: Option<MessageId>,
    ) -> Result<Vec<MessageId>, T::Error> {
        let mut siblings = self.tables.siblings(thread, parent)?;
        let mut new: Vec<_> = self.links.values().collect();
        new.retain(|link| link.thread == thread && link.parent == parent);
        new.sort_unstable_by_key(|link| link.ordinal);
        siblings.extend(new.into_iter().map(|link| link.id));
        siblings.retain(|id| self.messages.get(id).is_none_or(|row| !row.deleted));
        Ok(siblings)
    }

    /// The thread as the mutation's person sees it, or as any member does where there is none.
    pub(super) fn any_member_row(&self, thread: ThreadId) -> Result<Option<ThreadRow>, T::Error> {
        if let Some(row) = self.threads.get(&thread) {
            return Ok(Some(row.clone()));
        }
        let member = match self.user {
            Some(user) => Some(user),
            None => self.tables.members(thread)?.first().map(|(user, _)| *user),
        };
        member.map_or(Ok(None), |member| self.tables.thread(thread, member))
    }

    /// Makes somebody a member with this role, or, with none, ends their membership.
    pub(super) fn change_role(
        &mut self,
        thread: ThreadId,
        user: UserId,
        role: Option<Role>,
    ) -> Result<(), T::Error> {
        // Each member's row counts the members.
        self.tell_members(thread)?;
        let member = MemberRow {
            user: self.person(user)?,
            role,
        };
        self.ops.entry(thread).or_default().push(Op::Member(member));
        self.roles.entry(thread).or_default().insert(user, role);
        Ok(())
    }

    /// A person, as they are from now on.
    fn person(&self, user: UserId) -> Result<User, T::Error> {
        if self.departs == Some(user) {
            return Ok(User::deleted(user));
        }
        self.tables.user(user)
    }

    /// Something of the thread changes that each member's row says.
    fn tell_members(&mut self, thread: ThreadId) -> Result<(), T::Error> {
        if let Some(row) = self.any_member_row(thread)? {
            self.threads.entry(thread).or_insert(row);
        }
        Ok(())
    }

    fn count(&mut self, thread: ThreadId, by: i32) -> Result<(), T::Error> {
        if let Some(mut row) = self.any_member_row(thread)? {
            row.generating = row.generating.saturating_add_signed(by);
            self.threads.insert(thread, row);
        }
        Ok(())
    }

    /// Adds a message that has its ordinal.
    fn add_message(&mut self, mut row: MessageRow) -> Result<(), T::Error> {
        let (id, thread, parent) = (row.id, row.thread, row.parent);
        self.tell_members(thread)?;
        let above = match parent {
            Some(parent) => self.link(parent)?,
            None => None,
        };
        let (depth, jump) = path::place(id, above.as_ref(), |message| self.link(message))?;
        row.depth = depth;
        let link = Link {
            id,
            thread,
            ordinal: row.ordinal,
            parent,
            depth,
            jump,
            deleted: false,
        };
        self.links.insert(id, link);
        let siblings = self.siblings(thread, parent)?;
        let alone = siblings.len() == 1;
        let listed = MessageRow {
            siblings: if alone { Vec::new() } else { siblings.clone() },
            ..row.clone()
        };
        self.put_message(row, Op::Message(listed));
        if !alone {
            self.ops
                .entry(thread)
                .or_default()
                .push(Op::Siblings(siblings));
        }
        Ok(())
    }

    fn put_message(&mut self, row: MessageRow, op: Op) {
        self.ops.entry(row.thread).or_default().push(op);
        self.messages.insert(row.id, row);
    }

    /// Ends a running reply: folds what was appended into its row, and ends its job.
    pub(super) fn settle(
        &mut self,
        mut row: MessageRow,
        status: Status,
        error: Option<ErrorCode>,
    ) -> Result<(), T::Error> {
        let (thread, message) = (row.thread, row.id);
        if let Some(at) = self.asked.iter().position(|job| job.message == message) {
            self.asked.remove(at);
        } else {
            if let Entry::Vacant(turn) = self.turns.entry(thread) {
                turn.insert(
                    self.tables
                        .jobs(thread)?
                        .first()
                        .map(|(job, _)| job.message),
                );
            }
            self.ended.push(message);
        }
        row.text = self.tables.appended(message)?.into();
        row.status = status;
        row.error = error;
        let len = row.text.len() as u64;
        let checksum = Checksum::of(&row.text);
        self.put_message(
            row,
            Op::Settle(Settle {
                message,
                status,
                error,
                len,
                checksum,
            }),
        );
        self.count(thread, -1)
    }

    /// Writes it all, and says what it came to.
    pub(super) fn write(self) -> Result<Committed, T::Error> {
        let Self {
            tables,
            now,
            user,
            threads,
            mut roles,
            notices,
            messages,
            buried,
            links,
            defaults,
            tunings,
            ops,
            own,
            asked,
            ended,
            mut turns,
            tell,
            ..
        } = self;
        let mut committed = only(Outcome::Applied(Vec::new()));
        let mut logs: BTreeMap<Topic, Vec<Op>> = ops
            .into_iter()
            .map(|(thread, ops)| (Topic::Thread(thread), ops))
            .collect();
        let said = Said {
            messages: &messages,
            links: &links,
            buried: &buried,
        };
        for (user, op) in own {
            logs.entry(Topic::User(user)).or_default().push(op);
        }
        let gone = lists::put(tables, user, &threads, &mut roles, said, &mut logs)?;
        if !notices.is_empty() || !gone.is_empty() {
            notices.put(tables, now, &gone, &mut logs)?;
        }
        for row in messages.values() {
            match links.get(&row.id) {
                Some(link) => tables.add_message(row, link.jump)?,
                None => tables.put_message(row)?,
            }
        }
        if let (Some(user), Some(defaults)) = (user, defaults) {
            tables.put_defaults(user, &defaults)?;
            let log = logs.entry(Topic::User(user)).or_default();
            log.push(Op::Defaults(defaults));
        }
        for (thread, tuning) in tunings {
            tables.put_tuning(thread, &tuning)?;
            let log = logs.entry(Topic::Thread(thread)).or_default();
            log.push(Op::Tuning(tuning));
        }
        for message in ended {
            tables.end_job(message)?;
            tables.drop_appended(message)?;
            if tell {
                committed.jobs.push(JobChange::Ended(message));
            }
        }
        for job in asked {
            if let Entry::Vacant(turn) = turns.entry(job.thread) {
                turn.insert(tables.jobs(job.thread)?.first().map(|(job, _)| job.message));
            }
            tables.add_job(&job)?;
        }
        for (thread, before) in turns {
            if let Some((job, Phase::Waiting)) = tables.jobs(thread)?.into_iter().next()
                && before != Some(job.message)
            {
                committed.jobs.push(JobChange::Asked(job));
            }
        }
        let epoch = tables.epoch();
        let mut effects = Vec::new();
        for (topic, ops) in logs {
            let cursor = Cursor {
                epoch,
                seq: tables.head(topic)? + 1,
            };
            tables.push_log(topic, cursor.seq, &ops)?;
            // What is not the asking person's to follow never comes to them: another member's list, and a
            // thread that they have left.
            let follows = user.is_none_or(|user| match topic {
                Topic::User(owner) => owner == user,
                Topic::Thread(thread) => !gone.contains(&(user, thread)),
            });
            if follows {
                effects.push(Head { topic, cursor });
            }
            committed.changes.push(TopicChange {
                topic,
                cursor,
                ops: ops.into(),
            });
        }
        committed.outcome = Outcome::Applied(effects);
        Ok(committed)
    }
}

impl<T: Tables> Rows for Change<'_, T> {
    type Error = T::Error;

    fn me(&self) -> UserId {
        self.user
            .expect("only mutations run on rows, and they have a person")
    }

    fn now(&self) -> Millis {
        self.now
    }

    fn thread(&self, thread: ThreadId) -> Result<Option<ThreadRow>, T::Error> {
        self.any_member_row(thread)
    }

    fn insert_thread(&mut self, row: ThreadRow) -> Result<(), Refused<T::Error>> {
        if !self
            .tables
            .members(row.id)
            .map_err(Refused::Rows)?
            .is_empty()
        {
            return Err(ErrorCode::IdTaken.into());
        }
        let thread = row.id;
        self.threads.insert(thread, row);
        // Nobody follows it yet: whoever will reads in its snapshot who made it.
        let me = self.me();
        let roles = self.roles.entry(thread).or_default();
        roles.insert(me, Some(Role::Owner));
        Ok(())
    }

    fn put_thread(&mut self, row: ThreadRow) -> Result<(), T::Error> {
        let before = self.any_member_row(row.id)?;
        if before.as_ref() == Some(&row) {
            return Ok(());
        }
        if let Some(user) = self.user
            && before.is_some_and(|before| before.read < row.read)
        {
            self.notices.marked(self.tables, user, row.id, row.read)?;
        }
        self.threads.insert(row.id, row);
        Ok(())
    }

    fn message(
        &self,
        thread: ThreadId,
        message: MessageId,
    ) -> Result<Option<MessageRow>, T::Error> {
        Ok(self
            .read_message(message)?
            .filter(|row| row.thread == thread))
    }

    fn tail(&self, thread: ThreadId) -> Result<Option<MessageId>, T::Error> {
        let written = self
            .messages
            .values()
            .filter(|row| row.thread == thread && !row.deleted);
        match written.max_by_key(|row| row.ordinal) {
            Some(row) => Ok(Some(row.id)),
            None => self.tables.tail(thread),
        }
    }

    fn others(&self, thread: ThreadId, after: u64, through: u64) -> Result<u64, T::Error> {
        self.tables.others(thread, self.me(), after, through)
    }

    fn insert_message(&mut self, mut row: MessageRow) -> Result<(), Refused<T::Error>> {
        if self.read_message(row.id).map_err(Refused::Rows)?.is_some() {
            return Err(ErrorCode::IdTaken.into());
        }
        let written = self
            .messages
            .values()
            .filter(|other| other.thread == row.thread);
        let stored = self
            .tables
            .last_ordinal(row.thread)
            .map_err(Refused::Rows)?;
        row.ordinal = written
            .map(|row| row.ordinal)
            .max()
            .unwrap_or(0)
            .max(stored)
            + 1;
        self.add_message(row).map_err(Refused::Rows)
    }

    fn start_reply(&mut self, row: MessageRow) -> Result<(), Refused<T::Error>> {
        let Author::Assistant(model) = &row.author else {
            return Err(ErrorCode::WrongKind.into());
        };
        let job = Job {
            thread: row.thread,
            message: row.id,
            model: model.clone(),
            asker: self.me(),
        };
        self.insert_message(row)?;
        self.count(job.thread, 1).map_err(Refused::Rows)?;
        self.asked.push(job);
        Ok(())
    }

    fn stop_reply(&mut self, row: MessageRow) -> Result<(), T::Error> {
        self.settle(row, Status::Stopped, None)
    }

    fn stop_replies(&mut self, thread: ThreadId) -> Result<(), T::Error> {
        for message in self.tables.running(thread)? {
            if let Some(row) = self
                .read_message(message)?
                .filter(|row| is_running(row.status))
            {
                self.settle(row, Status::Stopped, None)?;
            }
        }
        Ok(())
    }

    fn role(&self, thread: ThreadId, user: UserId) -> Result<Option<Role>, T::Error> {
        let changed = self.roles.get(&thread).and_then(|it| it.get(&user));
        if let Some(role) = changed {
            return Ok(*role);
        }
        let members = self.tables.members(thread)?;
        let member = members.iter().find(|(member, _)| *member == user);
        Ok(member.map(|(_, role)| *role))
    }

    fn set_role(
        &mut self,
        thread: ThreadId,
        user: UserId,
        role: Option<Role>,
    ) -> Result<(), T::Error> {
        self.change_role(thread, user, role)
    }

    fn tell_mentioned(
        &mut self,
        message: MessageId,
        instead_of: Option<&str>,
    ) -> Result<(), T::Error> {
        match self.messages.get(&message) {
            Some(row) => self.notices.tell_mentioned(self.tables, row, instead_of),
            None => Ok(()),
        }
    }

    fn read_notices(&mut self, thread: ThreadId, through: u64) -> Result<(), T::Error> {
        let me = self.me();
        self.notices.read(self.tables, me, thread, through)
    }

    fn show_notice(&mut self, thread: ThreadId, n: u64, by: u32) -> Result<(), T::Error> {
        let (me, made_after) = (self.me(), self.now.saturating_sub(NEWS_FOR));
        self.notices
            .show(self.tables, me, (thread, n), by, made_after)
    }

    fn defaults(&self) -> Result<Defaults, T::Error> {
        match &self.defaults {
            Some(defaults) => Ok(defaults.clone()),
            None => Ok(self.tables.defaults(self.me())?.unwrap_or_default()),
        }
    }

    fn put_defaults(&mut self, defaults: Defaults) -> Result<(), T::Error> {
        self.defaults = Some(defaults);
        Ok(())
    }

    fn tuning(&self, thread: ThreadId) -> Result<Tuning, T::Error> {
        match self.tunings.get(&thread) {
            Some(tuning) => Ok(tuning.clone()),
            None => Ok(self.tables.tuning(thread)?.unwrap_or_default()),
        }
    }

    fn put_tuning(&mut self, thread: ThreadId, tuning: Tuning) -> Result<(), T::Error> {
        self.tunings.insert(thread, tuning);
        Ok(())
    }

    fn bury_message(&mut self, mut row: MessageRow) -> Result<(), T::Error> {
        self.notices.buried(self.tables, row.id)?;
        row.text = "".into();
        row.error = None;
        row.deleted = true;
        let (id, thread, parent) = (row.id, row.thread, row.parent);
        let op = Op::Message(row.clone());
        self.put_message(row, op);
        let left = self.siblings(thread, parent)?;
        if !left.is_empty() {
            let ops = self.ops.entry(thread).or_default();
            ops.push(Op::Siblings(left));
        }
        self.buried.push(id);
        self.tell_members(thread)
    }
}
