//! SPEC R48 to R51: how far a thread was read, shown at once and said once.

use weft_protocol::{
    Author, ClientFrame, MessageRow, Mutation, Op, Row, ServerFrame, Status, ThreadRow, Topic,
    UserId,
};
use weft_sync::Input;

use crate::client::{Client, ada, at, delta, row, said, thread, thread_row};

fn list() -> Topic {
    Topic::User(ada().id)
}

fn other(n: u8) -> MessageRow {
    let bob = UserId::from_bytes([7; 16]);
    row(n, Author::User(bob), Status::Complete, "from Bob")
}

fn listed(last: u64, read: u64, unread: u64) -> ThreadRow {
    ThreadRow {
        last,
        read,
        unread,
        ..thread_row()
    }
}

/// Ada has said the first of four messages, and read it.
fn behind() -> Client {
    let mut client = Client::ready();
    client.receive(ServerFrame::Snapshot {
        topic: list(),
        cursor: at(0),
        rows: vec![Row::Thread(listed(4, 1, 3))],
    });
    let messages = vec![said(1, "Hi"), other(2), other(3), other(4)];
    client.snapshot(4, messages);
    client.forget();
    client
}

fn read(through: u64) -> Input {
    let thread = thread();
    Input::Mutate(Mutation::MarkRead { thread, through })
}

fn unread(from: u64) -> Input {
    let thread = thread();
    Input::Mutate(Mutation::MarkUnread { thread, from })
}

/// The mark and what is unread, as shown.
fn shown(client: &Client) -> (u64, u64) {
    let row = &client.mirror.threads[0].row;
    (row.read, row.unread)
}

fn said_marks(client: &Client) -> usize {
    let marks = client.sent.iter().filter(|frame| {
        matches!(
            frame,
            ClientFrame::Mutate {
                mutation: Mutation::MarkRead { .. } | Mutation::MarkUnread { .. },
                ..
            }
        )
    });
    marks.count()
}

#[test]
fn r49_what_was_read_is_shown_at_once_and_offline_and_after_a_restart() {
    let mut client = behind();
    client.close(1006);
    client.input(read(3));
    assert_eq!(shown(&client), (3, 1));
    client.input(read(4));
    assert_eq!(shown(&client), (4, 0));
    client.restart();
    assert_eq!(shown(&client), (4, 0));
    assert_eq!(client.mirror.unsent, 0, "nobody loses words by it");
}

#[test]
fn r48_a_mark_does_not_move_back_and_is_said_once() {
    let mut client = behind();
    client.input(read(4));
    for through in [4, 3, 2] {
        client.input(read(through));
    }
    assert_eq!(shown(&client), (4, 0));
    assert_eq!(said_marks(&client), 1);
}

#[test]
fn r48_what_another_device_has_read_further_stays_read() {
    let mut client = behind();
    client.close(1006);
    client.input(read(2));
    client.reconnect(0);
    client.receive(ServerFrame::Snapshot {
        topic: list(),
        cursor: at(9),
        rows: vec![Row::Thread(listed(4, 4, 0))],
    });
    assert_eq!(shown(&client), (4, 0));
}

#[test]
fn r49_what_comes_after_a_pending_mark_is_unread() {
    let mut client = behind();
    client.input(read(4));
    client.receive(ServerFrame::Delta {
        topic: list(),
        base: 0,
        cursor: at(1),
        ops: vec![Op::Thread(listed(5, 1, 4))],
    });
    client.receive(delta(4, vec![Op::Message(other(5))]));
    assert_eq!(shown(&client), (4, 1));
}

#[test]
fn r48_a_mark_of_what_the_list_does_not_know_of_yet_counts_once_it_does() {
    let mut client = behind();
    client.receive(delta(4, vec![Op::Message(other(5))]));
    client.input(read(5));
    assert_eq!(shown(&client), (4, 0));
    assert_eq!(said_marks(&client), 1);
    client.receive(ServerFrame::Delta {
        topic: list(),
        base: 0,
        cursor: at(1),
        ops: vec![Op::Thread(listed(5, 1, 4))],
    });
    assert_eq!(shown(&client), (5, 0));
}

#[test]
fn r48_what_is_marked_as_unread_counts_again() {
    let mut client = behind();
    client.input(read(4));
    client.input(unread(3));
    assert_eq!(shown(&client), (2, 2));
    client.input(unread(1));
    assert_eq!(shown(&client), (0, 3), "one's own words are never unread");
    assert_eq!(said_marks(&client), 3);
}

#[test]
fn r48_marks_that_wait_are_one() {
    let mut client = behind();
    client.close(1006);
    (2..=4).for_each(|through| client.input(read(through)));
    assert_eq!(shown(&client), (4, 0));
    client.restart();
    client.connect(0);
    assert_eq!(said_marks(&client), 1);
    assert_eq!(shown(&client), (4, 0));
}
