//! Replies: which models can be asked, and the making of what they were asked for.
//!
//! Invariant: a reply belongs to its job, never to a socket. Whatever ends the job (a stop, an error,
//! a panic) drops the provider's connection, and the reply is settled exactly once.

mod catalog;
mod demo;
mod history;
mod openai;
mod reply;
mod sse;

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use tokio::{
    sync::mpsc,
    task::{AbortHandle, Id, JoinSet},
};
use weft_hub::{Job, JobChange};
use weft_protocol::{MessageId, ThreadId};

pub(crate) use self::catalog::Catalog;
use crate::{Config, hub_task::HubHandle, metrics::Metrics, store::Writer};

/// What the making of a reply needs.
pub(crate) struct Maker {
    pub(crate) hub: HubHandle,
    pub(crate) writer: Writer,
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) metrics: Arc<Metrics>,
    /// The most history sent, in bytes.
    pub(crate) history_bytes: usize,
}

/// Starts the tasks that keep the list of models and make the replies.
pub(crate) fn start(
    config: &Config,
    hub: HubHandle,
    writer: Writer,
    asked: mpsc::UnboundedReceiver<JobChange>,
    metrics: Arc<Metrics>,
) {
    let timeout = Duration::from_millis(config.ai_timeout_ms);
    let catalog = Arc::new(Catalog::new(config, timeout));
    tokio::spawn(catalog.clone().refresh(hub.clone()));
    let history_bytes = config.ai_history_bytes;
    let maker = Arc::new(Maker {
        hub,
        writer,
        catalog,
        metrics,
        history_bytes,
    });
    tokio::spawn(
        Queue {
            maker,
            threads: HashMap::new(),
            tasks: JoinSet::new(),
        }
        .run(asked),
    );
}

#[derive(Default)]
struct Thread {
    running: Option<(Id, MessageId, AbortHandle)>,
    waiting: VecDeque<Job>,
}

struct Queue {
    maker: Arc<Maker>,
    threads: HashMap<ThreadId, Thread>,
    tasks: JoinSet<()>,
}

impl Queue {
    async fn run(mut self, mut changes: mpsc::UnboundedReceiver<JobChange>) {
        loop {
            tokio::select! {
                change = changes.recv() => match change {
                    Some(JobChange::Asked(job)) => {
                        let thread = job.thread;
                        self.threads.entry(thread).or_default().waiting.push_back(job);
                        self.next(thread);
                    }
                    Some(JobChange::Ended(message)) => self.end(message),
                    None => return,
                },
                Some(done) = self.tasks.join_next_with_id() => {
                    self.done(match &done {
                        Ok((id, ())) => *id,
                        Err(error) => error.id(),
                    });
                }
            }
        }
    }

    fn next(&mut self, id: ThreadId) {
        let Some(thread) = self.threads.get_mut(&id) else {
            return;
        };
        if thread.running.is_some() {
            return;
        }
        match thread.waiting.pop_front() {
            Some(job) => {
                let message = job.message;
                let handle = self.tasks.spawn(reply::make(self.maker.clone(), job));
                thread.running = Some((handle.id(), message, handle));
            }
            None => {
                self.threads.remove(&id);
            }
        }
    }

    fn end(&mut self, message: MessageId) {
        for thread in self.threads.values_mut() {
            thread.waiting.retain(|job| job.message != message);
            if let Some((_, running, handle)) = &thread.running
                && *running == message
            {
                handle.abort();
                Metrics::count(&self.maker.metrics.replies_stopped);
            }
        }
    }

    fn done(&mut self, task: Id) {
        let found = self
            .threads
            .iter()
            .find(|(_, thread)| thread.running.as_ref().is_some_and(|(id, ..)| *id == task));
        if let Some((&id, _)) = found
            && let Some(thread) = self.threads.get_mut(&id)
        {
            thread.running = None;
            self.next(id);
        }
    }
}
