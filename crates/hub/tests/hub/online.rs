//! SPEC R56 to R59: who is online, how people are called from now on, and the end of an account.

use weft_hub::{Command, Input, SessionId};
use weft_protocol::{
    ClientFrame, ErrorCode, Mutation, Online, Presence, ServerFrame, ThreadId, Topic, UserId,
    presence::{GRACE, TELL_EVERY},
};

use super::bench::{Bench, thread, user};

/// A first change after a quiet while is told within this.
const SOON: u64 = 100;

/// Each of these people has a socket; the first one's thread 1 is shared with all, their thread 2 with nobody.
fn shared(people: u8) -> (Bench, Vec<SessionId>) {
    let mut bench = Bench::new();
    bench.create(1, 1);
    bench.create(1, 2);
    for person in 2..=people {
        bench.share(1, 1, user(person));
    }
    let sockets: Vec<_> = (1..=people).map(|person| bench.join(person, &[])).collect();
    for &id in &sockets {
        bench.frames(id);
    }
    (bench, sockets)
}

fn say(bench: &mut Bench, id: SessionId, online: bool) {
    bench.say(id, ClientFrame::Online(online));
}

fn told(bench: &mut Bench, id: SessionId) -> Vec<Online> {
    let frames = bench.frames(id).into_iter();
    let online = frames.filter_map(|frame| match frame {
        ServerFrame::Online(online) => Some(online),
        _ => None,
    });
    online.collect()
}

fn all(threads: &[ThreadId]) -> Online {
    Online {
        all: true,
        threads: threads.to_vec(),
        gone: Vec::new(),
    }
}

fn come(threads: &[ThreadId]) -> Online {
    Online {
        threads: threads.to_vec(),
        ..Online::default()
    }
}

fn gone(threads: &[ThreadId]) -> Online {
    Online {
        gone: threads.to_vec(),
        ..Online::default()
    }
}

#[test]
fn r58_the_first_other_one_who_comes_and_the_last_who_goes_are_told() {
    let (mut bench, ids) = shared(3);
    say(&mut bench, ids[0], true);
    bench.wait(SOON);
    assert_eq!(told(&mut bench, ids[0]), [all(&[])]);
    bench.wait(TELL_EVERY);
    say(&mut bench, ids[1], true);
    bench.wait(TELL_EVERY);
    assert_eq!(told(&mut bench, ids[0]), [come(&[thread(1)])]);
    assert_eq!(told(&mut bench, ids[1]), [all(&[thread(1)])]);
    say(&mut bench, ids[2], true);
    bench.wait(TELL_EVERY);
    assert_eq!(told(&mut bench, ids[0]), [], "somebody else was there");
    assert_eq!(told(&mut bench, ids[2]), [all(&[thread(1)])]);
    say(&mut bench, ids[1], false);
    bench.wait(GRACE + TELL_EVERY);
    assert_eq!(told(&mut bench, ids[0]), [], "somebody else is there still");
    assert_eq!(
        told(&mut bench, ids[1]),
        [],
        "who does not look is told nothing"
    );
    bench.tell(Input::Closed(ids[2]));
    bench.wait(GRACE + TELL_EVERY);
    assert_eq!(told(&mut bench, ids[0]), [gone(&[thread(1)])]);
}

#[test]
fn r58_who_is_back_within_a_moment_was_not_away() {
    let (mut bench, ids) = shared(2);
    say(&mut bench, ids[0], true);
    say(&mut bench, ids[1], true);
    bench.wait(TELL_EVERY);
    told(&mut bench, ids[0]);
    bench.tell(Input::Closed(ids[1]));
    bench.wait(GRACE / 2);
    let back = bench.join(2, &[]);
    say(&mut bench, back, true);
    bench.wait(10 * TELL_EVERY);
    assert_eq!(told(&mut bench, ids[0]), []);
    assert_eq!(told(&mut bench, back), [all(&[thread(1)])]);
}

