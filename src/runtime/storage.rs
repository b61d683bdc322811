//! Where the core's storage ops go. Nowhere yet: the outbox lives in memory, as long as the page.

use weft_sync::StorageOp;

/// Keeps what the core wants kept.
pub(super) fn keep(op: StorageOp) {
    drop(op);
}
