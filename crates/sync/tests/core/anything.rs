//! What holds whatever comes: from people, from the network and from the storage.

use proptest::prelude::*;
use weft_protocol::{
    ClientFrame, Cursor, ErrorCode, InstallationId, MessageId, MessageRow, Mutation, Op, Row,
    ServerFrame, ThreadRow, Topic,
    frame::{Head, Held},
};
use weft_sync::{Delivery, Input};

use crate::client::{
    Client, ada, at, id, reply, said, say, settle, thread, thread_row, topic, welcome,
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
        4 => (0usize..6).prop_map(Act::Write),
        2 => (0usize..6).prop_map(Act::Restart),
        6 => prop::sample::select(vec![
            Input::Tick, Input::Foreground, Input::Background, Input::NetworkUp, Input::NetworkDown,
            Input::SignedIn { token: Some("t".into()) }, Input::SignedIn { token: None },
            Input::Watch(thread()), Input::Watch(thread()), Input::Unwatch(thread()),
            Input::LoadOlder(thread()), Input::SignedOut,
            Input::Retry(id(1)), Input::Discard(id(2)), Input::Discard(id(3)),
        ]).prop_map(Act::Input),
    ]
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
            Some(op) => storage.apply(op),
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
        more: false,
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
            match act {
                Act::Input(input) => client.input(input),
                Act::Opened => client.input(Input::Opened(client.connection)),
                Act::Closed(code) => client.close(code),
                Act::Frame(text) => client.input(Input::Received(client.connection, text)),
                Act::Advance(by) => client.advance(by),
                Act::Write(most) => client.write(most),
                Act::Restart(most) => {
                    client.write(most);
                    queued_outlives_the_page(&client)?;
                    client.restart();
                }
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
