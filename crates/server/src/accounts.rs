//! Accounts: who someone is, by password once and by token from then on.
//!
//! Invariant: a password or a token is never stored or logged; what is stored is an argon2id hash of
//! the one and the SHA-256 of the other. An unknown name costs as much time as a wrong password.

use std::sync::Arc;

use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier, password_hash::SaltString};
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use weft_protocol::{
    User, UserId,
    api::{ApiCode, MAX_PASSWORD_BYTES, MAX_USERNAME_CHARS, MIN_PASSWORD_CHARS},
};

use crate::store::{Writer, now, user_row};

/// How long a session lasts, in seconds.
pub const SESSION_SECONDS: u64 = 90 * 24 * 60 * 60;

/// Passwords hashed at once; each takes some 20 MiB and a core.
const HASHING: usize = 2;

/// A token as it is stored.
pub type TokenHash = [u8; 32];

/// Why an account call was refused, or that the server failed.
pub type Refusal = ApiCode;

/// The accounts; clones share them.
#[derive(Clone)]
pub struct Accounts {
    writer: Writer,
    hashing: Arc<Semaphore>,
    /// The hash of nobody's password.
    nobody: Arc<str>,
}

impl Accounts {
    /// The accounts in the database of `writer`.
    pub fn new(writer: Writer) -> anyhow::Result<Self> {
        let nobody =
            hash(&new_token()).map_err(|_| anyhow::anyhow!("hashing a password failed"))?;
        Ok(Self {
            writer,
            hashing: Arc::new(Semaphore::new(HASHING)),
            nobody: nobody.into(),
        })
    }

    /// Makes an account and a session of it, on a device that is called so.
    pub async fn sign_up(
        &self,
        name: &str,
        password: String,
        device: String,
    ) -> Result<(User, String), Refusal> {
        let allowed = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        if !(1..=MAX_USERNAME_CHARS).contains(&name.chars().count()) || !name.chars().all(allowed) {
            return Err(ApiCode::UsernameInvalid);
        }
        check_password(&password)?;
        let password = self.blocking(move || hash(&password)).await??;
        let user = User::new(UserId::new(now(), rand::random()), name);
        let row = user.clone();
        let made = self
            .with(move |db| {
                db.execute(
                    "INSERT OR IGNORE INTO account (id, name, name_key, password, created_at) \
                     VALUES (?1, ?2, ?3, ?4, ?5)",
                    params![
                        row.id.as_bytes(),
                        row.name,
                        row.name.to_lowercase(),
                        password,
                        now()
                    ],
                )
            })
            .await?;
        if made == 0 {
            return Err(ApiCode::UsernameTaken);
        }
        let token = self.new_session(user.id, device).await?;
        Ok((user, token))
    }

    /// Makes a session of the account that the name and the password fit, on a device that is called so.
    pub async fn sign_in(
        &self,
        name: &str,
        password: String,
        device: String,
    ) -> Result<(User, String), Refusal> {
        let user = self.check(name, password).await?;
        let token = self.new_session(user.id, device).await?;
        Ok((user, token))
    }

    /// Ends a session; says whether there was one.
    pub async fn sign_out(&self, token: &str) -> Result<bool, Refusal> {
        let token = token_hash(token);
        let ended = self
            .with(move |db| db.execute("DELETE FROM session WHERE token = ?1", [token]))
            .await?;
        Ok(ended > 0)
    }

