//! What the tabs of one account say to each other.

use leptos::task::spawn_local;
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use web_sys::{BroadcastChannel, MessageEvent};
use weft_protocol::UserId;
use weft_sync::{Input, TabMessage};

use super::{driver::Driver, storage};

/// The channel of an account's tabs, open as long as this value.
pub(super) struct Channel {
    pub(super) user: UserId,
    channel: BroadcastChannel,
    _hears: Closure<dyn FnMut(MessageEvent)>,
}

impl Channel {
    /// Opens the channel of an account and tells the core what is heard on it. A browser that has none
    /// has no other tab to hear either.
    pub(super) fn open(user: UserId, driver: &Driver) -> Option<Self> {
        let channel = BroadcastChannel::new(&storage::lock_name(user)).ok()?;
        let driver = driver.clone();
        let hears = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let text = event.data().as_string().unwrap_or_default();
            match TabMessage::decode(&text) {
                // That drops this closure, so not while it runs.
                Some(TabMessage::SignedOut) => {
                    let driver = driver.clone();
                    spawn_local(async move { driver.depart() });
                }
                Some(message) => driver.input(Input::Heard(message)),
                // A tab of another version of the app may say what this one does not know.
                None => {}
            }
        });
        channel.set_onmessage(Some(hears.as_ref().unchecked_ref()));
        Some(Self {
            user,
            channel,
            _hears: hears,
        })
    }

    /// Says it to the other tabs.
    pub(super) fn post(&self, message: &TabMessage) {
        // Fails only where the channel is closed.
        let _ = self.channel.post_message(&JsValue::from(message.encode()));
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.channel.set_onmessage(None);
        self.channel.close();
    }
}
