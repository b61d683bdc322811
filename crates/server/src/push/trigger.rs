//! Which messages are pushed to whom: those that nobody's screen shows after a while.
//!
//! Invariant: a message waits [`DELAY_MS`] after its commit; then each member but its author is asked about,
//! by [`Attention`], and those who have not seen it are told, but for those who have muted the thread and are not mentioned. What
//! they have read since is closed on their devices. What waits is in memory: it is a hint.

use std::{
    collections::{BTreeSet, VecDeque},
    future::Future,
    mem::take,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rusqlite::{Connection, OptionalExtension as _};
use tokio::sync::Notify;
use weft_hub::Committed;
use weft_protocol::{About, Author, MessageId, Millis, Op, Status, ThreadId, Topic, UserId};

use super::{Clock, Push};
use crate::{hub_task::HubHandle, store::Writer};

/// How long a message waits for somebody to see it.
pub const DELAY_MS: Millis = 5_000;

/// Messages that may wait at once; beyond them the oldest are not pushed.
const MOST: usize = 10_000;

/// A message that somebody may have missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its thread.
    pub thread: ThreadId,
    /// Which message.
    pub message: MessageId,
}

/// The messages that wait. Pure: the time is given.
#[derive(Debug, Default)]
pub struct Waiting(VecDeque<(Millis, Message, Calls)>);

/// Whether a message mentions somebody. Then it waits for itself: of a muted thread, it alone is told.
type Calls = bool;

impl Waiting {
    /// A message was committed. Of a thread that already waits it is the newest that is asked about, at the time
    /// of the first: a busy thread is told about all the same.
    pub fn heard(&mut self, now: Millis, message: Message, calls: Calls) {
        let same = |waits: &&mut (Millis, Message, Calls)| {
            !calls && !waits.2 && waits.1.thread == message.thread
        };
        if let Some(waits) = self.0.iter_mut().find(same) {
            waits.1 = message;
            return;
        }
        if self.0.len() == MOST {
            self.0.pop_front();
        }
        self.0.push_back((now + DELAY_MS, message, calls));
    }

    /// A message whose time has come, if any has.
    pub fn due(&mut self, now: Millis) -> Option<Message> {
        self.0
            .pop_front_if(|(at, ..)| *at <= now)
            .map(|(_, message, _)| message)
    }

    /// When the next one is due.
    pub fn next(&self) -> Option<Millis> {
        self.0.front().map(|(at, ..)| *at)
    }
}

/// What is yet to be known of a person.
pub type Knowing<'a> = Pin<Box<dyn Future<Output = bool> + Send + 'a>>;

/// Who sees what.
pub trait Attention: Send + Sync + 'static {
    /// Whether a device of the person shows the thread.
    fn is_visible(&self, user: UserId, thread: ThreadId) -> Knowing<'_>;

    /// Whether the person has yet to read the message.
    fn is_unread(&self, user: UserId, message: Message) -> Knowing<'_>;
}

/// Who sees what, by the leases on threads (SPEC R45) and the read marks (R48).
pub(crate) struct Seen {
    pub(crate) hub: HubHandle,
    pub(crate) writer: Writer,
}

impl Attention for Seen {
    fn is_visible(&self, user: UserId, thread: ThreadId) -> Knowing<'_> {
        Box::pin(self.hub.shows(user, thread))
    }

    fn is_unread(&self, user: UserId, message: Message) -> Knowing<'_> {
        let unread = self.writer.with(move |db| {
            let sql = "SELECT m.read < x.ordinal FROM member m JOIN message x ON x.thread = m.thread \
                       WHERE m.user = ?1 AND x.id = ?2";
            let params = [user.as_bytes(), message.message.as_bytes()];
            let unread = db.prepare_cached(sql)?.query_row(params, |row| row.get(0));
            Ok(unread.optional()?.unwrap_or(false))
        });
        Box::pin(async move {
            unread.await.unwrap_or_else(|error| {
                tracing::error!(%error, "a read mark could not be looked at");
                true
            })
        })
    }
}

