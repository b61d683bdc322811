//! What the core does, told as inputs and outputs. Every test runs a mirror beside the core.

#![allow(missing_docs)]

use proptest::prelude::*;
use weft_protocol::{
    Author, Checksum, ClientFrame, Cursor, ErrorCode, InstallationId, Limits, MessageId,
    MessageRow, Mutation, Op, Row, ServerFrame, Status as Progress, ThreadId, ThreadRow, Topic,
    User, UserId,
    frame::{Head, Held},
    row::Settle,
};
use weft_sync::{
    Change, Config, Connection, Core, Delivery, Fault, Input, MessageView, Output, Status,
    StorageOp, View,
};

struct Client {
    core: Core,
    now: u64,
    mirror: View,
    connection: Connection,
    sent: Vec<ClientFrame>,
    opened: usize,
    changes: Vec<Change>,
    faults: Vec<Fault>,
    stored: Vec<StorageOp>,
    /// Whether the storage is done with each op at once.
    keeps: bool,
}

const START: u64 = 1_000_000;

fn ada() -> User {
    User {
        id: UserId::from_bytes([1; 16]),
        name: "ada".into(),
    }
}
fn thread() -> ThreadId {
    ThreadId::from_bytes([2; 16])
}
fn topic() -> Topic {
    Topic::Thread(thread())
}
fn id(n: u8) -> MessageId {
    MessageId::from_bytes([n; 16])
}
fn at(seq: u64) -> Cursor {
    Cursor { epoch: 7, seq }
}
fn row(n: u8, author: Author, status: Progress, text: &str) -> MessageRow {
    MessageRow {
        id: id(n),
        thread: thread(),
        ordinal: u64::from(n),
        parent: (n > 1).then(|| id(n - 1)),
        author,
        status,
        text: text.into(),
        error: None,
        deleted: false,
        created_at: START,
    }
}
fn said(n: u8, text: &str) -> MessageRow {
    row(n, Author::User(ada().id), Progress::Complete, text)
}
fn reply(n: u8) -> MessageRow {
    row(n, Author::Assistant("demo".into()), Progress::Streaming, "")
}
fn say(n: u8, text: &str) -> Input {
    Input::Mutate(Mutation::SendMessage {
        thread: thread(),
        message: id(n),
        text: text.into(),
        reply: None,
    })
}
fn thread_row() -> ThreadRow {
    ThreadRow {
        id: thread(),
        title: "Trip".into(),
        named: true,
        pinned: false,
        archived: false,
        deleted: false,
        generating: 0,
        model: None,
        created_at: START,
        updated_at: START,
    }
}
fn welcome(last_n: u64) -> ServerFrame {
    ServerFrame::Welcome {
        version: 1,
        user: ada(),
        last_n,
        now: START,
        limits: Limits::default(),
        capabilities: vec![],
    }
}
fn delta(base: u64, ops: Vec<Op>) -> ServerFrame {
    ServerFrame::Delta {
        topic: topic(),
        base,
        cursor: at(base + 1),
        ops,
    }
}
fn ack(n: u64, seq: u64) -> ServerFrame {
    ServerFrame::Ack {
        n,
        effects: vec![Head {
            topic: topic(),
            cursor: at(seq),
        }],
    }
}
fn settle(n: u8, text: &str) -> Op {
    Op::Settle(Settle {
        message: id(n),
        status: Progress::Complete,
        error: None,
        len: text.len() as u64,
        checksum: Checksum::of(text),
    })
}

impl Client {
    fn new(seed: u64) -> Self {
        Self {
            core: Core::new(START, Config { seed }),
            now: START,
            mirror: View::default(),
            connection: Connection(0),
            sent: vec![],
            opened: 0,
            changes: vec![],
            faults: vec![],
            stored: vec![],
            keeps: true,
        }
    }

    /// Signed in, connected, with the thread on screen and nothing in it.
    fn ready() -> Self {
        let mut client = Self::new(1);
        client.input(Input::SignedIn { token: None });
        client.input(Input::Watch(thread()));
        client.connect(0);
        client.receive(ServerFrame::Snapshot {
            topic: Topic::User(ada().id),
            cursor: at(0),
            rows: vec![Row::Thread(thread_row())],
            more: false,
        });
        client.snapshot(0, vec![]);
        client.forget();
        client
    }

