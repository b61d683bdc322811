//! Which models can be asked, and where. The demo model is always last.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use tokio::sync::SetOnce;
use weft_protocol::Model;

use super::{demo, openai::Endpoint};
use crate::{Config, hub_task::HubHandle};

/// How often the endpoints are asked for their models.
const EVERY: Duration = Duration::from_secs(30);

/// How long an endpoint has to list its models.
const LIST_WITHIN: Duration = Duration::from_secs(5);

/// Who makes a reply.
#[derive(Clone)]
pub(super) enum Provider {
    /// An endpoint.
    OpenAi(Endpoint),
    /// The built-in one.
    Demo,
}

/// The models.
pub(crate) struct Catalog {
    configured: Option<Endpoint>,
    named: Vec<String>,
    ollama: Option<Endpoint>,
    known: RwLock<Vec<(Model, Provider)>>,
    /// Set once every endpoint was asked.
    asked: SetOnce<()>,
}

impl Catalog {
    pub(super) fn new(config: &Config, silence: Duration) -> Self {
        let base = config
            .ai_base_url
            .as_deref()
            .filter(|base| !base.is_empty());
        let configured = base.map(|base| Endpoint::new(base, config.ai_api_key.clone(), silence));
        let ollama = (!config.ollama_url.is_empty()).then(|| {
            let base = format!("{}/v1", config.ollama_url.trim_end_matches('/'));
            Endpoint::new(&base, None, silence)
        });
        let named = config.ai_models.iter().map(|name| name.trim().to_owned());
        let named = named.filter(|name| !name.is_empty()).collect();
        Self {
            configured,
            named,
            ollama,
            known: RwLock::default(),
            asked: SetOnce::new(),
        }
    }

    /// Who makes replies of this model. Right after a start it waits for the endpoints to say.
    pub(super) async fn provider(&self, model: &str) -> Option<Provider> {
        let provider = self.known_provider(model);
        if provider.is_some() {
            return provider;
        }
        self.asked.wait().await;
        self.known_provider(model)
    }

    fn known_provider(&self, model: &str) -> Option<Provider> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known
            .iter()
            .find(|(known, _)| known.id == model)
            .map(|(_, provider)| provider.clone())
    }

    /// Keeps the list up to date, and tells the hub of it.
    pub(super) async fn refresh(self: Arc<Self>, hub: HubHandle) {
        let mut ticks = tokio::time::interval(EVERY);
        let mut configured = self.named.clone();
        let mut reached = true;
        hub.offer(self.keep(&configured, &[]));
        loop {
            ticks.tick().await;
            let (listed, local) = tokio::join!(self.list(), self.list_local());
            match listed {
                Some(Ok(models)) => (configured, reached) = (models, true),
                Some(Err(error)) if reached => {
                    tracing::warn!(%error, "the AI endpoint does not list its models");
                    reached = false;
                }
                Some(Err(_)) | None => {}
            }
            hub.offer(self.keep(&configured, &local));
            // It is set already from the second time on.
            let _ = self.asked.set(());
        }
    }

    /// What the configured endpoint lists, where it is to be asked.
    async fn list(&self) -> Option<reqwest::Result<Vec<String>>> {
        let endpoint = self.configured.as_ref()?;
        if !self.named.is_empty() {
            return None;
        }
        Some(endpoint.models(LIST_WITHIN).await)
    }

    async fn list_local(&self) -> Vec<String> {
        match &self.ollama {
            Some(ollama) => ollama.models(LIST_WITHIN).await.unwrap_or_default(),
            None => Vec::new(),
        }
    }

    /// Makes these the known models, and gives how they are offered.
    fn keep(&self, configured: &[String], local: &[String]) -> Vec<Model> {
        let mut known: Vec<(Model, Provider)> = Vec::new();
        for (names, endpoint, about) in [
            (configured, &self.configured, None),
            (local, &self.ollama, Some("On this machine, by Ollama.")),
        ] {
            let Some(endpoint) = endpoint else { continue };
            for name in names {
                if name == demo::ID || known.iter().any(|(model, _)| model.id == *name) {
                    continue;
                }
                let model = Model {
                    id: name.clone(),
                    name: name.clone(),
                    about: about.map(str::to_owned),
                };
                known.push((model, Provider::OpenAi(endpoint.clone())));
            }
        }
        known.push((demo::model(), Provider::Demo));
        let offered = known.iter().map(|(model, _)| model.clone()).collect();
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = known;
        offered
    }
}
