//! Signing in, and creating an account.

use leptos::{html::Input, prelude::*};
use weft_protocol::api::ApiCode;

use crate::{
    state::{Account, Call, CallError, Dispatch, Intent, State, words},
    ui::effect,
};

#[component]
pub(crate) fn SignInPage() -> impl IntoView {
    let (state, dispatch) = (State::here(), Dispatch::here());
    let create = RwSignal::new(false);
    let (username, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let invite = RwSignal::new(String::new());
    let first = NodeRef::<Input>::new();
    effect(move || {
        if let Some(first) = first.get() {
            let _ = first.focus();
        }
    });
    let busy = move || state.auth.get() == Call::Busy;
    let needs_invite = Memo::new(move |asked: Option<&bool>| {
        asked == Some(&true)
            || matches!(
                state.auth.get(),
                Call::Failed(CallError::Refused(ApiCode::InviteNeeded, _))
            )
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if state.auth.get_untracked() == Call::Busy {
            return;
        }
        let invite = invite.get_untracked().trim().to_owned();
        dispatch.send(Intent::Account(Account::Enter {
            username: username.get_untracked().trim().to_owned(),
            password: password.get_untracked(),
            invite: (!invite.is_empty()).then_some(invite),
            create: create.get_untracked(),
        }));
    };
    view! {
        <main class="auth">
            <form class="auth-card" on:submit=submit>
                <img class="auth-mark" src="icons/weft.svg" alt="" width="44" height="44"/>
                <h1 class="auth-title">{words::weft()}</h1>
                <p class="auth-lead">
                    {move || if create.get() { words::enter_create_lead() } else { words::enter_lead() }}
                </p>
                <label class="field">
                    <span class="field-label">{words::enter_username()}</span>
                    <input
                        node_ref=first
                        name="username"
                        autocomplete="username"
                        autocapitalize="none"
                        spellcheck="false"
                        required
                        bind:value=username
                    />
                </label>
                <label class="field">
                    <span class="field-label">{words::enter_password()}</span>
                    <input
                        name="password"
                        type="password"
                        autocomplete=move || if create.get() { "new-password" } else { "current-password" }
                        required
                        bind:value=password
                    />
                </label>
                <Show when=move || create.get() && needs_invite.get()>
                    <label class="field">
                        <span class="field-label">{words::enter_invite()}</span>
                        <input name="invite" autocomplete="off" bind:value=invite/>
                    </label>
                </Show>
                {move || match state.auth.get() {
                    Call::Failed(error) => Some(view! {
                        <p class="form-error" role="alert">{words::call_error(error)}</p>
                    }),
                    _ => None,
                }}
                <button type="submit" class="button" data-variant="primary" prop:disabled=busy>
                    {move || if create.get() { words::enter_create() } else { words::sign_in() }}
                </button>
                <button type="button" class="auth-switch button" data-variant="quiet" on:click=move |_| {
                    create.update(|create| *create = !*create);
                    dispatch.send(Intent::Settled);
                }>
                    {move || if create.get() { words::enter_instead() } else { words::enter_create() }}
                </button>
            </form>
        </main>
    }
}
