//! Settings: a flag each, or its `WEFT_*` variable.

use std::{net::SocketAddr, path::PathBuf};

use clap::builder::FalseyValueParser;

use crate::push::{Rules, address::Allowed};

/// The Weft server: real-time chat for people and AI models together.
#[derive(Clone, clap::Parser)]
#[command(name = "weft-server", version)]
pub struct Config {
    /// The address to listen on; port 0 takes a free one.
    #[arg(long, env = "WEFT_ADDR", default_value = "127.0.0.1:8787")]
    pub addr: SocketAddr,
    /// The folder for the database.
    #[arg(long, env = "WEFT_DATA", default_value = "./data")]
    pub data: PathBuf,
    /// The folder with the built app.
    #[arg(long, env = "WEFT_APP_DIR", default_value = "./dist")]
    pub app_dir: PathBuf,
    /// Origins besides the server's own whose pages may call it, as `https://host[:port]`.
    #[arg(long, env = "WEFT_ALLOW_ORIGINS", value_delimiter = ',')]
    pub allow_origin: Vec<String>,
    /// Sources besides the server's own that the served app may connect to.
    #[arg(long, env = "WEFT_CONNECT_SRC", value_delimiter = ',')]
    pub connect_src: Vec<String>,
    /// The code that people sign up with where the server is reachable from elsewhere.
    #[arg(long, env = "WEFT_INVITE", hide_env_values = true)]
    pub invite: Option<String>,
    /// Take the caller's address from the last entry of `X-Forwarded-For`.
    #[arg(long, env = "WEFT_BEHIND_PROXY", value_parser = FalseyValueParser::new())]
    pub behind_proxy: bool,
    /// The base URL of an OpenAI-compatible endpoint, up to and with `/v1`.
    #[arg(long, env = "WEFT_AI_BASE_URL")]
    pub ai_base_url: Option<String>,
    /// The key for that endpoint.
    #[arg(long, env = "WEFT_AI_API_KEY", hide_env_values = true)]
    pub ai_api_key: Option<String>,
    /// The models to offer from it; without this, all that it lists.
    #[arg(long, env = "WEFT_AI_MODELS", value_delimiter = ',')]
    pub ai_models: Vec<String>,
    /// How long a provider may be silent, in milliseconds.
    #[arg(long, env = "WEFT_AI_TIMEOUT_MS", default_value_t = 60_000)]
    pub ai_timeout_ms: u64,
    /// The most history sent to a model, in bytes; the newest is kept.
    #[arg(long, env = "WEFT_AI_HISTORY_BYTES", default_value_t = 64 * 1024)]
    pub ai_history_bytes: usize,
    /// Where Ollama is looked for; empty for nowhere.
    #[arg(
        long,
        env = "WEFT_OLLAMA_URL",
        default_value = "http://127.0.0.1:11434"
    )]
    pub ollama_url: String,
    /// Where the operators of push services reach the one of this server, as `mailto:` or `https:`.
    #[arg(long, env = "WEFT_PUSH_CONTACT")]
    pub push_contact: Option<String>,
    /// Let pushes go to this machine, for tests.
    #[arg(long, env = "WEFT_PUSH_ALLOW_LOOPBACK", hide = true, value_parser = FalseyValueParser::new())]
    pub push_allow_loopback: bool,
    /// Write the log as JSON lines.
    #[arg(long, env = "WEFT_LOG_JSON", value_parser = FalseyValueParser::new())]
    pub log_json: bool,
}

impl Config {
    /// How to push.
    pub(crate) fn push_rules(&self) -> Rules {
        let contact = self.push_contact.clone();
        Rules {
            contact: contact.filter(|contact| !contact.is_empty()),
            allowed: if self.push_allow_loopback {
                Allowed::Loopback
            } else {
                Allowed::Public
            },
        }
    }
}
