//! Several tabs of one account: one leads, the others follow.
//!
//! Invariant: only a leader, or a tab that works alone, speaks to the server and to the storage. A
//! follower shows what its leader has, and over it what was made here; until that is known to be durable
//! it is proposed to each leader anew, so that no tab's end loses it.

use weft_protocol::{MessageId, Millis, Mutation, Row, ThreadId, Topic, frame::Head};

use super::Core;
use crate::{
    Output, Rows, Status, StorageOp, StoredTopic, TabId, TabMessage, Told, Unsent,
    body::Body,
    few::Few,
    link::Phase,
    outbox::{Entry, Outbox},
};

/// A follower that is seen asks whether its leader is there this often, in milliseconds.
const PING_EVERY: u64 = 2_000;
/// One that nobody sees is let go on by its platform once a minute.
const HIDDEN_PING_EVERY: u64 = 60_000;
/// A follower that is seen replaces a leader that says nothing for this long,
const SILENCE: u64 = 5_000;
/// and does not answer within this: it may have been the follower itself that slept.
const ANSWER_WITHIN: u64 = 2_000;
/// A follower that is lost does not ask more often than this.
const ASK_AGAIN: u64 = 500;
/// A follower that says nothing for this long is gone.
const GONE: u64 = 150_000;
/// A leader that nobody has seen for this long gives the lead to a tab that is seen: platforms slow
/// down what is hidden.
const HAND_OVER: u64 = 60_000;

/// What a tab is among those of its account.
#[derive(Clone, Debug)]
pub(super) enum Role {
    /// It shares nothing with the others, where there are any.
    Alone,
    Leader(Leader),
    Follower(Follower),
}

#[derive(Clone, Debug)]
pub(super) struct Leader {
    term: u64,
    /// How much was told to followers.
    told: u64,
    followers: Few<TabId, Watcher>,
    /// The followers to be welcomed as soon as all of the outbox is durable.
    lost: Vec<TabId>,
    /// Whether it has said that it gives the lead up.
    steps_down: bool,
}

/// A follower, as its leader knows it.
#[derive(Clone, Debug, Default)]
struct Watcher {
    watching: Vec<ThreadId>,
    /// When it counts as gone.
    until: Millis,
}

#[derive(Clone, Debug)]
pub(super) struct Follower {
    tab: TabId,
    /// The newest term heard of.
    term: u64,
    /// How much was told in it.
    told: u64,
    /// Whether it does not know what the leader has.
    lost: bool,
    /// How the leader stands to the server.
    pub(super) status: Status,
    heard_at: Millis,
    /// The first ping that was not answered.
    asked_at: Option<Millis>,
    pinged_at: Millis,
    /// The bytes of replies that the rows do not carry, as of when rows came last.
    texts: Vec<(MessageId, String)>,
}

impl Core {
    pub(super) fn is_follower(&self) -> bool {
        matches!(self.role, Role::Follower(_))
    }

    /// How this tab stands to the server, or its leader does.
    pub(super) fn status(&self) -> Status {
        match (&self.role, self.link.phase) {
            (Role::Follower(follower), Phase::Following) => follower.status,
            _ => self.link.status(),
        }
    }

    /// Leaves socket and storage to another tab.
    pub(super) fn follow(&mut self, tab: TabId) {
        let term = match &self.role {
            Role::Alone => 0,
            Role::Leader(leader) => leader.term,
            Role::Follower(_) => return,
        };
        self.hang_up();
        self.role = Role::Follower(Follower {
            tab,
            term,
            told: 0,
            lost: true,
            status: Status::Reconnecting,
            heard_at: self.now,
            asked_at: None,
            pinged_at: 0,
            texts: Vec::new(),
        });
        if self.link.phase != Phase::SignedOut {
            self.link.stop(Phase::Following);
        }
        self.outbox.writes.lost = false;
        self.outbox.part();
        self.touch_all();
    }

