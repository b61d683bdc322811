//! A core with a mirror of what it shows and a storage that is done when it is told to be, and the
//! frames and rows that tests need.

use std::collections::VecDeque;

use weft_protocol::{
    Author, Checksum, ClientFrame, Cursor, Limits, MessageId, MessageRow, Mutation, Op, Role, Row,
    ServerFrame, Status as Progress, ThreadId, ThreadRow, Topic, User, UserId,
    frame::{Head, Held},
    row::Settle,
};
use weft_sync::{
    Change, Config, Connection, Core, Fault, Input, MessageView, Output, Sizes, StorageOp, Stored,
    TabMessage, View, contract::MemoryStorage,
};

pub(crate) struct Client {
    pub(crate) core: Core,
    pub(crate) now: u64,
    pub(crate) mirror: View,
    pub(crate) connection: Connection,
    pub(crate) sent: Vec<ClientFrame>,
    pub(crate) opened: usize,
    pub(crate) changes: Vec<Change>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) stored: Vec<StorageOp>,
    /// What was said to other tabs.
    pub(crate) posted: Vec<TabMessage>,
    /// What is wanted of the page.
    pub(crate) wishes: Vec<Output>,
    /// Whether the storage is done with each op at once.
    pub(crate) keeps: bool,
    /// What the storage is not done with.
    pub(crate) waiting: VecDeque<Output>,
    /// What is durable.
    pub(crate) storage: MemoryStorage,
    sizes: Sizes,
}

pub(crate) const START: u64 = 1_000_000;

pub(crate) fn ada() -> User {
    User::new(UserId::from_bytes([1; 16]), "ada")
}
pub(crate) fn thread() -> ThreadId {
    ThreadId::from_bytes([2; 16])
}
pub(crate) fn topic() -> Topic {
    Topic::Thread(thread())
}
pub(crate) fn id(n: u8) -> MessageId {
    MessageId::from_bytes([n; 16])
}
pub(crate) fn at(seq: u64) -> Cursor {
    Cursor { epoch: 7, seq }
}
pub(crate) fn row(n: u8, author: Author, status: Progress, text: &str) -> MessageRow {
    MessageRow {
        id: id(n),
        thread: thread(),
        ordinal: u64::from(n),
        depth: u64::from(n),
        siblings: Vec::new(),
        parent: (n > 1).then(|| id(n - 1)),
        author,
        status,
        text: text.into(),
        error: None,
        deleted: false,
        created_at: START,
    }
}
pub(crate) fn said(n: u8, text: &str) -> MessageRow {
    row(n, Author::User(ada().id), Progress::Complete, text)
}
pub(crate) fn reply(n: u8) -> MessageRow {
    row(n, Author::Assistant("demo".into()), Progress::Streaming, "")
}
pub(crate) fn say(n: u8, text: &str) -> Input {
    Input::Mutate(Mutation::SendMessage {
        thread: thread(),
        message: id(n),
        parent: None,
        text: text.into(),
        reply: None,
    })
}
pub(crate) fn edit(n: u8, replacement: u8, text: &str) -> Input {
    Input::Mutate(Mutation::EditMessage {
        thread: thread(),
        message: id(n),
        replacement: id(replacement),
        text: text.into(),
        reply: None,
    })
}
pub(crate) fn thread_row() -> ThreadRow {
    ThreadRow {
        id: thread(),
        title: "Trip".into(),
        named: true,
        pinned: false,
        archived: false,
        deleted: false,
        generating: 0,
        model: None,
        role: Role::Owner,
        members: 1,
        last: 0,
        read: 0,
        unread: 0,
        muted: false,
        created_at: START,
        updated_at: START,
    }
}
pub(crate) fn welcome(last_n: u64) -> ServerFrame {
    ServerFrame::Welcome {
        version: 1,
        user: ada(),
        last_n,
        now: START,
        limits: Limits::default(),
        capabilities: vec![],
    }
}
pub(crate) fn welcome_with_presence(last_n: u64) -> ServerFrame {
    let mut frame = welcome(last_n);
    if let ServerFrame::Welcome { capabilities, .. } = &mut frame {
        capabilities.push("presence".into());
    }
    frame
}
pub(crate) fn delta(base: u64, ops: Vec<Op>) -> ServerFrame {
    ServerFrame::Delta {
        topic: topic(),
        base,
        cursor: at(base + 1),
        ops,
    }
}
pub(crate) fn ack(n: u64, seq: u64) -> ServerFrame {
    ServerFrame::Ack {
        n,
        effects: vec![Head {
            topic: topic(),
            cursor: at(seq),
        }],
    }
}
pub(crate) fn settle(n: u8, text: &str) -> Op {
    Op::Settle(Settle {
        message: id(n),
        status: Progress::Complete,
        error: None,
        len: text.len() as u64,
        checksum: Checksum::of(text),
    })
}

