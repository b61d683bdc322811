//! The machine itself: takes inputs, keeps the parts in step, and publishes what has changed.
//!
//! Invariant: every input is handled to its end before the next one, and what is shown is brought up
//! to date once at that end. The parts do not know each other; only this module does.

mod drafts;
mod frames;
mod intents;
mod notices;
mod online;
mod presence;
mod reading;
mod session;
mod storage;
mod tabs;

use std::{collections::VecDeque, mem::take};

use rand::{Rng, SeedableRng, rngs::SmallRng};
use weft_protocol::{
    ClientFrame, Defaults, InstallationId, Limits, MessageId, Millis, Model, Mutation, ThreadId,
    Topic, User, UserId,
};

use crate::{
    Change, Fault, Input, Output, Sizes, ThreadView, Told, View,
    few::Few,
    follow::Follow,
    link::Link,
    outbox::Outbox,
    project::{self, Published},
    reader::Reader,
    replica::Replica,
};

use self::{
    drafts::Drafts, notices::News, online::Onlines, presence::Presences, reading::asks::Asks,
    tabs::Role,
};

/// A deadline missed by this much means that the machine slept.
const SLEPT: u64 = 10_000;
/// As many threads that are no longer on screen are kept up to where they were: so many can be read
/// without a network.
const KEPT_THREADS: usize = 20;
/// A reply is not asked for more often than this, in milliseconds.
const OPEN_EVERY: u64 = 500;
/// An ended reply whose last bytes do not come for this long is asked for, in milliseconds.
const BYTES_WITHIN: u64 = 1_000;

/// What a core needs from outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The source of all its randomness: the same seed and inputs make the same outputs.
    pub seed: u64,
    /// How much of a thread is shown and kept in memory.
    pub sizes: Sizes,
}

/// The client core.
#[derive(Clone, Debug)]
pub struct Core {
    /// The time so far: it never goes back.
    now: Millis,
    /// What the clock showed last, and by how much it was set back in all.
    clock: Millis,
    set_back: Millis,
    rng: SmallRng,
    outputs: VecDeque<Output>,
    link: Link,
    token: Option<String>,
    limits: Limits,
    /// Whose rows and outbox are here; known from what was kept before the server has said so.
    owner: Option<UserId>,
    user: Option<User>,
    models: Vec<Model>,
    installation: InstallationId,
    outbox: Outbox,
    /// No mutation is sent before then: the server is busy.
    hold_until: Option<Millis>,
    /// The last number that the server missed, and when it said so.
    missed: Option<(u64, Millis)>,
    replica: Replica,
    follows: Few<Topic, Follow>,
    /// The topics that the last `hello` named.
    greeted: Vec<Topic>,
    /// The threads on screen, in the order in which they came there.
    watched: Vec<ThreadId>,
    /// Where the reader of each of them is.
    readers: Few<ThreadId, Reader>,
    /// What was asked for them and is not answered.
    asks: Asks,
    sizes: Sizes,
    /// Threads that are followed no more but still here, the oldest first.
    kept: VecDeque<ThreadId>,
    handles: Few<u32, (ThreadId, MessageId)>,
    fetches: Few<MessageId, Fetch>,
    published: Published,
    dirty_list: bool,
    drafts: Drafts,
    presences: Presences,
    onlines: Onlines,
    role: Role,
    news: News,
    /// Since when nobody sees the page.
    hidden_since: Option<Millis>,
    /// Whether the platform has stopped some of this page.
    frozen: bool,
    /// The watched threads of which something else may be shown now.
    dirty: Vec<ThreadId>,
}

/// A reply whose bytes are to be asked for.
#[derive(Clone, Copy, Debug)]
struct Fetch {
    thread: ThreadId,
    at: Option<Millis>,
    last: Option<Millis>,
    tries: u32,
}

