//! SPEC R44 to R47: who has a thread on screen and who types, told to those who do.

use std::collections::BTreeMap;

use proptest::prelude::*;
use weft_hub::{Input, SessionId};
use weft_protocol::{
    ClientFrame, Mutation, Person, Presence, Present, ServerFrame, Topic, User, UserId,
    presence::{BEAT, GRACE, LEASE, MOST_NAMED, TELL_EVERY, TYPING_EVERY, TYPING_LEASE},
};

use super::bench::{Bench, afresh, hello, thread, user};

use Presence::{Gone, Here, Typing};

/// A first change after a quiet while is told within this.
const SOON: u64 = 100;

fn topic() -> Topic {
    Topic::Thread(thread(1))
}

/// As many people as this have a socket each that follows one thread, and nobody has it on screen.
fn shared(people: u8) -> (Bench, Vec<SessionId>) {
    let mut bench = Bench::new();
    bench.create(1, 1);
    for person in 2..=people {
        bench.share(1, 1, user(person));
    }
    let sockets: Vec<_> = (1..=people)
        .map(|person| bench.join(person, &[topic()]))
        .collect();
    for &id in &sockets {
        bench.frames(id);
    }
    (bench, sockets)
}

fn say(bench: &mut Bench, id: SessionId, state: Presence) {
    let thread = thread(1);
    bench.say(id, ClientFrame::Presence { thread, state });
}

/// What a socket was told of who is there.
fn told(bench: &mut Bench, id: SessionId) -> Vec<Present> {
    let frames = bench.frames(id).into_iter();
    let present = frames.filter_map(|frame| match frame {
        ServerFrame::Presence(present) => Some(present),
        _ => None,
    });
    present.collect()
}

/// Who is here by what was told, and who of them types.
#[derive(Clone, Debug, Default, PartialEq)]
struct Seen {
    people: BTreeMap<UserId, bool>,
    count: u64,
    typing: u64,
}

impl Seen {
    fn take(&mut self, told: Vec<Present>) {
        for present in told {
            if present.all {
                self.people.clear();
            }
            (self.count, self.typing) = (present.count, present.typing);
            for Person { user, typing_ms } in present.people {
                self.people.insert(user.id, typing_ms > 0);
            }
            for user in present.gone {
                self.people.remove(&user);
            }
        }
    }
}

fn people(list: &[(u8, bool)]) -> BTreeMap<UserId, bool> {
    list.iter().map(|&(id, types)| (user(id), types)).collect()
}

fn none() -> Present {
    Present {
        thread: thread(1),
        all: false,
        people: Vec::new(),
        gone: Vec::new(),
        count: 0,
        typing: 0,
    }
}

fn person(number: u8, typing_ms: u64) -> Person {
    let (id, name) = (user(number), format!("user {number}"));
    Person {
        user: User::new(id, name),
        typing_ms,
    }
}

#[test]
fn r46_who_has_the_thread_on_screen_is_told_all_at_first_and_then_what_changes() {
    let (mut bench, ids) = shared(3);
    say(&mut bench, ids[0], Here);
    bench.wait(SOON);
    let all = Present {
        all: true,
        people: vec![person(1, 0)],
        ..none()
    };
    assert_eq!(told(&mut bench, ids[0]), [all]);

    bench.wait(TELL_EVERY);
    say(&mut bench, ids[1], Typing);
    bench.wait(SOON);
    let comes = Present {
        people: vec![person(2, TYPING_LEASE - SOON)],
        ..none()
    };
    let all = Present {
        all: true,
        people: vec![person(1, 0), person(2, TYPING_LEASE - SOON)],
        ..none()
    };
    assert_eq!(told(&mut bench, ids[0]), [comes]);
    assert_eq!(told(&mut bench, ids[1]), [all]);

    bench.wait(TELL_EVERY);
    say(&mut bench, ids[1], Gone);
    bench.wait(SOON);
    let goes = Present {
        gone: vec![user(2)],
        ..none()
    };
    assert_eq!(told(&mut bench, ids[0]), [goes]);
    assert_eq!(
        told(&mut bench, ids[1]),
        [],
        "it does not have it on screen"
    );
    assert_eq!(told(&mut bench, ids[2]), [], "nor did this one ever");
}

