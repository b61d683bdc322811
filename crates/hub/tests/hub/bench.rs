//! A hub, a store and sockets, driven by hand: everything happens at once unless it is held back.
//!
//! Invariant: the store reads and commits when it is asked, and commits are published in order; only
//! the way back to the hub can be held, as it is where the store has threads of its own.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use weft_hub::{
    Answer, Command, Committed, Hub, Input, MemoryStore, Output, Read, SessionId, Store,
    store::{Lookup as _, Tables as _},
};
use weft_protocol::{
    ClientFrame, ErrorCode, InstallationId, Limits, MessageId, MessageRow, Millis, Mutation,
    NewReply, Row, ServerFrame, Status, ThreadId, Topic, User, UserId, Versions,
    frame::Subscription, limits::WINDOW,
};

use super::mirror::Mirror;

pub(super) const EPOCH: u32 = 7;

/// A person, by a small number; so is everything else that has an id.
pub(super) fn user(number: u8) -> UserId {
    UserId::new(0, [number; 10])
}

pub(super) fn installation(number: u8) -> InstallationId {
    InstallationId::new(0, [number; 10])
}

pub(super) fn thread(number: u8) -> ThreadId {
    ThreadId::new(0, [number; 10])
}

/// A wish to follow a topic as somebody who holds nothing of it.
pub(super) fn afresh(topic: Topic) -> Subscription {
    Subscription {
        topic,
        cursor: None,
        streams: Vec::new(),
    }
}

pub(super) fn hello(topics: Vec<Subscription>) -> ClientFrame {
    hello_of(1, 0, topics)
}

/// The hello of an installation's leader of this term.
pub(super) fn hello_of(device: u8, term: u64, topics: Vec<Subscription>) -> ClientFrame {
    ClientFrame::Hello {
        versions: Versions::SUPPORTED,
        installation: installation(device),
        term,
        token: None,
        topics,
    }
}

fn decode(text: &str) -> ServerFrame {
    ServerFrame::decode(text).expect("the hub sends frames that can be understood")
}

/// The client's end of a socket.
#[derive(Default)]
pub(super) struct Socket {
    /// Sent and not yet taken.
    pub(super) unflushed: VecDeque<Arc<str>>,
    /// Taken, and not yet looked at by the test.
    pub(super) taken: Vec<Arc<str>>,
    pub(super) stalled: bool,
    /// Whether its client says nothing to what it is sent.
    pub(super) mute: bool,
    pub(super) closed: Option<Option<ErrorCode>>,
    pub(super) mirror: Mirror,
}

pub(super) struct Bench {
    pub(super) now: Millis,
    pub(super) hub: Hub,
    pub(super) store: MemoryStore,
    pub(super) sockets: BTreeMap<SessionId, Socket>,
    /// What the store has answered and committed, on its way back.
    pub(super) answers: VecDeque<Input>,
    pub(super) commits: VecDeque<Input>,
    pub(super) hold_answers: bool,
    pub(super) hold_commits: bool,
    /// Who was said to be there.
    pub(super) seen: Vec<UserId>,
    numbers: BTreeMap<UserId, u64>,
    ids: u64,
}

impl Bench {
    pub(super) fn new() -> Self {
        Self::with_limits(Limits::default())
    }

    pub(super) fn with_limits(limits: Limits) -> Self {
        Self {
            now: 1_000_000,
            hub: Hub::new(limits),
            store: MemoryStore::new(EPOCH),
            sockets: BTreeMap::new(),
            answers: VecDeque::new(),
            commits: VecDeque::new(),
            hold_answers: false,
            hold_commits: false,
            seen: Vec::new(),
            numbers: BTreeMap::new(),
            ids: 0,
        }
    }

    // Sockets.

    /// Opens a socket whose cookie says that it is this person's, and says nothing.
    pub(super) fn open(&mut self, person: Option<u8>) -> SessionId {
        let id = SessionId(self.sockets.len() as u64 + 1);
        self.sockets.insert(id, Socket::default());
        let user = person.map(|number| User::new(user(number), format!("user {number}")));
        self.tell(Input::Opened(id, user));
        id
    }

    /// A person's socket that was welcomed and follows these topics.
    pub(super) fn join(&mut self, person: u8, topics: &[Topic]) -> SessionId {
        let id = self.open(Some(person));
        self.say(id, hello(topics.iter().copied().map(afresh).collect()));
        id
    }

    pub(super) fn say(&mut self, id: SessionId, frame: ClientFrame) {
        self.tell(Input::Received(id, frame.encode()));
    }

    pub(super) fn socket(&mut self, id: SessionId) -> &mut Socket {
        self.sockets.get_mut(&id).expect("the socket was opened")
    }

    pub(super) fn mirror(&mut self, id: SessionId) -> &Mirror {
        &self.socket(id).mirror
    }

    /// From here on the socket takes no frames.
    pub(super) fn stall(&mut self, id: SessionId) {
        self.socket(id).stalled = true;
    }

    /// From here on it takes them again.
    pub(super) fn unstall(&mut self, id: SessionId) {
        self.socket(id).stalled = false;
        self.run();
    }

