//! A thousand people in one thread, who all read one reply while it is made.

use std::time::Instant;

use futures_util::future::join_all;
use tokio::time::{MissedTickBehavior, interval};
use weft_protocol::{
    ClientFrame, MessageId, Mutation, NewReply, ServerFrame, ThreadId, Topic, frame::Subscription,
};
use weft_testkit::edges::{ModelServer, TestServer};

use crate::{
    figures::{Figures, quantile},
    page::Side,
    replies::PACE,
    server::{id, resident, worked},
    socket::Socket,
    text,
};

const GROUP: &str = "server, 1,000 watchers of one reply";

/// Tokens of the reply, at the pace of a fast model.
const TOKENS: usize = 1_000;

/// What one of them received.
struct Watched {
    /// How many bytes of the text it had, and since when.
    had: Vec<(usize, Instant)>,
    /// Bytes of all frames.
    bytes: usize,
}

/// Measures a reply that the first of `sockets` asks for and all of them read. `thread` is theirs. Gives them back.
pub(crate) async fn measure(
    sockets: Vec<Socket>,
    thread: ThreadId,
    server: &TestServer,
    model: &ModelServer,
    figures: &mut Figures,
) -> Vec<Socket> {
    let tokens = text::tokens(TOKENS);
    let length = tokens.iter().map(String::len).sum();
    let follow = sockets.into_iter().map(|socket| follow(socket, thread));
    let mut sockets = join_all(follow).await;
    let reply = model.next_reply();
    let ask = ask(thread);
    sockets[0].send(&ask).await;
    let readers = sockets
        .into_iter()
        .map(|socket| tokio::spawn(read(socket, length)));
    let readers: Vec<_> = readers.collect();
    model.asked(1).await;

    let before = worked(server.process());
    let mut ticks = interval(PACE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut said = Vec::with_capacity(TOKENS);
    for token in &tokens {
        ticks.tick().await;
        let until = said.last().map_or(0, |&(until, _)| until) + token.len();
        said.push((until, Instant::now()));
        reply.say(token);
    }
    reply.finish();
    let (mut lags, mut bytes, mut sockets) = (Vec::new(), 0, Vec::new());
    for reader in join_all(readers).await {
        let (socket, watched) = reader.expect("a socket that was told");
        lags.extend(lags_of(&said, &watched.had));
        bytes += watched.bytes;
        sockets.push(socket);
    }
    let worked = worked(server.process()) - before;
    let lag = |share| quantile(&lags, share).unwrap_or(f64::NAN);
    let mut add = |name, value| figures.add(GROUP, name, Side::Weft, value);
    add("token to a watcher p50, ms", lag(0.5));
    add("token to a watcher p99, ms", lag(0.99));
    add("processor of the server, s", worked);
    add(
        "memory of the server, MiB",
        resident(server.process()) / 1_024.0,
    );
    add(
        "bytes for a watcher, of the text's",
        bytes as f64 / (sockets.len() * length) as f64,
    );
    sockets
}

/// Follows the thread, from what is there now.
pub(crate) async fn follow(mut socket: Socket, thread: ThreadId) -> Socket {
    let topic = Topic::Thread(thread);
    let subscription = Subscription {
        topic,
        cursor: None,
        streams: Vec::new(),
    };
    socket.send(&ClientFrame::Subscribe(subscription)).await;
    while !matches!(socket.next().await, ServerFrame::Snapshot { .. }) {}
    socket
}

/// The second mutation of the first socket, which has made the thread.
fn ask(thread: ThreadId) -> ClientFrame {
    let mutation = Mutation::SendMessage {
        thread,
        message: MessageId::from_bytes(id(0, 1)),
        parent: None,
        text: "How do tides work?".to_owned(),
        reply: Some(NewReply {
            message: MessageId::from_bytes(id(0, 2)),
            model: "tester".to_owned(),
        }),
    };
    ClientFrame::Mutate { n: 2, mutation }
}

/// Reads a reply of `length` bytes to its end.
async fn read(mut socket: Socket, length: usize) -> (Socket, Watched) {
    let mut watched = Watched {
        had: Vec::new(),
        bytes: 0,
    };
    while watched.had.last().is_none_or(|&(had, _)| had < length) {
        let text = socket.next_text().await;
        watched.bytes += text.len();
        if let Ok(ServerFrame::Text(_, offset, said)) = ServerFrame::decode(&text) {
            watched
                .had
                .push((offset as usize + said.len(), Instant::now()));
        }
    }
    (socket, watched)
}

/// Milliseconds from each token's being said to its being here.
fn lags_of(said: &[(usize, Instant)], had: &[(usize, Instant)]) -> Vec<f64> {
    let mut had = had.iter().peekable();
    let lag = |&(until, at): &(usize, Instant)| {
        while had.next_if(|(had, _)| *had < until).is_some() {}
        let (_, here) = had.peek()?;
        Some(here.saturating_duration_since(at).as_secs_f64() * 1_000.0)
    };
    said.iter().filter_map(lag).collect()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::lags_of;

    #[test]
    fn a_token_is_as_late_as_the_frame_that_ends_it() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let said = [(3, at(0)), (5, at(10)), (9, at(20))];
        let had = [(4, at(15)), (9, at(40))];
        assert_eq!(lags_of(&said, &had), [15.0, 30.0, 20.0]);
    }
}
