//! What text asks of the runtime: colours for code and nodes for formulas.
//!
//! Invariant: the text itself is on the page before and without it. Where nobody provides a painter, and
//! where it does not answer, code stays plain and a formula shows its source.

use leptos::prelude::*;

/// Code on the page.
pub struct Code {
    /// Which one: the same number says that it is the same block, as it is now.
    pub id: u64,
    /// The element; its text is the code.
    pub element: web_sys::Element,
    /// The language, by the name that the writer gave.
    pub language: String,
    /// Whether it is all there.
    pub complete: bool,
}

/// A formula on the page.
pub struct Formula {
    /// Where it is to be; until then its source is there, in an element of its own.
    pub element: web_sys::Element,
    /// Its source.
    pub source: String,
    /// Whether it stands by itself.
    pub display: bool,
}

/// Colours code and sets formulas.
#[derive(Clone, Copy)]
pub struct Painter {
    /// A number for a block that is new.
    pub open: fn() -> u64,
    /// Colours a block; called again with each change of it.
    pub code: fn(Code),
    /// Forgets a block, and its colours.
    pub close: fn(u64),
    /// Sets a formula.
    pub formula: fn(Formula),
}

impl Painter {
    /// The painter that the app provided, if it did.
    pub fn here() -> Option<Self> {
        use_context()
    }
}
