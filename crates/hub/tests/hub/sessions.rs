//! SPEC R5, R6, R26 and R29: how a socket begins, lives and ends.

use weft_hub::Input;
use weft_protocol::{
    ClientFrame, ErrorCode, Limits, Model, ServerFrame, Topic, Versions,
    limits::{HELLO_WITHIN, PING_EVERY},
};

use super::bench::{Bench, afresh, hello, installation, user};

fn hello_with(token: &str, versions: Versions) -> ClientFrame {
    ClientFrame::Hello {
        versions,
        installation: installation(1),
        term: 0,
        token: Some(token.into()),
        topics: Vec::new(),
    }
}

#[test]
fn r5_welcome_says_who_it_is_what_was_decided_and_what_to_keep_to() {
    let mut bench = Bench::new();
    let id = bench.open(None);
    bench.say(id, hello_with("1", Versions::SUPPORTED));
    let frames = bench.frames(id);
    let ServerFrame::Welcome {
        version,
        user: whose,
        last_n,
        now,
        limits,
        ..
    } = &frames[0]
    else {
        panic!("{frames:?}");
    };
    assert_eq!(
        (*version, whose.id, *last_n),
        (Versions::SUPPORTED.max, user(1), 0)
    );
    assert_eq!((*now, *limits), (bench.now, Limits::default()));
    assert_eq!(frames[1], ServerFrame::Models { models: Vec::new() });
}

#[test]
fn r5_no_common_version_is_unsupported() {
    let mut bench = Bench::new();
    let id = bench.open(Some(1));
    let min = Versions::SUPPORTED.max + 1;
    bench.say(id, hello_with("1", Versions { min, max: min }));
    assert_eq!(bench.closed(id), Some(Some(ErrorCode::Unsupported)));
}

#[test]
fn r5_a_socket_that_says_no_hello_in_time_is_closed() {
    let mut bench = Bench::new();
    let id = bench.open(Some(1));
    bench.wait(HELLO_WITHIN - 1);
    assert_eq!(bench.closed(id), None);
    bench.wait(1);
    assert_eq!(bench.closed(id), Some(Some(ErrorCode::BadFrame)));
    assert_eq!(bench.hub.session_count(), 0);
    assert_eq!(bench.hub.next_deadline(), None);
}

#[test]
fn r4_what_is_garbled_too_large_or_out_of_turn_is_closed_as_a_bad_frame() {
    let out_of_turn = [
        ClientFrame::Ping.encode(),
        "{".into(),
        r#"{"dance":{}}"#.into(),
    ];
    for text in out_of_turn {
        let mut bench = Bench::new();
        let id = bench.open(Some(1));
        bench.tell(Input::Received(id, text));
        assert_eq!(bench.closed(id), Some(Some(ErrorCode::BadFrame)));
    }
    let mut bench = Bench::with_limits(Limits {
        frame_bytes: 200,
        ..Limits::default()
    });
    let [twice, large] = [(); 2].map(|()| bench.join(1, &[]));
    bench.say(twice, hello(Vec::new()));
    let topic = Topic::User(user(1));
    let mut wish = afresh(topic);
    let message = bench.message_id();
    wish.streams = vec![weft_protocol::frame::Held { message, offset: 0 }; 10];
    bench.say(large, ClientFrame::Subscribe(wish));
    for id in [twice, large] {
        assert_eq!(bench.closed(id), Some(Some(ErrorCode::BadFrame)));
    }
}

#[test]
fn r6_a_token_that_is_nobodys_and_no_cookie_are_unauthenticated() {
    let mut bench = Bench::new();
    let [wrong, none] = [(); 2].map(|()| bench.open(None));
    bench.say(wrong, hello_with("nobody", Versions::SUPPORTED));
    bench.say(none, hello(vec![afresh(Topic::User(user(1)))]));
    for id in [wrong, none] {
        assert_eq!(bench.closed(id), Some(Some(ErrorCode::Unauthenticated)));
        let code = ErrorCode::Unauthenticated;
        assert_eq!(bench.frames(id), [ServerFrame::Error { code, topic: None }]);
    }
}

#[test]
fn r6_a_token_goes_before_the_cookie() {
    let mut bench = Bench::new();
    let id = bench.open(Some(2));
    bench.say(id, hello_with("1", Versions::SUPPORTED));
    let frames = bench.frames(id);
    assert!(matches!(&frames[0], ServerFrame::Welcome { user: whose, .. } if whose.id == user(1)));
}

#[test]
fn r32_one_socket_more_than_the_account_may_have_is_refused_until_another_closes() {
    let mut bench = Bench::with_limits(Limits {
        sockets: 2,
        ..Limits::default()
    });
    let [first, _, refused] = [(); 3].map(|()| bench.join(1, &[]));
    assert_eq!(bench.closed(refused), Some(Some(ErrorCode::TooManySockets)));
    let other = bench.join(2, &[]);
    assert_eq!(bench.closed(other), None, "each account has its own");
    bench.tell(Input::Closed(first));
    let next = bench.join(1, &[]);
    assert_eq!(bench.closed(next), None);
}

