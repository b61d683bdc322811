//! A new chat before its first words: what one can try, who answers, and how to have somebody else answer.

use leptos::prelude::*;

use super::composer::Pen;
use crate::{
    state::State,
    ui::icon::{Glyph, icon},
};

/// The model that a server has of its own; see `crates/server/src/ai/demo.rs`.
const DEMO: &str = "demo";

/// What can be tried: its sign, its name, what it is about, and what is written for it.
const PROMPTS: [(Glyph, &str, &str, &str); 4] = [
    (
        Glyph::LIGHTBULB,
        "Explain something",
        "Why the sky is blue, in plain words",
        "Explain in plain words why the sky is blue.",
    ),
    (
        Glyph::CODE,
        "Write some code",
        "The words of a text, counted",
        "Write a Rust function that counts how often each word is in a text.",
    ),
    (
        Glyph::LIST_CHECKS,
        "Make a plan",
        "A weekend in Lisbon, as a table",
        "Plan a weekend in Lisbon for two people who like to walk. Make a table.",
    ),
    (
        Glyph::LANGUAGES,
        "Find other words",
        "A kinder, shorter message",
        "Make this kinder and shorter: “I need the report today, you are late again.”",
    ),
];

#[component]
pub(super) fn Welcome() -> impl IntoView {
    let (state, pen) = (State::here(), Pen::here());
    let prompt = |(glyph, name, about, text): (Glyph, &'static str, &'static str, &'static str)| {
        view! {
            <button type="button" class="prompt" on:click=move |_| {
                pen.write(text);
                pen.take();
            }>
                {icon(glyph)}
                <strong>{name}</strong>
                <span>{about}</span>
            </button>
        }
    };
    // Who may answer, once that is known.
    let only_demo = Memo::new(move |_| {
        state.models.with(|models| {
            let known = !models.is_empty();
            known.then(|| models.iter().all(|model| model.id == DEMO))
        })
    });
    let called = move || {
        let model = state.model(None).unwrap_or_default();
        state.model_name(&model)
    };
    view! {
        <p>"Ask a model, or write with people. It is kept on your server, for every device of yours."</p>
        <div class="prompts" role="group" aria-label="Things to try">
            {PROMPTS.into_iter().map(prompt).collect_view()}
        </div>
        {move || match only_demo.get() {
            None => ().into_any(),
            Some(false) => view! {
                <p class="answers">{icon(Glyph::SPARKLES)} <span>{called} " answers. You can choose another model below."</span></p>
            }.into_any(),
            Some(true) => view! { <Connect/> }.into_any(),
        }}
    }
}

/// Where the built-in model is the only one.
#[component]
fn Connect() -> impl IntoView {
    view! {
        <details class="connect">
            <summary>
                {icon(Glyph::PLUG)}
                <span>"The built-in demo answers. It is no AI. "<strong>"Connect a model"</strong></span>
                {icon(Glyph::CHEVRON_DOWN)}
            </summary>
            <div class="connect-ways">
                <p>"On this machine: start "<a href="https://ollama.com" target="_blank" rel="noreferrer">"Ollama"</a>
                    " with any model. Weft finds it by itself within half a minute."</p>
                <p>"Elsewhere: start the server with the address and the key of any service that speaks OpenAI's interface."</p>
                <pre tabindex="0" aria-label="How to start the server"><code>
                    "WEFT_AI_BASE_URL=https://host/v1 \\\nWEFT_AI_API_KEY=… weft-server"
                </code></pre>
            </div>
        </details>
    }
}
