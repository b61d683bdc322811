//! The Web Lock by which one tab at a time has an account's database and its socket.

use js_sys::{Function, Object, Promise, Reflect};
use leptos::{prelude::window, task::spawn_local};
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;

use crate::runtime::page;

/// A lock that this tab has until this value, or the tab, is gone, or another tab takes it by force.
pub(in crate::runtime) struct Lock {
    /// No other lock has it.
    pub(super) id: u64,
    ask: Ask,
    release: Function,
}

/// This browser has no locks to give: the page did not come over a safe connection.
pub(super) struct Unknown;

/// How a lock is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    /// Stand in line for it.
    Wait,
    /// Take it from whoever has it.
    Steal,
}

/// Asks for the lock of this name: `granted` is called with it once it is this tab's, and `lost` with its
/// number when it was taken by force.
pub(super) fn request(
    name: &str,
    ask: Ask,
    granted: impl FnOnce(Lock) + 'static,
    lost: impl FnOnce(u64) + 'static,
) -> Result<(), Unknown> {
    let id = page::serial();
    let held = Closure::once_into_js(move |_: JsValue| {
        let mut release = None;
        let held = Promise::new(&mut |resolve, _| release = Some(resolve));
        if let Some(release) = release {
            granted(Lock { id, ask, release });
        }
        JsValue::from(held)
    });
    let asked = call(name, ask, &held).map_err(|_| Unknown)?;
    spawn_local(async move {
        if JsFuture::from(asked).await.is_err() {
            lost(id);
        }
    });
    Ok(())
}

impl Lock {
    /// Whether this tab stood in line for it.
    pub(super) fn waited(&self) -> bool {
        self.ask == Ask::Wait
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Resolving a promise does not fail.
        let _ = self.release.call0(&JsValue::UNDEFINED);
    }
}

fn call(name: &str, ask: Ask, held: &JsValue) -> Result<Promise, JsValue> {
    let locks = Reflect::get(&window().navigator(), &"locks".into())?;
    let request: Function = Reflect::get(&locks, &"request".into())?.dyn_into()?;
    let options = Object::new();
    Reflect::set(&options, &"steal".into(), &(ask == Ask::Steal).into())?;
    request
        .call3(&locks, &name.into(), &options, held)?
        .dyn_into()
}
