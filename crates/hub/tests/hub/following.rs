//! SPEC R7 and R8: what a follower is sent, and when.

use weft_protocol::{ClientFrame, Cursor, ServerFrame, Topic, frame::Head, limits::PING_EVERY};

use super::bench::{Bench, EPOCH, afresh, hello, user};

/// The first person's list of threads.
fn list() -> Topic {
    Topic::User(user(1))
}

#[test]
fn r7_hello_with_a_cursor_gets_only_what_follows_it() {
    let mut bench = Bench::new();
    bench.create(1, 1);
    let first = bench.join(1, &[list()]);
    let wish = bench.mirror(first).subscription(list());
    bench.rename(1, 1, "A new title");

    let second = bench.open(Some(1));
    bench.socket(second).mirror = bench.mirror(first).clone();
    bench.say(second, hello(vec![wish]));
    let frames = bench.frames(second);
    let Some(ServerFrame::Delta {
        base: 1,
        cursor,
        ops,
        ..
    }) = frames.last()
    else {
        panic!("{frames:?}");
    };
    assert_eq!((cursor.seq, ops.len()), (2, 1));
    bench.assert_in_step(second, 1, list());
}

#[test]
fn r7_a_cursor_of_another_epoch_or_ahead_of_the_log_gets_a_snapshot() {
    for (epoch, seq) in [(EPOCH - 1, 1), (EPOCH, 9)] {
        let mut bench = Bench::new();
        bench.create(1, 1);
        let id = bench.open(Some(1));
        let mut wish = afresh(list());
        wish.cursor = Some(Cursor { epoch, seq });
        bench.say(id, hello(vec![wish]));
        let frames = bench.frames(id);
        assert!(
            matches!(frames.last(), Some(ServerFrame::Snapshot { .. })),
            "{frames:?}"
        );
        bench.rename(1, 1, "A new title");
        bench.assert_in_step(id, 1, list());
    }
}

#[test]
fn r7_what_is_committed_while_the_store_is_asked_comes_once_and_in_order() {
    let mut bench = Bench::new();
    bench.create(1, 1);
    bench.hold_answers = true;
    let id = bench.open(Some(1));
    bench.say(id, hello(vec![afresh(list())]));
    bench.answer();
    bench.run();
    bench.rename(1, 1, "Published before the answer");
    bench.hold_commits = true;
    bench.rename(1, 1, "Published after the answer");
    bench.release();
    bench.assert_in_step(id, 1, list());
    assert_eq!(bench.mirror(id).gaps, 0);
}

#[test]
fn r7_an_answer_to_a_subscription_that_was_asked_anew_is_not_taken_for_the_new_ones() {
    let mut bench = Bench::new();
    bench.create(1, 1);
    let id = bench.join(1, &[]);
    bench.hold_answers = true;
    bench.say(id, ClientFrame::Subscribe(afresh(list())));
    bench.say(id, ClientFrame::Unsubscribe { topic: list() });
    bench.rename(1, 1, "Nobody follows: this is not kept in memory");
    bench.say(id, ClientFrame::Subscribe(afresh(list())));
    bench.release();
    bench.assert_in_step(id, 1, list());
    let frames = bench.frames(id);
    let snapshots = frames
        .iter()
        .filter(|frame| matches!(frame, ServerFrame::Snapshot { .. }));
    assert_eq!(snapshots.count(), 1, "{frames:?}");
}

#[test]
fn a_topic_given_up_sends_no_more() {
    let mut bench = Bench::new();
    bench.create(1, 1);
    let id = bench.join(1, &[list()]);
    bench.say(id, ClientFrame::Unsubscribe { topic: list() });
    bench.frames(id);
    bench.rename(1, 1, "A new title");
    assert_eq!(bench.frames(id), []);
}

#[test]
fn r8_a_ping_carries_the_heads_of_all_followed_topics() {
    let mut bench = Bench::new();
    let topic = bench.create(1, 1);
    let id = bench.join(1, &[list(), topic]);
    bench.rename(1, 1, "A new title");
    bench.frames(id);
    bench.wait(PING_EVERY);
    let head = |topic, seq| Head {
        topic,
        cursor: Cursor { epoch: EPOCH, seq },
    };
    let heads = vec![head(list(), 2), head(topic, 0)];
    assert_eq!(bench.frames(id), [ServerFrame::Ping { heads }]);
}

#[test]
fn r8_a_ping_names_no_head_that_is_still_to_be_sent() {
    let mut bench = Bench::new();
    bench.create(1, 1);
    let id = bench.join(1, &[list()]);
    bench.wait(PING_EVERY - 1_000);
    bench.stall(id);
    for title in 0..10 {
        bench.rename(1, 1, &format!("title {title}"));
    }
    bench.wait(1_000);
    bench.frames(id);
    bench.unstall(id);
    let mut sent = 0;
    for frame in bench.frames(id) {
        match frame {
            ServerFrame::Delta { cursor, .. } => sent = cursor.seq,
            ServerFrame::Ping { heads } => assert!(heads[0].cursor.seq <= sent),
            _ => {}
        }
    }
    bench.assert_in_step(id, 1, list());
}
