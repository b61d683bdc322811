//! What a client stands on: a page that is killed at any moment, and a storage that is done with what
//! it is given some time later, or never.
//!
//! Invariant: of the ops of a page that was killed, a prefix is kept. A storage that failed keeps nothing
//! more until the page is opened again, and then has what it had.

use std::collections::VecDeque;

use rand::Rng;
use weft_protocol::{MessageId, ThreadId};
use weft_sync::{
    Config, Connection, Core, Delivery, Input, StorageOp, View, contract::MemoryStorage,
};

use super::world::{Client, Event, World};

#[derive(Default)]
pub(super) struct Device {
    /// What is durable.
    pub(super) storage: MemoryStorage,
    /// What the storage is not done with.
    waiting: VecDeque<StorageOp>,
    /// Whether nothing is kept of this page.
    pub(super) failed: bool,
    /// Whether somebody is signed in on an open page.
    pub(super) in_use: bool,
    /// The pages that there were before.
    lives: u64,
    /// The threads on screen when the page was killed.
    watched: Vec<ThreadId>,
    /// Messages that were shown as queued and not discarded since: they are to be delivered.
    pub(super) promised: Vec<(MessageId, ThreadId)>,
}

impl Device {
    /// Whether a message is in the outbox of the storage.
    pub(super) fn keeps(&self, message: MessageId) -> bool {
        let outbox = self.storage.stored().outbox;
        let mut said = outbox.iter().filter_map(|it| it.mutation.new_message());
        said.any(|(id, _)| id == message)
    }
}

impl Client {
    /// Whether somebody is signed in, and the page does not take them for another person. What is said to
    /// it meanwhile is that person's, and goes with all that is theirs.
    pub(super) fn is_at_home(&self) -> bool {
        let kept = self.device.storage.stored().identity;
        let is_other = kept.is_some_and(|(user, _)| user != self.user.id);
        self.device.in_use && (self.mirror.user.is_some() || !is_other)
    }

    /// The person does not want the message any more.
    pub(super) fn let_go(&mut self, message: MessageId) {
        self.pending.remove(&message);
        self.device.promised.retain(|(id, _)| *id != message);
    }
}

impl World {
    /// The page gives an op to the storage.
    pub(super) fn store(&mut self, client: usize, op: StorageOp) {
        let device = &mut self.clients[client].device;
        if !device.failed || matches!(op, StorageOp::Wipe) {
            device.waiting.push_back(op);
            let life = device.lives;
            self.after(0..40, Event::Written(client, life));
        }
    }

    /// The storage is done with one op more.
    pub(super) fn written(&mut self, client: usize, life: u64) -> Result<(), String> {
        let fails = self.chance(1);
        let device = &mut self.clients[client].device;
        if device.lives != life {
            return Ok(());
        }
        if fails && !device.failed {
            device.failed = true;
            device.waiting.clear();
            return self.tell(client, Input::StorageLost);
        }
        let Some(op) = device.waiting.pop_front() else {
            return Ok(());
        };
        let strict = op.strict();
        device.storage.apply(op);
        strict.map_or(Ok(()), |n| self.tell(client, Input::Kept { n }))
    }

    /// The storage gets done with all it was given.
    pub(super) fn write_all(&mut self, client: usize) -> Result<(), String> {
        let life = self.clients[client].device.lives;
        while !self.clients[client].device.waiting.is_empty() {
            self.written(client, life)?;
        }
        Ok(())
    }

    /// Notes what is promised by being shown as queued.
    pub(super) fn note_promises(&mut self, client: usize) {
        let client = &mut self.clients[client];
        if client.device.failed || !client.is_at_home() {
            return;
        }
        for (&thread, timeline) in &client.mirror.timelines {
            for row in &timeline.messages {
                let promise = (row.id, thread);
                if row.delivery == Delivery::Queued && !client.device.promised.contains(&promise) {
                    client.device.promised.push(promise);
                }
            }
        }
    }

