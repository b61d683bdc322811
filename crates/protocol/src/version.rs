//! Version negotiation (SPEC R5): each side names the range it speaks, the server picks.

use serde::{Deserialize, Serialize};

/// The protocol version that this build speaks natively.
pub const CURRENT: u32 = 1;

/// The WebSocket subprotocol of `weft.v1`.
pub const SUBPROTOCOL: &str = "weft.v1";

/// An inclusive range of protocol versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// The oldest version spoken.
    pub min: u32,
    /// The newest version spoken.
    pub max: u32,
}

impl Versions {
    /// The range that this build speaks.
    pub const SUPPORTED: Self = Self {
        min: CURRENT,
        max: CURRENT,
    };

    /// The newest version that both sides speak, or `None` where the ranges do not meet.
    pub fn newest_common(self, other: Self) -> Option<u32> {
        let newest = self.max.min(other.max);
        (newest >= self.min && newest >= other.min).then_some(newest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r5_the_newest_common_version_wins_and_disjoint_ranges_have_none() {
        let ours = Versions { min: 2, max: 4 };
        assert_eq!(ours.newest_common(Versions { min: 1, max: 3 }), Some(3));
        assert_eq!(ours.newest_common(Versions { min: 3, max: 9 }), Some(4));
        assert_eq!(ours.newest_common(Versions { min: 5, max: 9 }), None);
        assert_eq!(ours.newest_common(Versions { min: 0, max: 1 }), None);
    }
}
