//! What is kept of pushing: the key, the devices, and the jobs.
//!
//! Invariant: a job is taken for a while at a time, so that one whose taker has died is taken again; and
//! of each thread a device has one job, the newest.

use rusqlite::{Connection, OptionalExtension as _, params};
use weft_protocol::{Millis, ThreadId, UserId};

use super::{Subscription, retry::WORTH_MS, vapid::Vapid};
use crate::{
    accounts::TokenHash,
    store::{Writer, now},
};

/// Devices of one person that are pushed to; beyond them the oldest is forgotten.
const MAX_DEVICES: u32 = 20;

/// How long a job is its taker's.
const TAKEN_MS: Millis = 60_000;

/// The tables of pushing; clones share them.
#[derive(Clone)]
pub(crate) struct Table(pub(crate) Writer);

/// A push to one device.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    session: TokenHash,
    pub(crate) thread: ThreadId,
    version: i64,
    /// What is shown; `None` closes it.
    pub(crate) title: Option<String>,
    pub(crate) body: String,
    /// The number of this attempt, from 1.
    pub(crate) attempt: u32,
    pub(crate) expires_at: Millis,
    pub(crate) to: Subscription,
}

impl Table {
    /// The server's key; made where there is none.
    pub(crate) async fn vapid(&self) -> anyhow::Result<Vapid> {
        self.0
            .with(|db| {
                let kept = db
                    .query_row("SELECT private FROM push_key", [], |row| row.get(0))
                    .optional()?;
                if let Some(private) = kept {
                    return Vapid::of(&private)
                        .ok_or_else(|| anyhow::anyhow!("the key for web push is damaged"));
                }
                // Nearly every 32 bytes are a key.
                loop {
                    let private = rand::random();
                    if let Some(vapid) = Vapid::of(&private) {
                        db.execute(
                            "INSERT INTO push_key (id, private) VALUES (1, ?1)",
                            [private],
                        )?;
                        return Ok(vapid);
                    }
                }
            })
            .await
    }

    /// Keeps the subscription of a device, in place of what it had.
    pub(crate) async fn subscribe(
        &self,
        session: TokenHash,
        user: UserId,
        to: Subscription,
    ) -> anyhow::Result<()> {
        self.with(move |db| {
            // A browser has one subscription, whoever is signed in there.
            db.execute(
                "DELETE FROM push_subscription WHERE endpoint = ?1 AND session <> ?2",
                params![to.endpoint, session],
            )?;
            db.execute(
                "INSERT INTO push_subscription (session, user, endpoint, p256dh, auth, app, created_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (session) DO UPDATE SET \
                 endpoint = ?3, p256dh = ?4, auth = ?5, app = ?6",
                params![session, user.as_bytes(), to.endpoint, to.p256dh, to.auth, to.app, now()],
            )?;
            db.execute(
                "DELETE FROM push_subscription WHERE user = ?1 AND session NOT IN (SELECT session FROM \
                 push_subscription WHERE user = ?1 ORDER BY created_at DESC, session LIMIT ?2)",
                params![user.as_bytes(), MAX_DEVICES],
            )?;
            Ok(())
        })
        .await
    }

    /// Forgets the subscription of a device.
    pub(crate) async fn unsubscribe(&self, session: TokenHash) -> anyhow::Result<()> {
        self.with(move |db| {
            db.execute(
                "DELETE FROM push_subscription WHERE session = ?1",
                [session],
            )?;
            Ok(())
        })
        .await
    }

    /// Whether a device is subscribed.
    pub(crate) async fn is_subscribed(&self, session: TokenHash) -> anyhow::Result<bool> {
        self.with(move |db| {
            db.prepare_cached("SELECT 1 FROM push_subscription WHERE session = ?1")?
                .exists([session])
        })
        .await
    }

    /// Whether a person's notifications say what was written.
    pub(crate) async fn with_text(&self, user: UserId) -> anyhow::Result<bool> {
        self.with(move |db| with_text(db, user)).await
    }

    /// Says whether a person's notifications say what was written.
    pub(crate) async fn set_with_text(&self, user: UserId, text: bool) -> anyhow::Result<()> {
        self.with(move |db| {
            let set = if text {
                "DELETE FROM push_without_text WHERE user = ?1"
            } else {
                "INSERT OR IGNORE INTO push_without_text (user) VALUES (?1)"
            };
            db.execute(set, [user.as_bytes()])?;
            Ok(())
        })
        .await
    }

    /// Queues what a person's devices are to show of a thread; says on how many. `short` stands for the title
    /// and the text where they are left out.
    pub(crate) async fn show(
        &self,
        now: Millis,
        user: UserId,
        thread: ThreadId,
        (title, body): (String, String),
        short: (&'static str, &'static str),
    ) -> anyhow::Result<usize> {
        self.with(move |db| {
            let (title, body) = if with_text(db, user)? {
                (title.as_str(), body.as_str())
            } else {
                short
            };
            // A device that is gone needs none; it is forgotten when somebody signs in.
            db.execute(
                "INSERT INTO push_job (session, thread, version, title, body, attempts, due_at, expires_at) \
                 SELECT p.session, ?2, 1, ?3, ?4, 0, ?5, ?6 FROM push_subscription p \
                 JOIN session s ON s.token = p.session AND s.expires_at > ?5 WHERE p.user = ?1 \
                 ON CONFLICT (session, thread) DO UPDATE SET version = version + 1, title = excluded.title, \
                 body = excluded.body, attempts = 0, due_at = excluded.due_at, \
                 expires_at = excluded.expires_at",
                params![user.as_bytes(), thread.as_bytes(), title, body, now, now + WORTH_MS],
            )
        })
        .await
    }

