//! Reading a thread of any length: what is shown, what is held, what is asked for.

mod anyhow_read;
mod server;

use weft_protocol::{ClientFrame, MessageId, Path, ServerFrame, Topic, frame::Held};
use weft_sync::{Ahead, Delivery, History, Input, Seek, Sizes, TabId, TabMessage};

use self::server::{Desk, Server, nth};
use crate::client::{Client, ada, at, reply, thread};

fn span(from: u64, to: u64) -> Vec<MessageId> {
    (from..=to).map(nth).collect()
}

/// Sizes that make much of few messages.
pub(crate) fn tiny() -> Sizes {
    Sizes {
        shown: 4,
        most_shown: 8,
        step: 3,
        page: 5,
        tail: 6,
        most_held: 24,
    }
}

#[test]
fn a_thread_of_a_hundred_thousand_messages_opens_with_one_page_and_no_question() {
    let mut desk = Desk::alone(Server::of(100_000), Sizes::default());
    desk.collect();
    assert_eq!(desk.asks, 0);
    assert_eq!(desk.client.core.held_rows(), 50);
    assert_eq!(desk.shown(), span(99_961, 100_000));
    assert_eq!(desk.view().length, 100_000);
    assert_eq!(
        (desk.view().history, desk.view().ahead),
        (History::More, Ahead::Nothing)
    );
}

#[test]
fn reading_to_the_top_and_back_shows_every_message_and_holds_few() {
    const ALL: u64 = 3_000;
    for desk in [Desk::alone, Desk::leading] {
        let mut desk = desk(Server::of(ALL), Sizes::default());
        let mut first = ALL + 1;
        while desk.view().history != History::Complete {
            desk.seek(Seek::Older);
            let shown = desk.shown();
            assert!(shown.contains(&nth(first.min(ALL))), "nothing is skipped");
            assert!(shown[0] < nth(first), "the reader moves on");
            first = (1..first).find(|&n| nth(n) == shown[0]).expect("a message");
        }
        assert_eq!(first, 1);
        let mut last = desk.shown().len() as u64;
        assert_eq!(desk.shown(), span(1, last));
        while desk.view().ahead != Ahead::Nothing {
            desk.seek(Seek::Newer);
            let shown = desk.shown();
            assert!(shown.contains(&nth(last)), "nothing is skipped");
            let now = shown[shown.len() - 1];
            assert!(now > nth(last) || desk.view().ahead == Ahead::Nothing);
            last = (last..=ALL).find(|&n| nth(n) == now).expect("a message");
        }
        assert_eq!(last, ALL);
    }
}

#[test]
fn the_reader_lands_where_it_wants_to_be() {
    let mut desk = Desk::alone(Server::of(1_000), Sizes::default());
    desk.seek(Seek::Depth(1));
    assert_eq!(desk.shown(), span(1, 40));
    assert_eq!(
        (desk.view().history, desk.view().ahead),
        (History::Complete, Ahead::More)
    );
    desk.seek(Seek::Message {
        message: nth(500),
        depth: 500,
    });
    let shown = desk.shown();
    assert!(shown.contains(&nth(500)) && shown.contains(&nth(490)));
    assert_eq!(
        (desk.view().history, desk.view().ahead),
        (History::More, Ahead::More)
    );
    desk.seek(Seek::Latest);
    assert_eq!(desk.shown(), span(961, 1_000));
    assert_eq!(desk.view().ahead, Ahead::Nothing);
}

#[test]
fn a_message_is_found_whatever_is_said_of_its_depth() {
    for depth in [0, 1, 400, 600, u64::MAX] {
        let mut desk = Desk::alone(Server::of(1_000), Sizes::default());
        desk.seek(Seek::Message {
            message: nth(500),
            depth,
        });
        assert!(desk.shown().contains(&nth(500)), "{depth}");
        assert!(desk.asks <= 4, "{} asks", desk.asks);
    }
}

