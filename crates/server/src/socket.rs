//! One socket: a task that reads frames for the hub and one that writes the hub's.
//!
//! Invariant: what is queued for a socket is bounded by the hub, which waits for `Flushed`. A session
//! that ends (sign-out, change of password) takes its sockets with it.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError, atomic::Ordering::Relaxed},
    time::Duration,
};

use axum::{
    extract::{
        State, WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket},
    },
    http::HeaderMap,
    response::Response,
};
use futures_util::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use tokio::sync::{Notify, mpsc};
use weft_hub::{Input, SessionId};
use weft_protocol::{ClientFrame, ErrorCode, User, frame::close, version::SUBPROTOCOL};

use crate::{
    App,
    accounts::{TokenHash, token_hash},
    http,
    hub_task::Outgoing,
    metrics::Metrics,
};

/// Buffers per socket: most are idle most of the time.
const BUFFER: usize = 4 * 1024;

/// How long one frame may take to leave before the socket is given up.
const STUCK: Duration = Duration::from_secs(30);

/// How long the other side has to close after our close frame.
const CLOSING: Duration = Duration::from_secs(2);

struct Open {
    token: Option<TokenHash>,
    end: Arc<Notify>,
}

/// The open sockets, by session.
#[derive(Default)]
pub(crate) struct Sockets {
    open: Mutex<HashMap<SessionId, Open>>,
    gone: Notify,
}

impl Sockets {
    /// Closes the sockets of these tokens, as unauthenticated.
    pub(crate) fn end(&self, tokens: &[TokenHash]) {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let theirs = |open: &&Open| open.token.is_some_and(|token| tokens.contains(&token));
        for socket in open.values().filter(theirs) {
            socket.end.notify_one();
        }
    }

    /// Ends when no socket is open.
    pub(crate) async fn all_gone(&self) {
        loop {
            let gone = self.gone.notified();
            if self
                .open
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .is_empty()
            {
                return;
            }
            gone.await;
        }
    }

    /// The sessions that have one open.
    pub(crate) fn tokens(&self) -> HashSet<TokenHash> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.values().filter_map(|socket| socket.token).collect()
    }

    fn insert(&self, id: SessionId, token: Option<TokenHash>) -> Arc<Notify> {
        let end = Arc::new(Notify::new());
        let socket = Open {
            token,
            end: end.clone(),
        };
        self.open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id, socket);
        end
    }

    fn is_of(&self, id: SessionId, token: TokenHash) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(socket) = open.get_mut(&id) {
            socket.token = Some(token);
        }
    }

    /// Gives whose session it was.
    fn remove(&self, id: SessionId) -> Option<TokenHash> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let socket = open.remove(&id);
        drop(open);
        self.gone.notify_one();
        socket?.token
    }
}

/// `GET /api/socket`.
pub(crate) async fn upgrade(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let cookie = http::cookie(&headers);
    // The hub says what is too large; what is far too large is not even read.
    let most = 2 * app.limits.frame_bytes as usize;
    upgrade
        .protocols([SUBPROTOCOL])
        .max_message_size(most)
        .max_frame_size(most)
        .read_buffer_size(BUFFER)
        .write_buffer_size(BUFFER)
        .on_upgrade(move |socket| serve(app, socket, cookie))
}

async fn serve(app: Arc<App>, socket: WebSocket, cookie: Option<String>) {
    let id = SessionId(app.next_session.fetch_add(1, Relaxed));
    let end = app.sockets.insert(id, cookie.as_deref().map(token_hash));
    app.metrics.sockets.fetch_add(1, Relaxed);
    Metrics::count(&app.metrics.sockets_opened);
    let user = match &cookie {
        Some(token) => app.accounts.whose(token).await,
        None => Ok(None),
    };
    if let Ok(user) = user {
        carry(&app, id, socket, user, end).await;
    }
    app.metrics.sockets.fetch_sub(1, Relaxed);
    if let Some(token) = app.sockets.remove(id) {
        // Where it fails the device is said to have been used a little earlier.
        let _ = app.accounts.used(token).await;
    }
}

async fn carry(
    app: &Arc<App>,
    id: SessionId,
    socket: WebSocket,
    user: Option<User>,
    end: Arc<Notify>,
) {
    let frames = app.hub.open(id, user);
    let (sink, stream) = socket.split();
    let mut reader = tokio::spawn(read(app.clone(), id, stream));
    let mut writer = tokio::spawn(write(app.clone(), id, sink, frames, end));
    tokio::select! {
        _ = &mut reader => writer.abort(),
        _ = &mut writer => {
            let _ = tokio::time::timeout(CLOSING, &mut reader).await;
            reader.abort();
        }
    }
    app.hub.input(Input::Closed(id));
}

async fn read(app: Arc<App>, id: SessionId, mut stream: SplitStream<WebSocket>) {
    let mut hello = true;
    while let Some(Ok(message)) = stream.next().await {
        let text = match message {
            Message::Text(text) => text.as_str().to_owned(),
            // Not of the protocol: the hub is to refuse it as any bad frame.
            Message::Binary(_) => String::new(),
            // Reading on is what sends the answer to a close.
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) => continue,
        };
        app.metrics.frames_in.fetch_add(1, Relaxed);
        app.metrics.bytes_in.fetch_add(text.len() as u64, Relaxed);
        if std::mem::take(&mut hello)
            && let Ok(ClientFrame::Hello {
                token: Some(token), ..
            }) = ClientFrame::decode(&text)
        {
            app.sockets.is_of(id, token_hash(&token));
        }
        app.hub.input(Input::Received(id, text));
    }
}

async fn write(
    app: Arc<App>,
    id: SessionId,
    mut sink: SplitSink<WebSocket, Message>,
    mut frames: mpsc::UnboundedReceiver<Outgoing>,
    end: Arc<Notify>,
) {
    loop {
        let outgoing = tokio::select! {
            outgoing = frames.recv() => outgoing,
            () = end.notified() => Some(Outgoing::Close(Some(ErrorCode::Unauthenticated))),
        };
        match outgoing {
            Some(Outgoing::Frame(frame)) => {
                let sent = sink.send(Message::Text(frame.as_ref().into()));
                if !matches!(tokio::time::timeout(STUCK, sent).await, Ok(Ok(()))) {
                    return;
                }
                app.metrics.frames_out.fetch_add(1, Relaxed);
                app.metrics.bytes_out.fetch_add(frame.len() as u64, Relaxed);
                app.hub.input(Input::Flushed(id));
            }
            Some(Outgoing::Close(code)) => {
                let frame = CloseFrame {
                    code: code.map_or(1000, close::code),
                    reason: code.map_or("", ErrorCode::as_str).into(),
                };
                let sent = sink.send(Message::Close(Some(frame)));
                let _ = tokio::time::timeout(CLOSING, sent).await;
                return;
            }
            None => return,
        }
    }
}