    /// Has socket and storage from here on.
    pub(super) fn lead(&mut self, term: u64) {
        let leader = Leader {
            term,
            told: 0,
            followers: Few::default(),
            lost: Vec::new(),
            steps_down: false,
        };
        let texts = match std::mem::replace(&mut self.role, Role::Leader(leader)) {
            Role::Follower(follower) => follower.texts,
            Role::Alone | Role::Leader(_) => Vec::new(),
        };
        self.post(TabMessage::Lead { term });
        let mut changed = self.outbox.number_proposals();
        if !self.outbox.is_dense() {
            // Numbers are missing in between: the server would wait for them for ever.
            self.installation = self.new_installation();
            self.outbox.renumber();
            changed = true;
        }
        if changed {
            self.identify();
        }
        self.keep_texts(texts);
        self.forget_oldest();
        if self.link.phase == Phase::Following {
            self.open();
        }
        self.touch_all();
    }

    /// Another tab leads already.
    pub(super) fn step_down(&mut self) {
        if let Role::Leader(leader) = &mut self.role
            && !std::mem::replace(&mut leader.steps_down, true)
        {
            self.outputs.push_back(Output::StepDown);
        }
    }

    /// Notes the bytes that rows here do not carry: more of them may be here than the leader has kept.
    pub(super) fn note_unkept(&mut self) {
        if let Role::Follower(follower) = &mut self.role {
            let timelines = self.replica.timelines.iter();
            let open = timelines.flat_map(|(_, timeline)| timeline.open_replies());
            let texts = open.map(|(row, _)| (row.row.id, row.body.as_str().to_owned()));
            follower.texts = texts.filter(|(_, text)| !text.is_empty()).collect();
        }
    }

    fn keep_texts(&mut self, texts: Vec<(MessageId, String)>) {
        for (message, text) in texts {
            self.store(StorageOp::DropText { message });
            self.store(StorageOp::AppendText {
                message,
                offset: 0,
                text,
            });
        }
    }

    /// The term in which this tab leads; 0 where it works alone.
    pub(super) fn term(&self) -> u64 {
        match &self.role {
            Role::Leader(leader) => leader.term,
            Role::Alone | Role::Follower(_) => 0,
        }
    }

    /// All threads that are on a screen, of this tab or of one that follows it.
    pub(super) fn on_screen(&self) -> Vec<ThreadId> {
        let mut threads = self.watched.clone();
        if let Role::Leader(leader) = &self.role {
            let theirs = leader.followers.iter();
            for &thread in theirs.flat_map(|(_, watcher)| &watcher.watching) {
                if !threads.contains(&thread) {
                    threads.push(thread);
                }
            }
        }
        threads
    }

    pub(super) fn post(&mut self, message: TabMessage) {
        self.outputs.push_back(Output::Post(message));
    }

    /// Tells the followers, where there are any.
    pub(super) fn tell(&mut self, what: impl FnOnce() -> Told) {
        if let Role::Leader(leader) = &mut self.role
            && leader.followers.iter().next().is_some()
        {
            leader.told += 1;
            let (term, n) = (leader.term, leader.told);
            self.post(TabMessage::Told {
                term,
                n,
                what: what(),
            });
        }
    }

    /// Asks the leader, where this tab has one. Returns whether it does.
    pub(super) fn ask_leader(&mut self, message: impl FnOnce() -> TabMessage) -> bool {
        let follows = self.is_follower();
        if follows {
            self.post(message());
        }
        follows
    }

    /// Makes a change in a follower: it is the leader's to number it.
    pub(super) fn propose(&mut self, mutation: Mutation) {
        let thread = mutation.thread();
        let made_at = self.outbox.propose(self.now, mutation.clone());
        self.dirty_list = true;
        self.touch(thread);
        if let Role::Follower(follower) = &self.role
            && !follower.lost
        {
            let term = follower.term;
            self.post(TabMessage::Propose {
                term,
                made_at,
                mutation,
            });
        }
    }

