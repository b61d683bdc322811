//! What somebody sees of their own account, beside who they are.

use leptos::prelude::*;
use weft_protocol::api::{Device, LastSeen};

use super::Call;

/// What is known of the account, as signals.
#[derive(Clone, Copy, Default)]
pub struct Own {
    /// Where the change of how they are called and shown stands.
    pub(crate) profile: RwSignal<Call>,
    /// Where they are signed in, the one used last first.
    pub(crate) devices: RwSignal<Vec<Device>>,
    /// Whether nobody sees that they are there, once that is known.
    pub(crate) hides: RwSignal<Option<bool>>,
    /// Where the end of the account, or of a device, stands.
    pub(crate) ending: RwSignal<Call>,
    /// When members of the thread that was asked about last were there.
    pub(crate) last_seen: RwSignal<Vec<LastSeen>>,
}

/// What the runtime has learnt of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnFact {
    /// Where the change of how they are called and shown stands.
    Profile(Call),
    /// Where they are signed in.
    Devices(Vec<Device>),
    /// Whether nobody sees that they are there.
    Hides(bool),
    /// Where the end of the account, or of a device, stands.
    Ending(Call),
    /// When members of a thread were there last.
    LastSeen(Vec<LastSeen>),
}
