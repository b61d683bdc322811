//! What the core does while its page is open.

use weft_protocol::{
    ClientFrame, ErrorCode, Mutation, Op, ServerFrame, Status as Progress,
    frame::{Head, Held},
};
use weft_sync::{Change, Delivery, Fault, Input, Status, StorageOp, View};

use crate::client::{
    Client, ack, at, delta, edit, id, said, say, settle, streaming, thread, topic, welcome,
};

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
fn an_edit_of_an_unsent_message_takes_its_place_and_is_sent_in_its_stead() {
    let mut client = Client::ready();
    client.close(1006);
    (1..=3).for_each(|n| client.input(say(n, "x")));
    client.keeps = false;
    client.input(edit(2, 9, "y"));
    assert_eq!(client.texts(), ["x", "y", "x"]);
    // What is kept is still the text before.
    assert_eq!(client.shown()[1].delivery, Delivery::Sending);
    client.write(usize::MAX);
    assert_eq!(client.shown()[1].delivery, Delivery::Queued);
    client.restart();
    assert_eq!(client.texts(), ["x", "y", "x"]);
    client.connect(0);
    assert_eq!(client.sent_messages(), [id(1), id(9), id(3)]);
}

#[test]
fn an_edit_of_a_rejected_message_is_said_instead_of_it() {
    let mut client = Client::ready();
    client.input(say(1, "x"));
    let code = ErrorCode::TextTooLong;
    client.receive(ServerFrame::Nack { n: 1, code });
    client.forget();
    client.input(edit(1, 9, "y"));
    assert_eq!(client.texts(), ["y"]);
    assert_eq!(client.sent_messages(), [id(9)]);
    assert_eq!(client.sent_numbers(), [2]);
    client.restart();
    assert_eq!(client.texts(), ["y"]);
}

#[test]
fn a_message_that_fits_no_frame_is_kept_as_failed_until_it_is_shortened() {
    let mut client = Client::ready();
    // Each takes six bytes on the wire.
    let long = "\u{1}".repeat(200_000);
    client.input(say(1, &long));
    let failed = Delivery::Failed(ErrorCode::TextTooLong);
    assert_eq!(client.shown()[0].delivery, failed);
    client.input(edit(1, 8, &long[1..]));
    assert_eq!(client.texts(), [&long[1..]]);
    assert_eq!(client.shown()[0].delivery, failed);
    client.input(edit(8, 9, "short"));
    assert_eq!(client.texts(), ["short"]);
    assert_eq!(client.sent_messages(), [id(9)]);
}

#[test]
fn an_edit_of_what_the_server_may_have_goes_behind_it_and_is_shown_alone() {
    let mut client = Client::ready();
    client.input(say(1, "x"));
    client.close(1006);
    client.input(edit(1, 9, "y"));
    assert_eq!(client.texts(), ["y"]);
    client.advance(20_000);
    client.forget();
    client.connect(0);
    assert_eq!(client.sent_messages(), [id(1), id(9)]);
    let code = ErrorCode::NotAllowed;
    client.receive(ServerFrame::Nack { n: 2, code });
    assert_eq!(
        client.texts(),
        ["x", "y"],
        "an edit that failed hides nothing"
    );
}

#[test]
fn what_no_server_has_accepted_is_counted_until_it_is_accepted_or_discarded() {
    let mut client = Client::ready();
    client.close(1006);
    client.input(Input::Mutate(Mutation::CreateThread { thread: thread() }));
    (1..=3).for_each(|n| client.input(say(n, "x")));
    assert_eq!(client.mirror.unsent, 3);
    client.restart();
    assert_eq!(client.mirror.unsent, 3);
    client.connect(0);
    client.receive(ack(1, 1));
    client.receive(ack(2, 2));
    assert_eq!(client.mirror.unsent, 2);
    let code = ErrorCode::NotAllowed;
    client.receive(ServerFrame::Nack { n: 3, code });
    client.receive(ack(4, 3));
    assert_eq!(client.mirror.unsent, 1);
    client.input(Input::Discard(id(2)));
    assert_eq!(client.mirror.unsent, 0);
    client.input(say(5, "y"));
    assert_eq!(client.mirror.unsent, 1);
    client.input(Input::SignedOut);
    assert_eq!(client.mirror.unsent, 0);
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

#[test]
fn a_thread_watched_between_hello_and_welcome_is_followed() {
    let mut client = Client::new(1);
    client.input(Input::SignedIn { token: None });
    client.input(Input::Opened(client.connection));
    client.input(Input::Watch(thread()));
    client.receive(welcome(0));
    assert_eq!(client.subscribed_from(), [None]);
}

#[test]
fn an_ended_reply_short_of_bytes_is_asked_for_again_when_its_thread_is_back() {
    let mut client = streaming();
    client.receive(delta(1, vec![settle(2, "abcdef")]));
    client.input(Input::Unwatch(thread()));
    client.advance(5_000);
    client.forget();
    client.input(Input::Watch(thread()));
    client.advance(1_000);
    assert_eq!(client.opens(), [3]);
}

#[test]
fn a_clock_that_is_set_back_does_not_stop_time() {
    let mut client = Client::ready();
    client.advance(1_000);
    client.now -= 500_000;
    client.input(Input::Tick);
    client.advance(36_000);
    assert_eq!(client.sent, [ClientFrame::Ping], "silence is noticed");
    client.advance(5_000);
    let opened = client.opened;
    client.advance(20_000);
    assert!(client.opened > opened, "and met");
}
