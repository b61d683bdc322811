//! The database of one account: its layout, and what each op of the core does to it.
//!
//! Invariant: one call of [`Database::keep`] is one transaction, so that rows and the cursor that they
//! are as of move together, and nothing but the database is awaited inside of it. Keys and values are
//! strings; the values are JSON, so what is kept has the form in which it travels.

use std::{cell::Cell, collections::HashSet};

use indexed_db_futures::{
    KeyRange,
    database::Database as Idb,
    internals::SystemRepr as _,
    object_store::ObjectStore,
    prelude::*,
    transaction::{
        Transaction, TransactionDurability as Durability, TransactionMode, TransactionOptions,
    },
};
use serde::Serialize;
use wasm_bindgen::{JsCast as _, closure::Closure};
use weft_protocol::{
    Cursor, ErrorCode, InstallationId, MessageId, MessageRow, Millis, Mutation, Op, Path, Row,
    Status, Topic, UserId, json, limits::WINDOW, row::Settle,
};
use weft_sync::{PageRead, Rows, StorageOp, Stored, StoredTopic, Unsent};

use crate::runtime::page;

/// Whose it is, and the number of the next mutation: one record, under [`ACCOUNT`]; and under [`TERM`]
/// the term of who leads.
const META: &str = "meta";
/// Mutations by their number.
const OUTBOX: &str = "outbox";
/// Topics: each with its cursor, the ordinal of its newest message, and when it was used.
const TOPICS: &str = "topics";
/// Rows: threads by `<topic>/<id>`, notices by `<topic>/notice/<number>`, messages by `<topic>/<ordinal>`.
const ROWS: &str = "rows";
/// The ordinals of messages by `<topic>/<id>`.
const PLACES: &str = "places";
/// Bytes of replies by `<message>/<offset>`.
const TEXTS: &str = "texts";
/// Ends of replies by `<message>/`.
const ENDS: &str = "ends";
/// What is being written, by thread.
const DRAFTS: &str = "drafts";

const STORES: [&str; 8] = [META, OUTBOX, TOPICS, ROWS, PLACES, TEXTS, ENDS, DRAFTS];

const ACCOUNT: &str = "account";
const TERM: &str = "term";

/// The layout. Whoever changes it raises this and adds a step to [`upgrade`].
const VERSION: u32 = 3;

/// How many messages are read at once.
const PAGE: usize = WINDOW as usize;
/// Among how many a page is looked for: what lies between are other branches.
const SPAN: u64 = 4 * PAGE as u64;

/// Brings a database of the layout `from` (0: it is new) to the present one, step by step.
fn upgrade(from: u32, db: &Idb) -> indexed_db_futures::Result<()> {
    if from < 1 {
        for store in [META, OUTBOX, TOPICS, ROWS, TEXTS, ENDS] {
            db.create_object_store(store).build()?;
        }
    }
    if from < 2 {
        db.create_object_store(DRAFTS).build()?;
    }
    if from < 3 {
        db.create_object_store(PLACES).build()?;
        if from > 0 {
            // Rows had no place on a path. The server gives them again.
            for store in [TOPICS, ROWS, TEXTS, ENDS] {
                db.delete_object_store(store)?;
                db.create_object_store(store).build()?;
            }
        }
    }
    Ok(())
}

/// Why something was not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The database cannot be used. In which way it failed makes no difference to what is done about it.
    Unusable,
    /// Another tab has begun a term since.
    Superseded,
}

impl From<indexed_db_futures::error::Error> for Failure {
    fn from(_: indexed_db_futures::error::Error) -> Self {
        Self::Unusable
    }
}

impl From<indexed_db_futures::error::OpenDbError> for Failure {
    fn from(_: indexed_db_futures::error::OpenDbError) -> Self {
        Self::Unusable
    }
}

impl From<json::Unreadable> for Failure {
    fn from(_: json::Unreadable) -> Self {
        Self::Unusable
    }
}

type Result<T> = std::result::Result<T, Failure>;

/// Whose data it is, who numbers the mutations, and the number of the next one.
type Account = (UserId, InstallationId, u64);
/// A mutation as it is kept.
type Entry<M> = (u64, Millis, M, Option<ErrorCode>);
/// A topic as it is kept: with the ordinal of its newest message, and when it was used last.
type Held = (Topic, Cursor, u64, u64);
/// Bytes of a reply, from an offset on.
type Piece<T> = (MessageId, u64, T);

