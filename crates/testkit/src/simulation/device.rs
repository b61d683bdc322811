//! What a tab stands on: a device with a storage, a lock and a channel that its tabs share, and a page
//! that is killed, frozen or hidden at any moment.
//!
//! Invariant: a storage keeps what a tab gives it in order, and a prefix of it where the tab is killed; it
//! keeps nothing of a tab that leads no more. A lock has one holder at a time. What is said on a channel
//! reaches each other tab in the order in which one tab says it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rand::Rng;
use weft_protocol::{InstallationId, MessageId, Millis, ThreadId, User, UserId};
use weft_sync::{
    Connection, Core, Delivery, Input, PageRead, Status, StorageOp, TabId, TabMessage, View,
    contract::MemoryStorage,
};

use super::{
    Trouble,
    world::{Client, Event, SIZES, World, config},
};

/// What the tabs of a browser share.
pub(super) struct Device {
    /// Whose cookie there is.
    pub(super) user: User,
    /// Whether the server does not accept the cookie.
    pub(super) expired: bool,
    /// Whose account is open on it.
    pub(super) account: Option<UserId>,
    /// What is durable, of each person who was here.
    pub(super) storages: BTreeMap<UserId, MemoryStorage>,
    locks: BTreeMap<UserId, Lock>,
    /// How often a database was deleted, somebody signed out, and somebody came.
    wipes: u64,
    departures: u64,
    arrivals: u64,
    /// Who has signed out, where what is kept of them is not deleted yet.
    leaving: Option<UserId>,
    /// How far its clock is ahead of the server's.
    pub(super) ahead: Millis,
    /// Messages that were shown as queued and not discarded since: they are to be delivered.
    pub(super) promised: Vec<Promise>,
    /// Messages that the person does not want any more.
    unwanted: BTreeSet<MessageId>,
}

/// A message that was shown as queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Promise {
    pub(super) user: UserId,
    pub(super) message: MessageId,
    pub(super) thread: ThreadId,
}

/// What a storage is to do.
pub(super) enum Order {
    Keep(StorageOp),
    Read(PageRead),
}

fn empty_storage() -> MemoryStorage {
    MemoryStorage::new(SIZES.tail)
}

#[derive(Default)]
struct Lock {
    holder: Option<usize>,
    queue: VecDeque<usize>,
}

/// A tab, beside its core.
#[derive(Default)]
pub(super) struct Page {
    /// What the storage is not done with.
    pub(super) waiting: VecDeque<Order>,
    /// The term in which it leads, or did last, and how often all was wiped before.
    term: u64,
    wipes: u64,
    /// How often somebody had signed out on the device when it was opened.
    departures: u64,
    /// Whether rows were thrown away under it: they come back with the next page.
    pub(super) evicted: bool,
    /// Whether it works without the storage.
    pub(super) alone: bool,
    /// Whether somebody is signed in on an open page.
    pub(super) in_use: bool,
    /// Whether it has said so to the core.
    pub(super) frozen: bool,
    pub(super) hidden: bool,
    /// What it will be told once it is not frozen any more.
    missed: VecDeque<Input>,
    /// The pages that there were before.
    pub(super) lives: u64,
    /// The threads on screen when the page was killed.
    watched: Vec<ThreadId>,
    /// What it said last is heard then.
    heard_at: Millis,
}

impl Device {
    pub(super) fn new(user: User) -> Self {
        Self {
            account: Some(user.id),
            user,
            expired: false,
            storages: BTreeMap::new(),
            locks: BTreeMap::new(),
            wipes: 0,
            departures: 0,
            arrivals: 0,
            leaving: None,
            ahead: 0,
            promised: Vec::new(),
            unwanted: BTreeSet::new(),
        }
    }

    pub(super) fn storage(&mut self, user: UserId) -> &mut MemoryStorage {
        self.storages.entry(user).or_insert_with(empty_storage)
    }

    /// Whether a message is in the outbox of the storage of `user`.
    pub(super) fn keeps(&self, user: UserId, message: MessageId) -> bool {
        let Some(storage) = self.storages.get(&user) else {
            return false;
        };
        let outbox = storage.stored().outbox;
        let mut said = outbox.iter().filter_map(|it| it.mutation.new_message());
        said.any(|(id, _)| id == message)
    }

