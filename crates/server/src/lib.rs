//! The Weft server: sockets round the hub, SQLite, accounts, AI providers and the app's files.
//!
//! Invariant: the hub decides what is sent to whom, the store what is true; everything here carries
//! bytes between them and the world. The text of messages is never logged.

pub mod accounts;
pub mod ai;
mod attempts;
mod config;
mod data;
mod devices;
mod files;
mod http;
pub mod hub_task;
mod invites;
mod metrics;
mod origin;
mod profile;
pub mod push;
mod socket;
pub mod store;

use std::{
    future::Future,
    net::SocketAddr,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use anyhow::Context;
use axum::serve::ListenerExt as _;
use tokio::{
    net::TcpListener,
    sync::{Semaphore, mpsc},
};
use weft_hub::{Command, Input, Outcome};
use weft_protocol::Limits;

pub use config::Config;

use crate::{
    accounts::Accounts,
    attempts::Attempts,
    files::Files,
    hub_task::HubHandle,
    metrics::Metrics,
    origin::Origins,
    push::{
        Push,
        trigger::{self, Trigger},
    },
    socket::Sockets,
    store::Writer,
};

/// How long sockets have to leave when the process ends.
const DRAIN: Duration = Duration::from_secs(2);

/// How often old outcomes are forgotten, the first time at the start.
const FORGET_EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// What every handler reaches.
pub(crate) struct App {
    config: Config,
    limits: Limits,
    writer: Writer,
    accounts: Accounts,
    attempts: Attempts,
    origins: Origins,
    files: Files,
    hub: HubHandle,
    metrics: Arc<Metrics>,
    push: Push,
    /// Turns to import.
    imports: Semaphore,
    sockets: Sockets,
    next_session: AtomicU64,
    /// Whether the server listens on a loopback address only.
    loopback: bool,
}

/// A server that listens.
pub struct Server {
    app: Arc<App>,
    listener: TcpListener,
    addr: SocketAddr,
}

impl Server {
    /// Opens the store, ends what a crash left running, and listens.
    pub async fn start(config: Config) -> anyhow::Result<Self> {
        Self::start_by(config, push::Clock::system()).await
    }

    /// The same, with another clock for pushes.
    pub async fn start_by(config: Config, clock: push::Clock) -> anyhow::Result<Self> {
        let limits = Limits::default();
        let writer = Writer::open(&config.data, limits)
            .with_context(|| format!("opening the database in {}", config.data.display()))?;
        let listener = TcpListener::bind(config.addr)
            .await
            .with_context(|| format!("listening on {}", config.addr))?;
        let addr = listener.local_addr()?;
        let accounts = Accounts::new(writer.clone())?;
        let metrics = Arc::new(Metrics::default());
        let (jobs, asked) = mpsc::unbounded_channel();
        let authenticate = {
            let accounts = accounts.clone();
            Arc::new(move |token: String| {
                let accounts = accounts.clone();
                Box::pin(async move { accounts.whose(&token).await }) as _
            })
        };
        let trigger = Trigger::new(clock.clone());
        let seen = profile::note_seen(writer.clone());
        let hub = HubHandle::start(
            limits,
            writer.clone(),
            authenticate,
            jobs,
            trigger.clone(),
            seen,
        );
        let push = Push::start(writer.clone(), config.push_rules(), clock)
            .await
            .context("starting web push")?;
        let attention = Arc::new(trigger::Seen {
            hub: hub.clone(),
            writer: writer.clone(),
        });
        tokio::spawn(trigger.run(push.clone(), attention));
        ai::start(&config, hub.clone(), writer.clone(), asked, metrics.clone());
        hub.commit(Command::Recover)
            .await
            .context("ending what a crash left running")?;
        tokio::spawn(forget_old_outcomes(hub.clone()));
        let app = Arc::new(App {
            limits,
            writer,
            accounts,
            attempts: Attempts::default(),
            origins: Origins::new(&config.allow_origin)?,
            files: Files::new(&config.app_dir, &config.connect_src),
            hub,
            metrics,
            push,
            imports: Semaphore::new(data::IMPORTS),
            sockets: Sockets::default(),
            next_session: AtomicU64::new(1),
            loopback: addr.ip().is_loopback() && !config.behind_proxy,
            config,
        });
        Ok(Self {
            app,
            listener,
            addr,
        })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The queue of pushes.
    pub fn push(&self) -> Push {
        self.app.push.clone()
    }

    /// Where to point a browser.
    pub fn url(&self) -> String {
        match self.addr.ip() {
            ip if ip.is_unspecified() => format!("http://127.0.0.1:{}", self.addr.port()),
            _ => format!("http://{}", self.addr),
        }
    }

    /// Serves until `stop` ends, then tells every socket to come back and lets them leave.
    pub async fn run_until(self, stop: impl Future<Output = ()> + Send) -> anyhow::Result<()> {
        let app = self.app.clone();
        let service = http::router(self.app).into_make_service_with_connect_info::<SocketAddr>();
        // A token is not held back until the one before has been acknowledged.
        let listener = self.listener.tap_io(|socket| {
            let _ = socket.set_nodelay(true);
        });
        let server = axum::serve(listener, service);
        tokio::select! {
            result = server.into_future() => return Ok(result?),
            () = stop => {}
        }
        tracing::info!("draining");
        app.hub.input(Input::Drain { spread_ms: 2_000 });
        let _ = tokio::time::timeout(DRAIN, app.sockets.all_gone()).await;
        if let Err(error) = app.writer.leave().await {
            tracing::warn!(%error, "a backup of this run may be restored unnoticed");
        }
        Ok(())
    }
}

/// Forgets, day by day, what was answered to devices that have long asked for nothing (SPEC R37).
async fn forget_old_outcomes(hub: HubHandle) {
    let mut days = tokio::time::interval(FORGET_EVERY);
    loop {
        days.tick().await;
        let mut after = None;
        loop {
            // A step at a time: what people send goes in between.
            match hub.commit(Command::Forget { after }).await {
                Ok(done) => match done.outcome {
                    Outcome::Forgot { last: Some(last) } => after = Some(last),
                    _ => break,
                },
                Err(error) => {
                    tracing::error!(%error, "forgetting old outcomes failed");
                    break;
                }
            }
        }
    }
}
