//! An OpenAI-compatible endpoint: its list of models, a streamed reply, and a title.

use std::time::Duration;

use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use serde_json::json;
use tokio::{sync::mpsc::Sender, time::timeout};
use weft_protocol::{ErrorCode, Tuning};

use super::{
    history::{Role, Said},
    sse::Lines,
};

/// How long a title may take.
const TITLE_WITHIN: Duration = Duration::from_secs(20);

/// The most of a conversation that a title is made from, in bytes of each message.
const TITLE_FROM: usize = 2000;

/// An endpoint.
#[derive(Clone)]
pub(super) struct Endpoint {
    client: Client,
    base: String,
    key: Option<String>,
    silence: Duration,
}

#[derive(Deserialize)]
struct List {
    data: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    id: String,
}

/// A piece of an answer, or a whole one. Some providers leave out what is empty, others send null.
#[derive(Deserialize)]
struct Chunk {
    choices: Option<Vec<Choice>>,
    error: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Choice {
    delta: Option<Delta>,
    message: Option<Delta>,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Delta {
    content: Option<String>,
}

impl Chunk {
    fn choice(self) -> Option<Choice> {
        self.choices?.into_iter().next()
    }
}

impl Choice {
    fn text(self) -> Option<String> {
        let said = self.delta.or(self.message)?;
        said.content.filter(|text| !text.is_empty())
    }
}

impl Endpoint {
    /// The endpoint at `base` (with `/v1`), given up after `silence`.
    pub(super) fn new(base: &str, key: Option<String>, silence: Duration) -> Self {
        let base = base.trim_end_matches('/').to_owned();
        let client = Client::builder()
            .connect_timeout(silence.min(Duration::from_secs(10)))
            .build()
            .unwrap_or_default();
        Self {
            client,
            base,
            key: key.filter(|key| !key.is_empty()),
            silence,
        }
    }

    /// The models that it lists.
    pub(super) async fn models(&self, within: Duration) -> reqwest::Result<Vec<String>> {
        let request = self.authorize(self.client.get(format!("{}/models", self.base)));
        let response = request.timeout(within).send().await?;
        let list: List = response.error_for_status()?.json().await?;
        Ok(list.data.into_iter().map(|model| model.id).collect())
    }

    /// Streams a reply into `pieces`; ends early, and well, where nobody takes them any more.
    pub(super) async fn reply(
        &self,
        model: &str,
        tuning: &Tuning,
        history: &[Said],
        pieces: Sender<String>,
    ) -> Result<(), ErrorCode> {
        let system = (!tuning.system.is_empty()).then(|| Said {
            role: Role::System,
            content: tuning.system.clone(),
        });
        let messages: Vec<&Said> = system.iter().chain(history).collect();
        let mut body = json!({ "model": model, "messages": messages, "stream": true });
        if let Some(hundredths) = tuning.temperature {
            body["temperature"] = json!(f64::from(hundredths) / 100.0);
        }
        let request = self.authorize(self.client.post(self.url()).json(&body));
        let mut response = accepted(self.heard(request.send()).await?)?;
        let mut lines = Lines::default();
        let mut finished = false;
        loop {
            let bytes = self.heard(response.chunk()).await;
            let (payloads, more) = match bytes {
                Ok(Some(bytes)) => (lines.push(&bytes), true),
                Ok(None) => (std::mem::take(&mut lines).finish(), false),
                // Headers came, so whatever breaks now has cut the stream.
                Err(ErrorCode::ProviderUnavailable) if finished => return Ok(()),
                Err(ErrorCode::ProviderUnavailable) => return Err(ErrorCode::ProviderCut),
                Err(code) => return Err(code),
            };
            for payload in payloads.map_err(|_| ErrorCode::ProviderGarbled)? {
                if payload == "[DONE]" {
                    return Ok(());
                }
                if payload.is_empty() {
                    continue;
                }
                let chunk: Chunk =
                    serde_json::from_str(&payload).map_err(|_| ErrorCode::ProviderGarbled)?;
                if chunk.error.is_some() {
                    return Err(ErrorCode::ProviderUnavailable);
                }
                let Some(choice) = chunk.choice() else {
                    continue;
                };
                finished |= choice.finish_reason.is_some();
                if let Some(text) = choice.text()
                    && pieces.send(text).await.is_err()
                {
                    return Ok(());
                }
            }
            if !more {
                return if finished {
                    Ok(())
                } else {
                    Err(ErrorCode::ProviderCut)
                };
            }
        }
    }

    /// A title for the conversation, where the model has one.
    pub(super) async fn title(&self, model: &str, history: &[Said]) -> Option<String> {
        let mut talk = String::new();
        for said in history {
            talk.push_str(weft_protocol::stream::prefix(&said.content, TITLE_FROM));
            talk.push_str("\n\n");
        }
        let messages = [
            Said {
                role: Role::System,
                content: "Name this conversation in at most six words, in its own language. \
                          Answer with the name alone: no quotes, no full stop."
                    .into(),
            },
            Said {
                role: Role::User,
                content: talk,
            },
        ];
        let body = json!({ "model": model, "messages": messages, "stream": false });
        let request = self.authorize(self.client.post(self.url()).json(&body));
        let response = request.timeout(TITLE_WITHIN).send().await.ok()?;
        let answer: Chunk = response.error_for_status().ok()?.json().await.ok()?;
        let text = answer.choice()?.text()?;
        let line = text.lines().map(str::trim).find(|line| !line.is_empty())?;
        weft_protocol::title::from_first_words(line.trim_matches(['"', '\'', '“', '”', '*', '.']))
    }

    fn url(&self) -> String {
        format!("{}/chat/completions", self.base)
    }

    fn authorize(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.key {
            Some(key) => request.bearer_auth(key),
            None => request,
        }
    }

    async fn heard<T>(
        &self,
        what: impl Future<Output = reqwest::Result<T>>,
    ) -> Result<T, ErrorCode> {
        match timeout(self.silence, what).await {
            Ok(Ok(heard)) => Ok(heard),
            Ok(Err(_)) => Err(ErrorCode::ProviderUnavailable),
            Err(_) => Err(ErrorCode::ProviderTimeout),
        }
    }
}

fn accepted(response: Response) -> Result<Response, ErrorCode> {
    match response.status() {
        status if status.is_success() => Ok(response),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(ErrorCode::ProviderUnauthorized),
        StatusCode::TOO_MANY_REQUESTS => Err(ErrorCode::ProviderRateLimited),
        status if status.is_client_error() => Err(ErrorCode::ProviderRejected),
        _ => Err(ErrorCode::ProviderUnavailable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_empty_may_be_left_out_or_null() {
        let text = |chunk: &str| {
            let chunk: Chunk = serde_json::from_str(chunk).expect("a chunk");
            assert!(chunk.error.is_none());
            chunk.choice().and_then(Choice::text)
        };
        for empty in [
            r#"{}"#,
            r#"{"choices":null,"usage":{},"error":null}"#,
            r#"{"choices":[]}"#,
            r#"{"choices":[{"delta":null,"finish_reason":"stop"}]}"#,
            r#"{"choices":[{"delta":{"role":"assistant","content":null}}]}"#,
            r#"{"choices":[{"delta":{"content":""},"finish_reason":null}]}"#,
        ] {
            assert_eq!(text(empty), None, "{empty}");
        }
        for said in ["delta", "message"] {
            let chunk = format!(r#"{{"choices":[{{"{said}":{{"content":"a"}}}}]}}"#);
            assert_eq!(text(&chunk).as_deref(), Some("a"));
        }
    }
}