    fn is_led_by(&self, tab: usize, user: UserId) -> bool {
        let lock = self.locks.get(&user);
        lock.is_some_and(|lock| lock.holder == Some(tab))
    }
}

impl World {
    /// The person does not want the message any more.
    pub(super) fn let_go(&mut self, tab: usize, message: MessageId) {
        let place = self.clients[tab].device;
        self.shown_no_more(tab, message);
        let device = &mut self.devices[place];
        device.promised.retain(|promise| promise.message != message);
        device.unwanted.insert(message);
    }

    /// Something else takes the place of the message on each tab of the device.
    pub(super) fn shown_no_more(&mut self, tab: usize, message: MessageId) {
        let place = self.clients[tab].device;
        let tabs = self.clients.iter_mut();
        for client in tabs.filter(|client| client.device == place) {
            client.pending.remove(&message);
        }
    }

    /// Whether somebody is signed in on the tab, as whom it takes them for.
    pub(super) fn is_at_home(&self, tab: usize) -> bool {
        let client = &self.clients[tab];
        let device = &self.devices[client.device];
        client.page.in_use
            && client.page.departures == device.departures
            && !client.page.frozen
            && device.user.id == client.user.id
            && device.account == Some(client.user.id)
            && client.mirror.status != Status::SignedOut
    }

    /// Whether the tab has the lock of its account, and so the storage.
    pub(super) fn leads(&self, tab: usize) -> bool {
        let client = &self.clients[tab];
        self.devices[client.device].is_led_by(tab, client.user.id)
    }

    /// The tab gives an op to the storage.
    pub(super) fn store(&mut self, tab: usize, op: StorageOp) {
        let client = &mut self.clients[tab];
        if matches!(op, StorageOp::Wipe) {
            return self.wipe(tab);
        }
        if !client.page.alone {
            client.page.waiting.push_back(Order::Keep(op));
            let life = client.page.lives;
            self.after(0..40, Event::Written(tab, life));
        }
    }

    /// The tab asks the storage for rows, after all that it gave it.
    pub(super) fn read_kept(&mut self, tab: usize, read: PageRead) {
        let page = &mut self.clients[tab].page;
        if !page.alone {
            page.waiting.push_back(Order::Read(read));
            let life = page.lives;
            self.after(0..40, Event::Written(tab, life));
        }
    }

    /// Who signs out deletes the database: connections to it are closed.
    fn wipe(&mut self, tab: usize) {
        self.clients[tab].page.waiting.clear();
        self.finish_leaving(self.clients[tab].device);
    }

    /// Deletes what is kept of who has signed out. A page that was killed before it did leaves that to
    /// whoever hears of it, or opens next.
    fn finish_leaving(&mut self, place: usize) {
        let device = &mut self.devices[place];
        if let Some(user) = device.leaving.take() {
            *device.storage(user) = empty_storage();
            device.wipes += 1;
        }
    }

    /// The storage is done with one op more.
    pub(super) fn written(&mut self, tab: usize, life: u64) -> Result<(), String> {
        let fails = self.chance(1);
        let client = &mut self.clients[tab];
        if client.page.lives != life || client.page.waiting.is_empty() {
            return Ok(());
        }
        let user = client.user.id;
        let device = &mut self.devices[client.device];
        if client.page.frozen && client.page.wipes != device.wipes {
            // Its connection is closed, and it cannot open another one.
            client.page.waiting.clear();
            return Ok(());
        }
        if device.account != Some(user) {
            // Somebody has signed out on this device.
            client.page.waiting.clear();
            return self.tell(tab, Input::Heard(TabMessage::SignedOut));
        }
        if !device.storage(user).is_led_in(client.page.term) {
            client.page.waiting.clear();
            return self.superseded(tab);
        }
        if fails {
            client.page.alone = true;
            client.page.waiting.clear();
            self.release(tab);
            self.trouble(Trouble::StorageLoss);
            return self.tell(tab, Input::StorageLost);
        }
        let op = match client.page.waiting.pop_front() {
            Some(Order::Keep(op)) => op,
            Some(Order::Read(read)) => {
                let rows = device.storage(user).read(&read);
                return self.tell(tab, Input::Read(read, rows));
            }
            None => return Ok(()),
        };
        let strict = op.strict();
        device.storage(user).apply(op);
        strict.map_or(Ok(()), |n| self.tell(tab, Input::Kept { n }))
    }

