//! The `weft-server` binary.

use std::io::IsTerminal;

use clap::Parser;
use tracing_subscriber::EnvFilter;
use weft_server::{Config, Server};

/// Libraries that would write the text of messages into their traces.
const QUIET: [&str; 1] = ["tungstenite=info"];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let config = Config::parse();
    let mut filter = EnvFilter::try_from_env("WEFT_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    for directive in QUIET {
        filter = filter.add_directive(directive.parse()?);
    }
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    if config.log_json {
        log.json().init();
    } else {
        log.init();
    }
    let stop = stop_asked()?;
    let server = Server::start(config).await?;
    println!("Weft is ready at {}", server.url());
    server.run_until(stop).await
}

/// Ends at ctrl-c or SIGTERM, from the call on.
#[cfg(unix)]
fn stop_asked() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ends at ctrl-c.
#[cfg(not(unix))]
fn stop_asked() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
