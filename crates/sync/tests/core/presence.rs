//! SPEC R44 to R47: what is said of this person's presence, and what is shown of that of others.

use weft_protocol::{
    ClientFrame, Op, Person, Presence, Present, ServerFrame, Topic, User, UserId,
    presence::{BEAT, LEASE, TYPING_EVERY, TYPING_LEASE},
};
use weft_sync::{Change, Input, TabId, TabMessage};

use crate::client::{
    Client, START, ada, at, delta, row, say, thread, thread_row, welcome_with_presence,
};

use Presence::{Gone, Here, Typing};

fn bo() -> User {
    User::new(UserId::from_bytes([4; 16]), "Bo")
}

fn present(people: &[(User, u64)]) -> Present {
    let person = |(user, typing_ms): &(User, u64)| Person {
        user: user.clone(),
        typing_ms: *typing_ms,
    };
    Present {
        thread: thread(),
        all: true,
        people: people.iter().map(person).collect(),
        gone: Vec::new(),
        count: 0,
        typing: 0,
    }
}

/// Connected to a server that keeps presence, with the thread on screen, which was said.
fn ready() -> Client {
    let mut client = Client::new(1);
    client.input(Input::SignedIn { token: None });
    client.input(Input::Watch(thread()));
    greet(&mut client);
    client
}

fn greet(client: &mut Client) {
    client.input(Input::Opened(client.connection));
    client.receive(welcome_with_presence(0));
    client.receive(ServerFrame::Snapshot {
        topic: Topic::User(ada().id),
        cursor: at(0),
        rows: vec![weft_protocol::Row::Thread(thread_row())],
    });
    client.snapshot(0, vec![]);
}

/// What was said since this was asked last.
fn said(client: &mut Client) -> Vec<Presence> {
    let sent = std::mem::take(&mut client.sent).into_iter();
    let state = sent.filter_map(|frame| match frame {
        ClientFrame::Presence { state, .. } => Some(state),
        _ => None,
    });
    state.collect()
}

/// Who is shown, and whether they type.
fn shown(client: &Client) -> Vec<(&str, bool)> {
    let people = client.mirror.timelines[&thread()].presence.people.iter();
    people
        .map(|it| (it.user.name.as_str(), it.typing))
        .collect()
}

fn told(client: &mut Client, people: &[(User, u64)]) {
    client.receive(ServerFrame::Presence(present(people)));
}

fn keep_alive(client: &mut Client, seconds: u64) {
    for _ in 0..seconds {
        client.advance(1_000);
        client.receive(ServerFrame::Pong);
    }
}

#[test]
fn r44_nothing_is_said_to_a_server_that_keeps_no_presence() {
    let mut client = Client::ready();
    client.input(Input::Typing(thread(), true));
    client.advance(2 * BEAT);
    client.input(Input::Background);
    assert_eq!(said(&mut client), []);
}

#[test]
fn r45_a_thread_on_screen_is_said_at_once_and_again_with_each_beat() {
    let mut client = ready();
    assert_eq!(said(&mut client), [Here]);
    keep_alive(&mut client, 35);
    assert_eq!(said(&mut client), [Here; 3]);
}

#[test]
fn r45_a_page_that_is_hidden_says_so_once_and_comes_back() {
    let mut client = ready();
    said(&mut client);
    client.input(Input::Background);
    keep_alive(&mut client, 30);
    assert_eq!(said(&mut client), [Gone]);
    client.input(Input::Foreground);
    assert_eq!(said(&mut client), [Here]);
    client.input(Input::Unwatch(thread()));
    assert_eq!(said(&mut client), [], "to follow no more says it");
}

#[test]
fn r45_it_is_said_on_each_socket_anew() {
    let mut client = ready();
    said(&mut client);
    client.close(1006);
    client.advance(20_000);
    greet(&mut client);
    assert_eq!(said(&mut client), [Here]);
}

#[test]
fn r45_typing_is_said_at_once_and_not_with_each_key() {
    let mut client = ready();
    told(&mut client, &[(bo(), 0)]);
    said(&mut client);
    for _ in 0..100 {
        client.input(Input::Typing(thread(), true));
        client.advance(100);
        client.receive(ServerFrame::Pong);
    }
    assert_eq!(said(&mut client), [Typing; 3]);
    assert_eq!(10_000_u64.div_ceil(TYPING_EVERY), 3);
    // What is typed a moment after its lease begins a new one.
    keep_alive(&mut client, 15);
    client.input(Input::Typing(thread(), true));
    assert_eq!(said(&mut client), [Here, Typing]);
}

