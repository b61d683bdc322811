//! The link to the server: which socket there is, when the next one is tried, and whether it lives.
//!
//! Invariant: there is at most one socket at a time. What was said on it is known to whoever said it;
//! here are only the phases and the times.

use rand::{Rng, rngs::SmallRng};
use weft_protocol::{
    Millis,
    limits::{PROBE_GRACE, SILENCE, WAKE_PROBE_GRACE},
};

use crate::{Connection, Status};

/// A socket that is not open, or not welcomed, within this is given up.
const OPEN_WITHIN: u64 = 10_000;
/// A connection that has stood for this long has earned a short wait after its end.
const STABLE_AFTER: u64 = 10_000;
const MIN_WAIT: u64 = 500;
const MAX_WAIT: u64 = 20_000;
/// As many failed tries count as being offline.
const OFFLINE_AFTER: u32 = 3;

/// Where the socket stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Nobody is signed in.
    SignedOut,
    /// Another tab has the socket.
    Following,
    /// The server does not accept the session.
    Refused,
    /// The server does not speak our version.
    TooOld,
    /// Between two tries.
    Waiting { until: Millis },
    /// The socket is being opened.
    Opening { until: Millis },
    /// It is open; `hello` was said, `welcome` not yet.
    Greeting { until: Millis },
    /// `welcome` was said.
    Live,
}

/// What the link wants done because time has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    Open,
    Probe,
    GiveUp,
}

/// The link.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) phase: Phase,
    pub(crate) connection: Connection,
    failed: u32,
    step: u32,
    heard: Millis,
    probe_until: Option<Millis>,
    stable_at: Option<Millis>,
    pub(crate) network_down: bool,
}

impl Link {
    pub(crate) fn new() -> Self {
        Self {
            phase: Phase::SignedOut,
            connection: Connection(0),
            failed: 0,
            step: 0,
            heard: 0,
            probe_until: None,
            stable_at: None,
            network_down: false,
        }
    }

    pub(crate) fn is_live(&self) -> bool {
        self.phase == Phase::Live
    }

    pub(crate) fn has_socket(&self) -> bool {
        matches!(
            self.phase,
            Phase::Opening { .. } | Phase::Greeting { .. } | Phase::Live
        )
    }

    pub(crate) fn status(&self) -> Status {
        match self.phase {
            Phase::SignedOut | Phase::Refused => Status::SignedOut,
            Phase::TooOld => Status::TooOld,
            Phase::Live => Status::Connected,
            Phase::Following
            | Phase::Waiting { .. }
            | Phase::Opening { .. }
            | Phase::Greeting { .. } => {
                if self.network_down || self.failed >= OFFLINE_AFTER {
                    Status::Offline
                } else {
                    Status::Reconnecting
                }
            }
        }
    }

    /// A new socket is being opened; returns its name.
    pub(crate) fn open(&mut self, now: Millis) -> Connection {
        self.connection.0 += 1;
        self.phase = Phase::Opening {
            until: now.saturating_add(OPEN_WITHIN),
        };
        self.connection
    }

    pub(crate) fn greet(&mut self, now: Millis) {
        self.phase = Phase::Greeting {
            until: now.saturating_add(OPEN_WITHIN),
        };
    }

    pub(crate) fn welcomed(&mut self, now: Millis) {
        self.phase = Phase::Live;
        self.failed = 0;
        self.network_down = false;
        self.stable_at = Some(now.saturating_add(STABLE_AFTER));
        self.heard(now);
    }

    /// A frame came: the socket lives.
    pub(crate) fn heard(&mut self, now: Millis) {
        self.heard = now;
        self.probe_until = None;
    }

    /// The socket is gone; another is tried after `wait`, or after a growing, jittered one.
    pub(crate) fn lost(&mut self, now: Millis, wait: Option<u64>, rng: &mut SmallRng) {
        if !self.is_live() {
            self.failed = self.failed.saturating_add(1);
        }
        let most = (MIN_WAIT << self.step.min(6))
            .saturating_mul(2)
            .min(MAX_WAIT);
        self.step = self.step.saturating_add(1);
        let wait = wait.unwrap_or_else(|| rng.random_range(MIN_WAIT..=most));
        self.phase = Phase::Waiting {
            until: now.saturating_add(wait),
        };
        self.clear();
    }

    /// No socket from here on, until a person does something.
    pub(crate) fn stop(&mut self, phase: Phase) {
        self.phase = phase;
        self.failed = 0;
        self.step = 0;
        self.clear();
    }

    fn clear(&mut self) {
        self.probe_until = None;
        self.stable_at = None;
    }

    /// Something happened that may have killed the socket. Returns what to do about it.
    pub(crate) fn wake(&mut self, now: Millis) -> Option<Due> {
        match self.phase {
            Phase::SignedOut | Phase::Following | Phase::Refused | Phase::TooOld => None,
            Phase::Waiting { .. } => Some(Due::Open),
            Phase::Opening { .. } | Phase::Greeting { .. } => None,
            Phase::Live => {
                let until = now.saturating_add(WAKE_PROBE_GRACE);
                if self
                    .probe_until
                    .is_some_and(|pending| pending > now && pending <= until)
                {
                    return None;
                }
                self.probe_until = Some(until);
                Some(Due::Probe)
            }
        }
    }

    /// The next moment at which [`Link::due`] has something to say or to note.
    pub(crate) fn deadline(&self) -> Option<Millis> {
        match self.phase {
            Phase::SignedOut | Phase::Following | Phase::Refused | Phase::TooOld => None,
            Phase::Waiting { until } | Phase::Opening { until } | Phase::Greeting { until } => {
                Some(until)
            }
            Phase::Live => {
                let alive = self
                    .probe_until
                    .unwrap_or(self.heard.saturating_add(SILENCE));
                Some(
                    self.stable_at
                        .map_or(alive, |stable_at| stable_at.min(alive)),
                )
            }
        }
    }

    /// What is due now.
    pub(crate) fn due(&mut self, now: Millis) -> Option<Due> {
        match self.phase {
            Phase::SignedOut | Phase::Following | Phase::Refused | Phase::TooOld => None,
            Phase::Waiting { until } => (now >= until).then_some(Due::Open),
            Phase::Opening { until } | Phase::Greeting { until } => {
                (now >= until).then_some(Due::GiveUp)
            }
            Phase::Live => {
                if self.stable_at.is_some_and(|stable_at| now >= stable_at) {
                    self.stable_at = None;
                    self.step = 0;
                }
                match self.probe_until {
                    Some(until) => (now >= until).then_some(Due::GiveUp),
                    None if now >= self.heard.saturating_add(SILENCE) => {
                        self.probe_until = Some(now.saturating_add(PROBE_GRACE));
                        Some(Due::Probe)
                    }
                    None => None,
                }
            }
        }
    }
}
