//! What holds whatever comes: from people, from the network and from the storage.

use proptest::prelude::*;
use weft_protocol::{
    ClientFrame, Cursor, ErrorCode, InstallationId, MessageId, MessageRow, Mutation, Op, Path,
    Person, Present, Row, ServerFrame, ThreadRow, Topic, User, UserId,
    frame::{Head, Held},
};
use weft_sync::{
    Delivery, Input, Output, PageRead, Rows, Seek, Status, StorageOp, Stored, StoredTopic, TabId,
    TabMessage, Told, Unsent,
};

use crate::client::{
    Client, ada, at, id, reply, said, say, settle, thread, thread_row, topic, welcome,
    welcome_with_presence,
};

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
        1 => prop::collection::vec((1u8..8).prop_map(id), 0..3).prop_map(Op::Siblings),
        1 => any::<bool>().prop_map(|pinned| Op::Thread(ThreadRow { pinned, ..thread_row() })),
    ]
}

fn any_path() -> impl Strategy<Value = Path> {
    prop_oneof![
        2 => Just(Path::Newest),
        1 => (1u8..8).prop_map(|n| Path::To(id(n))),
        1 => (1u8..8).prop_map(|n| Path::Through(id(n))),
    ]
}

fn any_read() -> impl Strategy<Value = PageRead> {
    (any_path(), 0u64..9, prop::option::of(1u8..8)).prop_map(|(path, from, after)| PageRead {
        thread: thread(),
        path,
        from,
        after: after.map(id),
        n: 1,
    })
}

fn any_seek() -> impl Strategy<Value = Seek> {
    prop_oneof![
        Just(Seek::Latest),
        Just(Seek::Stay),
        Just(Seek::Older),
        Just(Seek::Newer),
        (0u64..8).prop_map(Seek::Depth),
        (1u8..8, 0u64..8).prop_map(|(n, depth)| Seek::Message {
            message: id(n),
            depth
        }),
        (1u8..8, 0u64..8).prop_map(|(n, depth)| Seek::Branch {
            message: id(n),
            depth
        }),
    ]
}

fn any_present() -> impl Strategy<Value = Present> {
    let person = (1u8..6, any_number()).prop_map(|(n, typing_ms)| Person {
        user: User::new(UserId::from_bytes([n; 16]), format!("user {n}")),
        typing_ms,
    });
    let gone = (1u8..6).prop_map(|n| UserId::from_bytes([n; 16]));
    let people = prop::collection::vec(person, 0..4);
    let gone = prop::collection::vec(gone, 0..3);
    let counts = (any_number(), any_number());
    (any::<bool>(), people, gone, counts).prop_map(|(all, people, gone, (count, typing))| Present {
        thread: thread(),
        all,
        people,
        gone,
        count,
        typing,
    })
}

fn any_frame() -> impl Strategy<Value = String> {
    let topics = prop_oneof![Just(topic()), Just(Topic::User(ada().id))];
    let cursor = (0u32..20, 0u64..8).prop_map(|(epoch, seq)| Cursor {
        epoch: 7 + epoch / 19,
        seq,
    });
    prop_oneof![
        1 => "\\PC{0,12}",
        2 => (0u64..4).prop_map(|n| welcome(n).encode()),
        2 => (0u64..4).prop_map(|n| welcome_with_presence(n).encode()),
        4 => (topics.clone(), 0u64..8, cursor.clone(), prop::collection::vec(any_op(), 0..4))
            .prop_map(|(topic, base, cursor, ops)| {
                ServerFrame::Delta { topic, base, cursor, ops }.encode()
            }),
        3 => (topics.clone(), cursor.clone(), prop::collection::vec(any_row(), 0..5))
            .prop_map(|(topic, cursor, rows)| {
                let rows = match topic {
                    Topic::User(_) => vec![Row::Thread(thread_row())],
                    Topic::Thread(_) => rows.into_iter().map(Row::Message).collect(),
                };
                ServerFrame::Snapshot { topic, cursor, rows }.encode()
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
        2 => (any_path(), 0u64..9, prop::collection::vec(any_row(), 0..4), prop::option::of(1u8..8), any_number())
            .prop_map(|(path, from, rows, tip, length)| {
                ServerFrame::Page { thread: thread(), path, from, tip: tip.map(id), length, rows }.encode()
            }),
        1 => (prop::sample::select(ErrorCode::ALL), prop::option::of(topics))
            .prop_map(|(code, topic)| ServerFrame::Error { code, topic }.encode()),
        3 => any_present().prop_map(|told| ServerFrame::Presence(told).encode()),
        1 => Just(ServerFrame::Drain { in_ms: u64::MAX, spread_ms: u64::MAX }.encode()),
    ]
}

#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "a test has a hundred of them")]
enum Act {
    Input(Input),
    Opened,
    Closed(u16),
    Frame(String),
    Advance(u64),
    /// The storage gets done with as many ops.
    Write(usize),
    /// The page is killed when the storage has got done with as many more, and opened again.
    Restart(usize),
}

fn any_mutation() -> impl Strategy<Value = Mutation> {
    (1u8..8, 0u8..8).prop_map(|(n, kind)| {
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
                parent: (n % 3 == 0).then(|| id(1)),
                thread,
                message,
                text: "say".into(),
                reply: None,
            },
        }
    })
}

