//! JSON text as a client reads and writes it: frames, what its tabs tell each other, and what it keeps.
//!
//! Invariant: what is read of a text is what `serde_json` reads of it, or nothing; what is written is what
//! it writes, byte for byte. It is here for its size. For each type serde generates one reader per form that
//! a format might meet (fields by name, by index, in a list), with a message for whatever may be wrong with
//! each. This format meets one form, and says where it failed and no more, so the app has none of the rest.

mod text;
mod types;
mod write;

use std::fmt;

use serde::{Serialize, de::DeserializeOwned};

use text::Reader;
use write::Writer;

/// The value that `text` is.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Unreadable> {
    let mut reader = Reader::new(text);
    let value = T::deserialize(&mut reader);
    match (value, reader.peek()) {
        (Ok(value), None) => Ok(value),
        _ => Err(Unreadable { at: reader.at() }),
    }
}

/// `value` as text.
///
/// # Panics
/// Where a type has in it what none of the protocol has: a number below 0 or with a fraction, a lone
/// character, or bytes.
pub fn write<T: Serialize + ?Sized>(value: &T) -> String {
    let mut writer = Writer::default();
    value
        .serialize(&mut writer)
        .expect("the types of the protocol can be written");
    writer.text
}

/// A text that is not JSON, or not of the type that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The byte up to which it could be read.
    pub at: usize,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not understood at byte {}", self.at)
    }
}

impl std::error::Error for Unreadable {}

/// The same on the way out: nothing but the fact, so that passing it on costs nothing.
#[derive(Debug)]
struct Wrong;

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not understood")
    }
}

impl std::error::Error for Wrong {}

impl serde::ser::Error for Wrong {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

impl serde::de::Error for Wrong {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}
