//! Keeps on this device what the core wants kept: one database for each account.
//!
//! Invariant: ops are kept in the order in which they come, and the core hears that a mutation is kept
//! once that is durable, never before. Storage that is missing, full, broken or another tab's ends in
//! memory mode, which the composer tells; what waits to be sent is never dropped for room.

pub mod database;
mod lock;

use futures_channel::{mpsc::UnboundedReceiver, oneshot};
use futures_util::{
    StreamExt as _,
    future::{Either, select},
};
use gloo_timers::future::TimeoutFuture;
use weft_protocol::{InstallationId, Topic, UserId};
use weft_sync::{Input, StorageOp, Stored, StoredTopic, Unsent};

use self::{
    database::{Database, Unusable},
    lock::{Lock, Refusal},
};
use super::{driver::Driver, page};
use crate::state::Keeping;

/// How long the bytes of a reply wait for more of them, in milliseconds.
const TEXT_MS: u32 = 1_000;

/// How long a database may take to open, in milliseconds.
const OPEN_MS: u32 = 3_000;

/// How long the page before this one may take to let go of its lock, in milliseconds.
const RELEASE_MS: u32 = 200;

/// What is asked of the storage.
pub(super) enum Order {
    /// Open the database of an account where none is open, and tell the core what is in it.
    Open(UserId, oneshot::Sender<()>),
    /// Keep this.
    Keep(StorageOp),
}

/// The storage of this tab.
struct Storage {
    driver: Driver,
    /// Whose data is kept, or would be.
    user: Option<UserId>,
    open: Option<Open>,
    lost: bool,
}

/// An account's database.
struct Open {
    database: Database,
    /// What must not be lost with the database.
    vital: Vital,
    _lock: Lock,
}

/// What only this device knows.
#[derive(Default)]
struct Vital {
    installation: Option<InstallationId>,
    next_n: u64,
    outbox: Vec<Unsent>,
}

/// Does what is asked, in order, as long as the page lives.
pub(super) async fn run(driver: Driver, mut orders: UnboundedReceiver<Order>) {
    let mut storage = Storage {
        driver,
        user: None,
        open: None,
        lost: false,
    };
    while let Some(batch) = next(&mut orders).await {
        if let Err(keeping) = storage.obey(batch).await
            && !storage.lost
        {
            storage.open = None;
            storage.lost = true;
            storage.driver.keeps(keeping);
        }
    }
}

impl Storage {
    async fn obey(&mut self, batch: Vec<Order>) -> Result<(), Keeping> {
        let mut ops = Vec::with_capacity(batch.len());
        for order in batch {
            match order {
                // Whoever asked goes on once `_done` is dropped.
                Order::Open(user, _done) if self.open.is_none() => {
                    let stored = self.open(user).await?;
                    self.driver.input(Input::Restored(stored));
                }
                Order::Open(..) => {}
                Order::Keep(StorageOp::Wipe) => {
                    ops.clear();
                    self.open = None;
                    if let Some(user) = self.user.take() {
                        // Where there is no storage there is nothing to delete.
                        let _ = Database::delete(&name(user)).await;
                    }
                }
                Order::Keep(op) => {
                    if let StorageOp::Identify { user, .. } = op
                        && self.open.is_none()
                    {
                        self.open(user).await?;
                    }
                    ops.push(op);
                }
            }
        }
        let (Some(user), Some(open)) = (self.user, &mut self.open) else {
            return Ok(());
        };
        if open.keep(user, &ops).await.is_err() {
            return Err(Keeping::Nowhere);
        }
        for n in ops.iter().filter_map(StorageOp::strict) {
            self.driver.input(Input::Kept { n });
        }
        Ok(())
    }

    async fn open(&mut self, user: UserId) -> Result<Stored, Keeping> {
        self.user = Some(user);
        if self.lost {
            return Err(Keeping::Nowhere);
        }
        let lock = lock(user).await?;
        let opening = Box::pin(open(user));
        let opened = match select(opening, TimeoutFuture::new(OPEN_MS)).await {
            Either::Left((opened, _)) => opened,
            Either::Right(_) => Err(Unusable),
        };
        let (database, stored) = opened.map_err(|Unusable| Keeping::Nowhere)?;
        let vital = Vital {
            installation: stored.identity.map(|(_, installation)| installation),
            next_n: stored.next_n,
            outbox: stored.outbox.clone(),
        };
        self.open = Some(Open {
            database,
            vital,
            _lock: lock,
        });
        Ok(stored)
    }
}