    /// The page is gone, with all that is not durable.
    pub(super) fn kill(&mut self, client: usize) {
        self.note(|| format!("client {client} is killed"));
        self.kills += 1;
        let seed = self.rng.random();
        let page = &mut self.clients[client];
        let most = self.rng.random_range(0..=page.device.waiting.len());
        for op in page.device.waiting.drain(..most) {
            page.device.storage.apply(op);
        }
        page.device.waiting.clear();
        page.device.lives += 1;
        (page.device.in_use, page.device.failed) = (false, false);
        page.device.watched = page.mirror.timelines.keys().copied().collect();
        page.core = Core::new(self.now, Config { seed });
        page.mirror = View::default();
        // What was not promised may be lost with the page.
        let device = &page.device;
        page.pending.retain(|id, _| {
            device.promised.iter().any(|(promised, _)| promised == id) || device.keeps(*id)
        });
        self.drop_sockets(client);
        self.after(1..6_000, Event::OpenPage(client));
    }

    /// The sockets of a page that is gone: the server finds out later.
    fn drop_sockets(&mut self, client: usize) {
        let links = self.links.iter_mut();
        let mut gone = Vec::new();
        for (&id, link) in links.filter(|(_, link)| link.client == client && link.at_client) {
            link.at_client = false;
            gone.push(id);
        }
        // The next page counts its sockets from the beginning.
        for link in self.links.values_mut().filter(|link| link.client == client) {
            link.connection = Connection(0);
        }
        for id in gone {
            self.after(0..2_000, Event::ClosedAtServer(id));
        }
    }

    /// The page is opened, or somebody signs in on it.
    pub(super) fn open_page(&mut self, client: usize) -> Result<(), String> {
        let has_storage = !self.chance(100);
        let other = self.chance(50).then(|| self.rng.random_range(0..2));
        let device = &mut self.clients[client].device;
        if device.in_use {
            return Ok(());
        }
        device.in_use = true;
        // A page whose storage failed does without to its end.
        device.failed |= !has_storage;
        let has_storage = !device.failed;
        if device.failed {
            // What is in the storage cannot be shown here.
            self.clients[client].pending.clear();
        }
        let device = &mut self.clients[client].device;
        let stored = device.storage.stored();
        let watched = std::mem::take(&mut device.watched);
        let mut inputs = vec![if has_storage {
            Input::Restored(stored)
        } else {
            Input::StorageLost
        }];
        if let Some(other) = other {
            // Somebody else has signed in to the server meanwhile, in another tab.
            let user = self.people[other].clone();
            if user.id != self.clients[client].user.id {
                self.clients[client].user = user;
                self.forget_promises(client);
            }
        }
        let token = Some(self.clients[client].user.name.clone());
        inputs.push(Input::SignedIn { token });
        inputs.extend(watched.into_iter().map(Input::Watch));
        for input in inputs {
            if self.clients[client].device.in_use {
                self.tell(client, input)?;
            }
        }
        Ok(())
    }

    /// The person signs out, on purpose.
    pub(super) fn sign_out(&mut self, client: usize) -> Result<(), String> {
        self.forget_promises(client);
        self.tell(client, Input::SignedOut)?;
        if !self.clients[client].device.in_use {
            return Ok(());
        }
        let device = &mut self.clients[client].device;
        device.in_use = false;
        device.lives += 1;
        for op in device.waiting.drain(..) {
            device.storage.apply(op);
        }
        if !device.storage.is_empty() {
            return Err(format!("signing out leaves {:#?}", device.storage.stored()));
        }
        self.after(100..5_000, Event::OpenPage(client));
        Ok(())
    }

    fn forget_promises(&mut self, client: usize) {
        let client = &mut self.clients[client];
        client.pending.clear();
        client.shown.clear();
        client.device.promised.clear();
        client.device.watched.clear();
    }
}