impl Core {
    /// A core that nobody is signed in to.
    pub fn new(now: Millis, config: Config) -> Self {
        let mut rng = SmallRng::seed_from_u64(config.seed);
        let installation = InstallationId::new(now, rng.random());
        // From a source of its own: the waits of a seed stay what they are.
        let tab = SmallRng::seed_from_u64(!config.seed).random_range(1..=u32::MAX);
        Self {
            now,
            clock: now,
            set_back: 0,
            rng,
            outputs: VecDeque::new(),
            link: Link::new(),
            token: None,
            limits: Limits::default(),
            owner: None,
            user: None,
            models: Vec::new(),
            installation,
            outbox: Outbox::default(),
            hold_until: None,
            missed: None,
            replica: Replica::default(),
            follows: Few::default(),
            greeted: Vec::new(),
            watched: Vec::new(),
            readers: Few::default(),
            asks: Asks::default(),
            sizes: config.sizes,
            kept: VecDeque::new(),
            handles: Few::default(),
            fetches: Few::default(),
            published: Published::default(),
            dirty_list: false,
            drafts: Drafts::default(),
            presences: Presences::default(),
            onlines: Onlines::default(),
            role: Role::Alone,
            news: News::new(tab),
            hidden_since: None,
            frozen: false,
            dirty: Vec::new(),
        }
    }

    /// Takes an input at `now` (milliseconds since the Unix epoch; where the clock was set back, time goes
    /// on from where it was).
    pub fn handle(&mut self, now: Millis, input: Input) {
        self.set_back += self.clock.saturating_sub(now);
        self.clock = now;
        let now = now.saturating_add(self.set_back);
        let slept = self
            .deadline()
            .is_some_and(|due| now > due.saturating_add(SLEPT));
        self.now = now;
        if slept {
            self.slept();
        }
        match input {
            Input::Restored(stored) => self.restore(stored),
            Input::Follow(tab) => self.follow(tab),
            Input::Lead { term } => self.lead(term),
            Input::Heard(message) => self.heard(message),
            Input::Kept { n } => self.written(n),
            Input::StorageLost => self.lose_storage(),
            Input::Opened(connection) => self.opened(connection),
            Input::Received(connection, text) => self.received(connection, &text),
            Input::Closed(connection, code) => self.closed(connection, code),
            Input::Tick => {}
            Input::Background => {
                self.frozen = false;
                self.hidden_since.get_or_insert(self.now);
                self.ping();
            }
            Input::Freeze => self.frozen = true,
            Input::Foreground => {
                self.frozen = false;
                self.hidden_since = None;
                self.wake();
            }
            Input::NetworkUp => {
                self.link.network_down = false;
                self.wake();
            }
            Input::NetworkDown => {
                self.link.network_down = !self.link.is_live();
                if self.link.is_live() {
                    self.wake();
                }
            }
            Input::SignedIn { token } => self.sign_in(token),
            Input::SignedOut => self.sign_out(false),
            Input::Mutate(mutation) => {
                if let Mutation::SendMessage { thread, .. } = mutation {
                    self.typing(thread, false);
                }
                let mutation = self.where_read(mutation);
                self.mutate(self.now, mutation, true);
            }
            Input::Draft(place, text) => self.draft(place, text),
            Input::Retry(message) => self.retry(message),
            Input::Discard(message) => self.discard(message),
            Input::Watch(thread) => self.watch(thread),
            Input::Unwatch(thread) => self.unwatch(thread),
            Input::Seek(thread, seek) => self.seek(thread, seek),
            Input::Refill => self.refill(),
            Input::Read(read, rows) => self.read_stored(read, rows),
            Input::Typing(thread, types) => self.typing(thread, types),
        }
        self.run_due();
        self.publish();
    }

    /// The next thing to do, until there is none.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to call with [`Input::Tick`] at the latest, by the clock.
    pub fn next_deadline(&self) -> Option<Millis> {
        self.deadline().map(|at| at.saturating_sub(self.set_back))
    }

    fn deadline(&self) -> Option<Millis> {
        let mut next = self.tabs_deadline();
        let mut add = |at: Option<Millis>| {
            next = match (next, at) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
        };
        add(self.link.deadline());
        add(self.presence_deadline());
        add(self.onlines.until);
        if self.link.is_live() {
            add(self.hold_until);
            for (_, follow) in self.follows.iter() {
                add(follow.overdue_at());
                add(follow.not_before);
            }
            self.fetches.iter().for_each(|(_, fetch)| add(fetch.at));
        }
        next
    }

    /// Under which name the mutations of this core are numbered.
    pub fn installation(&self) -> InstallationId {
        self.installation
    }

