//! The database of one account: its layout, and what each op of the core does to it.
//!
//! Invariant: one call of [`Database::keep`] is one transaction, so that rows and the cursor that they
//! are as of move together, and nothing but the database is awaited inside of it. Keys and values are
//! strings, the values mostly JSON: what is kept has the form that travels.

use indexed_db_futures::{
    KeyRange,
    database::Database as Idb,
    internals::SystemRepr as _,
    prelude::*,
    transaction::{
        Transaction, TransactionDurability as Durability, TransactionMode, TransactionOptions,
    },
};
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast as _, closure::Closure};
use weft_protocol::{
    Cursor, InstallationId, MessageId, Millis, Mutation, Op, Row, Status, Topic, UserId,
};
use weft_sync::{StorageOp, Stored, StoredTopic, Unsent};

/// Whose it is, and the number of the next mutation.
const META: &str = "meta";
/// Mutations by their number.
const OUTBOX: &str = "outbox";
/// Topics, each with its cursor, whether there is more of it, and when it was used.
const TOPICS: &str = "topics";
/// Rows by `<topic>/<id>`.
const ROWS: &str = "rows";
/// Pieces of replies by `<message>/<offset>`.
const TEXTS: &str = "texts";

const STORES: [&str; 5] = [META, OUTBOX, TOPICS, ROWS, TEXTS];

/// The layout. A change of it raises this and adds a step to [`upgrade`].
const VERSION: u32 = 1;

/// Brings a database from the layout `from` (0: there was none) to the next ones.
fn upgrade(from: u32, db: &Idb) -> indexed_db_futures::Result<()> {
    if from < 1 {
        for store in STORES {
            db.create_object_store(store).build()?;
        }
    }
    Ok(())
}

/// The database could not be used. Which way it failed makes no difference to what is done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unusable;
