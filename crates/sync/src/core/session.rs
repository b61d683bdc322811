//! Connections: opening, greeting, losing and leaving them, and what is due by the clock.

use rand::Rng;
use weft_protocol::{
    ClientFrame, ErrorCode, InstallationId, Limits, Millis, Retry, Topic, User, Versions,
    frame::{Held, Subscription, close},
};

use super::{BYTES_WITHIN, Core, OPEN_EVERY, Role, online::Onlines};
use crate::{
    Connection, Fault, Output, StorageOp, TabMessage,
    link::{Due, Phase},
};

/// The close code of a socket that we give up; a browser allows no other below 3000.
const NORMAL: u16 = 1000;

impl Core {
    pub(super) fn sign_in(&mut self, token: Option<String>) {
        self.token = token;
        self.hang_up();
        if self.is_follower() {
            self.link.stop(Phase::Following);
            self.ping();
        } else {
            self.open();
        }
    }

    /// Forgets the account. Who did not hear of it from another tab tells the others, and wipes what is
    /// stored.
    pub(super) fn sign_out(&mut self, heard: bool) {
        self.hang_up();
        self.link.stop(Phase::SignedOut);
        self.token = None;
        self.forget_account();
        self.watched.clear();
        self.readers.clear();
        if !heard {
            self.post(TabMessage::SignedOut);
            self.store(StorageOp::Wipe);
        }
        self.role = Role::Alone;
    }

    /// Forgets all that belongs to an account but what is watched.
    fn forget_account(&mut self) {
        self.touch_all();
        (self.owner, self.user) = (None, None);
        self.models.clear();
        self.outbox.clear();
        self.drafts.clear();
        self.replica.threads.clear();
        self.replica.notices.clear();
        self.news.forget();
        self.replica.timelines.clear();
        self.follows.clear();
        self.kept.clear();
        self.fetches.clear();
        self.asks.clear();
        self.presence_ends();
        self.onlines = Onlines::default();
        self.hold_until = None;
        self.missed = None;
        self.installation = self.new_installation();
    }

    fn new_installation(&mut self) -> InstallationId {
        InstallationId::new(self.now, self.rng.random())
    }

    pub(super) fn open(&mut self) {
        let connection = self.link.open(self.now);
        self.outputs.push_back(Output::Open(connection));
    }

    pub(super) fn opened(&mut self, connection: Connection) {
        let opening = matches!(self.link.phase, Phase::Opening { .. });
        if connection != self.link.connection || !opening {
            return;
        }
        self.link.greet(self.now);
        let wanted = self.wanted();
        let topics = wanted
            .iter()
            .map(|&topic| self.subscription(topic))
            .collect();
        self.greeted = wanted;
        let hello = ClientFrame::Hello {
            versions: Versions::SUPPORTED,
            installation: self.installation,
            term: self.term(),
            token: self.token.clone(),
            topics,
        };
        self.send(&hello);
    }

    pub(super) fn closed(&mut self, connection: Connection, code: u16) {
        if connection != self.link.connection || !self.link.has_socket() {
            return;
        }
        self.ended(close::error(code));
    }

    /// The connection has ended, with this error where there is one.
    fn ended(&mut self, error: Option<ErrorCode>) {
        if error == Some(ErrorCode::Superseded) && self.term() != 0 {
            self.forget_socket();
            self.link.stop(Phase::Following);
            self.step_down();
            return;
        }
        match error.map(ErrorCode::retry) {
            Some(Retry::AfterAuth) => {
                self.forget_socket();
                self.link.stop(Phase::Refused);
            }
            Some(Retry::AfterUpgrade) => {
                self.forget_socket();
                self.link.stop(Phase::TooOld);
            }
            Some(Retry::Now | Retry::Backoff | Retry::Never) | None => self.lost(None),
        }
    }

    /// The server says that the connection is at its end.
    pub(super) fn refused(&mut self, code: ErrorCode) {
        self.hang_up();
        self.ended(Some(code));
    }

