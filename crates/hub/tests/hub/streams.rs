//! SPEC R18 to R23: the bytes of replies.

use std::sync::Arc;

use weft_hub::SessionId;
use weft_protocol::{
    ClientFrame, MessageId, ServerFrame, Topic,
    frame::{Held, Subscription},
    limits::MAX_STREAM_CHUNK,
};

use super::bench::{Bench, afresh, thread};

fn followed() -> (Bench, SessionId, Topic) {
    let mut bench = Bench::new();
    let topic = bench.create(1, 1);
    let id = bench.join(1, &[topic]);
    (bench, id, topic)
}

fn open(message: MessageId, offset: u64) -> ClientFrame {
    ClientFrame::Open {
        thread: thread(1),
        held: Held { message, offset },
    }
}

fn stream(handle: u32, message: MessageId, offset: u64) -> ServerFrame {
    ServerFrame::Stream {
        handle,
        thread: thread(1),
        held: Held { message, offset },
    }
}

fn texts(frames: &[ServerFrame]) -> Vec<(u64, &str)> {
    let text = |frame| match frame {
        &ServerFrame::Text(_, offset, ref text) => Some((offset, text.as_str())),
        _ => None,
    };
    frames.iter().filter_map(text).collect()
}

#[test]
fn r19_a_reply_is_announced_and_then_comes_byte_by_byte_in_order() {
    let (mut bench, id, topic) = followed();
    let reply = bench.ask(1, 1);
    bench.frames(id);
    bench.append(reply, 0, "Weft ");
    bench.append(reply, 5, "é");
    bench.append(reply, 7, "!");
    bench.settle(reply);
    let frames = bench.frames(id);
    let text = |offset, text: &str| ServerFrame::Text(1, offset, text.into());
    let expected = [
        stream(1, reply, 0),
        text(0, "Weft "),
        text(5, "é"),
        text(7, "!"),
    ];
    assert_eq!(frames[..4], expected);
    assert!(matches!(&frames[4..], [ServerFrame::Delta { ops, .. }] if ops.len() == 1));
    bench.assert_in_step(id, 1, topic);
}

#[test]
fn r19_a_frame_for_two_followers_is_encoded_once() {
    let (mut bench, first, topic) = followed();
    let second = bench.join(1, &[topic]);
    let reply = bench.ask(1, 1);
    bench.append(reply, 0, "The first piece ");
    for id in [first, second] {
        bench.frames(id);
    }
    bench.append(reply, 16, "and the next.");
    let [first, second] = [first, second].map(|id| bench.socket(id).taken[0].clone());
    assert!(Arc::ptr_eq(&first, &second), "{first} {second}");
}

#[test]
fn r30_a_reader_behind_gets_all_there_is_even_where_another_got_it_in_pieces() {
    let (mut bench, quick, topic) = followed();
    let slow = bench.join(1, &[topic]);
    let reply = bench.ask(1, 1);
    for (id, offset, piece) in [(slow, 0, "01234"), (quick, 5, "56789")] {
        bench.stall(id);
        bench.post(1, 1, "takes the credit");
        bench.post(1, 1, "takes the credit");
        bench.append(reply, offset, piece);
    }
    assert_eq!(texts(&bench.frames(quick)), [(0, "01234")]);
    bench.unstall(slow);
    assert_eq!(texts(&bench.frames(slow)), [(0, "0123456789")]);
}

#[test]
fn r18_a_late_follower_starts_from_the_bytes_it_holds_or_from_0() {
    let (mut bench, _, topic) = followed();
    let message = bench.ask(1, 1);
    bench.append(message, 0, "0123456789");
    for offset in [4, 0] {
        let streams = if offset == 0 {
            vec![]
        } else {
            vec![Held { message, offset }]
        };
        let late = bench.join(1, &[]);
        bench.socket(late).mute = true;
        bench.frames(late);
        let cursor = None;
        bench.say(
            late,
            ClientFrame::Subscribe(Subscription {
                topic,
                cursor,
                streams,
            }),
        );
        let rest = ServerFrame::Text(1, offset, "0123456789"[offset as usize..].into());
        assert_eq!(bench.frames(late)[1..], [stream(1, message, offset), rest]);
    }
}

