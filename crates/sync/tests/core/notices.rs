//! SPEC R52 to R55: what the person is told of, marked at once, and shown by one tab.

use weft_protocol::{
    About, ClientFrame, Mutation, NoticeRow, Op, Place, Row, ServerFrame, ThreadRow, Topic, User,
    UserId,
};
use weft_sync::{Change, Input};

use crate::client::{Client, ada, at, said, thread, thread_row};

fn list() -> Topic {
    Topic::User(ada().id)
}

fn mention(n: u64, ordinal: u64) -> NoticeRow {
    let by = User::new(UserId::from_bytes([7; 16]), "bob");
    NoticeRow {
        n,
        thread: thread(),
        about: About::Mention {
            by,
            at: Place {
                message: said(4, "").id,
                ordinal,
                depth: ordinal,
            },
        },
        read: false,
        shown: 0,
        created_at: 1,
    }
}

/// Ada at a device that knows of a thread, and of a notice about it.
fn told() -> Client {
    let mut client = Client::ready();
    let row = ThreadRow {
        last: 4,
        read: 1,
        unread: 3,
        ..thread_row()
    };
    client.receive(ServerFrame::Snapshot {
        topic: list(),
        cursor: at(1),
        rows: vec![Row::Thread(row), Row::Notice(mention(1, 2))],
    });
    client.input(Input::Unwatch(thread()));
    client.forget();
    client
}

fn news(client: &mut Client, ops: Vec<Op>) {
    let base = 1;
    client.receive(ServerFrame::Delta {
        topic: list(),
        base,
        cursor: at(2),
        ops,
    });
}

/// What is shown: the numbers, and whether each is read.
fn shown(client: &Client) -> Vec<(u64, bool)> {
    let notices = client.mirror.notices.iter();
    notices.map(|row| (row.n, row.read)).collect()
}

fn asked(client: &Client) -> Vec<(u64, u32)> {
    let asked = client.sent.iter().filter_map(|frame| match frame {
        ClientFrame::Mutate {
            mutation: Mutation::ShowNotice { n, by, .. },
            ..
        } => Some((*n, *by)),
        _ => None,
    });
    asked.collect()
}

#[test]
fn r54_a_notice_is_read_at_once_with_its_message_or_by_its_number_and_after_a_restart() {
    let mut client = told();
    news(&mut client, vec![Op::Notice(mention(2, 4))]);
    assert_eq!(shown(&client), [(2, false), (1, false)]);
    client.close(1006);
    let thread = thread();
    client.input(Input::Mutate(Mutation::MarkRead { thread, through: 2 }));
    assert_eq!(shown(&client), [(2, false), (1, true)]);
    client.input(Input::Mutate(Mutation::MarkNoticesRead {
        thread,
        through: 2,
    }));
    assert_eq!(shown(&client), [(2, true), (1, true)]);
    client.restart();
    assert_eq!(shown(&client), [(2, true), (1, true)]);
    assert_eq!(client.mirror.unsent, 0, "nobody loses words by it");
}

#[test]
fn r55_news_is_asked_for_once_and_what_was_there_is_not() {
    let mut client = told();
    assert_eq!(asked(&client), []);
    news(&mut client, vec![Op::Notice(mention(2, 4))]);
    let first = asked(&client);
    let [(2, by)] = first[..] else {
        panic!("asked for {first:?}");
    };
    for base in [2, 3] {
        // The second time it is as where a tab goes on from what was kept before.
        let row = NoticeRow {
            shown: by,
            ..mention(2, 4)
        };
        client.receive(ServerFrame::Delta {
            topic: list(),
            base,
            cursor: at(base + 1),
            ops: vec![Op::Notice(row)],
        });
    }
    let shown = |change: &&Change| matches!(change, Change::NoticeShown(row) if row.n == 2);
    assert_eq!(client.changes.iter().filter(shown).count(), 1);
    assert_eq!(asked(&client).len(), 1);
}

#[test]
fn r55_what_another_tab_shows_is_not_shown_here() {
    let mut client = told();
    news(&mut client, vec![Op::Notice(mention(2, 4))]);
    let (_, by) = asked(&client)[0];
    let other = NoticeRow {
        shown: by ^ 1,
        ..mention(2, 4)
    };
    client.receive(ServerFrame::Delta {
        topic: list(),
        base: 2,
        cursor: at(3),
        ops: vec![Op::Notice(other)],
    });
    let shown = |change: &Change| matches!(change, Change::NoticeShown(_));
    assert!(!client.changes.iter().any(shown));
}

#[test]
fn r55_nobody_is_told_of_what_they_see_or_while_they_see_nothing() {
    let mut client = told();
    client.input(Input::Watch(thread()));
    news(&mut client, vec![Op::Notice(mention(2, 4))]);
    assert_eq!(asked(&client), []);

    let mut client = told();
    client.input(Input::Background);
    news(&mut client, vec![Op::Notice(mention(2, 4))]);
    assert_eq!(asked(&client), []);
}

#[test]
fn r43_what_was_told_of_a_thread_goes_with_it() {
    let mut client = told();
    let gone = vec![Op::ThreadGone(thread()), Op::NoticeGone(1)];
    news(&mut client, gone);
    assert_eq!(shown(&client), []);
    client.restart();
    assert_eq!(shown(&client), []);
}