#[test]
fn r45_typing_is_said_where_somebody_else_has_the_thread_on_screen() {
    let mut client = ready();
    said(&mut client);
    client.input(Input::Typing(thread(), true));
    assert_eq!(said(&mut client), []);
    told(&mut client, &[(bo(), 0)]);
    client.input(Input::Typing(thread(), true));
    assert_eq!(said(&mut client), [Typing]);
}

#[test]
fn r45_typing_ends_when_the_text_is_sent_or_emptied_and_is_said_once() {
    let mut client = ready();
    told(&mut client, &[(bo(), 0)]);
    said(&mut client);
    client.input(Input::Typing(thread(), true));
    client.input(Input::Typing(thread(), false));
    client.input(Input::Typing(thread(), false));
    assert_eq!(said(&mut client), [Typing, Here]);
    client.input(Input::Typing(thread(), true));
    client.input(say(1, "hi"));
    client.input(Input::Typing(thread(), false));
    assert_eq!(said(&mut client), [Typing, Here]);
}

#[test]
fn r45_a_draft_that_is_there_is_not_typing() {
    let mut client = ready();
    said(&mut client);
    client.input(Input::Draft(Some(thread()), "half a sen".into()));
    client.input(Input::Typing(thread(), false));
    assert_eq!(said(&mut client), []);
}

#[test]
fn r46_others_are_shown_and_this_person_is_not() {
    let mut client = ready();
    told(&mut client, &[(ada(), 9_000), (bo(), 0)]);
    assert_eq!(shown(&client), [("Bo", false)]);
    client.receive(ServerFrame::Presence(Present {
        all: false,
        gone: vec![bo().id],
        ..present(&[])
    }));
    assert_eq!(shown(&client), []);
}

#[test]
fn r46_who_are_many_are_counted_without_this_person() {
    let mut client = ready();
    told(&mut client, &[(bo(), 0)]);
    client.input(Input::Typing(thread(), true));
    client.receive(ServerFrame::Presence(Present {
        count: 201,
        typing: 3,
        ..present(&[])
    }));
    let presence = |client: &Client| client.mirror.timelines[&thread()].presence.clone();
    let many = presence(&client);
    assert_eq!((many.people.len(), many.count, many.typing), (0, 200, 2));
    client.advance(TYPING_LEASE);
    assert_eq!(presence(&client).typing, 0);
    told(&mut client, &[(bo(), 0)]);
    assert_eq!(presence(&client).count, 1);
}

#[test]
fn r47_typing_ends_by_this_clock_though_the_server_says_nothing_more() {
    let mut client = ready();
    told(&mut client, &[(bo(), TYPING_LEASE)]);
    assert_eq!(shown(&client), [("Bo", true)]);
    client.close(1006);
    client.advance(TYPING_LEASE - 1);
    assert_eq!(shown(&client), [("Bo", true)]);
    client.advance(1);
    assert_eq!(shown(&client), [("Bo", false)]);
}

#[test]
fn r47_typing_ends_with_the_message() {
    let mut client = ready();
    told(&mut client, &[(bo(), TYPING_LEASE)]);
    let author = weft_protocol::Author::User(bo().id);
    let message = row(1, author, weft_protocol::Status::Complete, "hi");
    client.receive(delta(0, vec![Op::Message(message)]));
    assert_eq!(shown(&client), [("Bo", false)]);
}

#[test]
fn r47_who_was_there_when_the_socket_was_lost_is_shown_for_a_while() {
    let mut client = ready();
    told(&mut client, &[(bo(), 0)]);
    client.close(1006);
    client.advance(LEASE - 1);
    assert_eq!(shown(&client), [("Bo", false)]);
    client.advance(1);
    assert_eq!(shown(&client), []);
    greet(&mut client);
    told(&mut client, &[(bo(), 0)]);
    keep_alive(&mut client, 60);
    assert_eq!(
        shown(&client),
        [("Bo", false)],
        "and while it lives, always"
    );
}

