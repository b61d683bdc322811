//! How the app looks on this device. What is chosen is shown at once.

use leptos::prelude::*;

use crate::{
    state::{Choice, Contrast, Dispatch, Intent, Look, State},
    ui::choice::{choice, switch},
};

#[component]
pub(super) fn Appearance() -> impl IntoView {
    let (state, dispatch) = (State::here(), Dispatch::here());
    let theme = choice_of(
        "Theme",
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
            <h2 data-section="appearance" tabindex="-1">"Appearance"</h2>
            {theme}
            {choice_of("Density", "density", move || state.look.get().density, move |it| {
                look(|look, word| look.density = Choice::parse(word), it.as_str());
            })}
            {choice_of("Text size", "text", move || state.look.get().text, move |it| {
                look(|look, word| look.text = Choice::parse(word), it.as_str());
            })}
            {switch("High contrast", contrast, Callback::new(move |is| {
                look(|look, word| look.contrast = Choice::parse(word), if is { Contrast::More } else { Contrast::System }.as_str());
            }))}
            <p class="settings-note">"Kept on this device alone."</p>
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
