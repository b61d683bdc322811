//! The wording of every error, as a plain sentence with a way on.

use weft_protocol::{ErrorCode, User, api::ApiCode};
use weft_sync::PresenceView;

use super::{CallError, Keeping, Push};

/// What happened, for the person who reads it.
pub fn error(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::Unauthenticated => "Please sign in again.",
        ErrorCode::Unsupported => "This page is out of date. Reload it.",
        ErrorCode::BadFrame | ErrorCode::Internal => "Something went wrong on the server.",
        ErrorCode::TooManySockets => "This account is open in too many places.",
        ErrorCode::Superseded => "Another tab has taken over.",
        ErrorCode::TooFast => "That was too fast. Wait a moment.",
        ErrorCode::TooSlow | ErrorCode::Draining => "The connection is being renewed.",
        ErrorCode::NoSuchTopic | ErrorCode::NoSuchThread => "This chat does not exist any more.",
        ErrorCode::NoSuchMessage => "This message does not exist any more.",
        ErrorCode::IdTaken => "That id is in use already.",
        ErrorCode::NoSuchMember => "This person is no member of the chat.",
        ErrorCode::TooManyMembers => "This chat has as many members as it can have.",
        ErrorCode::NotAllowed => "You are not allowed to do that.",
        ErrorCode::EmptyText => "The text is empty.",
        ErrorCode::TextTooLong => "The text is too long.",
        ErrorCode::OutOfRange => "That number is not possible here.",
        ErrorCode::WrongKind => "That is not possible for this message.",
        ErrorCode::NoSuchModel => "This model is no longer offered. Choose another one.",
        ErrorCode::ProviderUnauthorized => "The model provider refused the server's key.",
        ErrorCode::ProviderRateLimited => "The model provider is busy. Try again in a moment.",
        ErrorCode::ProviderRejected => "The model provider rejected the request.",
        ErrorCode::ProviderUnavailable => "The model provider cannot be reached.",
        ErrorCode::ProviderTimeout => "The model provider took too long to answer.",
        ErrorCode::ProviderCut => "The reply was cut off.",
        ErrorCode::ProviderGarbled => "The model provider sent something unreadable.",
        ErrorCode::ReplyTooLong => "The reply grew too long and was ended.",
        ErrorCode::Interrupted => "The server restarted during this reply.",
    }
}

/// What is said where the server has not answered for a while.
pub const UNREACHED: &str = "The server cannot be reached. Weft keeps trying…";

/// What the writer must know of where the words go; nothing where they are safe.
pub fn keeping(keeping: Keeping) -> &'static str {
    match keeping {
        Keeping::Here => "",
        Keeping::Nowhere => {
            "This device cannot keep messages: what is unsent is lost when this tab closes."
        }
    }
}

/// What the server's refusal of this version means for the one who writes.
pub fn outdated(keeping: Keeping) -> &'static str {
    match keeping {
        Keeping::Here => {
            "This version of Weft is too old for the server. Reload to get a newer one. What you write waits on this device until then."
        }
        Keeping::Nowhere => {
            "This version of Weft is too old for the server. Reload to get a newer one. What is unsent here is lost by that: copy it first."
        }
    }
}

/// Who types, in one sentence; nothing where nobody does.
pub fn typing(presence: &PresenceView) -> String {
    let typing = presence.people.iter().filter(|person| person.typing);
    let names: Vec<&str> = typing.map(|person| person.user.called()).collect();
    match (presence.typing, &names[..]) {
        (0, _) => String::new(),
        (1, [name]) => format!("{name} is typing"),
        (1, _) => "Somebody is typing".to_owned(),
        (2, [first, second]) => format!("{first} and {second} are typing"),
        (count, _) => format!("{count} people are typing"),
    }
}

/// What somebody is called.
pub fn person(user: &User) -> &str {
    match user.called() {
        "" => "Deleted user",
        name => name,
    }
}

/// The initials of a name: of its first word and its last one.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.next_back().and_then(|word| word.chars().next());
    let initials = [first, last].into_iter().flatten();
    let initials: String = initials.flat_map(char::to_uppercase).collect();
    if initials.is_empty() {
        "?".to_owned()
    } else {
        initials
    }
}

