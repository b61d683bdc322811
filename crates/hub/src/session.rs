//! One socket: who it is, what it follows and how far it has read. Numbers, not queues.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use weft_protocol::{
    ClientFrame, Cursor, InstallationId, Limits, MessageId, Millis, Presence, ServerFrame,
    ThreadId, Topic, User,
    frame::{Held, Subscription},
    limits::{HELLO_WITHIN, PING_EVERY},
};

use crate::{Ticket, online::News};

/// Frames that may be sent and not yet flushed.
const CREDIT: u8 = 2;

/// How long a socket may take to flush a frame, in milliseconds.
const STALL: u64 = 20_000;

/// How long a socket may say nothing, in milliseconds: it missed two pings.
const DEAF: u64 = 60_000;

/// The burst allowed, in seconds of the announced rate.
const BURST_SECONDS: u64 = 10;

/// How far a session has come.
#[derive(Debug)]
pub(crate) enum Phase {
    /// It has not said hello.
    Silent,
    /// It has, and is being looked up.
    Opening(Vec<Subscription>),
    /// It has been welcomed.
    Live,
}

/// A followed topic.
#[derive(Debug)]
pub(crate) enum Follow {
    /// The store is being asked by this ticket; these bytes of its replies are held.
    Resuming(Ticket, Vec<Held>),
    /// Everything up to here was sent.
    At(Cursor),
}

/// A reply that is being read.
#[derive(Debug)]
pub(crate) struct Reader {
    pub(crate) topic: Topic,
    pub(crate) offset: u64,
    /// The handle said to the client, once it was.
    pub(crate) handle: Option<u32>,
    /// Whether the store is being asked for bytes that are not in memory.
    pub(crate) reading: bool,
}

#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) phase: Phase,
    pub(crate) user: Option<User>,
    pub(crate) installation: Option<InstallationId>,
    /// The term of the tab that leads its device; 0 is a client without tabs.
    pub(crate) term: u64,
    /// Answers to the client's own requests, which are bounded.
    pub(crate) answers: VecDeque<(Option<ThreadId>, Arc<str>)>,
    pub(crate) follows: BTreeMap<Topic, Follow>,
    pub(crate) readers: BTreeMap<MessageId, Reader>,
    /// Topics that may have something new.
    pub(crate) dirty_topics: BTreeSet<Topic>,
    /// Replies that may have something new.
    pub(crate) dirty_readers: BTreeSet<MessageId>,
    /// Threads of which it may be told who has them on screen.
    pub(crate) dirty_rooms: BTreeSet<ThreadId>,
    /// What was said of threads that it may follow only once the store has said so.
    pub(crate) wished: BTreeMap<ThreadId, Presence>,
    /// Whether its person wants nobody to see that they are there.
    pub(crate) hides: bool,
    /// Whether they see the app there.
    pub(crate) online: bool,
    /// What it is to be told of others who are online.
    pub(crate) online_news: Option<News>,
    /// Mutations not yet answered.
    pub(crate) in_flight: u32,
    /// Questions of any kind that the store has not yet answered.
    pub(crate) asked: usize,
    pub(crate) credit: u8,
    /// When it took its last frame, or was given one while it had none.
    pub(crate) flushed_at: Millis,
    pub(crate) heard_at: Millis,
    pub(crate) ping_at: Millis,
    opened_at: Millis,
    /// What the rate still allows, in thousandths of a frame.
    allowance: u64,
    allowance_at: Millis,
    /// The moment under which it stands in the hub's timers.
    pub(crate) armed: Option<Millis>,
}

impl Session {
    pub(crate) fn new(now: Millis, user: Option<User>, limits: &Limits) -> Self {
        Self {
            phase: Phase::Silent,
            user,
            installation: None,
            term: 0,
            answers: VecDeque::new(),
            follows: BTreeMap::new(),
            readers: BTreeMap::new(),
            dirty_topics: BTreeSet::new(),
            dirty_readers: BTreeSet::new(),
            dirty_rooms: BTreeSet::new(),
            wished: BTreeMap::new(),
            hides: false,
            online: false,
            online_news: None,
            in_flight: 0,
            asked: 0,
            credit: CREDIT,
            flushed_at: now,
            heard_at: now,
            ping_at: now + PING_EVERY,
            opened_at: now,
            allowance: u64::from(limits.frames_per_second) * BURST_SECONDS * 1_000,
            allowance_at: now,
            armed: None,
        }
    }