#[test]
fn what_is_wanted_before_the_thread_is_here_is_shown_once_it_is() {
    let mut desk = Desk::alone(Server::of(1_000), Sizes::default());
    desk.client.input(Input::Unwatch(thread()));
    let mut client = Client::sized(1, Sizes::default());
    client.input(Input::SignedIn { token: None });
    client.input(Input::Watch(thread()));
    client.input(Input::Seek(
        thread(),
        Seek::Message {
            message: nth(7),
            depth: 7,
        },
    ));
    desk.client = client;
    desk.welcome();
    desk.answer();
    assert!(desk.shown().contains(&nth(7)));
}

#[test]
fn what_is_read_stays_while_new_messages_come() {
    let mut desk = Desk::alone(Server::of(100), tiny());
    desk.seek(Seek::Stay);
    let first = desk.shown()[0];
    for _ in 0..tiny().most_shown {
        desk.say();
        assert_eq!(desk.shown()[0], first);
    }
    assert_eq!(desk.view().ahead, Ahead::More);
    assert_eq!(desk.shown(), span(97, 104));
    assert_eq!(desk.view().length, 108);
    desk.seek(Seek::Newer);
    desk.seek(Seek::Newer);
    assert_eq!(desk.view().ahead, Ahead::Nothing);
    assert_eq!(desk.shown(), span(101, 108));
}

#[test]
fn a_deletion_above_and_below_takes_out_that_message_alone() {
    let mut desk = Desk::alone(Server::of(100), tiny());
    desk.seek(Seek::Message {
        message: nth(50),
        depth: 50,
    });
    let shown = desk.shown();
    desk.change(|server| server.delete(nth(40)));
    desk.change(|server| server.delete(nth(60)));
    desk.change(|server| server.delete(nth(100)));
    assert_eq!(desk.shown(), shown);
    desk.change(|server| server.delete(nth(50)));
    let rest: Vec<MessageId> = shown.into_iter().filter(|&id| id != nth(50)).collect();
    assert_eq!(desk.shown(), rest);
    let mut seen = Vec::new();
    while desk.view().ahead != Ahead::Nothing {
        desk.seek(Seek::Newer);
        seen.extend(desk.shown());
    }
    assert!(seen.contains(&nth(59)) && !seen.contains(&nth(60)) && seen.contains(&nth(61)));
    assert_eq!(desk.shown().last(), Some(&nth(99)));
}

#[test]
fn the_storage_is_asked_first_and_the_server_for_what_it_lacks() {
    let mut desk = Desk::leading(Server::of(100), tiny());
    while desk.view().history != History::Complete {
        desk.seek(Seek::Older);
    }
    let asks = desk.asks;
    assert!(asks > 0);
    desk.seek(Seek::Latest);
    while desk.view().history != History::Complete {
        desk.seek(Seek::Older);
    }
    while desk.view().ahead != Ahead::Nothing {
        desk.seek(Seek::Newer);
    }
    assert_eq!(desk.asks, asks, "all of it is kept");
}

#[test]
fn what_changes_while_a_page_is_on_its_way_is_in_it() {
    for desk in [Desk::alone, Desk::leading] {
        let mut desk = desk(Server::of(100), tiny());
        desk.ask(Seek::Message {
            message: nth(50),
            depth: 50,
        });
        desk.collect();
        let frame = desk.asked.pop_front().expect("a question");
        let ClientFrame::Page {
            path, from, limit, ..
        } = frame
        else {
            unreachable!()
        };
        let page = desk.server.page(path, from, limit);
        desk.change(|server| server.delete(nth(49)));
        desk.change(|server| server.say(Some(nth(46))));
        desk.client.receive(page);
        desk.answer();
        desk.check();
        let shown = desk.shown();
        assert!(
            shown.contains(&nth(50)) && !shown.contains(&nth(49)),
            "{shown:?}"
        );
        desk.seek(Seek::Older);
        let row = desk.view().messages.iter().find(|row| row.id == nth(47));
        assert_eq!(row.expect("shown").head.siblings, [nth(47), nth(101)]);
        let stored = desk.client.storage.stored();
        assert!(!format!("{stored:?}").contains(&format!("said {}", nth(49))));
    }
}

