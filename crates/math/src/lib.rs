//! Sets formulas: LaTeX becomes a tree of MathML.
//!
//! Invariant: the tree has nothing but the elements and attributes that are named here: no links, no
//! styles, no scripts. It only computes; the page makes its nodes.

mod tree;

use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};

pub use tree::{Attribute, Element, Node};

/// A formula longer than this many bytes is not set.
const LONGEST: usize = 20_000;

/// The formula as MathML.
///
/// # Errors
/// What is wrong with it, in a sentence.
pub fn formula(source: &str, display: bool) -> Result<Element, String> {
    if source.len() > LONGEST {
        return Err("The formula is too long.".to_owned());
    }
    let converter = LatexToMathML::new(MathCoreConfig::default())
        .map_err(|_| "Formulas cannot be set.".to_owned())?;
    let mode = if display {
        MathDisplay::Block
    } else {
        MathDisplay::Inline
    };
    let written = converter
        .convert_with_local_state(source, mode)
        .map_err(|error| error.to_string())?;
    tree::read(&written.mathml).ok_or_else(|| "The formula cannot be shown.".to_owned())
}
