//! Toasts: short words on what has happened, with a way back where there is one.

use leptos::prelude::*;
use weft_sync::Status;

use super::{Nav, Places};
use crate::{
    state::{Action, Dispatch, Intent, Route, State, Toast, words},
    ui::{
        each,
        icon::{Glyph, icon},
    },
};

#[component]
pub(crate) fn Toasts() -> impl IntoView {
    let (state, dispatch) = (State::here(), Dispatch::here());
    let (nav, places) = (Nav::here(), Places::here());
    // Where the app is too old it says so itself, and offers the same.
    let shown = move || {
        let too_old = state.status.get() == Status::TooOld;
        let said = |toast: &Toast| too_old && matches!(toast.action, Some((_, Action::Reload)));
        let mut toasts = state.toasts.get();
        toasts.retain(|toast| !said(toast));
        toasts
    };
    view! {
        <div class="toasts" role="region" aria-label=words::toasts_label() aria-live="polite">
            {each(
                move || shown().into_iter().map(|toast| toast.id).collect(),
                move |_, id| {
                    let toast = state.toasts.with_untracked(|all| {
                        all.iter().find(|toast| toast.id == id).cloned()
                    });
                    let Some(toast) = toast else {
                        return ().into_any();
                    };
                    let action = toast.action.map(|(label, action)| view! {
                        <button
                            type="button"
                            class="toast-action"
                            on:click=move |_| {
                                match action.clone() {
                                    Action::Mutate(mutation) => dispatch.mutate(mutation),
                                    Action::Open(thread, at) => {
                                        places.lead(state, thread, at);
                                        nav.go(Route::Thread(thread));
                                    }
                                    Action::Reload => dispatch.send(Intent::Reload),
                                }
                                dispatch.send(Intent::Dismiss(id));
                            }
                        >{label}</button>
                    });
                    view! {
                        <div class="toast">
                            <span>{toast.text}</span>
                            {action}
                            <button
                                type="button"
                                class="toast-close icon-button"
                                aria-label=words::dismiss()
                                on:click=move |_| dispatch.send(Intent::Dismiss(id))
                            >{icon(Glyph::X)}</button>
                        </div>
                    }.into_any()
                },
            )}
        </div>
    }
}