/// A connection to the database of an account.
pub struct Database {
    idb: Idb,
    /// When a topic was used last: the time, and never the same twice.
    used: Cell<u64>,
    /// Closes the connection where it stands in the way of who deletes or changes the database.
    _yielding: Closure<dyn FnMut()>,
}

impl Database {
    /// Opens the database of this name, and makes it where there is none.
    pub async fn open(name: &str) -> Result<Self> {
        let idb = Idb::open(name)
            .with_version(VERSION)
            .with_on_upgrade_needed(|event, db| upgrade(event.old_version() as u32, &db))
            .await?;
        let connection = idb.clone();
        let yielding = Closure::new(move || connection.clone().close());
        idb.as_sys()
            .set_onversionchange(Some(yielding.as_ref().unchecked_ref()));
        Ok(Self {
            idb,
            used: Cell::new(page::now()),
            _yielding: yielding,
        })
    }

    /// Deletes the database of this name.
    pub async fn delete(name: &str) -> Result<()> {
        Ok(Idb::delete_by_name(name)?.await?)
    }

    /// Begins a term, at `now`. It is the clock's, so that it is new even where the database is: from here
    /// on nothing is kept for whoever led before.
    pub async fn lead(&self, now: Millis) -> Result<u64> {
        let stores = self.writing(Durability::Strict)?;
        let before = stores.term().await?;
        let term = before.map_or(now, |before| now.max(before + 1));
        stores.put(META, TERM, &term)?;
        stores.0.commit().await?;
        Ok(term)
    }

    /// The term that was begun last.
    pub async fn term(&self) -> Result<Option<u64>> {
        let stores = Stores(self.idb.transaction(STORES).build()?);
        let term = stores.term().await?;
        stores.0.commit().await?;
        Ok(term)
    }

    /// Does all of this in a term or, where it fails, nothing.
    pub async fn keep(&self, term: u64, ops: &[StorageOp]) -> Result<()> {
        let durability = if ops.iter().any(|op| op.strict().is_some()) {
            Durability::Strict
        } else {
            Durability::Relaxed
        };
        let stores = self.writing(durability)?;
        match stores.term().await? {
            Some(newest) if newest > term => return Err(Failure::Superseded),
            Some(_) => {}
            None => stores.put(META, TERM, &term)?,
        }
        for op in ops {
            self.used.set(page::now().max(self.used.get() + 1));
            stores.apply(self.used.get(), op).await?;
        }
        Ok(stores.0.commit().await?)
    }

    /// Lets go of that half of the threads that was used the longest ago: the server has them. What is
    /// unsent stays.
    pub async fn prune(&self, term: u64) -> Result<()> {
        let stores = Stores(self.idb.transaction(STORES).build()?);
        let topics = stores.all(TOPICS).await?;
        stores.0.commit().await?;
        let held = topics
            .iter()
            .filter_map(|json| json::read::<Held>(json).ok());
        let mut threads: Vec<Held> = held
            .filter(|(topic, ..)| matches!(topic, Topic::Thread(_)))
            .collect();
        threads.sort_unstable_by_key(|(topic, _, _, used)| (*used, *topic));
        threads.truncate(threads.len().div_ceil(2));
        let drops = threads.into_iter().map(|(topic, ..)| topic);
        let drops: Vec<StorageOp> = drops.map(StorageOp::DropTopic).collect();
        self.keep(term, &drops).await
    }

