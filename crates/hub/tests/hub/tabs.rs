//! SPEC R33 to R35: of the tabs of a device one speaks for it, and which.

use weft_hub::{Input, SessionId};
use weft_protocol::{ClientFrame, ErrorCode, Limits, Mutation, ServerFrame, Topic, Versions};

use super::bench::{Bench, afresh, hello_of, installation, thread, user};

const OVER: Option<Option<ErrorCode>> = Some(Some(ErrorCode::Superseded));

/// A person's socket that said hello for a device, as its leader of this term.
fn lead(bench: &mut Bench, person: u8, device: u8, term: u64) -> SessionId {
    let id = bench.open(Some(person));
    let list = afresh(Topic::User(user(person)));
    bench.say(id, hello_of(device, term, vec![list]));
    id
}

fn create(n: u64, number: u8) -> ClientFrame {
    let thread = thread(number);
    ClientFrame::Mutate {
        n,
        mutation: Mutation::CreateThread { thread },
    }
}

fn is_welcomed(bench: &mut Bench, id: SessionId) -> bool {
    matches!(bench.frames(id).first(), Some(ServerFrame::Welcome { .. }))
}

fn acked(bench: &mut Bench, id: SessionId) -> Vec<u64> {
    let frames = bench.frames(id).into_iter();
    let acks = frames.filter_map(|frame| match frame {
        ServerFrame::Ack { n, .. } => Some(n),
        _ => None,
    });
    acks.collect()
}

#[test]
fn r33_of_two_leaders_the_newer_commits_and_the_older_is_told_and_does_not() {
    let mut bench = Bench::new();
    let older = lead(&mut bench, 1, 1, 3);
    bench.say(older, create(1, 1));
    assert_eq!(acked(&mut bench, older), [1]);
    let newer = lead(&mut bench, 1, 1, 4);
    let told = ServerFrame::Error {
        code: ErrorCode::Superseded,
        topic: None,
    };
    assert_eq!(bench.frames(older), [told]);
    assert_eq!(bench.closed(older), OVER);
    assert!(is_welcomed(&mut bench, newer));
    bench.say(older, create(2, 2));
    bench.say(newer, create(2, 3));
    assert_eq!(acked(&mut bench, newer), [2]);
    assert_eq!(bench.frames(older), []);
    let ids = bench.threads(1);
    assert_eq!(ids, [thread(1), thread(3)]);
}

#[test]
fn r33_a_lower_term_is_refused_while_a_higher_one_lives_and_no_longer() {
    let mut bench = Bench::new();
    let newer = lead(&mut bench, 1, 1, 4);
    for term in [3, 0] {
        let late = lead(&mut bench, 1, 1, term);
        assert_eq!(bench.closed(late), OVER);
        assert!(!is_welcomed(&mut bench, late));
    }
    assert_eq!(bench.closed(newer), None);
    bench.tell(Input::Closed(newer));
    let alone = lead(&mut bench, 1, 1, 3);
    assert_eq!(bench.closed(alone), None);
    assert!(is_welcomed(&mut bench, alone));
}

#[test]
fn r33_the_same_tab_on_a_new_socket_ends_its_old_one() {
    let mut bench = Bench::with_limits(Limits {
        sockets: 1,
        ..Limits::default()
    });
    let mut last = lead(&mut bench, 1, 1, 2);
    for _ in 0..3 {
        let next = lead(&mut bench, 1, 1, 2);
        assert_eq!(bench.closed(last), OVER);
        assert!(is_welcomed(&mut bench, next), "the old one holds no place");
        last = next;
    }
}

#[test]
fn r33_of_two_sockets_of_one_tab_the_later_wins_however_long_who_it_is_takes() {
    let mut bench = Bench::new();
    let hello = |token: &str| ClientFrame::Hello {
        versions: Versions::SUPPORTED,
        installation: installation(1),
        term: 2,
        token: Some(token.into()),
        topics: Vec::new(),
    };
    let [slow, fast] = [(); 2].map(|()| bench.open(None));
    bench.hold_answers = true;
    bench.say(slow, hello("1"));
    bench.say(fast, hello("1"));
    bench.answers.swap(0, 1);
    bench.release();
    assert_eq!(bench.closed(slow), OVER);
    assert!(is_welcomed(&mut bench, fast));
}

