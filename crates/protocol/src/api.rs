//! The HTTP side: accounts, and which devices are sent pushes. Everything else goes over the socket.
//!
//! | call | body | answer |
//! |---|---|---|
//! | `POST /api/sign-up` | [`Credentials`] | [`Session`] |
//! | `POST /api/sign-in` | [`Credentials`] | [`Session`] |
//! | `POST /api/sign-out` | | 204 |
//! | `POST /api/password` | [`NewPassword`] | 204; every other session of the account ends |
//! | `GET /api/session` | | [`Session`] |
//! | `GET /api/devices` | | [`Devices`]: where the caller is signed in, the one used last first |
//! | `POST /api/devices/{id}/revoke` | | 204, also where there is none; its sockets are closed |
//! | `POST /api/devices/revoke-others` | | 204; every other session of the account ends |
//! | `PUT /api/profile` | [`Profile`] | 204; told by [`Op::User`](crate::Op::User) and [`Op::Member`](crate::Op::Member) |
//! | `GET /api/privacy` | | [`Privacy`] |
//! | `PUT /api/privacy` | [`Privacy`] | 204 |
//! | `GET /api/threads/{id}/seen` | | [`Seen`]: of its other members; nobody where the caller hides it |
//! | `POST /api/delete-account` | [`Farewell`] | 204; the account is gone (SPEC R57) |
//! | `GET /api/push/key` | | `{"key"}`: what `pushManager.subscribe` takes, in base64url |
//! | `GET /api/push/subscription` | | `{"subscribed", "text"}`: of this session, and of its person |
//! | `PUT /api/push/subscription` | what `PushSubscription.toJSON()` gives, and `app`, the app's address | 204 |
//! | `DELETE /api/push/subscription` | | 204 |
//! | `PUT /api/push/text` | `{"text"}`: whether pushes say what was written | 204 |
//! | `GET /api/threads/{id}/invites` | | [`Invites`]: those that can be used, the newest first; the owner's to see |
//! | `POST /api/threads/{id}/invites` | [`NewInvite`] | [`Invite`], with its token this once; the owner's to make |
//! | `POST /api/invites/{id}/revoke` | | 204, also where there is none; the owner's to do |
//! | `POST /api/threads/{id}/members` | [`NewMember`] | 204, also where they are a member; the owner's to do |
//! | `GET /api/storage` | | [`Stored`]: what the server keeps of the caller's threads, roughly |
//! | `GET /api/threads/{id}/export` | | the thread as JSON, see `docs/export.md`; a member's to have |
//! | `GET /api/threads/{id}/markdown` | | one path of it as Markdown: the newest, or `?through=` a message |
//! | `GET /api/export` | | all threads of the caller as JSON |
//! | `POST /api/import` | what was exported | [`Imported`], or 413, 422 or 500 with a [`NotImported`] |
//! | `POST /api/join` | [`Join`] | [`Joined`]; a member stays what they are, and uses nothing up |
//!
//! The caller is known by the cookie `weft_session` or by `Authorization: Bearer <token>`. An error
//! answers with its status and an [`ApiError`].

use serde::{Deserialize, Serialize};

use crate::{Millis, Role, ThreadId, User, UserId, presence::is_zero};

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

/// The longest name that somebody can wish to be called, in characters.
pub const MAX_DISPLAY_CHARS: usize = 40;

/// How somebody wishes to be called and shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Trimmed, 1 to 40 characters, none of which is a control character; the username where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
    /// Below [`COLOURS`](crate::row::COLOURS); one that the id gives where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<u8>,
}

impl Profile {
    /// The profile as it is kept; nothing where it cannot be.
    pub fn tidy(self) -> Option<Self> {
        let display = self.display.map(|name| name.trim().to_owned());
        let display = display.filter(|name| !name.is_empty());
        // What turns the direction of text around makes one name look like another.
        let is_plain = |c: char| {
            !c.is_control() && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        let fits =
            |name: &String| name.chars().count() <= MAX_DISPLAY_CHARS && name.chars().all(is_plain);
        let is_colour = |colour: u8| colour < crate::row::COLOURS;
        let is_right = display.as_ref().is_none_or(fits) && self.colour.is_none_or(is_colour);
        is_right.then_some(Self {
            display,
            colour: self.colour,
        })
    }
}

/// A device on which somebody is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// What it is called when it is revoked.
    pub id: String,
    /// The browser and the system, in plain words; empty where they are not known.
    pub name: String,
    /// When it signed in.
    pub created_at: Millis,
    /// When it was used last, to the minute.
    pub used_at: Millis,
    /// Whether it is connected.
    #[serde(default)]
    pub connected: bool,
    /// Whether it is the one that asks.
    #[serde(default)]
    pub here: bool,
}

/// The devices on which somebody is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Devices {
    /// The one used last first.
    pub devices: Vec<Device>,
}

/// What others are told of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Privacy {
    /// Whether nobody sees that they are there, or when they were; then they see it of nobody either.
    pub hides: bool,
}

/// When a member was there last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastSeen {
    /// Who.
    pub user: UserId,
    /// How many minutes ago that was; 0 where they are there now.
    pub minutes: u64,
}

/// When the members of a thread were there last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Those who hide it and those who never were are not named.
    pub people: Vec<LastSeen>,
}

/// The end of an account.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Farewell {
    /// The password, once more.
    pub password: String,
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

/// What a server keeps of a person's threads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// How many threads they are a member of.
    pub threads: u64,
    /// How many messages those have.
    pub messages: u64,
    /// How many bytes of text those are.
    pub bytes: u64,
}

/// What came of importing threads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// How many threads are new.
    pub threads: u64,
    /// How many messages those have.
    pub messages: u64,
    /// How many threads of the file were here already.
    pub present: u64,
}

/// What is wrong with an entry of a file that is to be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flaw {
    /// The file is no export of Weft.
    NotAnExport,
    /// It was written by a newer version.
    TooNew,
    /// It is no JSON, or a field of the entry is missing or not what it should be.
    Garbled,
    /// It ends before its end.
    Cut,
    /// The file, or this thread of it, is larger than a server takes.
    TooLarge,
    /// A title is empty or too long.
    Title,
    /// A system prompt or a temperature is out of its limits.
    Tuning,
    /// Somebody's name is empty or too long.
    Name,
    /// The author is none of the thread's people, or a model without a name.
    Author,
    /// The message follows one that does not come before it.
    Parent,
    /// The message is there twice.
    Repeated,
    /// A text is empty or too long.
    Text,
    /// A message of a person, or a deleted one, is not complete; or one is still being made.
    Status,
    /// The thread was imported before and has another owner now.
    Taken,
    /// The server failed; its log says how.
    Internal,
}

/// Why importing ended. The threads before stay imported, and of this one there is nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotImported {
    /// What is wrong.
    pub flaw: Flaw,
    /// With which thread of the file, from 1; 0 where it is with none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub thread: u64,
    /// With which message of the thread, from 1; 0 where it is with none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub message: u64,
    /// In which line, from 1.
    pub line: u64,
    /// What was imported before.
    pub before: Imported,
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
    /// The name to be called by has a character or a length that is not allowed, or there is no such colour.
    ProfileInvalid,
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