#[test]
fn r58_several_devices_are_one_person_who_is_not_somebody_else() {
    let (mut bench, ids) = shared(2);
    let other = bench.join(1, &[]);
    say(&mut bench, ids[0], true);
    say(&mut bench, other, true);
    bench.wait(TELL_EVERY);
    for id in [ids[0], other] {
        assert_eq!(told(&mut bench, id), [all(&[])]);
    }
    say(&mut bench, ids[1], true);
    bench.wait(TELL_EVERY);
    for id in [ids[0], other] {
        assert_eq!(told(&mut bench, id), [come(&[thread(1)])]);
    }
    bench.tell(Input::Closed(ids[0]));
    bench.wait(GRACE + TELL_EVERY);
    assert_eq!(told(&mut bench, ids[1]), [all(&[thread(1)])]);
}

#[test]
fn r58_what_is_shared_while_they_are_there_is_told_and_what_is_no_more_as_well() {
    let (mut bench, ids) = shared(2);
    say(&mut bench, ids[0], true);
    say(&mut bench, ids[1], true);
    bench.wait(TELL_EVERY);
    told(&mut bench, ids[0]);
    bench.commit(&Command::Admit {
        by: Some(user(1)),
        user: user(2),
        thread: thread(2),
        role: weft_protocol::Role::Viewer,
    });
    bench.wait(TELL_EVERY);
    assert_eq!(told(&mut bench, ids[0]), [come(&[thread(2)])]);
    bench.mutate(
        1,
        Mutation::RemoveMember {
            thread: thread(1),
            user: user(2),
        },
    );
    bench.wait(TELL_EVERY);
    assert_eq!(told(&mut bench, ids[0]), [gone(&[thread(1)])]);
    let last = told(&mut bench, ids[1]).pop();
    assert_eq!(last, Some(gone(&[thread(1)])));
}

#[test]
fn r58_what_changes_while_the_store_is_asked_is_not_lost() {
    let (mut bench, ids) = shared(2);
    say(&mut bench, ids[1], true);
    bench.hold_answers = true;
    say(&mut bench, ids[0], true);
    bench.mutate(
        1,
        Mutation::RemoveMember {
            thread: thread(1),
            user: user(2),
        },
    );
    bench.release();
    bench.wait(TELL_EVERY);
    assert_eq!(told(&mut bench, ids[0]), [all(&[])]);
}

#[test]
fn r59_who_hides_is_told_of_nobody_and_nobody_of_them() {
    let (mut bench, ids) = shared(2);
    bench.store.set_hides(user(2), true);
    let hidden = bench.join(2, &[Topic::Thread(thread(1))]);
    say(&mut bench, ids[0], true);
    say(&mut bench, hidden, true);
    let here = |thread| ClientFrame::Presence {
        thread,
        state: Presence::Typing,
    };
    bench.say(hidden, here(thread(1)));
    let watching = bench.join(1, &[Topic::Thread(thread(1))]);
    bench.say(watching, here(thread(1)));
    bench.wait(TELL_EVERY);
    assert_eq!(told(&mut bench, ids[0]), [all(&[])]);
    let seen = bench.frames(watching).into_iter().any(|frame| {
        matches!(frame, ServerFrame::Presence(present) if present.people.iter().any(|it| it.user.id == user(2)))
    });
    assert!(!seen, "what they have on screen is not told");
    let frames = bench.frames(hidden);
    let is_told =
        |frame: &ServerFrame| matches!(frame, ServerFrame::Presence(_) | ServerFrame::Online(_));
    assert!(!frames.iter().any(is_told), "{frames:?}");
    assert!(bench.hub.shows(user(2), thread(1)), "no push is wanted");
    assert!(!bench.seen.contains(&user(2)));
    // The server forgets that they were there, too.
    bench.tell(Input::Closed(hidden));
    bench.wait(60_000);
    assert!(!bench.hub.shows(user(2), thread(1)));
}