/// How long ago something was, in words that follow "used" or "signed in".
pub fn ago(minutes: u64) -> String {
    let some = |count: u64, one: &str, many: &str| format!("{} ago", counted(count, one, many));
    match minutes {
        0 => "just now".to_owned(),
        1..60 => some(minutes, "minute", "minutes"),
        60..1_440 => some(minutes / 60, "hour", "hours"),
        _ => some(minutes / 1_440, "day", "days"),
    }
}

/// When somebody was there last.
pub fn last_seen(minutes: u64) -> String {
    match minutes {
        0 => "Online".to_owned(),
        _ => format!("Last seen {}", ago(minutes)),
    }
}

/// A count, where there is little room.
pub fn count(count: u64) -> String {
    if count > 99 {
        "99+".to_owned()
    } else {
        count.to_string()
    }
}

/// So many days.
pub fn days(days: u32) -> String {
    counted(days.into(), "day", "days")
}

/// So many people.
pub fn people(people: u32) -> String {
    counted(people.into(), "person", "people")
}

/// A size, as people read it.
pub fn bytes(bytes: u64) -> String {
    let (unit, name) = match bytes {
        0..1_000 => return counted(bytes, "byte", "bytes"),
        1_000..1_000_000 => (1_000, "KB"),
        1_000_000..1_000_000_000 => (1_000_000, "MB"),
        _ => (1_000_000_000, "GB"),
    };
    let tenths = bytes * 10 / unit;
    if tenths >= 100 {
        format!("{} {name}", tenths / 10)
    } else {
        format!("{}.{} {name}", tenths / 10, tenths % 10)
    }
}

/// So many of something.
pub fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// How the notifications of this device are.
pub fn push(push: Push) -> &'static str {
    match push {
        Push::Unknown => "",
        Push::Unsupported => "This browser cannot notify you here. On a phone, install Weft first.",
        Push::Denied => {
            "Notifications are blocked. Allow them for this site in the browser's settings."
        }
        Push::Off => "Hear of new messages on this device while Weft is closed.",
        Push::On { .. } => "This device notifies you while Weft is closed.",
        Push::Failed => "That did not work. Check the connection and try again.",
    }
}

/// What is lost by signing out.
pub fn unsent(count: u32) -> String {
    match count {
        0 => "Everything has been sent by now.".to_owned(),
        1 => "1 message has not been sent yet. If you sign out, it is deleted from this device."
            .to_owned(),
        _ => format!(
            "{count} messages have not been sent yet. If you sign out, they are deleted from this device."
        ),
    }
}

/// What is lost with the account.
pub fn lost(count: u32) -> String {
    match count {
        1 => "1 message has not been sent yet. It is lost.".to_owned(),
        _ => format!("{count} messages have not been sent yet. They are lost."),
    }
}

/// Why a call of the accounts' side failed.
pub fn call_error(error: CallError) -> String {
    let text = match error {
        CallError::Unreachable => {
            "The server cannot be reached. Check the connection and try again."
        }
        CallError::Refused(code, after) => match code {
            ApiCode::BadRequest => "The server did not understand that. Reload the page.",
            ApiCode::UsernameInvalid => {
                "A username has 1 to 32 letters, digits, dashes, dots or underscores."
            }
            ApiCode::UsernameTaken => "This username is taken. Choose another one.",
            ApiCode::ProfileInvalid => "A name has at most 40 characters, all on one line.",
            ApiCode::PasswordInvalid => "A password has at least 8 characters.",
            ApiCode::WrongCredentials => "The username or the password is wrong.",
            ApiCode::TooManyAttempts => {
                let wait = after.unwrap_or(60);
                return format!("Too many attempts. Try again in {wait} seconds.");
            }
            ApiCode::NotOwner => "Only the owner of the chat can do that.",
            ApiCode::NoSuchThread => "This chat does not exist any more.",
            ApiCode::NoSuchUser => "Nobody here has that username.",
            ApiCode::InviteInvalid => {
                "This invitation has expired, was withdrawn or is used up. Ask for a new one."
            }
            ApiCode::ThreadFull => "This chat has as many members as it can have.",
            ApiCode::InviteNeeded => "Creating an account here needs an invite.",
            ApiCode::Unauthenticated => "Please sign in again.",
            ApiCode::OriginNotAllowed => "The server does not allow this page's address.",
            ApiCode::Internal => "Something went wrong on the server. Try again in a moment.",
        },
    };
    text.to_owned()
}