#[test]
fn r45_a_lease_that_is_not_renewed_ends_with_no_frame_and_one_that_is_renewed_does_not() {
    let (mut bench, ids) = shared(2);
    say(&mut bench, ids[0], Here);
    say(&mut bench, ids[1], Here);
    let mut seen = Seen::default();
    for _ in 0..4 {
        bench.wait(BEAT);
        say(&mut bench, ids[0], Here);
        seen.take(told(&mut bench, ids[0]));
        if bench.now < 1_000_000 + LEASE {
            assert_eq!(seen.people, people(&[(1, false), (2, false)]));
        }
    }
    assert_eq!(seen.people, people(&[(1, false)]));
}

#[test]
fn r45_a_beat_alone_is_no_news() {
    let (mut bench, ids) = shared(2);
    say(&mut bench, ids[0], Here);
    say(&mut bench, ids[1], Here);
    bench.wait(SOON);
    told(&mut bench, ids[0]);
    for _ in 0..10 {
        bench.wait(BEAT);
        say(&mut bench, ids[0], Here);
        say(&mut bench, ids[1], Here);
    }
    assert_eq!(told(&mut bench, ids[0]), []);
}

#[test]
fn r47_typing_is_told_with_the_time_that_is_left_and_its_end_is_not_told() {
    let (mut bench, ids) = shared(2);
    say(&mut bench, ids[0], Here);
    say(&mut bench, ids[1], Typing);
    bench.wait(SOON);
    told(&mut bench, ids[0]);
    bench.wait(TYPING_LEASE);
    assert_eq!(told(&mut bench, ids[0]), []);
    // Whoever comes after its end is told of nobody who types.
    say(&mut bench, ids[0], Gone);
    say(&mut bench, ids[0], Here);
    bench.wait(SOON);
    let mut seen = Seen::default();
    seen.take(told(&mut bench, ids[0]));
    assert_eq!(seen.people, people(&[(1, false), (2, false)]));
}

#[test]
fn r45_typing_goes_on_while_it_is_said_and_ends_when_here_is_said() {
    let (mut bench, ids) = shared(2);
    say(&mut bench, ids[0], Here);
    for _ in 0..5 {
        say(&mut bench, ids[1], Typing);
        bench.wait(TYPING_EVERY);
        let news = told(&mut bench, ids[0]);
        let last = news.last().and_then(|present| present.people.last());
        assert!(last.is_some_and(|it| it.typing_ms > TYPING_LEASE - TELL_EVERY));
    }
    say(&mut bench, ids[1], Here);
    bench.wait(SOON);
    let ends = Present {
        people: vec![person(2, 0)],
        ..none()
    };
    assert_eq!(told(&mut bench, ids[0]), [ends]);
}

#[test]
fn r46_of_a_person_only_the_latest_is_told() {
    let (mut bench, ids) = shared(3);
    say(&mut bench, ids[0], Here);
    bench.wait(SOON + TELL_EVERY);
    told(&mut bench, ids[0]);
    for state in [Here, Typing, Here, Typing, Here] {
        say(&mut bench, ids[1], state);
        say(&mut bench, ids[2], state);
    }
    say(&mut bench, ids[2], Gone);
    bench.wait(TELL_EVERY);
    let latest = Present {
        people: vec![person(2, 0)],
        gone: vec![user(3)],
        ..none()
    };
    assert_eq!(told(&mut bench, ids[0]), [latest]);
}

#[test]
fn r46_devices_of_one_person_are_one_person() {
    let (mut bench, ids) = shared(2);
    let second = bench.join(2, &[topic()]);
    for (id, state) in [(ids[0], Here), (ids[1], Typing), (second, Here)] {
        say(&mut bench, id, state);
    }
    let mut seen = Seen::default();
    bench.wait(TELL_EVERY + SOON);
    seen.take(told(&mut bench, ids[0]));
    assert_eq!(seen.people, people(&[(1, false), (2, true)]));
    say(&mut bench, ids[1], Gone);
    bench.wait(TELL_EVERY);
    seen.take(told(&mut bench, ids[0]));
    assert_eq!(seen.people, people(&[(1, false), (2, false)]));
    say(&mut bench, second, Gone);
    bench.wait(TELL_EVERY);
    seen.take(told(&mut bench, ids[0]));
    assert_eq!(seen.people, people(&[(1, false)]));
}

#[test]
fn r45_a_closed_socket_ends_typing_at_once_and_presence_after_a_moment() {
    let (mut bench, ids) = shared(2);
    say(&mut bench, ids[0], Here);
    say(&mut bench, ids[1], Typing);
    bench.wait(TELL_EVERY + SOON);
    let mut seen = Seen::default();
    seen.take(told(&mut bench, ids[0]));
    bench.tell(Input::Closed(ids[1]));
    bench.wait(SOON);
    seen.take(told(&mut bench, ids[0]));
    assert_eq!(seen.people, people(&[(1, false), (2, false)]));
    bench.wait(GRACE + TELL_EVERY);
    seen.take(told(&mut bench, ids[0]));
    assert_eq!(seen.people, people(&[(1, false)]));
}

