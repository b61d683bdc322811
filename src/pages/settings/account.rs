//! Who one is here, and the password.

use leptos::prelude::*;

use super::{Section, farewell::Farewell};
use crate::{
    features::SignOut,
    state::{self, Call, Dispatch, Intent, Session, State, words},
};

#[component]
pub(super) fn Account() -> impl IntoView {
    let state = State::here();
    let name = move || match state.session.get() {
        Session::SignedIn(Some(user)) => user.name,
        _ => String::new(),
    };
    view! {
        <Section section="account" name=words::settings_account()>
            <p>{words::settings_account_of()} " " <strong>{name}</strong></p>
            <SignOut/>
            <Password/>
            <Farewell/>
        </Section>
    }
}

#[component]
fn Password() -> impl IntoView {
    let (state, dispatch) = (State::here(), Dispatch::here());
    let (current, new) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    view! {
        <form class="password" on:submit=move |event| {
            event.prevent_default();
            dispatch.send(Intent::Account(state::Account::Password {
                current: current.get_untracked(),
                new: new.get_untracked(),
            }));
        }>
            <h3>{words::settings_password_change()}</h3>
            <label class="field">
                <span class="field-label">{words::settings_password_current()}</span>
                <input type="password" autocomplete="current-password" required bind:value=current/>
            </label>
            <label class="field">
                <span class="field-label">{words::settings_password_new()}</span>
                <input type="password" autocomplete="new-password" required minlength="8" bind:value=new/>
            </label>
            {move || match state.password.get() {
                Call::Failed(error) => view! {
                    <p class="form-error" role="alert">{words::call_error(error)}</p>
                }.into_any(),
                Call::Done => view! {
                    <p class="form-done" role="status">{words::settings_password_changed()}</p>
                }.into_any(),
                Call::Idle | Call::Busy => ().into_any(),
            }}
            <button
                type="submit"
                class="button"
                prop:disabled=move || state.password.get() == Call::Busy
            >{words::settings_password_change()}</button>
        </form>
    }
}