#[test]
fn a_page_from_before_a_snapshot_does_not_bring_back_what_has_changed() {
    for desk in [Desk::alone, Desk::leading] {
        let mut desk = desk(Server::of(100), tiny());
        desk.ask(Seek::Message {
            message: nth(50),
            depth: 50,
        });
        desk.collect();
        let Some(ClientFrame::Page {
            path, from, limit, ..
        }) = desk.asked.pop_front()
        else {
            unreachable!()
        };
        let old = desk.server.page(path, from, limit);
        desk.server.delete(nth(49));
        desk.server.seq += 1;
        desk.snapshot();
        desk.client.receive(old);
        desk.answer();
        assert!(desk.shown().contains(&nth(50)));
        assert!(!desk.shown().contains(&nth(49)));
    }
}

#[test]
fn a_snapshot_keeps_what_is_shown_and_refreshes_it() {
    for desk in [Desk::alone, Desk::leading] {
        let mut desk = desk(Server::of(200), tiny());
        desk.seek(Seek::Message {
            message: nth(50),
            depth: 50,
        });
        let shown = desk.shown();
        desk.client.close(1006);
        desk.server.delete(nth(50));
        for _ in 0..50 {
            desk.server.say(desk.server.end(Path::Newest));
        }
        desk.server.seq += 51;
        desk.client.advance(20_000);
        desk.client.connect(0);
        let rows = desk.server.snapshot(5);
        desk.client.snapshot(desk.server.seq, rows);
        assert_eq!(desk.shown(), shown);
        desk.answer();
        let rest: Vec<MessageId> = shown.into_iter().filter(|&id| id != nth(50)).collect();
        assert_eq!(desk.shown(), rest);
        assert_eq!(desk.view().length, 250);
    }
}

#[test]
fn what_is_shown_and_lost_by_a_server_put_back_to_a_backup_is_gone() {
    let mut desk = Desk::alone(Server::of(200), tiny());
    desk.seek(Seek::Message {
        message: nth(150),
        depth: 150,
    });
    desk.server = Server::of(20);
    desk.client.receive(ServerFrame::Snapshot {
        topic: Topic::Thread(thread()),
        cursor: weft_protocol::Cursor { epoch: 8, seq: 1 },
        rows: (desk.server.snapshot(5).into_iter())
            .map(weft_protocol::Row::Message)
            .collect(),
    });
    desk.answer();
    desk.seek(Seek::Latest);
    assert_eq!(desk.shown(), span(17, 20));
}

#[test]
fn what_was_asked_on_a_lost_connection_is_asked_on_the_next() {
    let mut desk = Desk::alone(Server::of(100), tiny());
    desk.ask(Seek::Depth(1));
    desk.collect();
    desk.asked.clear();
    desk.client.reconnect(0);
    desk.answer();
    assert_eq!(desk.shown(), span(1, 4));
}

#[test]
fn short_pages_are_continued() {
    for most in [1, 2] {
        let mut server = Server::of(60);
        server.most = most;
        let mut desk = Desk::alone(server, tiny());
        desk.seek(Seek::Message {
            message: nth(30),
            depth: 30,
        });
        assert!(desk.shown().contains(&nth(30)));
        while desk.view().history != History::Complete {
            let first = desk.shown()[0];
            desk.seek(Seek::Older);
            assert!(desk.shown()[0] < first);
        }
        while desk.view().ahead != Ahead::Nothing {
            desk.seek(Seek::Newer);
        }
        assert_eq!(desk.shown().last(), Some(&nth(60)));
    }
}

