//! What this device is told while the app is closed.

use leptos::prelude::*;

use super::Section;
use crate::state::{Dispatch, Intent, Push, PushWish, State, words};

#[component]
pub(super) fn Notifications() -> impl IntoView {
    let (state, dispatch) = (State::here(), Dispatch::here());
    let wish = move |wish| dispatch.send(Intent::Push(wish));
    wish(PushWish::Look);
    let button = move |name, wanted| {
        view! { <button type="button" class="button" on:click=move |_| wish(wanted)>{name}</button> }
    };
    view! {
        <Section section="notifications" name=words::settings_notifications()>
            <p role="status">{move || words::push(state.push.get())}</p>
            {move || match state.push.get() {
                Push::On { text: true } => [
                    button(words::settings_push_off(), PushWish::Off),
                    button(words::settings_push_hide(), PushWish::Text(false)),
                ].into_any(),
                Push::On { text: false } => [
                    button(words::settings_push_off(), PushWish::Off),
                    button(words::settings_push_show(), PushWish::Text(true)),
                ].into_any(),
                Push::Off | Push::Failed => button(words::settings_push_on(), PushWish::On).into_any(),
                Push::Unknown | Push::Unsupported | Push::Denied => ().into_any(),
            }}
        </Section>
    }
}
