//! What a leader does for those that follow it: it tells them what happens, and follows what is on their
//! screens.
//!
//! Invariant: whoever is welcomed has all that is durable, and hears of all that happens after it in
//! order, or finds out that it does not.

use weft_protocol::{Millis, Row, ThreadId, Topic, Versions};

use super::Role;
use crate::{
    Output, Rows, StoredTopic, TabId, TabMessage, Told, core::Core, few::Few, link::Phase,
};

/// A follower that says nothing for this long is gone.
const GONE: u64 = 150_000;
/// A leader that nobody has seen for this long gives the lead to a tab that is seen: platforms slow
/// down what is hidden.
const HAND_OVER: u64 = 60_000;
/// A follower that is seen says so every two seconds; one that does not for this long is not seen.
const SEEN: u64 = 6_000;

#[derive(Clone, Debug)]
pub(in crate::core) struct Leader {
    pub(super) term: u64,
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
    /// Until when it counts as seen.
    seen_until: Millis,
}

impl Leader {
    pub(super) fn new(term: u64) -> Self {
        Self {
            term,
            told: 0,
            followers: Few::default(),
            lost: Vec::new(),
            steps_down: false,
        }
    }

    /// What is on the screens of those that follow.
    pub(super) fn watched(&self) -> impl Iterator<Item = ThreadId> {
        let watchers = self.followers.iter();
        watchers.flat_map(|(_, watcher)| watcher.watching.iter().copied())
    }

    /// What somebody sees on the screens of those that follow.
    pub(super) fn seen(&self, now: Millis) -> impl Iterator<Item = ThreadId> {
        let watchers = self.followers.iter();
        let seen = watchers.filter(move |(_, watcher)| watcher.seen_until > now);
        seen.flat_map(|(_, watcher)| watcher.watching.iter().copied())
    }

    /// When the next follower counts as unseen.
    pub(super) fn unseen_at(&self, now: Millis) -> Option<Millis> {
        let watchers = self.followers.iter();
        let until = watchers.map(|(_, watcher)| watcher.seen_until);
        until.filter(|until| *until > now).min()
    }

    /// When the next follower counts as gone.
    pub(super) fn deadline(&self) -> Option<Millis> {
        self.followers
            .iter()
            .map(|(_, watcher)| watcher.until)
            .min()
    }

    fn gone(&self, now: Millis) -> Vec<TabId> {
        let followers = self.followers.iter();
        let gone = followers.filter(|(_, watcher)| watcher.until <= now);
        gone.map(|(tab, _)| tab).collect()
    }
}

impl Core {
    /// Another tab leads already.
    pub(in crate::core) fn step_down(&mut self) {
        if let Role::Leader(leader) = &mut self.role
            && !std::mem::replace(&mut leader.steps_down, true)
        {
            self.outputs.push_back(Output::StepDown);
        }
    }

    /// Tells the followers. What nobody is there to hear is counted all the same: who was taken for gone,
    /// and is not, finds out by that.
    pub(in crate::core) fn tell(&mut self, what: impl FnOnce() -> Told) {
        if let Role::Leader(leader) = &mut self.role {
            leader.told += 1;
            let (term, n) = (leader.term, leader.told);
            if leader.followers.iter().next().is_some() {
                let what = what();
                self.post(TabMessage::Told { term, n, what });
            }
        }
    }

    /// A follower wants something.
    pub(super) fn asked(&mut self, message: TabMessage) {
        if self.frozen {
            // Still hearing the others, this page may neither reach the server nor get done with what it
            // writes, and nobody else could write meanwhile: whoever is seen is to lead.
            if let TabMessage::Ping {
                tab, visible: true, ..
            } = message
            {
                let term = self.term();
                self.post(TabMessage::Yield { term, to: tab });
            }
            // It is not asked again: the answer comes when the page goes on.
            if let TabMessage::Read { tab, read } = message {
                self.ask(read, Some(tab));
            }
            return;
        }
        match message {
            TabMessage::Ping {
                tab,
                watching,
                wanting,
                visible,
                lost,
                version,
            } => {
                // One that was taken for gone has missed something.
                let lost = self.attend(tab, watching) || lost;
                self.note_seen(tab, visible);
                if lost {
                    self.welcome_follower(tab);
                }
                let newer = version > Versions::SUPPORTED.max;
                if visible && self.is_unseen() || newer && self.link.phase == Phase::TooOld {
                    let term = self.term();
                    self.post(TabMessage::Yield { term, to: tab });
                }
                if !lost {
                    self.answer_ping(tab, wanting);
                }
            }
            TabMessage::Propose {
                term,
                made_at,
                mutation,
            } if term == self.term() && !self.outbox.has(made_at, &mutation) => {
                self.mutate(made_at, mutation, false);
            }
            TabMessage::Retry(message) => self.retry(message),
            TabMessage::Discard(message) => self.discard(message),
            TabMessage::Draft(place, text) => self.hear_draft(place, text),
            TabMessage::Read { tab, read } => self.ask(read, Some(tab)),
            TabMessage::Typing(thread, types) => self.typing(thread, types),
            TabMessage::Refill => self.refill(),
            _ => {}
        }
    }