#[test]
fn r45_who_is_back_on_another_socket_within_a_moment_was_never_gone() {
    let (mut bench, ids) = shared(2);
    say(&mut bench, ids[0], Here);
    say(&mut bench, ids[1], Here);
    bench.wait(TELL_EVERY + SOON);
    told(&mut bench, ids[0]);
    bench.tell(Input::Closed(ids[1]));
    bench.wait(GRACE / 2);
    let again = bench.join(2, &[topic()]);
    say(&mut bench, again, Here);
    bench.wait(BEAT);
    for present in told(&mut bench, ids[0]) {
        assert_eq!(present, none(), "nothing has changed");
    }
}

#[test]
fn r45_presence_of_a_thread_that_is_not_followed_is_neither_heard_nor_told() {
    let (mut bench, ids) = shared(2);
    bench.create(3, 3);
    let stranger = bench.join(3, &[]);
    bench.say(stranger, ClientFrame::Subscribe(afresh(topic())));
    say(&mut bench, stranger, Typing);
    say(&mut bench, ids[0], Here);
    say(&mut bench, ids[1], Here);
    bench.wait(SOON);
    assert_eq!(told(&mut bench, stranger), []);
    assert_eq!(bench.closed(stranger), None);
    let mut seen = Seen::default();
    seen.take(told(&mut bench, ids[0]));
    assert_eq!(seen.people, people(&[(1, false), (2, false)]));
}

#[test]
fn r45_what_is_said_before_the_store_has_let_one_in_counts_from_then_on_or_never() {
    let (mut bench, ids) = shared(2);
    say(&mut bench, ids[0], Here);
    bench.wait(SOON + TELL_EVERY);
    told(&mut bench, ids[0]);
    let (member, stranger) = (bench.open(Some(2)), bench.open(Some(9)));
    bench.say(member, hello(vec![]));
    bench.say(stranger, hello(vec![]));
    bench.hold_answers = true;
    for id in [member, stranger] {
        bench.say(id, ClientFrame::Subscribe(afresh(topic())));
        say(&mut bench, id, Here);
    }
    bench.wait(TELL_EVERY);
    assert_eq!(told(&mut bench, ids[0]), []);
    assert_eq!(told(&mut bench, stranger), []);
    bench.release();
    bench.wait(TELL_EVERY);
    let comes = Present {
        people: vec![person(2, 0)],
        ..none()
    };
    assert_eq!(told(&mut bench, ids[0]), [comes]);
    assert_eq!(told(&mut bench, stranger), []);
    assert_eq!(told(&mut bench, member).len(), 1);
}

#[test]
fn r45_who_follows_no_more_is_gone_and_told_nothing() {
    let (mut bench, ids) = shared(2);
    say(&mut bench, ids[0], Here);
    say(&mut bench, ids[1], Typing);
    bench.wait(SOON + TELL_EVERY);
    told(&mut bench, ids[0]);
    told(&mut bench, ids[1]);
    bench.say(ids[1], ClientFrame::Unsubscribe { topic: topic() });
    bench.wait(SOON);
    let goes = Present {
        gone: vec![user(2)],
        ..none()
    };
    assert_eq!(told(&mut bench, ids[0]), [goes]);
    say(&mut bench, ids[0], Typing);
    bench.wait(TELL_EVERY);
    assert_eq!(told(&mut bench, ids[1]), []);
}

#[test]
fn r43_who_is_removed_is_gone_at_once_on_each_socket_and_told_nothing() {
    let (mut bench, ids) = shared(3);
    let closed = bench.join(2, &[topic()]);
    for id in [ids[0], ids[1], ids[2], closed] {
        say(&mut bench, id, Here);
    }
    bench.wait(SOON + TELL_EVERY);
    let mut seen = Seen::default();
    seen.take(told(&mut bench, ids[0]));
    assert_eq!(seen.people, people(&[(1, false), (2, false), (3, false)]));
    told(&mut bench, ids[1]);
    // A socket that may be back in a moment is not waited for.
    bench.tell(Input::Closed(closed));
    let (thread, user) = (thread(1), user(2));
    bench.mutate(1, Mutation::RemoveMember { thread, user });
    bench.wait(SOON);
    seen.take(told(&mut bench, ids[0]));
    assert_eq!(seen.people, people(&[(1, false), (3, false)]));
    say(&mut bench, ids[1], Typing);
    say(&mut bench, ids[2], Typing);
    bench.wait(TELL_EVERY + SOON);
    assert_eq!(told(&mut bench, ids[1]), []);
    seen.take(told(&mut bench, ids[0]));
    assert_eq!(seen.people, people(&[(1, false), (3, true)]));
}

