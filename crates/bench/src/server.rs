//! The server alone, over real sockets: how much it takes durably, and what a silent reader costs it.

use std::{fs, net::SocketAddr, time::Instant};

use futures_util::{SinkExt as _, StreamExt as _, future::join_all};
use reqwest::Client;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest as _},
};
use weft_protocol::{
    ClientFrame, InstallationId, MessageId, Mutation, ServerFrame, ThreadId, Versions, api,
    version::SUBPROTOCOL,
};
use weft_testkit::edges::TestServer;

use crate::{figures::Figures, page::Side};

const GROUP: &str = "server, one node";

/// Accounts, and sockets of each: as many as one may have.
const ACCOUNTS: usize = 4;
const SOCKETS: usize = 32;

/// Messages that each socket sends, and how many may be unanswered.
const MESSAGES: u64 = 400;
const IN_FLIGHT: u64 = 60;

type Socket = WebSocketStream<TcpStream>;

/// Measures a server of its own, on data of its own.
pub(crate) async fn measure(figures: &mut Figures) {
    let server = TestServer::start(None, &[]);
    let tokens = join_all((0..ACCOUNTS).map(|number| sign_up(server.addr(), number))).await;
    let before = resident(server.process());
    let mut sockets = Vec::new();
    for token in &tokens {
        for _ in 0..SOCKETS {
            let number = sockets.len() as u64;
            sockets.push(open(server.addr(), number, token).await);
        }
    }
    let idle = (resident(server.process()) - before) / sockets.len() as f64;
    figures.add(GROUP, "memory of an idle socket, KiB", Side::Weft, idle);

    let all = sockets.len() as u64 * MESSAGES;
    let began = Instant::now();
    let writers = sockets
        .into_iter()
        .zip(0..)
        .map(|(socket, number)| tokio::spawn(write(socket, number)));
    for writer in join_all(writers).await {
        writer.expect("a socket that was answered");
    }
    let rate = all as f64 / began.elapsed().as_secs_f64();
    figures.add(GROUP, "messages acked a second", Side::Weft, rate);
}

/// The token of a new account.
async fn sign_up(addr: SocketAddr, number: usize) -> String {
    let credentials = api::Credentials {
        username: format!("writer{number}"),
        password: "correct horse battery".to_owned(),
        keep: api::Keep::Token,
        invite: None,
    };
    let client = Client::builder().no_proxy().build().expect("a client");
    let request = client
        .post(format!("http://{addr}/api/sign-up"))
        .json(&credentials);
    let answer = request.send().await.expect("an answer");
    let session: api::Session = answer.json().await.expect("a session");
    session.token.expect("a token, as asked")
}

/// A socket that was welcomed.
async fn open(addr: SocketAddr, number: u64, token: &str) -> Socket {
    let mut request = format!("ws://{addr}/api/socket")
        .into_client_request()
        .expect("an address");
    let protocol = SUBPROTOCOL.parse().expect("a header's value");
    request
        .headers_mut()
        .insert("sec-websocket-protocol", protocol);
    let tcp = TcpStream::connect(addr).await.expect("a connection");
    tcp.set_nodelay(true).expect("a socket");
    let (mut socket, _) = client_async(request, tcp).await.expect("a socket");
    let hello = ClientFrame::Hello {
        versions: Versions::SUPPORTED,
        installation: InstallationId::from_bytes(u128::from(number + 1).to_be_bytes()),
        term: 0,
        token: Some(token.to_owned()),
        topics: Vec::new(),
    };
    send(&mut socket, &hello).await;
    while !matches!(next(&mut socket).await, ServerFrame::Welcome { .. }) {}
    socket
}

/// Makes a thread and writes into it, as fast as is allowed.
async fn write(mut socket: Socket, number: u64) {
    let id = |n: u64| (u128::from(number + 1) << 64 | u128::from(n + 1)).to_be_bytes();
    let thread = ThreadId::from_bytes(id(0));
    let mutation = |n: u64| match n {
        1 => Mutation::CreateThread { thread },
        n => Mutation::SendMessage {
            thread,
            message: MessageId::from_bytes(id(n)),
            parent: None,
            text: "A message of the length that people write".to_owned(),
            reply: None,
        },
    };
    let (mut sent, mut acked) = (0, 0);
    while acked < MESSAGES {
        while sent < MESSAGES && sent - acked < IN_FLIGHT {
            sent += 1;
            let frame = ClientFrame::Mutate {
                n: sent,
                mutation: mutation(sent),
            };
            let message = Message::text(frame.encode());
            socket.feed(message).await.expect("the socket takes it");
        }
        socket.flush().await.expect("the socket takes it");
        match next(&mut socket).await {
            ServerFrame::Ack { .. } => acked += 1,
            ServerFrame::Nack { code, .. } => panic!("refused: {code:?}"),
            _ => {}
        }
    }
}

async fn send(socket: &mut Socket, frame: &ClientFrame) {
    let message = Message::text(frame.encode());
    socket.send(message).await.expect("the socket takes it");
}

async fn next(socket: &mut Socket) -> ServerFrame {
    loop {
        match socket.next().await.expect("an open socket") {
            Ok(Message::Text(text)) => return ServerFrame::decode(&text).expect("a frame"),
            Ok(Message::Close(close)) => panic!("closed: {close:?}"),
            Ok(_) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

/// The memory of a process that is not swapped out, in KiB.
fn resident(process: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.trim().split(' ').next()?.parse().ok());
    number.unwrap_or(f64::NAN)
}
