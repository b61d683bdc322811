//! The app's files: precompressed where they are, cached for good where their name carries a hash,
//! and `index.html` for every path that is a place in the app.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{Html, IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};
use tower_http::services::ServeDir;

use crate::App;

const MISSING: &str = "<!doctype html><meta charset=\"utf-8\"><title>Weft</title>\
<h1>Weft is running, but its app is not built</h1>\
<p>Build and serve both with <code>cargo xtask start</code>, or point the server at a built app with \
<code>--app-dir</code>.</p>";

/// The fewest hexadecimal digits in a row that are a hash: 16 is the build tool's, less leading zeros.
const HASH_DIGITS: usize = 12;

/// The built app.
#[derive(Debug)]
pub(crate) struct Files {
    dir: PathBuf,
    connect: String,
    inline: Mutex<Inline>,
}

/// The inline scripts and styles of the page as the policy names them, and which page that was.
#[derive(Debug, Default)]
struct Inline {
    of: Option<(SystemTime, u64)>,
    named: [Arc<str>; 2],
}

impl Files {
    /// The app in the folder `dir`, which may connect to `connect` besides its own server.
    pub(crate) fn new(dir: &std::path::Path, connect: &[String]) -> Self {
        let clean =
            |source: &&String| !source.is_empty() && !source.contains([';', ',', ' ', '\n', '\r']);
        let connect = connect
            .iter()
            .filter(clean)
            .map(|source| format!(" {source}"))
            .collect();
        Self {
            dir: dir.to_owned(),
            connect,
            inline: Mutex::default(),
        }
    }

    async fn file(&self, method: &Method, path: &str, headers: &HeaderMap) -> Response {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = method.clone();
        let Ok(uri) = path.parse::<Uri>() else {
            return StatusCode::BAD_REQUEST.into_response();
        };
        *request.uri_mut() = uri;
        *request.headers_mut() = headers.clone();
        let served = ServeDir::new(&self.dir)
            .append_index_html_on_directories(false)
            .precompressed_br()
            .precompressed_gzip()
            .try_call(request)
            .await;
        match served {
            Ok(response) => response.map(Body::new),
            Err(error) => {
                tracing::error!(%error, "a file could not be read");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }

    /// The policy of the page: its own files, its own server, and the inline scripts and styles that it was
    /// built with. Images come from anywhere, since each is fetched at its reader's wish. `host` is what the caller called the server.
    async fn policy(&self, host: Option<&HeaderValue>) -> String {
        let ([scripts, styles], connect) = (self.inline().await, &self.connect);
        // Not every browser counts the sockets of the page's own server as 'self'.
        let sockets = host
            .and_then(|host| host.to_str().ok())
            .filter(|host| host.bytes().all(is_host_byte))
            .map(|host| format!(" ws://{host} wss://{host}"))
            .unwrap_or_default();
        format!(
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{scripts}; style-src 'self'{styles}; \
             img-src 'self' data: https:; connect-src 'self'{sockets}{connect}; font-src 'self'; \
             manifest-src 'self'; worker-src 'self'; base-uri 'self'; form-action 'self'; \
             frame-ancestors 'none'"
        )
    }

    /// Read again only when a new build has replaced the page.
    async fn inline(&self) -> [Arc<str>; 2] {
        let path = self.dir.join("index.html");
        let found = tokio::fs::metadata(&path).await.ok();
        let of = found.and_then(|file| Some((file.modified().ok()?, file.len())));
        let known = || self.inline.lock().unwrap_or_else(PoisonError::into_inner);
        if known().of == of {
            return known().named.clone();
        }
        let page = tokio::fs::read_to_string(path).await.unwrap_or_default();
        let named = ["script", "style"].map(|tag| {
            let texts = inline(&page, tag);
            let digest = |text| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
            texts.map(digest).collect::<String>().into()
        });
        *known() = Inline {
            of,
            named: named.clone(),
        };
        named
    }
}

fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']')
}

/// The texts of the elements of this name, in a page, that have no `src`.
fn inline<'a>(page: &'a str, tag: &str) -> impl Iterator<Item = &'a str> {
    let (begin, end) = (format!("<{tag}"), format!("</{tag}>"));
    let elements: Vec<&str> = page.split(begin.as_str()).skip(1).collect();
    elements.into_iter().filter_map(move |rest| {
        let (tag, rest) = rest.split_once('>')?;
        let (text, _) = rest.split_once(end.as_str())?;
        let has_src = tag
            .split_ascii_whitespace()
            .any(|part| part.starts_with("src="));
        (!has_src && !text.is_empty()).then_some(text)
    })
}

/// Whether the file's name carries a hash of its content.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.split(|c: char| !c.is_ascii_hexdigit())
        .any(|run| run.len() >= HASH_DIGITS)
}

/// Whether the path is a place in the app rather than a file.
fn is_place(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    path != "/api" && !path.starts_with("/api/") && !name.contains('.')
}

/// Answers whatever no route has taken.
pub(crate) async fn serve(State(app): State<Arc<App>>, request: Request) -> Response {
    let method = request.method();
    if !matches!(*method, Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let files = &app.files;
    let (path, headers) = (request.uri().path(), request.headers());
    let mut served = path;
    let mut response = if path == "/" {
        StatusCode::NOT_FOUND.into_response()
    } else {
        files.file(method, path, headers).await
    };
    if response.status() == StatusCode::NOT_FOUND && is_place(path) {
        served = "/index.html";
        response = files.file(method, served, headers).await;
        if response.status() == StatusCode::NOT_FOUND {
            response = (StatusCode::SERVICE_UNAVAILABLE, Html(MISSING)).into_response();
        }
    }
    let good = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
    let cache = if good && is_hashed(served) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let policy = files.policy(headers.get(header::HOST)).await;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_inline_is_in_the_policy() {
        let page = "<style>a{}</style><script src=\"a.js\"></script><script>one()</script>\
                    <script type=\"module\">two()</script>";
        let texts = |tag| inline(page, tag).collect::<Vec<_>>();
        assert_eq!(texts("script"), ["one()", "two()"]);
        assert_eq!(texts("style"), ["a{}"]);
    }

    #[test]
    fn a_name_with_a_hash_is_cached_for_good() {
        assert!(is_hashed("/weft-0123456789abcdef_bg.wasm"));
        assert!(
            is_hashed("/account-8a485d09fb79dc2.css"),
            "a leading zero is not written"
        );
        assert!(!is_hashed("/index.html"));
        assert!(!is_hashed("/0123456789abcdef/config.json"));
    }

    #[test]
    fn a_place_has_no_extension() {
        assert!(is_place("/t/018f-1"));
        assert!(is_place("/"));
        assert!(!is_place("/missing.js"));
        assert!(!is_place("/api/") && !is_place("/api"));
    }
}
