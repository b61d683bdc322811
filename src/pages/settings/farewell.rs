//! The end of the account. What becomes of what is said first; the password is asked for.

use leptos::{
    html::{Dialog, Input},
    prelude::*,
};
use weft_protocol::api;

use crate::state::{Account, Call, Dispatch, Intent, State, words};

#[component]
pub(super) fn Farewell() -> impl IntoView {
    let (state, dispatch) = (State::here(), Dispatch::here());
    let (dialog, password) = (NodeRef::<Dialog>::new(), NodeRef::<Input>::new());
    let ask = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            // Fails only where it is open already.
            let _ = dialog.show_modal();
        }
    };
    let stay = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let password = password.get_untracked().map(|input| input.value());
        let password = password.unwrap_or_default();
        dispatch.send(Intent::Account(Account::Delete(api::Farewell { password })));
    };
    view! {
        <button type="button" class="button" data-variant="danger" aria-haspopup="dialog" on:click=ask>
            {words::settings_farewell()}
        </button>
        <dialog
            node_ref=dialog
            class="dialog"
            aria-labelledby="farewell-title"
            aria-describedby="farewell-text"
        >
            <form class="farewell" on:submit=submit>
                <h2 id="farewell-title">{words::settings_farewell_ask()}</h2>
                <div id="farewell-text">
                    <p>{words::settings_farewell_final()}</p>
                    <ul>
                        <li>{words::settings_farewell_alone()}</li>
                        <li>{words::settings_farewell_shared()}</li>
                        <li>{words::settings_farewell_written()}</li>
                        <li>{words::settings_farewell_devices()}</li>
                    </ul>
                    {move || match state.unsent.get() {
                        0 => None,
                        count => Some(view! { <p>{words::lost(count)}</p> }),
                    }}
                </div>
                <label class="field">
                    <span class="field-label">{words::settings_farewell_password()}</span>
                    <input node_ref=password type="password" autocomplete="current-password" required/>
                </label>
                <p class="form-error" role="alert">{move || match state.own.ending.get() {
                    Call::Failed(error) => words::call_error(error),
                    Call::Idle | Call::Busy | Call::Done => String::new(),
                }}</p>
                <div class="dialog-actions">
                    <button type="button" class="button" on:click=stay>{words::settings_farewell_keep()}</button>
                    <button
                        type="submit"
                        class="button"
                        data-variant="danger"
                        prop:disabled=move || state.own.ending.get() == Call::Busy
                    >{words::settings_farewell_delete()}</button>
                </div>
            </form>
        </dialog>
    }
}
