//! The workers: code gets its colours and formulas their nodes off the main thread, loaded on demand.
//!
//! Invariant: a worker has one request at a time, and is stopped where it takes too long; what it could
//! not do stays as it is and is not asked for again. Nothing on the page waits for a worker.

mod code;
mod formula;
mod service;

pub use service::{Job, Service};

use super::page;
use crate::text::Painter;

/// Who colours code and sets formulas, with the app's own workers.
pub(super) fn painter() -> Painter {
    let base = page::base_uri().unwrap_or_default();
    painter_of(
        &format!("{base}highlight_loader.js"),
        &format!("{base}formula_loader.js"),
    )
}

/// The same, with the workers at these addresses.
pub fn painter_of(highlight: &str, formulas: &str) -> Painter {
    code::provide(highlight);
    formula::provide(formulas);
    Painter {
        open: page::serial,
        code: code::paint,
        close: code::close,
        formula: formula::set,
    }
}
