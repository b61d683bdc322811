//! A small HTTP server of a test's own.

use std::{
    net::SocketAddr,
    sync::{Arc, OnceLock},
};

use axum::{Router, extract::Request, http::Uri, middleware::map_request, routing::get_service};
use tokio::{net::TcpListener, task::AbortHandle};
use tower_http::services::{ServeDir, ServeFile};

use super::given;

/// A listener that serves until it is dropped.
pub(super) struct Serving {
    pub(super) addr: SocketAddr,
    task: AbortHandle,
}

impl Serving {
    pub(super) async fn start(router: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let addr = listener.local_addr().expect("an address");
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
}

impl StaticServer {
    /// Serves the built app under `prefix` (as `/chat`).
    pub async fn start(prefix: &'static str) -> Self {
        let app = given("WEFT_APP_DIR");
        let config = Arc::new(OnceLock::<String>::new());
        let told = config.clone();
        let files = ServeDir::new(&app).fallback(ServeFile::new(app.join("index.html")));
        let inner = Router::new()
            .route(
                "/config.json",
                axum::routing::get(move || {
                    std::future::ready(told.get().cloned().unwrap_or_default())
                }),
            )
            .fallback_service(get_service(files));
        let serving = Serving::start(
            Router::new()
                .nest(prefix, inner.clone())
                // What is nested does not see the prefix with a slash alone: the app's own start.
                .route_service(&format!("{prefix}/"), inner.layer(map_request(to_root))),
        )
        .await;
        Self {
            serving,
            prefix,
            config,
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

async fn to_root(mut request: Request) -> Request {
    *request.uri_mut() = Uri::from_static("/");
    request
}
