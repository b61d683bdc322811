//! The way in: a file is read as it comes, one thread after the other, and each is made at once.
//!
//! Invariant: nothing of a file is believed. Ids are made anew from the importer's and those of the file, so that the
//! same file makes the same threads, and no thread of anybody else is met; its authors are no accounts, but the
//! importer.

use std::{
    cell::Cell,
    collections::HashSet,
    fmt, io,
    io::{BufReader, Read},
    sync::Arc,
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, header},
};
use futures_util::StreamExt as _;
use serde::{
    Deserialize as _, Deserializer,
    de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use tokio::{runtime::Handle, sync::mpsc, time::timeout};
use weft_hub::{Command, Outcome, store::ImportedThread};
use weft_protocol::{
    Author, Limits, MessageId, MessageRow, Role, Status, ThreadId, ThreadRow, User, UserId,
    api::{Flaw, Imported, NotImported},
    limits::{
        MAX_IMPORT_BYTES, MAX_IMPORTED_MESSAGES, MAX_IMPORTED_TEXT, MAX_REPLY_BYTES,
        MAX_TITLE_CHARS,
    },
};

use super::format::{MARK, Message, Thread, VERSION};
use crate::App;

/// One entry has at most so many bytes: the longest text, every character of which is escaped, and more.
const MAX_ENTRY_BYTES: u64 = 8 * 1024 * 1024;

/// The longest name of a person or a model, in characters.
const MAX_NAME_CHARS: usize = 256;

/// The most people of a thread, with those who were members once.
const MAX_PEOPLE: usize = 10_000;

/// How long the file may pause while it comes.
const SILENCE: Duration = Duration::from_secs(30);

/// The parts of a file that wait to be read.
const AHEAD: usize = 4;

/// Makes the threads of a file threads of this person.
pub(super) async fn import(
    app: Arc<App>,
    me: User,
    headers: &HeaderMap,
    body: Body,
) -> Result<Imported, NotImported> {
    let length = headers.get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > MAX_IMPORT_BYTES) {
        return Err(NotImported {
            flaw: Flaw::TooLarge,
            thread: 0,
            message: 0,
            line: 1,
            before: Imported::default(),
        });
    }
    let (parts, coming) = mpsc::channel(AHEAD);
    let handle = Handle::current();
    let reading = tokio::task::spawn_blocking(move || {
        let make = |thread: ImportedThread| {
            let command = Command::Import {
                user: me.id,
                thread: Arc::new(thread),
            };
            handle.block_on(app.hub.commit(command))
        };
        read(Coming::new(coming), &me, |thread| {
            let messages = thread.messages.len() as u64;
            match make(thread) {
                Ok(done) => match done.outcome {
                    Outcome::Applied(_) if done.changes.is_empty() => Ok(None),
                    Outcome::Applied(_) => Ok(Some(messages)),
                    _ => Err(Flaw::Taken),
                },
                Err(error) => {
                    tracing::error!(%error, "a thread could not be imported");
                    Err(Flaw::Internal)
                }
            }
        })
    });
    // What comes after a flaw is not looked at, but taken: whoever sends hears the answer at the end.
    let mut body = body.into_data_stream();
    let mut taken = 0;
    let mut parts = Some(parts);
    while let Ok(Some(Ok(part))) = timeout(SILENCE, body.next()).await {
        taken += part.len() as u64;
        if taken > MAX_IMPORT_BYTES {
            break;
        }
        if let Some(to) = &parts
            && to.send(part).await.is_err()
        {
            parts = None;
        }
    }
    drop(parts);
    let too_large = taken > MAX_IMPORT_BYTES;
    match reading.await {
        Ok(Err(refused)) if too_large && refused.flaw == Flaw::Cut => Err(NotImported {
            flaw: Flaw::TooLarge,
            ..refused
        }),
        Ok(done) => done,
        Err(error) => {
            tracing::error!(%error, "an import has ended with a panic");
            Err(NotImported {
                flaw: Flaw::Internal,
                thread: 0,
                message: 0,
                line: 0,
                before: Imported::default(),
            })
        }
    }
}

/// The parts of a file as they come, for who reads without a runtime.
struct Coming {
    parts: mpsc::Receiver<Bytes>,
    rest: Bytes,
}

