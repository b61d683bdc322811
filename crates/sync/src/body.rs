//! The text of a message as far as it is here.
//!
//! Invariant: a body with the same revision only ever grows, so two sightings of one revision differ
//! by a tail. What the text means, and whether it is the right one, is not known here.

use std::sync::Arc;

/// A text that may still be growing.
#[derive(Clone, Debug)]
pub(crate) struct Body {
    /// Tells this text from any other that stood in its place; 0 stands for none.
    pub(crate) rev: u64,
    text: Text,
}

#[derive(Clone, Debug)]
enum Text {
    Growing(String),
    Whole(Arc<str>),
}

/// A body as it is shown: shared where it is whole, borrowed where it grows.
#[derive(Clone, Debug)]
pub(crate) enum Shown<'a> {
    /// Revision and text.
    Growing(u64, &'a str),
    /// Revision and text.
    Whole(u64, Arc<str>),
}

impl Body {
    pub(crate) fn empty(rev: u64) -> Self {
        Self {
            rev,
            text: Text::Growing(String::new()),
        }
    }

    pub(crate) fn whole(rev: u64, text: Arc<str>) -> Self {
        Self {
            rev,
            text: Text::Whole(text),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        match &self.text {
            Text::Growing(text) => text,
            Text::Whole(text) => text,
        }
    }

    /// Its length in bytes.
    pub(crate) fn len(&self) -> u64 {
        self.as_str().len() as u64
    }

    pub(crate) fn push(&mut self, tail: &str) {
        match &mut self.text {
            Text::Growing(text) => text.push_str(tail),
            Text::Whole(text) => self.text = Text::Growing(format!("{text}{tail}")),
        }
    }

    /// Nothing more will come.
    pub(crate) fn finish(&mut self) {
        if let Text::Growing(text) = &mut self.text {
            self.text = Text::Whole(std::mem::take(text).into());
        }
    }

    /// The body that a row with all of its text makes of this one.
    pub(crate) fn replaced(self, text: Arc<str>, fresh_rev: u64) -> Self {
        let rev = if text.starts_with(self.as_str()) {
            self.rev
        } else {
            fresh_rev
        };
        Self::whole(rev, text)
    }

    pub(crate) fn shown(&self) -> Shown<'_> {
        match &self.text {
            Text::Growing(text) => Shown::Growing(self.rev, text),
            Text::Whole(text) => Shown::Whole(self.rev, Arc::clone(text)),
        }
    }
}

impl Shown<'_> {
    pub(crate) fn rev(&self) -> u64 {
        match self {
            Self::Growing(rev, _) | Self::Whole(rev, _) => *rev,
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Growing(_, text) => text,
            Self::Whole(_, text) => text,
        }
    }

    pub(crate) fn shared(&self) -> Arc<str> {
        match self {
            Self::Growing(_, text) => Arc::from(*text),
            Self::Whole(_, text) => Arc::clone(text),
        }
    }
}
