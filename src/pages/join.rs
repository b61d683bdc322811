//! Following a link that makes one a member of a thread.

use leptos::prelude::*;

use crate::{
    features::Nav,
    state::{Call, Dispatch, Intent, Route, Share, State, words},
    ui::effect,
};

#[component]
pub(crate) fn JoinPage(secret: u128) -> impl IntoView {
    let (state, dispatch, nav) = (State::here(), Dispatch::here(), Nav::here());
    let join = move || dispatch.send(Intent::Share(Share::Join(secret)));
    join();
    effect(move || {
        if let (Call::Done, Some(thread)) = (state.sharing.get(), state.joined.get()) {
            nav.replace(Route::Thread(thread));
        }
    });
    let failed = move || match state.sharing.get() {
        Call::Failed(error) => Some(words::call_error(error)),
        _ => None,
    };
    view! {
        <div class="chat-missing" role="status">
            <h1>{words::enter_join()}</h1>
            <p>{move || failed().unwrap_or_else(|| words::enter_join_wait().to_owned())}</p>
            <Show when=move || failed().is_some()>
                <button type="button" class="button" on:click=move |_| join()>{words::try_again()}</button>
                <a class="button" href=nav.href(Route::New)>{words::enter_new_chat()}</a>
            </Show>
        </div>
    }
}
