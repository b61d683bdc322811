//! Markdown as people see it: text becomes a tree of typed blocks, and the tree becomes real nodes.
//!
//! Invariant: nothing that was written is ever parsed as HTML by the browser. Raw HTML is shown as the
//! text it is, an image is fetched once its reader asks for it, and a link leads to `http`, `https` or `mailto` only.
//! Nothing here knows of chat.

mod autolink;
mod block;
mod calm;
mod code;
mod document;
mod node;
mod painter;
mod parse;
mod view;

pub use block::{Alert, Align, Block, BlockKind, Footnote, Inline, InlineKind, Item, Row};
pub use document::{Document, Entry};
pub use painter::{Code, Formula, Painter};
pub use parse::parse;
pub use view::Markdown;
