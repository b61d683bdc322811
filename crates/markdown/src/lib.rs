//! Markdown: text becomes a tree of typed blocks.
//!
//! Invariant: it only computes, and nothing of a text is ever taken for HTML: raw HTML is the text it is,
//! and a link leads to `http`, `https` or `mailto` only. Who shows the blocks may be apart from who makes
//! them: a [`Change`] takes what a text became from one to the other.

mod autolink;
mod block;
mod calm;
mod change;
mod document;
mod outline;
mod parse;

pub use block::{Alert, Align, Block, BlockKind, Footnote, Inline, InlineKind, Item, Row};
pub use change::{Change, Teller};
pub use document::{Document, Entry};
pub use parse::parse;
