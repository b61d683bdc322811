//! The store on a disk: what every store must do, and what this one adds.

use rusqlite::Connection;
use tokio::sync::mpsc;
use weft_hub::{Command, Outcome};
use weft_protocol::{InstallationId, Limits, Mutation, ThreadId, UserId};
use weft_server::store::{SqliteStore, Writer};
use weft_testkit::{edges::TempDir, store_contract::store_contract};

use crate::harness::soon;

#[test]
fn it_does_what_every_store_must() {
    let folder = TempDir::new("contract");
    let made = std::cell::Cell::new(0);
    store_contract(|| {
        made.set(made.get() + 1);
        let path = folder.path().join(format!("{}.db", made.get()));
        SqliteStore::open(&path, Limits::default()).expect("a new database")
    });
    assert!(made.get() > 0);
}

fn create(n: u64, thread: ThreadId) -> Command {
    Command::Mutate {
        user: UserId::from_bytes([1; 16]),
        installation: InstallationId::from_bytes([2; 16]),
        n,
        mutation: Mutation::CreateThread { thread },
    }
}

#[tokio::test]
async fn a_command_that_the_disk_refuses_fails_alone() {
    let folder = TempDir::new("batch");
    let writer = Writer::open(folder.path(), Limits::default()).unwrap();
    let refused = ThreadId::from_bytes([9; 16]);
    writer
        .with(move |db| {
            Ok(db.execute_batch(
                "CREATE TRIGGER full BEFORE INSERT ON thread WHEN NEW.id = \
                 X'09090909090909090909090909090909' BEGIN SELECT RAISE(ROLLBACK, 'full'); END",
            )?)
        })
        .await
        .unwrap();
    // Nothing is taken while this runs, so what follows is one batch.
    let (go, held) = std::sync::mpsc::channel::<()>();
    let busy = tokio::spawn({
        let writer = writer.clone();
        async move { writer.with(move |_| Ok(held.recv()?)).await }
    });
    let (done, mut outcomes) = mpsc::unbounded_channel();
    let submit = |command| {
        let done = done.clone();
        writer.submit(command, move |result| {
            let _ = done.send(result.map(|committed| committed.outcome));
        });
    };
    submit(create(1, ThreadId::from_bytes([8; 16])));
    submit(create(2, refused));
    submit(create(2, ThreadId::from_bytes([10; 16])));
    go.send(()).unwrap();
    soon("the held task", busy).await.unwrap().unwrap();
    let mut next = async || soon("an outcome", outcomes.recv()).await.unwrap();
    assert!(matches!(next().await, Ok(Outcome::Applied(_))));
    assert!(next().await.is_err());
    assert!(matches!(next().await, Ok(Outcome::Applied(_))));
}

#[tokio::test]
async fn a_database_of_a_newer_server_is_refused_and_left_as_it_was() {
    let folder = TempDir::new("newer");
    let path = folder.path().join("weft.db");
    drop(SqliteStore::open(&path, Limits::default()).unwrap());
    let db = Connection::open(&path).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    let refused = SqliteStore::open(&path, Limits::default()).unwrap_err();
    assert!(refused.to_string().contains("newer"), "{refused}");
    let version: u32 = db
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .unwrap();
    assert_eq!(version, 99);
}

#[tokio::test]
async fn two_servers_do_not_share_a_folder() {
    let folder = TempDir::new("shared");
    let first = Writer::open(folder.path(), Limits::default()).unwrap();
    let second = Writer::open(folder.path(), Limits::default());
    let refused = second.err().expect("two writers on one database");
    assert!(refused.to_string().contains("another server"), "{refused}");
    drop(first);
}

#[cfg(unix)]
#[tokio::test]
async fn the_database_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new("modes");
    let data = folder.path().join("data");
    let _writer = Writer::open(&data, Limits::default()).unwrap();
    let mode = std::fs::metadata(&data).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "{mode:o}");
}
