//! What needs a browser and no server: the storage on a real IndexedDB, and Markdown on a real page.
#![cfg(target_arch = "wasm32")]

mod markdown;
mod page;
mod painting;

use indexed_db_futures::{database::Database as Idb, prelude::*, transaction::TransactionMode};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use weft::runtime::storage::database::{Database, Failure};
use weft_protocol::{InstallationId, Millis, Mutation, ThreadId, Topic, UserId};
use weft_sync::{
    PageRead, Rows, StorageOp, Stored, Unsent,
    contract::{Storage, storage_contract},
};

wasm_bindgen_test_configure!(run_in_browser);

/// A database and the term in it.
struct Kept(Database, u64);

impl Storage for Kept {
    type Error = Failure;

    async fn lead(&mut self, now: Millis) -> Result<u64, Failure> {
        self.1 = self.0.lead(now).await?;
        Ok(self.1)
    }

    async fn keep(&mut self, op: StorageOp) -> Result<(), Failure> {
        self.0.keep(self.1, &[op]).await
    }

    async fn load(&mut self) -> Result<Stored, Failure> {
        self.0.load().await
    }

    async fn read(&mut self, read: PageRead) -> Result<Rows, Failure> {
        self.0.read(&read).await
    }
}

async fn open(name: &str) -> Database {
    Database::open(name).await.expect("a database")
}

fn identify() -> StorageOp {
    StorageOp::Identify {
        user: UserId::from_bytes([1; 16]),
        installation: InstallationId::from_bytes([2; 16]),
        next_n: 7,
        outbox: Vec::new(),
    }
}

fn thread(n: u8) -> Topic {
    Topic::Thread(ThreadId::from_bytes([n; 16]))
}

fn snapshot(n: u8) -> StorageOp {
    StorageOp::PutSnapshot {
        topic: thread(n),
        cursor: Default::default(),
        rows: Vec::new(),
    }
}

fn unsent(n: u64) -> Unsent {
    Unsent {
        n,
        made_at: 1,
        mutation: Mutation::CreateThread {
            thread: ThreadId::from_bytes([1; 16]),
        },
        failure: None,
    }
}

#[wasm_bindgen_test]
async fn the_database_keeps_the_contract() {
    storage_contract(async |name: &str| Kept(open(name).await, 0)).await;
}

#[wasm_bindgen_test]
async fn what_the_first_layout_kept_of_its_own_is_read() {
    let id = |n: u8| ThreadId::from_bytes([n; 16]).to_string();
    let (user, installation, thread, message) = (id(1), id(2), id(3), id(4));
    let old = Idb::open("layout-1")
        .with_version(1u32)
        .with_on_upgrade_needed(|_, db| {
            for store in ["meta", "outbox", "topics", "rows", "texts", "ends"] {
                db.create_object_store(store).build()?;
            }
            Ok(())
        })
        .await
        .expect("a database");
    let records = [
        (
            "meta",
            "account".to_owned(),
            format!(r#"["{user}","{installation}",3]"#),
        ),
        (
            "outbox",
            format!("{:020}", 2),
            format!(r#"[2,5,{{"pin_thread":{{"thread":"{thread}","pinned":true}}}},null]"#),
        ),
        (
            "topics",
            format!("t:{thread}"),
            format!(r#"["t:{thread}",{{"epoch":9,"seq":4}},true,1]"#),
        ),
        (
            "rows",
            format!("t:{thread}/{message}"),
            format!(
                r#"{{"message":{{"id":"{message}","thread":"{thread}","ordinal":1,
                "author":{{"assistant":"demo"}},"status":"streaming","created_at":1}}}}"#
            ),
        ),
        (
            "texts",
            format!("{message}/{:020}", 0),
            format!(r#"["{message}",0,"So f"]"#),
        ),
    ];
    let stores = ["meta", "outbox", "topics", "rows", "texts"];
    let writing = old
        .transaction(stores)
        .with_mode(TransactionMode::Readwrite);
    let writing = writing.build().expect("a transaction");
    for (store, key, value) in records {
        let store = writing.object_store(store).expect("a store");
        store.put(value).with_key(key).build().expect("a record");
    }
    writing.commit().await.expect("a commit");
    old.close();

    let stored = open("layout-1").await.load().await.expect("what was kept");
    let identity = stored.identity.expect("an identity");
    assert_eq!(identity.1.to_string(), installation);
    assert_eq!((stored.next_n, stored.outbox.len()), (3, 1));
    assert_eq!(stored.outbox[0].n, 2);
    // What the server has as well had no place on a path yet.
    assert_eq!((stored.topics, stored.texts), (vec![], vec![]));

    // And goes on in the present one.
    let database = open("layout-1").await;
    let (place, text) = (None, "Half a sen".to_owned());
    let draft = StorageOp::PutDraft {
        place,
        text: text.clone(),
    };
    database.keep(1, &[draft]).await.expect("it is kept");
    let stored = database.load().await.expect("what was kept");
    assert_eq!((stored.drafts, stored.next_n), (vec![(place, text)], 3));
}