#[test]
fn whether_a_person_has_a_thread_on_screen_is_known_while_a_socket_of_theirs_is_open() {
    let (mut bench, ids) = shared(2);
    assert!(!bench.hub.shows(user(2), thread(1)));
    say(&mut bench, ids[1], Here);
    assert!(bench.hub.shows(user(2), thread(1)));
    assert!(!bench.hub.shows(user(1), thread(1)));
    bench.tell(Input::Closed(ids[1]));
    assert!(
        !bench.hub.shows(user(2), thread(1)),
        "it may be back, and shows nothing now"
    );
    let again = bench.join(2, &[topic()]);
    say(&mut bench, again, Here);
    bench.wait(LEASE);
    assert!(!bench.hub.shows(user(2), thread(1)));
}

#[test]
fn r46_changes_of_many_people_in_a_second_are_one_frame_for_each_watcher() {
    for people in [5, 20] {
        let (mut bench, ids) = shared(people);
        for &id in &ids {
            say(&mut bench, id, Here);
        }
        bench.wait(SOON + TELL_EVERY);
        for &id in &ids {
            assert_eq!(told(&mut bench, id).len(), 1, "all who came at once");
        }
        let seconds = 10;
        for second in 0..seconds {
            for (place, &id) in ids.iter().enumerate() {
                say(&mut bench, id, if second % 2 == 0 { Typing } else { Here });
                bench.wait(if place == 0 { 500 } else { 0 });
            }
            bench.wait(500);
        }
        bench.wait(TELL_EVERY);
        for &id in &ids {
            let frames = told(&mut bench, id).len();
            assert!(frames <= seconds + 1, "{frames} frames of {people} people");
        }
    }
}

#[test]
fn r46_more_than_200_people_are_counted_and_named_again_when_they_are_fewer() {
    let mut bench = Bench::new();
    bench.create(1, 1);
    let many = MOST_NAMED as u8 + 1;
    for person in 2..=many {
        bench.share(1, 1, user(person));
    }
    let ids: Vec<_> = (1..=many).map(|n| bench.join(n, &[topic()])).collect();
    let mut seen = Seen::default();
    let mut all_say = |bench: &mut Bench, few: &[SessionId], state| {
        few.iter().for_each(|&id| say(bench, id, state));
        bench.wait(TELL_EVERY + SOON);
        seen.take(told(bench, ids[0]));
        seen.clone()
    };
    let (most, last) = ids.split_at(MOST_NAMED);
    let named = all_say(&mut bench, most, Here);
    assert_eq!((named.people.len(), named.count), (200, 0));
    let counted = all_say(&mut bench, last, Typing);
    let expected = Seen {
        count: 201,
        typing: 1,
        ..Seen::default()
    };
    assert_eq!(counted, expected);
    let fewer = all_say(&mut bench, &ids[160..], Gone);
    assert_eq!((fewer.people.len(), fewer.count), (0, 160), "one still");
    let few = all_say(&mut bench, &ids[159..160], Gone);
    assert_eq!((few.people.len(), few.count), (159, 0));
}

#[test]
fn r30_a_stalled_watcher_costs_a_version_and_is_told_the_latest() {
    let (mut bench, ids) = shared(3);
    for &id in &ids {
        say(&mut bench, id, Here);
    }
    bench.wait(SOON + TELL_EVERY);
    let mut seen = Seen::default();
    seen.take(told(&mut bench, ids[0]));
    bench.stall(ids[0]);
    let before = bench.held_bytes();
    for _ in 0..4 {
        for state in [Typing, Here, Gone, Here] {
            say(&mut bench, ids[1], state);
            bench.wait(TELL_EVERY);
        }
        say(&mut bench, ids[0], Here);
        say(&mut bench, ids[2], Gone);
    }
    assert!(bench.held_bytes() < before + 500);
    bench.unstall(ids[0]);
    let frames = told(&mut bench, ids[0]);
    assert!(frames.len() <= 3, "{} frames", frames.len());
    seen.take(frames);
    assert_eq!(seen.people, people(&[(1, false), (2, false)]));
}

