//! The network between a browser and a server, for tests to break.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::AbortHandle,
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Bytes flow.
    Open,
    /// What the server says waits.
    Held,
    /// Connections are closed, and none is made.
    Cut,
}

/// A TCP proxy in front of one address.
pub struct Proxy {
    addr: SocketAddr,
    state: watch::Sender<State>,
    received: Arc<AtomicU64>,
    task: AbortHandle,
}

impl Proxy {
    /// Starts one on a free port. The network is open.
    pub async fn start(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let addr = listener.local_addr().expect("an address");
        let state = watch::Sender::new(State::Open);
        let received = Arc::new(AtomicU64::new(0));
        let task = tokio::spawn(accept(listener, target, state.clone(), received.clone()));
        Self {
            addr,
            state,
            received,
            task: task.abort_handle(),
        }
    }

    /// The server, as the browser sees it.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Holds back everything the server says; what is said to it still arrives.
    pub fn hold(&self) {
        self.state.send_replace(State::Held);
    }

    /// Closes every connection and refuses new ones.
    pub fn cut(&self) {
        self.state.send_replace(State::Cut);
    }

    /// Lets bytes flow again, those that were held first.
    pub fn open(&self) {
        self.state.send_replace(State::Open);
    }

    /// How many bytes the server has sent through this network.
    pub fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.cut();
        self.task.abort();
    }
}

async fn accept(
    listener: TcpListener,
    target: SocketAddr,
    state: watch::Sender<State>,
    received: Arc<AtomicU64>,
) {
    while let Ok((client, _)) = listener.accept().await {
        let (state, received) = (state.subscribe(), received.clone());
        if *state.borrow() == State::Cut {
            continue;
        }
        tokio::spawn(async move {
            let Ok(server) = TcpStream::connect(target).await else {
                return;
            };
            // It holds nothing back by itself.
            for side in [&client, &server] {
                let _ = side.set_nodelay(true);
            }
            let (mut cut, held) = (state.clone(), state);
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = server.into_split();
            tokio::select! {
                _ = cut.wait_for(|state| *state == State::Cut) => {}
                () = up(from_client, to_server) => {}
                () = down(from_server, to_client, held, &received) => {}
            }
        });
    }
}

async fn up(mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
    let _ = tokio::io::copy(&mut from, &mut to).await;
}

async fn down(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut state: watch::Receiver<State>,
    received: &AtomicU64,
) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        if state.wait_for(|state| *state == State::Open).await.is_err()
            || to.write_all(&buffer[..count]).await.is_err()
        {
            return;
        }
        received.fetch_add(count as u64, Ordering::Relaxed);
    }
}
