//! How the thread list is cut into days.

use weft_protocol::Millis;
use weft_sync::ThreadView;

use super::words;

/// The local midnights that the groups are cut at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Days {
    /// When today began.
    pub today: Millis,
    /// When yesterday began.
    pub yesterday: Millis,
    /// When the day seven days ago began.
    pub week: Millis,
}

/// A part of the thread list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// Kept at the top.
    Pinned,
    /// Last said something in today.
    Today,
    /// Yesterday.
    Yesterday,
    /// In the seven days before today.
    Week,
    /// Before that.
    Older,
    /// Put away.
    Archived,
}

impl Group {
    /// Every group, in the order of the list.
    pub const ALL: [Self; 6] = [
        Self::Pinned,
        Self::Today,
        Self::Yesterday,
        Self::Week,
        Self::Older,
        Self::Archived,
    ];

    /// Where a thread belongs.
    pub fn of(thread: &ThreadView, days: Days) -> Self {
        let at = thread.row.updated_at;
        match () {
            () if thread.row.archived => Self::Archived,
            () if thread.row.pinned => Self::Pinned,
            () if at >= days.today => Self::Today,
            () if at >= days.yesterday => Self::Yesterday,
            () if at >= days.week => Self::Week,
            () => Self::Older,
        }
    }

    /// The heading.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pinned => words::group_pinned(),
            Self::Today => words::group_today(),
            Self::Yesterday => words::group_yesterday(),
            Self::Week => words::group_week(),
            Self::Older => words::group_older(),
            Self::Archived => words::group_archived(),
        }
    }
}
