//! The world round the app, as real parts: a browser, the server's binary, a network to break, a
//! push service, and a model provider that says what a test tells it to.
//!
//! Invariant: nothing here stands in for Weft itself, and everything ends with the value that owns it.

mod axe;
mod browser;
mod http;
mod model_server;
mod proxy;
mod push_service;
mod server;
mod worker;

pub use self::{
    axe::Violation,
    browser::{Browser, Node, Screen, Tab},
    http::StaticServer,
    model_server::{ModelServer, Reply},
    proxy::Proxy,
    push_service::{PushService, Pushed},
    server::TestServer,
};

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

/// How long anything may take that a test waits for.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A folder that is removed with its owner.
pub struct TempDir(PathBuf);

impl TempDir {
    /// A new, empty one; `name` says whose it is.
    pub fn new(name: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("weft-{name}-{}-{n}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a temporary folder");
        Self(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What a variable that `cargo xtask test` sets says.
fn given(variable: &str) -> PathBuf {
    std::env::var_os(variable)
        .unwrap_or_else(|| panic!("{variable} is not set: run this by `cargo xtask test`"))
        .into()
}
