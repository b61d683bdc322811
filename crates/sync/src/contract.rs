//! What every storage must do, as one suite that runs on each of them, and the storage in memory.
//!
//! Invariant: a check looks at a storage through its trait alone, each on a storage of its own. A failed
//! check panics with what it found.

mod checks;
mod memory;

use std::{fmt::Debug, future::Future};

use weft_protocol::Millis;

use crate::{PageRead, Rows, StorageOp, Stored};

pub use self::memory::MemoryStorage;

/// Keeps what the core wants kept of one account.
pub trait Storage {
    /// Why an op was not kept, or nothing could be loaded.
    type Error: Debug;

    /// Begins a term of leading, at `now`: it is higher than each one before, and from now on no op is
    /// kept but for this one's holder.
    fn lead(&mut self, now: Millis) -> impl Future<Output = Result<u64, Self::Error>>;

    /// Keeps an op: all of it or nothing. It is durable once this has ended well. It is not kept where
    /// somebody else has begun a term since.
    fn keep(&mut self, op: StorageOp) -> impl Future<Output = Result<(), Self::Error>>;

    /// Everything kept; of each thread, the newest [`WINDOW`](weft_protocol::limits::WINDOW) rows.
    fn load(&mut self) -> impl Future<Output = Result<Stored, Self::Error>>;

    /// What is kept of the rows that are asked for, at most
    /// [`WINDOW`](weft_protocol::limits::WINDOW); nothing where none of them is.
    fn read(&mut self, read: PageRead) -> impl Future<Output = Result<Rows, Self::Error>>;
}

/// Runs every check. `open` opens the storage of a name: an empty one the first time, and after that
/// what was kept in it.
pub async fn storage_contract<S: Storage>(open: impl AsyncFn(&str) -> S) {
    checks::run(open).await;
}
