//! SPEC R56 to R58: who one is called, whether one is online, and of which threads somebody else is.

use weft_protocol::{ClientFrame, Online, Op, ServerFrame, ThreadId, Topic, User, presence::LEASE};
use weft_sync::{Input, TabId, TabMessage, Told};

use crate::client::{Client, ada, at, thread, thread_row, welcome};

fn greet(client: &mut Client) {
    let mut frame = welcome(0);
    if let ServerFrame::Welcome { capabilities, .. } = &mut frame {
        capabilities.push("online".into());
    }
    client.input(Input::Opened(client.connection));
    client.receive(frame);
    let mut row = thread_row();
    row.members = 2;
    client.receive(ServerFrame::Snapshot {
        topic: Topic::User(ada().id),
        cursor: at(0),
        rows: vec![weft_protocol::Row::Thread(row)],
    });
}

/// Connected to a server that tells who is online, with a thread that is shared.
fn ready() -> Client {
    let mut client = Client::new(1);
    client.input(Input::SignedIn { token: None });
    greet(&mut client);
    client
}

/// What was said since this was asked last.
fn said(client: &mut Client) -> Vec<bool> {
    let sent = std::mem::take(&mut client.sent).into_iter();
    let online = sent.filter_map(|frame| match frame {
        ClientFrame::Online(online) => Some(online),
        _ => None,
    });
    online.collect()
}

fn told(client: &mut Client, all: bool, threads: &[ThreadId], gone: &[ThreadId]) {
    client.receive(ServerFrame::Online(Online {
        all,
        threads: threads.to_vec(),
        gone: gone.to_vec(),
    }));
}

/// Whether somebody is shown as online in the thread.
fn shown(client: &Client) -> bool {
    assert_eq!(client.mirror, client.core.view());
    client.mirror.threads[0].online
}

#[test]
fn r58_a_page_that_is_seen_says_so_once_and_when_it_is_hidden() {
    let mut client = ready();
    assert_eq!(said(&mut client), [true]);
    client.advance(20_000);
    client.receive(ServerFrame::Pong);
    client.input(Input::Background);
    client.input(Input::Foreground);
    client.input(Input::Freeze);
    assert_eq!(said(&mut client), [false, true, false]);
}

#[test]
fn r58_nothing_is_said_to_a_server_that_does_not_tell() {
    let mut client = Client::ready();
    client.input(Input::Background);
    client.input(Input::Foreground);
    assert!(said(&mut client).is_empty());
}

#[test]
fn r58_it_is_said_on_each_socket_anew() {
    let mut client = ready();
    said(&mut client);
    client.close(1006);
    client.advance(20_000);
    greet(&mut client);
    assert_eq!(said(&mut client), [true]);
}

#[test]
fn r58_a_thread_shows_whether_somebody_else_is_online() {
    let mut client = ready();
    assert!(!shown(&client));
    told(&mut client, true, &[thread()], &[]);
    assert!(shown(&client));
    told(&mut client, false, &[], &[thread()]);
    assert!(!shown(&client));
    told(&mut client, false, &[thread()], &[]);
    told(&mut client, true, &[], &[]);
    assert!(!shown(&client));
}

#[test]
fn r58_who_was_online_is_shown_for_a_while_after_the_socket_is_lost() {
    let mut client = ready();
    told(&mut client, true, &[thread()], &[]);
    client.close(1006);
    client.advance(LEASE - 1);
    assert!(shown(&client));
    client.advance(1);
    assert!(!shown(&client));
}

#[test]
fn r58_a_follower_shows_what_its_leader_is_told() {
    let mut leader = ready();
    leader.input(Input::Lead { term: 1 });
    leader.posted.clear();
    leader.input(Input::Heard(TabMessage::Ping {
        tab: TabId(2),
        watching: vec![],
        wanting: vec![],
        visible: true,
        lost: true,
        version: 1,
    }));
    told(&mut leader, true, &[thread()], &[]);
    let is_told = leader.posted.iter().any(|message| {
        matches!(message, TabMessage::Told { what: Told::Online(online), .. } if online.threads == [thread()])
    });
    assert!(is_told, "{:?}", leader.posted);
    // A hidden page says that it is seen while one that follows it is.
    said(&mut leader);
    leader.input(Input::Background);
    assert!(said(&mut leader).is_empty());
}

#[test]
fn r56_a_new_name_of_ones_own_is_shown_once_it_is_told() {
    let mut client = ready();
    let renamed = User {
        display: Some("Ada Lovelace".into()),
        colour: Some(2),
        ..ada()
    };
    let rename = |user: User| ServerFrame::Delta {
        topic: Topic::User(ada().id),
        base: 0,
        cursor: at(1),
        ops: vec![Op::User(user)],
    };
    client.receive(rename(renamed.clone()));
    assert_eq!(client.mirror.user, Some(renamed));
    assert_eq!(client.mirror, client.core.view());
    // Somebody else's is not.
    let mut client = ready();
    let other = User::new(weft_protocol::UserId::from_bytes([9; 16]), "eve");
    client.receive(rename(other));
    assert_eq!(client.mirror.user, Some(ada()));
}
