//! A small HTTP server of a test's own.

use std::{
    future::ready,
    net::SocketAddr,
    sync::{Arc, OnceLock},
};

use axum::{Router, routing::get, serve::ListenerExt as _};
use tokio::{net::TcpListener, task::AbortHandle};
use tower_http::services::{ServeDir, ServeFile};

use super::{TempDir, given};

/// A listener that serves until it is dropped.
pub(super) struct Serving {
    pub(super) addr: SocketAddr,
    task: AbortHandle,
}

impl Serving {
    pub(super) async fn start(router: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let addr = listener.local_addr().expect("an address");
        // What is said bit by bit arrives bit by bit.
        let listener = listener.tap_io(|socket| {
            let _ = socket.set_nodelay(true);
        });
        let task = tokio::spawn(axum::serve(listener, router).into_future());
        Self {
            addr,
            task: task.abort_handle(),
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Somebody else's web server: it serves the built app under a sub-path and knows nothing of Weft.
pub struct StaticServer {
    serving: Serving,
    prefix: &'static str,
    config: Arc<OnceLock<String>>,
    _files: TempDir,
}

impl StaticServer {
    /// Serves the built app under `prefix` (as `/chat`).
    pub async fn start(prefix: &'static str) -> Self {
        let app = given("WEFT_APP_DIR");
        let root = TempDir::new("site");
        let place = root.path().join(prefix.trim_start_matches('/'));
        let above = place.parent().expect("a prefix");
        std::fs::create_dir_all(above).expect("a folder");
        std::os::unix::fs::symlink(&app, &place).expect("a link to the app");
        let config = Arc::new(OnceLock::<String>::new());
        let told = config.clone();
        let files = ServeDir::new(root.path()).fallback(ServeFile::new(app.join("index.html")));
        let router = Router::new()
            .route(
                &format!("{prefix}/config.json"),
                get(move || ready(told.get().cloned().unwrap_or_default())),
            )
            .fallback_service(files);
        Self {
            serving: Serving::start(router).await,
            prefix,
            config,
            _files: root,
        }
    }

    /// Says where Weft's own server is, in the app's `config.json`.
    pub fn point_at(&self, server: &str) {
        let config = serde_json::json!({ "backend": "weft", "url": server });
        self.config.set(config.to_string()).expect("said once");
    }

    /// The origin that pages from here have.
    pub fn origin(&self) -> String {
        format!("http://{}", self.serving.addr)
    }

    /// Where the app is.
    pub fn url(&self) -> String {
        format!("{}{}/", self.origin(), self.prefix)
    }
}
