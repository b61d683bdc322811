//! Markdown as people see it: the blocks of a text become real nodes.
//!
//! Invariant: nothing that was written is ever parsed as HTML by the browser. Raw HTML is shown as the
//! text it is, an image is fetched once its reader asks for it, and a link leads to `http`, `https` or `mailto` only.
//! Nothing here knows of chat.

mod code;
mod node;
mod painter;
mod parser;
mod view;

pub use painter::{Code, Formula, Painter};
pub use parser::{Parse, Parser};
pub use view::Markdown;
