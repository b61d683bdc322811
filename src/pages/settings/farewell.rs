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
            "Delete account…"
        </button>
        <dialog
            node_ref=dialog
            class="dialog"
            aria-labelledby="farewell-title"
            aria-describedby="farewell-text"
        >
            <form class="farewell" on:submit=submit>
                <h2 id="farewell-title">"Delete your account?"</h2>
                <div id="farewell-text">
                    <p>"This cannot be undone."</p>
                    <ul>
                        <li>"Chats that only you are in are deleted."</li>
                        <li>"A chat of yours with others goes to whoever has been its editor for longest. Without an editor it is deleted."</li>
                        <li>"What you wrote in chats of others stays there, under “Deleted user”."</li>
                        <li>"You are signed out everywhere, and nothing stays on this device."</li>
                    </ul>
                    {move || match state.unsent.get() {
                        0 => None,
                        count => Some(view! { <p>{words::lost(count)}</p> }),
                    }}
                </div>
                <label class="field">
                    <span class="field-label">"Password"</span>
                    <input node_ref=password type="password" autocomplete="current-password" required/>
                </label>
                <p class="form-error" role="alert">{move || match state.own.ending.get() {
                    Call::Failed(error) => words::call_error(error),
                    Call::Idle | Call::Busy | Call::Done => String::new(),
                }}</p>
                <div class="dialog-actions">
                    <button type="button" class="button" on:click=stay>"Keep my account"</button>
                    <button
                        type="submit"
                        class="button"
                        data-variant="danger"
                        prop:disabled=move || state.own.ending.get() == Call::Busy
                    >"Delete account"</button>
                </div>
            </form>
        </dialog>
    }
}
