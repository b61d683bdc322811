//! The colours.

use leptos::prelude::*;

use super::Section;
use crate::state::{Dispatch, Intent, State, Theme};

#[component]
pub(super) fn Appearance() -> impl IntoView {
    let (state, dispatch) = (State::here(), Dispatch::here());
    view! {
        <Section name="Appearance">
            <label class="field">
                <span class="field-label">"Theme"</span>
                <select
                    prop:value=move || state.theme.get().as_str()
                    on:change=move |event| {
                        dispatch.send(Intent::Theme(Theme::parse(&event_target_value(&event))));
                    }
                >
                    {Theme::ALL.into_iter().map(|theme| view! {
                        <option
                            value=theme.as_str()
                            prop:selected=move || state.theme.get() == theme
                        >
                            {match theme {
                                Theme::System => "System",
                                Theme::Light => "Light",
                                Theme::Dark => "Dark",
                            }}
                        </option>
                    }).collect_view()}
                </select>
            </label>
        </Section>
    }
}
