//! The SQLite store: one connection that writes, on a thread of its own, and connections that read.
//!
//! Invariant: only the writer's connection writes and checkpoints; `synchronous=FULL`, so what
//! [`weft_hub::Store::commit`] has returned is on disk. What commands mean is not here but in
//! `weft_hub::store`, once for all stores.

mod place;
mod placing;
mod sqlite;
mod writer;

use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, config::DbConfig};
use weft_hub::{Answer, Command, Committed, Read, Store, store};
use weft_protocol::{Limits, Millis};

pub use self::{sqlite::Rows, writer::Writer};
pub(crate) use self::{
    sqlite::{MESSAGE, message_row, user_row},
    writer::now,
};

/// What a step does with the rows that are there, where SQL alone cannot say it.
type Fill = fn(&Connection) -> rusqlite::Result<()>;

/// The schema, one step per version; a step is never changed once it has been released.
const MIGRATIONS: &[(&str, Option<Fill>)] = &[
    (include_str!("store/migrations/0001_chat.sql"), None),
    (include_str!("store/migrations/0002_accounts.sql"), None),
    (include_str!("store/migrations/0003_outcomes.sql"), None),
    (
        include_str!("store/migrations/0004_paths.sql"),
        Some(placing::place_all),
    ),
    (include_str!("store/migrations/0005_push.sql"), None),
    (include_str!("store/migrations/0006_members.sql"), None),
    (include_str!("store/migrations/0007_marks.sql"), None),
    (include_str!("store/migrations/0009_people.sql"), None),
    (include_str!("store/migrations/0010_data.sql"), None),
    (include_str!("store/migrations/0011_notices.sql"), None),
];

/// Change sets kept per topic: a reader further behind gets a snapshot.
pub(crate) const KEPT_CHANGES: u64 = 10_000;

/// The store on one connection.
#[derive(Debug)]
pub struct SqliteStore {
    connection: Connection,
    limits: Limits,
    epoch: u32,
}

impl SqliteStore {
    /// Opens the database at `path` for writing, makes it where there is none, and brings its schema
    /// up to date. A database of a newer schema is an error, and is not touched.
    pub fn open(path: &Path, limits: Limits) -> anyhow::Result<Self> {
        let mut connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        keep_statements(&connection)?;
        migrate(&mut connection)?;
        connection.execute(
            "INSERT OR IGNORE INTO meta (name, value) VALUES ('epoch', ?1)",
            [rand::random::<u32>()],
        )?;
        let epoch = epoch(&connection)?;
        Ok(Self {
            connection,
            limits,
            epoch,
        })
    }

    /// Opens another connection to the database at `path`, which only reads.
    pub fn open_reader(path: &Path, limits: Limits) -> anyhow::Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        keep_statements(&connection)?;
        let epoch = epoch(&connection)?;
        Ok(Self {
            connection,
            limits,
            epoch,
        })
    }

    /// Begins a new epoch where the database at `path` is not where it was last: it, or its folder, was put
    /// there from a backup (SPEC R39).
    pub fn settle(&mut self, path: &Path) -> anyhow::Result<()> {
        let known: Option<i64> = self
            .connection
            .query_row("SELECT value FROM meta WHERE name = 'place'", [], |row| {
                row.get(0)
            })
            .optional()?;
        if known.is_some_and(|known| place::of(path).is_ok_and(|here| here != known)) {
            self.epoch = rand::random();
            tracing::warn!("the data was restored or moved: every device reads it anew");
            self.connection.execute(
                "UPDATE meta SET value = ?1 WHERE name = 'epoch'",
                [self.epoch],
            )?;
        }
        note_place(&mut self.connection, path)
    }

    /// The connection itself, for what is not chat: accounts.
    pub fn connection(&mut self) -> &mut Connection {
        &mut self.connection
    }
}

/// Lets a statement be compiled once. Without the stable plans (QPSG), SQLite compiles one anew whenever
/// what is bound to it might have changed the plan.
fn keep_statements(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(64);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

fn epoch(connection: &Connection) -> rusqlite::Result<u32> {
    connection.query_row("SELECT value FROM meta WHERE name = 'epoch'", [], |row| {
        row.get(0)
    })
}

/// Gives the database at `path` a new place.
fn note_place(connection: &mut Connection, path: &Path) -> anyhow::Result<()> {
    place::renew(path)?;
    connection.execute(
        "INSERT OR REPLACE INTO meta (name, value) VALUES ('place', ?1)",
        [place::of(path)?],
    )?;
    Ok(())
}

fn migrate(connection: &mut Connection) -> anyhow::Result<()> {
    let version: usize = connection
        .query_row("PRAGMA user_version", [], |row| row.get::<_, u32>(0))?
        .try_into()?;
    anyhow::ensure!(
        version <= MIGRATIONS.len(),
        "the database has schema version {version}, this server knows up to {}: use a newer server",
        MIGRATIONS.len()
    );
    for (at, (step, fill)) in MIGRATIONS.iter().enumerate().skip(version) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(step)?;
        if let Some(fill) = fill {
            fill(&transaction)?;
        }
        transaction.pragma_update(None, "user_version", u32::try_from(at + 1)?)?;
        transaction.commit()?;
    }
    Ok(())
}

impl Store for SqliteStore {
    type Error = rusqlite::Error;

    fn commit(&mut self, now: Millis, commands: &[Command]) -> rusqlite::Result<Vec<Committed>> {
        let transaction = self.connection.transaction()?;
        let mut rows = Rows::new(&transaction, self.epoch);
        let mut all = Vec::with_capacity(commands.len());
        for command in commands {
            all.push(store::run(&mut rows, now, &self.limits, command)?);
        }
        transaction.commit()?;
        Ok(all)
    }

    fn read(&self, read: &Read) -> rusqlite::Result<Answer> {
        // One transaction, so that the rows and the cursor of an answer are of one moment.
        let transaction = self.connection.unchecked_transaction()?;
        store::answer(&Rows::new(&transaction, self.epoch), read)
    }
}