    fn writing(&self, durability: Durability) -> Result<Stores<'_>> {
        let transaction = self.idb.transaction(STORES);
        let transaction = transaction
            .with_mode(TransactionMode::Readwrite)
            .with_options(TransactionOptions::new().with_durability(durability));
        Ok(Stores(transaction.build()?))
    }

    /// Everything kept; of each thread, the newest messages. What cannot be read counts as not kept.
    pub async fn load(&self) -> Result<Stored> {
        let stores = Stores(self.idb.transaction(STORES).build()?);
        let account = stores.get(META, ACCOUNT).await?;
        let outbox = stores.all(OUTBOX).await?;
        let topics = stores.all(TOPICS).await?;
        // The server gives it again.
        let rows = stores.newest(&topics).await.unwrap_or_default();
        let drafts = stores.all(DRAFTS).await?;
        stores.0.commit().await?;
        let unsent = |json: &String| {
            let (n, made_at, mutation, failure) = json::read::<Entry<Mutation>>(json).ok()?;
            Some(Unsent {
                n,
                made_at,
                mutation,
                failure,
            })
        };
        let account = account.and_then(|json| json::read::<Account>(&json).ok());
        let outbox: Vec<Unsent> = outbox.iter().filter_map(unsent).collect();
        let drafts = drafts
            .iter()
            .filter_map(|json| json::read(json).ok())
            .collect();
        let Some((user, installation, next_n)) = account else {
            // What only this device knows is not lost by what the server knows as well.
            return Ok(Stored {
                next_n: outbox.last().map_or(0, |last| last.n + 1),
                outbox,
                drafts,
                ..Stored::default()
            });
        };
        Ok(Stored {
            identity: Some((user, installation)),
            next_n,
            outbox,
            drafts,
            topics: rows.topics,
            texts: rows.texts,
            ends: rows.ends,
        })
    }

    /// What is kept of a page. What cannot be read counts as not kept.
    pub async fn read(&self, read: &PageRead) -> Result<Rows> {
        let stores = Stores(self.idb.transaction(STORES).build()?);
        let rows = stores.page(read).await?;
        stores.0.commit().await?;
        Ok(rows.unwrap_or_default())
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.idb.as_sys().set_onversionchange(None);
        self.idb.clone().close();
    }
}

/// A transaction over all stores.
struct Stores<'a>(Transaction<'a>);

