//! A server of a test's own, in this process or as its own, and somebody who speaks to it.
//!
//! Invariant: nothing here sleeps; whatever is waited for has a deadline, and panics past it.

use std::{collections::HashMap, net::SocketAddr, process::Stdio};

use clap::Parser;
use futures_util::{SinkExt, StreamExt};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, header};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    net::TcpStream,
    process::{Child, Command},
    sync::oneshot,
    task::JoinHandle,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{self, Message, client::IntoClientRequest, protocol::CloseFrame},
};
use weft_protocol::{
    Checksum, ClientFrame, Cursor, InstallationId, MessageId, Mutation, NewReply, Op, Row,
    ServerFrame, ThreadId, Topic, User, Versions,
    api::{ApiCode, ApiError, Session},
    frame::{Head, Subscription},
    row::Settle,
    version::SUBPROTOCOL,
};
use weft_server::{
    Config, Server,
    push::{Clock, Push},
};
use weft_testkit::edges::{PATIENCE, TempDir};

pub(crate) const PASSWORD: &str = "correct horse";

/// Waits, but not for ever.
pub(crate) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    match timeout(PATIENCE, future).await {
        Ok(done) => done,
        Err(_) => panic!("waited too long: {what}"),
    }
}

/// A server in this process; it drains when it is asked to, and ends with its test.
pub(crate) struct TestServer {
    pub(crate) addr: SocketAddr,
    pub(crate) data: TempDir,
    pub(crate) push: Push,
    stop: oneshot::Sender<()>,
    served: JoinHandle<anyhow::Result<()>>,
}

impl TestServer {
    pub(crate) async fn start() -> Self {
        Self::with(&[]).await
    }

    /// Starts one with further flags.
    pub(crate) async fn with(flags: &[&str]) -> Self {
        Self::by(flags, Clock::system()).await
    }

    /// The same, with another clock for pushes.
    pub(crate) async fn by(flags: &[&str], clock: Clock) -> Self {
        let data = TempDir::new("data");
        let path = data.path().to_str().expect("a plain path");
        let fixed = ["weft-server", "--addr", "127.0.0.1:0", "--data", path];
        let mut config = Config::parse_from(fixed.iter().chain(flags));
        if !flags.contains(&"--ollama-url") {
            config.ollama_url.clear();
        }
        let server = Server::start_by(config, clock)
            .await
            .expect("the server starts");
        let push = server.push();
        let addr = server.addr();
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(server.run_until(async {
            // Dropped unsent, it means the same: the test is over.
            let _ = stopped.await;
        }));
        Self {
            addr,
            data,
            push,
            stop,
            served,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Asks it to stop as SIGTERM does; gives the end.
    pub(crate) fn stop(self) -> JoinHandle<anyhow::Result<()>> {
        let _ = self.stop.send(());
        self.served
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        request(self.addr, Method::GET, path)
            .send()
            .await
            .expect("an answer")
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        request(self.addr, Method::POST, path).json(body)
    }

    /// A new account, and the token of its first session.
    pub(crate) async fn sign_up(&self, name: &str) -> Person {
        sign_up(self.addr, name).await
    }

    /// A token of one more session of an account.
    pub(crate) async fn sign_in(&self, name: &str, password: &str) -> Response {
        let body = json!({ "username": name, "password": password, "keep": "token" });
        self.post("/api/sign-in", &body)
            .send()
            .await
            .expect("an answer")
    }
}

/// A request that follows no proxy and no redirect.
pub(crate) fn request(addr: SocketAddr, method: Method, path: &str) -> RequestBuilder {
    let client = Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(PATIENCE)
        .build()
        .expect("a client");
    client.request(method, format!("http://{addr}{path}"))
}

pub(crate) async fn sign_up(addr: SocketAddr, name: &str) -> Person {
    let body = json!({ "username": name, "password": PASSWORD, "keep": "token" });
    let request = request(addr, Method::POST, "/api/sign-up").json(&body);
    Person::of(request.send().await.expect("an answer")).await
}

/// The code that a call was refused with.
pub(crate) async fn refusal(response: Response) -> (StatusCode, ApiCode) {
    let status = response.status();
    let error: ApiError = response.json().await.expect("an error's body");
    (status, error.code)
}

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) user: User,
    pub(crate) token: String,
}

