//! Who pushes: this server's key, and the token by which a push service knows it (RFC 8292).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use reqwest::Url;
use serde_json::json;
use weft_protocol::Millis;

/// How long a token is good, in seconds; the most is a day.
const GOOD_SECONDS: u64 = 12 * 60 * 60;

/// The key by which push services know this server.
#[derive(Clone, Debug)]
pub(crate) struct Vapid {
    key: SigningKey,
    public: String,
}

impl Vapid {
    /// The key with these bytes, where they are one.
    pub(crate) fn of(private: &[u8; 32]) -> Option<Self> {
        let key = SigningKey::from_slice(private).ok()?;
        let point = key.verifying_key().to_encoded_point(false);
        let public = URL_SAFE_NO_PAD.encode(point.as_bytes());
        Some(Self { key, public })
    }

    /// The public key, uncompressed, in base64url: what a browser subscribes with.
    pub(crate) fn public(&self) -> &str {
        &self.public
    }

    /// The `Authorization` of a push to this endpoint; `contact` is where its operator reaches ours.
    pub(crate) fn authorization(
        &self,
        endpoint: &Url,
        contact: Option<&str>,
        now: Millis,
    ) -> String {
        let mut claims = json!({
            "aud": endpoint.origin().ascii_serialization(),
            "exp": now / 1000 + GOOD_SECONDS,
        });
        if let Some(contact) = contact {
            claims["sub"] = contact.into();
        }
        let header = json!({ "typ": "JWT", "alg": "ES256" });
        let [header, claims] =
            [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let signed = format!("{header}.{claims}");
        let signature: Signature = self.key.sign(signed.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(signature.to_bytes());
        format!("vapid t={signed}.{signature}, k={}", self.public)
    }
}