    fn snapshot(&mut self, seq: u64, rows: Vec<MessageRow>) {
        let rows = rows.into_iter().map(Row::Message).collect();
        self.receive(ServerFrame::Snapshot {
            topic: topic(),
            cursor: at(seq),
            rows,
            more: false,
        });
    }

    fn connect(&mut self, last_n: u64) {
        self.input(Input::Opened(self.connection));
        self.receive(welcome(last_n));
    }

    fn forget(&mut self) {
        self.sent.clear();
        self.changes.clear();
        self.faults.clear();
        self.stored.clear();
    }

    fn input(&mut self, input: Input) {
        let before = self.stored.len();
        self.take(input);
        if self.keeps {
            let ops = self.stored[before..].iter();
            let numbers: Vec<u64> = ops.filter_map(StorageOp::strict).collect();
            numbers
                .into_iter()
                .for_each(|n| self.take(Input::Kept { n }));
        }
    }

    fn take(&mut self, input: Input) {
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
                Output::Store(op) => self.stored.push(op),
                Output::Change(change) => {
                    self.mirror.apply(change.clone());
                    self.changes.push(change);
                }
                Output::Fault(fault) => self.faults.push(fault),
            }
        }
        assert_eq!(self.mirror, self.core.view());
    }

    fn receive(&mut self, frame: ServerFrame) {
        self.input(Input::Received(self.connection, frame.encode()));
    }

    fn advance(&mut self, by: u64) {
        let until = self.now + by;
        while let Some(next) = self.core.next_deadline().filter(|&next| next <= until) {
            self.now = self.now.max(next);
            self.input(Input::Tick);
        }
        self.now = until;
    }

    fn close(&mut self, code: u16) {
        self.input(Input::Closed(self.connection, code));
    }

    /// Loses the connection and has the next one.
    fn reconnect(&mut self, last_n: u64) {
        self.close(1006);
        let opened = self.opened;
        self.advance(20_000);
        assert!(self.opened > opened, "a lost connection is tried again");
        self.forget();
        self.connect(last_n);
    }

    fn shown(&self) -> &[MessageView] {
        &self.mirror.timelines[&thread()].messages
    }

    fn sent_numbers(&self) -> Vec<u64> {
        let number = |frame: &ClientFrame| match frame {
            ClientFrame::Mutate { n, .. } => Some(*n),
            _ => None,
        };
        self.sent.iter().filter_map(number).collect()
    }

    fn subscribed_from(&self) -> Vec<Option<Cursor>> {
        let cursor = |frame: &ClientFrame| match frame {
            ClientFrame::Subscribe(it) if it.topic == topic() => Some(it.cursor),
            _ => None,
        };
        self.sent.iter().filter_map(cursor).collect()
    }

    fn opens(&self) -> Vec<u64> {
        let offset = |frame: &ClientFrame| match frame {
            ClientFrame::Open { held, .. } => Some(held.offset),
            _ => None,
        };
        self.sent.iter().filter_map(offset).collect()
    }
}

#[test]
fn a_message_is_shown_once_whether_its_ack_or_its_delta_comes_first() {
    for ack_first in [true, false] {
        let mut client = Client::ready();
        client.input(say(1, "hello"));
        assert_eq!(client.shown()[0].delivery, Delivery::Sending);
        let mut frames = [ack(1, 1), delta(0, vec![Op::Message(said(1, "hello"))])];
        if !ack_first {
            frames.reverse();
        }
        for frame in frames {
            client.receive(frame);
            assert_eq!(client.shown().len(), 1, "ack first: {ack_first}");
        }
        assert_eq!(client.shown()[0].delivery, Delivery::Confirmed);
        let again = |change: &&Change| {
            matches!(change, Change::MessageRemoved { .. } | Change::BodySet(..))
        };
        assert_eq!(client.changes.iter().find(again), None);
    }
}

