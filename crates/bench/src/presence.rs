//! People who all have one thread on screen, while some of them type.
//!
//! What they cost together is linear in how many they are as long as each of them is told the same, whoever else is
//! there: so that is what is measured, for one of them.

use std::time::Duration;

use futures_util::{StreamExt as _, future::join_all, stream};
use tokio::time::{Instant, interval_at, sleep_until};
use weft_protocol::{
    ClientFrame, Presence, ThreadId,
    presence::{BEAT, TYPING_EVERY},
};
use weft_testkit::edges::TestServer;

use crate::{figures::Figures, page::Side, server::worked, socket::Socket, watchers};

/// How many have the thread on screen, and how many of them type.
const PEOPLE: [usize; 3] = [50, 100, 200];
const TYPING: usize = 10;

/// The group of the fewest people.
pub(crate) const FEW: &str = "server, presence of 50 people, 10 type";

/// How long they are there before it is counted what they are told, and how long that is counted.
const SETTLES: Duration = Duration::from_secs(3);
const LASTS: Duration = Duration::from_secs(10);

/// The installation of the first; no other group has any from there on.
pub(crate) const INSTALLATION: u64 = 1 << 32;

/// In so many steps of the time between two of a person's frames they begin: people are not in step.
const SPREAD: u32 = 10;

/// What one of them was told.
#[derive(Default)]
struct Told {
    frames: usize,
    bytes: usize,
}

/// Measures people who are members of `thread`, each with one of `tokens`.
pub(crate) async fn measure(
    server: &TestServer,
    thread: ThreadId,
    tokens: &[String],
    figures: &mut Figures,
) {
    for people in PEOPLE {
        let group = format!("server, presence of {people} people, {TYPING} type");
        let all = stream::iter(tokens.iter().take(people).zip(INSTALLATION..));
        let sockets: Vec<Socket> = all
            .map(async |(token, installation)| {
                let socket = Socket::open(server.addr(), installation, token).await;
                watchers::follow(socket, thread).await
            })
            .buffered(people)
            .collect()
            .await;
        assert_eq!(sockets.len(), people, "an account for each");
        let from = Instant::now() + SETTLES;
        let people = sockets.into_iter().enumerate();
        let people = people.map(|(number, socket)| tokio::spawn(be(socket, thread, number, from)));
        let people: Vec<_> = people.collect();
        sleep_until(from).await;
        let before = worked(server.process());
        sleep_until(from + LASTS).await;
        let worked = worked(server.process()) - before;
        let told = join_all(people).await.into_iter();
        let told: Vec<Told> = told
            .map(|told| told.expect("a socket that was told"))
            .collect();
        let each = |sum: usize| sum as f64 / (told.len() as f64 * LASTS.as_secs_f64());
        let mut add = |name, value| figures.add(&group, name, Side::Weft, value);
        add(
            "frames for each, a second",
            each(told.iter().map(|told| told.frames).sum()),
        );
        add(
            "bytes for each, a second",
            each(told.iter().map(|told| told.bytes).sum()),
        );
        add(
            "processor of the server, ms a second",
            worked * 1_000.0 / LASTS.as_secs_f64(),
        );
    }
}

/// Has the thread on screen until what is told from `from` on has been counted. The first few type.
async fn be(mut socket: Socket, thread: ThreadId, number: usize, from: Instant) -> Told {
    let (state, every) = match number < TYPING {
        true => (Presence::Typing, Duration::from_millis(TYPING_EVERY)),
        false => (Presence::Here, Duration::from_millis(BEAT)),
    };
    let came = ClientFrame::Presence {
        thread,
        state: Presence::Here,
    };
    socket.send(&came).await;
    let first = Instant::now() + every * (number as u32 % SPREAD) / SPREAD;
    let mut beats = interval_at(first, every);
    let mut told = Told::default();
    loop {
        tokio::select! {
            () = sleep_until(from + LASTS) => return told,
            _ = beats.tick() => socket.send(&ClientFrame::Presence { thread, state }).await,
            frame = socket.next_text() => {
                if Instant::now() >= from {
                    told.frames += 1;
                    told.bytes += frame.len();
                }
            }
        }
    }
}