impl Person {
    /// Whom an answer to signing up or in let in.
    pub(crate) async fn of(response: Response) -> Self {
        assert_eq!(response.status(), StatusCode::OK);
        let session: Session = response.json().await.expect("a session");
        Self {
            user: session.user,
            token: session.token.expect("a token, as asked"),
        }
    }

    pub(crate) fn bearer(&self) -> (header::HeaderName, String) {
        (header::AUTHORIZATION, format!("Bearer {}", self.token))
    }

    /// Whether the token still means somebody.
    pub(crate) async fn is_signed_in(&self, server: &TestServer) -> bool {
        let (name, value) = self.bearer();
        let request = request(server.addr, Method::GET, "/api/session").header(name, value);
        request.send().await.expect("an answer").status() == StatusCode::OK
    }
}

/// What a socket gets.
#[derive(Debug)]
pub(crate) enum Got {
    Frame(ServerFrame),
    /// The code of the close frame, `None` where there was none.
    Closed(Option<u16>),
}

/// A socket, and all that a client keeps of its own.
pub(crate) struct Socket {
    ws: WebSocketStream<TcpStream>,
    pub(crate) installation: InstallationId,
    pub(crate) n: u64,
    pub(crate) term: u64,
    /// The replies read along so far, by handle and by message.
    handles: HashMap<u32, MessageId>,
    texts: HashMap<MessageId, String>,
    settled: HashMap<MessageId, Settle>,
}

