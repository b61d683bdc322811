//! What a page goes on with that was closed, or killed, and opened again.

use weft_protocol::{
    ClientFrame, Cursor, ErrorCode, InstallationId, MessageRow, Mutation, Op, Path, Row,
    ServerFrame, Status as Progress, ThreadId, Topic, User, UserId,
    frame::{Head, Held},
};
use weft_sync::{
    Change, Delivery, Fault, History, Input, Output, Seek, Status, StorageOp, Stored, TabId,
    TabMessage, View, contract::MemoryStorage,
};

use crate::client::{
    Client, ack, at, delta, edit, id, reply, said, say, settle, streaming, thread, topic, welcome,
};

fn deliveries(client: &Client) -> Vec<Delivery> {
    client.shown().iter().map(|row| row.delivery).collect()
}

fn texts(client: &Client) -> Vec<&str> {
    client.shown().iter().map(|row| &*row.body).collect()
}

fn hello(client: &Client) -> (InstallationId, Vec<weft_protocol::frame::Subscription>) {
    let hello = client.sent.iter().find_map(|frame| match frame {
        ClientFrame::Hello {
            installation,
            topics,
            ..
        } => Some((*installation, topics.clone())),
        _ => None,
    });
    hello.expect("hello was said")
}

fn installation(stored: &Stored) -> InstallationId {
    stored.identity.expect("an identity is kept").1
}

/// A client with two messages here, and one unsent.
fn offline() -> Client {
    let mut client = Client::ready();
    let rows = [said(1, "one"), said(2, "two")].map(Op::Message);
    client.receive(delta(0, rows.into()));
    client.close(1006);
    client.input(say(3, "three"));
    client
}

#[test]
fn threads_and_messages_are_there_without_a_network() {
    let mut client = offline();
    let before = client.mirror.clone();
    client.restart();
    assert_eq!(client.mirror.threads, before.threads);
    assert_eq!(client.mirror.timelines, before.timelines);
    assert!(client.mirror.threads_known);
    assert_eq!(client.mirror.status, Status::Reconnecting);
    assert_eq!(deliveries(&client)[2], Delivery::Queued);
}

#[test]
fn the_outbox_is_sent_again_under_its_numbers_and_what_was_acked_is_not() {
    let mut client = Client::ready();
    (1..=4).for_each(|n| client.input(say(n, "x")));
    client.receive(ack(1, 1));
    client.receive(ack(2, 2));
    assert_eq!(client.storage.stored().outbox.len(), 2);
    let known = installation(&client.storage.stored());
    client.restart();
    client.input(say(5, "x"));
    client.connect(3);
    let (installation, topics) = hello(&client);
    assert_eq!(installation, known);
    assert_eq!(topics[1].cursor, Some(at(0)));
    assert_eq!(client.sent_numbers(), [3, 4, 5]);
    assert_eq!(client.faults, []);
    (3..=5).for_each(|n| client.receive(ack(n, n)));
    let stored = client.storage.stored();
    assert_eq!((stored.next_n, stored.outbox), (6, vec![]));
    client.restart();
    client.connect(5);
    assert_eq!(client.faults, [], "an empty outbox keeps its place");
}

#[test]
fn a_reply_half_received_goes_on_from_its_bytes() {
    let mut client = streaming();
    client.restart();
    assert_eq!(texts(&client), ["hi", "abc"]);
    client.connect(0);
    let (message, offset) = (id(2), 3);
    let held = Held { message, offset };
    assert_eq!(hello(&client).1[1].streams, [held]);
    let (handle, thread) = (9, thread());
    client.receive(ServerFrame::Stream {
        handle,
        thread,
        held,
    });
    client.receive(ServerFrame::Text(9, 3, "def".into()));
    client.receive(delta(1, vec![settle(2, "abcdef")]));
    client.restart();
    assert_eq!(texts(&client), ["hi", "abcdef"]);
    assert_eq!(client.shown()[1].head.status, Progress::Complete);
}

#[test]
fn what_a_reply_has_so_far_is_kept_anew_where_the_storage_has_let_go_of_its_thread() {
    let mut client = streaming();
    client.storage.apply(StorageOp::DropTopic(topic()));
    client.input(Input::Refill);
    client.snapshot(1, vec![said(1, "hi"), reply(2)]);
    client.receive(ServerFrame::Stream {
        handle: 6,
        thread: thread(),
        held: Held {
            message: id(2),
            offset: 3,
        },
    });
    client.receive(ServerFrame::Text(6, 3, "def".into()));
    client.restart();
    assert_eq!(texts(&client), ["hi", "abcdef"]);
}

