//! Where one writes. Isolated from the list: a keystroke touches this text box and nothing else.
//!
//! Invariant: what was written on the page before the app was there is written here, as if it had been.

mod early;

use std::collections::HashMap;

use leptos::{html::Textarea, prelude::*};
use web_sys::HtmlTextAreaElement;
use weft_protocol::{Mutation, ThreadId};
use weft_sync::Status;

use self::early::Early;
use super::ModelPicker;
use crate::{
    state::{Dispatch, Intent, State, words},
    ui::{
        effect,
        icon::{Glyph, icon},
    },
};

/// The text box of the page: where the focus goes when what had it is gone.
#[derive(Clone, Copy)]
pub(crate) struct Pen(NodeRef<Textarea>);

impl Pen {
    /// For use above the composer and whoever takes the pen, once.
    pub(crate) fn provide() {
        provide_context(Self(NodeRef::new()));
    }

    /// The text box of this page.
    pub(super) fn here() -> Self {
        expect_context::<Self>()
    }

    /// Begins what is written there with a quotation of `text`, or of what is selected of it.
    pub(super) fn quote(self, text: &str) {
        let Some(area) = self.0.get_untracked() else {
            return;
        };
        let selected = web_sys::window().and_then(|window| window.get_selection().ok().flatten());
        let selected = selected.map(|selection| String::from(selection.to_string()));
        let selected =
            selected.filter(|part| !part.trim().is_empty() && text.contains(part.trim()));
        let quoted = selected.as_deref().unwrap_or(text).trim();
        let lines = quoted.lines().map(|line| format!("> {line}\n"));
        self.write(&format!("{}\n{}", lines.collect::<String>(), area.value()));
        let _ = area.focus();
    }

    /// The box, once it is on the page.
    pub(super) fn shown(self) -> Option<HtmlTextAreaElement> {
        self.0.get()
    }

    /// The box itself.
    pub(super) fn area(self) -> Option<HtmlTextAreaElement> {
        self.0.get_untracked()
    }

    /// Has the box say this, as if it were typed: who listens for that sees to the rest.
    pub(super) fn write(self, text: &str) {
        let Some(area) = self.area() else {
            return;
        };
        area.set_value(text);
        let init = web_sys::EventInit::new();
        init.set_bubbles(true);
        if let Ok(event) = web_sys::Event::new_with_event_init_dict("input", &init) {
            let _ = area.dispatch_event(&event);
        }
    }

    /// Whether the page has one.
    pub(super) fn is_here(self) -> bool {
        self.area().is_some_and(|area| area.is_connected())
    }

    /// Goes on writing there.
    pub(super) fn take(self) {
        if let Some(area) = self.0.get_untracked() {
            let _ = area.focus();
        }
    }
}