    /// The storage gets done with all it was given.
    pub(super) fn write_all(&mut self, tab: usize) -> Result<(), String> {
        let life = self.clients[tab].page.lives;
        while !self.clients[tab].page.waiting.is_empty() {
            self.written(tab, life)?;
        }
        Ok(())
    }

    /// Another tab leads by now.
    fn superseded(&mut self, tab: usize) -> Result<(), String> {
        self.release(tab);
        self.tell(tab, Input::Follow(TabId(tab as u64)))?;
        self.request_lock(tab);
        Ok(())
    }

    /// Stands in line for the lock.
    fn request_lock(&mut self, tab: usize) {
        let client = &self.clients[tab];
        if !client.page.in_use || client.page.alone {
            return;
        }
        let user = client.user.id;
        let lock = self.devices[client.device].locks.entry(user).or_default();
        if !lock.queue.contains(&tab) && lock.holder != Some(tab) {
            lock.queue.push_back(tab);
        }
        self.grant(tab, user);
    }

    /// Gives a free lock of an account to who stands first in line.
    fn grant(&mut self, tab: usize, user: UserId) {
        let device = &mut self.devices[self.clients[tab].device];
        let lock = device.locks.entry(user).or_default();
        if lock.holder.is_none()
            && let Some(next) = lock.queue.pop_front()
        {
            lock.holder = Some(next);
            let life = self.clients[next].page.lives;
            self.after(0..30, Event::Granted(next, life));
        }
    }

    /// Lets go of the lock, and of the place in line.
    fn release(&mut self, tab: usize) {
        let client = &self.clients[tab];
        let user = client.user.id;
        let lock = self.devices[client.device].locks.entry(user).or_default();
        lock.queue.retain(|&other| other != tab);
        if lock.holder == Some(tab) {
            lock.holder = None;
        }
        self.grant(tab, user);
    }

    /// Takes the lock from whoever has it.
    pub(super) fn steal(&mut self, tab: usize) {
        let client = &self.clients[tab];
        let user = client.user.id;
        let lock = self.devices[client.device].locks.entry(user).or_default();
        if client.page.alone || !client.page.in_use || lock.holder == Some(tab) {
            return;
        }
        lock.queue.retain(|&other| other != tab);
        let before = lock.holder.replace(tab);
        let life = client.page.lives;
        self.trouble(Trouble::Steal);
        self.after(0..30, Event::Granted(tab, life));
        if let Some(before) = before {
            let life = self.clients[before].page.lives;
            self.after(0..30, Event::Stolen(before, life));
        }
    }

    /// The lock is there: a term begins.
    pub(super) fn granted(&mut self, tab: usize, life: u64) -> Result<(), String> {
        let now = self.time_at(tab);
        let installation = InstallationId::new(self.now, self.rng.random());
        let client = &mut self.clients[tab];
        let user = client.user.id;
        let device = &mut self.devices[client.device];
        if client.page.lives != life || !device.is_led_by(tab, user) {
            return Ok(());
        }
        if client.page.frozen {
            // Nothing runs in it that could go on from here.
            self.after(100..1_000, Event::Granted(tab, life));
            return Ok(());
        }
        if device.account != Some(user) {
            // Somebody has signed out meanwhile.
            return self.tell(tab, Input::Heard(TabMessage::SignedOut));
        }
        let storage = device.storage(user);
        let term = storage.lead(now);
        if storage.stored().identity.is_none() {
            storage.apply(StorageOp::Identify {
                user,
                installation,
                next_n: 1,
                outbox: Vec::new(),
            });
        }
        let stored = storage.stored();
        (client.page.term, client.page.wipes) = (term, device.wipes);
        client.page.evicted = false;
        self.tell(tab, Input::Restored(stored))?;
        if self.clients[tab].page.lives == life {
            self.tell(tab, Input::Lead { term })?;
        }
        Ok(())
    }

