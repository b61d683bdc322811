//! Signing out. What that would lose is said first; nothing is lost without a second press.

use leptos::{html::Dialog, prelude::*};

use crate::state::{Account, Dispatch, Intent, State, words};

#[component]
pub(crate) fn SignOut() -> impl IntoView {
    let (state, dispatch) = (State::here(), Dispatch::here());
    let dialog = NodeRef::<Dialog>::new();
    let leave = move || dispatch.send(Intent::Account(Account::Leave));
    let ask = move |_| {
        let asks = state.unsent.get_untracked() > 0;
        match dialog.get_untracked().filter(|_| asks) {
            // Fails only where it is open already.
            Some(dialog) => drop(dialog.show_modal()),
            None => leave(),
        }
    };
    let stay = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    view! {
        <button type="button" class="button" data-section="sign-out" on:click=ask>{words::sign_out()}</button>
        <dialog
            node_ref=dialog
            class="dialog"
            aria-labelledby="sign-out-title"
            aria-describedby="sign-out-text"
        >
            <h2 id="sign-out-title">{words::sign_out_ask()}</h2>
            <p id="sign-out-text">{move || words::unsent(state.unsent.get())}</p>
            <div class="dialog-actions">
                <button type="button" class="button" autofocus on:click=stay>{words::sign_out_stay()}</button>
                <button type="button" class="button" data-variant="danger" on:click=move |_| leave()>
                    {words::sign_out_delete()}
                </button>
            </div>
        </dialog>
    }
}
