//! The server alone, over real sockets: what ten thousand silent readers cost it, how late a thousand readers of
//! one reply are, what people who have one thread on screen are told, and how much it takes durably.

use std::{
    fs,
    io::Write as _,
    path::Path,
    time::{Duration, Instant},
};

use futures_util::{StreamExt as _, future::join_all, stream};
use rusqlite::Connection;
use weft_protocol::{ClientFrame, MessageId, Mutation, ServerFrame, ThreadId};
use weft_testkit::edges::{ModelServer, PATIENCE, TestServer};

use crate::{
    figures::Figures,
    page::Side,
    presence,
    socket::{INVITE, Socket, sign_up},
    watchers,
};

const GROUP: &str = "server, one node";

/// Sockets that say and hear nothing.
const IDLE: usize = 10_000;

/// Accounts, and sockets of each: as many as one may have.
const ACCOUNTS: usize = IDLE.div_ceil(SOCKETS);
const SOCKETS: usize = 32;

/// Of the sockets, those that watch one reply: the first one asks for it.
const WATCHERS: usize = 1_000;

/// The accounts that these are of; the others have a thread of their own.
const WATCHING: usize = WATCHERS.div_ceil(SOCKETS);

/// So many sockets are opened, and accounts made, at once.
const AT_ONCE: usize = 32;
const SIGN_UPS_AT_ONCE: usize = 4;

/// Of these, those that write afterwards, what each sends, and how much of that may be unanswered.
const WRITERS: usize = 128;
const MESSAGES: u64 = 400;
const IN_FLIGHT: u64 = 60;

/// How long the disk is asked what it can do by itself.
const FLOOR: Duration = Duration::from_millis(500);

/// Lets this program, and the servers that it starts, have as many sockets as are measured. Fails where this
/// machine does not.
pub(crate) fn raise_open_files() {
    let needed = IDLE as u64 + 400;
    let most = rlimit::increase_nofile_limit(needed).unwrap_or_default();
    assert!(
        most >= needed,
        "the group `server` needs {needed} open files in a process, and {most} are allowed here: \
         raise the hard limit (`ulimit -Hn {needed}`, as root) first"
    );
}

/// Measures a server of its own, on data of its own.
pub(crate) async fn measure(figures: &mut Figures) {
    let model = ModelServer::start().await;
    // Each account signs up from an address of its own: of one, so many are refused.
    let mut server = TestServer::start(Some(&model), &["--behind-proxy", "--invite", INVITE]);
    let addr = server.addr();
    let tokens: Vec<String> = stream::iter(0..ACCOUNTS)
        .map(|number| sign_up(addr, name(number), number))
        .buffered(SIGN_UPS_AT_ONCE)
        .collect()
        .await;
    let [watched, shared] = [0, IDLE as u64].map(|number| ThreadId::from_bytes(id(number, 0)));
    let (first, other) = ((1, &tokens[0]), (presence::INSTALLATION, &tokens[WATCHING]));
    share(&mut server, first, watched, "watcher%").await;
    share(&mut server, other, shared, "person%").await;

    let before = resident(server.process());
    let mut sockets: Vec<Socket> = stream::iter(0..IDLE)
        .map(|number| Socket::open(addr, number as u64 + 1, &tokens[number / SOCKETS]))
        .buffered(AT_ONCE)
        .collect()
        .await;
    let mut add = |name, value| figures.add(GROUP, name, Side::Weft, value);
    let with_all = resident(server.process());
    add(
        "memory of an idle socket, KiB",
        (with_all - before) / IDLE as f64,
    );
    add("memory with 10,000 of them, MiB", with_all / 1_024.0);
    sockets.truncate(WATCHERS);
    until_sockets(&server, WATCHERS).await;

    sockets = watchers::measure(sockets, watched, &server, &model, figures).await;
    presence::measure(&server, shared, &tokens[WATCHING..], figures).await;
    let writers = sockets.drain(1..=WRITERS).collect();
    drop(sockets);
    let floor = syncs(server.data());
    let name = "messages acked a second";
    figures.add(GROUP, name, Side::Floor, floor);
    figures.add(GROUP, name, Side::Weft, write_all(writers).await);
}

/// What an account is called.
fn name(number: usize) -> String {
    let kind = if number < WATCHING {
        "watcher"
    } else {
        "person"
    };
    format!("{kind}{number:03}")
}