impl Coming {
    fn new(parts: mpsc::Receiver<Bytes>) -> Self {
        let rest = Bytes::new();
        Self { parts, rest }
    }
}

impl Read for Coming {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() {
            match self.parts.blocking_recv() {
                Some(part) => self.rest = part,
                None => return Ok(0),
            }
        }
        let some = self.rest.split_to(self.rest.len().min(into.len()));
        into[..some.len()].copy_from_slice(&some);
        Ok(some.len())
    }
}

/// Reads a file and gives each of its threads to `make`, which says how many messages are new where the thread is.
fn read(
    file: impl Read,
    me: &User,
    mut make: impl FnMut(ImportedThread) -> Result<Option<u64>, Flaw>,
) -> Result<Imported, NotImported> {
    let at = Place::default();
    let mut before = Imported::default();
    let file = Watched {
        file: BufReader::new(file),
        at: &at,
    };
    let mut json = serde_json::Deserializer::from_reader(file);
    let threads = Threads {
        at: &at,
        me,
        make: &mut |thread| {
            match make(thread)? {
                Some(messages) => {
                    before.threads += 1;
                    before.messages += messages;
                }
                None => before.present += 1,
            }
            Ok(())
        },
    };
    let done = json.deserialize_map(threads).and_then(|()| json.end());
    done.map(|()| before).map_err(|error| {
        let told = || match error.is_eof() {
            true => (Flaw::Cut, error.line() as u64),
            false => (Flaw::Garbled, error.line() as u64),
        };
        let (flaw, line) = at.flaw.get().unwrap_or_else(told);
        NotImported {
            flaw,
            thread: at.thread.get(),
            message: at.message.get(),
            line,
            before,
        }
    })
}

/// Where in the file the reading is.
#[derive(Default)]
struct Place {
    /// The number of the thread, from 1, and of its message.
    thread: Cell<u64>,
    message: Cell<u64>,
    /// The bytes of the entry so far.
    entry: Cell<u64>,
    /// How many lines have ended.
    lines: Cell<u64>,
    /// The line of what is looked at, where that was read before.
    line: Cell<Option<u64>>,
    /// What is wrong and in which line, where that is known better than by the grammar.
    flaw: Cell<Option<(Flaw, u64)>>,
}

impl Place {
    /// The line that is read, from 1.
    fn line(&self) -> u64 {
        self.lines.get() + 1
    }

    /// Ends the reading with this. The first one counts: the grammar reads on a little.
    fn wrong<E: de::Error>(&self, flaw: Flaw) -> E {
        let line = self.line.get().unwrap_or_else(|| self.line());
        let first = self.flaw.get().unwrap_or((flaw, line));
        self.flaw.set(Some(first));
        E::custom("refused")
    }

    fn check<E: de::Error>(&self, holds: bool, flaw: Flaw) -> Result<(), E> {
        if holds { Ok(()) } else { Err(self.wrong(flaw)) }
    }
}

/// A file none of whose entries is longer than it may be.
struct Watched<'a, R> {
    file: R,
    at: &'a Place,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let some = self.file.read(into)?;
        let entry = &self.at.entry;
        entry.set(entry.get() + some as u64);
        let ends = into[..some].iter().filter(|byte| **byte == b'\n').count();
        self.at.lines.set(self.at.lines.get() + ends as u64);
        if entry.get() > MAX_ENTRY_BYTES {
            let refused: serde_json::Error = self.at.wrong(Flaw::TooLarge);
            return Err(io::Error::other(refused));
        }
        Ok(some)
    }
}

type Make<'a> = &'a mut dyn FnMut(ImportedThread) -> Result<(), Flaw>;

/// The whole file.
struct Threads<'a> {
    at: &'a Place,
    me: &'a User,
    make: Make<'a>,
}

impl<'de> Visitor<'de> for Threads<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an export of Weft")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let mark: Option<String> = map.next_key()?;
        self.at
            .check(mark.as_deref() == Some(MARK), Flaw::NotAnExport)?;
        let version: u32 = map.next_value()?;
        self.at.check(version > 0, Flaw::NotAnExport)?;
        self.at.check(version <= VERSION, Flaw::TooNew)?;
        let mut threads = false;
        while let Some(name) = map.next_key::<String>()? {
            if name == "threads" {
                map.next_value_seed(List(&mut self))?;
                threads = true;
            } else {
                map.next_value::<de::IgnoredAny>()?;
            }
        }
        self.at.check(threads, Flaw::NotAnExport)
    }
}