#[test]
fn r19_long_text_comes_in_frames_that_cut_no_character() {
    let (mut bench, id, topic) = followed();
    let reply = bench.ask(1, 1);
    bench.append(reply, 0, &"日本".repeat(30_000));
    let frames = bench.frames(id);
    let texts = texts(&frames);
    assert_eq!(texts.len(), 3);
    assert!(texts.iter().all(|(_, text)| text.len() <= MAX_STREAM_CHUNK));
    bench.assert_in_step(id, 1, topic);
}

#[test]
fn r21_a_reply_is_opened_anew_from_any_offset_while_it_runs_and_once_it_has_ended() {
    let (mut bench, id, _) = followed();
    let reply = bench.ask(1, 1);
    bench.append(reply, 0, &"0123456789".repeat(20_000));
    for offset in [199_990, 10] {
        bench.frames(id);
        bench.say(id, open(reply, offset));
        let frames = bench.frames(id);
        let texts = texts(&frames);
        assert_eq!(frames[0], stream(1, reply, offset));
        assert_eq!(texts[0].0, offset);
        let bytes: usize = texts.iter().map(|(_, text)| text.len()).sum();
        assert_eq!(bytes as u64, 200_000 - offset);
    }
    bench.settle(reply);
    bench.frames(id);
    bench.say(id, open(reply, 10));
    let frames = bench.frames(id);
    let bytes: usize = texts(&frames).iter().map(|(_, text)| text.len()).sum();
    assert_eq!((frames.len(), bytes), (5, 199_990));
}

#[test]
fn r18_text_follows_the_row_of_its_reply() {
    let (mut bench, id, _) = followed();
    bench.frames(id);
    bench.stall(id);
    bench.post(1, 1, "one");
    bench.post(1, 1, "two");
    let reply = bench.ask(1, 1);
    bench.append(reply, 0, "text");
    bench.unstall(id);
    let frames = bench.frames(id);
    let last = ServerFrame::Text(1, 0, "text".into());
    assert_eq!(frames[3..], [stream(1, reply, 0), last]);
    assert!(matches!(frames[2], ServerFrame::Delta { .. }));
}

#[test]
fn r21_an_open_that_comes_before_its_topics_answer_is_answered_after_it() {
    let (mut bench, _, topic) = followed();
    let reply = bench.ask(1, 1);
    bench.append(reply, 0, "0123456789");
    bench.settle(reply);
    let id = bench.join(1, &[]);
    bench.frames(id);
    bench.hold_answers = true;
    bench.say(id, ClientFrame::Subscribe(afresh(topic)));
    bench.say(id, open(reply, 4));
    bench.release();
    assert_eq!(texts(&bench.frames(id)), [(4, "456789")]);
}

#[test]
fn r18_text_that_is_published_before_an_older_read_is_answered_is_not_held_back() {
    let (mut bench, id, topic) = followed();
    let reply = bench.ask(1, 1);
    bench.hold_answers = true;
    bench.say(id, open(reply, 0));
    bench.append(reply, 0, "0123456789");
    bench.release();
    bench.assert_in_step(id, 1, topic);
}

#[test]
fn r23_a_reply_that_all_have_read_or_given_up_is_kept_no_longer() {
    let (mut bench, reader, topic) = followed();
    let leaver = bench.join(1, &[topic]);
    let reply = bench.ask(1, 1);
    let before = bench.held_bytes();
    bench.stall(leaver);
    for at in 0..5 {
        bench.append(reply, at * 10_000, &"0123456789".repeat(1_000));
    }
    bench.settle(reply);
    bench.assert_in_step(reader, 1, topic);
    bench.say(leaver, ClientFrame::Unsubscribe { topic });
    bench.unstall(leaver);
    assert!(
        bench.held_bytes() < before + 1_000,
        "{}",
        bench.held_bytes() - before
    );
}