/// A handshake with further headers; the error is the server's answer.
pub(crate) async fn handshake(
    addr: SocketAddr,
    headers: &[(&'static str, &str)],
) -> Result<WebSocketStream<TcpStream>, tungstenite::http::Response<Option<Vec<u8>>>> {
    let mut request = format!("ws://{addr}/api/socket")
        .into_client_request()
        .expect("an address");
    for (name, value) in headers {
        let value = value.parse().expect("a header's value");
        request.headers_mut().insert(*name, value);
    }
    let tcp = TcpStream::connect(addr).await.expect("a connection");
    match client_async_with_config(request, tcp, None).await {
        Ok((ws, _)) => Ok(ws),
        Err(tungstenite::Error::Http(response)) => Err(response),
        Err(error) => panic!("no handshake: {error}"),
    }
}

impl Socket {
    /// A socket that has said nothing.
    pub(crate) async fn silent(addr: SocketAddr) -> Self {
        let protocol = [("sec-websocket-protocol", SUBPROTOCOL)];
        let ws = handshake(addr, &protocol).await.expect("a socket");
        Self::over(ws)
    }

    pub(crate) fn over(ws: WebSocketStream<TcpStream>) -> Self {
        Self {
            ws,
            installation: InstallationId::new(0, rand::random()),
            n: 0,
            term: 0,
            handles: HashMap::new(),
            texts: HashMap::new(),
            settled: HashMap::new(),
        }
    }

    /// A socket that was welcomed.
    pub(crate) async fn open(addr: SocketAddr, person: &Person) -> Self {
        let mut socket = Self::silent(addr).await;
        socket.hello(Some(&person.token)).await;
        let last_n = socket.welcomed().await;
        assert_eq!(last_n, 0, "a new installation");
        socket
    }

    pub(crate) async fn hello(&mut self, token: Option<&str>) {
        self.send(&ClientFrame::Hello {
            versions: Versions::SUPPORTED,
            installation: self.installation,
            term: self.term,
            token: token.map(str::to_owned),
            topics: Vec::new(),
        })
        .await;
    }

    /// Waits for the welcome; gives the last number decided.
    pub(crate) async fn welcomed(&mut self) -> u64 {
        self.until("a welcome", |frame| match frame {
            ServerFrame::Welcome { last_n, .. } => Some(*last_n),
            _ => None,
        })
        .await
    }

    pub(crate) async fn send(&mut self, frame: &ClientFrame) {
        self.send_raw(Message::Text(frame.encode().into())).await;
    }

    pub(crate) async fn send_raw(&mut self, message: Message) {
        self.ws.send(message).await.expect("the socket takes it");
    }

    /// Sends a frame many times over, without waiting in between.
    pub(crate) async fn flood(&mut self, frame: &ClientFrame, times: usize) {
        for _ in 0..times {
            let message = Message::Text(frame.encode().into());
            self.ws.feed(message).await.expect("the socket takes it");
        }
        self.ws.flush().await.expect("the socket takes it");
    }

    /// The next frame; text and settles are also kept for [`Socket::reply`].
    pub(crate) async fn next(&mut self) -> Got {
        loop {
            match soon("a frame", self.ws.next()).await {
                Some(Ok(Message::Text(text))) => {
                    let frame = ServerFrame::decode(&text).expect("a frame of the protocol");
                    self.keep(&frame);
                    return Got::Frame(frame);
                }
                Some(Ok(Message::Close(frame))) => {
                    // Reading on is what sends the answer; then the server hangs up.
                    while let Some(Ok(_)) = soon("the end", self.ws.next()).await {}
                    return Got::Closed(frame.map(|frame| frame.code.into()));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Got::Closed(None),
            }
        }
    }

    fn keep(&mut self, frame: &ServerFrame) {
        match frame {
            ServerFrame::Stream { handle, held, .. } => {
                self.handles.insert(*handle, held.message);
            }
            ServerFrame::Text(handle, offset, piece) => {
                let message = self.handles[handle];
                let text = self.texts.entry(message).or_default();
                assert_eq!(text.len() as u64, *offset, "no gap and no overlap");
                text.push_str(piece);
            }
            ServerFrame::Delta { ops, .. } => {
                for op in ops {
                    if let Op::Settle(settle) = op {
                        self.settled.insert(settle.message, settle.clone());
                    }
                }
            }
            _ => {}
        }
    }

    /// Reads on until a frame has what is wanted.
    pub(crate) async fn until<T>(
        &mut self,
        what: &str,
        mut wanted: impl FnMut(&ServerFrame) -> Option<T>,
    ) -> T {
        loop {
            match self.next().await {
                Got::Frame(frame) => {
                    if let Some(found) = wanted(&frame) {
                        return found;
                    }
                }
                Got::Closed(code) => panic!("closed with {code:?} before {what}"),
            }
        }
    }

    /// Reads on until the end; gives the close code.
    pub(crate) async fn closed(&mut self) -> Option<u16> {
        loop {
            if let Got::Closed(code) = self.next().await {
                return code;
            }
        }
    }

    /// Closes, and gives the code that the server closed with in answer.
    pub(crate) async fn close(&mut self) -> Option<u16> {
        let frame = CloseFrame {
            code: 1000.into(),
            reason: "".into(),
        };
        self.send_raw(Message::Close(Some(frame))).await;
        self.closed().await
    }

    /// Follows a topic from nothing; gives its rows.
    pub(crate) async fn follow(&mut self, topic: Topic) -> Vec<Row> {
        self.snapshot(topic).await.1
    }

    /// The epoch of a topic.
    pub(crate) async fn epoch(&mut self, topic: Topic) -> u32 {
        self.snapshot(topic).await.0.epoch
    }

    async fn snapshot(&mut self, topic: Topic) -> (Cursor, Vec<Row>) {
        self.send(&ClientFrame::Subscribe(Subscription {
            topic,
            cursor: None,
            streams: Vec::new(),
        }))
        .await;
        self.until("a snapshot", |frame| match frame {
            ServerFrame::Snapshot {
                topic: of,
                cursor,
                rows,
                ..
            } if *of == topic => Some((*cursor, rows.clone())),
            _ => None,
        })
        .await
    }

    /// Sends the next mutation without waiting for its answer; gives its number.
    pub(crate) async fn mutate(&mut self, mutation: Mutation) -> u64 {
        self.n += 1;
        let n = self.n;
        self.send(&ClientFrame::Mutate { n, mutation }).await;
        n
    }

    /// Sends the next mutation and waits until it is on disk.
    pub(crate) async fn accept(&mut self, mutation: Mutation) -> Vec<Head> {
        let n = self.mutate(mutation).await;
        self.until("an ack", |frame| match frame {
            ServerFrame::Ack { n: of, effects } if *of == n => Some(effects.clone()),
            ServerFrame::Nack { n: of, code } if *of == n => panic!("rejected: {code:?}"),
            _ => None,
        })
        .await
    }

    /// A new thread, followed.
    pub(crate) async fn thread(&mut self) -> ThreadId {
        let thread = ThreadId::new(0, rand::random());
        self.accept(Mutation::CreateThread { thread }).await;
        self.follow(Topic::Thread(thread)).await;
        thread
    }

    /// Asks a model; gives the id of the reply.
    pub(crate) async fn ask(&mut self, thread: ThreadId, text: &str, model: &str) -> MessageId {
        let (mutation, reply) = asking(thread, text, model);
        self.accept(mutation).await;
        reply
    }

    /// The text of a reply so far, once it is at least `len` bytes.
    pub(crate) async fn text(&mut self, reply: MessageId, len: usize) -> String {
        loop {
            match self.texts.get(&reply) {
                Some(text) if text.len() >= len => return text.clone(),
                _ => assert!(matches!(self.next().await, Got::Frame(_)), "closed"),
            }
        }
    }

    /// Reads a reply to its end: its bytes, which fit its settle.
    pub(crate) async fn reply(&mut self, reply: MessageId) -> (String, Settle) {
        let settle = loop {
            match self.settled.get(&reply) {
                Some(settle) => break settle.clone(),
                None => assert!(matches!(self.next().await, Got::Frame(_)), "closed"),
            }
        };
        let text = match settle.len {
            0 => String::new(),
            len => self.text(reply, len as usize).await,
        };
        assert_eq!(text.len() as u64, settle.len);
        assert_eq!(Checksum::of(&text), settle.checksum);
        (text, settle)
    }
}

/// A message that asks a model, and the id of the reply.
pub(crate) fn asking(thread: ThreadId, text: &str, model: &str) -> (Mutation, MessageId) {
    let reply = MessageId::new(0, rand::random());
    let mutation = Mutation::SendMessage {
        thread,
        message: MessageId::new(0, rand::random()),
        parent: None,
        text: text.to_owned(),
        reply: Some(NewReply {
            message: reply,
            model: model.to_owned(),
        }),
    };
    (mutation, reply)
}

/// The messages among rows.
pub(crate) fn messages(rows: Vec<Row>) -> Vec<weft_protocol::MessageRow> {
    let message = |row| match row {
        Row::Message(row) => Some(row),
        Row::Member(_) | Row::Notice(_) | Row::Tuning(_) | Row::Defaults(_) => None,
        Row::Thread(row) => panic!("a thread among messages: {row:?}"),
    };
    rows.into_iter().filter_map(message).collect()
}

/// The server as its own process.
pub(crate) struct Process {
    child: Child,
    pub(crate) addr: SocketAddr,
    log: JoinHandle<String>,
}

impl Process {
    /// Starts the binary on `data` and waits until it says where it is.
    pub(crate) async fn start(data: &TempDir, flags: &[&str], env: &[(&str, &str)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_weft-server"))
            .args(["--addr", "127.0.0.1:0", "--ollama-url", "", "--data"])
            .arg(data.path())
            .args(flags)
            .envs(env.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the binary");
        let stdout = child.stdout.take().expect("a piped stdout");
        let mut stderr = child.stderr.take().expect("a piped stderr");
        let log = tokio::spawn(async move {
            let mut log = Vec::new();
            stderr.read_to_end(&mut log).await.expect("a log");
            String::from_utf8(log).expect("a log of text")
        });
        let mut lines = BufReader::new(stdout).lines();
        let line = soon("the ready line", lines.next_line()).await;
        let line = line.expect("a stdout").expect("a line");
        let addr = line
            .strip_prefix("Weft is ready at http://")
            .expect("the ready line");
        Self {
            child,
            addr: addr.parse().expect("an address"),
            log,
        }
    }

    /// Kills it where it stands, as a power cut does.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.expect("it was running");
    }

    /// Asks it to end, as a service manager does; gives its log once it has ended well.
    pub(crate) async fn terminate(mut self) -> String {
        let pid = self.child.id().expect("it is running").to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status().await;
        assert!(told.expect("a kill command").success());
        let status = soon("the end", self.child.wait()).await.expect("its end");
        assert!(status.success(), "{status}");
        self.log.await.expect("its log")
    }
}
