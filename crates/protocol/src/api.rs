//! The HTTP side: accounts, and which devices are sent pushes. Everything else goes over the socket.
//!
//! | call | body | answer |
//! |---|---|---|
//! | `POST /api/sign-up` | [`Credentials`] | [`Session`] |
//! | `POST /api/sign-in` | [`Credentials`] | [`Session`] |
//! | `POST /api/sign-out` | | 204 |
//! | `POST /api/password` | [`NewPassword`] | 204; every other session of the account ends |
//! | `GET /api/session` | | [`Session`] |
//! | `GET /api/push/key` | | `{"key"}`: what `pushManager.subscribe` takes, in base64url |
//! | `GET /api/push/subscription` | | `{"subscribed", "text"}`: of this session, and of its person |
//! | `PUT /api/push/subscription` | what `PushSubscription.toJSON()` gives, and `app`, the app's address | 204 |
//! | `DELETE /api/push/subscription` | | 204 |
//! | `PUT /api/push/text` | `{"text"}`: whether pushes say what was written | 204 |
//!
//! The caller is known by the cookie `weft_session` or by `Authorization: Bearer <token>`. An error
//! answers with its status and an [`ApiError`].

use serde::{Deserialize, Serialize};

use crate::User;

/// The shortest password, in characters.
pub const MIN_PASSWORD_CHARS: usize = 8;

/// The longest password, in bytes: what is hashed is bounded.
pub const MAX_PASSWORD_BYTES: usize = 1024;

/// The longest username, in characters.
pub const MAX_USERNAME_CHARS: usize = 32;

/// How a client keeps its session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// In a same-site cookie that scripts cannot read.
    #[default]
    Cookie,
    /// As a token in the answer, for an app that sits on another origin.
    Token,
}

/// Who wants in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// 1 to 32 letters, digits, `_`, `-` or `.`; case is kept but does not tell two people apart.
    pub username: String,
    /// 8 characters to 1024 bytes.
    pub password: String,
    /// How the session is kept.
    #[serde(default)]
    pub keep: Keep,
    /// The invite, where signing up needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invite: Option<String>,
}

/// A change of password.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPassword {
    /// The password so far.
    pub current: String,
    /// The password from now on.
    pub new: String,
}

/// A signed-in session.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Whose it is.
    pub user: User,
    /// The token, where the client asked to keep it itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// Why a call was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApiCode {
    /// The body is not what the call takes.
    BadRequest,
    /// The username has a character or a length that is not allowed.
    UsernameInvalid,
    /// Somebody has that username.
    UsernameTaken,
    /// The password is too short or too long.
    PasswordInvalid,
    /// The username and the password do not fit.
    WrongCredentials,
    /// Too many attempts; wait.
    TooManyAttempts,
    /// Signing up needs an invite that fits.
    InviteNeeded,
    /// Nobody is signed in.
    Unauthenticated,
    /// The page that calls is on an origin that the server does not allow.
    OriginNotAllowed,
    /// The server failed; its log says how.
    Internal,
}

/// The body of an error answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiError {
    /// Why.
    pub code: ApiCode,
    /// How long to wait before trying again, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
}