impl Client {
    pub(crate) fn new(seed: u64) -> Self {
        Self::sized(seed, Sizes::default())
    }

    /// One that shows and holds so much of a thread, with a storage that gives a page of it.
    pub(crate) fn sized(seed: u64, sizes: Sizes) -> Self {
        Self {
            core: Core::new(START, Config { seed, sizes }),
            now: START,
            mirror: View::default(),
            connection: Connection(0),
            sent: vec![],
            opened: 0,
            changes: vec![],
            faults: vec![],
            stored: vec![],
            posted: vec![],
            wishes: vec![],
            keeps: true,
            waiting: VecDeque::new(),
            storage: MemoryStorage::new(sizes.page as usize),
            sizes,
        }
    }

    /// Signed in, connected, with the thread on screen and nothing in it.
    pub(crate) fn ready() -> Self {
        let mut client = Self::new(1);
        client.input(Input::SignedIn { token: None });
        client.input(Input::Watch(thread()));
        client.connect(0);
        client.receive(ServerFrame::Snapshot {
            topic: Topic::User(ada().id),
            cursor: at(0),
            rows: vec![Row::Thread(thread_row())],
        });
        client.snapshot(0, vec![]);
        client.forget();
        client
    }

    pub(crate) fn snapshot(&mut self, seq: u64, rows: Vec<MessageRow>) {
        let rows = rows.into_iter().map(Row::Message).collect();
        self.receive(ServerFrame::Snapshot {
            topic: topic(),
            cursor: at(seq),
            rows,
        });
    }

    pub(crate) fn connect(&mut self, last_n: u64) {
        self.input(Input::Opened(self.connection));
        self.receive(welcome(last_n));
    }

    pub(crate) fn forget(&mut self) {
        self.sent.clear();
        self.changes.clear();
        self.faults.clear();
        self.stored.clear();
        self.posted.clear();
        self.wishes.clear();
    }

    pub(crate) fn input(&mut self, input: Input) {
        self.take(input);
        if self.keeps {
            self.write(usize::MAX);
        }
    }

    /// The storage gets done with as many ops as this.
    pub(crate) fn write(&mut self, most: usize) {
        for _ in 0..most {
            match self.waiting.pop_front() {
                Some(Output::Store(op)) => {
                    let strict = op.strict();
                    self.storage.apply(op);
                    if let Some(n) = strict {
                        self.take(Input::Kept { n });
                    }
                }
                Some(Output::Read(read)) => {
                    let rows = self.storage.read(&read);
                    self.take(Input::Read(read, rows));
                }
                _ => return,
            }
        }
    }

    /// The page is gone before the storage was done, and is opened again.
    pub(crate) fn restart(&mut self) {
        self.restart_from(self.storage.stored());
    }

    pub(crate) fn restart_from(&mut self, stored: Stored) {
        self.waiting.clear();
        self.forget();
        let (seed, sizes) = (self.now, self.sizes);
        self.core = Core::new(self.now, Config { seed, sizes });
        self.mirror = View::default();
        self.connection = Connection(0);
        self.input(Input::Restored(stored));
        self.input(Input::SignedIn { token: None });
        self.input(Input::Watch(thread()));
    }

