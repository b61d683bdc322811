//! Keeps on this device what the core wants kept: one database for each account, and one tab that leads.
//!
//! Invariant: ops are kept in the order in which they come, and the core hears that a mutation is kept
//! once that is durable, never before. Nothing is kept but in the term of the tab that has the account's
//! lock. Storage that is missing, full or broken ends in memory mode, which the composer tells; what waits
//! to be sent is never dropped for room.

pub mod database;
mod lock;

use futures_channel::{
    mpsc::{UnboundedReceiver, UnboundedSender},
    oneshot,
};
use futures_util::{
    StreamExt as _,
    future::{Either, select},
};
use gloo_timers::future::TimeoutFuture;
use weft_protocol::{InstallationId, UserId};
use weft_sync::{Input, PageRead, Rows, StorageOp, Stored, TabMessage, Unsent};

use self::{
    database::{Database, Failure},
    lock::{Ask, Lock},
};
use super::{driver::Driver, local, page};
use crate::state::Keeping;

/// How long the bytes of a reply wait for more of them, in milliseconds.
const TEXT_MS: u32 = 1_000;

/// How long a database may take to open, in milliseconds.
const OPEN_MS: u32 = 3_000;

/// With more bytes than this, or this share of what is allowed, old threads are let go of.
const MOST_BYTES: f64 = 200e6;
const MOST_SHARE: f64 = 0.2;

/// How long a tab waits for the lock before it shows what is kept as a follower, in milliseconds.
const LOCK_MS: u32 = 100;

/// What is asked of the storage.
pub(super) enum Order {
    /// Be a tab of this account: tell the core what is kept, and lead as soon as the lock is here.
    Join(UserId, oneshot::Sender<()>),
    /// The account is left: lead no more, and do not want to.
    Leave,
    /// Keep this, where it is of the present era.
    Keep(u64, StorageOp),
    /// Read this of what is kept, where it is asked in the present era.
    Read(u64, PageRead),
    /// Take the lead from whoever has it.
    TakeOver,
    /// Give up the lead, and stand in line for it.
    StepDown,
    /// The lock of this account is here.
    Granted(UserId, Lock),
    /// The lock with this number was taken by another tab.
    Taken(u64),
}

/// The storage of this tab.
struct Storage {
    driver: Driver,
    orders: UnboundedSender<Order>,
    /// Whose data is kept, or would be.
    user: Option<UserId>,
    /// Whose lock this tab stands in line for.
    waiting: Option<UserId>,
    open: Option<Open>,
    /// Whether the lock is being taken by force.
    stealing: bool,
    /// How often this tab began to follow: what the core wanted kept before that is not kept after it.
    era: u64,
    lost: bool,
}

/// An account's database, in a term of this tab.
struct Open {
    database: Database,
    term: u64,
    /// What must not be lost with the database.
    vital: Vital,
    lock: Lock,
}

/// What only this device knows.
#[derive(Default)]
struct Vital {
    installation: Option<InstallationId>,
    next_n: u64,
    outbox: Vec<Unsent>,
}

/// Why a tab keeps nothing any more.
enum End {
    /// There is no storage.
    Broken,
    /// Another tab leads.
    Superseded,
    /// Somebody has signed out on this device.
    Left,
}

impl From<Failure> for End {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Unusable => Self::Broken,
            Failure::Superseded => Self::Superseded,
        }
    }
}

/// Does what is asked, in order, as long as the page lives; `sender` is the other end of `orders`.
pub(super) async fn run(
    driver: Driver,
    sender: UnboundedSender<Order>,
    mut orders: UnboundedReceiver<Order>,
) {
    finish_leaving().await;
    let mut storage = Storage {
        driver,
        orders: sender,
        user: None,
        waiting: None,
        open: None,
        stealing: false,
        era: 0,
        lost: false,
    };
    while let Some(batch) = next(&mut orders).await {
        storage.obey(batch).await;
    }
}

/// Deletes what a page was about to delete that was closed too early.
async fn finish_leaving() {
    if let Some(user) = local::leaving() {
        // What cannot be deleted now is deleted the next time.
        if Database::delete(&name(user)).await.is_ok() {
            local::has_left();
        }
    }
}

impl Storage {
    async fn obey(&mut self, batch: Vec<Order>) {
        let mut ops = Vec::with_capacity(batch.len());
        for order in batch {
            match order {
                Order::Keep(_, StorageOp::Wipe) => {
                    ops.clear();
                    self.wipe().await;
                }
                Order::Keep(era, op) if era == self.era => ops.push(op),
                // Of a time in which this tab led, and does no more.
                Order::Keep(..) => {}
                order => {
                    let kept = self.keep(std::mem::take(&mut ops)).await;
                    self.go_on(kept);
                    let done = self.turn(order).await;
                    self.go_on(done);
                }
            }
        }
        let kept = self.keep(ops).await;
        self.go_on(kept);
    }

