//! What people read: every message, and which of them says what. An error is a plain sentence with a way on.

use weft_protocol::{ErrorCode, User, api::ApiCode};
use weft_sync::PresenceView;
pub use weft_words::*;

use super::{CallError, Keeping, Push};

/// What happened, for the person who reads it.
pub fn error(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::Unauthenticated => error_unauthenticated(),
        ErrorCode::Unsupported => error_unsupported(),
        ErrorCode::BadFrame | ErrorCode::Internal => error_internal(),
        ErrorCode::TooManySockets => error_too_many_sockets(),
        ErrorCode::Superseded => error_superseded(),
        ErrorCode::TooFast => error_too_fast(),
        ErrorCode::TooSlow | ErrorCode::Draining => error_renewed(),
        ErrorCode::NoSuchTopic | ErrorCode::NoSuchThread => error_no_such_thread(),
        ErrorCode::NoSuchMessage => error_no_such_message(),
        ErrorCode::IdTaken => error_id_taken(),
        ErrorCode::NoSuchMember => error_no_such_member(),
        ErrorCode::TooManyMembers => error_thread_full(),
        ErrorCode::NotAllowed => error_not_allowed(),
        ErrorCode::EmptyText => error_empty_text(),
        ErrorCode::TextTooLong => error_text_too_long(),
        ErrorCode::OutOfRange => error_out_of_range(),
        ErrorCode::WrongKind => error_wrong_kind(),
        ErrorCode::NoSuchModel => error_no_such_model(),
        ErrorCode::ProviderUnauthorized => error_provider_unauthorized(),
        ErrorCode::ProviderRateLimited => error_provider_rate_limited(),
        ErrorCode::ProviderRejected => error_provider_rejected(),
        ErrorCode::ProviderUnavailable => error_provider_unavailable(),
        ErrorCode::ProviderTimeout => error_provider_timeout(),
        ErrorCode::ProviderCut => error_provider_cut(),
        ErrorCode::ProviderGarbled => error_provider_garbled(),
        ErrorCode::ReplyTooLong => error_reply_too_long(),
        ErrorCode::Interrupted => error_interrupted(),
    }
}

/// What the writer must know of where the words go; nothing where they are safe.
pub fn keeping(keeping: Keeping) -> &'static str {
    match keeping {
        Keeping::Here => "",
        Keeping::Nowhere => keeping_nowhere(),
    }
}

/// What the server's refusal of this version means for the one who writes.
pub fn outdated(keeping: Keeping) -> &'static str {
    match keeping {
        Keeping::Here => outdated_here(),
        Keeping::Nowhere => outdated_nowhere(),
    }
}

/// Who types, in one sentence; nothing where nobody does.
pub fn typing(presence: &PresenceView) -> String {
    let typing = presence.people.iter().filter(|person| person.typing);
    let names: Vec<&str> = typing.map(|person| person.user.called()).collect();
    match (presence.typing, &names[..]) {
        (0, _) => String::new(),
        (1, [name]) => typing_one(name),
        (1, _) => typing_somebody().to_owned(),
        (2, [first, second]) => typing_two(first, second),
        (count, _) => typing_many(count),
    }
}

/// What somebody is called.
pub fn person(user: &User) -> &str {
    match user.called() {
        "" => person_deleted(),
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
    match minutes {
        0 => ago_now().to_owned(),
        1..60 => ago_minutes(minutes),
        60..1_440 => ago_hours(minutes / 60),
        _ => ago_days(minutes / 1_440),
    }
}

/// When somebody was there last.
pub fn last_seen(minutes: u64) -> String {
    match minutes {
        0 => last_seen_now().to_owned(),
        1..60 => last_seen_minutes(minutes),
        60..1_440 => last_seen_hours(minutes / 60),
        _ => last_seen_days(minutes / 1_440),
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
    days_count(days.into())
}

/// So many people.
pub fn people(people: u32) -> String {
    people_count(people.into())
}

/// A size, as people read it.
pub fn bytes(bytes: u64) -> String {
    let of = |unit: u64| match bytes * 10 / unit {
        // Beside so many of them a tenth is nothing.
        size @ 100.. => tenths(size - size % 10),
        size => tenths(size),
    };
    match bytes {
        0..1_000 => size_bytes(bytes),
        1_000..1_000_000 => size_kb(&of(1_000)),
        1_000_000..1_000_000_000 => size_mb(&of(1_000_000)),
        _ => size_gb(&of(1_000_000_000)),
    }
}

/// How the notifications of this device are.
pub fn push(push: Push) -> &'static str {
    match push {
        Push::Unknown => "",
        Push::Unsupported => push_unsupported(),
        Push::Denied => push_denied(),
        Push::Off => push_off(),
        Push::On { .. } => push_on(),
        Push::Failed => push_failed(),
    }
}

/// What is lost by signing out.
pub fn unsent(count: u32) -> String {
    unsent_count(count.into())
}

/// What is lost with the account.
pub fn lost(count: u32) -> String {
    lost_count(count.into())
}

/// Why a call of the accounts' side failed.
pub fn call_error(error: CallError) -> String {
    let text = match error {
        CallError::Unreachable => error_unreachable(),
        CallError::Refused(code, after) => match code {
            ApiCode::BadRequest => error_bad_request(),
            ApiCode::UsernameInvalid => error_username_invalid(),
            ApiCode::UsernameTaken => error_username_taken(),
            ApiCode::ProfileInvalid => error_profile_invalid(),
            ApiCode::PasswordInvalid => error_password_invalid(),
            ApiCode::WrongCredentials => error_wrong_credentials(),
            ApiCode::TooManyAttempts => return error_too_many_attempts(after.unwrap_or(60)),
            ApiCode::NotOwner => error_not_owner(),
            ApiCode::NoSuchThread => error_no_such_thread(),
            ApiCode::NoSuchUser => error_no_such_user(),
            ApiCode::InviteInvalid => error_invite_invalid(),
            ApiCode::ThreadFull => error_thread_full(),
            ApiCode::InviteNeeded => error_invite_needed(),
            ApiCode::Unauthenticated => error_unauthenticated(),
            ApiCode::OriginNotAllowed => error_origin_not_allowed(),
            ApiCode::Internal => error_internal_for_now(),
        },
    };
    text.to_owned()
}