impl Stores<'_> {
    async fn apply(&self, used: u64, op: &StorageOp) -> Result<()> {
        match op {
            StorageOp::Identify {
                user,
                installation,
                next_n,
                outbox,
            } => {
                self.store(OUTBOX)?.clear()?;
                for unsent in outbox {
                    self.put_unsent(unsent)?;
                }
                self.put(META, ACCOUNT, &(user, installation, next_n))
            }
            StorageOp::PutOutbox(unsent) => {
                self.put_unsent(unsent)?;
                let account = self.get(META, ACCOUNT).await?.ok_or(Failure::Unusable)?;
                if unsent.failure.is_some() {
                    return Ok(());
                }
                let (user, installation, next_n): Account = json::read(&account)?;
                let next_n = next_n.max(unsent.n + 1);
                self.put(META, ACCOUNT, &(user, installation, next_n))
            }
            StorageOp::DeleteOutbox { n, .. } => self.delete(OUTBOX, KeyRange::Only(number(*n))),
            StorageOp::PutSnapshot {
                topic,
                cursor,
                rows,
            } => {
                let open = rows.iter().filter(|row| is_streaming(row));
                let open: HashSet<String> = open.map(id_of).collect();
                self.drop_rows(*topic, |id| open.contains(id)).await?;
                for row in rows {
                    self.place_row(*topic, row)?;
                }
                self.put_topic(&(*topic, *cursor, last(rows.iter().filter_map(message)), used))
            }
            StorageOp::Apply { topic, cursor, ops } => {
                let Some((_, _, newest, _)) = self.topic(*topic).await? else {
                    return Ok(());
                };
                let mut newest = newest;
                for op in ops {
                    match op {
                        Op::Thread(row) => self.put_row(*topic, &Row::Thread(row.clone()))?,
                        Op::Member(row) => self.place_row(*topic, &Row::Member(row.clone()))?,
                        Op::Notice(row) => self.place_row(*topic, &Row::Notice(row.clone()))?,
                        Op::NoticeGone(n) => {
                            self.delete(ROWS, KeyRange::Only(notice(*topic, *n)))?;
                        }
                        Op::ThreadGone(thread) => {
                            self.delete(ROWS, KeyRange::Only(format!("{topic}/{thread}")))?;
                        }
                        Op::Message(row) => {
                            newest = newest.max(row.ordinal);
                            self.put_row(*topic, &Row::Message(row.clone()))?;
                        }
                        Op::Defaults(row) => {
                            self.place_row(*topic, &Row::Defaults(row.clone()))?;
                        }
                        Op::Tuning(row) => self.place_row(*topic, &Row::Tuning(row.clone()))?,
                        Op::Settle(end) => self.put_end(*topic, end).await?,
                        // It is kept beside the database.
                        Op::User(_) => {}
                        Op::Siblings(siblings) => self.put_siblings(*topic, siblings).await?,
                    }
                }
                self.put_topic(&(*topic, *cursor, newest, used))
            }
            StorageOp::PutPage { thread, rows } => {
                let topic = Topic::Thread(*thread);
                let Some((_, cursor, newest, _)) = self.topic(topic).await? else {
                    return Ok(());
                };
                for row in rows {
                    self.put_row(topic, &Row::Message(row.clone()))?;
                }
                self.put_topic(&(topic, cursor, newest.max(last(rows.iter())), used))
            }
            StorageOp::AppendText {
                message,
                offset,
                text,
            } => {
                let key = format!("{message}/{}", number(*offset));
                let piece: Piece<&String> = (*message, *offset, text);
                self.put(TEXTS, &key, &piece)
            }
            StorageOp::DropText { message } => self.delete(TEXTS, within(&place(message))),
            StorageOp::PutDraft { place, text } => {
                let key = place.map(|thread| thread.to_string()).unwrap_or_default();
                if text.is_empty() {
                    return self.delete(DRAFTS, KeyRange::Only(key));
                }
                self.put(DRAFTS, &key, &(place, text))
            }
            StorageOp::DropTopic(topic) => {
                self.drop_rows(*topic, |_| false).await?;
                self.delete(TOPICS, KeyRange::Only(topic.to_string()))
            }
            StorageOp::Wipe => {
                for store in STORES {
                    self.store(store)?.clear()?;
                }
                Ok(())
            }
        }
    }

    async fn term(&self) -> Result<Option<u64>> {
        let json = self.get(META, TERM).await?;
        Ok(json.map(|json| json::read(&json)).transpose()?)
    }

    fn put_unsent(&self, unsent: &Unsent) -> Result<()> {
        let entry: Entry<&Mutation> = (unsent.n, unsent.made_at, &unsent.mutation, unsent.failure);
        self.put(OUTBOX, &number(unsent.n), &entry)
    }

    fn put_topic(&self, held: &Held) -> Result<()> {
        self.put(TOPICS, &held.0.to_string(), held)
    }

    async fn topic(&self, topic: Topic) -> Result<Option<Held>> {
        let json = self.get(TOPICS, &topic.to_string()).await?;
        Ok(json.map(|json| json::read(&json)).transpose()?)
    }

    /// Puts a row. The end that its reply had is not its end any more, and where it is not streaming
    /// it has its text itself.
    fn put_row(&self, topic: Topic, row: &Row) -> Result<()> {
        let id = id_of(row);
        if is_streaming(row) {
            self.delete(ENDS, within(&place(&id)))?;
        } else {
            self.drop_reply(&id)?;
        }
        self.place_row(topic, row)
    }

    /// Puts a row where it belongs, and nothing else.
    fn place_row(&self, topic: Topic, row: &Row) -> Result<()> {
        match row {
            Row::Thread(thread) => self.put(ROWS, &format!("{topic}/{}", thread.id), row),
            Row::Notice(told) => self.put(ROWS, &notice(topic, told.n), row),
            Row::Member(member) => {
                self.put(ROWS, &format!("{}{}", people(topic), member.user.id), row)
            }
            Row::Defaults(_) => self.put(ROWS, &format!("{topic}/defaults"), row),
            // Beside the members, with whom it is read.
            Row::Tuning(_) => self.put(ROWS, &format!("{}tuning", people(topic)), row),
            Row::Message(message) => {
                let place = (topic, message.ordinal);
                self.put(PLACES, &format!("{topic}/{}", message.id), &message.ordinal)?;
                self.put(ROWS, &key(place), row)
            }
        }
    }

    /// Puts the end of a reply whose row still is streaming.
    async fn put_end(&self, topic: Topic, end: &Settle) -> Result<()> {
        let row = self.message(topic, end.message).await?;
        if row.is_some_and(|row| is_streaming(&Row::Message(row))) {
            self.put(ENDS, &place(end.message), end)?;
        }
        Ok(())
    }

    async fn put_siblings(&self, topic: Topic, siblings: &[MessageId]) -> Result<()> {
        for &id in siblings {
            if let Some(mut row) = self.message(topic, id).await? {
                row.set_siblings(siblings);
                self.place_row(topic, &Row::Message(row))?;
            }
        }
        Ok(())
    }

    async fn ordinal(&self, topic: Topic, message: MessageId) -> Result<Option<u64>> {
        let json = self.get(PLACES, &format!("{topic}/{message}")).await?;
        Ok(json.map(|json| json::read(&json)).transpose()?)
    }

    async fn message(&self, topic: Topic, message: MessageId) -> Result<Option<MessageRow>> {
        let Some(ordinal) = self.ordinal(topic, message).await? else {
            return Ok(None);
        };
        let json = self.get(ROWS, &key((topic, ordinal))).await?;
        Ok(json.and_then(|json| match json::read(&json) {
            Ok(Row::Message(row)) => Some(row),
            Ok(_) | Err(_) => None,
        }))
    }

    /// The topics with their newest rows, the one used last at the end.
    async fn newest(&self, topics: &[String]) -> Result<Rows> {
        let mut held = Vec::new();
        for json in topics {
            held.push(json::read::<Held>(json)?);
        }
        held.sort_unstable_by_key(|(topic, _, _, used)| (*used, *topic));
        let mut stored = Vec::new();
        for (topic, cursor, newest, _) in held {
            let range = match topic {
                Topic::User(_) => within(&place(topic)),
                Topic::Thread(_) => {
                    let first = newest.saturating_sub(PAGE as u64 - 1);
                    KeyRange::Bound(key((topic, first)), false, key((topic, newest)), false)
                }
            };
            let mut rows = match topic {
                Topic::User(_) => Vec::new(),
                Topic::Thread(_) => self.rows(within(&people(topic))).await?,
            };
            rows.extend(self.rows(range).await?);
            stored.push(StoredTopic {
                topic,
                cursor,
                rows,
            });
        }
        self.with_texts(stored).await
    }

    async fn page(&self, read: &PageRead) -> Result<Option<Rows>> {
        let topic = Topic::Thread(read.thread);
        let Some((_, cursor, ..)) = self.topic(topic).await? else {
            return Ok(None);
        };
        let (from, to) = match (read.path, read.after) {
            (Path::To(end), _) => match self.ordinal(topic, end).await? {
                Some(last) => (last.saturating_sub(SPAN - 1), last),
                None => return Ok(None),
            },
            (_, Some(after)) => match self.ordinal(topic, after).await? {
                Some(before) => (before + 1, before + SPAN),
                None => return Ok(None),
            },
            _ => (1, SPAN),
        };
        let range = KeyRange::Bound(key((topic, from)), false, key((topic, to)), false);
        let rows = self.rows(range).await?;
        let rows = rows.into_iter().filter_map(|row| match row {
            Row::Message(row) => Some(row),
            _ => None,
        });
        let rows = read.pick(rows.collect(), PAGE);
        let rows = rows.into_iter().map(Row::Message).collect();
        let stored = StoredTopic {
            topic,
            cursor,
            rows,
        };
        self.with_texts(vec![stored]).await.map(Some)
    }

    /// The rows under these keys, in order.
    async fn rows(&self, keys: KeyRange<String>) -> Result<Vec<Row>> {
        let rows = self.values(ROWS, keys).await?;
        let rows = rows.iter().map(|json| json::read(json));
        Ok(rows.collect::<std::result::Result<_, json::Unreadable>>()?)
    }

    /// Rows with the bytes and ends of those that are streaming.
    async fn with_texts(&self, topics: Vec<StoredTopic>) -> Result<Rows> {
        let mut rows = Rows::default();
        for row in topics.iter().flat_map(|stored| &stored.rows) {
            if is_streaming(row) {
                let of = place(id_of(row));
                let pieces = self.values(TEXTS, within(&of)).await?;
                rows.texts.extend(joined(&pieces));
                let ends = self.values(ENDS, within(&of)).await?;
                rows.ends
                    .extend(ends.iter().filter_map(|json| json::read(json).ok()));
            }
        }
        Ok(Rows { topics, ..rows })
    }

    /// Drops the rows of a topic, and of its replies all but the bytes of those that `stay`.
    async fn drop_rows(&self, topic: Topic, stay: impl Fn(&str) -> bool) -> Result<()> {
        let rows = self.keys(PLACES, &place(topic)).await?;
        let rows: HashSet<String> = rows.into_iter().collect();
        let mut replies = self.keys(TEXTS, "").await?;
        replies.extend(self.keys(ENDS, "").await?);
        for key in replies {
            let Some((id, _)) = key.split_once('/') else {
                continue;
            };
            if rows.contains(&format!("{topic}/{id}")) {
                if stay(id) {
                    self.delete(ENDS, within(&place(id)))?;
                } else {
                    self.drop_reply(id)?;
                }
            }
        }
        self.delete(PLACES, within(&place(topic)))?;
        self.delete(ROWS, within(&place(topic)))
    }

    fn drop_reply(&self, id: &str) -> Result<()> {
        self.delete(TEXTS, within(&place(id)))?;
        self.delete(ENDS, within(&place(id)))
    }

    fn store(&self, name: &str) -> Result<ObjectStore<'_>> {
        Ok(self.0.object_store(name)?)
    }

    /// Asks for a change; whether it was made is told by the end of the transaction.
    fn put<T: Serialize>(&self, store: &str, key: &str, value: &T) -> Result<()> {
        let value = json::write(value);
        self.store(store)?.put(value).with_key(key).build()?;
        Ok(())
    }

    fn delete(&self, store: &str, keys: KeyRange<String>) -> Result<()> {
        self.store(store)?.delete::<String, _>(keys).build()?;
        Ok(())
    }

    async fn get(&self, store: &str, key: &str) -> Result<Option<String>> {
        Ok(self.store(store)?.get(key).await?)
    }

    async fn all(&self, store: &str) -> Result<Vec<String>> {
        let values = self.store(store)?.get_all().await?;
        Ok(values.collect::<std::result::Result<_, _>>()?)
    }

    /// The values under these keys, in their order.
    async fn values(&self, store: &str, keys: KeyRange<String>) -> Result<Vec<String>> {
        let store = self.store(store)?;
        let values = store.get_all().with_query::<String, _>(keys).await?;
        Ok(values.collect::<std::result::Result<_, _>>()?)
    }

    /// The keys that begin so, in order.
    async fn keys(&self, store: &str, prefix: &str) -> Result<Vec<String>> {
        let store = self.store(store)?;
        let keys = store
            .get_all_keys()
            .with_query::<String, _>(within(prefix))
            .await?;
        Ok(keys.collect::<std::result::Result<_, _>>()?)
    }
}

