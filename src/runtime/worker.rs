//! The service worker that opens the app without a network, and the way to a newer version.
//!
//! Invariant: the page is loaded anew only when a person asks for it. Where the platform has no service
//! workers, or forbids them, the app is without and says nothing.

use std::cell::{Cell, RefCell};

use js_sys::Reflect;
use leptos::{
    prelude::{document, window},
    task::spawn_local,
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ServiceWorker, ServiceWorkerRegistration, ServiceWorkerState};
use weft_protocol::Millis;

use super::{notify, page};
use crate::state::{Action, State, Toast, words};

/// How long it takes at least from one look for a newer version to the next, in milliseconds.
const CHECK_MS: Millis = 3_600_000;

thread_local! {
    static STARTED: Cell<bool> = const { Cell::new(false) };
    static REGISTRATION: RefCell<Option<ServiceWorkerRegistration>> = const { RefCell::new(None) };
}

/// Registers the worker, once, and offers each newer version as soon as it is ready.
pub(super) fn start(state: State) {
    if STARTED.replace(true) {
        return;
    }
    spawn_local(async move {
        if let Some(registration) = register().await {
            REGISTRATION.set(Some(registration.clone()));
            offer_newer(state, &registration);
            check_on_return();
        }
    });
}

/// Looks for a newer version.
pub(super) fn check() {
    if let Some(found) = registration().and_then(|registration| registration.update().ok()) {
        spawn_local(async move {
            // Nothing is found where the network fails: there is a next time.
            let _ = JsFuture::from(found).await;
        });
    }
}

/// Loads the app anew, in the version that waits where one does.
pub(super) fn reload() {
    let Some(worker) = registration().and_then(|registration| registration.waiting()) else {
        return page::reload();
    };
    on_state(&worker, |state| {
        if matches!(
            state,
            ServiceWorkerState::Activated | ServiceWorkerState::Redundant
        ) {
            page::reload();
        }
    });
    if worker
        .post_message(&JsValue::from_str("take over"))
        .is_err()
    {
        page::reload();
    }
}

/// Registers the app's worker, which may have been done before.
pub(super) async fn register() -> Option<ServiceWorkerRegistration> {
    let navigator = window().navigator();
    // Missing where the page did not come over a safe connection.
    Reflect::get(&navigator, &JsValue::from_str("serviceWorker"))
        .ok()
        .filter(JsValue::is_object)?;
    let address = format!("{}sw.js", page::base_uri()?);
    let asked = navigator.service_worker().register(&address);
    let registration = JsFuture::from(asked).await.ok()?;
    registration.dyn_into().ok()
}

fn registration() -> Option<ServiceWorkerRegistration> {
    REGISTRATION.with_borrow(Clone::clone)
}

/// Offers the version that waits already, the one that is on its way, and those to come.
fn offer_newer(state: State, registration: &ServiceWorkerRegistration) {
    if registration.waiting().is_some() {
        offer(state);
    }
    let watched = registration.clone();
    let watch = move || {
        // With none active the new one is the first: it is the version of this page.
        if let (Some(worker), Some(_)) = (watched.installing(), watched.active()) {
            on_state(&worker, move |now| {
                if now == ServiceWorkerState::Installed {
                    offer(state);
                }
            });
        }
    };
    watch();
    let found = Closure::<dyn FnMut()>::new(watch);
    registration.set_onupdatefound(Some(found.as_ref().unchecked_ref()));
    found.forget();
}

fn offer(state: State) {
    let toast = Toast {
        id: 0,
        text: words::update_ready().to_owned(),
        action: Some((words::reload(), Action::Reload)),
    };
    notify(state, toast);
}

/// Looks for a newer version when the page is seen again after a while.
fn check_on_return() {
    let mut checked = page::now();
    let seen = Closure::<dyn FnMut()>::new(move || {
        if !page::hidden() && page::now().saturating_sub(checked) >= CHECK_MS {
            checked = page::now();
            check();
        }
    });
    let callback = seen.as_ref().unchecked_ref();
    let _ = document().add_event_listener_with_callback("visibilitychange", callback);
    seen.forget();
}

/// Calls `then` with each state that the worker comes to from now on.
fn on_state(worker: &ServiceWorker, then: impl Fn(ServiceWorkerState) + 'static) {
    let changed = worker.clone();
    let callback = Closure::<dyn FnMut()>::new(move || then(changed.state()));
    worker.set_onstatechange(Some(callback.as_ref().unchecked_ref()));
    callback.forget();
}
