//! The writer thread: commands queue up, and each transaction takes all that have.
//!
//! Invariant: callbacks run on the writer thread, in commit order, after the commit. A command that
//! fails fails alone: the batch is then committed one by one.

use std::{
    fs::{DirBuilder, File, TryLockError},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        mpsc::{self, Receiver, Sender},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use rusqlite::Connection;
use tokio::sync::oneshot;
use weft_hub::{Answer, Command, Committed, Read, Store};
use weft_protocol::{Limits, Millis};

use super::{SqliteStore, place::BESIDE};

/// The most commands in one transaction.
const BATCH: usize = 256;

/// Connections that read beside the writer.
const READERS: usize = 2;

type Callback = Box<dyn FnOnce(rusqlite::Result<Committed>) + Send>;
type Task = Box<dyn FnOnce(&mut Connection) + Send>;

enum Work {
    Command(Command, Callback),
    Task(Task),
}

/// A handle on the store; clones share it.
#[derive(Clone)]
pub struct Writer {
    work: Sender<Work>,
    readers: Arc<Vec<Mutex<SqliteStore>>>,
    path: Arc<Path>,
}

impl Writer {
    /// Opens the database in the folder `data`, makes both where there are none, and starts the
    /// writer thread. It is an error where another server has the folder.
    pub fn open(data: &Path, limits: Limits) -> anyhow::Result<Self> {
        make_private(data)?;
        // Held by the writer thread; the system lets go of it however the process ends.
        let lock = File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(data.join(BESIDE))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => anyhow::bail!("another server is using this folder"),
            Err(TryLockError::Error(error)) => {
                tracing::warn!(%error, "the folder cannot be locked: keep it to one server");
            }
        }
        let path: PathBuf = data.join("weft.db");
        let mut store = SqliteStore::open(&path, limits)?;
        store.settle(&path)?;
        let readers = (0..READERS)
            .map(|_| SqliteStore::open_reader(&path, limits).map(Mutex::new))
            .collect::<anyhow::Result<_>>()?;
        let (work, queue) = mpsc::channel();
        std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || {
                write(store, &queue);
                drop(lock);
            })?;
        Ok(Self {
            work,
            readers: Arc::new(readers),
            path: path.into(),
        })
    }

    /// Makes what was copied of the database until now a backup, whose restoring is noticed.
    pub async fn leave(&self) -> anyhow::Result<()> {
        let path = self.path.clone();
        self.with(move |connection| super::note_place(connection, &path))
            .await
    }

    /// Queues a command; `done` is called once it is on disk, or has failed.
    pub fn submit(
        &self,
        command: Command,
        done: impl FnOnce(rusqlite::Result<Committed>) + Send + 'static,
    ) {
        // Where the writer thread is gone the process is ending, and nobody waits for an answer.
        let _ = self.work.send(Work::Command(command, Box::new(done)));
    }

    /// Runs `task` on the writing connection, between two transactions of commands.
    pub async fn with<T: Send + 'static>(
        &self,
        task: impl FnOnce(&mut Connection) -> anyhow::Result<T> + Send + 'static,
    ) -> anyhow::Result<T> {
        let (done, answer) = oneshot::channel();
        let task: Task = Box::new(move |connection| {
            let _ = done.send(task(connection));
        });
        self.work
            .send(Work::Task(task))
            .map_err(|_| anyhow::anyhow!("the writer has ended"))?;
        answer.await?
    }

    /// Runs `task` on a connection that reads, over what is committed at one moment.
    pub async fn look<T: Send + 'static>(
        &self,
        task: impl FnOnce(&Connection) -> anyhow::Result<T> + Send + 'static,
    ) -> anyhow::Result<T> {
        self.reading(move |store| {
            let transaction = store.connection().transaction()?;
            task(&transaction)
        })
        .await
    }

    /// Answers a question from what is committed.
    pub async fn read(&self, read: Read) -> anyhow::Result<Answer> {
        self.reading(move |store| Ok(store.read(&read)?)).await
    }

    async fn reading<T: Send + 'static>(
        &self,
        task: impl FnOnce(&mut SqliteStore) -> anyhow::Result<T> + Send + 'static,
    ) -> anyhow::Result<T> {
        let readers = self.readers.clone();
        tokio::task::spawn_blocking(move || {
            let free = readers.iter().find_map(|reader| reader.try_lock().ok());
            let mut reader = match free {
                Some(reader) => reader,
                None => readers[0]
                    .lock()
                    .map_err(|_| anyhow::anyhow!("a reader has failed"))?,
            };
            task(&mut reader)
        })
        .await?
    }
}

/// Makes a folder that nobody else on this machine can look into.
fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// The clock.
pub(crate) fn now() -> Millis {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    since.as_millis().try_into().unwrap_or(Millis::MAX)
}

fn write(mut store: SqliteStore, queue: &Receiver<Work>) {
    let mut next = queue.recv().ok();
    while let Some(work) = next.take() {
        match work {
            Work::Task(task) => task(store.connection()),
            Work::Command(command, done) => {
                let mut commands = vec![command];
                let mut callbacks = vec![done];
                while commands.len() < BATCH {
                    match queue.try_recv() {
                        Ok(Work::Command(command, done)) => {
                            commands.push(command);
                            callbacks.push(done);
                        }
                        Ok(task) => {
                            next = Some(task);
                            break;
                        }
                        Err(_) => break,
                    }
                }
                commit(&mut store, &commands, callbacks);
            }
        }
        if next.is_none() {
            next = queue.recv().ok();
        }
    }
}

fn commit(store: &mut SqliteStore, commands: &[Command], callbacks: Vec<Callback>) {
    match store.commit(now(), commands) {
        Ok(all) => {
            for (committed, done) in all.into_iter().zip(callbacks) {
                done(Ok(committed));
            }
        }
        Err(error) if commands.len() == 1 => {
            tracing::error!(%error, "a command failed");
            if let Some(done) = callbacks.into_iter().next() {
                done(Err(error));
            }
        }
        Err(_) => {
            for (command, done) in commands.iter().zip(callbacks) {
                commit(store, std::slice::from_ref(command), vec![done]);
            }
        }
    }
}
