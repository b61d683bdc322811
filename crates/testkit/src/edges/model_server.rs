//! A model provider that speaks the OpenAI-compatible API and says what a test tells it to.

use std::{
    collections::VecDeque,
    io,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    body::Body,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::timeout,
};

use super::{PATIENCE, http::Serving};

/// The model it offers.
const MODEL: &str = "tester";

/// The provider.
pub struct ModelServer {
    serving: Serving,
    shared: Arc<Shared>,
}

struct Shared {
    scripts: Mutex<VecDeque<Script>>,
    requests: watch::Sender<Vec<Value>>,
    title: Mutex<&'static str>,
}

enum Script {
    Refuse(u16),
    Stream {
        steps: mpsc::UnboundedReceiver<Step>,
        closed: oneshot::Sender<Instant>,
    },
}

enum Step {
    /// Bytes of the body, as they are.
    Bytes(String),
    /// The connection breaks inside the body.
    Cut,
}

/// One answer, said bit by bit. Until it ends, the provider's connection is open.
pub struct Reply {
    steps: mpsc::UnboundedSender<Step>,
    closed: oneshot::Receiver<Instant>,
}

impl ModelServer {
    /// Starts one on a free port.
    pub async fn start() -> Self {
        let shared = Arc::new(Shared {
            scripts: Mutex::default(),
            requests: watch::Sender::default(),
            title: Mutex::new("A title by the model"),
        });
        let router = Router::new()
            .route(
                "/v1/models",
                get(async || Json(json!({ "data": [{ "id": MODEL }] }))),
            )
            .route("/v1/chat/completions", post(complete))
            .with_state(shared.clone());
        Self {
            serving: Serving::start(router).await,
            shared,
        }
    }

    /// What `--ai-base-url` takes.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.serving.addr)
    }

    /// The next reply that is asked for is said by the handle this gives.
    pub fn next_reply(&self) -> Reply {
        let (steps, said) = mpsc::unbounded_channel();
        let (closed, seen) = oneshot::channel();
        self.queue(Script::Stream {
            steps: said,
            closed,
        });
        Reply {
            steps,
            closed: seen,
        }
    }

    /// The next reply that is asked for is refused with this status.
    pub fn refuse_next(&self, status: u16) {
        self.queue(Script::Refuse(status));
    }

    /// Calls conversations so from here on.
    pub fn call_them(&self, title: &'static str) {
        *lock(&self.shared.title) = title;
    }

    /// Waits until it was asked for `count` replies (titles are not replies), and gives what it was sent.
    pub async fn asked(&self, count: usize) -> Vec<Value> {
        let mut requests = self.shared.requests.subscribe();
        let enough = requests.wait_for(|requests| requests.len() >= count);
        match timeout(PATIENCE, enough).await {
            Ok(Ok(requests)) => requests.clone(),
            _ => panic!("the model was not asked for {count} replies"),
        }
    }

    fn queue(&self, script: Script) {
        lock(&self.shared.scripts).push_back(script);
    }
}

impl Reply {
    /// Says a piece of the text.
    pub fn say(&self, text: &str) {
        let chunk = json!({ "choices": [{ "delta": { "content": text } }] });
        self.bytes(format!("data: {chunk}\n\n"));
    }

    /// Sends something that is not what the API promises.
    pub fn garble(&self) {
        self.bytes("data: {\"choices\": [{\n\n".to_owned());
    }

    /// Ends the reply as a provider should.
    pub fn finish(self) {
        self.end();
    }

    /// The same; gives how long after `since` its last byte was on its way.
    pub async fn finished_after(self, since: Instant, within: Duration) -> Option<Duration> {
        self.end();
        let Self { closed, steps } = self;
        drop(steps);
        let at = timeout(within, closed).await.ok()?.ok()?;
        Some(at.saturating_duration_since(since))
    }

    fn end(&self) {
        let last = json!({ "choices": [{ "delta": {}, "finish_reason": "stop" }] });
        self.bytes(format!("data: {last}\n\ndata: [DONE]\n\n"));
    }

    /// Says all of `text` in pieces of `size` characters and ends.
    pub fn finish_with(self, text: &str, size: usize) {
        let letters: Vec<char> = text.chars().collect();
        for piece in letters.chunks(size) {
            self.say(&piece.iter().collect::<String>());
        }
        self.finish();
    }

    /// Breaks the connection before the end.
    pub fn cut(self) {
        self.step(Step::Cut);
    }

    /// How long after `since` the caller closed its connection; `None` if it did not `within` that.
    pub async fn closed_after(self, since: Instant, within: Duration) -> Option<Duration> {
        let Self { closed, steps } = self;
        let at = timeout(within, closed).await.ok()?.ok()?;
        drop(steps);
        Some(at.saturating_duration_since(since))
    }

    fn bytes(&self, bytes: String) {
        self.step(Step::Bytes(bytes));
    }

    fn step(&self, step: Step) {
        // Where nobody listens any more, the test looks at what became of it.
        let _ = self.steps.send(step);
    }
}

async fn complete(State(shared): State<Arc<Shared>>, Json(request): Json<Value>) -> Response {
    if request["stream"] != true {
        let title = *lock(&shared.title);
        let title = json!({ "choices": [{ "message": { "content": title } }] });
        return Json(title).into_response();
    }
    shared
        .requests
        .send_modify(|requests| requests.push(request));
    let script = lock(&shared.scripts).pop_front();
    match script {
        Some(Script::Refuse(status)) => StatusCode::from_u16(status)
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            .into_response(),
        Some(Script::Stream { steps, closed }) => streamed(steps, closed),
        None => streamed_at_once("Hello from the **model**."),
    }
}

fn streamed(steps: mpsc::UnboundedReceiver<Step>, closed: oneshot::Sender<Instant>) -> Response {
    let open = Open(Some(closed));
    let body = stream::unfold((steps, open), |(mut steps, open)| async move {
        let step = match steps.recv().await? {
            Step::Bytes(bytes) => Ok(bytes),
            Step::Cut => {
                // What was said before is on its way first.
                tokio::task::yield_now().await;
                Err(io::Error::from(io::ErrorKind::ConnectionReset))
            }
        };
        Some((step, (steps, open)))
    });
    event_stream(Body::from_stream(body))
}

fn streamed_at_once(text: &str) -> Response {
    let (steps, said) = mpsc::unbounded_channel();
    let (closed, _) = oneshot::channel();
    let (_, seen) = oneshot::channel();
    Reply {
        steps,
        closed: seen,
    }
    .finish_with(text, 4);
    streamed(said, closed)
}

fn event_stream(body: Body) -> Response {
    ([("content-type", "text/event-stream")], body).into_response()
}

/// Tells when the body is let go: at its end, or when the caller has gone.
struct Open(Option<oneshot::Sender<Instant>>);

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(closed) = self.0.take() {
            let _ = closed.send(Instant::now());
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