#[test]
fn a_reply_that_ended_short_of_bytes_asks_for_them_after_all() {
    let mut client = streaming();
    client.receive(delta(1, vec![settle(2, "abcdef")]));
    client.restart();
    assert_eq!(client.shown()[1].head.status, Progress::Streaming);
    client.connect(0);
    client.advance(1_000);
    assert_eq!(client.opens(), [3]);
}

#[test]
fn bytes_that_were_not_the_replys_are_found_out_when_it_is_restored() {
    let mut client = streaming();
    client.receive(delta(1, vec![settle(2, "abcdef")]));
    client.storage.apply(StorageOp::AppendText {
        message: id(2),
        offset: 0,
        text: "abcdeX".into(),
    });
    client.restart();
    assert_eq!(client.faults, [Fault::Checksum(id(2))]);
    client.connect(0);
    client.advance(1_000);
    assert_eq!(client.opens(), [0]);
}

#[test]
fn a_server_that_began_anew_meanwhile_is_followed_and_gets_what_is_unsent() {
    let mut client = offline();
    client.restart();
    client.connect(0);
    client.receive(ServerFrame::Snapshot {
        topic: topic(),
        cursor: Cursor { epoch: 8, seq: 1 },
        rows: vec![Row::Message(said(1, "another"))],
    });
    assert_eq!(texts(&client), ["another", "three"]);
    assert_eq!(client.sent_numbers(), [1]);
    client.restart();
    assert_eq!(texts(&client), ["another", "three"]);
}

#[test]
fn another_account_finds_nothing_of_the_one_before() {
    let mut client = offline();
    let known = installation(&client.storage.stored());
    client.restart();
    let (connection, bo) = (client.connection, UserId::from_bytes([9; 16]));
    client.input(Input::Opened(connection));
    let ServerFrame::Welcome {
        version,
        last_n,
        now,
        limits,
        capabilities,
        ..
    } = welcome(0)
    else {
        unreachable!("it is a welcome")
    };
    client.receive(ServerFrame::Welcome {
        version,
        user: User::new(bo, "bo"),
        last_n,
        now,
        limits,
        capabilities,
    });
    assert_eq!(client.sent_numbers(), [0; 0]);
    assert_eq!(client.mirror.threads, []);
    assert_eq!(client.shown(), []);
    // What is theirs begins anew; what the one before has not sent is kept for when they come back.
    assert_eq!(client.wishes, [Output::Reopen]);
    let stored = client.storage.stored();
    assert_eq!(installation(&stored), known);
    assert_eq!(stored.outbox.len(), 1);
}

#[test]
fn nothing_is_left_after_signing_out() {
    let mut client = offline();
    client.restart();
    client.input(Input::SignedOut);
    assert!(client.storage.is_empty());
    assert_eq!(client.mirror, View::default());
    client.restart();
    assert_eq!(client.mirror.threads, []);
}

#[test]
fn a_message_is_queued_and_sent_once_it_is_kept_and_not_before() {
    let mut client = Client::ready();
    client.close(1006);
    client.keeps = false;
    (1..=2).for_each(|n| client.input(say(n, "x")));
    assert_eq!(deliveries(&client), [Delivery::Sending; 2]);
    client.write(1);
    assert_eq!(
        deliveries(&client),
        [Delivery::Queued, Delivery::Sending],
        "kept in order"
    );
    client.advance(20_000);
    client.connect(0);
    assert_eq!(client.sent_numbers(), [1]);
    client.write(1);
    assert_eq!(client.sent_numbers(), [1, 2]);
}

#[test]
fn what_was_not_kept_was_not_sent_so_its_number_is_free() {
    let mut client = Client::ready();
    client.keeps = false;
    client.input(say(1, "lost"));
    assert_eq!(client.sent_numbers(), [0; 0]);
    client.restart();
    client.keeps = true;
    client.input(say(2, "first"));
    client.connect(0);
    assert_eq!(client.sent_numbers(), [1]);
    assert_eq!(client.faults, []);
}

#[test]
fn an_acked_mutation_is_deleted_from_the_storage() {
    let mut client = Client::ready();
    client.input(say(1, "x"));
    client.forget();
    client.receive(ack(1, 1));
    let effects = vec![Head {
        topic: topic(),
        cursor: at(1),
    }];
    assert_eq!(client.stored, [StorageOp::DeleteOutbox { n: 1, effects }]);
}

#[test]
fn a_number_given_anew_is_not_taken_for_the_write_before_it() {
    let mut client = Client::ready();
    client.close(1006);
    client.keeps = false;
    (1..=3).for_each(|n| client.input(say(n, "x")));
    client.input(Input::Discard(id(1)));
    // The message that is number 2 now was 3 in the writes that get done here.
    client.write(3);
    assert_eq!(deliveries(&client), [Delivery::Sending; 2]);
    client.advance(20_000);
    client.connect(0);
    assert_eq!(client.sent_numbers(), [0; 0]);
    client.write(1);
    assert_eq!(client.sent_numbers(), [1, 2]);
}

