//! The task that sends what is queued.
//!
//! Invariant: a job is sent by one attempt at a time, and what an attempt came to is on disk before the next.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::{Client, header};
use sha2::{Digest, Sha256};
use tokio::sync::{Notify, Semaphore};
use web_push_native::{Auth, encrypt, p256::PublicKey};
use weft_protocol::{Millis, ThreadId};

use super::{
    Rules, Subscription, address,
    clock::Clock,
    payload,
    retry::{self, Answer, Next},
    table::{Job, Table},
    vapid::Vapid,
};

/// Pushes on their way at once.
const AT_ONCE: usize = 16;

/// How long to wait after the store has failed.
const STORE_FAILED_MS: Millis = 10_000;

pub(crate) struct Sender {
    pub(crate) table: Table,
    pub(crate) vapid: Arc<Vapid>,
    pub(crate) rules: Rules,
    pub(crate) clock: Clock,
    pub(crate) client: Client,
    /// Something may be due earlier than was thought.
    pub(crate) work: Arc<Notify>,
}

impl Sender {
    /// Sends for ever.
    pub(crate) async fn run(self) {
        let sender = Arc::new(self);
        let free = Arc::new(Semaphore::new(AT_ONCE));
        loop {
            let now = sender.clock.now();
            let (jobs, next) = match sender.table.take(now, AT_ONCE).await {
                Ok(taken) => taken,
                Err(error) => {
                    tracing::error!(%error, "pushes could not be read");
                    (Vec::new(), Some(now + STORE_FAILED_MS))
                }
            };
            for job in jobs {
                let Ok(permit) = free.clone().acquire_owned().await else {
                    return;
                };
                let sender = sender.clone();
                tokio::spawn(async move {
                    sender.attempt(job).await;
                    drop(permit);
                });
            }
            tokio::select! {
                () = sender.clock.until(next) => {}
                () = sender.work.notified() => {}
            }
        }
    }

    async fn attempt(&self, job: Job) {
        let answer = self.send(&job).await;
        let now = self.clock.now();
        let next = retry::next(answer, job.attempt, now, job.expires_at, rand::random());
        tracing::debug!(?answer, ?next, attempt = job.attempt, "a push was sent");
        let kept = match next {
            Next::Delivered => self.table.delivered(job).await,
            Next::Gone => self.table.gone(job).await,
            Next::Dropped => self.table.drop_job(job).await,
            Next::Again(at) => self.table.again(job, at).await,
        };
        if let Err(error) = kept {
            // It is taken again, as if this attempt had not been.
            tracing::error!(%error, "what became of a push could not be written");
        }
        self.work.notify_one();
    }

    async fn send(&self, job: &Job) -> Answer {
        let Some(url) = address::endpoint(&job.to.endpoint, self.rules.allowed) else {
            return Answer::Unreachable;
        };
        let (payload, urgency) = match &job.title {
            Some(title) => (
                payload::show(&job.to.app, job.thread, title, &job.body),
                "normal",
            ),
            None => (payload::close(job.thread), "low"),
        };
        let Some(body) = sealed(payload, &job.to) else {
            // Checked when it was kept: the device has to subscribe anew.
            return Answer::Status {
                status: 410,
                retry_after: None,
            };
        };
        let now = self.clock.now();
        // An app over http is on somebody's own machine.
        let app = Some(job.to.app.as_str()).filter(|app| app.starts_with("https:"));
        let contact = self.rules.contact.as_deref().or(app);
        let authorization = self.vapid.authorization(&url, contact, now);
        let answer = self
            .client
            .post(url)
            .header(header::AUTHORIZATION, authorization)
            .header(header::CONTENT_ENCODING, "aes128gcm")
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .header("ttl", job.expires_at.saturating_sub(now) / 1000)
            .header("urgency", urgency)
            .header("topic", topic(job.thread))
            .body(body)
            .send()
            .await;
        match answer {
            Ok(answer) => Answer::Status {
                status: answer.status().as_u16(),
                retry_after: answer
                    .headers()
                    .get(header::RETRY_AFTER)
                    .and_then(|value| value.to_str().ok()?.trim().parse().ok()),
            },
            Err(error) => {
                // Not where: an endpoint is a secret of its device.
                tracing::debug!(error = %error.without_url(), "a push service could not be reached");
                Answer::Unreachable
            }
        }
    }
}

/// Encrypts a payload for a device (RFC 8291).
fn sealed(payload: String, to: &Subscription) -> Option<Vec<u8>> {
    let key = PublicKey::from_sec1_bytes(&to.p256dh).ok()?;
    encrypt(payload.into_bytes(), &key, &Auth::from(to.auth)).ok()
}

/// What a push service replaces an undelivered push by: the thread, which it need not know.
fn topic(thread: ThreadId) -> String {
    let digest = Sha256::digest(thread.as_bytes());
    URL_SAFE_NO_PAD.encode(&digest[..24])
}
