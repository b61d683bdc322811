//! The store on a disk: what every store must do, and what this one adds.

use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, params};
use tokio::sync::mpsc;
use weft_hub::{Answer, Command, Outcome, Read, Store};
use weft_protocol::{
    Cursor, ErrorCode, InstallationId, Limits, MessageId, Millis, Mutation, Path, Role, Row,
    ThreadId, Topic, UserId, limits::KEPT_OUTCOMES_FOR,
};
use weft_server::store::{SqliteStore, Writer};
use weft_testkit::{edges::TempDir, store_contract::store_contract};

use crate::harness::{Process, Socket, asking, messages, sign_up, soon};

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

fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    since.as_millis() as Millis
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

/// What the server of the schema before wrote: a thread with a message, an account, and a device of it
/// with seven numbers decided.
const BEFORE: &[&str] = &[
    include_str!("../../src/store/migrations/0001_chat.sql"),
    include_str!("../../src/store/migrations/0002_accounts.sql"),
    "INSERT INTO meta VALUES ('epoch', 77);
     INSERT INTO account VALUES
       (X'01010101010101010101010101010101', 'ada', 'ada', 'a hash', 1700000000000);
     INSERT INTO thread VALUES
       (X'09090909090909090909090909090909', 'Plans', 1, 0, 0, 'demo', 1700000000000, 1700000000001);
     INSERT INTO member VALUES
       (X'01010101010101010101010101010101', X'09090909090909090909090909090909', 1, 0);
     INSERT INTO message VALUES
       (X'09090909090909090909090909090909', 1, X'0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A', NULL,
        '{\"user\":\"01010101-0101-0101-0101-010101010101\"}', 'complete', 'Where to?', NULL, 0,
        1700000000001);
     INSERT INTO installation VALUES
       (X'01010101010101010101010101010101', X'02020202020202020202020202020202', 7);
     INSERT INTO outcome VALUES
       (X'01010101010101010101010101010101', X'02020202020202020202020202020202', 7, NULL,
        'empty_text');
     PRAGMA user_version = 2;",
];

#[test]
fn a_database_of_the_schema_before_is_kept_and_its_outcomes_count_from_now() {
    let folder = TempDir::new("older");
    let path = folder.path().join("weft.db");
    let older = Connection::open(&path).unwrap();
    for step in BEFORE {
        older.execute_batch(step).unwrap();
    }
    drop(older);
    let mut store = SqliteStore::open(&path, Limits::default()).unwrap();
    let (user, installation) = (
        UserId::from_bytes([1; 16]),
        InstallationId::from_bytes([2; 16]),
    );
    let last_n = |store: &SqliteStore| store.read(&Read::LastN { user, installation }).unwrap();
    let run = |store: &mut SqliteStore, at, command| {
        let mut done = store.commit(at, &[command]).unwrap();
        done.remove(0).outcome
    };
    let forgot = Outcome::Forgot { last: None };
    let thread = ThreadId::from_bytes([9; 16]);

    assert_eq!(
        run(&mut store, now(), Command::Forget { after: None }),
        forgot
    );
    assert_eq!(last_n(&store), Answer::LastN { n: 7, hides: false });
    let again = run(&mut store, now(), create(7, thread));
    assert_eq!(again, Outcome::Rejected(ErrorCode::EmptyText));
    // Its logs had no place of a message on its path, no members and no marks: they began anew with each.
    let cursor = Cursor { epoch: 80, seq: 0 };
    let text = store.read(&Read::Text {
        user,
        thread,
        message: MessageId::from_bytes([10; 16]),
        offset: 0,
    });
    assert_eq!(text.unwrap(), Answer::Text("Where to?".into()));
    let list = store.read(&Read::Resume {
        user,
        topic: Topic::User(user),
        cursor: None,
    });
    let Ok(Answer::Snapshot { cursor: at, rows }) = list else {
        panic!("a list: {list:?}");
    };
    assert_eq!(at, cursor);
    let [Row::Thread(row)] = &rows[..] else {
        panic!("one thread: {rows:?}");
    };
    assert_eq!((row.role, row.members), (Role::Owner, 1));
    // What was there counts as read.
    assert_eq!((row.last, row.read, row.unread), (1, 1, 0));

    let later = now() + KEPT_OUTCOMES_FOR;
    assert_eq!(
        run(&mut store, later, Command::Forget { after: None }),
        forgot
    );
    assert_eq!(last_n(&store), Answer::LastN { n: 0, hides: false });
    let db = Connection::open(&path).unwrap();
    let left = |table| {
        let sql = format!("SELECT count(*) FROM {table}");
        db.query_row(&sql, [], |row| row.get(0))
    };
    let counts: [u32; 4] =
        ["outcome", "installation", "account", "message"].map(|table| left(table).unwrap());
    assert_eq!(counts, [0, 0, 1, 1]);
}

