//! The names that are offered while one is written after an `@`.

use leptos::prelude::*;
use wasm_bindgen::{JsCast as _, closure::Closure};
use web_sys::{Event, HtmlTextAreaElement, KeyboardEvent};

use super::Pen;
use crate::{
    state::{Begun, State, Timeline, words},
    ui::effect,
};

/// The id of the list, which the text box points to.
const LIST: &str = "mentions";

/// What is offered, and which of it is chosen.
#[derive(Clone, PartialEq, Eq)]
struct Offer {
    begun: Begun,
    /// The name by which each is mentioned, and what they are called.
    names: Vec<(String, String)>,
    at: usize,
}

#[component]
pub(super) fn Mentions(timeline: Timeline) -> impl IntoView {
    let (state, pen) = (State::here(), Pen::here());
    let offer = RwSignal::new(None::<Offer>);
    let people = timeline.people;
    let look = move |area: &HtmlTextAreaElement| {
        let caret = area.selection_end().ok().flatten().unwrap_or_default();
        let begun = Begun::of(&area.value(), caret as usize);
        let next = begun.and_then(|begun| {
            let me = state.me();
            let others = people.get_untracked().into_iter();
            let others = others.filter(|it| it.role.is_some() && me != Some(it.user.id));
            let others = others.map(|it| (it.user.name.clone(), it.user.called().to_owned()));
            let model = ("model".to_owned(), words::mentions_model().to_owned());
            let names = begun.offers(others.chain([model]));
            (!names.is_empty()).then_some(Offer {
                begun,
                names,
                at: 0,
            })
        });
        if offer.with_untracked(|before| *before != next) {
            offer.set(next);
        }
    };
    let take = move |at: usize| {
        let (Some(area), Some(taken)) = (pen.area(), offer.get_untracked()) else {
            return;
        };
        offer.set(None);
        if let Some((name, _)) = taken.names.get(at) {
            let (text, caret) = taken.begun.completed(&area.value(), name);
            pen.write(&text);
            // A caret that cannot be set is at the end.
            let _ = area.set_selection_range(caret as u32, caret as u32);
        }
    };
    let key = move |event: &KeyboardEvent| {
        let Some(Offer { names, at, .. }) = offer.get_untracked() else {
            return;
        };
        let count = names.len();
        let go = |to: usize| {
            offer.update(|offer| {
                if let Some(offer) = offer {
                    offer.at = to % count;
                }
            });
        };
        match event.key().as_str() {
            "ArrowDown" => go(at + 1),
            "ArrowUp" => go(at + count - 1),
            "Enter" | "Tab" if !event.is_composing() => take(at),
            "Escape" => offer.set(None),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    listen(pen, look, key, move || offer.set(None));
    effect(move || {
        let chosen = offer.with(|offer| offer.as_ref().map(|offer| format!("{LIST}-{}", offer.at)));
        if let Some(area) = pen.area() {
            // An attribute of ours can be set.
            let _ = match chosen {
                Some(id) => area.set_attribute("aria-activedescendant", &id),
                None => area.remove_attribute("aria-activedescendant"),
            };
        }
    });
    move || {
        offer.get().map(|offer| {
            let names = offer.names.into_iter().enumerate();
            let names = names.map(|(at, (name, called))| {
                let other = (called != name).then(|| {
                    view! {
                        <span class="menu-soft">{format!(" {called}")}</span>
                    }
                });
                view! {
                    <li
                        id=format!("{LIST}-{at}")
                        class="menu-item"
                        role="option"
                        aria-selected=(at == offer.at).to_string()
                        on:pointerdown=move |event| {
                            event.prevent_default();
                            take(at);
                        }
                    >"@"{name}{other}</li>
                }
            });
            view! {
                <div class="mentions">
                    <ul id=LIST role="listbox" aria-label=words::mentions_label()>{names.collect_view()}</ul>
                </div>
            }
        })
    }
}

/// Hears what happens in the text box: keys before the box itself does.
fn listen(
    pen: Pen,
    look: impl Fn(&HtmlTextAreaElement) + 'static,
    key: impl Fn(&KeyboardEvent) + 'static,
    leave: impl Fn() + 'static,
) {
    let hear = Closure::<dyn Fn(Event)>::new(move |event: Event| {
        match (event.dyn_ref::<KeyboardEvent>(), pen.area()) {
            (Some(event), _) => key(event),
            (None, Some(area)) if event.type_() == "input" => look(&area),
            _ => leave(),
        }
    });
    let hear = StoredValue::new_local(hear);
    effect(move || {
        if let Some(form) = pen.shown().and_then(|area| area.form()) {
            hear.with_value(|hear| {
                for event in ["keydown", "input", "focusout"] {
                    let hear = hear.as_ref().unchecked_ref();
                    // A listener can be added; the same one is added once.
                    let _ = form.add_event_listener_with_callback_and_bool(event, hear, true);
                }
            });
        }
    });
    on_cleanup(move || {
        let form = pen.area().and_then(|area| area.form());
        hear.try_with_value(|hear| {
            for event in ["keydown", "input", "focusout"] {
                let hear = hear.as_ref().unchecked_ref();
                if let Some(form) = &form {
                    let _ = form.remove_event_listener_with_callback_and_bool(event, hear, true);
                }
            }
        });
    });
}
