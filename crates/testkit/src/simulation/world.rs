//! The clock, the queue of what is to come, and the loop over it.

use std::collections::{BTreeMap, BTreeSet};

use rand::{Rng, SeedableRng, rngs::SmallRng};
use weft_hub::{SessionId, store::Tables as _};
use weft_protocol::{
    ClientFrame, InstallationId, MessageId, Millis, Mutation, Role, ThreadId, User, UserId,
};
use weft_sync::{Change, Config, Connection, Core, Input, Output, Sizes, TabMessage, View};

use super::{
    Report, Trouble, check,
    device::{Device, Page},
    marks::{self, Marks},
    members::Membership,
    network::Link,
    people::Said,
    presence,
    server::Server,
};

/// When the schedule begins.
pub(super) const BEGIN: Millis = 1_700_000_000_000;
/// How long people and chaos are at work.
const CHAOS: Millis = 60_000;
/// How long all may take to converge once the network is back.
const BOUND: Millis = 120_000;
/// By then a socket that went silent is found out, and replaced.
const QUIET: Millis = 70_000;
/// By then what comes on a screen is told to the others.
const SHOWN: Millis = 5_000;
/// Far more inputs than a schedule has.
const MOST_STEPS: u64 = 60_000;

/// As few rows are shown and held, and asked for at once, that short threads are long ones.
pub(super) const SIZES: Sizes = Sizes {
    shown: 4,
    most_shown: 8,
    step: 3,
    page: 5,
    tail: 6,
    most_held: 24,
};

pub(super) fn config(seed: u64) -> Config {
    Config { seed, sizes: SIZES }
}

/// What is to come.
#[derive(Clone, Debug)]
pub(super) enum Event {
    Intent(usize),
    Chaos,
    Opened(SessionId),
    ToClient(SessionId, String),
    ToServer(SessionId, String),
    Flushed(SessionId),
    ClosedAtClient(SessionId, u16),
    ClosedAtServer(SessionId),
    Authenticate(SessionId),
    ServerStep,
    ServerUp,
    Generate(MessageId),
    Written(usize, u64),
    OpenPage(usize),
    Granted(usize, u64),
    Stolen(usize, u64),
    Heard(usize, u64, Box<TabMessage>),
    Thaw(usize, u64),
    SignInAgain(usize),
    Reopened(usize, u64),
    SignOutSeen(usize, UserId, u64),
}

/// A tab.
pub(super) struct Client {
    pub(super) core: Core,
    /// Whose the page takes itself for.
    pub(super) user: User,
    pub(super) device: usize,
    pub(super) page: Page,
    pub(super) mirror: View,
    /// Messages that were said here and have not been seen confirmed.
    pub(super) pending: BTreeMap<MessageId, ThreadId>,
    /// The confirmed messages of each timeline as last shown.
    pub(super) shown: BTreeMap<ThreadId, Vec<MessageId>>,
    /// The threads of which another path than the newest may be read.
    pub(super) strayed: BTreeSet<ThreadId>,
}

pub(super) struct World {
    pub(super) now: Millis,
    pub(super) rng: SmallRng,
    pub(super) queue: BTreeMap<(Millis, u64), Event>,
    order: u64,
    pub(super) clients: Vec<Client>,
    pub(super) devices: Vec<Device>,
    pub(super) links: BTreeMap<SessionId, Link>,
    pub(super) server: Server,
    pub(super) people: Vec<User>,
    /// The threads that were made, by whom.
    pub(super) threads: Vec<(ThreadId, UserId)>,
    pub(super) said: BTreeMap<MessageId, Said>,
    pub(super) members: Membership,
    pub(super) marks: Marks,
    /// What was rejected or sent anew, and what took the place of what.
    pub(super) anew: BTreeSet<MessageId>,
    pub(super) replaced: Vec<(MessageId, MessageId)>,
    pub(super) healed: bool,
    pub(super) steps: u64,
    pub(super) troubles: [u64; Trouble::ALL.len()],
    /// Which mutation each number stands for.
    numbered: BTreeMap<(UserId, InstallationId, u64), Mutation>,
    /// The newest term of each installation in which something was given to the store.
    pub(super) terms: BTreeMap<(UserId, InstallationId), u64>,
    /// The notices that were shown by themselves, and whose.
    shown_once: BTreeSet<(UserId, u64)>,
    tracing: bool,
    pub(super) trace: Vec<String>,
}