/// What hears of commits.
#[derive(Debug)]
pub struct Trigger {
    clock: Clock,
    waiting: Mutex<Waiting>,
    /// What was read, and is still shown on devices.
    read: Mutex<BTreeSet<(UserId, ThreadId)>>,
    heard: Notify,
}

impl Trigger {
    /// One that goes by this clock.
    pub fn new(clock: Clock) -> Arc<Self> {
        Arc::new(Self {
            clock,
            waiting: Mutex::default(),
            read: Mutex::default(),
            heard: Notify::new(),
        })
    }

    /// Something was committed.
    pub fn committed(&self, committed: &Committed) {
        for message in messages(committed) {
            let now = self.clock.now();
            let calls = mentions(committed, message.message);
            self.waiting().heard(now, message, calls);
            self.heard.notify_one();
        }
        let read: Vec<_> = read(committed).collect();
        if !read.is_empty() {
            self.read().extend(read);
            self.heard.notify_one();
        }
    }

    /// Tells the members of threads of what they have not seen, for ever.
    pub(crate) async fn run(self: Arc<Self>, push: Push, attention: Arc<dyn Attention>) {
        loop {
            let next = self.waiting().next();
            tokio::select! {
                () = self.heard.notified() => {}
                () = self.clock.until(next) => {}
            }
            let read = take(&mut *self.read());
            for (user, thread) in read {
                if let Err(error) = push.close(user, thread).await {
                    tracing::error!(%error, "a push could not be closed");
                }
            }
            loop {
                let due = self.waiting().due(self.clock.now());
                let Some(message) = due else { break };
                if let Err(error) = tell(&push, &*attention, message).await {
                    tracing::error!(%error, "a push could not be queued");
                }
            }
        }
    }

