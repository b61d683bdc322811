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
//! | `GET /api/threads/{id}/invites` | | [`Invites`]: those that can be used, the newest first; the owner's to see |
//! | `POST /api/threads/{id}/invites` | [`NewInvite`] | [`Invite`], with its token this once; the owner's to make |
//! | `POST /api/invites/{id}/revoke` | | 204, also where there is none; the owner's to do |
//! | `POST /api/threads/{id}/members` | [`NewMember`] | 204, also where they are a member; the owner's to do |
//! | `POST /api/join` | [`Join`] | [`Joined`]; a member stays what they are, and uses nothing up |
//!
//! The caller is known by the cookie `weft_session` or by `Authorization: Bearer <token>`. An error
//! answers with its status and an [`ApiError`].

use serde::{Deserialize, Serialize};

use crate::{Millis, Role, ThreadId, User};

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

/// The most uses of an invite, and the most days that it lasts.
pub const MAX_INVITE: u32 = 365;

/// A link to be made, which makes whoever follows it a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewInvite {
    /// What they may do. Not `owner`.
    pub role: Role,
    /// How many days it lasts, 1 to 365.
    pub days: u32,
    /// How many people it lets in, 1 to 365.
    pub uses: u32,
}

/// A link that makes whoever follows it a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invite {
    /// What it is called when it is revoked.
    pub id: String,
    /// What they may do.
    pub role: Role,
    /// When it ends.
    pub expires_at: Millis,
    /// How many people it still lets in.
    pub uses_left: u32,
    /// The secret in the link `/join/<token>`; said only to whoever made it, once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// The invites of a thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invites {
    /// Those that can be used, the newest first.
    pub invites: Vec<Invite>,
}

/// Somebody who is to be a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewMember {
    /// Their username, in any case.
    pub username: String,
    /// What they may do. Not `owner`.
    pub role: Role,
}

/// The use of an invite.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Join {
    /// Its secret.
    pub token: String,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joined {
    /// The thread that the caller is a member of now.
    pub thread: ThreadId,
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
    /// The caller is not the thread's owner.
    NotOwner,
    /// There is no such thread, or it is not the caller's to see.
    NoSuchThread,
    /// Nobody has that username.
    NoSuchUser,
    /// The invite does not exist, has expired, was revoked or is used up.
    InviteInvalid,
    /// The thread has as many members as it can have.
    ThreadFull,
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
