//! What is another person's is as if it were not there.

use weft_protocol::{ClientFrame, ErrorCode, Mutation, Path, ServerFrame, Topic, frame::Held};

use super::bench::{Bench, afresh, thread, user};

fn no_such(topic: Topic) -> ServerFrame {
    ServerFrame::Error {
        code: ErrorCode::NoSuchTopic,
        topic: Some(topic),
    }
}

#[test]
fn r7_another_persons_list_or_thread_is_no_such_topic_and_nothing_of_it_follows() {
    let mut bench = Bench::new();
    let theirs = bench.create(1, 1);
    let id = bench.join(2, &[]);
    bench.frames(id);
    for topic in [Topic::User(user(1)), theirs, Topic::Thread(thread(9))] {
        bench.say(id, ClientFrame::Subscribe(afresh(topic)));
        assert_eq!(bench.frames(id), [no_such(topic)]);
    }
    let reply = bench.ask(1, 1);
    bench.append(reply, 0, "a secret");
    bench.settle(reply);
    assert_eq!(bench.frames(id), []);
}

#[test]
fn r7_nothing_of_anothers_thread_comes_while_the_store_is_asked_about_it() {
    let mut bench = Bench::new();
    let theirs = bench.create(1, 1);
    let reply = bench.ask(1, 1);
    bench.append(reply, 0, "a secret");
    let id = bench.join(2, &[]);
    bench.frames(id);
    bench.hold_answers = true;
    bench.say(id, ClientFrame::Subscribe(afresh(theirs)));
    let held = Held {
        message: reply,
        offset: 0,
    };
    bench.say(
        id,
        ClientFrame::Open {
            thread: thread(1),
            held,
        },
    );
    bench.append(reply, 8, " and another");
    assert_eq!(bench.frames(id), []);
    bench.release();
    assert_eq!(bench.frames(id), [no_such(theirs)]);
}

#[test]
fn r17_a_page_of_anothers_thread_is_refused() {
    let mut bench = Bench::new();
    let theirs = bench.create(1, 1);
    bench.post(1, 1, "a secret");
    let id = bench.join(2, &[]);
    bench.frames(id);
    bench.say(
        id,
        ClientFrame::Page {
            thread: thread(1),
            path: Path::Newest,
            from: 1,
            limit: 9,
        },
    );
    assert_eq!(bench.frames(id), [no_such(theirs)]);
}

#[test]
fn r21_a_reply_of_a_thread_that_is_not_followed_is_not_opened() {
    let mut bench = Bench::new();
    let theirs = bench.create(1, 1);
    bench.create(2, 2);
    let reply = bench.ask(1, 1);
    bench.append(reply, 0, "a secret");
    bench.settle(reply);
    let id = bench.join(2, &[Topic::Thread(thread(2))]);
    bench.frames(id);
    let held = Held {
        message: reply,
        offset: 0,
    };
    bench.say(
        id,
        ClientFrame::Open {
            thread: thread(1),
            held,
        },
    );
    assert_eq!(bench.frames(id), [no_such(theirs)]);
    bench.say(
        id,
        ClientFrame::Open {
            thread: thread(2),
            held,
        },
    );
    assert_eq!(bench.frames(id), [], "nor by the name of one's own thread");
}

#[test]
fn r9_a_mutation_of_anothers_thread_is_rejected_and_changes_nothing() {
    let mut bench = Bench::new();
    bench.create(1, 1);
    let owner = bench.join(1, &[Topic::User(user(1))]);
    let id = bench.join(2, &[]);
    for id in [owner, id] {
        bench.frames(id);
    }
    let (thread, title) = (thread(1), "Mine".into());
    bench.say(
        id,
        ClientFrame::Mutate {
            n: 1,
            mutation: Mutation::RenameThread { thread, title },
        },
    );
    assert_eq!(
        bench.frames(id),
        [ServerFrame::Nack {
            n: 1,
            code: ErrorCode::NoSuchThread
        }]
    );
    assert_eq!(bench.frames(owner), []);
}
