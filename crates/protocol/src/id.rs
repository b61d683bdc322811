//! Identifiers. Threads, messages and installations are named by the client (UUIDv7), so an id is
//! final from birth; users are named by the server. Ids name things; they never order them (SPEC R1).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::Millis;

/// How many characters an id has.
const LENGTH: usize = 36;

/// Text that is no id: not 32 hexadecimal digits in the five groups of a UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnId;

impl fmt::Display for NotAnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an id")
    }
}

impl std::error::Error for NotAnId {}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// A new id made at `now` from ten random bytes.
            pub fn new(now: Millis, random: [u8; 10]) -> Self {
                Self(version_7(now, random))
            }

            /// The sixteen bytes of the id, as stored.
            pub fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }

            /// The id with these sixteen bytes.
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(text(&written(&self.0)))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                read(text).map(Self).ok_or(NotAnId)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(text(&written(&self.0)))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(Visitor).map(Self)
            }
        }
    };
}

/// The bytes of a UUID of version 7: when it was made, then chance.
fn version_7(now: Millis, random: [u8; 10]) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&now.to_be_bytes()[2..]);
    bytes[6..].copy_from_slice(&random);
    bytes[6] = 0x70 | bytes[6] & 0x0f;
    bytes[8] = 0x80 | bytes[8] & 0x3f;
    bytes
}

/// Whether a group ends before the byte `at`.
fn begins_group(at: usize) -> bool {
    matches!(at, 4 | 6 | 8 | 10)
}

fn written(bytes: &[u8; 16]) -> [u8; LENGTH] {
    let mut text = [b'-'; LENGTH];
    let mut end = 0;
    for (at, byte) in bytes.iter().enumerate() {
        end += usize::from(begins_group(at));
        for digit in [byte >> 4, byte & 0x0f] {
            text[end] = b"0123456789abcdef"[usize::from(digit)];
            end += 1;
        }
    }
    text
}

fn text(written: &[u8; LENGTH]) -> &str {
    // Digits and dashes are always text.
    str::from_utf8(written).unwrap_or_default()
}

fn read(text: &str) -> Option<[u8; 16]> {
    let mut rest = text.bytes();
    let mut bytes = [0; 16];
    for (at, byte) in bytes.iter_mut().enumerate() {
        if begins_group(at) && rest.next() != Some(b'-') {
            return None;
        }
        for _ in 0..2 {
            let digit = char::from(rest.next()?).to_digit(16)?;
            *byte = *byte << 4 | digit as u8;
        }
    }
    rest.next().is_none().then_some(bytes)
}

struct Visitor;

impl de::Visitor<'_> for Visitor {
    type Value = [u8; 16];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<[u8; 16], E> {
        read(text).ok_or_else(|| E::custom(NotAnId))
    }
}

id!(
    /// A person with an account.
    UserId
);
id!(
    /// A conversation.
    ThreadId
);
id!(
    /// A message of a thread, and the name of its stream.
    MessageId
);
id!(
    /// One copy of a client with its own outbox; mutations are numbered per installation.
    InstallationId
);

#[cfg(test)]
mod tests {
    use super::{NotAnId, ThreadId};

    #[test]
    fn an_id_is_written_and_read_as_a_uuid_of_version_7() {
        let id = ThreadId::new(0x0192_f0c1_a2b3, [0xff; 10]);
        assert_eq!(id.to_string(), "0192f0c1-a2b3-7fff-bfff-ffffffffffff");
        assert_eq!("0192F0C1-a2b3-7fff-bfff-ffffffffffff".parse(), Ok(id));
        let id = ThreadId::new(0, [0; 10]);
        assert_eq!(id.to_string(), "00000000-0000-7000-8000-000000000000");
    }

    #[test]
    fn other_text_is_no_id() {
        for text in [
            "",
            "0192f0c1-a2b3-7fff-bfff-fffffffffff",
            "0192f0c1-a2b3-7fff-bfff-fffffffffffff",
            "0192f0c1a2b37fffbfffffffffffffff",
            "0192f0c1-a2b3-7fff-bfff_ffffffffffff",
            "0192f0c1-a2b3-7fff-bfff-fffffffffffg",
            "{0192f0c1-a2b3-7fff-bfff-ffffffffff}",
            "0192f0c1-a2b3-7fff-bfff-fffffffffé",
        ] {
            assert_eq!(text.parse::<ThreadId>(), Err(NotAnId), "{text}");
        }
    }
}
