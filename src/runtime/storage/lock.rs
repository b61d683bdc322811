//! The Web Lock by which one tab at a time has an account's database.

use futures_channel::oneshot;
use futures_util::future::{Either, select};
use js_sys::{Function, Object, Promise, Reflect};
use leptos::prelude::window;
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;

/// A lock that this tab has until this value, or the tab, is gone.
pub(super) struct Lock(Function);

/// Why there is no lock.
pub(super) enum Refusal {
    /// Another tab has it.
    Taken,
    /// This browser has none to give.
    Unknown,
}

impl Lock {
    /// Takes the lock of this name where nobody has it.
    pub(super) async fn take(name: &str) -> Result<Self, Refusal> {
        let (say, heard) = oneshot::channel();
        let granted = Closure::once_into_js(move |lock: JsValue| {
            if lock.is_null() {
                let _ = say.send(None);
                return JsValue::UNDEFINED;
            }
            let mut release = None;
            let held = Promise::new(&mut |resolve, _| release = Some(resolve));
            let _ = say.send(release);
            held.into()
        });
        let asked = request(name, &granted).map_err(|_| Refusal::Unknown)?;
        match select(heard, JsFuture::from(asked)).await {
            Either::Left((Ok(Some(release)), _)) => Ok(Self(release)),
            Either::Left((Ok(None), _)) => Err(Refusal::Taken),
            Either::Left((Err(_), _)) | Either::Right(_) => Err(Refusal::Unknown),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Resolving a promise does not fail.
        let _ = self.0.call0(&JsValue::UNDEFINED);
    }
}

/// Fails where the page did not come over a safe connection: it has no locks then.
fn request(name: &str, granted: &JsValue) -> Result<Promise, JsValue> {
    let locks = Reflect::get(&window().navigator(), &"locks".into())?;
    let request: Function = Reflect::get(&locks, &"request".into())?.dyn_into()?;
    let options = Object::new();
    Reflect::set(&options, &"ifAvailable".into(), &JsValue::TRUE)?;
    request
        .call3(&locks, &name.into(), &options, granted)?
        .dyn_into()
}
