//! One of a few things that are all in sight, and what is on or off.

use leptos::prelude::*;

/// What can be chosen: its word and its name.
pub(crate) type Options = Vec<(&'static str, &'static str)>;

/// Radio buttons in a row. `chosen` says the word of the one that holds.
pub(crate) fn choice(
    label: &'static str,
    group: &'static str,
    options: Options,
    chosen: Signal<&'static str>,
    choose: Callback<&'static str>,
) -> AnyView {
    let option = |(word, name): (&'static str, &'static str)| {
        view! {
            <label class="choice-option" data-option=word>
                <input
                    type="radio"
                    name=group
                    value=word
                    prop:checked=move || chosen.get() == word
                    on:change=move |_| choose.run(word)
                />
                <span>{name}</span>
            </label>
        }
    };
    view! {
        <fieldset class="choice">
            <legend>{label}</legend>
            <div class="choice-row">{options.into_iter().map(option).collect_view()}</div>
        </fieldset>
    }
    .into_any()
}

/// What is on or off.
pub(crate) fn switch(label: &'static str, on: Signal<bool>, set: Callback<bool>) -> AnyView {
    view! {
        <label class="switch">
            <span>{label}</span>
            <input
                type="checkbox"
                role="switch"
                prop:checked=move || on.get()
                on:change=move |event| set.run(event_target_checked(&event))
            />
        </label>
    }
    .into_any()
}
