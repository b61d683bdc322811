//! What becomes of a text's blocks, told to whoever shows them.
//!
//! Invariant: who begins with no entries and applies each change in turn has the entries of the document,
//! but for where their blocks stand in the source, which is not told.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    block::BlockKind,
    document::{Document, Entry},
};

/// How the entries differ from those before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// How many, from the first, are as they were.
    kept: usize,
    /// All after those.
    rest: Vec<Told>,
}

/// An entry, by what is new about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Told {
    /// The one in this place, which may be settled now.
    Same { settled: bool },
    /// The one in this place: its code has more at its end.
    Grown { version: u32, more: String },
    /// Another one, or one that became another.
    New(Entry),
}

impl Change {
    /// Makes the entries before it those after it; a change that does not follow on them loses what it lacks.
    pub fn apply(self, entries: &mut Vec<Entry>) {
        let mut before = entries.split_off(self.kept.min(entries.len())).into_iter();
        for told in self.rest {
            let held = before.next();
            entries.extend(match told {
                Told::New(entry) => Some(entry),
                Told::Same { settled } => held.map(|entry| Entry { settled, ..entry }),
                Told::Grown { version, more } => held.map(|entry| grown(entry, version, &more)),
            });
        }
    }
}

fn grown(mut entry: Entry, version: u32, more: &str) -> Entry {
    entry.version = version;
    if let BlockKind::Code { text, .. } = &mut Arc::make_mut(&mut entry.block).kind {
        text.push_str(more);
    }
    entry
}

/// A document, and what was told of it.
#[derive(Debug, Default)]
pub struct Teller {
    document: Document,
    /// Of each entry: its key, its version, and whether it was settled.
    told: Vec<(u64, u32, bool)>,
}

impl Teller {
    /// Makes the text this one; `open` while more of it is to come.
    pub fn set(&mut self, text: &str, open: bool) -> Change {
        self.document.set(text, open);
        self.tell()
    }

    /// Adds to the end of the text; `open` while more of it is to come.
    pub fn extend(&mut self, more: &str, open: bool) -> Change {
        self.document.extend(more, open);
        self.tell()
    }

    /// The document.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    fn tell(&mut self) -> Change {
        let entries = self.document.entries();
        let now: Vec<_> = entries
            .iter()
            .map(|entry| (entry.key, entry.version, entry.settled))
            .collect();
        let before = std::mem::replace(&mut self.told, now);
        let same = before.iter().zip(&self.told).take_while(|(a, b)| a == b);
        let kept = same.count();
        let rest = entries.iter().enumerate().skip(kept);
        let rest = rest.map(|(index, entry)| match before.get(index) {
            Some((key, version, _)) if (*key, *version) == (entry.key, entry.version) => {
                Told::Same {
                    settled: entry.settled,
                }
            }
            Some((key, _, false)) if *key == entry.key && !entry.settled => {
                match self.document.more_code(index) {
                    Some(more) => Told::Grown {
                        version: entry.version,
                        more: more.to_owned(),
                    },
                    None => Told::New(entry.clone()),
                }
            }
            _ => Told::New(entry.clone()),
        });
        Change {
            kept,
            rest: rest.collect(),
        }
    }
}
