//! The app's files: precompressed where they are, cached for good where their name carries a hash,
//! and `index.html` for every path that is a place in the app.

use std::{path::PathBuf, sync::Arc};

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

/// The built app.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    dir: PathBuf,
    connect: String,
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

    /// The policy of the page: its own files, and the inline scripts that it was built with.
    async fn policy(&self) -> String {
        let page = tokio::fs::read_to_string(self.dir.join("index.html")).await;
        let scripts: String = inline_scripts(&page.unwrap_or_default())
            .map(|script| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(script))))
            .collect();
        let connect = &self.connect;
        format!(
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{scripts}; style-src 'self'; \
             img-src 'self' data:; connect-src 'self' ws: wss:{connect}; font-src 'self'; \
             manifest-src 'self'; worker-src 'self'; base-uri 'self'; form-action 'self'; \
             frame-ancestors 'none'"
        )
    }
}

/// The texts of the scripts of a page that have no `src`.
fn inline_scripts(page: &str) -> impl Iterator<Item = &str> {
    page.split("<script").skip(1).filter_map(|rest| {
        let (tag, rest) = rest.split_once('>')?;
        let (text, _) = rest.split_once("</script>")?;
        let has_src = tag
            .split_ascii_whitespace()
            .any(|part| part.starts_with("src="));
        (!has_src && !text.is_empty()).then_some(text)
    })
}

/// Whether the file's name carries a hash of its content: 16 hexadecimal digits or more in a row.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.split(|c: char| !c.is_ascii_hexdigit())
        .any(|run| run.len() >= 16)
}

/// Whether the path is a place in the app rather than a file.
fn is_place(path: &str) -> bool {
    path.rsplit('/')
        .next()
        .is_none_or(|name| !name.contains('.'))
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
    let cache = if is_hashed(served) && response.status().is_success() {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let policy = files.policy().await;
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
    fn only_inline_scripts_are_in_the_policy() {
        let page = "<script src=\"a.js\"></script><script>one()</script>\
                    <script type=\"module\">two()</script>";
        assert_eq!(inline_scripts(page).collect::<Vec<_>>(), ["one()", "two()"]);
    }

    #[test]
    fn a_name_with_a_hash_is_cached_for_good() {
        assert!(is_hashed("/weft-0123456789abcdef_bg.wasm"));
        assert!(!is_hashed("/index.html"));
        assert!(!is_hashed("/0123456789abcdef/config.json"));
    }

    #[test]
    fn a_place_has_no_extension() {
        assert!(is_place("/t/018f-1"));
        assert!(is_place("/"));
        assert!(!is_place("/missing.js"));
    }
}