#[test]
fn pages_without_progress_are_not_asked_for_again_and_again() {
    let mut desk = Desk::alone(Server::of(100), tiny());
    let end = Some((nth(100), 100));
    for seek in [
        Seek::Depth(1),
        Seek::Older,
        Seek::Newer,
        Seek::Message {
            message: nth(40),
            depth: 40,
        },
        Seek::Branch {
            message: nth(30),
            depth: 30,
        },
        Seek::Latest,
    ] {
        desk.ask(seek);
        for rows in [vec![], desk.server.snapshot(2)] {
            for _ in 0..20 {
                desk.collect();
                let Some(ClientFrame::Page { path, from, .. }) = desk.asked.pop_front() else {
                    break;
                };
                let (tip, length) = end.map_or((None, 0), |(id, depth)| (Some(id), depth));
                desk.client.receive(ServerFrame::Page {
                    thread: thread(),
                    path,
                    from,
                    tip,
                    length,
                    rows: rows.clone(),
                });
            }
        }
        desk.collect();
        assert!(desk.asked.len() <= 1, "{seek:?}: {:?}", desk.asked);
    }
    assert!(desk.asks < 60, "{} asks", desk.asks);
}

#[test]
fn a_reply_that_streams_while_the_reader_is_far_up_costs_no_change() {
    let mut desk = Desk::alone(Server::of(100), tiny());
    desk.seek(Seek::Depth(1));
    let mut row = reply(101);
    row.parent = Some(nth(100));
    desk.server.seq += 1;
    desk.client.receive(ServerFrame::Delta {
        topic: Topic::Thread(thread()),
        base: 0,
        cursor: at(1),
        ops: vec![weft_protocol::Op::Message(row.clone())],
    });
    desk.client.receive(ServerFrame::Stream {
        handle: 3,
        thread: thread(),
        held: Held {
            message: row.id,
            offset: 0,
        },
    });
    desk.client.forget();
    for at in 0..50 {
        desk.client
            .receive(ServerFrame::Text(3, at * 4, "text".into()));
    }
    assert_eq!(desk.client.changes, []);
}

#[test]
fn a_thread_is_read_down_past_messages_that_were_said_differently() {
    let mut server = Server::of(40);
    for n in [10, 20, 30] {
        // Said differently, and gone on with as before.
        server.say(Some(nth(n - 1)));
    }
    server.say(Some(nth(40)));
    for desk in [Desk::alone, Desk::leading] {
        let mut desk = desk(server.clone(), tiny());
        desk.seek(Seek::Depth(1));
        for _ in 0..30 {
            desk.seek(Seek::Newer);
        }
        assert_eq!(desk.view().ahead, Ahead::Nothing);
        assert_eq!(desk.shown().last(), Some(&nth(44)));
    }
}

#[test]
fn another_branch_is_shown_and_gone_on_with() {
    for desk in [Desk::alone, Desk::leading] {
        let mut server = Server::of(60);
        server.say(Some(nth(19)));
        for _ in 0..30 {
            server.say(server.end(Path::Newest));
        }
        let mut desk = desk(server, tiny());
        desk.seek(Seek::Branch {
            message: nth(20),
            depth: 20,
        });
        assert!(desk.shown().contains(&nth(20)), "{:?}", desk.shown());
        assert!(!desk.shown().contains(&nth(61)));
        while desk.view().ahead != Ahead::Nothing {
            desk.seek(Seek::Newer);
        }
        assert_eq!(desk.shown().last(), Some(&nth(60)));
        // The other branch goes on as well.
        desk.say();
        assert_eq!(desk.shown().last(), Some(&nth(60)));
        desk.seek(Seek::Latest);
        let mine = nth(1_000);
        desk.send(mine);
        let last = desk.view().messages.last().expect("what was sent");
        assert_eq!((last.id, last.delivery), (mine, Delivery::Sending));
        desk.change(|server| server.say_as(mine, Some(nth(60))));
        desk.client.receive(ServerFrame::Ack {
            n: 1,
            effects: vec![],
        });
        assert_eq!(desk.shown()[desk.shown().len() - 2..], [nth(60), mine]);
        // However much is said elsewhere.
        for _ in 0..40 {
            desk.change(|server| server.say(Some(nth(90))));
        }
        desk.answer();
        assert_eq!(desk.shown().last(), Some(&mine));
        assert_eq!(desk.view().ahead, Ahead::Nothing);
        desk.seek(Seek::Older);
        assert!(desk.shown().contains(&nth(55)));
    }
}

