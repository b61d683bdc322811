//! The closed set of error codes. A code is stable and travels; its wording is the interface's own.
//! Each code has one scope and one retry class, so a peer never guesses from text.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What an error is about, and so what it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The socket: it closes after this.
    Connection,
    /// One topic: its subscription ends.
    Topic,
    /// One mutation: it is rejected, and its number consumed.
    Mutation,
    /// One reply: it ended before its author was done.
    Reply,
}

/// When trying the same again can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// At once.
    Now,
    /// After a growing, jittered wait.
    Backoff,
    /// After the person has signed in again.
    AfterAuth,
    /// After the client has been upgraded.
    AfterUpgrade,
    /// Only a person can decide to try again.
    Never,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal: $scope:ident, $retry:ident;)*) => {
        /// Why something was refused, closed or ended.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $($(#[$doc])* $name,)*
        }

        impl ErrorCode {
            /// Every code, for tables and tests.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The code as it travels.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The code that travels as `text`.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$name),)* _ => None }
            }

            /// What the error is about.
            pub fn scope(self) -> Scope {
                match self { $(Self::$name => Scope::$scope,)* }
            }

            /// When trying again can help.
            pub fn retry(self) -> Retry {
                match self { $(Self::$name => Retry::$retry,)* }
            }
        }
    };
}

codes! {
    /// No valid token or cookie came with the hello.
    Unauthenticated = "unauthenticated": Connection, AfterAuth;
    /// The two sides speak no common protocol version.
    Unsupported = "unsupported": Connection, AfterUpgrade;
    /// A frame could not be understood, was too large, or came out of turn.
    BadFrame = "bad_frame": Connection, Backoff;
    /// The account has as many sockets open as the server allows.
    TooManySockets = "too_many_sockets": Connection, Backoff;
    /// More frames came than the announced rate allows.
    TooFast = "too_fast": Connection, Backoff;
    /// The reader fell too far behind; it can resume from its cursors.
    TooSlow = "too_slow": Connection, Now;
    /// The server is going away; reconnect after the announced spread.
    Draining = "draining": Connection, Now;
    /// A newer leader of the same installation has the server: another tab has taken over.
    Superseded = "superseded": Connection, Never;
    /// The server failed; its log says how.
    Internal = "internal": Connection, Backoff;

    /// The topic does not exist, or is not this person's to see.
    NoSuchTopic = "no_such_topic": Topic, Never;

    /// The thread does not exist, or is not this person's to see.
    NoSuchThread = "no_such_thread": Mutation, Never;
    /// The message does not exist in that thread.
    NoSuchMessage = "no_such_message": Mutation, Never;
    /// The id is taken by something else.
    IdTaken = "id_taken": Mutation, Never;
    /// The person may see it but not change it.
    NotAllowed = "not_allowed": Mutation, Never;
    /// The person is no member of that thread.
    NoSuchMember = "no_such_member": Mutation, Never;
    /// The thread has as many members as the server allows.
    TooManyMembers = "too_many_members": Mutation, Never;
    /// The text is empty once trimmed.
    EmptyText = "empty_text": Mutation, Never;
    /// The text is longer than the announced limit.
    TextTooLong = "text_too_long": Mutation, Never;
    /// The mutation does not apply to a message of that kind or status.
    WrongKind = "wrong_kind": Mutation, Never;
    /// A number is not one of those that the mutation takes.
    OutOfRange = "out_of_range": Mutation, Never;

    /// The model is not, or no longer, offered.
    NoSuchModel = "no_such_model": Reply, Never;
    /// The provider refused the server's key (HTTP 401 or 403).
    ProviderUnauthorized = "provider_unauthorized": Reply, Never;
    /// The provider is limiting the server's rate (HTTP 429).
    ProviderRateLimited = "provider_rate_limited": Reply, Never;
    /// The provider rejected the request (another HTTP 4xx).
    ProviderRejected = "provider_rejected": Reply, Never;
    /// The provider could not be reached or failed (HTTP 5xx).
    ProviderUnavailable = "provider_unavailable": Reply, Never;
    /// The provider was silent for longer than the server waits.
    ProviderTimeout = "provider_timeout": Reply, Never;
    /// The provider's stream ended before its end mark.
    ProviderCut = "provider_cut": Reply, Never;
    /// The provider sent something that is not its protocol.
    ProviderGarbled = "provider_garbled": Reply, Never;
    /// The reply grew past the server's limit.
    ReplyTooLong = "reply_too_long": Reply, Never;
    /// The server restarted while the reply was being made.
    Interrupted = "interrupted": Reply, Never;
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ErrorCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("unknown error code"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r31_every_code_travels_as_its_own_text_and_back() {
        for &code in ErrorCode::ALL {
            assert_eq!(ErrorCode::parse(code.as_str()), Some(code));
            assert_eq!(
                serde_json::to_string(&code).unwrap(),
                format!("\"{}\"", code.as_str())
            );
        }
    }

    #[test]
    fn r31_only_connection_errors_ask_for_anything_but_a_person() {
        for &code in ErrorCode::ALL {
            let automatic = code.retry() != Retry::Never;
            // The one that has taken over is connected; the other asks for nothing.
            let is_over = code == ErrorCode::Superseded;
            let connection = code.scope() == Scope::Connection;
            assert_eq!(automatic, connection && !is_over, "{code:?}");
        }
    }
}