impl World {
    pub(super) fn new(seed: u64, tracing: bool) -> Self {
        let mut rng = SmallRng::seed_from_u64(seed);
        let people: Vec<User> = ["ada", "bo"]
            .iter()
            .map(|name| User::new(UserId::new(BEGIN, rng.random()), *name))
            .collect();
        // A device with three tabs, another one of the same person, and one of somebody else.
        let devices = [0, 0, 1].map(|person: usize| Device::new(people[person].clone()));
        let clients = [0, 0, 0, 1, 2, 2].map(|device: usize| Client {
            core: Core::new(BEGIN, config(rng.random())),
            user: devices[device].user.clone(),
            device,
            page: Page::default(),
            mirror: View::default(),
            pending: BTreeMap::new(),
            shown: BTreeMap::new(),
            strayed: BTreeSet::new(),
        });
        let mut server = Server::new(rng.random());
        let thread = ThreadId::new(BEGIN, rng.random());
        let mut members = Membership::default();
        for (person, at) in people.iter().zip(0..) {
            let role = if at == 0 { Role::Owner } else { Role::Editor };
            let row = presence::shared(thread, role);
            let Ok(()) = server.store.put_thread(person.id, &row);
            if at > 0 {
                members.let_in(thread, person.id);
            }
        }
        let threads = vec![(thread, people[0].id)];
        Self {
            now: BEGIN,
            server,
            rng,
            queue: BTreeMap::new(),
            order: 0,
            clients: clients.into(),
            devices: devices.into(),
            links: BTreeMap::new(),
            people,
            threads,
            members,
            marks: Marks::default(),
            said: BTreeMap::new(),
            anew: BTreeSet::new(),
            replaced: Vec::new(),
            healed: false,
            steps: 0,
            troubles: Default::default(),
            numbered: BTreeMap::new(),
            terms: BTreeMap::new(),
            shown_once: BTreeSet::new(),
            tracing,
            trace: Vec::new(),
        }
    }

    pub(super) fn run(&mut self) -> Result<Report, String> {
        for client in 0..self.clients.len() {
            self.open_page(client)?;
            self.after(0..2_000, Event::Intent(client));
        }
        self.after(0..3_000, Event::Chaos);
        self.advance(BEGIN + CHAOS, false)?;
        self.heal()?;
        let healed_at = self.now;
        self.advance(BEGIN + CHAOS + BOUND, true)?;
        check::converged(self).map_err(|what| format!("not converged in time: {what}"))?;
        check::exactly_once(self)?;
        check::in_order(self)?;
        let healed_in = self.now - healed_at;
        // What is shown is right; what is here may still be an overlay whose rows are on their way.
        self.advance(self.now + QUIET, false)?;
        check::followers(self)?;
        check::restorable(self)?;
        check::nothing_is_left(self)?;
        marks::counted(self)?;
        check::promises(self)?;
        // Looking at what was promised has taken threads off some screens, and put them there again.
        self.advance(self.now + SHOWN, false)?;
        presence::quiet(self)?;
        self.leave_in_silence()?;
        Ok(Report {
            steps: self.steps,
            troubles: self.troubles,
            messages: self.said.len() as u64,
            healed_in,
        })
    }

    /// Goes on until `end`, or until all have converged where that is wanted.
    pub(super) fn advance(&mut self, end: Millis, until_converged: bool) -> Result<(), String> {
        loop {
            let event = self.queue.first_key_value().map(|(&(at, _), _)| at);
            let hub = self.server.next_deadline();
            let cores = (0..self.clients.len())
                .filter_map(|tab| self.due_at(tab))
                .min();
            let next = [event, hub, cores]
                .into_iter()
                .flatten()
                .min()
                .unwrap_or(end);
            let next = next.max(self.now);
            if next >= end {
                self.now = end;
                return Ok(());
            }
            if until_converged && next > self.now && check::converged(self).is_ok() {
                return Ok(());
            }
            self.now = next;
            self.steps += 1;
            if self.steps > MOST_STEPS {
                return Err("somebody spins".into());
            }
            if event.is_some_and(|at| at <= self.now) {
                if let Some((_, event)) = self.queue.pop_first() {
                    self.note(|| format!("{event:?}"));
                    self.happen(event)?;
                }
            } else if hub.is_some_and(|at| at <= self.now) {
                self.note(|| "the hub's deadline".into());
                self.tell_hub(weft_hub::Input::Tick)?;
            } else {
                for client in 0..self.clients.len() {
                    if self.due_at(client).is_some_and(|at| at <= self.now) {
                        self.tell(client, Input::Tick)?;
                    }
                }
            }
        }
    }