impl Open {
    async fn keep(&mut self, user: UserId, ops: &[StorageOp]) -> Result<(), Unusable> {
        ops.iter().for_each(|op| self.vital.note(op));
        if ops.is_empty() || self.database.keep(ops).await.is_ok() {
            return Ok(());
        }
        // It was closed, deleted or is full. A new one gets all that only this device knows.
        self.database = Database::open(&name(user)).await?;
        let mut again: Vec<_> = self.vital.identify(user).into_iter().collect();
        again.extend_from_slice(ops);
        if self.database.keep(&again).await.is_ok() {
            return Ok(());
        }
        let topics = self.database.load().await?.topics;
        let threads: Vec<_> = topics.iter().filter(|held| is_thread(held)).collect();
        let oldest = threads[..threads.len().div_ceil(2)].iter();
        let drops: Vec<_> = oldest
            .map(|held| StorageOp::DropTopic(held.topic))
            .collect();
        self.database.keep(&drops).await?;
        self.database.keep(&again).await
    }
}

impl Vital {
    fn note(&mut self, op: &StorageOp) {
        match op {
            StorageOp::Identify {
                installation,
                next_n,
                outbox,
                ..
            } => {
                *self = Self {
                    installation: Some(*installation),
                    next_n: *next_n,
                    outbox: outbox.clone(),
                }
            }
            StorageOp::PutOutbox(unsent) => {
                if unsent.failure.is_none() {
                    self.next_n = self.next_n.max(unsent.n + 1);
                }
                self.outbox.retain(|other| other.n != unsent.n);
                self.outbox.push(unsent.clone());
            }
            StorageOp::DeleteOutbox { n, .. } => self.outbox.retain(|unsent| unsent.n != *n),
            _ => {}
        }
    }

    fn identify(&self, user: UserId) -> Option<StorageOp> {
        Some(StorageOp::Identify {
            user,
            installation: self.installation?,
            next_n: self.next_n,
            outbox: self.outbox.clone(),
        })
    }
}

fn name(user: UserId) -> String {
    format!("weft-{user}")
}

/// Opens the database of an account. What is new begins with an identity, so that a mutation can be
/// kept before the server is reached for the first time.
async fn open(user: UserId) -> Result<(Database, Stored), Unusable> {
    let database = Database::open(&name(user)).await?;
    let mut stored = database.load().await?;
    if stored.identity.is_none() {
        let installation = InstallationId::new(page::now(), page::random());
        let identify = StorageOp::Identify {
            user,
            installation,
            next_n: 1,
            outbox: Vec::new(),
        };
        database.keep(&[identify]).await?;
        stored = database.load().await?;
    }
    Ok((database, stored))
}

/// The lock of an account's database. The page before this one may be about to let go of it.
async fn lock(user: UserId) -> Result<Lock, Keeping> {
    let name = format!("weft:{user}");
    let mut taken = Lock::take(&name).await;
    if matches!(taken, Err(Refusal::Taken)) {
        TimeoutFuture::new(RELEASE_MS).await;
        taken = Lock::take(&name).await;
    }
    taken.map_err(|refusal| match refusal {
        Refusal::Taken => Keeping::Elsewhere,
        Refusal::Unknown => Keeping::Nowhere,
    })
}

fn is_thread(held: &StoredTopic) -> bool {
    matches!(held.topic, Topic::Thread(_))
}

/// What to do next, at once: what waits, and the bytes of replies once they have waited.
async fn next(orders: &mut UnboundedReceiver<Order>) -> Option<Vec<Order>> {
    let mut batch = vec![orders.next().await?];
    let mut pause = None;
    loop {
        while let Ok(order) = orders.try_recv() {
            add(&mut batch, order);
        }
        if !batch.iter().all(is_text) {
            return Some(batch);
        }
        let pause = pause.get_or_insert_with(|| TimeoutFuture::new(TEXT_MS));
        match select(orders.next(), pause).await {
            Either::Left((Some(order), _)) => add(&mut batch, order),
            Either::Left((None, _)) | Either::Right(_) => return Some(batch),
        }
    }
}

/// Adds to a batch; bytes that follow others of their reply become one piece with them.
fn add(batch: &mut Vec<Order>, order: Order) {
    if let Order::Keep(StorageOp::AppendText {
        message,
        offset,
        text,
    }) = &order
    {
        for before in batch.iter_mut().rev().take_while(|order| is_text(order)) {
            if let Order::Keep(StorageOp::AppendText {
                message: same,
                offset: from,
                text: piece,
            }) = before
                && same == message
                && *from + piece.len() as u64 == *offset
            {
                return piece.push_str(text);
            }
        }
    }
    batch.push(order);
}

fn is_text(order: &Order) -> bool {
    matches!(order, Order::Keep(StorageOp::AppendText { .. }))
}