    /// What a person sees has changed: the leader follows it.
    pub(super) fn ping(&mut self) {
        let wanting = |&&thread: &&ThreadId| {
            let follow = self.follows.get(Topic::Thread(thread));
            follow.is_none_or(|follow| follow.cursor.is_none() && !follow.missing)
        };
        let wanting = self.watched.iter().filter(wanting).copied().collect();
        let visible = self.hidden_since.is_none();
        let (watching, now) = (self.watched.clone(), self.now);
        let Role::Follower(follower) = &mut self.role else {
            return;
        };
        follower.asked_at.get_or_insert(now);
        follower.pinged_at = now;
        let (tab, lost) = (follower.tab, follower.lost);
        self.post(TabMessage::Ping {
            tab,
            watching,
            wanting,
            visible,
            lost,
        });
    }

    /// The machine slept: that a question has no answer says nothing of the leader.
    pub(super) fn slept(&mut self) {
        if let Role::Follower(follower) = &mut self.role {
            follower.asked_at = None;
        }
        self.wake();
    }

    pub(super) fn heard(&mut self, message: TabMessage) {
        if message == TabMessage::SignedOut {
            return self.sign_out(true);
        }
        match (&mut self.role, message.term()) {
            (Role::Alone, _) => {}
            (Role::Leader(leader), Some(term)) => {
                if term > leader.term {
                    self.step_down();
                }
            }
            (Role::Leader(_), None) => self.asked(message),
            (Role::Follower(follower), Some(term)) if term >= follower.term => {
                follower.heard_at = self.now;
                follower.asked_at = None;
                if term > follower.term {
                    (follower.term, follower.lost) = (term, true);
                }
                self.answered(message);
            }
            (Role::Follower(_), _) => {}
        }
    }

    /// A follower wants something.
    fn asked(&mut self, message: TabMessage) {
        match message {
            TabMessage::Ping {
                tab,
                watching,
                wanting,
                visible,
                lost,
            } => {
                // One that was taken for gone has missed something.
                let lost = self.attend(tab, watching) || lost;
                if lost {
                    self.welcome_follower(tab);
                }
                self.answer_ping(tab, wanting, visible, lost);
            }
            TabMessage::Propose {
                term,
                made_at,
                mutation,
            } if term == self.term() => {
                if !self.outbox.has(made_at, &mutation) {
                    self.mutate(made_at, mutation, false);
                }
            }
            TabMessage::Retry(message) => self.retry(message),
            TabMessage::Discard(message) => self.discard(message),
            TabMessage::LoadOlder(thread) => self.load_older(thread),
            _ => {}
        }
    }

    /// Follows what is on the screen of a follower. Returns whether that one was not known.
    fn attend(&mut self, tab: TabId, watching: Vec<ThreadId>) -> bool {
        let until = self.now.saturating_add(GONE);
        let known = self.on_screen();
        let Role::Leader(leader) = &mut self.role else {
            return false;
        };
        let is_new = leader.followers.get(tab).is_none();
        let watcher = leader.followers.or_default(tab);
        let before = std::mem::replace(&mut watcher.watching, watching.clone());
        watcher.until = until;
        for thread in watching {
            if !known.contains(&thread) {
                self.kept.retain(|&kept| kept != thread);
                self.follows.or_default(Topic::Thread(thread)).missing = false;
            }
        }
        before.into_iter().for_each(|thread| self.release(thread));
        self.follow_wanted();
        is_new
    }

    fn answer_ping(&mut self, to: TabId, wanting: Vec<ThreadId>, visible: bool, lost: bool) {
        let term = self.term();
        let unseen = self
            .hidden_since
            .is_some_and(|since| self.now >= since.saturating_add(HAND_OVER));
        if unseen && visible {
            self.post(TabMessage::Yield { term, to });
        }
        if lost {
            return;
        }
        let topics: Vec<Topic> = wanting.into_iter().map(Topic::Thread).collect();
        self.tell_missing(&topics);
        let rows = self.rows_of(&topics);
        self.post(if rows.topics.is_empty() {
            TabMessage::Pong { term, to }
        } else {
            TabMessage::Rows { term, to, rows }
        });
    }