/// The list of threads.
struct List<'a, 'b>(&'a mut Threads<'b>);

impl<'de> DeserializeSeed<'de> for List<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for List<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("threads")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Threads { at, me, make } = self.0;
        at.thread.set(1);
        at.entry.set(0);
        while let Some(thread) = list.next_element_seed(One { at, me })? {
            at.message.set(0);
            make(thread).map_err(|flaw| at.wrong::<A::Error>(flaw))?;
            at.line.set(None);
            at.thread.set(at.thread.get() + 1);
            at.entry.set(0);
        }
        at.thread.set(0);
        Ok(())
    }
}

/// A thread.
struct One<'a> {
    at: &'a Place,
    me: &'a User,
}

impl<'de> DeserializeSeed<'de> for One<'_> {
    type Value = ImportedThread;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<ImportedThread, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for One<'_> {
    type Value = ImportedThread;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a thread")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ImportedThread, A::Error> {
        let at = self.at;
        let mut head = Map::new();
        let mut said = Said::of(at);
        let mut has_messages = false;
        let mut begins = None;
        while let Some(name) = map.next_key::<String>()? {
            begins.get_or_insert_with(|| at.line());
            if name == "messages" && !has_messages {
                map.next_value_seed(&mut said)?;
                has_messages = true;
            } else {
                head.insert(name, map.next_value()?);
            }
        }
        at.line.set(begins);
        at.check(has_messages, Flaw::Garbled)?;
        let head = Thread::deserialize(Value::Object(head));
        let head = head.map_err(|_| at.wrong::<A::Error>(Flaw::Garbled))?;
        let thread = Building::new(at, self.me, head)?.with(said.messages)?;
        at.line.set(begins);
        Ok(thread)
    }
}

/// The messages of a thread, as far as they can be looked at without it.
struct Said<'a> {
    at: &'a Place,
    most: usize,
    here: HashSet<MessageId>,
    bytes: usize,
    /// Each with the line that it is in.
    messages: Vec<(u64, Message)>,
}

impl<'a> Said<'a> {
    fn of(at: &'a Place) -> Self {
        Self {
            at,
            most: Limits::default().message_bytes as usize,
            here: HashSet::new(),
            bytes: 0,
            messages: Vec::new(),
        }
    }

    fn add<E: de::Error>(&mut self, mut message: Message) -> Result<(), E> {
        let at = self.at;
        let parent = message.parent;
        let follows = parent.is_none_or(|parent| self.here.contains(&parent));
        at.check(follows, Flaw::Parent)?;
        at.check(self.here.insert(message.id), Flaw::Repeated)?;
        let (is_reply, longest) = match &message.author {
            Author::User(_) => (false, self.most),
            Author::Assistant(_) => (true, MAX_REPLY_BYTES as usize),
            Author::System => (false, MAX_REPLY_BYTES as usize),
        };
        let fits = match message.status {
            Status::Complete => true,
            Status::Stopped | Status::Failed => is_reply,
            Status::Streaming => false,
        };
        at.check(fits, Flaw::Status)?;
        if message.deleted {
            message.text = "".into();
        }
        let says = is_reply || message.deleted || !message.text.trim().is_empty();
        at.check(says && message.text.len() <= longest, Flaw::Text)?;
        if message.deleted || !is_reply {
            message.error = None;
        }
        self.bytes += message.text.len();
        let fits = self.bytes <= MAX_IMPORTED_TEXT && self.here.len() <= MAX_IMPORTED_MESSAGES;
        at.check(fits, Flaw::TooLarge)?;
        self.messages.push((at.line(), message));
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for &mut Said<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for &mut Said<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("messages")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        loop {
            self.at.message.set(self.here.len() as u64 + 1);
            self.at.entry.set(0);
            match list.next_element()? {
                Some(message) => self.add(message)?,
                None => break,
            }
        }
        self.at.message.set(0);
        Ok(())
    }
}

/// A thread that gets its messages.
struct Building<'a> {
    at: &'a Place,
    me: &'a User,
    /// Who is meant by each author of the file.
    people: Vec<(UserId, User)>,
    thread: ImportedThread,
}