    fn happen(&mut self, event: Event) -> Result<(), String> {
        match event {
            Event::Intent(client) => {
                if self.healed {
                    return Ok(());
                }
                self.after(50..8_000, Event::Intent(client));
                if !self.is_at_home(client) {
                    return Ok(());
                }
                if self.chance(5) {
                    return self.sign_out(client);
                }
                let input = self.intent(client);
                input.map_or(Ok(()), |input| self.tell(client, input))
            }
            Event::Chaos => {
                if !self.healed {
                    self.after(200..6_000, Event::Chaos);
                    self.disturb()?;
                }
                Ok(())
            }
            Event::Opened(id) => self.opened(id),
            Event::ToClient(id, text) => match self.at_client(id) {
                Some((client, connection)) => self.tell(client, Input::Received(connection, text)),
                None => Ok(()),
            },
            Event::ToServer(id, text) => self.at_server(id, weft_hub::Input::Received(id, text)),
            Event::Flushed(id) => self.at_server(id, weft_hub::Input::Flushed(id)),
            Event::ClosedAtClient(id, code) => match self.end_at_client(id) {
                Some((client, connection)) => self.tell(client, Input::Closed(connection, code)),
                None => Ok(()),
            },
            Event::ClosedAtServer(id) => {
                let told = self.at_server(id, weft_hub::Input::Closed(id));
                if let Some(link) = self.links.get_mut(&id) {
                    link.at_server = false;
                }
                told
            }
            Event::Authenticate(id) => {
                let user = self.cookie(id);
                self.members.speaks(id, user.as_ref());
                self.at_server(id, weft_hub::Input::Authenticated(id, user))
            }
            Event::ServerStep => self.server_step(),
            Event::ServerUp => self.server_up(),
            Event::Generate(message) => {
                self.generate(message);
                Ok(())
            }
            Event::Written(client, life) => self.written(client, life),
            Event::OpenPage(client) => self.open_page(client),
            Event::Granted(tab, life) => self.granted(tab, life),
            Event::Stolen(tab, life) => self.stolen(tab, life),
            Event::Heard(tab, life, message) => {
                if self.clients[tab].page.lives == life {
                    return self.tell(tab, Input::Heard(*message));
                }
                Ok(())
            }
            Event::Thaw(tab, life) => self.thaw(tab, life),
            Event::Reopened(tab, life) => {
                if self.clients[tab].page.lives == life {
                    self.reopen(tab);
                }
                Ok(())
            }
            Event::SignInAgain(place) => self.sign_in_again(place),
            Event::SignOutSeen(place, user, arrivals) => self.sign_out_seen(place, user, arrivals),
        }
    }

    /// What the clock of the tab's device shows.
    pub(super) fn time_at(&self, tab: usize) -> Millis {
        self.now + self.devices[self.clients[tab].device].ahead
    }

    /// When the tab is to be told that time has passed: one that is hidden is let go on every few seconds,
    /// and a frozen one not at all.
    fn due_at(&self, tab: usize) -> Option<Millis> {
        let client = &self.clients[tab];
        let due = client
            .core
            .next_deadline()
            .filter(|_| !client.page.frozen)?;
        let due = due.saturating_sub(self.devices[client.device].ahead);
        let coarse = if client.page.hidden { 10_000 } else { 1 };
        Some(due.div_ceil(coarse) * coarse)
    }