/// The keys that begin so.
fn within(prefix: &str) -> KeyRange<String> {
    KeyRange::Bound(prefix.to_owned(), false, format!("{prefix}\u{ffff}"), false)
}

/// What the keys begin with that belong to this.
fn place(of: impl std::fmt::Display) -> String {
    format!("{of}/")
}

/// A number as a key: keys are in the order of their characters.
fn number(n: u64) -> String {
    format!("{n:020}")
}

/// What the keys of a thread's members begin with: beside those of its messages, which are numbers.
fn people(topic: Topic) -> String {
    format!("{topic}/people/")
}

/// The key of a notice's row: beside those of threads, which are ids.
fn notice(topic: Topic, n: u64) -> String {
    format!("{topic}/notice/{}", number(n))
}

/// The key of a message's row.
fn key((topic, ordinal): (Topic, u64)) -> String {
    format!("{topic}/{}", number(ordinal))
}

fn message(row: &Row) -> Option<&MessageRow> {
    match row {
        Row::Message(row) => Some(row),
        Row::Thread(_) | Row::Member(_) | Row::Notice(_) | Row::Defaults(_) | Row::Tuning(_) => {
            None
        }
    }
}

/// The ordinal of the newest of these messages.
fn last<'a>(rows: impl Iterator<Item = &'a MessageRow>) -> u64 {
    rows.map(|row| row.ordinal).max().unwrap_or(0)
}

fn id_of(row: &Row) -> String {
    match row {
        Row::Thread(row) => row.id.to_string(),
        Row::Message(row) => row.id.to_string(),
        Row::Member(row) => row.user.id.to_string(),
        Row::Notice(row) => number(row.n),
        Row::Defaults(_) | Row::Tuning(_) => String::new(),
    }
}

fn is_streaming(row: &Row) -> bool {
    matches!(row, Row::Message(row) if row.status == Status::Streaming && !row.deleted)
}

/// The bytes of each reply, as far as they are here from its beginning on.
fn joined(pieces: &[String]) -> Vec<(MessageId, String)> {
    let mut texts: Vec<(MessageId, String)> = Vec::new();
    for json in pieces {
        let Ok((message, offset, piece)) = json::read::<Piece<String>>(json) else {
            continue;
        };
        let here = texts.last().filter(|(last, _)| *last == message);
        let here = here.map(|(_, text)| text.len() as u64);
        if here.unwrap_or(0) != offset {
            continue;
        }
        if here.is_none() {
            texts.push((message, String::new()));
        }
        if let Some((_, text)) = texts.last_mut() {
            text.push_str(&piece);
        }
    }
    texts
}