    /// Queues the closing of what a person's devices show of a thread, and drops what none of them can show
    /// yet. Apple's push service ends the subscription of an app that is pushed to and shows nothing: there
    /// the notification stays.
    pub(crate) async fn close(
        &self,
        now: Millis,
        user: UserId,
        thread: ThreadId,
    ) -> anyhow::Result<usize> {
        self.with(move |db| {
            let whose = "thread = ?2 AND title IS NOT NULL AND session IN \
                         (SELECT session FROM push_subscription WHERE user = ?1)";
            let of = params![user.as_bytes(), thread.as_bytes()];
            let closes_not = "(attempts = 0 OR session IN (SELECT session FROM push_subscription \
                              WHERE endpoint LIKE 'https://web.push.apple.com/%'))";
            db.execute(&format!("DELETE FROM push_job WHERE {closes_not} AND {whose}"), of)?;
            db.execute(
                &format!(
                    "UPDATE push_job SET version = version + 1, title = NULL, body = '', attempts = 0, \
                     due_at = ?3, expires_at = ?4 WHERE {whose}"
                ),
                params![user.as_bytes(), thread.as_bytes(), now, now + WORTH_MS],
            )
        })
        .await
    }

    /// Takes the jobs whose time has come, at most `limit`; also says when the next one is due.
    pub(crate) async fn take(
        &self,
        now: Millis,
        limit: usize,
    ) -> anyhow::Result<(Vec<Job>, Option<Millis>)> {
        self.with(move |db| {
            let mut taken = db
                .prepare_cached(
                    "SELECT j.session, j.thread, j.version, j.title, j.body, j.attempts + 1, j.expires_at, \
                     p.endpoint, p.p256dh, p.auth, p.app FROM push_job j \
                     JOIN push_subscription p ON p.session = j.session \
                     WHERE j.due_at <= ?1 ORDER BY j.due_at LIMIT ?2",
                )?
                .query_map(params![now, limit], job)?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            for job in &mut taken {
                db.prepare_cached(
                    "UPDATE push_job SET due_at = ?3, attempts = ?4 WHERE session = ?1 AND thread = ?2",
                )?
                .execute(params![job.session, job.thread.as_bytes(), now + TAKEN_MS, job.attempt])?;
            }
            let next = db
                .prepare_cached("SELECT min(due_at) FROM push_job WHERE due_at IS NOT NULL")?
                .query_row([], |row| row.get(0))?;
            Ok((taken, next))
        })
        .await
    }

    /// A job is done: what it showed may be closed later, what it closed is gone.
    pub(crate) async fn delivered(&self, job: Job) -> anyhow::Result<()> {
        let set = match job.title {
            Some(_) => "UPDATE push_job SET due_at = NULL, title = '', body = ''",
            None => "DELETE FROM push_job",
        };
        self.change(set, &job).await
    }

    /// A job is given up.
    pub(crate) async fn drop_job(&self, job: Job) -> anyhow::Result<()> {
        self.change("DELETE FROM push_job", &job).await
    }

    /// A job is due again at this time.
    pub(crate) async fn again(&self, job: Job, at: Millis) -> anyhow::Result<()> {
        self.change(&format!("UPDATE push_job SET due_at = {at}"), &job)
            .await
    }

    /// The subscription of a job has ended; a newer one of its device has not.
    pub(crate) async fn gone(&self, job: Job) -> anyhow::Result<()> {
        self.with(move |db| {
            db.execute(
                "DELETE FROM push_subscription WHERE session = ?1 AND endpoint = ?2",
                params![job.session, job.to.endpoint],
            )?;
            Ok(())
        })
        .await
    }

    /// Changes a job, unless a newer one has taken its place.
    async fn change(&self, set: &str, job: &Job) -> anyhow::Result<()> {
        let change = format!("{set} WHERE session = ?1 AND thread = ?2 AND version = ?3");
        let (session, thread, version) = (job.session, job.thread, job.version);
        self.with(move |db| {
            db.execute(&change, params![session, thread.as_bytes(), version])?;
            Ok(())
        })
        .await
    }

    async fn with<T: Send + 'static>(
        &self,
        task: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> anyhow::Result<T> {
        self.0
            .with(move |db| {
                let transaction = db.transaction()?;
                let done = task(&transaction)?;
                transaction.commit()?;
                Ok(done)
            })
            .await
    }
}

fn with_text(db: &Connection, user: UserId) -> rusqlite::Result<bool> {
    let without = db
        .prepare_cached("SELECT 1 FROM push_without_text WHERE user = ?1")?
        .exists([user.as_bytes()])?;
    Ok(!without)
}

fn job(row: &rusqlite::Row<'_>) -> rusqlite::Result<Job> {
    Ok(Job {
        session: row.get(0)?,
        thread: ThreadId::from_bytes(row.get(1)?),
        version: row.get(2)?,
        title: row.get(3)?,
        body: row.get(4)?,
        attempt: row.get(5)?,
        expires_at: row.get(6)?,
        to: Subscription {
            endpoint: row.get(7)?,
            p256dh: row.get(8)?,
            auth: row.get(9)?,
            app: row.get(10)?,
        },
    })
}
