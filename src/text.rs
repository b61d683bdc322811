//! Markdown as people see it: text becomes a tree of typed blocks, and the tree becomes real nodes.
//!
//! Invariant: nothing that was written is ever parsed as HTML by the browser. Raw HTML is shown as the
//! text it is, images are links that fetch nothing, and a link leads to `http`, `https` or `mailto` only.
//! Nothing here knows of chat.

mod block;
mod code;
mod document;
mod math;
mod painter;
mod parse;
mod view;

pub use block::{Align, Block, BlockKind, Inline, InlineKind, Item, Row};
pub use code::Growing;
pub use document::{Document, Entry};
pub use math::formula;
pub use painter::{Code, Formula, Painter};
pub use parse::parse;
pub use view::Markdown;