    fn tell_missing(&mut self, topics: &[Topic]) {
        for &topic in topics {
            let missing = self.follows.get(topic).is_some_and(|follow| follow.missing);
            if let (Topic::Thread(thread), true) = (topic, missing) {
                self.tell(|| Told::Missing(thread));
            }
        }
    }

    /// Tells a follower all it needs, as soon as all that is unsent is durable.
    fn welcome_follower(&mut self, to: TabId) {
        let durable = self.outbox.writes.is_done();
        let status = self.status();
        let Role::Leader(leader) = &mut self.role else {
            return;
        };
        if !durable {
            if !leader.lost.contains(&to) {
                leader.lost.push(to);
            }
            return;
        }
        let (term, told) = (leader.term, leader.told);
        let watching = leader
            .followers
            .get(to)
            .map(|watcher| watcher.watching.clone());
        let threads = watching.unwrap_or_default().into_iter().map(Topic::Thread);
        let topics: Vec<Topic> = self.user_topic().into_iter().chain(threads).collect();
        self.post(TabMessage::Welcome {
            term,
            to,
            told,
            user: self.user.clone(),
            status,
            models: self.models.clone(),
            identity: self.identity(),
            rows: self.rows_of(&topics),
        });
        self.tell_missing(&topics);
    }

    /// All that waits to be durable is.
    pub(super) fn welcome_lost(&mut self) {
        if let Role::Leader(leader) = &mut self.role
            && self.outbox.writes.is_done()
        {
            let lost = std::mem::take(&mut leader.lost);
            lost.into_iter().for_each(|tab| self.welcome_follower(tab));
        }
    }

    /// What is here of these topics.
    fn rows_of(&self, topics: &[Topic]) -> Rows {
        let mut rows = Rows::default();
        for &topic in topics {
            let cursor = self.follows.get(topic).and_then(|follow| follow.cursor);
            let Some(cursor) = cursor else { continue };
            let mut stored = StoredTopic {
                topic,
                cursor,
                rows: Vec::new(),
                more: false,
            };
            match topic {
                Topic::User(_) => {
                    let threads = self.replica.threads.values().cloned();
                    stored.rows = threads.map(Row::Thread).collect();
                }
                Topic::Thread(thread) => {
                    let Some(timeline) = self.replica.timelines.get(thread) else {
                        continue;
                    };
                    stored.more = timeline.more;
                    for message in timeline.newest_first() {
                        let (row, text, end) = message.stored();
                        stored.rows.push(Row::Message(row));
                        rows.texts.extend(text);
                        rows.ends.extend(end);
                    }
                    stored.rows.reverse();
                }
            }
            rows.topics.push(stored);
        }
        rows
    }

    /// The leader says something.
    fn answered(&mut self, message: TabMessage) {
        let Role::Follower(follower) = &mut self.role else {
            return;
        };
        match message {
            TabMessage::Welcome {
                to,
                told,
                user,
                status,
                models,
                identity,
                rows,
                ..
            } if to == follower.tab => {
                (follower.told, follower.lost, follower.status) = (told, false, status);
                (self.user, self.models) = (user, models);
                if let Some(StorageOp::Identify {
                    user,
                    installation,
                    next_n,
                    outbox,
                }) = identity
                {
                    (self.owner, self.installation) = (Some(user), installation);
                    self.replace_rows(rows);
                    self.take_outbox(outbox, next_n, Outbox::take);
                }
                self.ask_again();
            }
            TabMessage::Rows { to, rows, .. } if to == follower.tab => self.put_rows(rows),
            TabMessage::Yield { to, .. } if to == follower.tab => {
                self.outputs.push_back(Output::TakeOver);
            }
            TabMessage::Told { n, what, .. } if n == follower.told + 1 && !follower.lost => {
                follower.told = n;
                self.told(what);
            }
            TabMessage::Told { n, .. } if n <= follower.told && !follower.lost => {}
            TabMessage::Told { .. } => {
                follower.lost = true;
                let asked = follower.pinged_at.saturating_add(ASK_AGAIN);
                if self.now >= asked {
                    self.ping();
                }
            }
            // It does not know of this tab.
            TabMessage::Lead { .. } => self.ping(),
            _ => {}
        }
    }

