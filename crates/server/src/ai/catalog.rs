//! Which models can be asked, and where. The demo model is always last.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

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
            known: RwLock::new(vec![(demo::model(), Provider::Demo)]),
        }
    }

    /// Who makes replies of this model.
    pub(super) fn provider(&self, model: &str) -> Option<Provider> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known
            .iter()
            .find(|(known, _)| known.id == model)
            .map(|(_, provider)| provider.clone())
    }

    /// Keeps the list up to date, and tells the hub of each change.
    pub(super) async fn refresh(self: Arc<Self>, hub: HubHandle) {
        let mut ticks = tokio::time::interval(EVERY);
        let mut configured = self.named.clone();
        let mut offered = None;
        loop {
            ticks.tick().await;
            if self.named.is_empty()
                && let Some(endpoint) = &self.configured
                && let Some(models) = endpoint.models(LIST_WITHIN).await
            {
                configured = models;
            }
            let local = match &self.ollama {
                Some(ollama) => ollama.models(LIST_WITHIN).await.unwrap_or_default(),
                None => Vec::new(),
            };
            let mut known: Vec<(Model, Provider)> = Vec::new();
            for (names, endpoint, about) in [
                (&configured, &self.configured, None),
                (&local, &self.ollama, Some("On this machine, by Ollama.")),
            ] {
                let Some(endpoint) = endpoint else { continue };
                for name in names {
                    if name == demo::ID || known.iter().any(|(model, _)| model.id == *name) {
                        continue;
                    }
                    let about = about.map(str::to_owned);
                    let model = Model {
                        id: name.clone(),
                        name: name.clone(),
                        about,
                    };
                    known.push((model, Provider::OpenAi(endpoint.clone())));
                }
            }
            known.push((demo::model(), Provider::Demo));
            let models: Vec<Model> = known.iter().map(|(model, _)| model.clone()).collect();
            *self.known.write().unwrap_or_else(PoisonError::into_inner) = known;
            if offered.as_ref() != Some(&models) {
                hub.offer(models.clone());
                offered = Some(models);
            }
        }
    }
}