#[test]
fn what_is_unacked_is_sent_again_in_order_on_the_next_connection() {
    let mut client = Client::ready();
    (1..=3).for_each(|n| client.input(say(n, "x")));
    client.receive(ack(1, 1));
    client.close(1006);
    assert_eq!(client.shown()[2].delivery, Delivery::Queued);
    client.advance(20_000);
    client.forget();
    client.connect(1);
    assert_eq!(client.sent_numbers(), [2, 3]);
    assert_eq!(client.shown()[2].delivery, Delivery::Sending);
}

#[test]
fn a_gap_keeps_what_is_shown_and_asks_again_from_the_cursor() {
    let mut client = Client::ready();
    client.receive(delta(0, vec![Op::Message(said(1, "one"))]));
    client.receive(delta(4, vec![Op::Message(said(5, "five"))]));
    assert_eq!(client.subscribed_from(), [Some(at(1))]);
    assert_eq!(client.faults, [Fault::Gap(topic())]);
    assert_eq!(client.shown().len(), 1);
}

#[test]
fn a_gap_that_stays_climbs_to_a_snapshot_and_then_lets_the_topic_go() {
    let mut client = Client::ready();
    for _ in 0..12 {
        client.receive(delta(9, vec![]));
        client.advance(310);
    }
    let asked = client.subscribed_from();
    assert_eq!(
        asked[..6],
        [
            Some(at(0)),
            Some(at(0)),
            Some(at(0)),
            Some(at(0)),
            Some(at(0)),
            None
        ]
    );
    assert!(client.faults.contains(&Fault::Dropped(topic())));
    assert!(client.stored.contains(&StorageOp::DropTopic(topic())));
    client.forget();
    client.advance(6_000);
    assert_eq!(
        client.subscribed_from(),
        [None],
        "it is tried again after a while"
    );
}

#[test]
fn a_head_that_is_not_reached_in_two_seconds_is_a_gap() {
    let mut client = Client::ready();
    client.receive(ServerFrame::Ping {
        heads: vec![Head {
            topic: topic(),
            cursor: at(3),
        }],
    });
    assert_eq!(client.sent, [ClientFrame::Pong]);
    client.advance(2_000);
    assert_eq!(client.subscribed_from(), [Some(at(0))]);
}

#[test]
fn the_wait_between_tries_grows_within_its_bounds_and_three_failures_are_offline() {
    for seed in 0..20 {
        let mut client = Client::new(seed);
        client.input(Input::SignedIn { token: None });
        for round in 0..12 {
            client.close(1006);
            let wait = client.core.next_deadline().unwrap() - client.now;
            assert!((500..=20_000).contains(&wait), "{wait}");
            assert!(wait <= 1_000 << round, "round {round}: {wait}");
            let status = if round < 2 {
                Status::Reconnecting
            } else {
                Status::Offline
            };
            assert_eq!(client.mirror.status, status);
            client.advance(wait);
        }
    }
}

#[test]
fn any_loss_is_resumed_but_a_refused_session_waits_for_a_person() {
    for code in [1000, 1001, 1006, 4408, 4412, 4499] {
        let mut client = Client::ready();
        let opened = client.opened;
        client.close(code);
        client.advance(2_000);
        assert_eq!(client.opened, opened + 1, "{code}");
    }
    for (code, status) in [(4501, Status::SignedOut), (4502, Status::TooOld)] {
        let mut client = Client::ready();
        let opened = client.opened;
        client.close(code);
        client.advance(600_000);
        assert_eq!(client.opened, opened);
        assert_eq!(client.mirror.status, status);
    }
}

#[test]
fn silence_is_probed_and_an_unanswered_probe_ends_the_socket() {
    let mut client = Client::ready();
    client.advance(35_000);
    assert_eq!(client.sent, [ClientFrame::Ping]);
    client.advance(5_000);
    assert_eq!(client.mirror.status, Status::Reconnecting);
    let mut client = Client::ready();
    client.input(Input::Foreground);
    assert_eq!(client.sent, [ClientFrame::Ping]);
    client.advance(2_000);
    assert_eq!(client.mirror.status, Status::Reconnecting);
}