    fn read(&self) -> MutexGuard<'_, BTreeSet<(UserId, ThreadId)>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The messages of a commit that have become whole.
fn messages(committed: &Committed) -> impl Iterator<Item = Message> {
    committed.changes.iter().flat_map(|change| {
        change.ops.iter().filter_map(|op| {
            let Topic::Thread(thread) = change.topic else {
                return None;
            };
            let message = match op {
                Op::Message(row) if row.status == Status::Complete && !row.deleted => row.id,
                Op::Settle(settle) if settle.status == Status::Complete => settle.message,
                _ => return None,
            };
            Some(Message { thread, message })
        })
    })
}

/// Whether somebody is mentioned in a message of a commit.
fn mentions(committed: &Committed, message: MessageId) -> bool {
    let mut ops = committed
        .changes
        .iter()
        .flat_map(|change| change.ops.iter());
    ops.any(|op| match op {
        Op::Notice(row) => {
            matches!(row.about, About::Mention { at, .. } if at.message == message)
        }
        _ => false,
    })
}

/// Whose threads have nothing unread any more, or are not theirs to see.
fn read(committed: &Committed) -> impl Iterator<Item = (UserId, ThreadId)> {
    // What everybody is told of is not what one of them has read.
    let is_own = committed.changes.len() == 1;
    let changes = committed.changes.iter();
    changes.flat_map(move |change| {
        change.ops.iter().filter_map(move |op| {
            let Topic::User(user) = change.topic else {
                return None;
            };
            match op {
                Op::Thread(row) if row.unread == 0 && is_own => Some((user, row.id)),
                Op::ThreadGone(thread) => Some((user, *thread)),
                _ => None,
            }
        })
    })
}

async fn tell(push: &Push, attention: &dyn Attention, message: Message) -> anyhow::Result<()> {
    let found = push.table.0.with(move |db| Ok(told(db, message)?)).await?;
    let Some(told) = found else { return Ok(()) };
    for user in told.to {
        if attention.is_unread(user, message).await
            && !attention.is_visible(user, message.thread).await
        {
            let (title, body) = (told.title.clone(), told.body.clone());
            push.notify(user, message.thread, title, body).await?;
        }
    }
    Ok(())
}

/// What is told of a message, and to whom.
struct Told {
    title: String,
    body: String,
    to: Vec<UserId>,
}

/// `None` where it is gone.
fn told(db: &Connection, of: Message) -> rusqlite::Result<Option<Told>> {
    let found = db
        .prepare_cached(
            "SELECT m.author, m.text, t.title FROM message m JOIN thread t ON t.id = m.thread \
             WHERE m.id = ?1 AND NOT m.deleted AND NOT t.deleted",
        )?
        .query_row([of.message.as_bytes()], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, String>(1)?,
                row.get(2)?,
            ))
        })
        .optional()?;
    let Some((author, text, title)) = found else {
        return Ok(None);
    };
    let author = match serde_json::from_str(&author) {
        Ok(Author::User(user)) => Some(user),
        _ => None,
    };
    let mut to: Vec<UserId> = db
        .prepare_cached(
            "SELECT DISTINCT m.user FROM member m JOIN push_subscription p ON p.user = m.user \
             WHERE m.thread = ?1 AND m.role IS NOT NULL AND (NOT m.muted OR EXISTS \
             (SELECT 1 FROM notice n WHERE n.message = ?2 AND n.user = m.user))",
        )?
        .query_map([of.thread.as_bytes(), of.message.as_bytes()], |row| {
            row.get(0).map(UserId::from_bytes)
        })?
        .collect::<rusqlite::Result<_>>()?;
    to.retain(|user| Some(*user) != author);
    let name: Option<String> = match author {
        Some(user) => db
            .prepare_cached("SELECT coalesce(display, name) FROM account WHERE id = ?1")?
            .query_row([user.as_bytes()], |row| row.get(0))
            .optional()?,
        None => None,
    };
    let body = name.map_or(text.clone(), |name| format!("{name}: {text}"));
    Ok(Some(Told { title, body, to }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(thread: u8, message: u8) -> Message {
        Message {
            thread: ThreadId::from_bytes([thread; 16]),
            message: MessageId::from_bytes([message; 16]),
        }
    }

    #[test]
    fn a_message_is_asked_about_after_five_seconds_and_once() {
        let mut waiting = Waiting::default();
        assert_eq!((waiting.next(), waiting.due(Millis::MAX)), (None, None));
        waiting.heard(1_000, message(1, 1), false);
        assert_eq!(waiting.next(), Some(6_000));
        assert_eq!(waiting.due(5_999), None);
        assert_eq!(waiting.due(6_000), Some(message(1, 1)));
        assert_eq!((waiting.next(), waiting.due(Millis::MAX)), (None, None));
    }

    #[test]
    fn a_thread_waits_once_for_its_newest_message() {
        let mut waiting = Waiting::default();
        waiting.heard(0, message(1, 1), false);
        waiting.heard(3_000, message(2, 2), false);
        waiting.heard(4_999, message(1, 3), false);
        assert_eq!(waiting.due(5_000), Some(message(1, 3)));
        assert_eq!(waiting.due(5_000), None);
        assert_eq!(waiting.due(8_000), Some(message(2, 2)));
        assert_eq!(waiting.due(Millis::MAX), None);
    }

    #[test]
    fn what_mentions_somebody_waits_for_itself() {
        let mut waiting = Waiting::default();
        waiting.heard(0, message(1, 1), true);
        waiting.heard(0, message(1, 2), false);
        waiting.heard(0, message(1, 3), false);
        assert_eq!(waiting.due(5_000), Some(message(1, 1)));
        assert_eq!(waiting.due(5_000), Some(message(1, 3)));
        assert_eq!(waiting.due(5_000), None);
    }

    #[test]
    fn what_waits_is_bounded() {
        let mut waiting = Waiting::default();
        for n in 0..=MOST as u128 {
            let thread = ThreadId::from_bytes(n.to_be_bytes());
            waiting.heard(
                0,
                Message {
                    thread,
                    ..message(0, 1)
                },
                false,
            );
        }
        assert_eq!(waiting.0.len(), MOST);
    }
}
