//! The list of the shortcuts.

use leptos::{html::Button, prelude::*};

use super::{Commands, Keys};
use crate::{
    state::{Chord, KEYS, Part, SHORTCUTS, words},
    ui::{
        effect,
        icon::{Glyph, icon},
    },
};

#[component]
pub(crate) fn Sheet() -> impl IntoView {
    let commands = Commands::here();
    let close = NodeRef::<Button>::new();
    effect(move || {
        if let Some(close) = close.get() {
            let _ = close.focus();
        }
    });
    let rows = move |part: Part| {
        let ours = SHORTCUTS.iter().filter(move |entry| entry.part == part);
        let ours =
            ours.map(move |entry| (entry.shortcut.name(), vec![entry.on(commands.platform).1]));
        let others = KEYS.iter().filter(move |(of, ..)| *of == part);
        let others = others.map(|&(_, name, chords)| (name(), chords.to_vec()));
        others.chain(ours).map(|(name, chords): (_, Vec<Chord>)| {
            let chords = chords.into_iter().map(|chord| view! { <Keys chord/> });
            view! { <div class="sheet-row"><dt>{name}</dt><dd>{chords.collect_view()}</dd></div> }
        })
    };
    let parts = Part::ALL.map(|part| {
        view! {
            <section class="sheet-part">
                <h3>{part.name()}</h3>
                <dl>{rows(part).collect_view()}</dl>
            </section>
        }
    });
    view! {
        <div class="sheet">
            <div class="sheet-head">
                <h2>{words::shortcuts_title()}</h2>
                <button
                    type="button"
                    node_ref=close
                    class="icon-button"
                    aria-label=words::close()
                    on:click=move |_| commands.panels.close()
                >{icon(Glyph::X)}</button>
            </div>
            <div class="sheet-parts">{parts.into_iter().collect_view()}</div>
        </div>
    }
}