    /// Changes the password of the account of `token` and ends its other sessions: these.
    pub async fn change_password(
        &self,
        user: &User,
        token: &str,
        current: String,
        new: String,
    ) -> Result<Vec<TokenHash>, Refusal> {
        check_password(&new)?;
        self.check(&user.name, current).await?;
        let password = self.blocking(move || hash(&new)).await??;
        let (id, kept) = (user.id, token_hash(token));
        self.with(move |db| {
            let transaction = db.transaction()?;
            transaction.execute(
                "UPDATE account SET password = ?2 WHERE id = ?1",
                params![id.as_bytes(), password],
            )?;
            let ended = transaction
                .prepare("DELETE FROM session WHERE user = ?1 AND token <> ?2 RETURNING token")?
                .query_map(params![id.as_bytes(), kept], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            transaction.commit()?;
            Ok(ended)
        })
        .await
    }

    /// Whose token it is, if anyone's. Its session is used by that.
    pub async fn whose(&self, token: &str) -> Result<Option<User>, Refusal> {
        let token = token_hash(token);
        self.with(move |db| {
            let found = db
                .prepare_cached(
                    "SELECT a.id, a.name, a.display, a.colour FROM session s \
                     JOIN account a ON a.id = s.user WHERE s.token = ?1 AND s.expires_at > ?2",
                )?
                .query_row(params![token, now()], user_row)
                .optional()?;
            if found.is_some() {
                note_use(db, token)?;
            }
            Ok(found)
        })
        .await
    }

    /// The session of a token was in use until now.
    pub async fn used(&self, token: TokenHash) -> Result<(), Refusal> {
        self.with(move |db| note_use(db, token)).await
    }

    /// Whose name and password these are.
    pub(crate) async fn check(&self, name: &str, password: String) -> Result<User, Refusal> {
        let key = name.to_lowercase();
        let found = self
            .with(move |db| {
                db.query_row(
                    "SELECT id, name, display, colour, password FROM account WHERE name_key = ?1",
                    [key],
                    |row| Ok((user_row(row)?, row.get::<_, String>(4)?)),
                )
                .optional()
            })
            .await?;
        if password.len() > MAX_PASSWORD_BYTES {
            return Err(ApiCode::WrongCredentials);
        }
        let (user, stored) = match found {
            Some((user, stored)) => (Some(user), stored),
            None => (None, self.nobody.to_string()),
        };
        let fits = self
            .blocking(move || {
                PasswordHash::new(&stored).is_ok_and(|stored| {
                    Argon2::default()
                        .verify_password(password.as_bytes(), &stored)
                        .is_ok()
                })
            })
            .await?;
        user.filter(|_| fits).ok_or(ApiCode::WrongCredentials)
    }

    async fn new_session(&self, user: UserId, device: String) -> Result<String, Refusal> {
        let token = new_token();
        let hash = token_hash(&token);
        self.with(move |db| {
            let now = now();
            db.execute("DELETE FROM session WHERE expires_at <= ?1", [now])?;
            db.execute(
                "INSERT INTO session (token, user, created_at, expires_at, id, device, used_at) \
                 VALUES (?1, ?2, ?3, ?4, randomblob(16), ?5, ?3)",
                params![
                    hash,
                    user.as_bytes(),
                    now,
                    now + SESSION_SECONDS * 1000,
                    device
                ],
            )
        })
        .await?;
        Ok(token)
    }

    pub(crate) async fn with<T: Send + 'static>(
        &self,
        task: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Refusal> {
        self.writer
            .with(move |db| Ok(task(db)?))
            .await
            .map_err(|error| {
                tracing::error!(%error, "an account call failed");
                ApiCode::Internal
            })
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let _permit = self
            .hashing
            .acquire()
            .await
            .map_err(|_| ApiCode::Internal)?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|_| ApiCode::Internal)
    }
}

/// Notes that a session is in use, to the minute.
fn note_use(db: &Connection, token: TokenHash) -> rusqlite::Result<()> {
    let sql = "UPDATE session SET used_at = ?2 WHERE token = ?1 AND used_at + 60000 <= ?2";
    db.prepare_cached(sql)?
        .execute(params![token, now()])
        .map(drop)
}

/// What is stored of a token.
pub fn token_hash(token: &str) -> TokenHash {
    Sha256::digest(token.as_bytes()).into()
}

/// 32 random bytes in hex.
fn new_token() -> String {
    rand::random::<[u8; 32]>()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn check_password(password: &str) -> Result<(), Refusal> {
    let fits =
        password.chars().count() >= MIN_PASSWORD_CHARS && password.len() <= MAX_PASSWORD_BYTES;
    if fits {
        Ok(())
    } else {
        Err(ApiCode::PasswordInvalid)
    }
}

fn hash(password: &str) -> Result<String, Refusal> {
    let salt =
        SaltString::encode_b64(&rand::random::<[u8; 16]>()).map_err(|_| ApiCode::Internal)?;
    Argon2::default()
        .hash_password(password.as_bytes(), &salt)
        .map(|hash| hash.to_string())
        .map_err(|_| ApiCode::Internal)
}