    /// Follows what is on the screen of a follower. Returns whether that one was not known.
    pub(super) fn attend(&mut self, tab: TabId, watching: Vec<ThreadId>) -> bool {
        let until = self.now.saturating_add(GONE);
        let known = self.on_screen();
        let Role::Leader(leader) = &mut self.role else {
            return false;
        };
        let is_new = leader.followers.get(tab).is_none();
        let watcher = leader.followers.or_default(tab);
        let before = std::mem::replace(&mut watcher.watching, watching.clone());
        watcher.until = until;
        let come: Vec<ThreadId> = watching
            .iter()
            .copied()
            .filter(|thread| !before.contains(thread))
            .collect();
        for thread in watching {
            if !known.contains(&thread) {
                self.kept.retain(|&kept| kept != thread);
                self.follows.or_default(Topic::Thread(thread)).missing = false;
            }
        }
        before.into_iter().for_each(|thread| self.release(thread));
        self.follow_wanted();
        if !is_new {
            come.into_iter()
                .for_each(|thread| self.tell_present(thread));
        }
        is_new
    }

    /// Notes whether somebody sees a follower.
    fn note_seen(&mut self, tab: TabId, visible: bool) {
        let until = self.now.saturating_add(if visible { SEEN } else { 0 });
        if let Role::Leader(leader) = &mut self.role
            && let Some(watcher) = leader.followers.get_mut(tab)
        {
            watcher.seen_until = until;
        }
    }

    /// Whether nobody has seen this tab for long.
    fn is_unseen(&self) -> bool {
        self.hidden_since
            .is_some_and(|since| self.now >= since.saturating_add(HAND_OVER))
    }

    fn answer_ping(&mut self, to: TabId, wanting: Vec<ThreadId>) {
        let term = self.term();
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
            drafts: self.drafts(),
            rows: self.rows_of(&topics),
        });
        self.tell_missing(&topics);
        self.tell_online();
        for topic in topics {
            if let Topic::Thread(thread) = topic {
                self.tell_present(thread);
            }
        }
    }

    /// All that waits to be durable is.
    pub(in crate::core) fn welcome_lost(&mut self) {
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
            };
            match topic {
                Topic::User(_) => {
                    let threads = self.replica.threads.values().cloned();
                    let notices = self.replica.notices.iter();
                    let notices = notices.map(|(_, row)| Row::Notice(row.clone()));
                    stored.rows = threads.map(Row::Thread).chain(notices).collect();
                    let defaults = self.replica.defaults.clone();
                    stored.rows.push(Row::Defaults(defaults));
                }
                Topic::Thread(thread) => {
                    let Some(timeline) = self.replica.timelines.get(thread) else {
                        continue;
                    };
                    for message in timeline.newest_first() {
                        let (row, text, end) = message.stored();
                        stored.rows.push(Row::Message(row));
                        rows.texts.extend(text);
                        rows.ends.extend(end);
                    }
                    let people = timeline.people.iter().rev().cloned();
                    stored.rows.push(Row::Tuning(timeline.tuning.clone()));
                    stored.rows.extend(people.map(Row::Member));
                    stored.rows.reverse();
                }
            }
            rows.topics.push(stored);
        }
        rows
    }

    /// Followers that have said nothing for too long look at nothing any more.
    pub(super) fn drop_gone(&mut self) {
        let gone = match &self.role {
            Role::Leader(leader) => leader.gone(self.now),
            Role::Alone | Role::Follower(_) => return,
        };
        for tab in gone {
            self.attend(tab, Vec::new());
            if let Role::Leader(leader) = &mut self.role {
                leader.followers.remove(tab);
            }
        }
    }
}