#[test]
fn what_is_over_leaves_nothing_behind() {
    let (mut bench, ids) = shared(3);
    bench.wait(1);
    let before = bench.held_bytes();
    for &id in &ids {
        say(&mut bench, id, Typing);
    }
    bench.wait(SOON);
    assert!(bench.held_bytes() > before);
    for &id in &ids {
        say(&mut bench, id, Gone);
    }
    bench.wait(TELL_EVERY);
    assert!(bench.held_bytes() < before + 50);
}

#[derive(Clone, Debug)]
enum Step {
    Say(usize, Presence),
    Close(usize),
    Open(usize),
    Stall(usize),
    Unstall(usize),
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let who = || 0usize..4;
    let state = prop::sample::select(vec![Gone, Here, Here, Typing]);
    prop_oneof![
        8 => (who(), state).prop_map(|(who, state)| Step::Say(who, state)),
        1 => who().prop_map(Step::Close),
        2 => who().prop_map(Step::Open),
        1 => who().prop_map(Step::Stall),
        2 => who().prop_map(Step::Unstall),
        6 => (0u64..6_000).prop_map(Step::Wait),
    ]
}

/// Four sockets, the first two of one person.
fn owner(socket: usize) -> u8 {
    [1, 1, 2, 3][socket]
}

proptest! {
    #[test]
    fn r46_whatever_is_said_a_watcher_ends_up_with_who_is_there(
        steps in prop::collection::vec(step(), 0..60),
    ) {
        let mut bench = Bench::new();
        bench.create(1, 1);
        bench.share(1, 1, user(2));
        bench.share(1, 1, user(3));
        let mut ids: Vec<Option<SessionId>> = vec![None; 4];
        let mut seen = vec![Seen::default(); 4];
        // What each said last, and when.
        let mut said = [(Gone, 0); 4];
        for step in steps {
            match step {
                Step::Say(who, state) => if let Some(id) = ids[who] {
                    say(&mut bench, id, state);
                    said[who] = (state, bench.now);
                    if state == Gone {
                        seen[who] = Seen::default();
                    }
                },
                Step::Close(who) => if let Some(id) = ids[who].take() {
                    bench.tell(Input::Closed(id));
                    said[who] = (Gone, 0);
                },
                Step::Open(who) => if ids[who].is_none() {
                    ids[who] = Some(bench.join(owner(who), &[topic()]));
                    seen[who] = Seen::default();
                },
                Step::Stall(who) => if let Some(id) = ids[who] {
                    bench.stall(id);
                },
                Step::Unstall(who) => if let Some(id) = ids[who] {
                    bench.unstall(id);
                },
                Step::Wait(millis) => bench.wait(millis),
            }
            for who in 0..4 {
                let Some(id) = ids[who] else { continue };
                let frames = told(&mut bench, id);
                seen[who].take(frames);
            }
        }
        // Those whose lease lasts say so once more, so that nothing ends while it is looked at.
        for who in 0..4 {
            let Some(id) = ids[who] else { continue };
            if bench.closed(id).is_some() {
                said[who] = (Gone, 0);
                ids[who] = None;
                continue;
            }
            bench.unstall(id);
            if said[who].0 != Gone && bench.now < said[who].1 + LEASE {
                say(&mut bench, id, Here);
            } else {
                said[who].0 = Gone;
            }
        }
        // What was told of typing before is over by each client's own clock.
        bench.wait(TYPING_LEASE);
        for who in 0..4 {
            let Some(id) = ids[who] else { continue };
            let frames = told(&mut bench, id);
            seen[who].take(frames);
            seen[who].people.values_mut().for_each(|types| *types = false);
            if said[who].0 != Gone {
                say(&mut bench, id, said[who].0);
            }
        }
        bench.wait(GRACE + TELL_EVERY);
        let mut expected = BTreeMap::new();
        for (who, &(state, _)) in said.iter().enumerate() {
            if state != Gone {
                let types = expected.entry(user(owner(who))).or_insert(false);
                *types |= state == Typing;
            }
        }
        for who in 0..4 {
            let Some(id) = ids[who].filter(|_| said[who].0 != Gone) else { continue };
            let frames = told(&mut bench, id);
            seen[who].take(frames);
            // One who is alone is not told of their own typing.
            if expected.len() > 1 {
                prop_assert_eq!(&seen[who].people, &expected);
            }
        }
    }
}
