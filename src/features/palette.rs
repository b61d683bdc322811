//! Finds threads by their titles, and what can be done by its name.
//!
//! Invariant: the focus stays in the text box; what Enter would take is always in sight.

mod offers;
mod rank;
mod rename;

use leptos::{html::Input, prelude::*};
use web_sys::{KeyboardEvent, ScrollIntoViewOptions, ScrollLogicalPosition};

use self::offers::{Found, Group, find, take};
use super::{commands::Commands, shortcuts::Keys};
use crate::{
    state::words,
    ui::{
        effect,
        icon::{Glyph, icon},
    },
};

pub(super) use self::rename::Rename;

/// The id of the list, which the text box points to.
const LIST: &str = "palette";

#[component]
pub(super) fn Palette() -> impl IntoView {
    let commands = Commands::here();
    let input = NodeRef::<Input>::new();
    let (query, at) = (RwSignal::new(String::new()), RwSignal::new(0));
    let found = Memo::new(move |_| {
        commands.state.order.track();
        query.with(|query| find(commands, query))
    });
    let count = move || found.with(|(found, _)| found.len());
    effect(move || {
        if let Some(input) = input.get() {
            let _ = input.focus();
        }
    });
    effect(move || {
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Nearest);
        found.track();
        if let Some(option) = document().get_element_by_id(&format!("{LIST}-{}", at.get())) {
            option.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
    let choose = move |at: usize| {
        let offer = found.with_untracked(|(found, _)| found.get(at).map(|it| it.offer.clone()));
        if let Some(offer) = offer {
            take(commands, offer);
        }
    };
    let keys = move |event: KeyboardEvent| {
        if event.is_composing() || event.key_code() == 229 {
            return;
        }
        let (count, now) = (untrack(count), at.get_untracked());
        match event.key().as_str() {
            "ArrowDown" if count > 0 => at.set((now + 1) % count),
            "ArrowUp" if count > 0 => at.set((now + count - 1) % count),
            "Enter" => choose(now),
            _ => return,
        }
        event.prevent_default();
    };
    let told = move || {
        found.with(|(found, more)| match (found.len() as u64, more) {
            (count, 0) => words::palette_results(count),
            (count, _) => words::palette_best(count),
        })
    };
    let nothing = move || {
        let found = found.with(|(found, _)| {
            let mut offers = found.iter().map(|it| &it.offer);
            offers.any(|offer| matches!(offer, offers::Offer::Begin(_)))
        });
        found.then(|| {
            view! { <p class="palette-empty">{words::palette_nothing()}</p> }
        })
    };
    let groups = move || {
        let mut groups: Vec<(Group, Vec<(usize, Found)>)> = Vec::new();
        for (place, it) in found.get().0.into_iter().enumerate() {
            match groups.last_mut() {
                Some((group, all)) if *group == it.group => all.push((place, it)),
                _ => groups.push((it.group, vec![(place, it)])),
            }
        }
        let shown = groups.into_iter().map(|(group, all)| {
            let title = format!("{LIST}-{group:?}");
            let heading = title.clone();
            let options = all
                .into_iter()
                .map(|(place, it)| shown(place, it, at, choose));
            view! {
                <div role="group" aria-labelledby=title>
                    <div class="palette-group" id=heading role="presentation">{group.name()}</div>
                    {options.collect::<Vec<_>>()}
                </div>
            }
        });
        shown.collect_view()
    };
    view! {
        <div class="palette">
            <div class="palette-head">
                <input
                    node_ref=input
                    class="palette-text"
                    role="combobox"
                    aria-label=words::palette_search()
                    placeholder=words::palette_search()
                    aria-expanded="true"
                    aria-haspopup="listbox"
                    aria-autocomplete="list"
                    aria-controls=LIST
                    aria-activedescendant=move || {
                        (count() > 0).then(|| format!("{LIST}-{}", at.get()))
                    }
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    enterkeyhint="go"
                    on:input=move |event| {
                        at.set(0);
                        query.set(event_target_value(&event));
                    }
                    on:keydown=keys
                />
                <button
                    type="button"
                    class="icon-button"
                    aria-label=words::close()
                    on:click=move |_| commands.panels.close()
                >{icon(Glyph::X)}</button>
            </div>
            {nothing}
            <div class="palette-list" id=LIST role="listbox" aria-label=words::palette_list()>{groups}</div>
            <p class="sr-only" role="status">{told}</p>
        </div>
    }
}

fn shown(
    place: usize,
    found: Found,
    at: RwSignal<usize>,
    choose: impl Fn(usize) + Copy + Send + 'static,
) -> AnyView {
    let name = found.name.into_iter().map(|(marked, part)| {
        if marked {
            view! { <mark>{part}</mark> }.into_any()
        } else {
            part.into_any()
        }
    });
    let chord = found
        .shortcut
        .and_then(|shortcut| shortcut.chord(Commands::here().platform));
    view! {
        <div
            id=format!("{LIST}-{place}")
            class="palette-option"
            role="option"
            aria-selected=move || (at.get() == place).to_string()
            on:mousedown=|event| event.prevent_default()
            on:click=move |_| choose(place)
        >
            <span class="palette-name">{name.collect::<Vec<_>>()}</span>
            {(!found.note.is_empty()).then(|| view! { <span class="palette-note">" "{found.note}</span> })}
            {chord.map(|chord| view! { <span aria-hidden="true"><Keys chord/></span> })}
        </div>
    }
    .into_any()
}
