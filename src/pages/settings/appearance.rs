//! How the app looks on this device. What is chosen is shown at once.

use leptos::prelude::*;

use crate::{
    state::{Choice, Contrast, Dispatch, Intent, Look, State, words},
    ui::choice::{choice, switch},
};

#[component]
pub(super) fn Appearance() -> impl IntoView {
    let (state, dispatch) = (State::here(), Dispatch::here());
    let theme = choice_of(
        words::settings_theme(),
        "theme",
        move || state.theme.get(),
        move |theme| {
            dispatch.send(Intent::Theme(theme));
        },
    );
    let contrast = Signal::derive(move || state.look.get().contrast == Contrast::More);
    let look = move |change: fn(&mut Look, &'static str), word| {
        let mut look = state.look.get_untracked();
        change(&mut look, word);
        dispatch.send(Intent::Look(look));
    };
    view! {
        <section class="settings-section appearance">
            <h2 data-section="appearance" tabindex="-1">{words::settings_appearance()}</h2>
            {choice_of(words::settings_language(), "language", move || state.language.get(), move |language| {
                dispatch.send(Intent::Language(language));
            })}
            <p class="settings-note">{words::settings_language_note()}</p>
            {theme}
            {choice_of(words::settings_density(), "density", move || state.look.get().density, move |it| {
                look(|look, word| look.density = Choice::parse(word), it.as_str());
            })}
            {choice_of(words::settings_text_size(), "text", move || state.look.get().text, move |it| {
                look(|look, word| look.text = Choice::parse(word), it.as_str());
            })}
            {switch(words::settings_contrast(), contrast, Callback::new(move |is| {
                look(|look, word| look.contrast = Choice::parse(word), if is { Contrast::More } else { Contrast::System }.as_str());
            }))}
            <p class="settings-note">{words::settings_appearance_note()}</p>
        </section>
    }
}

fn choice_of<T: Choice>(
    label: &'static str,
    group: &'static str,
    chosen: impl Fn() -> T + Send + Sync + 'static,
    choose: impl Fn(T) + Send + Sync + 'static,
) -> AnyView {
    let options = T::ALL.iter().map(|it| (it.as_str(), it.name()));
    choice(
        label,
        group,
        options.collect(),
        Signal::derive(move || chosen().as_str()),
        Callback::new(move |word| choose(T::parse(word))),
    )
}