    /// Asks this leader for what none is known to have kept, or to have answered.
    fn ask_again(&mut self) {
        let Role::Follower(Follower { term, .. }) = self.role else {
            return;
        };
        let entries = self.outbox.entries.iter();
        let proposals = entries.filter(|entry| entry.is_proposal());
        let mut again: Vec<TabMessage> = proposals
            .map(|entry| TabMessage::Propose {
                term,
                made_at: entry.made_at,
                mutation: entry.mutation.clone(),
            })
            .collect();
        let loading = self.watched.iter().filter(|&&thread| {
            let follow = self.follows.get(Topic::Thread(thread));
            follow.is_some_and(|follow| follow.loading)
        });
        again.extend(loading.copied().map(TabMessage::LoadOlder));
        again.into_iter().for_each(|message| self.post(message));
    }

    /// Something has changed at the leader.
    fn told(&mut self, what: Told) {
        match what {
            Told::Op(op) => self.follow_op(op),
            Told::Kept(n) => self.written(n),
            Told::Status(status) => {
                if let Role::Follower(follower) = &mut self.role {
                    follower.status = status;
                }
            }
            Told::User(user) => self.user = user,
            Told::Models(models) => self.models = models,
            Told::Missing(thread) => {
                let topic = Topic::Thread(thread);
                self.follows.or_default(topic).missing = true;
                self.touch(thread);
            }
            Told::Rejected(mutation, code) => self.reject(mutation, code),
        }
    }

    /// The leader gave this to the storage: it is so here as well.
    fn follow_op(&mut self, op: StorageOp) {
        let op = match op {
            StorageOp::PutOutbox(unsent) => return self.follow_unsent(unsent),
            op => op,
        };
        match op {
            StorageOp::Identify {
                user,
                installation,
                next_n,
                ref outbox,
            } => {
                (self.owner, self.installation) = (Some(user), installation);
                self.take_outbox(outbox.clone(), next_n, Outbox::follow);
                self.outbox.writing(&op, |entry| entry.n != 0);
            }
            StorageOp::DeleteOutbox { n, effects } => self.follow_decision(n, effects),
            StorageOp::PutSnapshot {
                topic,
                cursor,
                rows,
                more,
            } => {
                let held = self
                    .follows
                    .get(topic)
                    .is_some_and(|it| it.cursor.is_some());
                let shown = match topic {
                    Topic::User(user) => self.owner == Some(user),
                    Topic::Thread(thread) => self.watched.contains(&thread),
                };
                if held || shown {
                    self.set_rows(topic, cursor, rows, more);
                }
            }
            StorageOp::Apply { topic, cursor, ops } => {
                let follow = self.follows.get_mut(topic);
                if let Some(follow) = follow.filter(|follow| follow.cursor.is_some()) {
                    follow.cursor = Some(cursor);
                    self.apply(topic, cursor, ops);
                }
            }
            StorageOp::PutPage { thread, rows, more } => {
                let follow = self.follows.get_mut(Topic::Thread(thread));
                if let Some(follow) = follow.filter(|follow| follow.cursor.is_some()) {
                    follow.loading = false;
                    let rows = rows.into_iter().filter_map(|row| match row {
                        Row::Message(row) => Some(row),
                        Row::Thread(_) => None,
                    });
                    self.replica.add_page(thread, rows.collect(), more);
                    self.touch(thread);
                }
            }
            StorageOp::AppendText {
                message,
                offset,
                text,
            } => {
                if let Some(thread) = self.replica.find(message) {
                    self.append_text(thread, message, offset, &text);
                }
            }
            StorageOp::DropText { message } => {
                let fresh_rev = self.replica.fresh_rev();
                if let Some(thread) = self.replica.find(message)
                    && let Some(row) = self.replica.message_mut(thread, message)
                {
                    row.body = Body::empty(fresh_rev);
                    self.touch(thread);
                }
            }
            StorageOp::DropTopic(topic) => {
                if let Some(follow) = self.follows.get_mut(topic) {
                    (follow.cursor, follow.loading) = (None, false);
                    self.forget_rows(topic);
                }
            }
            // It follows [`TabMessage::SignedOut`].
            StorageOp::Wipe | StorageOp::PutOutbox(_) => {}
        }
    }