fn any_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        20 => any_frame().prop_map(Act::Frame),
        6 => any_mutation().prop_map(|mutation| Act::Input(Input::Mutate(mutation))),
        3 => Just(Act::Opened),
        1 => prop::sample::select(vec![1000u16, 1006, 4408, 4501, 4502]).prop_map(Act::Closed),
        3 => (0u64..60_000).prop_map(Act::Advance),
        4 => (0usize..6).prop_map(Act::Write),
        2 => (0usize..6).prop_map(Act::Restart),
        6 => prop::sample::select(vec![
            Input::Tick, Input::Foreground, Input::Background, Input::NetworkUp, Input::NetworkDown,
            Input::SignedIn { token: Some("t".into()) }, Input::SignedIn { token: None },
            Input::Watch(thread()), Input::Watch(thread()), Input::Unwatch(thread()),
            Input::Typing(thread(), true), Input::Typing(thread(), false),
            Input::SignedOut,
            Input::Retry(id(1)), Input::Discard(id(2)), Input::Discard(id(3)),
        ]).prop_map(Act::Input),
        4 => any_seek().prop_map(|seek| Act::Input(Input::Seek(thread(), seek))),
        1 => (any_read(), any_kept_rows()).prop_map(|(read, rows)| Act::Input(Input::Read(read, rows))),
    ]
}

fn any_number() -> impl Strategy<Value = u64> {
    prop_oneof![9 => 0u64..6, 1 => (u64::MAX - 1)..=u64::MAX]
}

fn any_unsent() -> impl Strategy<Value = Unsent> {
    let failure = prop_oneof![3 => Just(None), 1 => Just(Some(ErrorCode::NotAllowed))];
    let parts = (any_number(), any_number(), any_mutation(), failure);
    parts.prop_map(|(n, made_at, mutation, failure)| Unsent {
        n,
        made_at,
        mutation,
        failure,
    })
}

fn any_identity() -> impl Strategy<Value = StorageOp> {
    let outbox = prop::collection::vec(any_unsent(), 0..4);
    (any_number(), outbox).prop_map(|(next_n, outbox)| StorageOp::Identify {
        user: ada().id,
        installation: InstallationId::from_bytes([3; 16]),
        next_n,
        outbox,
    })
}

fn any_rows() -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec(any_row().prop_map(Row::Message), 0..4)
}