    async fn turn(&mut self, order: Order) -> Result<(), End> {
        match order {
            // Whoever asked goes on once `_done` is dropped.
            Order::Join(user, _done) => self.join(user).await,
            Order::Leave => {
                (self.open, self.user) = (None, None);
                finish_leaving().await;
                Ok(())
            }
            // The same lock taken twice would end the term that it begins.
            Order::TakeOver if self.stealing || self.open.is_some() => Ok(()),
            Order::TakeOver => {
                self.stealing = self.user.is_some();
                self.ask(Ask::Steal, None)
            }
            Order::Granted(user, lock) => self.lead(user, lock).await,
            Order::StepDown => Err(End::Superseded),
            Order::Taken(id) => {
                let open = self.open.as_ref();
                let is_ours = open.is_some_and(|open| open.lock.id == id);
                if is_ours {
                    Err(End::Superseded)
                } else {
                    Ok(())
                }
            }
            Order::Read(era, read) if era == self.era => {
                self.read(read).await;
                Ok(())
            }
            Order::Keep(..) | Order::Read(..) => Ok(()),
        }
    }

    fn go_on(&mut self, done: Result<(), End>) {
        match done {
            Ok(()) => {}
            Err(End::Broken) => self.lose(),
            Err(End::Superseded) => self.step_down(),
            Err(End::Left) => {
                (self.open, self.user) = (None, None);
                self.driver.depart();
            }
        }
    }

    /// Keeps ops, where this tab leads.
    async fn keep(&mut self, ops: Vec<StorageOp>) -> Result<(), End> {
        let (Some(user), Some(open)) = (self.user, &mut self.open) else {
            return Ok(());
        };
        if ops.is_empty() {
            return Ok(());
        }
        open.keep(user, &ops).await?;
        for n in ops.iter().filter_map(StorageOp::strict) {
            self.driver.input(Input::Kept { n });
        }
        Ok(())
    }

    /// Tells the core what is kept of a page. Where the storage fails, the server has it.
    async fn read(&mut self, read: PageRead) {
        let rows = match &self.open {
            Some(open) => open.database.read(&read).await.unwrap_or_default(),
            None => Rows::default(),
        };
        self.driver.input(Input::Read(read, rows));
    }

    /// Tells the core what is kept, and asks for the lead. Where the lock is here at once, it leads at
    /// once.
    async fn join(&mut self, user: UserId) -> Result<(), End> {
        if self.user == Some(user) {
            return Ok(());
        }
        if self.lost {
            self.driver.input(Input::StorageLost);
            return Ok(());
        }
        finish_leaving().await;
        (self.user, self.open) = (Some(user), None);
        self.era = self.driver.follow(user);
        let (say, granted) = oneshot::channel();
        self.ask(Ask::Wait, Some(say))?;
        if let Either::Left((Ok(lock), _)) = select(granted, TimeoutFuture::new(LOCK_MS)).await {
            return self.lead(user, lock).await;
        }
        let (term, stored) = within(look(user)).await?;
        // A leader of before is not believed.
        let newest = term.map(|term| Input::Heard(TabMessage::Lead { term }));
        newest
            .into_iter()
            .for_each(|input| self.driver.input(input));
        self.driver.input(Input::Restored(stored));
        Ok(())
    }

    /// Asks for the lock; it comes by `first` where that is still waited for, and as an order else.
    fn ask(&mut self, ask: Ask, first: Option<oneshot::Sender<Lock>>) -> Result<(), End> {
        let Some(user) = self.user else { return Ok(()) };
        if ask == Ask::Wait && self.waiting.replace(user) == Some(user) {
            return Ok(());
        }
        let (orders, taken) = (self.orders.clone(), self.orders.clone());
        let granted = move |lock: Lock| {
            let late = match first {
                Some(first) => first.send(lock).err(),
                None => Some(lock),
            };
            if let Some(lock) = late {
                let _ = orders.unbounded_send(Order::Granted(user, lock));
            }
        };
        let lost = move |id| {
            let _ = taken.unbounded_send(Order::Taken(id));
        };
        lock::request(&lock_name(user), ask, granted, lost).map_err(|_| End::Broken)
    }