#[test]
fn a_thread_on_no_screen_has_nobody_in_it() {
    let mut client = ready();
    told(&mut client, &[(bo(), 0)]);
    client.input(Input::Unwatch(thread()));
    client.receive(ServerFrame::Presence(present(&[(bo(), 0)])));
    client.input(Input::Watch(thread()));
    assert_eq!(shown(&client), []);
}

#[test]
fn who_types_changes_nothing_else_that_is_shown() {
    let mut client = ready();
    client.forget();
    told(&mut client, &[(bo(), 5_000)]);
    told(&mut client, &[(bo(), 9_000)]);
    let only = matches!(client.changes[..], [Change::PresenceSet(..)]);
    assert!(only, "{:?}", client.changes);
}

/// A leader and a follower that share a channel.
fn tabs() -> [Client; 2] {
    let mut tabs = [Client::new(1), Client::new(2)];
    for (tab, client) in tabs.iter_mut().enumerate() {
        client.take(Input::Follow(TabId(tab as u64)));
        client.take(Input::SignedIn { token: None });
        client.take(Input::Watch(thread()));
    }
    tabs[0].input(Input::Lead { term: START + 1 });
    greet(&mut tabs[0]);
    talk(&mut tabs);
    said(&mut tabs[0]);
    tabs
}

fn talk(tabs: &mut [Client; 2]) {
    while let Some(from) = (0..2).find(|&tab| !tabs[tab].posted.is_empty()) {
        let message = tabs[from].posted.remove(0);
        let message = TabMessage::decode(&message.encode()).expect("tabs understand each other");
        tabs[1 - from].input(Input::Heard(message));
    }
}

fn pass(tabs: &mut [Client; 2], seconds: u64) {
    for _ in 0..seconds {
        for tab in 0..2 {
            tabs[tab].advance(1_000);
            talk(tabs);
        }
        tabs[0].receive(ServerFrame::Pong);
    }
}

#[test]
fn what_is_typed_in_a_follower_is_said_by_its_leader() {
    let mut tabs = tabs();
    told(&mut tabs[0], &[(bo(), 0)]);
    talk(&mut tabs);
    for _ in 0..10 {
        tabs[1].input(Input::Typing(thread(), true));
        talk(&mut tabs);
    }
    assert_eq!(said(&mut tabs[0]), [Typing]);
    tabs[1].input(say(1, "hi"));
    talk(&mut tabs);
    assert_eq!(said(&mut tabs[0]), [Here]);
    assert_eq!(said(&mut tabs[1]), []);
}

#[test]
fn a_follower_shows_who_its_leader_shows() {
    let mut tabs = tabs();
    told(&mut tabs[0], &[(bo(), 4_000)]);
    talk(&mut tabs);
    assert_eq!(shown(&tabs[1]), [("Bo", true)]);
    // One that comes later, or comes back, is told as well.
    tabs[1].input(Input::Unwatch(thread()));
    talk(&mut tabs);
    tabs[1].input(Input::Watch(thread()));
    talk(&mut tabs);
    assert_eq!(shown(&tabs[1]), [("Bo", true)]);
    pass(&mut tabs, 4);
    assert_eq!(shown(&tabs[1]), [("Bo", false)]);
    tabs[0].close(1006);
    for _ in 0..LEASE / 1_000 {
        for tab in 0..2 {
            tabs[tab].advance(1_000);
            talk(&mut tabs);
        }
    }
    assert_eq!(shown(&tabs[1]), []);
}

#[test]
fn what_somebody_sees_in_a_follower_is_on_screen_until_it_is_hidden_or_says_nothing() {
    let mut tabs = tabs();
    tabs[0].input(Input::Background);
    pass(&mut tabs, 30);
    assert!(!said(&mut tabs[0]).contains(&Gone));
    tabs[1].input(Input::Background);
    talk(&mut tabs);
    assert_eq!(said(&mut tabs[0]), [Gone]);
    tabs[1].input(Input::Foreground);
    talk(&mut tabs);
    assert_eq!(said(&mut tabs[0]), [Here]);
    // It is killed.
    for _ in 0..7 {
        tabs[0].advance(1_000);
        tabs[0].posted.clear();
    }
    assert_eq!(said(&mut tabs[0]), [Gone]);
    assert_eq!(tabs[0].subscribed_from(), []);
}
