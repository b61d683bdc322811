//! The storage in memory keeps the contract of every storage.

#![allow(missing_docs)]

use std::{
    cell::RefCell,
    collections::HashMap,
    pin::pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use weft_protocol::Millis;
use weft_sync::{
    PageRead, Rows, StorageOp, Stored,
    contract::{MemoryStorage, Storage, storage_contract},
};

/// A handle on a storage that outlives it, as a database outlives a page, and its term.
struct Handle(Rc<RefCell<MemoryStorage>>, u64);

/// Somebody else leads by now.
#[derive(Debug)]
struct Superseded;

impl Storage for Handle {
    type Error = Superseded;

    async fn lead(&mut self, now: Millis) -> Result<u64, Superseded> {
        self.1 = self.0.borrow_mut().lead(now);
        Ok(self.1)
    }

    async fn keep(&mut self, op: StorageOp) -> Result<(), Superseded> {
        let mut storage = self.0.borrow_mut();
        if !storage.is_led_in(self.1) {
            return Err(Superseded);
        }
        storage.apply(op);
        Ok(())
    }

    async fn load(&mut self) -> Result<Stored, Superseded> {
        Ok(self.0.borrow().stored())
    }

    async fn read(&mut self, read: PageRead) -> Result<Rows, Superseded> {
        Ok(self.0.borrow().read(&read))
    }
}

#[test]
fn the_storage_in_memory_keeps_the_contract() {
    let all = RefCell::new(HashMap::<String, Rc<RefCell<MemoryStorage>>>::new());
    let suite = pin!(storage_contract(async |name: &str| {
        let mut all = all.borrow_mut();
        Handle(Rc::clone(all.entry(name.to_owned()).or_default()), 0)
    }));
    let mut context = Context::from_waker(Waker::noop());
    assert_eq!(suite.poll(&mut context), Poll::Ready(()));
}