    /// Tells a tab, does what it wants done, and looks at what it shows. The page may be killed between any
    /// two of it.
    pub(super) fn tell(&mut self, client: usize, input: Input) -> Result<(), String> {
        if !self.reaches(client, &input) {
            return Ok(());
        }
        self.note(|| format!("tab {client}: {input:?}"));
        let (now, life) = (self.time_at(client), self.clients[client].page.lives);
        let leaves = input == Input::Heard(TabMessage::SignedOut);
        if matches!(input, Input::Follow(_)) {
            // What it wanted kept until now belongs to a term that is over.
            self.clients[client].page.waiting.clear();
        }
        self.clients[client].core.handle(now, input);
        while let Some(output) = self.clients[client].core.poll_output() {
            if self.rare(750) && self.clients[client].page.in_use {
                self.kill(client);
            }
            if self.clients[client].page.lives != life {
                return check::client(self, client);
            }
            match output {
                Output::Open(connection) => self.open(client, connection),
                Output::Send(connection, text) => {
                    self.note_sent(client, connection, &text)?;
                    self.send_up(client, connection, text);
                }
                Output::Close(connection, _) => self.close_up(client, connection),
                Output::Change(change) => {
                    self.note_shown(client, &change)?;
                    self.clients[client].mirror.apply(change);
                }
                Output::Fault(fault) => self.note(|| format!("tab {client}: {fault:?}")),
                Output::Store(op) => self.store(client, op),
                Output::Read(read) => self.read_kept(client, read),
                Output::Post(message) => self.post(client, *message),
                Output::TakeOver => self.steal(client),
                Output::StepDown => self.step_down(client),
                Output::Reopen => self.reopen(client),
            }
        }
        if leaves && self.clients[client].page.lives == life {
            self.left(client);
        }
        self.note_promises(client);
        check::client(self, client).map_err(|what| format!("tab {client}: {what}"))
    }

    /// A notice is shown by itself in one tab of a person at most (SPEC R55).
    fn note_shown(&mut self, client: usize, change: &Change) -> Result<(), String> {
        let Change::NoticeShown(row) = change else {
            return Ok(());
        };
        self.troubles[Trouble::Shown as usize] += 1;
        let user = self.clients[client].user.id;
        if self.shown_once.insert((user, row.n)) {
            Ok(())
        } else {
            Err(format!("tab {client} shows {row:?} once more"))
        }
    }

    /// A number of an installation stands for one mutation, whoever leads.
    fn note_sent(
        &mut self,
        client: usize,
        connection: Connection,
        text: &str,
    ) -> Result<(), String> {
        let (n, mutation) = match ClientFrame::decode(text) {
            Ok(ClientFrame::Hello { term, .. }) => {
                self.note_term(client, connection, term);
                return Ok(());
            }
            Ok(ClientFrame::Mutate { n, mutation }) => (n, mutation),
            _ => return Ok(()),
        };
        let client = &self.clients[client];
        let key = (client.user.id, client.core.installation(), n);
        let before = self.numbered.entry(key).or_insert_with(|| mutation.clone());
        if *before == mutation {
            return Ok(());
        }
        Err(format!("{key:?} is {mutation:?}, and was {before:?}"))
    }

    pub(super) fn at(&mut self, at: Millis, event: Event) {
        self.order += 1;
        self.queue.insert((at, self.order), event);
    }

    pub(super) fn after(&mut self, span: std::ops::Range<Millis>, event: Event) {
        let wait = self.rng.random_range(span);
        self.at(self.now + wait, event);
    }

    /// Whether something that happens `per_mille` times in a thousand happens now.
    pub(super) fn chance(&mut self, per_mille: u32) -> bool {
        !self.healed && self.rng.random_ratio(per_mille, 1_000)
    }

    /// Whether something that happens once in so many times happens now.
    fn rare(&mut self, times: u32) -> bool {
        !self.healed && self.rng.random_ratio(1, times)
    }

    /// There was trouble once more.
    pub(super) fn trouble(&mut self, trouble: Trouble) {
        self.troubles[trouble as usize] += 1;
    }

    pub(super) fn note(&mut self, what: impl FnOnce() -> String) {
        if self.tracing {
            self.trace
                .push(format!("{:>7} {}", self.now - BEGIN, what()));
        }
    }

    pub(super) fn connection_of(&self, client: usize, connection: Connection) -> Option<SessionId> {
        let mut links = self.links.iter();
        let found = links.find(|(_, link)| link.client == client && link.connection == connection);
        found.map(|(&id, _)| id)
    }
}
