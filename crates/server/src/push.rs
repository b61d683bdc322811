//! Web push: what reaches a person's devices while the app is closed there.
//!
//! Invariant: a push is a hint and never state. What is queued is on disk, is tried for a day, and is of a
//! thread and a device the newest only; a subscription ends with its session, and when its push service
//! says so. Only public addresses are called (`address`).
//!
//! Who is to be told, and when, is [`trigger`]'s; how an attempt's answer is taken, [`retry`]'s.

pub mod address;
pub(crate) mod api;
mod clock;
pub mod payload;
pub mod retry;
mod sender;
mod table;
pub mod trigger;
mod vapid;

use std::sync::Arc;

use tokio::sync::Notify;
use weft_protocol::{ThreadId, UserId};

pub use self::clock::Clock;
use self::{address::Allowed, sender::Sender, table::Table, vapid::Vapid};
use crate::store::Writer;

/// How to push.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Where the operators of push services reach ours, as `mailto:` or `https:`; without it, at the app.
    pub contact: Option<String>,
    /// Which hosts may be called.
    pub allowed: Allowed,
}

/// Where a device is pushed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Subscription {
    endpoint: String,
    p256dh: [u8; 65],
    auth: [u8; 16],
    /// The address of the app there; ends with `/`.
    app: String,
}

/// The queue of pushes; clones share it.
#[derive(Clone)]
pub struct Push {
    table: Table,
    vapid: Arc<Vapid>,
    rules: Rules,
    clock: Clock,
    work: Arc<Notify>,
}

impl Push {
    /// The queue in the database of `writer`, and the task that sends what is in it.
    pub async fn start(writer: Writer, rules: Rules, clock: Clock) -> anyhow::Result<Self> {
        let table = Table(writer);
        let vapid = Arc::new(table.vapid().await?);
        let push = Self {
            table,
            vapid,
            rules,
            clock,
            work: Arc::default(),
        };
        let sender = Sender {
            client: address::client(push.rules.allowed)?,
            table: push.table.clone(),
            vapid: push.vapid.clone(),
            rules: push.rules.clone(),
            clock: push.clock.clone(),
            work: push.work.clone(),
        };
        tokio::spawn(sender.run());
        Ok(push)
    }

    /// The public key that devices subscribe with, in base64url.
    pub fn key(&self) -> &str {
        self.vapid.public()
    }

    /// Shows the newest of a thread on the devices of a person, in place of what they show of it; without
    /// the title and the text where the person wants none.
    pub async fn notify(
        &self,
        user: UserId,
        thread: ThreadId,
        title: String,
        body: String,
    ) -> anyhow::Result<()> {
        let said = (title, body);
        let short = payload::WITHOUT_TEXT;
        let now = self.clock.now();
        if self.table.show(now, user, thread, said, short).await? > 0 {
            self.work.notify_one();
        }
        Ok(())
    }

    /// Closes what the devices of a person show of a thread: it was read.
    pub async fn close(&self, user: UserId, thread: ThreadId) -> anyhow::Result<()> {
        if self.table.close(self.clock.now(), user, thread).await? > 0 {
            self.work.notify_one();
        }
        Ok(())
    }
}
