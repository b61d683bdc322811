//! Notices: what a person is told of inside the app, and the names that a text mentions.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{MessageId, Millis, Status, ThreadId, User};

/// The most notices that a person has: the newest.
pub const MAX_NOTICES: usize = 50;

/// A notice is news for this long after it was made, in milliseconds: only then can it be shown by itself.
pub const NEWS_FOR: Millis = 60_000;

/// Something that a person is told of (SPEC R52).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeRow {
    /// Its number among those of its person: the seq of the change set that brought it.
    pub n: u64,
    /// The thread in which it happened.
    pub thread: ThreadId,
    /// What happened.
    pub about: About,
    /// Whether the person has marked it as read. What is about a message is read with that as well.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub read: bool,
    /// The tab that shows it by itself; 0 while none does.
    #[serde(default, skip_serializing_if = "is_none")]
    pub shown: u32,
    /// When it happened.
    pub created_at: Millis,
}

fn is_none(tab: &u32) -> bool {
    *tab == 0
}

/// What a notice tells of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// Somebody has mentioned the person.
    Mention {
        /// Who.
        by: User,
        /// In which message.
        at: Place,
    },
    /// A reply to what the person said has ended.
    Reply {
        /// The model that made it.
        model: String,
        /// How it ended.
        status: Status,
        /// Which message it is.
        at: Place,
    },
    /// The person was made a member.
    Added {
        /// By whom.
        by: User,
    },
    /// Somebody has become a member of the person's own thread by a link.
    Joined {
        /// Who.
        who: User,
    },
}

/// Where a message is in its thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Which message.
    pub message: MessageId,
    /// Its ordinal.
    pub ordinal: u64,
    /// Its depth.
    pub depth: u64,
}

impl NoticeRow {
    /// The message that it is about, where it is about one.
    pub fn place(&self) -> Option<Place> {
        match self.about {
            About::Mention { at, .. } | About::Reply { at, .. } => Some(at),
            About::Added { .. } | About::Joined { .. } => None,
        }
    }

    /// Whose doing it is, where it is a person's: as they are called now.
    pub fn person(&self) -> Option<&User> {
        match &self.about {
            About::Mention { by, .. } | About::Added { by } => Some(by),
            About::Joined { who } => Some(who),
            About::Reply { .. } => None,
        }
    }

    /// The same of somebody who is called otherwise.
    pub fn renamed(mut self, person: &User) -> Self {
        match &mut self.about {
            About::Mention { by, .. } | About::Added { by } => by.clone_from(person),
            About::Joined { who } => who.clone_from(person),
            About::Reply { .. } => {}
        }
        self
    }

    /// Whether it is read by a person whose read mark in its thread is at `mark` (SPEC R54).
    pub fn is_read(&self, mark: u64) -> bool {
        self.read || self.place().is_some_and(|at| at.ordinal <= mark)
    }

    /// Whether there is nothing more to tell once the mark is there: an ended reply that was read.
    pub fn is_over(&self, mark: u64) -> bool {
        matches!(self.about, About::Reply { at, .. } if at.ordinal <= mark)
    }
}

/// The names that a text mentions, in small letters: `@` and a name, at the beginning of a word, and not within a
/// block of code (SPEC R53). A dot or dash at the end of one may be the sentence's: it is there with and without.
pub fn mentioned(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut fence = None;
    for line in text.lines() {
        let trimmed = line.trim_start();
        let opens = ["```", "~~~"]
            .into_iter()
            .find(|mark| trimmed.starts_with(mark));
        match (fence, opens) {
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if open == mark => fence = None,
            (Some(_), _) => {}
            (None, None) => in_line(line, &mut names),
        }
    }
    names
}

fn in_line(line: &str, names: &mut BTreeSet<String>) {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    for (at, _) in line.match_indices('@') {
        let (before, after) = (&line[..at], &line[at + 1..]);
        let follows = |last: char| last.is_whitespace() || "([{,;:>\"'*_".contains(last);
        if !before.chars().next_back().is_none_or(follows) {
            continue;
        }
        let end = after.find(|c| !is_name(c)).unwrap_or(after.len());
        let mut name = &after[..end];
        while !name.is_empty() {
            names.insert(name.to_lowercase());
            match name.strip_suffix(['.', '-', '_']) {
                Some(shorter) => name = shorter,
                None => break,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::mentioned;

    #[test]
    fn r53_a_name_is_mentioned_where_a_word_begins_with_it() {
        let cases: &[(&str, &[&str])] = &[
            ("@Ada look", &["ada"]),
            ("look, @ada.", &["ada", "ada."]),
            ("(@bob-2, @ada!)", &["ada", "bob-2"]),
            ("**@ada**", &["ada"]),
            ("ada@example.org", &[]),
            ("`@ada`", &[]),
            ("@ ada", &[]),
            ("```\n@ada\n```\n@bob", &["bob"]),
            ("~~~\n```\n@ada", &[]),
            ("@élan", &["élan"]),
        ];
        for (text, names) in cases {
            let found: Vec<String> = mentioned(text).into_iter().collect();
            assert_eq!(found, *names, "{text:?}");
        }
    }
}
