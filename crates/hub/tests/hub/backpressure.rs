//! SPEC R30: a socket that takes nothing costs a number, not a backlog.

use weft_hub::SessionId;
use weft_protocol::{
    ClientFrame, ErrorCode, Limits, Mutation, Path, ServerFrame, Topic,
    limits::{MAX_PAGE, MAX_RESUME_CHANGES},
};

use super::bench::{Bench, afresh, hello, thread, user};

/// Two sockets of one person, both on their list of threads and on one thread.
fn two() -> (Bench, [SessionId; 2], [Topic; 2]) {
    let mut bench = Bench::new();
    let topics = [Topic::User(user(1)), bench.create(1, 1)];
    let sockets = [bench.join(1, &topics), bench.join(1, &topics)];
    (bench, sockets, topics)
}

#[test]
fn r30_a_stalled_reader_of_ten_thousand_changes_costs_a_cursor_and_delays_nobody() {
    let (mut bench, [slow, quick], topics) = two();
    bench.stall(slow);
    let mut held = 0;
    for change in 0..10_000 {
        bench.post(1, 1, &format!("message {change:05}"));
        assert!(!bench.frames(quick).is_empty(), "change {change}");
        if change == 5_000 {
            held = bench.held_bytes();
        }
    }
    assert!(bench.held_bytes() < held + 500, "{held} bytes grew");
    assert_eq!(bench.socket(slow).unflushed.len(), 2);

    bench.frames(slow);
    bench.unstall(slow);
    assert!(
        bench.frames(slow).len() <= 4,
        "what was missed comes merged"
    );
    for id in [slow, quick] {
        for topic in topics {
            bench.assert_in_step(id, 1, topic);
        }
        assert_eq!(bench.mirror(id).gaps, 0);
    }
}

#[test]
fn r30_a_stalled_reader_of_a_long_reply_costs_an_offset_and_gets_it_merged() {
    let (mut bench, [slow, quick], topics) = two();
    let reply = bench.ask(1, 1);
    bench.append(reply, 0, "I");
    bench.stall(slow);
    let (before, piece) = (bench.held_bytes(), "0123456789".repeat(10));
    for piece_number in 0..1_000 {
        bench.append(reply, 1 + piece_number * piece.len(), &piece);
    }
    assert_eq!(bench.mirror(quick).text(reply).len(), 100_001);
    let grown = bench.held_bytes() - before;
    assert!(grown < 101_000, "the text once, not per reader: {grown}");

    bench.frames(slow);
    bench.unstall(slow);
    assert!(bench.frames(slow).len() <= 4);
    bench.assert_in_step(slow, 1, topics[1]);
}

#[test]
fn r30_a_slow_reader_gets_changes_of_one_row_as_one() {
    let (mut bench, [slow, _], topics) = two();
    bench.stall(slow);
    for title in 0..100 {
        bench.rename(1, 1, &format!("title {title}"));
    }
    bench.frames(slow);
    bench.unstall(slow);
    let frames = bench.frames(slow);
    let Some(ServerFrame::Delta {
        base, cursor, ops, ..
    }) = frames.last()
    else {
        panic!("{frames:?}");
    };
    assert_eq!((cursor.seq - base, ops.len()), (98, 1));
    bench.assert_in_step(slow, 1, topics[0]);
}

#[test]
fn r30_a_reader_that_fell_out_of_the_ring_gets_a_snapshot_and_is_in_step() {
    for (missed, expect_snapshot) in [(MAX_RESUME_CHANGES, false), (MAX_RESUME_CHANGES + 1, true)] {
        let (mut bench, [slow, _], topics) = two();
        // What it is sent before its credit ends is not missed.
        bench.stall(slow);
        bench.rename(1, 1, "first");
        bench.rename(1, 1, "second");
        for title in 0..missed {
            bench.rename(1, 1, &format!("title {title}"));
        }
        bench.frames(slow);
        bench.unstall(slow);
        let frames = bench.frames(slow);
        let is_snapshot = |frame: &ServerFrame| matches!(frame, ServerFrame::Snapshot { .. });
        assert_eq!(
            frames.iter().any(is_snapshot),
            expect_snapshot,
            "{missed} missed"
        );
        bench.assert_in_step(slow, 1, topics[0]);
        assert_eq!(bench.mirror(slow).gaps, 0);
    }
}

#[test]
fn r30_taking_nothing_for_20_s_closes_and_taking_a_frame_in_time_does_not() {
    let (mut bench, [dead, slow], _) = two();
    bench.stall(dead);
    bench.stall(slow);
    bench.rename(1, 1, "Given to both at once");
    bench.wait(10_000);
    bench.rename(1, 1, "Given to both, and changes nothing");
    bench.rename(1, 1, "Given to neither");
    bench.wait(9_999);
    assert_eq!(bench.closed(dead), None);
    bench.take(slow);
    bench.wait(1);
    assert_eq!(bench.closed(dead), Some(Some(ErrorCode::TooSlow)));
    assert_eq!(bench.closed(slow), None);
    bench.wait(19_999);
    assert_eq!(bench.closed(slow), Some(Some(ErrorCode::TooSlow)));
}

#[test]
fn a_socket_that_asks_and_takes_nothing_is_closed_before_its_answers_pile_up() {
    let (mut bench, [greedy, _], topics) = two();
    for _ in 0..100 {
        bench.post(1, 1, "long");
    }
    bench.stall(greedy);
    let page = ClientFrame::Page {
        thread: thread(1),
        path: Path::Newest,
        from: 1,
        limit: MAX_PAGE,
    };
    let again = ClientFrame::Subscribe(afresh(topics[1]));
    for frame in [page, again] {
        for _ in 0..300 {
            bench.say(greedy, frame.clone());
        }
    }
    assert_eq!(bench.closed(greedy), Some(Some(ErrorCode::TooFast)));
}

#[test]
fn r32_a_stalled_socket_that_keeps_to_the_limits_is_not_asking_too_much() {
    let limits = Limits {
        topics: 4,
        in_flight: 2,
        ..Limits::default()
    };
    let mut bench = Bench::with_limits(limits);
    let topics: Vec<_> = (1..=4).map(|number| bench.create(1, number)).collect();
    for number in 1..=4 {
        let reply = bench.ask(1, number);
        bench.append(reply, 0, "text");
    }
    let id = bench.open(Some(1));
    bench.stall(id);
    bench.say(id, hello(topics.iter().copied().map(afresh).collect()));
    for n in 1..=2 {
        let (thread, pinned) = (thread(1), n == 1);
        let mutation = Mutation::PinThread { thread, pinned };
        bench.say(id, ClientFrame::Mutate { n, mutation });
    }
    bench.unstall(id);
    assert_eq!(bench.closed(id), None);
    for topic in topics {
        bench.assert_in_step(id, 1, topic);
    }
}