#[wasm_bindgen_test]
async fn a_layout_from_the_future_is_left_alone() {
    let newer = Idb::open("future").with_version(1_000_000u32);
    newer.await.expect("a database").close();
    assert!(Database::open("future").await.is_err());
}

#[wasm_bindgen_test]
async fn a_database_deleted_during_use_fails_once_and_is_made_anew() {
    let database = open("deleted").await;
    database.keep(1, &[identify()]).await.expect("it is kept");
    Database::delete("deleted")
        .await
        .expect("nobody is in the way");
    assert_eq!(
        database.keep(1, &[identify()]).await,
        Err(Failure::Unusable)
    );
    assert_eq!(database.load().await, Err(Failure::Unusable));
    let again = open("deleted").await;
    assert_eq!(again.load().await, Ok(Stored::default()));
    again.keep(1, &[identify()]).await.expect("it is kept");
}

#[wasm_bindgen_test]
async fn two_connections_see_the_same() {
    let (one, other) = (open("shared").await, open("shared").await);
    one.keep(1, &[identify()]).await.expect("it is kept");
    let stored = other.load().await.expect("what was kept");
    assert_eq!(stored.next_n, 7);
}

#[wasm_bindgen_test]
async fn all_of_a_batch_is_kept_or_nothing() {
    let database = open("batch").await;
    let unsent = unsent(1);
    // Nobody's: there is no identity that could have numbered it.
    let rows = snapshot(3);
    let refused = database
        .keep(1, &[rows, StorageOp::PutOutbox(unsent)])
        .await;
    assert_eq!(refused, Err(Failure::Unusable));
    database.keep(1, &[identify()]).await.expect("it is kept");
    let stored = database.load().await.expect("what was kept");
    assert_eq!((stored.topics.len(), stored.outbox.len()), (0, 0));
}

#[wasm_bindgen_test]
async fn old_threads_make_room_and_what_is_unsent_stays() {
    let database = open("crowded").await;
    let unsent = unsent(7);
    let mut ops = vec![identify(), StorageOp::PutOutbox(unsent.clone())];
    ops.extend((1..=5).map(snapshot));
    database.keep(1, &ops).await.expect("it is kept");
    let used_again = StorageOp::Apply {
        topic: thread(1),
        cursor: Default::default(),
        ops: Vec::new(),
    };
    database.keep(1, &[used_again]).await.expect("it is kept");
    database.prune(1).await.expect("there is room");
    let stored = database.load().await.expect("what was kept");
    let topics: Vec<Topic> = stored.topics.iter().map(|held| held.topic).collect();
    assert_eq!(topics, [thread(5), thread(1)]);
    assert_eq!((stored.next_n, stored.outbox), (8, vec![unsent]));
}

#[wasm_bindgen_test]
async fn what_is_unsent_is_read_where_the_rest_cannot_be() {
    let database = open("corrupt").await;
    let unsent = unsent(7);
    let rows = snapshot(1);
    let ops = [identify(), StorageOp::PutOutbox(unsent.clone()), rows];
    database.keep(1, &ops).await.expect("it is kept");

    let idb = Idb::open("corrupt").await.expect("a database");
    let stores = ["meta", "topics"];
    let writing = idb
        .transaction(stores)
        .with_mode(TransactionMode::Readwrite)
        .build()
        .expect("a transaction");
    for (store, key) in [("meta", "account"), ("topics", "t:nowhere")] {
        let store = writing.object_store(store).expect("a store");
        let record = store.put("no JSON".to_owned()).with_key(key.to_owned());
        record.build().expect("a record");
    }
    writing.commit().await.expect("a commit");
    idb.close();

    let stored = database.load().await.expect("what was kept");
    assert_eq!((stored.identity, stored.topics.len()), (None, 0));
    assert_eq!((stored.next_n, stored.outbox), (8, vec![unsent]));
}
