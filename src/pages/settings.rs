//! How the app looks, and the account.

mod appearance;

use leptos::prelude::*;

use self::appearance::Appearance;
use crate::{
    features::SignOut,
    state::{Account, Call, Dispatch, Intent, Push, PushWish, Session, State, words},
};

#[component]
pub(crate) fn SettingsPage() -> impl IntoView {
    let state = State::here();
    let name = move || match state.session.get() {
        Session::SignedIn(Some(user)) => user.name,
        _ => String::new(),
    };
    view! {
        <div class="settings">
            <h1>"Settings"</h1>
            <Appearance/>
            <Notifications/>
            <section class="settings-section">
                <h2>"Account"</h2>
                <p>"Signed in as " <strong>{name}</strong></p>
                <SignOut/>
                <Password/>
            </section>
        </div>
    }
}

#[component]
fn Notifications() -> impl IntoView {
    let (state, dispatch) = (State::here(), Dispatch::here());
    let wish = move |wish| dispatch.send(Intent::Push(wish));
    wish(PushWish::Look);
    let button = move |name, wanted| {
        view! { <button type="button" class="button" on:click=move |_| wish(wanted)>{name}</button> }
    };
    view! {
        <section class="settings-section">
            <h2>"Notifications"</h2>
            <p role="status">{move || words::push(state.push.get())}</p>
            {move || match state.push.get() {
                Push::On { text: true } => [
                    button("Turn off", PushWish::Off),
                    button("Hide what was written", PushWish::Text(false)),
                ].into_any(),
                Push::On { text: false } => [
                    button("Turn off", PushWish::Off),
                    button("Show what was written", PushWish::Text(true)),
                ].into_any(),
                Push::Off | Push::Failed => button("Turn on", PushWish::On).into_any(),
                Push::Unknown | Push::Unsupported | Push::Denied => ().into_any(),
            }}
        </section>
    }
}

#[component]
fn Password() -> impl IntoView {
    let (state, dispatch) = (State::here(), Dispatch::here());
    let (current, new) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    view! {
        <form class="password" on:submit=move |event| {
            event.prevent_default();
            dispatch.send(Intent::Account(Account::Password {
                current: current.get_untracked(),
                new: new.get_untracked(),
            }));
        }>
            <h3>"Change password"</h3>
            <label class="field">
                <span class="field-label">"Current password"</span>
                <input type="password" autocomplete="current-password" required bind:value=current/>
            </label>
            <label class="field">
                <span class="field-label">"New password"</span>
                <input type="password" autocomplete="new-password" required minlength="8" bind:value=new/>
            </label>
            {move || match state.password.get() {
                Call::Failed(error) => view! {
                    <p class="form-error" role="alert">{words::call_error(error)}</p>
                }.into_any(),
                Call::Done => view! {
                    <p class="form-done" role="status">"Password changed."</p>
                }.into_any(),
                Call::Idle | Call::Busy => ().into_any(),
            }}
            <button
                type="submit"
                class="button"
                prop:disabled=move || state.password.get() == Call::Busy
            >"Change password"</button>
        </form>
    }
}