/// `new` says whether the thread is created by the first message; `sent` is told its id.
#[component]
pub(crate) fn Composer(
    thread: Signal<Option<ThreadId>>,
    new: Signal<bool>,
    #[prop(into)] sent: Callback<ThreadId>,
) -> impl IntoView {
    let (state, dispatch) = (State::here(), Dispatch::here());
    let Pen(area) = Pen::here();
    let (empty, too_long) = (RwSignal::new(true), RwSignal::new(false));
    // Whether it is sent as soon as it can be.
    let sends = StoredValue::new(false);
    let streaming = Memo::new(move |_| {
        let timeline = thread.get().and_then(|thread| state.timeline(thread));
        timeline
            .map(|timeline| timeline.streaming.get())
            .unwrap_or_default()
    });
    let measure = move |text: &str| {
        let max = state
            .limits
            .with_value(|limits| limits.message_bytes as usize);
        let (now_empty, now_long) = (text.trim().is_empty(), text.len() > max);
        if empty.get_untracked() != now_empty {
            empty.set(now_empty);
        }
        if too_long.get_untracked() != now_long {
            too_long.set(now_long);
        }
        if let Some(area) = area.get_untracked() {
            fit(&area);
        }
    };
    // Who is asked is known once the server has said who can be, unless it is not to be heard of.
    let is_ready = move || {
        let knows = state.model(thread.get()).is_some();
        let waits = matches!(state.status.get(), Status::Connected | Status::Reconnecting);
        state.opened.get() && (knows || !waits)
    };
    let send = move || {
        let Some(area) = area.get_untracked() else {
            return;
        };
        let text = area.value();
        measure(&text);
        if text.trim().is_empty() || too_long.get_untracked() {
            return;
        }
        if !untrack(is_ready) {
            return sends.set_value(true);
        }
        sends.set_value(false);
        let at = thread.get_untracked();
        let to = at.unwrap_or_else(|| dispatch.new_thread());
        let model = untrack(|| asked(state, at, &text));
        dispatch.say(to, new.get_untracked(), text, model);
        area.set_value("");
        measure("");
        dispatch.send(Intent::Draft(at, String::new()));
        sent.run(to);
    };
    effect(move || {
        if is_ready() && sends.get_value() {
            sends.set_value(false);
            send();
        }
    });
    let draft = move |place| {
        let draft = |drafts: &HashMap<_, String>| drafts.get(&place).cloned();
        state.drafts.with_value(draft).unwrap_or_default()
    };
    let write = move |area: &HtmlTextAreaElement, text: String| {
        area.set_value(&text);
        measure(&text);
    };
    // Another thread is another draft.
    effect(move || {
        let place = thread.get();
        let Some(area) = area.get() else {
            return;
        };
        let early = Early::take();
        match &early {
            Some(early) => {
                write(&area, early.text.clone());
                dispatch.send(Intent::Draft(place, early.text.clone()));
            }
            None => write(&area, draft(place)),
        }
        let _ = area.focus();
        if let Some(Early {
            from,
            to,
            sends: asked,
            ..
        }) = early
        {
            // A selection that cannot be set is at the end.
            let _ = area.set_selection_range(from, to);
            if asked {
                send();
            }
        }
    });
    // It may be written in another tab as well.
    effect(move || {
        let place = state.drafted.get();
        if let Some(area) = area.get_untracked()
            && place == thread.get_untracked()
            && area.value() != draft(place)
        {
            write(&area, draft(place));
        }
    });
    let stop = move |_| {
        let Some(thread) = thread.get_untracked() else {
            return;
        };
        for message in streaming.get_untracked() {
            dispatch.mutate(Mutation::StopReply { thread, message });
        }
    };
    view! {
        <form class="composer" on:submit=move |event| {
            event.prevent_default();
            send();
        }>
            <Show when=move || too_long.get()>
                <p class="composer-error" role="alert">
                    {words::composer_too_long()}
                </p>
            </Show>
            <p class="composer-note" aria-live="polite">{move || {
                let words = words::keeping(state.keeping.get());
                (!words.is_empty()).then(|| view! { {icon(Glyph::CIRCLE_ALERT)} <span>{words}</span> })
            }}</p>
            <textarea
                node_ref=area
                class="composer-text"
                aria-label=words::message()
                placeholder=move || match thread.get().map_or(1, |thread| state.standing(thread).1) {
                    0 | 1 => words::composer_placeholder(),
                    _ => words::composer_placeholder_shared(),
                }
                rows="1"
                aria-invalid=move || too_long.get().to_string()
                on:input=move |event| {
                    let text = event_target_value(&event);
                    measure(&text);
                    // Whoever goes on writing does not mean what is there so far.
                    sends.set_value(false);
                    dispatch.send(Intent::Draft(thread.get_untracked(), text));
                }
                on:keydown=move |event| {
                    // While an input method composes, Enter is the method's own (229: Safari).
                    let composing = event.is_composing() || event.key_code() == 229;
                    if event.key() == "Enter" && !event.shift_key() && !composing {
                        event.prevent_default();
                        send();
                    }
                }
            ></textarea>
            <div class="composer-bar">
                <ModelPicker thread/>
                {move || if streaming.with(Vec::is_empty) {
                    view! {
                        <button
                            type="submit"
                            class="send"
                            aria-label=words::send()
                            title=words::send()
                            prop:disabled=move || empty.get() || too_long.get()
                        >{icon(Glyph::ARROW_UP)}</button>
                    }.into_any()
                } else {
                    view! {
                        <button
                            type="button"
                            class="send"
                            aria-label=words::composer_stop()
                            title=words::composer_stop()
                            on:click=stop
                        >{icon(Glyph::SQUARE)}</button>
                    }.into_any()
                }}
            </div>
        </form>
    }
}

/// The model that a message asks: in a chat of one person each does, in a shared one those that say so.
fn asked(state: State, thread: Option<ThreadId>, text: &str) -> Option<String> {
    let is_shared = thread.is_some_and(|thread| state.standing(thread).1 > 1);
    let is_asked = || {
        let mut words = text.split(|c: char| c.is_whitespace() || c == ',' || c == ':');
        words.any(|word| word.eq_ignore_ascii_case("@model"))
    };
    state.model(thread).filter(|_| !is_shared || is_asked())
}

/// Makes the box as tall as its text, where the style sheet cannot: to know how tall that is, the page is laid
/// out.
fn fit(area: &HtmlTextAreaElement) {
    if web_sys::css::supports_with_value("field-sizing", "content").unwrap_or_default() {
        return;
    }
    let style = web_sys::HtmlElement::style(area);
    let set = |value: &str| {
        // A height that cannot be set leaves a box of the usual one.
        let _ = style.set_property("height", value);
    };
    set("auto");
    set(&format!("{}px", area.scroll_height()));
}
