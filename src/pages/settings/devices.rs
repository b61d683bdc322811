//! Where one is signed in, and signing out there.

use leptos::prelude::*;
use weft_protocol::api::Device;

use super::Section;
use crate::{
    features::now,
    state::{Account, Call, Dispatch, Intent, State, words},
};

#[component]
pub(super) fn Devices() -> impl IntoView {
    let (state, dispatch) = (State::here(), Dispatch::here());
    let devices = state.own.devices;
    view! {
        <Section section="devices" name=words::settings_devices()>
            <ul class="device-list">
                {move || devices.get().into_iter().map(|device| view! { <Row device/> }).collect_view()}
            </ul>
            <p class="form-error" role="alert">{move || match state.own.ending.get() {
                Call::Failed(error) => words::call_error(error),
                Call::Idle | Call::Busy | Call::Done => String::new(),
            }}</p>
            <Show when=move || devices.with(|all| all.len() > 1)>
                <button type="button" class="button" on:click=move |_| {
                    dispatch.send(Intent::Account(Account::RevokeOthers));
                }>{words::settings_devices_others()}</button>
            </Show>
        </Section>
    }
}

#[component]
fn Row(device: Device) -> impl IntoView {
    let dispatch = Dispatch::here();
    let name = if device.name.is_empty() {
        words::settings_device_unknown().to_owned()
    } else {
        device.name
    };
    // Where the clocks differ it is now.
    let minutes = |at: u64| (now() as u64).saturating_sub(at) / 60_000;
    let used = if device.here {
        words::settings_device_here().to_owned()
    } else if device.connected {
        words::settings_device_connected().to_owned()
    } else {
        words::settings_device_used(&words::ago(minutes(device.used_at)))
    };
    let when = words::settings_device_when(&used, &words::ago(minutes(device.created_at)));
    let (label, id) = (words::settings_device_sign_out(&name), device.id);
    view! {
        <li class="device" data-here=device.here.to_string()>
            <span class="device-text">
                <span class="device-name">{name}</span>
                <span class="device-when">{when}</span>
            </span>
            {(!device.here).then(|| view! {
                <button type="button" class="button" aria-label=label on:click=move |_| {
                    dispatch.send(Intent::Account(Account::Revoke(id.clone())));
                }>{words::sign_out()}</button>
            })}
        </li>
    }
}