#[test]
fn without_a_storage_messages_are_queued_and_sent_at_once() {
    let mut client = Client::new(1);
    client.input(Input::StorageLost);
    client.input(Input::SignedIn { token: None });
    client.input(Input::Watch(thread()));
    client.input(say(1, "x"));
    assert_eq!(deliveries(&client), [Delivery::Queued]);
    client.connect(0);
    assert_eq!(client.sent_numbers(), [1]);
    assert_eq!(client.stored, []);
    client.input(Input::SignedOut);
    assert_eq!(client.stored, [StorageOp::Wipe]);
}

#[test]
fn a_storage_lost_on_the_way_leaves_its_numbers_to_whoever_finds_it() {
    let mut client = Client::ready();
    client.keeps = false;
    client.input(say(1, "x"));
    let known = installation(&client.storage.stored());
    client.input(Input::StorageLost);
    client.advance(1);
    client.forget();
    client.connect(0);
    assert_ne!(hello(&client).0, known);
    assert_eq!(client.sent_numbers(), [1]);
}

#[test]
fn an_edit_that_a_lost_storage_does_not_have_is_said_as_an_edit() {
    let mut client = Client::ready();
    client.close(1006);
    client.input(say(1, "x"));
    client.keeps = false;
    client.input(edit(1, 2, "y"));
    client.input(Input::StorageLost);
    assert_eq!(texts(&client), ["y"]);
    client.advance(20_000);
    client.connect(0);
    // Whoever finds the storage sends the first one as well: it is said once, and edited.
    assert_eq!(client.sent_messages(), [id(1), id(2)]);
    assert_eq!(client.sent_numbers(), [1, 2]);
    let edits = |frame: &ClientFrame| match frame {
        ClientFrame::Mutate { mutation, .. } => {
            matches!(mutation, Mutation::EditMessage { message, .. } if *message == id(1))
        }
        _ => false,
    };
    assert!(client.sent.iter().any(edits));
}

#[test]
fn a_rejected_message_comes_back_as_rejected() {
    let mut client = Client::ready();
    client.input(say(1, "keep me"));
    let code = ErrorCode::NotAllowed;
    client.receive(ServerFrame::Nack { n: 1, code });
    client.input(say(2, "x"));
    client.restart();
    assert_eq!(texts(&client), ["keep me", "x"]);
    assert_eq!(deliveries(&client)[0], Delivery::Failed(code));
    client.connect(1);
    assert_eq!(client.sent_numbers(), [2]);
    client.input(Input::Discard(id(1)));
    assert_eq!(client.storage.stored().outbox.len(), 1);
}

#[test]
fn a_rejected_message_stays_when_the_others_are_numbered_anew() {
    let mut client = Client::ready();
    (1..=3).for_each(|n| client.input(say(n, "x")));
    let code = ErrorCode::NotAllowed;
    (1..=2).for_each(|n| client.receive(ServerFrame::Nack { n, code }));
    client.reconnect(0);
    assert_eq!(client.faults, [Fault::Renumbered]);
    client.restart();
    let failed = Delivery::Failed(code);
    assert_eq!(deliveries(&client), [Delivery::Queued, failed, failed]);
    let shown: Vec<_> = client.shown().iter().map(|row| row.id).collect();
    assert_eq!(shown, [id(3), id(1), id(2)], "in their order");
    client.connect(0);
    client.input(Input::Retry(id(1)));
    assert_eq!(client.sent_messages(), [id(3), id(1)]);
    assert_eq!(client.sent_numbers(), [1, 2]);
}

#[test]
fn a_retry_that_was_cut_short_shows_and_sends_its_message_once() {
    let mut client = Client::ready();
    client.input(say(1, "again"));
    let code = ErrorCode::NotAllowed;
    client.receive(ServerFrame::Nack { n: 1, code });
    client.keeps = false;
    client.input(Input::Retry(id(1)));
    client.write(1);
    client.restart();
    client.keeps = true;
    assert_eq!(texts(&client), ["again"]);
    client.connect(1);
    assert_eq!(client.sent_numbers(), [2]);
    assert_eq!(client.storage.stored().outbox.len(), 1);
}

#[test]
fn a_thread_made_without_a_network_is_still_new() {
    let mut client = Client::new(1);
    client.input(Input::SignedIn { token: None });
    client.connect(0);
    client.close(1006);
    client.input(Input::Mutate(Mutation::CreateThread { thread: thread() }));
    client.input(say(1, "Plan the trip"));
    client.restart();
    assert_eq!(
        client.mirror.timelines[&thread()].history,
        History::Complete
    );
    assert_eq!(client.mirror.threads[0].row.title, "Plan the trip");
    client.connect(0);
    assert_eq!(client.sent_numbers(), [1, 2]);
}

