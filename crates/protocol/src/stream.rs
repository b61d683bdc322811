//! Streams: the bytes of a reply while it is made, addressed by UTF-8 byte offset.

use serde::{Deserialize, Serialize};

/// The CRC-32 (IEEE) of a text, kept incrementally; a settled reply carries it so that a client can
/// tell that the bytes it holds are the bytes that were made (SPEC R24).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Checksum(u32);

impl Checksum {
    /// The checksum of `text`.
    pub fn of(text: &str) -> Self {
        let crc = text.bytes().fold(!0, |crc, byte| {
            let crc = crc ^ u32::from(byte);
            let crc = (crc >> 4) ^ HALVES[(crc & 15) as usize];
            (crc >> 4) ^ HALVES[(crc & 15) as usize]
        });
        Self(!crc)
    }

    /// The checksum as a number, as stored.
    pub fn value(self) -> u32 {
        self.0
    }

    /// The checksum with this value.
    pub fn from_value(value: u32) -> Self {
        Self(value)
    }
}

/// What each value of half a byte adds to a CRC. Tables of whole bytes are faster, but they are noise that
/// no compression makes smaller, and the app's first load carries them.
const HALVES: [u32; 16] = {
    let mut table = [0; 16];
    let mut value = 0;
    while value < 16 {
        let (mut crc, mut bit) = (value as u32, 0);
        while bit < 4 {
            crc = (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 };
            bit += 1;
        }
        table[value] = crc;
        value += 1;
    }
    table
};

/// What to do with text that arrived at `offset` when `held` bytes are already here (SPEC R21).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit<'a> {
    /// Append this; it may be shorter than what arrived.
    Append(&'a str),
    /// All of it is already held.
    Held,
    /// Bytes are missing in between: ask again from `held`.
    Gap,
    /// The overlap cuts a character in two: the peer's offsets are not ours. Ask again from 0.
    Torn,
}

/// Trims the overlap of `text`, which starts at byte `offset`, with the `held` bytes already here.
pub fn fit(held: u64, offset: u64, text: &str) -> Fit<'_> {
    if offset > held {
        return Fit::Gap;
    }
    let overlap = usize::try_from(held - offset).unwrap_or(usize::MAX);
    if overlap >= text.len() {
        return Fit::Held;
    }
    text.get(overlap..).map_or(Fit::Torn, Fit::Append)
}

/// The longest prefix of `text` of at most `max` bytes that does not cut a character.
pub fn prefix(text: &str, max: usize) -> &str {
    &text[..text.floor_char_boundary(max)]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn r24_the_checksum_is_the_crc_32_of_ieee_802_3() {
        // The check value of the CRC catalogues.
        assert_eq!(Checksum::of("123456789").value(), 0xcbf4_3926);
        assert_eq!(Checksum::of("").value(), 0);
    }

    #[test]
    fn r21_overlap_is_trimmed_and_a_gap_is_asked_for_again() {
        assert_eq!(fit(3, 3, "abc"), Fit::Append("abc"));
        assert_eq!(fit(3, 1, "abcd"), Fit::Append("cd"));
        assert_eq!(fit(3, 0, "abc"), Fit::Held);
        assert_eq!(fit(3, 4, "abc"), Fit::Gap);
        assert_eq!(fit(1, 0, "é!"), Fit::Torn);
    }

    proptest! {
        #[test]
        fn r21_any_order_of_true_chunks_only_ever_builds_a_prefix(
            text in "\\PC{0,40}",
            cuts in prop::collection::vec((0usize..60, 0usize..60), 0..40),
        ) {
            let mut held = String::new();
            for (from, len) in cuts {
                let from = text.floor_char_boundary(from);
                let to = text.floor_char_boundary(from + len);
                if let Fit::Append(tail) = fit(held.len() as u64, from as u64, &text[from..to]) {
                    held.push_str(tail);
                }
                prop_assert!(text.starts_with(&held));
            }
        }
    }
}
