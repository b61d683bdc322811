//! The accounts' side of the server: where it is, and the calls of its HTTP API.

use gloo_net::http::{Method, RequestBuilder, Response};
use leptos::prelude::window;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use web_sys::RequestCredentials;
use weft_protocol::{
    User,
    api::{ApiCode, ApiError, Credentials, NewPassword, Session},
    json,
};

use super::{local, page};
use crate::state::CallError;

/// What `config.json` says.
#[derive(Default, Deserialize)]
struct Settings {
    #[serde(default)]
    url: String,
}

/// A server, by its address without a slash at its end.
#[derive(Clone)]
pub(super) struct Server {
    url: String,
    foreign: bool,
}

impl Server {
    /// The server that `config.json` names; the app's own origin where it names none.
    pub(super) async fn find() -> Self {
        let address = format!("{}config.json", page::base_uri().unwrap_or_default());
        let settings = match gloo_net::http::Request::get(&address).send().await {
            Ok(answer) => content(answer).await.unwrap_or_default(),
            Err(_) => Settings::default(),
        };
        let origin = window().location().origin().unwrap_or_default();
        let url = settings.url.trim_end_matches('/').to_owned();
        let foreign = !url.is_empty() && !url.starts_with(&origin);
        Self {
            url: if url.is_empty() { origin } else { url },
            foreign,
        }
    }

    /// Whether it is on another origin, where no cookie carries the session.
    pub(super) fn foreign(&self) -> bool {
        self.foreign
    }

    /// The token kept for it.
    pub(super) fn token(&self) -> Option<String> {
        local::read("token").filter(|_| self.foreign)
    }

    /// The address of its socket.
    pub(super) fn socket(&self) -> String {
        format!("{}/api/socket", self.url.replacen("http", "ws", 1))
    }

    /// Who is signed in.
    pub(super) async fn session(&self) -> Result<Option<User>, CallError> {
        match self.call::<()>(Method::GET, "session", None).await {
            Ok(answer) => {
                let session: Session = content(answer).await.ok_or(CallError::Unreachable)?;
                Ok(Some(session.user))
            }
            Err(CallError::Refused(ApiCode::Unauthenticated, _)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Signs in, or up.
    pub(super) async fn enter(
        &self,
        create: bool,
        credentials: &Credentials,
    ) -> Result<Session, CallError> {
        let path = if create { "sign-up" } else { "sign-in" };
        let answer = self.call(Method::POST, path, Some(credentials)).await?;
        let session: Session = content(answer).await.ok_or(CallError::Unreachable)?;
        if let Some(token) = &session.token {
            local::write("token", token);
        }
        Ok(session)
    }

    /// Signs out.
    pub(super) async fn leave(&self) -> Result<(), CallError> {
        self.call::<()>(Method::POST, "sign-out", None)
            .await
            .map(drop)
    }

    /// Changes the password.
    pub(super) async fn password(&self, password: &NewPassword) -> Result<(), CallError> {
        self.call(Method::POST, "password", Some(password))
            .await
            .map(drop)
    }

    /// The address of a call.
    pub(super) fn address(&self, path: &str) -> String {
        format!("{}/api/{path}", self.url)
    }

    pub(super) async fn call<B: Serialize>(
        &self,
        method: Method,
        path: &str,
        body: Option<&B>,
    ) -> Result<Response, CallError> {
        self.send(method, path, body.map(json::write)).await
    }

    /// A call about pushes, with a body of JSON; gives the answer's text, or nothing where it failed.
    pub(super) async fn push(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
    ) -> Option<String> {
        let answer = self.send(method, &format!("push/{path}"), body).await;
        answer.ok()?.text().await.ok()
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
    ) -> Result<Response, CallError> {
        let mut request = RequestBuilder::new(&self.address(path)).method(method);
        request = match self.token() {
            Some(token) => request.header("authorization", &format!("Bearer {token}")),
            None if self.foreign => request.credentials(RequestCredentials::Omit),
            None => request.credentials(RequestCredentials::SameOrigin),
        };
        let request = match body {
            Some(body) => request
                .header("content-type", "application/json")
                .body(body),
            None => request.build(),
        };
        let answer = request.map_err(|_| CallError::Unreachable)?.send().await;
        let answer = answer.map_err(|_| CallError::Unreachable)?;
        if answer.ok() {
            return Ok(answer);
        }
        match content::<ApiError>(answer).await {
            Some(error) => Err(CallError::Refused(error.code, error.retry_after)),
            None => Err(CallError::Refused(ApiCode::Internal, None)),
        }
    }
}

/// What an answer holds, where that can be understood.
pub(super) async fn content<T: DeserializeOwned>(answer: Response) -> Option<T> {
    json::read(&answer.text().await.ok()?).ok()
}
