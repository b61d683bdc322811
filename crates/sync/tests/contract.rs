//! The storage in memory keeps the contract of every storage.

#![allow(missing_docs)]

use std::{
    cell::RefCell,
    collections::HashMap,
    convert::Infallible,
    pin::pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use weft_sync::{
    StorageOp, Stored,
    contract::{MemoryStorage, Storage, storage_contract},
};

/// A handle on a storage that outlives it, as a database outlives a page.
struct Handle(Rc<RefCell<MemoryStorage>>);

impl Storage for Handle {
    type Error = Infallible;

    async fn keep(&mut self, op: StorageOp) -> Result<(), Infallible> {
        self.0.borrow_mut().apply(op);
        Ok(())
    }

    async fn load(&mut self) -> Result<Stored, Infallible> {
        Ok(self.0.borrow().stored())
    }
}

#[test]
fn the_storage_in_memory_keeps_the_contract() {
    let all = RefCell::new(HashMap::<String, Rc<RefCell<MemoryStorage>>>::new());
    let suite = pin!(storage_contract(async |name: &str| {
        let mut all = all.borrow_mut();
        Handle(Rc::clone(all.entry(name.to_owned()).or_default()))
    }));
    let mut context = Context::from_waker(Waker::noop());
    assert_eq!(suite.poll(&mut context), Poll::Ready(()));
}