/// Waits until the server has so many sockets, and no more.
async fn until_sockets(server: &TestServer, count: usize) {
    let mut ticks = tokio::time::interval(Duration::from_millis(50));
    let begun = Instant::now();
    while server.metric("weft_sockets") > count as u64 {
        assert!(begun.elapsed() < PATIENCE, "sockets that were closed");
        ticks.tick().await;
    }
}

/// Makes a thread, as this installation of an account, that all accounts with such names are members of. It is written into the data: each member who is
/// let in is told to all that are there.
async fn share(
    server: &mut TestServer,
    (installation, token): (u64, &String),
    thread: ThreadId,
    names: &str,
) {
    let mut socket = Socket::open(server.addr(), installation, token).await;
    let mutation = Mutation::CreateThread { thread };
    socket.send(&ClientFrame::Mutate { n: 1, mutation }).await;
    while !matches!(socket.next().await, ServerFrame::Ack { .. }) {}
    server.kill();
    let data = Connection::open(server.data().join("weft.db")).expect("the data");
    let all = "INSERT OR IGNORE INTO member (user, thread, pinned, archived, role)
        SELECT account.id, ?1, 0, 0, 'viewer' FROM account WHERE account.name LIKE ?2";
    let thread: &[u8] = thread.as_bytes();
    data.execute(all, (thread, names)).expect("members");
    drop(data);
    server.restart();
}

/// Messages that these take together in a second, each in a thread of its own.
async fn write_all(writers: Vec<Socket>) -> f64 {
    let all = writers.len() as u64 * MESSAGES;
    let began = Instant::now();
    let writers = writers.into_iter().zip(1..);
    let writers = writers.map(|(socket, number)| tokio::spawn(write(socket, number)));
    for writer in join_all(writers).await {
        writer.expect("a socket that was answered");
    }
    all as f64 / began.elapsed().as_secs_f64()
}

/// Makes a thread and writes into it, as fast as is allowed.
async fn write(mut socket: Socket, number: u64) {
    let thread = ThreadId::from_bytes(id(number, 0));
    let mutation = |n: u64| match n {
        1 => Mutation::CreateThread { thread },
        n => Mutation::SendMessage {
            thread,
            message: MessageId::from_bytes(id(number, n)),
            parent: None,
            text: "A message of the length that people write".to_owned(),
            reply: None,
        },
    };
    let (mut sent, mut acked) = (0, 0);
    while acked < MESSAGES {
        while sent < MESSAGES && sent - acked < IN_FLIGHT {
            sent += 1;
            let mutation = mutation(sent);
            let frame = ClientFrame::Mutate { n: sent, mutation };
            socket.feed(&frame).await;
        }
        socket.flush().await;
        match socket.next().await {
            ServerFrame::Ack { .. } => acked += 1,
            ServerFrame::Nack { code, .. } => panic!("refused: {code:?}"),
            _ => {}
        }
    }
}

/// The id of what a socket makes.
pub(crate) fn id(socket: u64, n: u64) -> [u8; 16] {
    (u128::from(socket + 1) << 64 | u128::from(n + 1)).to_be_bytes()
}

/// How often in a second the disk keeps a page that is written alone.
fn syncs(data: &Path) -> f64 {
    let path = data.join("floor");
    let mut file = fs::File::create(path).expect("the data");
    let began = Instant::now();
    let mut count = 0.0;
    while began.elapsed() < FLOOR {
        file.write_all(&[1; 4_096]).expect("a disk");
        file.sync_data().expect("a disk");
        count += 1.0;
    }
    count / began.elapsed().as_secs_f64()
}

/// The memory of a process that is not swapped out, in KiB.
pub(crate) fn resident(process: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.trim().split(' ').next()?.parse().ok());
    number.unwrap_or(f64::NAN)
}

/// How long processors have worked for a process, in seconds. Linux counts in hundredths.
pub(crate) fn worked(process: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let numbers = stat.rsplit(')').next().unwrap_or_default();
    let numbers = numbers.split_whitespace().skip(11).take(2);
    let hundredths: Option<f64> = numbers.map(|number| number.parse::<f64>().ok()).sum();
    hundredths.map_or(f64::NAN, |all| all / 100.0)
}