#[test]
fn r59_hiding_begins_and_ends_at_once() {
    let (mut bench, ids) = shared(2);
    say(&mut bench, ids[0], true);
    say(&mut bench, ids[1], true);
    bench.wait(TELL_EVERY);
    for id in &ids {
        told(&mut bench, *id);
    }
    bench.store.set_hides(user(2), true);
    bench.tell(Input::Hides(user(2), true));
    bench.wait(TELL_EVERY);
    assert_eq!(told(&mut bench, ids[0]), [gone(&[thread(1)])]);
    assert_eq!(told(&mut bench, ids[1]), [all(&[])]);
    assert!(!bench.hub.is_online(user(2)));
    bench.store.set_hides(user(2), false);
    bench.tell(Input::Hides(user(2), false));
    bench.wait(TELL_EVERY);
    assert_eq!(told(&mut bench, ids[0]), [come(&[thread(1)])]);
    assert_eq!(told(&mut bench, ids[1]), [all(&[thread(1)])]);
}

#[test]
fn who_is_there_is_said_when_they_come_while_they_stay_and_when_they_go() {
    let (mut bench, ids) = shared(2);
    say(&mut bench, ids[0], true);
    let count = |bench: &Bench| {
        let me: UserId = user(1);
        bench.seen.iter().filter(|it| **it == me).count()
    };
    assert_eq!(count(&bench), 1);
    bench.wait(60_000);
    let stayed = count(&bench);
    assert!((2..=4).contains(&stayed), "{stayed} times in a minute");
    say(&mut bench, ids[0], false);
    bench.wait(GRACE);
    assert_eq!(count(&bench), stayed + 1);
    bench.wait(60_000);
    assert_eq!(count(&bench), stayed + 1);
}

#[test]
fn r56_a_name_changes_in_the_lists_the_threads_and_on_the_screens() {
    let (mut bench, _) = shared(2);
    for person in [1, 2] {
        bench
            .store
            .set_name(user(person), &format!("user {person}"));
    }
    let ids = [1, 2].map(|person| {
        let topics = [Topic::User(user(person)), Topic::Thread(thread(1))];
        let id = bench.join(person, &topics);
        let (thread, state) = (thread(1), Presence::Here);
        bench.say(id, ClientFrame::Presence { thread, state });
        id
    });
    bench.wait(TELL_EVERY);
    bench.frames(ids[0]);
    bench.commit(&Command::SetProfile {
        user: user(2),
        display: Some("Grace Hopper".into()),
        colour: Some(4),
    });
    bench.wait(TELL_EVERY);
    let frames = bench.frames(ids[0]);
    let named = |it: &weft_protocol::User| it.called() == "Grace Hopper" && it.colour() == 4;
    let in_thread = frames.iter().any(|frame| {
        matches!(frame, ServerFrame::Delta { ops, .. } if ops.iter().any(|op| {
            matches!(op, weft_protocol::Op::Member(row) if named(&row.user) && row.role.is_some())
        }))
    });
    let on_screen = frames.iter().any(|frame| {
        matches!(frame, ServerFrame::Presence(it) if it.people.iter().any(|it| named(&it.user)))
    });
    assert!(in_thread && on_screen, "{frames:?}");
    let own = bench.frames(ids[1]);
    let told = own.iter().any(|frame| {
        matches!(frame, ServerFrame::Delta { ops, .. } if ops.iter().any(|op| {
            matches!(op, weft_protocol::Op::User(user) if named(user))
        }))
    });
    assert!(told, "{own:?}");
}

#[test]
fn r57_the_sockets_of_an_account_that_ends_are_closed_and_those_of_others_are_not() {
    let (mut bench, ids) = shared(2);
    say(&mut bench, ids[1], true);
    bench.commit(&Command::Depart { user: user(2) });
    assert_eq!(bench.closed(ids[1]), Some(Some(ErrorCode::Unauthenticated)));
    assert_eq!(bench.closed(ids[0]), None);
    assert!(!bench.hub.is_online(user(2)));
}