    pub(crate) fn answer(&mut self, frame: &ServerFrame) {
        self.answers.push_back((None, frame.encode().into()));
    }

    /// Answers with something of a topic.
    pub(crate) fn answer_of(&mut self, topic: Topic, frame: &ServerFrame) {
        let thread = match topic {
            Topic::Thread(thread) => Some(thread),
            Topic::User(_) => None,
        };
        self.answers.push_back((thread, frame.encode().into()));
    }

    pub(crate) fn flushed(&mut self, now: Millis) {
        self.credit = (self.credit + 1).min(CREDIT);
        self.flushed_at = now;
    }

    pub(crate) fn has_unflushed(&self) -> bool {
        self.credit < CREDIT
    }

    pub(crate) fn is_stalled(&self, now: Millis) -> bool {
        self.has_unflushed() && now >= self.flushed_at + STALL
    }

    pub(crate) fn is_deaf(&self, now: Millis) -> bool {
        now >= self.heard_at + DEAF
    }

    pub(crate) fn is_late_with_hello(&self, now: Millis) -> bool {
        !matches!(self.phase, Phase::Live) && now >= self.opened_at + HELLO_WITHIN
    }

    /// Whether it goes on asking without taking what it asked for. Whoever keeps to the limits has at
    /// most an answer and a running reply of each topic, and an answer to each mutation, on the way.
    pub(crate) fn has_asked_too_much(&self, limits: &Limits) -> bool {
        let owed = self.asked + self.answers.len() + self.readers.len();
        owed > 2 * (limits.topics + limits.in_flight) as usize
    }

    pub(crate) fn next_deadline(&self) -> Millis {
        let stall = if self.has_unflushed() {
            self.flushed_at + STALL
        } else {
            Millis::MAX
        };
        let phase = match self.phase {
            Phase::Live => self.ping_at,
            _ => self.opened_at + HELLO_WITHIN,
        };
        stall.min(phase).min(self.heard_at + DEAF)
    }

    /// Takes one frame off the rate's allowance; `Err` says how long to wait, in milliseconds.
    pub(crate) fn spend(&mut self, now: Millis, limits: &Limits) -> Result<(), u64> {
        let rate = u64::from(limits.frames_per_second).max(1);
        let gained = now.saturating_sub(self.allowance_at).saturating_mul(rate);
        self.allowance = self
            .allowance
            .saturating_add(gained)
            .min(rate * BURST_SECONDS * 1_000);
        self.allowance_at = now;
        match self.allowance.checked_sub(1_000) {
            Some(left) => {
                self.allowance = left;
                Ok(())
            }
            None => Err((1_000 - self.allowance).div_ceil(rate)),
        }
    }

    pub(crate) fn follow(&mut self, topic: Topic, cursor: Cursor) {
        self.follows.insert(topic, Follow::At(cursor));
        self.dirty_topics.insert(topic);
    }

    /// The threads that it follows.
    pub(crate) fn threads(&self) -> impl Iterator<Item = ThreadId> {
        self.follows.keys().filter_map(|topic| match topic {
            Topic::Thread(thread) => Some(*thread),
            Topic::User(_) => None,
        })
    }

    /// Whether everything of the topic that was asked of the store has come.
    pub(crate) fn is_caught_up_by_store(&self, topic: &Topic) -> bool {
        matches!(self.follows.get(topic), Some(Follow::At(_)))
    }
}

/// Whether a frame is a mutation, and which: over the rate it is answered, not punished.
pub(crate) fn mutation_number(frame: &ClientFrame) -> Option<u64> {
    match frame {
        ClientFrame::Mutate { n, .. } => Some(*n),
        _ => None,
    }
}