    /// The lock was taken away.
    pub(super) fn stolen(&mut self, tab: usize, life: u64) -> Result<(), String> {
        let page = &self.clients[tab].page;
        if page.lives != life || page.alone || self.leads(tab) {
            return Ok(());
        }
        self.clients[tab].page.waiting.clear();
        self.superseded(tab)
    }

    /// The tab gives up the lead.
    pub(super) fn step_down(&mut self, tab: usize) {
        let life = self.clients[tab].page.lives;
        self.release(tab);
        self.after(0..5, Event::Stolen(tab, life));
    }

    /// The tab says something to those beside it.
    pub(super) fn post(&mut self, tab: usize, message: TabMessage) {
        if matches!(message, TabMessage::SignedOut) {
            let device = &mut self.devices[self.clients[tab].device];
            device.account = None;
        }
        let delay = self.rng.random_range(0..15);
        let page = &mut self.clients[tab].page;
        page.heard_at = page.heard_at.max(self.now + delay);
        let at = page.heard_at;
        for other in 0..self.clients.len() {
            let (here, there) = (&self.clients[tab], &self.clients[other]);
            let reaches = here.device == there.device && here.user.id == there.user.id;
            if other != tab && reaches && there.page.in_use {
                let life = there.page.lives;
                self.at(at, Event::Heard(other, life, Box::new(message.clone())));
            }
        }
    }

    /// Tells a tab of this life, or keeps it for when it is not frozen any more. Returns whether it is to
    /// be told now.
    pub(super) fn reaches(&mut self, tab: usize, input: &Input) -> bool {
        let page = &mut self.clients[tab].page;
        if page.frozen {
            page.missed.push_back(input.clone());
        }
        !page.frozen
    }

    /// A tab stands still, until it goes on.
    pub(super) fn freeze(&mut self, tab: usize) {
        let page = &mut self.clients[tab].page;
        if page.in_use && !page.frozen {
            page.frozen = true;
            let life = page.lives;
            self.trouble(Trouble::Freeze);
            self.after(1_000..30_000, Event::Thaw(tab, life));
        }
    }

    /// A frozen tab goes on, with all that happened meanwhile.
    pub(super) fn thaw(&mut self, tab: usize, life: u64) -> Result<(), String> {
        if self.clients[tab].page.lives != life {
            return Ok(());
        }
        self.clients[tab].page.frozen = false;
        while self.clients[tab].page.lives == life
            && let Some(input) = self.clients[tab].page.missed.pop_front()
        {
            self.tell(tab, input)?;
        }
        Ok(())
    }

    /// The platform throws away what it keeps of a person. Where a tab leads, that tab knows the outbox
    /// and keeps it anew.
    pub(super) fn evict(&mut self, tab: usize) {
        let client = &self.clients[tab];
        let (user, place) = (client.user.id, client.device);
        let in_use = |client: &Client| client.device == place && client.page.in_use;
        let tabs = (0..self.clients.len()).filter(|&tab| self.clients[tab].user.id == user);
        let leader = tabs
            .filter(|&tab| self.clients[tab].device == place)
            .find(|&tab| self.leads(tab));
        let stored = self.devices[place].storage(user).stored();
        let storage = self.devices[place].storage(user);
        // One that has the lock and has not begun its term does not know what is kept.
        let leader = leader.filter(|&leader| storage.is_led_in(self.clients[leader].page.term));
        match (leader, stored.identity) {
            (Some(leader), Some((_, installation))) => {
                let term = self.clients[leader].page.term;
                *storage = empty_storage();
                storage.lead(term);
                storage.apply(StorageOp::Identify {
                    user,
                    installation,
                    next_n: stored.next_n,
                    outbox: stored.outbox,
                });
                self.clients[leader].page.evicted = true;
                self.trouble(Trouble::Eviction);
            }
            _ if !self.clients.iter().any(in_use) => {
                *storage = empty_storage();
                self.forget_promises(tab);
                self.trouble(Trouble::Eviction);
            }
            _ => {}
        }
    }