    /// A mutation has its number.
    fn follow_unsent(&mut self, unsent: Unsent) {
        let thread = unsent.mutation.thread();
        let op = StorageOp::PutOutbox(unsent.clone());
        let n = unsent.n;
        let mut entry = Entry::restored(unsent);
        (entry.kept, entry.write) = (false, u64::MAX);
        self.outbox.put_numbered(entry);
        self.outbox.writing(&op, |entry| entry.n == n);
        self.dirty_list = true;
        self.touch(thread);
    }

    /// A mutation is decided, or discarded.
    fn follow_decision(&mut self, n: u64, effects: Vec<Head>) {
        let Some(at) = self.outbox.entries.iter().position(|entry| entry.n == n) else {
            return;
        };
        let thread = self.outbox.entries[at].mutation.thread();
        if effects.is_empty() {
            let entry = self.outbox.entries.remove(at);
            self.unexpect_thread(&entry.mutation);
        } else {
            self.outbox.entries[at].ack(effects);
            let follows = &self.follows;
            self.outbox.forget_effects(|effect| {
                let follow = follows.get(effect.topic);
                follow.is_none_or(|follow| follow.cursor.is_none() || follow.has(effect.cursor))
            });
        }
        self.dirty_list = true;
        self.touch(thread);
    }

    /// What is due among the tabs.
    pub(super) fn run_tabs(&mut self) {
        let now = self.now;
        let visible = self.hidden_since.is_none();
        match &mut self.role {
            Role::Alone => {}
            Role::Leader(leader) => {
                let followers = leader.followers.iter();
                let gone: Vec<_> = followers
                    .filter(|(_, watcher)| watcher.until <= now)
                    .map(|(tab, _)| tab)
                    .collect();
                for tab in gone {
                    self.attend(tab, Vec::new());
                    if let Role::Leader(leader) = &mut self.role {
                        leader.followers.remove(tab);
                    }
                }
            }
            Role::Follower(follower) => {
                if visible && follower.silent_at().is_some_and(|at| at <= now) {
                    follower.heard_at = now;
                    self.outputs.push_back(Output::TakeOver);
                }
                if follower.ping_at(visible) <= now {
                    self.ping();
                }
            }
        }
    }

    /// When [`Core::run_tabs`] has something to do.
    pub(super) fn tabs_deadline(&self) -> Option<Millis> {
        let visible = self.hidden_since.is_none();
        match &self.role {
            Role::Alone => None,
            Role::Leader(leader) => leader.followers.iter().map(|(_, it)| it.until).min(),
            Role::Follower(follower) => {
                let ping = follower.ping_at(visible);
                let silent = follower.silent_at().filter(|_| visible);
                Some(silent.map_or(ping, |at| at.min(ping)))
            }
        }
    }
}

impl Follower {
    fn ping_at(&self, visible: bool) -> Millis {
        let every = if visible {
            PING_EVERY
        } else {
            HIDDEN_PING_EVERY
        };
        self.pinged_at.saturating_add(every)
    }

    /// When the leader has been silent for too long.
    fn silent_at(&self) -> Option<Millis> {
        let answer = self.asked_at?.saturating_add(ANSWER_WITHIN);
        Some(answer.max(self.heard_at.saturating_add(SILENCE)))
    }
}