#[test]
fn r17_messages_of_the_schema_before_are_read_by_their_paths() {
    let folder = TempDir::new("placed");
    let path = folder.path().join("weft.db");
    let older = Connection::open(&path).unwrap();
    for step in BEFORE {
        older.execute_batch(step).unwrap();
    }
    // The first one is there. The two hundredth stands beside the hundredth.
    let id = |ordinal: u64| match ordinal {
        1 => MessageId::from_bytes([10; 16]),
        _ => MessageId::from_bytes(u128::from(ordinal).to_be_bytes()),
    };
    for ordinal in 2..=300_u64 {
        let parent = if ordinal == 200 { 99 } else { ordinal - 1 };
        let sql = "INSERT INTO message SELECT thread, ?1, ?2, ?3, author, status, text, error, \
                   deleted, created_at FROM message WHERE ordinal = 1";
        let (id, parent) = (id(ordinal), id(parent));
        let row = params![ordinal, id.as_bytes(), parent.as_bytes()];
        older.execute(sql, row).unwrap();
    }
    drop(older);
    let store = SqliteStore::open(&path, Limits::default()).unwrap();
    let page = |path, from| {
        let read = Read::Page {
            user: UserId::from_bytes([1; 16]),
            thread: ThreadId::from_bytes([9; 16]),
            path,
            from,
            limit: 3,
        };
        let Ok(Answer::Page { tip, length, rows }) = store.read(&read) else {
            panic!("a page");
        };
        let rows: Vec<_> = rows.iter().map(|row| (row.ordinal, row.depth)).collect();
        (tip, length, rows)
    };
    let newest = (Some(id(300)), 200, vec![(99, 99), (200, 100), (201, 101)]);
    assert_eq!(page(Path::Newest, 99), newest);
    let other = (Some(id(199)), 199, vec![(99, 99), (100, 100), (101, 101)]);
    assert_eq!(page(Path::Through(id(100)), 99), other);
    let first = (Some(id(2)), 2, vec![(1, 1), (2, 2)]);
    assert_eq!(page(Path::To(id(2)), 1), first);
}

#[tokio::test]
async fn r37_a_server_that_starts_forgets_old_outcomes_and_finds_what_they_were_of() {
    let data = TempDir::new("forgets");
    let server = Process::start(&data, &[], &[]).await;
    let ada = sign_up(server.addr, "ada").await;
    let mut old = Socket::open(server.addr, &ada).await;
    let mut newer = Socket::open(server.addr, &ada).await;
    let thread = old.thread().await;
    let (send, reply) = asking(thread, "once", "demo");
    old.accept(send.clone()).await;
    old.reply(reply).await;
    newer.thread().await;
    server.kill().await;
    let db = Connection::open(data.path().join("weft.db")).unwrap();
    let aged = db.execute(
        "UPDATE installation SET used_at = used_at - ?2 WHERE id = ?1",
        params![old.installation.as_bytes(), KEPT_OUTCOMES_FOR],
    );
    assert_eq!(aged, Ok(1));
    drop(db);

    let server = Process::start(&data, &[], &[]).await;
    let hello = async |installation| {
        let mut socket = Socket::silent(server.addr).await;
        socket.installation = installation;
        socket.hello(Some(&ada.token)).await;
        let last_n = socket.welcomed().await;
        (socket, last_n)
    };
    // It forgets while it serves.
    let mut socket = soon("forgetting", async {
        loop {
            let (mut socket, last_n) = hello(old.installation).await;
            if last_n == 0 {
                break socket;
            }
            socket.close().await;
        }
    })
    .await;
    assert_eq!(hello(newer.installation).await.1, 1);
    let rows = messages(socket.follow(Topic::Thread(thread)).await);
    assert_eq!(rows.len(), 2);
    let effects = socket.accept(send).await;
    let heads: Vec<_> = effects.iter().map(|head| head.topic).collect();
    assert_eq!(heads, [Topic::User(ada.user.id), Topic::Thread(thread)]);
    assert_eq!(messages(socket.follow(Topic::Thread(thread)).await), rows);
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
