//! The floor: the same work by a page of plain text, without a framework, Markdown or storage.

use std::{
    future::IntoFuture as _,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use axum::{
    Router,
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    http::header,
    response::IntoResponse,
    routing::get,
    serve::ListenerExt as _,
};
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
    task::AbortHandle,
};

use crate::text;

/// The page, which loads nothing else.
pub(crate) const PAGE: &str = include_str!("floor.html");

/// How many messages its thread has.
pub(crate) const MESSAGES: u64 = 1_000;

/// The page's server.
pub(crate) struct Floor {
    pub(crate) addr: SocketAddr,
    newest: Newest,
    task: AbortHandle,
}

/// What the newest page is told.
type Newest = Arc<Mutex<Option<mpsc::UnboundedSender<Step>>>>;

enum Step {
    Say(String),
    /// The end of a reply; answers when all before it was written.
    End(oneshot::Sender<SystemTime>),
}

/// A reply that the page reads.
pub(crate) struct FloorReply(mpsc::UnboundedSender<Step>);

impl Floor {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let addr = listener.local_addr().expect("an address");
        let listener = listener.tap_io(|socket| {
            let _ = socket.set_nodelay(true);
        });
        let newest = Newest::default();
        let page = (
            [
                (header::CONTENT_TYPE, "text/html"),
                (header::CACHE_CONTROL, "max-age=3600"),
            ],
            PAGE,
        );
        let router = Router::new()
            .route("/", get(async move || page))
            .route("/socket", get(upgrade))
            .with_state(newest.clone());
        let task = tokio::spawn(axum::serve(listener, router).into_future()).abort_handle();
        Self { addr, newest, task }
    }

    /// What the page that is open reads next.
    pub(crate) fn reply(&self) -> FloorReply {
        let newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        FloorReply(newest.clone().expect("a page that is open"))
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl FloorReply {
    pub(crate) fn say(&self, token: &str) {
        // A page that is gone shows nothing, which is what is looked at.
        let _ = self.0.send(Step::Say(token.to_owned()));
    }

    /// Ends it; gives when its last byte was written.
    pub(crate) async fn finish(self) -> SystemTime {
        let (written, at) = oneshot::channel();
        let _ = self.0.send(Step::End(written));
        at.await.expect("a page that is open")
    }
}

async fn upgrade(State(newest): State<Newest>, upgrade: WebSocketUpgrade) -> impl IntoResponse {
    upgrade.on_upgrade(async move |socket| {
        let (tell, told) = mpsc::unbounded_channel();
        *newest.lock().unwrap_or_else(PoisonError::into_inner) = Some(tell);
        // It ends when the page is closed.
        let _ = talk(socket, told).await;
    })
}

async fn talk(
    mut socket: WebSocket,
    mut told: mpsc::UnboundedReceiver<Step>,
) -> Result<(), axum::Error> {
    loop {
        tokio::select! {
            heard = socket.recv() => match heard.transpose()? {
                Some(Message::Text(text)) if text.starts_with('s') => {
                    socket.send(Message::text("a")).await?;
                }
                Some(Message::Text(text)) if text.starts_with('o') => {
                    let all: Vec<String> = (1..=MESSAGES).map(|n| text::message(n, MESSAGES)).collect();
                    let all = serde_json::to_string(&all).expect("texts");
                    socket.send(Message::text(format!("m{all}"))).await?;
                }
                Some(_) => {}
                None => return Ok(()),
            },
            Some(step) = told.recv() => {
                // What has come meanwhile goes with it.
                let (mut said, mut end, mut next) = ("t".to_owned(), None, Some(step));
                while let Some(step) = next {
                    match step {
                        Step::Say(token) => said.push_str(&token),
                        Step::End(written) => end = Some(written),
                    }
                    next = told.try_recv().ok();
                }
                if said.len() > 1 {
                    socket.send(Message::text(said)).await?;
                }
                if let Some(written) = end {
                    let _ = written.send(SystemTime::now());
                    socket.send(Message::text("e")).await?;
                }
            },
        }
    }
}