#[test]
fn numbers_that_are_missing_in_the_storage_are_not_waited_for() {
    let mut client = offline();
    client.input(say(4, "four"));
    client.storage.apply(StorageOp::DeleteOutbox {
        n: 1,
        effects: vec![],
    });
    let mut broken = client.storage.stored();
    broken.next_n += 7;
    let known = installation(&broken);
    client.restart_from(broken);
    assert_ne!(installation(&client.storage.stored()), known);
    client.connect(0);
    assert_eq!(client.sent_numbers(), [1]);
}

#[test]
fn what_is_read_is_kept_of_the_threads_seen_last() {
    let mut client = Client::ready();
    for n in 100..125 {
        let thread = ThreadId::from_bytes([n; 16]);
        client.input(Input::Watch(thread));
        let topic = Topic::Thread(thread);
        let row = MessageRow {
            thread,
            ..said(2, "x")
        };
        client.receive(ServerFrame::Snapshot {
            topic,
            cursor: at(1),
            rows: vec![Row::Message(row)],
        });
        client.input(Input::Unwatch(thread));
    }
    let kept = client.storage.stored().topics;
    assert_eq!(kept.len(), 22, "twenty, the open one and the list");
    client.restart();
    let last = ThreadId::from_bytes([124; 16]);
    client.input(Input::Watch(last));
    assert_eq!(client.mirror.timelines[&last].messages.len(), 1);
    assert_eq!(client.mirror.timelines[&last].history, History::More);
    let first = ThreadId::from_bytes([100; 16]);
    client.input(Input::Watch(first));
    assert_eq!(client.mirror.timelines[&first].history, History::Unknown);
}

#[test]
fn a_page_of_older_messages_is_kept() {
    let mut client = Client::ready();
    client.receive(ServerFrame::Snapshot {
        topic: topic(),
        cursor: at(1),
        rows: vec![Row::Message(said(2, "two"))],
    });
    client.input(Input::Seek(thread(), Seek::Older));
    client.receive(ServerFrame::Page {
        thread: thread(),
        path: Path::To(id(1)),
        from: 1,
        tip: Some(id(1)),
        length: 1,
        rows: vec![said(1, "one")],
    });
    client.restart();
    assert_eq!(texts(&client), ["one", "two"]);
    assert_eq!(
        client.mirror.timelines[&thread()].history,
        History::Complete
    );
}

#[test]
fn what_is_restored_late_or_of_nobody_is_not_looked_at() {
    let stored = offline().storage.stored();
    let mut client = Client::new(1);
    client.input(Input::Restored(Stored {
        identity: None,
        ..stored.clone()
    }));
    assert_eq!(client.mirror, View::default());
    client.input(Input::SignedIn { token: None });
    client.input(Input::Restored(stored));
    assert_eq!(client.mirror.threads, []);
    let known = |change: &Change| matches!(change, Change::ThreadsKnownSet(_));
    assert!(!client.changes.iter().any(known));
    assert_eq!(client.storage.stored(), MemoryStorage::default().stored());
}

#[test]
fn a_draft_outlives_the_page_and_what_was_written_since_is_newer() {
    let mut client = Client::ready();
    let draft = |text: &str| Input::Draft(Some(thread()), text.into());
    client.input(draft("half a"));
    client.input(draft("half a sen"));
    let stored = client.storage.stored();
    assert_eq!(stored.drafts, [(Some(thread()), "half a sen".to_owned())]);
    client.restart();
    let shown = Change::DraftSet(Some(thread()), "half a sen".into());
    assert!(client.changes.contains(&shown));

    // The page before left a copy that is newer than what was durable.
    let mut page = Client::new(1);
    page.input(draft("half a sentence"));
    page.input(Input::Restored(stored));
    assert!(!page.changes.contains(&shown));
    assert_eq!(page.core.drafts()[0].1, "half a sentence");

    client.input(draft(""));
    assert_eq!(client.storage.stored().drafts, []);
}

#[test]
fn a_tab_hears_of_nothing_before_it_has_what_is_kept() {
    let mut client = offline();
    let stored = client.storage.stored();
    client = Client::new(2);
    client.input(Input::Follow(TabId(2)));
    // However long the storage takes: what a leader told would be newer than what comes from there.
    client.advance(60_000);
    client.input(Input::Heard(TabMessage::Lead { term: 1 }));
    assert_eq!(client.posted, []);
    client.input(Input::Restored(stored));
    client.input(Input::SignedIn { token: None });
    assert!(matches!(client.posted[..], [TabMessage::Ping { .. }]));
}
