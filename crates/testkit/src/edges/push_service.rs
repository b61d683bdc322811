//! A push service, and the browsers that are subscribed there.
//!
//! Invariant: what is received was encrypted for its subscription and signed with the key that this was made
//! for, or whoever waits for it panics.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use p256::{
    SecretKey,
    ecdsa::{Signature, VerifyingKey, signature::Verifier},
};
use serde_json::{Value, json};
use tokio::{sync::watch, time::timeout};
use web_push_native::{Auth, decrypt};
use weft_protocol::Millis;

use super::{PATIENCE, http::Serving};

/// The push service.
pub struct PushService {
    serving: Serving,
    shared: Arc<Shared>,
}

struct Shared {
    now: Box<dyn Fn() -> Millis + Send + Sync>,
    browsers: Mutex<HashMap<String, Browser>>,
    answers: Mutex<VecDeque<Scripted>>,
    received: watch::Sender<Vec<Result<Pushed, String>>>,
}

/// A status, and headers.
type Scripted = (u16, Vec<(&'static str, String)>);

#[derive(Clone)]
struct Browser {
    secret: SecretKey,
    auth: [u8; 16],
    /// The key that it subscribed with: only its owner may push.
    key: String,
}

/// A push as its browser gets it.
#[derive(Clone, Debug, PartialEq)]
pub struct Pushed {
    /// The end of its subscription's address.
    pub to: String,
    /// What it says.
    pub payload: Value,
    /// How long it is worth delivering, in seconds.
    pub ttl: u64,
    /// How urgent it is.
    pub urgency: String,
    /// What it replaces, and is replaced by.
    pub topic: String,
    /// The bytes that travelled.
    pub bytes: usize,
    /// Who is said to be behind it.
    pub contact: Option<String>,
}

impl PushService {
    /// Starts one on a free port that goes by this clock.
    pub async fn start(now: impl Fn() -> Millis + Send + Sync + 'static) -> Self {
        let shared = Arc::new(Shared {
            now: Box::new(now),
            browsers: Mutex::default(),
            answers: Mutex::default(),
            received: watch::Sender::default(),
        });
        let router = Router::new()
            .route("/push/{to}", post(push))
            .with_state(shared.clone());
        Self {
            serving: Serving::start(router).await,
            shared,
        }
    }

    /// Subscribes the browser `name` with a server's key, as `pushManager.subscribe` does; gives what
    /// `PushSubscription.toJSON()` does.
    pub fn subscribe(&self, name: &str, key: &str) -> Value {
        let secret = loop {
            // Nearly every 32 bytes are a key.
            if let Ok(secret) = SecretKey::from_slice(&rand::random::<[u8; 32]>()) {
                break secret;
            }
        };
        let auth = rand::random();
        let point = VerifyingKey::from(secret.public_key()).to_encoded_point(false);
        let key = key.to_owned();
        let browser = Browser { secret, auth, key };
        lock(&self.shared.browsers).insert(name.to_owned(), browser);
        json!({
            "endpoint": format!("http://{}/push/{name}", self.serving.addr),
            "expirationTime": null,
            "keys": {
                "p256dh": URL_SAFE_NO_PAD.encode(point.as_bytes()),
                "auth": URL_SAFE_NO_PAD.encode(auth),
            },
        })
    }

    /// The next push is answered with this status and these headers.
    pub fn answer_next(&self, status: u16, headers: &[(&'static str, &str)]) {
        let headers = headers
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect();
        lock(&self.shared.answers).push_back((status, headers));
    }

    /// Waits until `count` pushes have come, and gives all that have.
    pub async fn received(&self, count: usize) -> Vec<Pushed> {
        let mut received = self.shared.received.subscribe();
        let enough = received.wait_for(|received| received.len() >= count);
        let received = match timeout(PATIENCE, enough).await {
            Ok(Ok(received)) => received.clone(),
            _ => panic!("{count} pushes did not come"),
        };
        let good = |pushed: Result<Pushed, String>| match pushed {
            Ok(pushed) => pushed,
            Err(fault) => panic!("a bad push: {fault}"),
        };
        received.into_iter().map(good).collect()
    }
}

async fn push(
    State(shared): State<Arc<Shared>>,
    Path(to): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let host = headers.get("host").and_then(|host| host.to_str().ok());
    let origin = format!("http://{}", host.unwrap_or_default());
    let pushed = read(&shared, to, &origin, &headers, &body);
    let bad = pushed.is_err();
    shared.received.send_modify(|all| all.push(pushed));
    let (status, headers) = match lock(&shared.answers).pop_front() {
        Some(answer) => answer,
        None => (if bad { 400 } else { 201 }, Vec::new()),
    };
    let mut answer = StatusCode::from_u16(status)
        .expect("a status")
        .into_response();
    for (name, value) in headers {
        let value = value.parse().expect("a header's value");
        answer.headers_mut().insert(name, value);
    }
    answer
}

fn read(
    shared: &Shared,
    to: String,
    origin: &str,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<Pushed, String> {
    let browser = lock(&shared.browsers).get(&to).cloned();
    let browser = browser.ok_or("nobody is subscribed there")?;
    let header = |name: &str| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.ok_or_else(|| format!("no {name}"))
    };
    if header("content-encoding")? != "aes128gcm" || body.len() > 4096 {
        return Err(format!("{} bytes in another encoding", body.len()));
    }
    let contact = signed_by(
        &browser.key,
        header("authorization")?,
        origin,
        (shared.now)(),
    )?;
    let text = decrypt(body.to_vec(), &browser.secret, &Auth::from(browser.auth));
    let text = text.map_err(|error| format!("not for this browser: {error}"))?;
    Ok(Pushed {
        to,
        payload: serde_json::from_slice(&text).map_err(|error| error.to_string())?,
        ttl: header("ttl")?.parse().map_err(|_| "no number as ttl")?,
        urgency: header("urgency")?.to_owned(),
        topic: header("topic")?.to_owned(),
        bytes: body.len(),
        contact,
    })
}

/// Checks a VAPID header (RFC 8292); gives the contact that it names.
fn signed_by(key: &str, header: &str, origin: &str, now: Millis) -> Result<Option<String>, String> {
    let (token, said) = header
        .strip_prefix("vapid t=")
        .and_then(|rest| rest.split_once(", k="))
        .ok_or("no VAPID")?;
    if said != key {
        return Err("another key than the subscription's".to_owned());
    }
    let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| "no base64url");
    let [header, claims, signature] = token.split('.').collect::<Vec<_>>()[..] else {
        return Err("no token".to_owned());
    };
    let signature = Signature::from_slice(&decoded(signature)?).map_err(|_| "no signature")?;
    VerifyingKey::from_sec1_bytes(&decoded(key)?)
        .and_then(|key| key.verify(format!("{header}.{claims}").as_bytes(), &signature))
        .map_err(|_| "a wrong signature")?;
    let json = |part| serde_json::from_slice::<Value>(&decoded(part)?).map_err(|_| "no JSON");
    if json(header)? != json!({ "typ": "JWT", "alg": "ES256" }) {
        return Err("another algorithm".to_owned());
    }
    let claims = json(claims)?;
    let left = claims["exp"].as_u64().unwrap_or(0).checked_sub(now / 1000);
    if claims["aud"] != origin || !left.is_some_and(|left| (1..=24 * 60 * 60).contains(&left)) {
        return Err(format!("claims for another place or time: {claims}"));
    }
    match claims
        .get("sub")
        .map(|sub| sub.as_str().unwrap_or_default())
    {
        Some(sub) if !sub.starts_with("https:") && !sub.starts_with("mailto:") => {
            Err(format!("no contact: {sub}"))
        }
        sub => Ok(sub.map(str::to_owned)),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).expect("base64url")
    }

    #[test]
    fn it_reads_the_example_of_rfc_8291() {
        let message = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6\
                       TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4\
                       a-fN";
        let secret = bytes("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94");
        let secret = SecretKey::from_slice(&secret).expect("a key");
        let auth = Auth::clone_from_slice(&bytes("BTBZMqHH6r4Tts7J_aSIgg"));
        let text = decrypt(bytes(message), &secret, &auth).expect("a push");
        assert_eq!(text, b"When I grow up, I want to be a watermelon");
    }
}