impl<'a> Building<'a> {
    fn new<E: de::Error>(at: &'a Place, me: &'a User, head: Thread) -> Result<Self, E> {
        let chars = head.title.trim().chars().count();
        at.check((1..=MAX_TITLE_CHARS).contains(&chars), Flaw::Title)?;
        at.check(head.tuning.check().is_ok(), Flaw::Tuning)?;
        at.check(head.people.len() <= MAX_PEOPLE, Flaw::TooLarge)?;
        let mut people = Vec::new();
        for person in head.people {
            at.check(is_name(&person.name), Flaw::Name)?;
            // Who is called as the importer is, here or where it was exported, is them.
            let is_me = person.id == me.id || person.name.to_lowercase() == me.name.to_lowercase();
            let id = if is_me {
                me.id
            } else {
                UserId::from_bytes(derived(me, b"person", &[person.id.as_bytes()]))
            };
            let name = person.name;
            people.push((person.id, User::new(id, name)));
        }
        people.sort_unstable_by_key(|(id, _)| *id);
        let id = ThreadId::from_bytes(derived(me, b"thread", &[head.id.as_bytes()]));
        let thread = ImportedThread {
            origin: head.id,
            row: ThreadRow {
                id,
                title: head.title.trim().to_owned(),
                named: head.named,
                pinned: head.pinned,
                archived: head.archived,
                deleted: false,
                generating: 0,
                model: head.model.filter(|model| is_name(model)),
                role: Role::Owner,
                members: 1,
                last: 0,
                read: 0,
                unread: 0,
                muted: false,
                created_at: head.created_at,
                updated_at: head.updated_at,
            },
            tuning: head.tuning.trimmed(),
            people: Vec::new(),
            messages: Vec::new(),
        };
        Ok(Self {
            at,
            me,
            people,
            thread,
        })
    }

    fn id(&self, message: MessageId) -> MessageId {
        let thread = self.thread.origin;
        let of = [thread.as_bytes(), message.as_bytes()];
        MessageId::from_bytes(derived(self.me, b"message", &of))
    }

    fn with<E: de::Error>(mut self, messages: Vec<(u64, Message)>) -> Result<ImportedThread, E> {
        let at = self.at;
        let mut wrote = HashSet::new();
        for ((line, message), number) in messages.into_iter().zip(1..) {
            at.message.set(number);
            at.line.set(Some(line));
            let author = match message.author {
                Author::User(user) => {
                    let found = self.people.binary_search_by_key(&user, |(id, _)| *id);
                    let found = found.map_err(|_| at.wrong::<E>(Flaw::Author))?;
                    let (_, person) = &self.people[found];
                    if person.id != self.me.id && wrote.insert(person.id) {
                        self.thread.people.push(person.clone());
                    }
                    Author::User(person.id)
                }
                Author::Assistant(model) => {
                    at.check(is_name(&model), Flaw::Author)?;
                    Author::Assistant(model)
                }
                Author::System => Author::System,
            };
            let row = MessageRow {
                id: self.id(message.id),
                thread: self.thread.row.id,
                ordinal: 0,
                parent: message.parent.map(|parent| self.id(parent)),
                depth: 0,
                siblings: Vec::new(),
                author,
                status: message.status,
                text: message.text,
                error: message.error,
                deleted: message.deleted,
                created_at: message.created_at,
            };
            self.thread.messages.push(row);
        }
        at.message.set(0);
        Ok(self.thread)
    }
}

fn is_name(name: &str) -> bool {
    let chars = name.chars();
    !name.trim().is_empty()
        && chars.clone().count() <= MAX_NAME_CHARS
        && !chars.clone().any(char::is_control)
}