    /// Closes the socket and tries again after `wait`, or after a growing wait.
    pub(super) fn reconnect(&mut self, wait: Option<u64>) {
        self.hang_up();
        self.lost(wait);
    }

    pub(super) fn hang_up(&mut self) {
        if self.link.has_socket() {
            self.outputs
                .push_back(Output::Close(self.link.connection, NORMAL));
            self.forget_socket();
        }
    }

    fn lost(&mut self, wait: Option<u64>) {
        self.forget_socket();
        self.link.lost(self.now, wait, &mut self.rng);
    }

    fn forget_socket(&mut self) {
        self.handles.clear();
        for (_, follow) in self.follows.iter_mut() {
            follow.lost();
        }
        self.asks.forget_socket();
        self.presence_pauses();
        self.online_pauses();
        self.outbox.take_back(0);
        self.hold_until = None;
        self.missed = None;
        self.touch_all();
    }

    /// Something happened that may have killed the socket, or brought the network back.
    pub(super) fn wake(&mut self) {
        let due = self.link.wake(self.now);
        self.act(due);
        self.ping();
    }

    fn act(&mut self, due: Option<Due>) {
        match due {
            Some(Due::Open) => self.open(),
            Some(Due::Probe) => self.send(&ClientFrame::Ping),
            Some(Due::GiveUp) => self.reconnect(None),
            None => {}
        }
    }

    pub(super) fn welcome(&mut self, user: User, last_n: u64, limits: Limits) {
        if self.owner.is_some_and(|known| known != user.id) {
            // Another account behind the same cookie: nothing of the one before is theirs, and what that
            // one has not sent stays where it is kept.
            self.hang_up();
            self.link.stop(Phase::SignedOut);
            self.forget_account();
            self.role = Role::Alone;
            self.outputs.push_back(Output::Reopen);
            return;
        }
        self.link.welcomed(self.now);
        self.limits = limits;
        let is_new = self.user.as_ref() != Some(&user);
        let had_none = self.owner.replace(user.id).is_none();
        self.user = Some(user);
        if had_none {
            self.identify();
        }
        if is_new {
            self.touch_all();
        }
        let expected = last_n.saturating_add(1);
        if expected < self.outbox.first_n() || expected > self.outbox.next_n {
            self.renumber();
            return;
        }
        // What is watched may have changed since `hello`.
        let wanted = self.wanted();
        for topic in std::mem::take(&mut self.greeted) {
            if wanted.contains(&topic) {
                self.follows.or_default(topic).subscribed = true;
                self.ask_missing_bytes(topic);
            } else {
                self.send(&ClientFrame::Unsubscribe { topic });
            }
        }
        self.follow_wanted();
        self.ask_server_again();
        for (_, fetch) in self.fetches.iter_mut() {
            fetch.at = Some(self.now);
        }
        self.pump();
    }

    /// Numbers what is unsent from the beginning, as another installation.
    pub(super) fn number_anew(&mut self) {
        self.installation = self.new_installation();
        self.outbox.renumber();
    }

    /// The server expects a number that this installation cannot give: starts over as another one.
    pub(super) fn renumber(&mut self) {
        self.number_anew();
        self.identify();
        self.fault(Fault::Renumbered);
        self.reconnect(None);
    }

    /// The topics to follow.
    fn wanted(&self) -> Vec<Topic> {
        // The server does not know of a thread before it has the mutation that makes it.
        let threads = self.on_screen().into_iter();
        let threads = threads.filter(|&thread| !self.outbox.creates(thread));
        let ready = |topic: &Topic| {
            self.follows
                .get(*topic)
                .is_none_or(|follow| follow.not_before.is_none())
        };
        self.user_topic()
            .into_iter()
            .chain(threads.map(Topic::Thread))
            .filter(ready)
            .collect()
    }

    fn subscription(&self, topic: Topic) -> Subscription {
        let cursor = self.follows.get(topic).and_then(|follow| follow.cursor);
        let streams: Vec<Held> = match topic {
            Topic::Thread(thread) if cursor.is_some() => {
                let timeline = self.replica.timelines.get(thread);
                timeline
                    .into_iter()
                    .flat_map(|rows| rows.open_replies())
                    .map(|(_, held)| held)
                    .collect()
            }
            Topic::Thread(_) | Topic::User(_) => Vec::new(),
        };
        Subscription {
            topic,
            cursor,
            streams,
        }
    }