fn any_op_kept() -> impl Strategy<Value = StorageOp> {
    let (topic, thread) = (topic(), thread());
    let cursor = (0u64..8).prop_map(at);
    prop_oneof![
        any_identity(),
        any_unsent().prop_map(StorageOp::PutOutbox),
        (any_number(), 0u64..8).prop_map(move |(n, seq)| {
            let cursor = at(seq);
            let effects = if seq > 4 {
                vec![Head { topic, cursor }]
            } else {
                vec![]
            };
            StorageOp::DeleteOutbox { n, effects }
        }),
        (cursor.clone(), any_rows()).prop_map(move |(cursor, rows)| StorageOp::PutSnapshot {
            topic,
            cursor,
            rows,
        }),
        (cursor, prop::collection::vec(any_op(), 0..4))
            .prop_map(move |(cursor, ops)| StorageOp::Apply { topic, cursor, ops }),
        prop::collection::vec(any_row(), 0..4)
            .prop_map(move |rows| StorageOp::PutPage { thread, rows }),
        (1u8..8, any_number(), "[a-cé]{0,3}").prop_map(|(n, offset, text)| {
            StorageOp::AppendText {
                message: id(n),
                offset,
                text,
            }
        }),
        (1u8..8).prop_map(|n| StorageOp::DropText { message: id(n) }),
        Just(StorageOp::DropTopic(topic)),
        Just(StorageOp::Wipe),
    ]
}

fn any_kept_rows() -> impl Strategy<Value = Rows> {
    let parts = (0u64..8, any_rows(), "[a-cé]{0,3}");
    parts.prop_map(|(seq, rows, text)| {
        let (topic, cursor) = (topic(), at(seq));
        Rows {
            topics: vec![StoredTopic {
                topic,
                cursor,
                rows,
            }],
            texts: vec![(id(2), text)],
            ends: vec![],
        }
    })
}

fn any_tab_message() -> impl Strategy<Value = TabMessage> {
    let (term, to) = (0u64..4, TabId(1));
    let told = prop_oneof![
        6 => any_op_kept().prop_map(Told::Op),
        1 => any_number().prop_map(Told::Kept),
        1 => Just(Told::Status(Status::Connected)),
        1 => Just(Told::User(Some(ada()))),
        1 => Just(Told::Missing(thread())),
        1 => any_mutation().prop_map(|mutation| Told::Rejected(mutation, ErrorCode::NotAllowed)),
        1 => any_present().prop_map(Told::Present),
    ];
    prop_oneof![
        1 => term.clone().prop_map(|term| TabMessage::Lead { term }),
        3 => (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(watches, visible, lost)| {
            let watching = if watches { vec![thread()] } else { vec![] };
            let wanting = watching.clone();
            TabMessage::Ping { tab: TabId(2), watching, wanting, visible, lost, version: 1 }
        }),
        1 => term.clone().prop_map(move |term| TabMessage::Pong { term, to }),
        1 => term.clone().prop_map(move |term| TabMessage::Yield { term, to }),
        3 => (term.clone(), any_number(), prop::option::of(any_identity()), any_kept_rows())
            .prop_map(move |(term, told, identity, rows)| {
                let (user, status, models) = (Some(ada()), Status::Connected, vec![]);
                let drafts = vec![(None, "half a sen".into())];
                TabMessage::Welcome { term, to, told, user, status, models, identity, drafts, rows }
            }),
        1 => (term.clone(), any_kept_rows()).prop_map(move |(term, rows)| TabMessage::Rows { term, to, rows }),
        9 => (term.clone(), any_number(), told)
            .prop_map(|(term, n, what)| TabMessage::Told { term, n, what }),
        2 => (term, any_number(), any_mutation()).prop_map(|(term, made_at, mutation)| {
            TabMessage::Propose { term, made_at, mutation }
        }),
        1 => any::<bool>().prop_map(|here| TabMessage::Draft(here.then(thread), "half".into())),
        1 => Just(TabMessage::Retry(id(1))),
        1 => Just(TabMessage::Discard(id(2))),
        2 => any_read().prop_map(|read| TabMessage::Read { tab: TabId(2), read }),
        2 => (0u64..4, any_read(), any_kept_rows(), prop::option::of((1u8..8, any_number()))).prop_map(|(term, read, rows, tip)| {
            let tip = tip.map(|(tip, length)| (id(tip), length));
            TabMessage::Page { term, to: TabId(1), read, rows, tip }
        }),
        1 => Just(TabMessage::SignedOut),
        1 => any::<bool>().prop_map(|types| TabMessage::Typing(thread(), types)),
    ]
}