    /// Begins a term.
    async fn lead(&mut self, user: UserId, lock: Lock) -> Result<(), End> {
        if lock.waited() {
            self.waiting.take_if(|waiting| *waiting == user);
        } else {
            self.stealing = false;
        }
        if self.user != Some(user) {
            return Ok(());
        }
        if !is_open_here(user) {
            return Err(End::Left);
        }
        self.open = None;
        let (database, term, stored) = within(begin(user)).await?;
        let vital = Vital {
            installation: stored.identity.map(|(_, installation)| installation),
            next_n: stored.next_n,
            outbox: stored.outbox.clone(),
        };
        self.open = Some(Open {
            database,
            term,
            vital,
            lock,
        });
        self.driver.input(Input::Restored(stored));
        self.driver.input(Input::Lead { term });
        Ok(())
    }

    /// Goes on as a follower.
    fn step_down(&mut self) {
        self.open = None;
        if self.lost {
            return;
        }
        if let Some(user) = self.user {
            self.era = self.driver.follow(user);
        }
        if self.ask(Ask::Wait, None).is_err() {
            self.lose();
        }
    }

    /// Goes on in memory.
    fn lose(&mut self) {
        self.open = None;
        if !std::mem::replace(&mut self.lost, true) {
            self.driver.keeps(Keeping::Nowhere);
        }
    }

    async fn wipe(&mut self) {
        self.open = None;
        if let Some(user) = self.user.take() {
            // Where it fails, it is tried again when the app is opened the next time.
            if Database::delete(&name(user)).await.is_ok() {
                local::has_left();
            }
        }
    }
}

impl Open {
    async fn keep(&mut self, user: UserId, ops: &[StorageOp]) -> Result<(), End> {
        ops.iter().for_each(|op| self.vital.note(op));
        match self.database.keep(self.term, ops).await {
            Ok(()) => return Ok(()),
            Err(Failure::Superseded) => return Err(End::Superseded),
            Err(Failure::Unusable) => {}
        }
        if !is_open_here(user) {
            return Err(End::Left);
        }
        // It was closed, deleted or is full. A new one gets all that only this device knows.
        self.database = Database::open(&name(user)).await?;
        let mut again: Vec<_> = self.vital.identify(user).into_iter().collect();
        again.extend_from_slice(ops);
        if self.database.keep(self.term, &again).await.is_ok() {
            return Ok(());
        }
        self.database.prune(self.term).await?;
        Ok(self.database.keep(self.term, &again).await?)
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

/// The name of an account's lock, and of the channel of its tabs.
pub(super) fn lock_name(user: UserId) -> String {
    format!("weft:{user}")
}

/// Whether the account is open on this device: nobody has signed out in another tab.
fn is_open_here(user: UserId) -> bool {
    local::account().map_or_else(|| !local::keeps(), |account| account.id == user)
}

/// Whether so many bytes of so many allowed ones are more than this app should take.
fn is_much((used, allowed): (f64, f64)) -> bool {
    used > MOST_BYTES.min(allowed * MOST_SHARE)
}

/// A database that does not open is as good as none.
async fn within<T>(opening: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    match select(Box::pin(opening), TimeoutFuture::new(OPEN_MS)).await {
        Either::Left((opened, _)) => opened,
        Either::Right(_) => Err(Failure::Unusable),
    }
}

/// What is kept of an account, and the newest term.
async fn look(user: UserId) -> Result<(Option<u64>, Stored), Failure> {
    let database = Database::open(&name(user)).await?;
    Ok((database.term().await?, database.load().await?))
}

/// Opens the database of an account, and begins a term in it. What is new begins with an identity, so
/// that a mutation can be kept before the server is reached for the first time.
async fn begin(user: UserId) -> Result<(Database, u64, Stored), Failure> {
    let database = Database::open(&name(user)).await?;
    let term = database.lead(page::now()).await?;
    if page::stored_bytes().await.is_some_and(is_much) {
        database.prune(term).await?;
    }
    let mut stored = database.load().await?;
    if stored.identity.is_none() {
        let identify = StorageOp::Identify {
            user,
            installation: InstallationId::new(page::now(), page::random()),
            next_n: stored.next_n.max(1),
            outbox: stored.outbox,
        };
        database.keep(term, &[identify]).await?;
        stored = database.load().await?;
    }
    Ok((database, term, stored))
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
    if let Order::Keep(
        era,
        StorageOp::AppendText {
            message,
            offset,
            text,
        },
    ) = &order
    {
        for before in batch.iter_mut().rev().take_while(|order| is_text(order)) {
            if let Order::Keep(
                of,
                StorageOp::AppendText {
                    message: same,
                    offset: from,
                    text: piece,
                },
            ) = before
                && (&*of, &*same) == (era, message)
                && *from + piece.len() as u64 == *offset
            {
                return piece.push_str(text);
            }
        }
    }
    batch.push(order);
}

fn is_text(order: &Order) -> bool {
    matches!(order, Order::Keep(_, StorageOp::AppendText { .. }))
}
