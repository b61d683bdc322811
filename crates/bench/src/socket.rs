//! A client without an app: what it costs to be one is small beside what it costs to serve one.

use std::net::SocketAddr;

use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::Client;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, Utf8Bytes, client::IntoClientRequest as _},
};
use weft_protocol::{
    ClientFrame, InstallationId, ServerFrame, Versions, api, version::SUBPROTOCOL,
};

/// What a server asks of those who sign up from elsewhere.
pub(crate) const INVITE: &str = "measured";

/// A socket that was welcomed.
pub(crate) struct Socket(WebSocketStream<TcpStream>);

/// The token of a new account, which is made from an address that has this number.
pub(crate) async fn sign_up(addr: SocketAddr, name: String, from: usize) -> String {
    let credentials = api::Credentials {
        username: name,
        password: "correct horse battery".to_owned(),
        keep: api::Keep::Token,
        invite: Some(INVITE.to_owned()),
    };
    let client = Client::builder().no_proxy().build().expect("a client");
    let request = client
        .post(format!("http://{addr}/api/sign-up"))
        .header(
            "x-forwarded-for",
            format!("10.0.{}.{}", from / 256, from % 256),
        )
        .json(&credentials);
    let answer = request.send().await.expect("an answer");
    let session: api::Session = answer.json().await.expect("a session");
    session.token.expect("a token, as asked")
}

impl Socket {
    /// Opens one as this installation, and waits for its welcome.
    pub(crate) async fn open(addr: SocketAddr, installation: u64, token: &str) -> Self {
        let mut request = format!("ws://{addr}/api/socket")
            .into_client_request()
            .expect("an address");
        let protocol = SUBPROTOCOL.parse().expect("a header's value");
        request
            .headers_mut()
            .insert("sec-websocket-protocol", protocol);
        let tcp = TcpStream::connect(addr).await.expect("a connection");
        tcp.set_nodelay(true).expect("a socket");
        let (socket, _) = client_async(request, tcp).await.expect("a socket");
        let mut socket = Self(socket);
        let hello = ClientFrame::Hello {
            versions: Versions::SUPPORTED,
            installation: InstallationId::from_bytes(u128::from(installation).to_be_bytes()),
            term: 0,
            token: Some(token.to_owned()),
            topics: Vec::new(),
        };
        socket.send(&hello).await;
        while !matches!(socket.next().await, ServerFrame::Welcome { .. }) {}
        socket
    }

    /// Gives it a frame, which [`Self::flush`] sends at the latest.
    pub(crate) async fn feed(&mut self, frame: &ClientFrame) {
        let message = Message::text(frame.encode());
        self.0.feed(message).await.expect("the socket takes it");
    }

    pub(crate) async fn flush(&mut self) {
        self.0.flush().await.expect("the socket takes it");
    }

    pub(crate) async fn send(&mut self, frame: &ClientFrame) {
        self.feed(frame).await;
        self.flush().await;
    }

    /// The next frame.
    pub(crate) async fn next(&mut self) -> ServerFrame {
        ServerFrame::decode(&self.next_text().await).expect("a frame")
    }

    /// The next frame as it travels.
    pub(crate) async fn next_text(&mut self) -> Utf8Bytes {
        loop {
            match self.0.next().await.expect("an open socket") {
                Ok(Message::Text(text)) => return text,
                Ok(Message::Close(close)) => panic!("closed: {close:?}"),
                Ok(_) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }
}