    /// Notes what is promised by being shown as queued.
    pub(super) fn note_promises(&mut self, tab: usize) {
        if self.clients[tab].page.alone || !self.is_at_home(tab) {
            return;
        }
        let client = &self.clients[tab];
        let device = &mut self.devices[client.device];
        for (&thread, timeline) in &client.mirror.timelines {
            for row in &timeline.messages {
                let promise = Promise {
                    user: client.user.id,
                    message: row.id,
                    thread,
                };
                let wanted = !device.unwanted.contains(&row.id);
                if row.delivery == Delivery::Queued && wanted && !device.promised.contains(&promise)
                {
                    device.promised.push(promise);
                    if let Some(said) = self.said.get_mut(&row.id) {
                        said.was_queued = true;
                    }
                }
            }
        }
    }

    /// The page is gone, with all that is not durable.
    pub(super) fn kill(&mut self, tab: usize) {
        self.note(|| format!("tab {tab} is killed"));
        self.trouble(Trouble::Kill);
        let seed = self.rng.random();
        let most = self
            .rng
            .random_range(0..=self.clients[tab].page.waiting.len());
        let client = &mut self.clients[tab];
        let user = client.user.id;
        let device = &mut self.devices[client.device];
        let may = device.account == Some(user) && device.storage(user).is_led_in(client.page.term);
        for (at, order) in client.page.waiting.drain(..).enumerate() {
            match order {
                Order::Keep(op) if at < most && may => device.storage(user).apply(op),
                // Nobody is there any more to be told.
                Order::Keep(_) | Order::Read(_) => {}
            }
        }
        let page = std::mem::take(&mut client.page);
        client.page = Page {
            lives: page.lives + 1,
            watched: client.mirror.timelines.keys().copied().collect(),
            ..Page::default()
        };
        client.core = Core::new(self.now, config(seed));
        client.strayed.clear();
        client.mirror = View::default();
        client.shown.clear();
        // What was not promised may be lost with the page.
        let promised = |id: &MessageId| {
            let mut all = device.promised.iter();
            all.any(|promise| promise.message == *id) || device.keeps(user, *id)
        };
        client.pending.retain(|id, _| promised(id));
        self.release(tab);
        self.drop_sockets(tab);
        self.after(1..6_000, Event::OpenPage(tab));
    }

    /// The sockets of a page that is gone: the server finds out later.
    fn drop_sockets(&mut self, tab: usize) {
        let links = self.links.iter_mut();
        let mut gone = Vec::new();
        for (&id, link) in links.filter(|(_, link)| link.client == tab && link.at_client) {
            link.at_client = false;
            gone.push(id);
        }
        // The next page counts its sockets from the beginning.
        for link in self.links.values_mut().filter(|link| link.client == tab) {
            link.connection = Connection(0);
        }
        for id in gone {
            self.after(0..2_000, Event::ClosedAtServer(id));
        }
    }

    /// The page is opened, or somebody signs in on it.
    pub(super) fn open_page(&mut self, tab: usize) -> Result<(), String> {
        let has_storage = !self.chance(50);
        let place = self.clients[tab].device;
        if self.clients[tab].page.in_use {
            return Ok(());
        }
        if self.chance(20) {
            self.change_person(place);
        }
        if !has_storage {
            self.trouble(Trouble::NoStorage);
        }
        self.finish_leaving(place);
        let device = &mut self.devices[place];
        device.expired = false;
        device.arrivals += 1;
        let before = device.account.replace(device.user.id);
        if before.is_some_and(|before| before != device.user.id) {
            // The other tabs hear of it from the platform.
            for other in 0..self.clients.len() {
                if other != tab && self.clients[other].device == place {
                    let life = self.clients[other].page.lives;
                    self.after(0..100, Event::Reopened(other, life));
                }
            }
        }
        let device = &mut self.devices[place];
        let client = &mut self.clients[tab];
        if client.user.id != device.user.id {
            client.user = device.user.clone();
            client.pending.clear();
            client.page.watched.clear();
        }
        client.page.in_use = true;
        client.page.departures = device.departures;
        client.page.alone = !has_storage;
        let life = client.page.lives;
        let watched = std::mem::take(&mut client.page.watched);
        let stored = device.storage(client.user.id).stored();
        let mut inputs = if has_storage {
            let follow = Input::Follow(TabId(tab as u64));
            let term = device.storage(client.user.id).term();
            let lead = Input::Heard(TabMessage::Lead { term });
            vec![follow, lead, Input::Restored(stored)]
        } else {
            // What is in the storage cannot be shown here.
            client.pending.clear();
            vec![Input::StorageLost]
        };
        inputs.push(Input::SignedIn { token: None });
        inputs.extend(watched.into_iter().map(Input::Watch));
        self.request_lock(tab);
        for input in inputs {
            if self.clients[tab].page.lives == life {
                self.tell(tab, input)?;
            }
        }
        Ok(())
    }