    pub(crate) fn take(&mut self, input: Input) {
        self.core.handle(self.now, input);
        while let Some(output) = self.core.poll_output() {
            match output {
                Output::Open(connection) => {
                    self.connection = connection;
                    self.opened += 1;
                }
                Output::Send(_, text) => self
                    .sent
                    .push(ClientFrame::decode(&text).expect("the core sends frames")),
                Output::Close(..) => {}
                Output::Store(op) => {
                    if op == StorageOp::Wipe {
                        // Nothing before it is answered any more.
                        self.waiting.clear();
                    }
                    self.stored.push(op.clone());
                    self.waiting.push_back(Output::Store(op));
                }
                Output::Read(_) => self.waiting.push_back(output),
                Output::Change(change) => {
                    self.mirror.apply(change.clone());
                    self.changes.push(change);
                }
                Output::Fault(fault) => self.faults.push(fault),
                Output::Post(message) => self.posted.push(*message),
                Output::TakeOver | Output::StepDown | Output::Reopen => self.wishes.push(output),
            }
        }
        assert_eq!(self.mirror, self.core.view());
    }

    pub(crate) fn receive(&mut self, frame: ServerFrame) {
        self.input(Input::Received(self.connection, frame.encode()));
    }

    pub(crate) fn advance(&mut self, by: u64) {
        let until = self.now + by;
        while let Some(next) = self.core.next_deadline().filter(|&next| next <= until) {
            self.now = self.now.max(next);
            self.input(Input::Tick);
        }
        self.now = until;
    }

    pub(crate) fn close(&mut self, code: u16) {
        self.input(Input::Closed(self.connection, code));
    }

    /// Loses the connection and has the next one.
    pub(crate) fn reconnect(&mut self, last_n: u64) {
        self.close(1006);
        let opened = self.opened;
        self.advance(20_000);
        assert!(self.opened > opened, "a lost connection is tried again");
        self.forget();
        self.connect(last_n);
    }

    pub(crate) fn shown(&self) -> &[MessageView] {
        &self.mirror.timelines[&thread()].messages
    }

    pub(crate) fn texts(&self) -> Vec<&str> {
        self.shown().iter().map(|row| &*row.body).collect()
    }

    pub(crate) fn sent_messages(&self) -> Vec<MessageId> {
        let message = |frame: &ClientFrame| match frame {
            ClientFrame::Mutate { mutation, .. } => mutation.new_message().map(|(id, _)| id),
            _ => None,
        };
        self.sent.iter().filter_map(message).collect()
    }

    pub(crate) fn sent_numbers(&self) -> Vec<u64> {
        let number = |frame: &ClientFrame| match frame {
            ClientFrame::Mutate { n, .. } => Some(*n),
            _ => None,
        };
        self.sent.iter().filter_map(number).collect()
    }

    pub(crate) fn subscribed_from(&self) -> Vec<Option<Cursor>> {
        let cursor = |frame: &ClientFrame| match frame {
            ClientFrame::Subscribe(it) if it.topic == topic() => Some(it.cursor),
            _ => None,
        };
        self.sent.iter().filter_map(cursor).collect()
    }

    pub(crate) fn opens(&self) -> Vec<u64> {
        let offset = |frame: &ClientFrame| match frame {
            ClientFrame::Open { held, .. } => Some(held.offset),
            _ => None,
        };
        self.sent.iter().filter_map(offset).collect()
    }
}

/// A client with a reply of which `abc` is here.
pub(crate) fn streaming() -> Client {
    let mut client = Client::ready();
    client.receive(delta(
        0,
        vec![Op::Message(said(1, "hi")), Op::Message(reply(2))],
    ));
    let held = Held {
        message: id(2),
        offset: 0,
    };
    client.receive(ServerFrame::Stream {
        handle: 5,
        thread: thread(),
        held,
    });
    client.forget();
    client.receive(ServerFrame::Text(5, 0, "abc".into()));
    client
}