    /// The frames that the socket has taken since this was asked last.
    pub(super) fn frames(&mut self, id: SessionId) -> Vec<ServerFrame> {
        let taken = std::mem::take(&mut self.socket(id).taken);
        taken.iter().map(|text| decode(text)).collect()
    }

    /// How the socket was closed; `None` where it is open.
    pub(super) fn closed(&mut self, id: SessionId) -> Option<Option<ErrorCode>> {
        self.socket(id).closed
    }

    // The hub.

    pub(super) fn tell(&mut self, input: Input) {
        self.hub.handle(self.now, input);
        self.run();
    }

    /// Does what the hub wants done, and what that leads to, as far as it is not held back.
    pub(super) fn run(&mut self) {
        loop {
            while let Some(output) = self.hub.poll_output() {
                self.carry_out(output);
            }
            if !self.hold_commits && self.publish() || !self.hold_answers && self.answer() {
                continue;
            }
            let ready = |socket: &Socket| !socket.stalled && !socket.unflushed.is_empty();
            let Some((&id, _)) = self.sockets.iter().find(|(_, socket)| ready(socket)) else {
                return;
            };
            self.take(id);
        }
    }

    fn carry_out(&mut self, output: Output) {
        match output {
            Output::Send(id, text) => self.socket(id).unflushed.push_back(text),
            Output::Close(id, code) => self.socket(id).closed = Some(code),
            Output::Authenticate(id, token) => {
                let user = token
                    .parse()
                    .ok()
                    .map(|number| User::new(user(number), token));
                self.answers.push_back(Input::Authenticated(id, user));
            }
            Output::Read(ticket, read) => {
                let Ok(answer) = self.store.read(&read);
                self.answers.push_back(Input::Answered(ticket, answer));
            }
            Output::Seen(user) => self.seen.push(user),
            Output::Write(ticket, command) => {
                let committed = self.run_command(&command);
                self.commits
                    .push_back(Input::Committed(Some(ticket), committed));
            }
        }
    }

    /// A socket takes one frame, and its client says what that makes it say.
    pub(super) fn take(&mut self, id: SessionId) {
        let socket = self.socket(id);
        let Some(text) = socket.unflushed.pop_front() else {
            return;
        };
        let reply = socket.mirror.apply(&decode(&text));
        socket.taken.push(text);
        let mute = socket.mute;
        if socket.closed.is_none() {
            self.hub.handle(self.now, Input::Flushed(id));
            if let Some(reply) = reply.filter(|_| !mute) {
                self.hub
                    .handle(self.now, Input::Received(id, reply.encode()));
            }
        }
    }

    /// Gives the hub the oldest answer that is on its way.
    pub(super) fn answer(&mut self) -> bool {
        let answer = self.answers.pop_front();
        let found = answer.is_some();
        answer
            .into_iter()
            .for_each(|answer| self.hub.handle(self.now, answer));
        found
    }

    /// Gives the hub the oldest commit that is on its way.
    pub(super) fn publish(&mut self) -> bool {
        let commit = self.commits.pop_front();
        let found = commit.is_some();
        commit
            .into_iter()
            .for_each(|commit| self.hub.handle(self.now, commit));
        found
    }

    /// Lets everything through that was held back.
    pub(super) fn release(&mut self) {
        (self.hold_answers, self.hold_commits) = (false, false);
        self.run();
    }

    /// Lets time pass, with a tick at each deadline of the hub.
    pub(super) fn wait(&mut self, millis: Millis) {
        let until = self.now + millis;
        while let Some(at) = self.hub.next_deadline().filter(|&at| at <= until) {
            self.now = self.now.max(at);
            self.tell(Input::Tick);
            assert!(
                self.hub.next_deadline().is_none_or(|next| next > self.now),
                "a tick leaves nothing that is due"
            );
        }
        self.now = until;
    }

    // The store.

    fn run_command(&mut self, command: &Command) -> Committed {
        let Ok(mut done) = self.store.commit(self.now, std::slice::from_ref(command));
        done.remove(0)
    }

    /// Changes the store, from no socket's side.
    pub(super) fn commit(&mut self, command: &Command) {
        let committed = self.run_command(command);
        self.commits.push_back(Input::Committed(None, committed));
        self.run();
    }

    /// A person changes something from a device of which the hub has no socket.
    pub(super) fn mutate(&mut self, person: u8, mutation: Mutation) {
        let n = self.numbers.entry(user(person)).or_default();
        *n += 1;
        let command = Command::Mutate {
            user: user(person),
            installation: installation(200),
            n: *n,
            mutation,
        };
        self.commit(&command);
    }

    pub(super) fn message_id(&mut self) -> MessageId {
        self.ids += 1;
        let mut random = [0; 10];
        random[2..].copy_from_slice(&self.ids.to_be_bytes());
        MessageId::new(0, random)
    }

    /// A person makes their thread of this number.
    pub(super) fn create(&mut self, person: u8, number: u8) -> Topic {
        let thread = thread(number);
        self.mutate(person, Mutation::CreateThread { thread });
        Topic::Thread(thread)
    }