/// What comes from other tabs, and from the lock and the storage that they share.
fn any_input_of_tabs() -> impl Strategy<Value = Input> {
    prop_oneof![
        9 => any_tab_message().prop_map(Input::Heard),
        2 => Just(Input::Follow(TabId(1))),
        2 => (1u64..4).prop_map(|term| Input::Lead { term }),
        1 => Just(Input::StorageLost),
        1 => any_number().prop_map(|n| Input::Kept { n }),
        1 => prop::collection::vec(any_unsent(), 0..4).prop_map(|outbox| Input::Restored(Stored {
            identity: Some((ada().id, InstallationId::from_bytes([3; 16]))),
            next_n: outbox.len() as u64,
            outbox,
            ..Stored::default()
        })),
    ]
}

impl Client {
    fn act(&mut self, act: Act) {
        match act {
            Act::Input(input) => self.input(input),
            Act::Opened => self.input(Input::Opened(self.connection)),
            Act::Closed(code) => self.close(code),
            Act::Frame(text) => self.input(Input::Received(self.connection, text)),
            Act::Advance(by) => self.advance(by),
            Act::Write(most) => self.write(most),
            Act::Restart(most) => {
                self.write(most);
                self.restart();
            }
        }
    }
}

/// Whatever else the storage gets done with.
fn queued_outlives_the_page(client: &Client) -> Result<(), TestCaseError> {
    let timelines = client.mirror.timelines.values();
    let shown = timelines.flat_map(|timeline| &timeline.messages);
    let queued: Vec<MessageId> = shown
        .filter(|row| row.delivery == Delivery::Queued)
        .map(|row| row.id)
        .collect();
    let mut storage = client.storage.clone();
    let mut waiting = client.waiting.iter().cloned();
    loop {
        let outbox = storage.stored().outbox;
        let kept = |id: &MessageId| {
            let mut kept = outbox
                .iter()
                .filter_map(|unsent| unsent.mutation.new_message());
            kept.any(|(kept, _)| kept == *id)
        };
        prop_assert!(queued.iter().all(kept), "{queued:?} of {outbox:?}");
        match waiting.next() {
            Some(Output::Store(op)) => storage.apply(op),
            Some(_) => {}
            None => return Ok(()),
        }
    }
}

/// Found by chance: two messages that each name the other as their parent.
#[test]
fn a_circle_of_parents_among_unsent_messages_ends() {
    let mut client = Client::new(0);
    client.input(Input::SignedIn { token: None });
    client.input(Input::Watch(thread()));
    client.connect(0);
    client.input(Input::Mutate(Mutation::CreateThread { thread: thread() }));
    let mut row = said(3, "text");
    row.parent = Some(id(6));
    client.receive(ServerFrame::Snapshot {
        topic: topic(),
        cursor: at(0),
        rows: vec![Row::Message(row)],
    });
    client.input(Input::Mutate(Mutation::EditMessage {
        thread: thread(),
        message: id(3),
        replacement: id(4),
        text: "edit".into(),
        reply: None,
    }));
    let code = ErrorCode::NotAllowed;
    client.receive(ServerFrame::Nack { n: 3, code });
    client.input(say(6, "say"));
    assert!(!client.shown().is_empty());
}

proptest! {
    #[test]
    fn whatever_comes_nothing_panics_and_the_mirror_shows_what_the_core_shows(
        seed in any::<u64>(),
        acts in prop::collection::vec(any_act(), 0..120),
    ) {
        let mut client = Client::new(seed);
        client.keeps = false;
        client.input(Input::SignedIn { token: None });
        client.input(Input::Watch(thread()));
        client.connect(0);
        for act in acts {
            queued_outlives_the_page(&client)?;
            if let Act::Restart(most) = act {
                client.write(most);
                queued_outlives_the_page(&client)?;
            }
            client.act(act);
        }
    }

    #[test]
    fn whatever_other_tabs_say_nothing_panics_and_the_mirror_shows_what_the_core_shows(
        acts in prop::collection::vec(
            prop_oneof![any_act(), any_input_of_tabs().prop_map(Act::Input)],
            0..120,
        ),
    ) {
        let mut client = Client::new(1);
        client.input(Input::Follow(TabId(1)));
        client.input(Input::SignedIn { token: None });
        client.input(Input::Watch(thread()));
        for act in acts {
            client.act(act);
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