    /// Somebody else signs in to the server on this device; what the one before has not sent stays.
    fn change_person(&mut self, place: usize) {
        let other = self.rng.random_range(0..self.people.len());
        let user = self.people[other].clone();
        if self.devices[place].user != user {
            self.trouble(Trouble::Stranger);
        }
        self.devices[place].user = user;
    }

    /// The page begins anew, with what is kept of who is signed in by now.
    pub(super) fn reopen(&mut self, tab: usize) {
        if self.clients[tab].page.in_use {
            self.kill(tab);
            self.clients[tab].page.watched.clear();
        }
    }

    /// The server does not know the person any more, who signs in again.
    pub(super) fn sign_in_again(&mut self, place: usize) -> Result<(), String> {
        self.devices[place].expired = false;
        for tab in 0..self.clients.len() {
            let client = &self.clients[tab];
            if client.device == place && client.page.in_use {
                self.tell(tab, Input::SignedIn { token: None })?;
            }
        }
        Ok(())
    }

    /// The person signs out, on purpose.
    pub(super) fn sign_out(&mut self, tab: usize) -> Result<(), String> {
        let (place, user) = (self.clients[tab].device, self.clients[tab].user.id);
        self.trouble(Trouble::SignOut);
        self.forget_promises(tab);
        let device = &mut self.devices[place];
        (device.account, device.leaving) = (None, Some(user));
        device.departures += 1;
        let arrivals = device.arrivals;
        let life = self.clients[tab].page.lives;
        self.tell(tab, Input::SignedOut)?;
        if self.clients[tab].page.lives == life {
            self.left(tab);
        }
        // The other tabs hear of it from the platform in any case.
        for other in 0..self.clients.len() {
            let there = &self.clients[other];
            if other != tab && there.device == place && there.user.id == user && there.page.in_use {
                let life = there.page.lives;
                self.after(
                    0..100,
                    Event::Heard(other, life, Box::new(TabMessage::SignedOut)),
                );
            }
        }
        self.after(200..8_000, Event::SignOutSeen(place, user, arrivals));
        Ok(())
    }

    /// The tab has nobody signed in any more.
    pub(super) fn left(&mut self, tab: usize) {
        self.release(tab);
        self.finish_leaving(self.clients[tab].device);
        let client = &mut self.clients[tab];
        let lives = client.page.lives + 1;
        client.page = Page {
            lives,
            ..Page::default()
        };
        client.pending.clear();
        client.shown.clear();
        self.after(100..5_000, Event::OpenPage(tab));
    }

    /// What is left after signing out, where nobody has come since.
    pub(super) fn sign_out_seen(
        &mut self,
        place: usize,
        user: UserId,
        arrivals: u64,
    ) -> Result<(), String> {
        let device = &mut self.devices[place];
        let left = device.storage(user).stored();
        let is_over = device.arrivals == arrivals && device.leaving.is_none();
        if is_over && left != weft_sync::Stored::default() {
            return Err(format!("signing out leaves {left:#?}"));
        }
        Ok(())
    }

    fn forget_promises(&mut self, tab: usize) {
        let (place, user) = (self.clients[tab].device, self.clients[tab].user.id);
        let device = &mut self.devices[place];
        device.promised.retain(|promise| promise.user != user);
        for client in &mut self.clients {
            if client.device == place && client.user.id == user {
                client.pending.clear();
                client.shown.clear();
                client.page.watched.clear();
            }
        }
    }
}