    /// Subscribes to what is wanted and not followed yet.
    pub(super) fn follow_wanted(&mut self) {
        if !self.link.is_live() {
            return;
        }
        for topic in self.wanted() {
            let follow = self.follows.or_default(topic);
            if !follow.subscribed && !follow.missing {
                self.subscribe(topic, true);
            }
        }
    }

    /// Subscribes to a topic, again or for the first time, from its cursor or for all of it.
    pub(super) fn subscribe(&mut self, topic: Topic, resume: bool) {
        let mut subscription = self.subscription(topic);
        if !resume {
            subscription.cursor = None;
        }
        self.follows.or_default(topic).subscribed = true;
        self.send(&ClientFrame::Subscribe(subscription));
        self.ask_missing_bytes(topic);
    }

    /// Asks for what is missing of the ended replies of a topic: no stream will bring it.
    fn ask_missing_bytes(&mut self, topic: Topic) {
        let Topic::Thread(thread) = topic else { return };
        let timeline = self.replica.timelines.get(thread);
        let short: Vec<_> = timeline
            .into_iter()
            .flat_map(|rows| rows.open_replies())
            .filter(|(message, _)| message.awaited.is_some())
            .map(|(_, held)| held.message)
            .collect();
        for message in short {
            self.ask_bytes(thread, message, BYTES_WITHIN);
        }
    }

    /// Sends what may be sent of the outbox.
    pub(super) fn pump(&mut self) {
        if !self.link.is_live() || self.hold_until.is_some() {
            return;
        }
        let most = self.limits.in_flight.max(1) as usize;
        for (n, mutation) in self.outbox.next_to_send(most) {
            self.send(&ClientFrame::Mutate { n, mutation });
        }
    }

    /// Does what is due by the clock.
    pub(super) fn run_due(&mut self) {
        self.run_tabs();
        let due = self.link.due(self.now);
        self.act(due);
        self.run_presence();
        self.run_online();
        if !self.link.is_live() {
            return;
        }
        let now = self.now;
        if self.hold_until.take_if(|until| *until <= now).is_some() {
            self.pump();
        }
        let overdue: Vec<Topic> = self
            .follows
            .iter_mut()
            .filter_map(|(topic, follow)| follow.is_overdue(now).then_some(topic))
            .collect();
        overdue.into_iter().for_each(|topic| self.gap(topic));
        let mut again = false;
        for (_, follow) in self.follows.iter_mut() {
            again |= follow.not_before.take_if(|at| *at <= now).is_some();
        }
        if again {
            self.follow_wanted();
        }
        self.run_fetches(now);
    }

    fn run_fetches(&mut self, now: Millis) {
        let due: Vec<_> = self
            .fetches
            .iter()
            .filter(|(_, fetch)| fetch.at.is_some_and(|at| at <= now))
            .map(|(message, fetch)| (message, fetch.thread))
            .collect();
        for (message, thread) in due {
            let row = self
                .replica
                .message(thread, message)
                .filter(|row| row.is_open());
            let followed = self
                .follows
                .get(Topic::Thread(thread))
                .is_some_and(|f| f.subscribed);
            let Some(row) = row.filter(|_| followed) else {
                self.fetches.remove(message);
                continue;
            };
            let (offset, ended) = (row.body.len(), row.awaited.is_some());
            if let Some(fetch) = self.fetches.get_mut(message) {
                fetch.last = Some(now);
                fetch.tries = fetch.tries.saturating_add(1);
                let wait = (BYTES_WITHIN << fetch.tries.min(5)).max(OPEN_EVERY);
                fetch.at = ended.then(|| now.saturating_add(wait));
            }
            self.send(&ClientFrame::Open {
                thread,
                held: Held { message, offset },
            });
        }
    }
}