    /// Makes somebody a member of somebody's thread, of whom nobody was told.
    pub(super) fn share(&mut self, person: u8, number: u8, with: UserId) {
        let Ok(Some(row)) = self.store.thread(thread(number), user(person)) else {
            panic!("{person} has no thread {number}");
        };
        let Ok(()) = self.store.put_thread(with, &row);
    }

    pub(super) fn rename(&mut self, person: u8, number: u8, title: &str) {
        let (thread, title) = (thread(number), title.to_owned());
        self.mutate(person, Mutation::RenameThread { thread, title });
    }

    /// A person says something in their thread.
    pub(super) fn post(&mut self, person: u8, number: u8, text: &str) -> MessageId {
        let message = self.message_id();
        let mutation = Mutation::SendMessage {
            thread: thread(number),
            message,
            parent: None,
            text: text.into(),
            reply: None,
        };
        self.mutate(person, mutation);
        message
    }

    /// A person asks something in their thread; gives the reply, which is running.
    pub(super) fn ask(&mut self, person: u8, number: u8) -> MessageId {
        let (message, reply) = (self.message_id(), self.message_id());
        let mutation = Mutation::SendMessage {
            thread: thread(number),
            message,
            parent: None,
            text: "Why?".into(),
            reply: Some(NewReply {
                message: reply,
                model: "demo".into(),
            }),
        };
        self.mutate(person, mutation);
        self.commit(&Command::StartJob { message: reply });
        reply
    }

    /// A running reply gains text.
    pub(super) fn append(&mut self, message: MessageId, offset: usize, text: &str) {
        self.commit(&Command::Append {
            message,
            offset: offset as u64,
            text: text.into(),
        });
    }

    pub(super) fn settle(&mut self, message: MessageId) {
        self.commit(&Command::Settle {
            message,
            status: Status::Complete,
            error: None,
        });
    }

    /// The threads of a person that are in their list, by id.
    pub(super) fn threads(&self, person: u8) -> Vec<ThreadId> {
        let read = Read::Resume {
            user: user(person),
            topic: Topic::User(user(person)),
            cursor: None,
        };
        let Ok(Answer::Snapshot { rows, .. }) = self.store.read(&read) else {
            panic!("a person's list is there to see");
        };
        let ids = rows.into_iter().map(|row| match row {
            Row::Thread(row) => row.id,
            other => panic!("among threads: {other:?}"),
        });
        ids.collect()
    }

    // What must hold.

    /// Roughly how many bytes the hub holds.
    pub(super) fn held_bytes(&self) -> usize {
        format!("{:?}", self.hub).len()
    }

    /// The socket's client shows what a person sees who opens the topic now, and was never gapped.
    pub(super) fn assert_in_step(&mut self, id: SessionId, person: u8, topic: Topic) {
        let read = Read::Resume {
            user: user(person),
            topic,
            cursor: None,
        };
        let Ok(Answer::Snapshot { cursor, rows, .. }) = self.store.read(&read) else {
            panic!("{topic} is there to see");
        };
        let running = rows.iter().filter_map(|row| match row {
            Row::Message(row) if row.status == Status::Streaming => Some(row),
            _ => None,
        });
        let texts: Vec<_> = running
            .map(|row| (row.id, self.text(person, row.thread, row.id)))
            .collect();
        let mirror = self.mirror(id);
        assert_eq!(mirror.cursor(topic), Some(cursor));
        match topic {
            Topic::User(_) => assert_eq!(mirror.list(), rows),
            Topic::Thread(thread) => assert_shows(&mirror.messages(thread), rows),
        }
        for (message, text) in texts {
            assert_eq!(mirror.text(message), text);
        }
    }

    /// The bytes of a reply, as the store has them.
    pub(super) fn text(&self, person: u8, thread: ThreadId, message: MessageId) -> String {
        let mut whole = String::new();
        loop {
            let read = Read::Text {
                user: user(person),
                thread,
                message,
                offset: whole.len() as u64,
            };
            match self.store.read(&read) {
                Ok(Answer::Text(text)) if !text.is_empty() => whole += &text,
                _ => return whole,
            }
        }
    }
}

/// What is here of a thread is what a snapshot has, and the newest of it is all here. Of the path it may be
/// that only a page has the older ones.
fn assert_shows(here: &[MessageRow], snapshot: Vec<Row>) {
    let rows: Vec<MessageRow> = snapshot.into_iter().filter_map(message).collect();
    let last = rows.last().map_or(0, |row| row.ordinal);
    let newest = last.saturating_sub(u64::from(WINDOW));
    let both = |row: &&MessageRow| row.ordinal > newest || rows.iter().any(|one| one.id == row.id);
    let shown: Vec<_> = here.iter().filter(both).collect();
    let is_here =
        |row: &&MessageRow| row.ordinal > newest || here.iter().any(|one| one.id == row.id);
    let wanted: Vec<_> = rows.iter().filter(is_here).collect();
    assert_eq!(shown, wanted);
}

fn message(row: Row) -> Option<MessageRow> {
    match row {
        Row::Message(row) => Some(row),
        _ => None,
    }
}