#[test]
fn r33_a_leader_that_is_still_being_welcomed_is_ended_too() {
    let mut bench = Bench::new();
    bench.hold_answers = true;
    let older = lead(&mut bench, 1, 1, 1);
    let newer = lead(&mut bench, 1, 1, 2);
    bench.release();
    assert_eq!(bench.closed(older), OVER);
    assert!(!is_welcomed(&mut bench, older));
    assert!(is_welcomed(&mut bench, newer));
}

#[test]
fn r33_another_installation_and_another_person_are_not_touched() {
    let mut bench = Bench::new();
    let phone = lead(&mut bench, 1, 2, 1);
    let other = lead(&mut bench, 2, 1, 1);
    let [older, newer] = [1, 9].map(|term| lead(&mut bench, 1, 1, term));
    assert_eq!(bench.closed(older), OVER);
    for id in [phone, other, newer] {
        assert_eq!(bench.closed(id), None);
        assert!(is_welcomed(&mut bench, id));
        bench.say(id, ClientFrame::Ping);
        assert!(bench.frames(id).contains(&ServerFrame::Pong));
    }
}

#[test]
fn r33_who_somebody_is_comes_before_whom_they_end() {
    let mut bench = Bench::new();
    let leader = lead(&mut bench, 1, 1, 1);
    let nobody = bench.open(None);
    bench.say(nobody, hello_of(1, 9, Vec::new()));
    assert_eq!(bench.closed(nobody), Some(Some(ErrorCode::Unauthenticated)));
    // The token says who it is, not the cookie.
    let other = bench.open(Some(1));
    let hello = ClientFrame::Hello {
        versions: Versions::SUPPORTED,
        installation: installation(1),
        term: 9,
        token: Some("2".into()),
        topics: Vec::new(),
    };
    bench.say(other, hello);
    assert!(is_welcomed(&mut bench, other));
    assert_eq!(bench.closed(leader), None);
}

#[test]
fn r34_clients_without_tabs_end_nobody_and_are_ended_by_a_leader() {
    let mut bench = Bench::new();
    let [half_dead, again] = [0, 0].map(|term| lead(&mut bench, 1, 1, term));
    for id in [half_dead, again] {
        assert!(is_welcomed(&mut bench, id));
        assert_eq!(bench.closed(id), None);
    }
    bench.say(again, create(1, 1));
    // What comes late on the old socket is decided already.
    bench.say(half_dead, create(1, 1));
    assert_eq!(
        (acked(&mut bench, again), acked(&mut bench, half_dead)),
        (vec![1], vec![1])
    );
    assert_eq!(bench.threads(1), [thread(1)]);
    let leader = lead(&mut bench, 1, 1, 1);
    for id in [half_dead, again] {
        assert_eq!(bench.closed(id), OVER);
    }
    assert!(is_welcomed(&mut bench, leader));
}

#[test]
fn r35_what_the_store_was_given_is_committed_and_what_it_was_not_is_dropped() {
    let mut bench = Bench::new();
    let older = lead(&mut bench, 1, 1, 1);
    bench.hold_commits = true;
    bench.say(older, create(1, 1));
    let newer = lead(&mut bench, 1, 1, 2);
    bench.say(older, create(2, 2));
    bench.release();
    assert_eq!(acked(&mut bench, older), [] as [u64; 0]);
    // The newer one holds the same outbox, and sends it again under the same numbers.
    bench.say(newer, create(1, 1));
    bench.say(newer, create(2, 3));
    assert_eq!(acked(&mut bench, newer), [1, 2]);
    assert_eq!(bench.threads(1), [thread(1), thread(3)]);
    bench.assert_in_step(newer, 1, Topic::User(user(1)));
}

#[test]
fn r35_no_term_is_kept_once_its_session_is_gone() {
    let mut bench = Bench::new();
    let before = bench.held_bytes();
    for term in 1..20 {
        lead(&mut bench, 1, 1, term);
    }
    let last = lead(&mut bench, 1, 1, 20);
    bench.tell(Input::Closed(last));
    assert!(bench.held_bytes() < before + 20, "{:?}", bench.hub);
}