    /// Everything that is shown, computed anew.
    pub fn view(&self) -> View {
        let timeline = |&thread: &ThreadId| {
            let mut view = self.stretch(thread).view();
            view.presence = self.presence_view(thread);
            (thread, view)
        };
        let (threads, defaults) = self.list();
        View {
            status: self.status(),
            user: self.user.clone(),
            models: self.models.clone(),
            unsent: project::unsent(&self.outbox),
            threads_known: self.threads_known(),
            threads,
            notices: project::notices(&self.replica, &self.outbox, self.owner),
            defaults,
            timelines: self.watched.iter().map(timeline).collect(),
        }
    }

    fn list(&self) -> (Vec<ThreadView>, Defaults) {
        let online = |thread| self.onlines.threads.contains(&thread);
        project::list(&self.replica, &self.outbox, self.owner, online)
    }

    fn user_topic(&self) -> Option<Topic> {
        self.owner.map(Topic::User)
    }

    fn threads_known(&self) -> bool {
        let follow = self.user_topic().and_then(|topic| self.follows.get(topic));
        follow.is_some_and(|follow| follow.cursor.is_some())
    }

    fn publish(&mut self) {
        let mut out = Vec::new();
        let status = self.status();
        if self.published.status != status {
            self.published.status = status;
            self.tell(|| Told::Status(status));
            out.push(Change::StatusSet(status));
            self.touch_all();
        }
        if self.published.user != self.user {
            let user = self.user.clone();
            self.published.user.clone_from(&user);
            self.tell(|| Told::User(user.clone()));
            out.push(Change::UserSet(user));
            self.touch_all();
        }
        if self.published.models != self.models {
            let models = self.models.clone();
            self.published.models.clone_from(&models);
            self.tell(|| Told::Models(models.clone()));
            out.push(Change::ModelsSet(models));
        }
        let unsent = project::unsent(&self.outbox);
        if self.published.unsent != unsent {
            self.published.unsent = unsent;
            out.push(Change::UnsentSet(unsent));
        }
        let known = self.threads_known();
        if self.published.threads_known != known {
            self.published.threads_known = known;
            out.push(Change::ThreadsKnownSet(known));
        }
        if self.dirty_list {
            for at in 0..self.outbox.entries.len() {
                let thread = self.outbox.entries[at].mutation.thread();
                thread.into_iter().for_each(|it| self.touch_shown(it));
            }
        }
        self.published.set_open(&self.watched, &mut out);
        for thread in self.dirty.clone() {
            self.look_at_end(thread);
            self.bound(thread);
        }
        self.trim_all();
        if take(&mut self.dirty_list) {
            let (list, defaults) = self.list();
            self.published.set_threads(list, &mut out);
            let notices = project::notices(&self.replica, &self.outbox, self.owner);
            self.published.set_notices(notices, &mut out);
            self.published.set_defaults(defaults, &mut out);
        }
        for thread in take(&mut self.dirty) {
            let mut published = take(&mut self.published);
            published.set_timeline(thread, &self.stretch(thread), &mut out);
            self.published = published;
        }
        if take(&mut self.presences.is_dirty) {
            for &thread in &self.watched {
                let presence = self.presence_view(thread);
                self.published.set_presence(thread, presence, &mut out);
            }
        }
        self.outputs.extend(out.into_iter().map(Output::Change));
    }

    /// What is shown of this thread, where it is one, may have changed.
    fn touch(&mut self, thread: impl Into<Option<ThreadId>>) {
        // What is pending reads messages to change threads (a first title), and the other way round.
        self.dirty_list |= !self.outbox.entries.is_empty();
        thread
            .into()
            .into_iter()
            .for_each(|it| self.touch_shown(it));
    }

    fn touch_shown(&mut self, thread: ThreadId) {
        if self.watched.contains(&thread) && !self.dirty.contains(&thread) {
            self.dirty.push(thread);
        }
    }

    fn touch_topic(&mut self, topic: Topic) {
        match topic {
            Topic::User(_) => self.dirty_list = true,
            Topic::Thread(thread) => self.touch(thread),
        }
    }

    fn touch_all(&mut self) {
        self.dirty_list = true;
        self.dirty.clone_from(&self.watched);
    }

    fn fault(&mut self, fault: Fault) {
        self.outputs.push_back(Output::Fault(fault));
    }

    fn send(&mut self, frame: &ClientFrame) {
        self.outputs
            .push_back(Output::Send(self.link.connection, frame.encode()));
    }
}
