//! SPEC R9 to R12: mutations in their dense order, each with one effect and one answer.

use weft_hub::{Command, SessionId};
use weft_protocol::{
    ClientFrame, Cursor, ErrorCode, Limits, Mutation, Path, ServerFrame, Topic, frame::Head,
    limits::KEPT_OUTCOMES_FOR,
};

use super::bench::{Bench, EPOCH, thread, user};

fn list() -> Topic {
    Topic::User(user(1))
}

fn create(n: u64, number: u8) -> ClientFrame {
    let thread = thread(number);
    ClientFrame::Mutate {
        n,
        mutation: Mutation::CreateThread { thread },
    }
}

fn rename(n: u64, title: &str) -> ClientFrame {
    let (thread, title) = (thread(1), title.into());
    ClientFrame::Mutate {
        n,
        mutation: Mutation::RenameThread { thread, title },
    }
}

fn ack(n: u64, seq: u64) -> ServerFrame {
    let cursor = Cursor { epoch: EPOCH, seq };
    let effects = vec![Head {
        topic: list(),
        cursor,
    }];
    ServerFrame::Ack { n, effects }
}

/// A socket that has been welcomed, and the bench it is on.
fn one(limits: Limits) -> (Bench, SessionId) {
    let mut bench = Bench::with_limits(limits);
    let id = bench.join(1, &[list()]);
    bench.frames(id);
    (bench, id)
}

#[test]
fn r10_a_number_sent_again_is_acked_again_without_a_second_effect() {
    let (mut bench, id) = one(Limits::default());
    bench.say(id, create(1, 1));
    bench.say(id, rename(2, "Twice"));
    assert_eq!(bench.frames(id).len(), 4, "two acks, two deltas");
    bench.say(id, create(1, 1));
    bench.say(id, rename(2, "Not looked at"));
    assert_eq!(bench.frames(id), [ack(1, 1), ack(2, 2)]);
    bench.assert_in_step(id, 1, list());
}

#[test]
fn r10_numbers_go_on_where_they_were_on_another_socket() {
    let (mut bench, id) = one(Limits::default());
    bench.say(id, create(1, 1));
    let next = bench.join(1, &[]);
    assert!(matches!(
        bench.frames(next)[0],
        ServerFrame::Welcome { last_n: 1, .. }
    ));
    bench.say(next, create(1, 1));
    bench.say(next, create(2, 2));
    assert_eq!(bench.frames(next), [ack(1, 1), ack(2, 2)]);
}

#[test]
fn r10_a_number_beyond_the_next_is_a_gap_and_not_looked_at() {
    let (mut bench, id) = one(Limits::default());
    bench.say(id, create(2, 1));
    assert_eq!(bench.frames(id), [ServerFrame::Gap { expected: 1 }]);
    bench.say(id, create(1, 1));
    assert_eq!(bench.frames(id)[0], ack(1, 1));
}

#[test]
fn r37_a_device_that_was_forgotten_is_as_one_never_seen() {
    let (mut bench, id) = one(Limits::default());
    bench.say(id, create(1, 1));
    bench.frames(id);
    bench.now += KEPT_OUTCOMES_FOR;
    bench.commit(&Command::Forget { after: None });
    bench.say(id, create(2, 2));
    assert_eq!(bench.frames(id), [ServerFrame::Gap { expected: 1 }]);
    let next = bench.join(1, &[]);
    assert!(matches!(
        bench.frames(next)[0],
        ServerFrame::Welcome { last_n: 0, .. }
    ));
    bench.say(next, create(1, 1));
    assert_eq!(bench.frames(next), [ack(1, 1)], "it is there");
    assert_eq!(bench.threads(1), [thread(1)]);
}

#[test]
fn r11_a_bad_mutation_is_rejected_and_blocks_nothing_behind_it() {
    let (mut bench, id) = one(Limits::default());
    bench.say(id, create(1, 1));
    bench.frames(id);
    bench.say(id, rename(2, " "));
    bench.say(id, rename(3, "Behind it"));
    bench.say(id, rename(2, "Not looked at"));
    let nack = ServerFrame::Nack {
        n: 2,
        code: ErrorCode::EmptyText,
    };
    let frames = bench.frames(id);
    assert_eq!((&frames[0], &frames[1]), (&nack, &ack(3, 2)));
    assert_eq!(frames[3..], [nack]);
}

#[test]
fn r12_an_ack_waits_for_the_commit() {
    let (mut bench, id) = one(Limits::default());
    bench.hold_commits = true;
    bench.say(id, create(1, 1));
    assert_eq!(bench.frames(id), []);
    bench.release();
    assert_eq!(bench.frames(id)[0], ack(1, 1));
}

#[test]
fn r10_a_mutation_over_the_in_flight_limit_is_busy_and_decides_nothing() {
    let (mut bench, id) = one(Limits {
        in_flight: 2,
        ..Limits::default()
    });
    bench.hold_commits = true;
    for n in 1..=3 {
        bench.say(id, create(n, n as u8));
    }
    assert_eq!(bench.frames(id), [ServerFrame::Busy { n: 3, wait_ms: 100 }]);
    bench.release();
    bench.frames(id);
    bench.say(id, create(3, 3));
    assert_eq!(bench.frames(id)[0], ack(3, 3));
}

#[test]
fn r32_pages_do_not_use_up_the_mutations_in_flight() {
    let (mut bench, id) = one(Limits {
        in_flight: 1,
        ..Limits::default()
    });
    bench.say(id, create(1, 1));
    bench.hold_answers = true;
    bench.say(
        id,
        ClientFrame::Page {
            thread: thread(1),
            path: Path::Newest,
            from: 1,
            limit: 9,
        },
    );
    bench.frames(id);
    bench.say(id, create(2, 2));
    assert_eq!(bench.frames(id)[0], ack(2, 2));
}

#[test]
fn r32_over_the_rate_a_mutation_is_told_how_long_to_wait_and_anything_else_closes() {
    let (mut bench, id) = one(Limits {
        frames_per_second: 2,
        ..Limits::default()
    });
    // Ten seconds' worth at once, of which hello was one.
    for _ in 1..20 {
        bench.say(id, ClientFrame::Pong);
    }
    bench.say(id, create(1, 1));
    assert_eq!(bench.frames(id), [ServerFrame::Busy { n: 1, wait_ms: 500 }]);
    bench.wait(500);
    bench.say(id, create(1, 1));
    assert_eq!(bench.frames(id)[0], ack(1, 1));
    bench.say(id, ClientFrame::Pong);
    assert_eq!(bench.closed(id), Some(Some(ErrorCode::TooFast)));
}
