//! How one is called and shown, and what others are told.

use leptos::prelude::*;
use weft_protocol::{User, api, row::COLOURS};

use super::Section;
use crate::{
    features::Avatar,
    state::{Account, Call, Dispatch, Intent, State, words},
};

/// What the colours are called; see `style/features/members.css`.
const COLOUR_NAMES: [words::Word; COLOURS as usize] = [
    words::settings_colour_violet,
    words::settings_colour_red,
    words::settings_colour_amber,
    words::settings_colour_green,
    words::settings_colour_teal,
    words::settings_colour_pink,
];

#[component]
pub(super) fn Profile() -> impl IntoView {
    let state = State::here();
    let is_known = Memo::new(move |_| state.my_user().is_some());
    view! {
        <Section section="profile" name=words::settings_profile()>
            {move || is_known.get().then(|| {
                untrack(|| state.my_user()).map(|user| view! { <Shown user/> })
            })}
            <Privacy/>
        </Section>
    }
}

#[component]
fn Shown(user: User) -> impl IntoView {
    let (state, dispatch) = (State::here(), Dispatch::here());
    let display = RwSignal::new(user.display.clone().unwrap_or_default());
    let colour = RwSignal::new(user.colour);
    let (username, me) = (user.name.clone(), StoredValue::new(user));
    // How they would be shown.
    let shown = move |colour: Option<u8>| {
        let name = display.get().trim().to_owned();
        User {
            display: Some(name).filter(|name| !name.is_empty()),
            colour,
            ..me.get_value()
        }
    };
    let choice = move |value: Option<u8>| {
        let name = value.map_or_else(words::settings_colour_automatic, |at| {
            COLOUR_NAMES[usize::from(at)]()
        });
        view! {
            <label class="colour">
                <input
                    type="radio"
                    name="colour"
                    aria-label=name
                    title=name
                    prop:checked=move || colour.get() == value
                    on:change=move |_| colour.set(value)
                />
                {move || view! { <Avatar user=shown(value)/> }}
            </label>
        }
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let User {
            display, colour, ..
        } = untrack(|| shown(colour.get()));
        let profile = api::Profile { display, colour };
        dispatch.send(Intent::Account(Account::Profile(profile)));
    };
    view! {
        <form class="profile" on:submit=submit>
            <label class="field">
                <span class="field-label">{words::settings_name()}</span>
                <input
                    name="name"
                    autocomplete="name"
                    maxlength=api::MAX_DISPLAY_CHARS.to_string()
                    placeholder=username.clone()
                    bind:value=display
                />
            </label>
            <p class="settings-note">{words::settings_name_note(&username)}</p>
            <fieldset class="colours">
                <legend class="field-label">{words::settings_colour()}</legend>
                {choice(None)}
                {(0..COLOURS).map(|at| choice(Some(at))).collect_view()}
            </fieldset>
            {move || match state.own.profile.get() {
                Call::Failed(error) => view! {
                    <p class="form-error" role="alert">{words::call_error(error)}</p>
                }.into_any(),
                Call::Done => view! {
                    <p class="form-done" role="status">{words::settings_profile_saved()}</p>
                }.into_any(),
                Call::Idle | Call::Busy => ().into_any(),
            }}
            <button
                type="submit"
                class="button"
                prop:disabled=move || state.own.profile.get() == Call::Busy
            >{words::settings_profile_save()}</button>
        </form>
    }
}

/// Whether others see that one is there. Until the server has said it, nothing can be chosen, but the place is kept:
/// what is below does not move.
#[component]
fn Privacy() -> impl IntoView {
    let (state, dispatch) = (State::here(), Dispatch::here());
    view! {
        <label class="check">
            <input
                type="checkbox"
                aria-describedby="hide-note"
                prop:disabled=move || state.own.hides.get().is_none()
                prop:checked=move || state.own.hides.get() == Some(true)
                on:change=move |event| {
                    let hides = event_target_checked(&event);
                    dispatch.send(Intent::Account(Account::Hide(hides)));
                }
            />
            <span>{words::settings_hide()}</span>
        </label>
        <p id="hide-note" class="settings-note">
            {words::settings_hide_note()}
        </p>
    }
}
