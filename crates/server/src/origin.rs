//! Which pages may call: those of the server's own host, and those of the allow-list. A caller that
//! names no origin is no page.

use axum::http::{HeaderMap, HeaderValue, header};

/// The origins allowed besides the server's own.
#[derive(Debug)]
pub(crate) struct Origins {
    allowed: Vec<HeaderValue>,
}

impl Origins {
    /// Takes `scheme://host[:port]` each.
    pub(crate) fn new(allowed: &[String]) -> anyhow::Result<Self> {
        let allowed = allowed
            .iter()
            .map(|origin| origin.trim().trim_end_matches('/'))
            .filter(|origin| !origin.is_empty())
            .map(|origin| {
                let plain = origin.split_once("://").is_some_and(|(scheme, host)| {
                    matches!(scheme, "http" | "https") && !host.is_empty() && !host.contains('/')
                });
                anyhow::ensure!(plain, "not an origin (scheme://host[:port]): {origin}");
                Ok(HeaderValue::from_str(&origin.to_ascii_lowercase())?)
            })
            .collect::<anyhow::Result<_>>()?;
        Ok(Self { allowed })
    }

    /// The allow-list.
    pub(crate) fn list(&self) -> Vec<HeaderValue> {
        self.allowed.clone()
    }

    /// Whether the caller may change something or open a socket.
    pub(crate) fn allows(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(header::ORIGIN) else {
            return true;
        };
        self.allowed.contains(origin) || same_host(origin, headers.get(header::HOST))
    }
}

/// Whether the origin is of the host that was called. The scheme is not compared: a proxy that ends
/// TLS calls with another one.
fn same_host(origin: &HeaderValue, host: Option<&HeaderValue>) -> bool {
    let origin = origin
        .to_str()
        .ok()
        .and_then(|origin| origin.split_once("://"));
    let host = host.and_then(|host| host.to_str().ok());
    matches!((origin, host), (Some((_, origin)), Some(host)) if origin.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_own_host_and_the_allow_list_may_call() {
        let origins = Origins::new(&["https://app.example/".into()]).unwrap();
        let allows = |origin: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static("chat.example:8787"));
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            }
            origins.allows(&headers)
        };
        assert!(allows(None));
        assert!(allows(Some("http://chat.example:8787")));
        assert!(allows(Some("https://chat.example:8787")));
        assert!(allows(Some("https://app.example")));
        assert!(!allows(Some("http://app.example")));
        assert!(!allows(Some("http://chat.example")));
        assert!(!allows(Some("https://app.example.evil.example")));
        assert!(!allows(Some("null")));
    }

    #[test]
    fn an_allow_list_entry_must_be_an_origin() {
        assert!(Origins::new(&["*".into()]).is_err());
        assert!(Origins::new(&["https://a.example/path".into()]).is_err());
    }
}