#[test]
fn r32_one_topic_more_than_announced_is_refused() {
    let mut bench = Bench::with_limits(Limits {
        topics: 1,
        ..Limits::default()
    });
    let topic = bench.create(1, 1);
    let id = bench.join(1, &[Topic::User(user(1))]);
    bench.say(id, ClientFrame::Subscribe(afresh(Topic::User(user(1)))));
    assert_eq!(bench.closed(id), None, "the same one again is no other");
    bench.say(id, ClientFrame::Subscribe(afresh(topic)));
    assert_eq!(bench.closed(id), Some(Some(ErrorCode::TooFast)));
}

#[test]
fn r26_a_client_that_answers_pings_lives_and_one_that_does_not_is_closed() {
    let mut bench = Bench::new();
    let [alive, deaf] = [(); 2].map(|()| bench.join(1, &[]));
    bench.socket(deaf).mute = true;
    let opened = bench.now;
    bench.wait(59_999);
    assert_eq!(bench.closed(deaf), None);
    bench.wait(1);
    assert_eq!(bench.closed(deaf), Some(Some(ErrorCode::TooSlow)));
    bench.wait(10 * PING_EVERY);
    assert_eq!(bench.closed(alive), None);
    let pings = bench.frames(alive).into_iter();
    let pings = pings
        .filter(|frame| matches!(frame, ServerFrame::Ping { .. }))
        .count();
    assert_eq!(pings as u64, (bench.now - opened) / PING_EVERY);
}

#[test]
fn r26_a_probe_is_answered() {
    let mut bench = Bench::new();
    let id = bench.join(1, &[]);
    bench.frames(id);
    bench.say(id, ClientFrame::Ping);
    assert_eq!(bench.frames(id), [ServerFrame::Pong]);
}

#[test]
fn r29_a_drain_is_told_once_to_everyone_and_nothing_is_accepted_after_it() {
    let mut bench = Bench::new();
    bench.create(1, 1);
    let [live, stalled] = [(); 2].map(|()| bench.join(1, &[Topic::User(user(1))]));
    let silent = bench.open(Some(1));
    bench.stall(stalled);
    for id in [live, stalled] {
        bench.frames(id);
    }
    bench.tell(Input::Drain { spread_ms: 3_000 });
    let late = bench.open(Some(1));
    bench.unstall(stalled);

    bench.rename(1, 1, "A new title");
    for id in [live, stalled, silent, late] {
        bench.say(id, ClientFrame::Ping);
        let drain = ServerFrame::Drain {
            in_ms: 500,
            spread_ms: 3_000,
        };
        assert_eq!(bench.frames(id), [drain]);
        assert_eq!(bench.closed(id), Some(Some(ErrorCode::Draining)));
    }
    assert_eq!(bench.hub.session_count(), 0);
}

#[test]
fn nothing_is_kept_of_those_who_have_left() {
    let mut bench = Bench::new();
    let topic = bench.create(1, 1);
    let before = bench.held_bytes();
    let reply = bench.ask(1, 1);
    let all = [(); 3].map(|()| bench.join(1, &[Topic::User(user(1)), topic]));
    bench.append(reply, 0, &"0123456789".repeat(100));
    bench.hold_answers = true;
    bench.say(all[0], ClientFrame::Subscribe(afresh(topic)));
    for id in all {
        bench.tell(Input::Closed(id));
    }
    bench.release();
    bench.settle(reply);
    assert!(bench.held_bytes() < before + 20, "{:?}", bench.hub);
}

#[test]
fn the_models_are_told_to_all_when_they_change() {
    let mut bench = Bench::new();
    let id = bench.join(1, &[]);
    bench.frames(id);
    let models = vec![Model {
        id: "demo".into(),
        name: "Demo".into(),
        about: None,
    }];
    bench.tell(Input::Models(models.clone()));
    bench.tell(Input::Models(models.clone()));
    assert_eq!(bench.frames(id), [ServerFrame::Models { models }]);
}

#[test]
fn a_store_that_fails_closes_the_socket_that_asked_and_no_other() {
    let mut bench = Bench::new();
    bench.create(1, 1);
    let [asking, other] = [(); 2].map(|()| bench.join(1, &[]));
    bench.hold_answers = true;
    bench.say(asking, ClientFrame::Subscribe(afresh(Topic::User(user(1)))));
    let Some(Input::Answered(ticket, _)) = bench.answers.pop_front() else {
        panic!("the store was asked");
    };
    bench.tell(Input::StoreFailed(ticket));
    assert_eq!(bench.closed(asking), Some(Some(ErrorCode::Internal)));
    assert_eq!(bench.closed(other), None);
}
