//! SPEC R15 to R17: siblings as they change, and pages of a path, as a socket gets them.

use weft_protocol::{ClientFrame, MessageId, MessageRow, Mutation, Op, Path, ServerFrame, Topic};

use super::bench::{Bench, thread, user};

fn ask(path: Path, from: u64) -> ClientFrame {
    ClientFrame::Page {
        thread: thread(1),
        path,
        from,
        limit: 2,
    }
}

/// The only page among the frames: its end, its length, and its rows.
fn page(frames: Vec<ServerFrame>) -> (Option<MessageId>, u64, Vec<MessageRow>) {
    let mut pages = frames.into_iter().filter_map(|frame| match frame {
        ServerFrame::Page {
            tip, length, rows, ..
        } => Some((tip, length, rows)),
        _ => None,
    });
    let page = pages.next().expect("a page came");
    assert_eq!(pages.next(), None);
    page
}

fn ids(rows: &[MessageRow]) -> Vec<MessageId> {
    rows.iter().map(|row| row.id).collect()
}

/// Says something else in the place of a message; gives the new one.
fn edit(bench: &mut Bench, message: MessageId) -> MessageId {
    let replacement = bench.message_id();
    bench.mutate(
        1,
        Mutation::EditMessage {
            thread: thread(1),
            message,
            replacement,
            text: "differently".into(),
            reply: None,
        },
    );
    replacement
}

#[test]
fn r17_a_page_is_of_the_path_that_was_asked_for() {
    let mut bench = Bench::new();
    bench.create(1, 1);
    let posts = [1, 2, 3].map(|_| bench.post(1, 1, "said"));
    let other = edit(&mut bench, posts[1]);
    let id = bench.join(1, &[]);
    for (path, from, tip, length, part) in [
        (Path::Newest, 1, other, 2, vec![posts[0], other]),
        (Path::To(posts[2]), 2, posts[2], 3, vec![posts[1], posts[2]]),
        (Path::Through(posts[1]), 3, posts[2], 3, vec![posts[2]]),
        (Path::Through(posts[0]), 2, other, 2, vec![other]),
    ] {
        bench.frames(id);
        bench.say(id, ask(path, from));
        let frames = bench.frames(id);
        let ServerFrame::Page {
            path: of,
            from: asked,
            ..
        } = frames[0]
        else {
            panic!("a page: {frames:?}");
        };
        assert_eq!((of, asked), (path, from));
        let (end, long, rows) = page(frames);
        assert_eq!((end, long, ids(&rows)), (Some(tip), length, part));
    }
}

#[test]
fn r15_whoever_follows_a_thread_is_told_which_messages_stand_in_each_others_place() {
    let mut bench = Bench::new();
    let topic = bench.create(1, 1);
    let first = bench.post(1, 1, "said");
    let id = bench.join(1, &[topic]);
    let lists = |bench: &mut Bench| -> Vec<Vec<MessageId>> {
        let ops = bench
            .frames(id)
            .into_iter()
            .filter_map(|frame| match frame {
                ServerFrame::Delta { ops, .. } => Some(ops),
                _ => None,
            });
        let lists = ops.flatten().filter_map(|op| match op {
            Op::Siblings(list) => Some(list),
            _ => None,
        });
        lists.collect()
    };
    let second = edit(&mut bench, first);
    assert_eq!(lists(&mut bench), [[first, second]]);
    bench.assert_in_step(id, 1, topic);
    // Merged for one who was slow, the last list is what counts.
    bench.stall(id);
    let third = edit(&mut bench, first);
    let fourth = edit(&mut bench, first);
    let fifth = edit(&mut bench, first);
    bench.mutate(
        1,
        Mutation::DeleteMessage {
            thread: thread(1),
            message: second,
        },
    );
    bench.unstall(id);
    let last = lists(&mut bench).pop();
    assert_eq!(last, Some(vec![first, third, fourth, fifth]));
    bench.assert_in_step(id, 1, topic);
}

#[test]
fn r17_a_page_may_be_older_than_a_delta_that_came_before_it() {
    let mut bench = Bench::new();
    let topic = bench.create(1, 1);
    let post = bench.post(1, 1, "said");
    let id = bench.join(1, &[topic, Topic::User(user(1))]);
    bench.frames(id);
    bench.hold_answers = true;
    bench.say(id, ask(Path::Newest, 1));
    bench.mutate(
        1,
        Mutation::DeleteMessage {
            thread: thread(1),
            message: post,
        },
    );
    let is_buried =
        |frame: &ServerFrame| matches!(frame, ServerFrame::Delta { topic: of, .. } if *of == topic);
    assert!(bench.frames(id).iter().any(is_buried));
    bench.release();
    let (_, _, rows) = page(bench.frames(id));
    assert!(!rows[0].deleted, "read before it was deleted");
}