/// A client with a reply of which `abc` is here.
fn streaming() -> Client {
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

#[test]
fn text_of_a_reply_touches_only_its_own_body() {
    let client = streaming();
    assert_eq!(
        client.changes,
        [Change::BodyAppended(thread(), id(2), "abc".into())]
    );
}

#[test]
fn a_reply_goes_on_from_the_bytes_that_are_here() {
    let mut client = streaming();
    client.reconnect(0);
    let ClientFrame::Hello { topics, .. } = &client.sent[0] else {
        panic!("{:?}", client.sent)
    };
    assert_eq!(
        topics[1].streams,
        [Held {
            message: id(2),
            offset: 3
        }]
    );
    let held = Held {
        message: id(2),
        offset: 3,
    };
    client.receive(ServerFrame::Stream {
        handle: 9,
        thread: thread(),
        held,
    });
    client.receive(ServerFrame::Text(9, 2, "cdef".into()));
    assert_eq!(&*client.shown()[1].body, "abcdef");
    client.receive(ServerFrame::Text(9, 8, "ij".into()));
    client.advance(1);
    assert_eq!(client.opens(), [6], "a gap is asked for from what is here");
}

#[test]
fn an_ended_reply_streams_until_its_last_byte_is_here_and_asks_for_what_does_not_come() {
    let mut client = streaming();
    client.receive(delta(1, vec![settle(2, "abcdef")]));
    assert_eq!(client.shown()[1].head.status, Progress::Streaming);
    client.advance(1_000);
    assert_eq!(client.opens(), [3]);
    client.receive(ServerFrame::Text(5, 3, "def".into()));
    assert_eq!(client.shown()[1].head.status, Progress::Complete);
    assert_eq!(&*client.shown()[1].body, "abcdef");
}

#[test]
fn bytes_with_another_checksum_are_fetched_anew() {
    let mut client = streaming();
    client.receive(delta(1, vec![settle(2, "xyz")]));
    assert_eq!(client.faults, [Fault::Checksum(id(2))]);
    assert_eq!(&*client.shown()[1].body, "");
    client.advance(1);
    assert_eq!(client.opens(), [0]);
    client.receive(ServerFrame::Text(5, 0, "xyz".into()));
    assert_eq!(&*client.shown()[1].body, "xyz");
    assert_eq!(client.shown()[1].head.status, Progress::Complete);
}

#[test]
fn a_rejected_message_keeps_its_text_until_it_is_retried_or_discarded() {
    let mut client = Client::ready();
    client.input(say(1, "keep me"));
    client.receive(ServerFrame::Nack {
        n: 1,
        code: ErrorCode::NotAllowed,
    });
    assert_eq!(
        client.shown()[0].delivery,
        Delivery::Failed(ErrorCode::NotAllowed)
    );
    assert_eq!(&*client.shown()[0].body, "keep me");
    client.forget();
    client.input(Input::Retry(id(1)));
    assert_eq!(client.sent_numbers(), [2]);
    assert_eq!(client.shown()[0].delivery, Delivery::Sending);
    client.receive(ServerFrame::Nack {
        n: 2,
        code: ErrorCode::NotAllowed,
    });
    client.input(Input::Discard(id(1)));
    assert!(client.shown().is_empty());
}

#[test]
fn a_rejected_change_without_a_message_is_undone_and_said_once() {
    let mut client = Client::ready();
    let pin = Mutation::PinThread {
        thread: thread(),
        pinned: true,
    };
    client.input(Input::Mutate(pin.clone()));
    assert!(client.mirror.threads[0].row.pinned);
    client.receive(ServerFrame::Nack {
        n: 1,
        code: ErrorCode::NotAllowed,
    });
    assert!(!client.mirror.threads[0].row.pinned);
    assert!(client.changes.contains(&Change::Rejected {
        mutation: pin,
        code: ErrorCode::NotAllowed
    }));
}

#[test]
fn discarding_an_unsent_message_leaves_the_numbers_dense() {
    let mut client = Client::ready();
    client.close(1006);
    (1..=3).for_each(|n| client.input(say(n, "x")));
    client.input(Input::Discard(id(2)));
    assert_eq!(client.shown().len(), 2);
    client.advance(20_000);
    client.connect(0);
    assert_eq!(client.sent_numbers(), [1, 2]);
}

#[test]
fn a_server_that_expects_other_numbers_gets_the_outbox_under_a_new_installation() {
    let mut client = Client::ready();
    client.input(say(1, "x"));
    client.receive(ack(1, 1));
    client.input(say(2, "y"));
    // The server was restored from a copy that knows of neither.
    client.reconnect(0);
    assert!(client.faults.contains(&Fault::Renumbered));
    let identified = |op: &StorageOp| matches!(op, StorageOp::Identify { .. });
    assert!(client.stored.iter().any(identified));
    client.advance(20_000);
    client.forget();
    client.connect(0);
    assert_eq!(client.sent_numbers(), [1]);
}

#[test]
fn a_new_thread_is_followed_once_the_server_has_it() {
    let mut client = Client::new(1);
    client.input(Input::SignedIn { token: None });
    client.connect(0);
    client.input(Input::Mutate(Mutation::CreateThread { thread: thread() }));
    client.input(Input::Watch(thread()));
    client.input(say(1, "Plan the trip"));
    assert_eq!(client.subscribed_from(), []);
    assert!(client.mirror.threads[0].pending);
    assert_eq!(client.mirror.threads[0].row.title, "Plan the trip");
    client.receive(ServerFrame::Ack {
        n: 1,
        effects: vec![],
    });
    assert_eq!(client.subscribed_from(), [None]);
    assert_eq!(client.shown().len(), 1);
}

#[test]
fn signing_out_leaves_nothing() {
    let mut client = streaming();
    client.input(say(3, "x"));
    client.input(Input::SignedOut);
    assert_eq!(client.mirror, View::default());
    assert!(client.stored.contains(&StorageOp::Wipe));
    assert_eq!(client.core.next_deadline(), None);
}

fn any_row() -> impl Strategy<Value = MessageRow> {
    (1u8..8, 0u8..8, 0u8..3, any::<bool>()).prop_map(|(n, parent, kind, deleted)| {
        let mut row = if kind == 0 { reply(n) } else { said(n, "text") };
        row.parent = (parent > 0).then(|| id(parent));
        row.deleted = deleted;
        row
    })
}

fn any_op() -> impl Strategy<Value = Op> {
    prop_oneof![
        4 => any_row().prop_map(Op::Message),
        1 => (1u8..8, "[a-c]{0,3}").prop_map(|(n, text)| settle(n, &text)),
        1 => any::<bool>().prop_map(|pinned| Op::Thread(ThreadRow { pinned, ..thread_row() })),
    ]
}

fn any_frame() -> impl Strategy<Value = String> {
    let topics = prop_oneof![Just(topic()), Just(Topic::User(ada().id))];
    let cursor = (0u32..20, 0u64..8).prop_map(|(epoch, seq)| Cursor {
        epoch: 7 + epoch / 19,
        seq,
    });
    prop_oneof![
        1 => "\\PC{0,12}",
        3 => (0u64..4).prop_map(|n| welcome(n).encode()),
        4 => (topics.clone(), 0u64..8, cursor.clone(), prop::collection::vec(any_op(), 0..4))
            .prop_map(|(topic, base, cursor, ops)| {
                ServerFrame::Delta { topic, base, cursor, ops }.encode()
            }),
        3 => (topics.clone(), cursor.clone(), prop::collection::vec(any_row(), 0..5), any::<bool>())
            .prop_map(|(topic, cursor, rows, more)| {
                let rows = match topic {
                    Topic::User(_) => vec![Row::Thread(thread_row())],
                    Topic::Thread(_) => rows.into_iter().map(Row::Message).collect(),
                };
                ServerFrame::Snapshot { topic, cursor, rows, more }.encode()
            }),
        2 => (1u64..6, topics.clone(), cursor.clone()).prop_map(|(n, topic, cursor)| {
            ServerFrame::Ack { n, effects: vec![Head { topic, cursor }] }.encode()
        }),
        1 => (1u64..6).prop_map(|n| ServerFrame::Nack { n, code: ErrorCode::NotAllowed }.encode()),
        1 => (0u64..6).prop_map(|expected| ServerFrame::Gap { expected }.encode()),
        1 => (1u64..6, 0u64..999).prop_map(|(n, wait_ms)| ServerFrame::Busy { n, wait_ms }.encode()),
        2 => (1u8..8, 0u64..4).prop_map(|(n, offset)| {
            let held = Held { message: id(n), offset };
            ServerFrame::Stream { handle: u32::from(n), thread: thread(), held }.encode()
        }),
        4 => (1u32..8, 0u64..6, "[a-cé]{0,3}")
            .prop_map(|(handle, offset, text)| ServerFrame::Text(handle, offset, text).encode()),
        1 => (topics.clone(), cursor).prop_map(|(topic, cursor)| {
            ServerFrame::Ping { heads: vec![Head { topic, cursor }] }.encode()
        }),
        1 => (0u64..9, prop::collection::vec(any_row(), 0..4), any::<bool>())
            .prop_map(|(before, rows, more)| {
                ServerFrame::Page { thread: thread(), before, rows, more }.encode()
            }),
        1 => (prop::sample::select(ErrorCode::ALL), prop::option::of(topics))
            .prop_map(|(code, topic)| ServerFrame::Error { code, topic }.encode()),
        1 => Just(ServerFrame::Drain { in_ms: u64::MAX, spread_ms: u64::MAX }.encode()),
    ]
}

#[derive(Clone, Debug)]
enum Act {
    Input(Input),
    Opened,
    Closed(u16),
    Frame(String),
    Advance(u64),
}

fn any_act() -> impl Strategy<Value = Act> {
    let mutation = (1u8..8, 0u8..8).prop_map(|(n, kind)| {
        let (thread, message) = (thread(), id(n));
        match kind {
            0 => Mutation::CreateThread { thread },
            1 => Mutation::PinThread {
                thread,
                pinned: true,
            },
            2 => Mutation::DeleteThread { thread },
            3 => Mutation::DeleteMessage { thread, message },
            4 => Mutation::StopReply { thread, message },
            5 => Mutation::EditMessage {
                thread,
                message,
                replacement: id(n + 1),
                text: "edit".into(),
                reply: None,
            },
            _ => Mutation::SendMessage {
                thread,
                message,
                text: "say".into(),
                reply: None,
            },
        }
    });
    prop_oneof![
        20 => any_frame().prop_map(Act::Frame),
        6 => mutation.prop_map(|mutation| Act::Input(Input::Mutate(mutation))),
        3 => Just(Act::Opened),
        1 => prop::sample::select(vec![1000u16, 1006, 4408, 4501, 4502]).prop_map(Act::Closed),
        3 => (0u64..60_000).prop_map(Act::Advance),
        6 => prop::sample::select(vec![
            Input::Tick, Input::Foreground, Input::Background, Input::NetworkUp, Input::NetworkDown,
            Input::SignedIn { token: Some("t".into()) }, Input::SignedIn { token: None },
            Input::Watch(thread()), Input::Watch(thread()), Input::Unwatch(thread()),
            Input::LoadOlder(thread()), Input::SignedOut,
            Input::Retry(id(1)), Input::Discard(id(2)), Input::Discard(id(3)),
        ]).prop_map(Act::Input),
    ]
}

proptest! {
    #[test]
    fn whatever_comes_nothing_panics_and_the_mirror_shows_what_the_core_shows(
        seed in any::<u64>(),
        acts in prop::collection::vec(any_act(), 0..120),
    ) {
        let mut client = Client::new(seed);
        client.input(Input::SignedIn { token: None });
        client.input(Input::Watch(thread()));
        client.connect(0);
        for act in acts {
            match act {
                Act::Input(input) => client.input(input),
                Act::Opened => client.input(Input::Opened(client.connection)),
                Act::Closed(code) => client.close(code),
                Act::Frame(text) => client.input(Input::Received(client.connection, text)),
                Act::Advance(by) => client.advance(by),
            }
        }
    }

    #[test]
    fn the_same_seed_and_inputs_make_the_same_ids(seed in any::<u64>()) {
        let hello = |seed| {
            let mut client = Client::new(seed);
            client.input(Input::SignedIn { token: None });
            client.connect(0);
            client.sent.into_iter().find_map(|frame| match frame {
                ClientFrame::Hello { installation, .. } => Some(installation),
                _ => None,
            })
        };
        let first: Option<InstallationId> = hello(seed);
        prop_assert!(first.is_some());
        prop_assert_eq!(first, hello(seed));
    }
}
