//! SPEC R60: how models are asked, shown at once and everywhere; and letting go of what is kept.

use weft_protocol::{
    ClientFrame, Defaults, ErrorCode, MemberRow, Mutation, Op, Role, Row, ServerFrame, Topic,
    Tuning, frame::Head,
};
use weft_sync::{Change, History, Input, StorageOp};

use crate::client::{Client, ack, ada, at, delta, said, say, thread, thread_row, topic};

fn list() -> Topic {
    Topic::User(ada().id)
}

fn tuning(system: &str) -> Tuning {
    Tuning {
        temperature: Some(50),
        system: system.into(),
    }
}

fn defaults(system: &str) -> Defaults {
    Defaults {
        model: Some("demo".into()),
        tuning: tuning(system),
    }
}

fn set(system: &str) -> Input {
    let defaults = defaults(system);
    Input::Mutate(Mutation::SetDefaults { defaults })
}

fn tune(system: &str) -> Input {
    let (thread, tuning) = (thread(), tuning(system));
    Input::Mutate(Mutation::TuneThread { thread, tuning })
}

fn shown(client: &Client) -> (&str, &str) {
    let timeline = &client.mirror.timelines[&thread()];
    (
        client.mirror.defaults.tuning.system.as_str(),
        timeline.tuning.system.as_str(),
    )
}

#[test]
fn r60_what_is_set_is_shown_at_once_and_offline_and_after_a_restart() {
    let mut client = Client::ready();
    client.close(1006);
    client.input(set("mine"));
    client.input(tune("ours"));
    assert_eq!(shown(&client), ("mine", "ours"));
    assert_eq!(client.mirror.unsent, 2);
    client.restart();
    assert_eq!(shown(&client), ("mine", "ours"));
    client.connect(0);
    let sent = client.sent.iter();
    let sent = sent.filter(|frame| matches!(frame, ClientFrame::Mutate { .. }));
    assert_eq!(sent.count(), 2);
}

#[test]
fn r60_what_another_device_says_is_shown_and_kept() {
    let mut client = Client::ready();
    client.receive(ServerFrame::Delta {
        topic: list(),
        base: 0,
        cursor: at(1),
        ops: vec![Op::Defaults(defaults("mine"))],
    });
    client.receive(delta(0, vec![Op::Tuning(tuning("ours"))]));
    assert_eq!(shown(&client), ("mine", "ours"));
    client.restart();
    assert_eq!(shown(&client), ("mine", "ours"));
    // A snapshot without says that nothing is said any more.
    client.connect(0);
    client.receive(ServerFrame::Snapshot {
        topic: list(),
        cursor: at(9),
        rows: vec![Row::Thread(thread_row())],
    });
    client.snapshot(9, vec![said(1, "hi")]);
    assert_eq!(shown(&client), ("", ""));
}

#[test]
fn r12_what_was_set_stays_shown_until_its_row_is_here() {
    let mut client = Client::ready();
    client.input(tune("ours"));
    client.receive(ack(1, 1));
    assert_eq!(shown(&client), ("", "ours"));
    client.receive(delta(0, vec![Op::Tuning(tuning("theirs"))]));
    assert_eq!(shown(&client), ("", "theirs"));
    client.input(set("mine"));
    client.receive(ServerFrame::Ack {
        n: 2,
        effects: vec![Head {
            topic: list(),
            cursor: at(1),
        }],
    });
    assert_eq!(shown(&client), ("mine", "theirs"));
    client.receive(ServerFrame::Delta {
        topic: list(),
        base: 0,
        cursor: at(1),
        ops: vec![Op::Defaults(defaults("other"))],
    });
    assert_eq!(shown(&client), ("other", "theirs"));
}

#[test]
fn r60_what_is_not_taken_is_undone_and_said() {
    let mut client = Client::ready();
    client.input(tune("ours"));
    client.receive(ServerFrame::Nack {
        n: 1,
        code: ErrorCode::NotAllowed,
    });
    assert_eq!(shown(&client), ("", ""));
    let said = client.changes.iter();
    let said = said.filter(|change| matches!(change, Change::Rejected { .. }));
    assert_eq!(said.count(), 1);
    client.input(tune(&"x".repeat(9_000)));
    assert_eq!(shown(&client), ("", ""));
}

#[test]
fn what_is_kept_is_got_anew_and_what_is_unsent_or_written_stays() {
    let mut client = Client::ready();
    client.snapshot(1, vec![said(1, "hi")]);
    client.input(Input::Draft(Some(thread()), "not yet".into()));
    client.input(say(9, "on its way"));
    client.forget();
    client.input(Input::Refill);
    let asked = |topic| {
        let fresh = move |frame: &&ClientFrame| matches!(frame, ClientFrame::Subscribe(it) if it.topic == topic && it.cursor.is_none());
        client.sent.iter().filter(fresh).count()
    };
    assert_eq!((asked(list()), asked(topic())), (1, 1));
    assert_eq!(client.texts(), ["hi", "on its way"], "until it is here");
    client.receive(ServerFrame::Snapshot {
        topic: list(),
        cursor: at(3),
        rows: vec![Row::Thread(thread_row())],
    });
    client.snapshot(3, vec![said(1, "hi!")]);
    assert_eq!(client.texts(), ["hi!", "on its way"]);
    let kept = client.storage.stored();
    assert_eq!(kept.outbox.len(), 1);
    assert_eq!(kept.drafts, [(Some(thread()), "not yet".to_owned())]);
    assert_eq!(kept.topics.len(), 2);
}

#[test]
fn what_is_kept_of_threads_that_nobody_looks_at_is_let_go_of() {
    let mut client = Client::ready();
    let member = MemberRow {
        user: ada(),
        role: Some(Role::Owner),
    };
    client.receive(delta(
        0,
        vec![Op::Member(member), Op::Message(said(1, "hi"))],
    ));
    client.input(Input::Unwatch(thread()));
    assert_eq!(client.storage.stored().topics.len(), 2);
    client.forget();
    client.input(Input::Refill);
    assert!(client.stored.contains(&StorageOp::DropTopic(topic())));
    let kept = client.storage.stored().topics;
    assert_eq!(kept.len(), 1, "the list, until another one is here");
    client.input(Input::Watch(thread()));
    assert_eq!(client.subscribed_from(), [None]);
}

#[test]
fn r43_a_thread_that_is_this_persons_no_more_is_still_known_as_that() {
    let mut client = Client::ready();
    client.receive(ServerFrame::Error {
        code: ErrorCode::NoSuchTopic,
        topic: Some(topic()),
    });
    client.forget();
    client.input(Input::Refill);
    let timeline = &client.mirror.timelines[&thread()];
    assert_eq!(timeline.history, History::Missing);
    assert!(client.subscribed_from().iter().all(Option::is_none));
}

#[test]
fn without_a_server_nothing_is_let_go_of() {
    let mut client = Client::ready();
    client.receive(delta(0, vec![Op::Message(said(1, "hi"))]));
    client.close(1006);
    client.forget();
    client.input(Input::Refill);
    assert_eq!((client.texts(), &client.stored[..]), (vec!["hi"], &[][..]));
}