#[test]
fn what_is_said_above_a_reader_who_stays_at_the_end_is_shown() {
    let mut desk = Desk::alone(Server::of(100), tiny());
    desk.seek(Seek::Older);
    assert_eq!(desk.view().ahead, Ahead::Nothing);
    desk.change(|server| server.say(Some(nth(50))));
    assert_eq!(desk.view().ahead, Ahead::Nothing);
    assert_eq!(desk.shown().last(), Some(&nth(101)));
}

#[test]
fn an_end_that_is_not_here_is_asked_for() {
    let mut desk = Desk::alone(Server::of(100), tiny());
    for n in 0..30 {
        desk.change(|server| server.say(Some(nth(50 + n))));
    }
    for n in 101..=130 {
        desk.change(|server| server.delete(nth(n)));
        desk.answer();
    }
    assert_eq!(desk.shown().last(), Some(&nth(100)));
    assert_eq!(desk.shown(), span(97, 100));
}

/// A follower of the desk's client.
struct Beside {
    client: Client,
    heard: usize,
}

impl Beside {
    fn open() -> Self {
        let mut client = Client::sized(2, tiny());
        client.input(Input::Follow(TabId(9)));
        client.input(Input::SignedIn { token: None });
        client.input(Input::Watch(thread()));
        Self { client, heard: 0 }
    }

    /// Both hear what the other says, and the server answers, until nobody says anything.
    fn talk(&mut self, desk: &mut Desk) {
        for _ in 0..200 {
            let (up, down) = (
                std::mem::take(&mut self.client.posted),
                std::mem::take(&mut desk.client.posted),
            );
            let quiet = up.is_empty() && down.is_empty();
            for message in down {
                self.heard += usize::from(matches!(message, TabMessage::Page { .. }));
                self.client.input(Input::Heard(message));
            }
            for message in up {
                desk.client.input(Input::Heard(message));
            }
            if quiet && !desk.answer_one() {
                return;
            }
        }
        panic!("they never stop talking");
    }

    fn seek(&mut self, desk: &mut Desk, seek: Seek) {
        self.client.input(Input::Seek(thread(), seek));
        self.talk(desk);
        assert!(self.client.core.held_rows() <= tiny().most_held + 5);
        assert!(desk.client.core.held_rows() <= tiny().most_held + 5);
    }

    fn shown(&self) -> Vec<MessageId> {
        self.client.shown().iter().map(|row| row.id).collect()
    }
}

#[test]
fn a_follower_reads_through_its_leader_and_the_next_one() {
    let mut server = Server::of(100);
    server.most = 2;
    let mut desk = Desk::leading(server.clone(), tiny());
    desk.client.input(Input::Unwatch(thread()));
    let mut beside = Beside::open();
    beside.talk(&mut desk);
    beside
        .client
        .input(Input::Heard(TabMessage::Lead { term: 5 }));
    beside.talk(&mut desk);
    assert_eq!(beside.shown(), span(97, 100));
    while beside.client.mirror.timelines[&thread()].history != History::Complete {
        beside.seek(&mut desk, Seek::Older);
    }
    assert_eq!(beside.shown()[..4], span(1, 4));
    // The leader is gone before it answers.
    beside.client.input(Input::Seek(
        thread(),
        Seek::Message {
            message: nth(50),
            depth: 50,
        },
    ));
    beside.client.posted.clear();
    let mut next = Desk::leading(server, tiny());
    next.client.posted.clear();
    next.client.input(Input::Lead { term: 8 });
    beside.talk(&mut next);
    assert!(beside.shown().contains(&nth(50)), "{:?}", beside.shown());
    assert!(beside.heard > 0);
    let _ = ada();
}