/// The id that something of a file has for this person: always the same, and nobody else's.
fn derived(me: &User, kind: &[u8], of: &[&[u8; 16]]) -> [u8; 16] {
    let mut hash = Sha256::new();
    hash.update(b"weft import ");
    hash.update(kind);
    hash.update(me.id.as_bytes());
    for part in of {
        hash.update(part);
    }
    let mut id = [0; 16];
    id.copy_from_slice(&hash.finalize()[..16]);
    // UUIDv8 (RFC 9562): made as its maker sees fit.
    id[6] = id[6] & 0x0f | 0x80;
    id[8] = id[8] & 0x3f | 0x80;
    id
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn me() -> User {
        User::new(UserId::from_bytes([1; 16]), "Ada")
    }

    fn id(n: u8) -> String {
        MessageId::from_bytes([n; 16]).to_string()
    }

    fn message(n: u8, parent: Option<u8>) -> Value {
        json!({
            "id": id(n), "parent": parent.map(id), "author": { "user": id(2) },
            "status": "complete", "text": "Hi", "created_at": 5,
        })
    }

    fn thread(n: u8, messages: &[Value]) -> Value {
        json!({
            "id": id(n), "title": "Trip", "created_at": 1, "updated_at": 2,
            "people": [{ "id": id(2), "name": "Bob" }], "messages": messages,
        })
    }

    fn file(threads: &[Value]) -> String {
        let threads: Vec<String> = threads.iter().map(Value::to_string).collect();
        let threads = threads.join(",\n");
        format!("{{\"{MARK}\":1,\"threads\":[\n{threads}\n]}}")
    }

    /// What is imported of a file; and how many threads were made before the end.
    fn all(file: &str) -> (Result<Vec<ImportedThread>, NotImported>, usize) {
        let mut threads = Vec::new();
        let done = read(file.as_bytes(), &me(), |thread| {
            threads.push(thread);
            Ok(Some(0))
        });
        let count = threads.len();
        (done.map(|_| threads), count)
    }

    #[test]
    fn r63_the_same_file_makes_the_same_ids_for_the_same_person_and_others_for_another() {
        let file = file(&[thread(9, &[message(3, None), message(4, Some(3))])]);
        let first = all(&file).0.unwrap();
        assert_eq!(all(&file).0.unwrap(), first);
        let thread = &first[0];
        assert_eq!(thread.messages[1].parent, Some(thread.messages[0].id));
        assert_eq!(thread.people[0].name, "Bob");
        assert_ne!(thread.people[0].id, UserId::from_bytes([2; 16]));
        let mut eves = Vec::new();
        let eve = User::new(UserId::from_bytes([7; 16]), "Eve");
        read(file.as_bytes(), &eve, |thread| {
            eves.push(thread);
            Ok(Some(0))
        })
        .unwrap();
        assert_ne!(eves[0].row.id, thread.row.id);
        assert_ne!(eves[0].messages[0].id, thread.messages[0].id);
    }

    #[test]
    fn r63_who_is_called_like_the_importer_is_them() {
        let mut mine = thread(9, &[message(3, None)]);
        mine["people"][0]["name"] = "ADA".into();
        let made = all(&file(&[mine])).0.unwrap();
        assert_eq!(made[0].messages[0].author, Author::User(me().id));
        assert_eq!(made[0].people, []);
    }

    #[test]
    fn r63_what_is_wrong_is_named_and_the_threads_before_are_made() {
        let good = || thread(9, &[message(3, None)]);
        let with = |field: &str, value: Value| {
            let mut other = message(4, Some(3));
            other[field] = value;
            thread(8, &[message(3, None), other])
        };
        let headed = |field: &str, value: Value| {
            let mut other = thread(8, &[message(3, None)]);
            other[field] = value;
            other
        };
        for (second, flaw, at) in [
            (with("parent", id(5).into()), Flaw::Parent, 2),
            (with("parent", id(4).into()), Flaw::Parent, 2),
            (with("id", id(3).into()), Flaw::Repeated, 2),
            (with("author", json!({ "user": id(6) })), Flaw::Author, 2),
            (with("author", json!({ "assistant": "" })), Flaw::Author, 2),
            (with("author", json!("robot")), Flaw::Garbled, 2),
            (with("status", "streaming".into()), Flaw::Status, 2),
            (with("status", "stopped".into()), Flaw::Status, 2),
            (with("text", " ".into()), Flaw::Text, 2),
            (
                with("text", "x".repeat(256 * 1024 + 1).into()),
                Flaw::Text,
                2,
            ),
            (with("created_at", (-1).into()), Flaw::Garbled, 2),
            (with("text", 5.into()), Flaw::Garbled, 2),
            (with("text", "x".repeat(8 << 20).into()), Flaw::TooLarge, 2),
            (headed("title", " ".into()), Flaw::Title, 0),
            (headed("title", "x".repeat(121).into()), Flaw::Title, 0),
            (headed("id", "nobody".into()), Flaw::Garbled, 0),
            (headed("messages", 5.into()), Flaw::Garbled, 0),
            (
                headed("tuning", json!({ "temperature": 201 })),
                Flaw::Tuning,
                0,
            ),
            (
                headed("people", json!([{ "id": id(2), "name": "" }])),
                Flaw::Name,
                0,
            ),
            (json!({ "id": id(8) }), Flaw::Garbled, 0),
            (json!([]), Flaw::Garbled, 0),
        ] {
            let told = second.to_string();
            let told = &told[..told.len().min(300)];
            let (done, made) = all(&file(&[good(), second.clone(), good()]));
            let refused = done.unwrap_err();
            assert_eq!((refused.flaw, refused.thread), (flaw, 2), "{told}");
            assert_eq!((refused.message, refused.line), (at, 3), "{told}");
            assert_eq!((made, refused.before.threads), (1, 1), "{told}");
        }
    }

    #[test]
    fn r63_the_line_that_is_named_is_the_entrys() {
        let line = |text: &str, flaw| {
            let refused = all(text).0.unwrap_err();
            assert_eq!(refused.flaw, flaw, "{text}");
            refused.line
        };
        let messages: Vec<String> = [(3, None), (4, Some(3)), (5, Some(4))]
            .map(|(n, parent)| message(n, parent).to_string())
            .into();
        let head = thread(9, &[]).to_string();
        let head = head.replace("\"messages\":[]", "");
        let head = head.trim_matches(['{', '}', ',']).replace(",,", ",");
        let file = format!(
            "{{\"{MARK}\":1,\"threads\":[\n{{{head},\"messages\":[\n{}\n]}}\n]}}",
            messages.join(",\n")
        );
        assert_eq!(all(&file).1, 1);
        let second = &messages[1];
        let instead = |from: &str, to: &str| file.replace(second, &second.replace(from, to));
        assert_eq!(line(&instead(&id(3), &id(8)), Flaw::Parent), 4);
        assert_eq!(line(&instead(&id(2), &id(8)), Flaw::Author), 4);
        assert_eq!(line(&instead("complete", "done"), Flaw::Garbled), 4);
        assert_eq!(line(&instead("\"Hi\"", ""), Flaw::Garbled), 4);
        assert_eq!(line(&file.replace("Trip", ""), Flaw::Title), 2);
        assert_eq!(line(&file.replace("title", "name"), Flaw::Garbled), 2);
        let taken = read(file.as_bytes(), &me(), |_| Err(Flaw::Taken));
        assert_eq!(taken.unwrap_err().line, 2);
    }

    #[test]
    fn r63_what_is_no_export_is_told_from_one_that_is_damaged() {
        let whole = file(&[thread(9, &[message(3, None)])]);
        for (file, flaw) in [
            ("", Flaw::Cut),
            ("[]", Flaw::Garbled),
            ("{}", Flaw::NotAnExport),
            ("{\"conversations\":[]}", Flaw::NotAnExport),
            ("{\"weft_export\":0,\"threads\":[]}", Flaw::NotAnExport),
            ("{\"weft_export\":1}", Flaw::NotAnExport),
            ("{\"weft_export\":2,\"threads\":[]}", Flaw::TooNew),
            ("PK\u{3}\u{4}", Flaw::Garbled),
            (&format!("{whole}x"), Flaw::Garbled),
            (&whole[..whole.len() - 2], Flaw::Cut),
            (&whole[..whole.len() / 2], Flaw::Cut),
        ] {
            let refused = all(file).0.unwrap_err();
            assert_eq!(refused.flaw, flaw, "{file}");
        }
        assert_eq!(all("{\"weft_export\":1,\"threads\":[]}").0.unwrap(), []);
    }

    #[test]
    fn unknown_fields_are_ignored() {
        let mut thread = thread(9, &[message(3, None)]);
        thread["colour"] = json!({ "deep": [1, 2.5] });
        let file = file(&[thread]).replacen(',', ",\"by\":{\"name\":\"x\"},", 1);
        assert_eq!(all(&file).0.unwrap().len(), 1);
    }
}
