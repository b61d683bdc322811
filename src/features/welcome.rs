//! A new chat before its first words: what one can try, who answers, and how to have somebody else answer.

use leptos::prelude::*;

use super::composer::Pen;
use crate::{
    state::{State, words},
    ui::icon::{Glyph, icon},
};

/// The model that a server has of its own; see `crates/server/src/ai/demo.rs`.
const DEMO: &str = "demo";

/// What can be tried: its sign, its name, what it is about, and what is written for it.
const PROMPTS: [(Glyph, words::Word, words::Word, words::Word); 4] = [
    (
        Glyph::LIGHTBULB,
        words::welcome_explain,
        words::welcome_explain_about,
        words::welcome_explain_text,
    ),
    (
        Glyph::CODE,
        words::welcome_code,
        words::welcome_code_about,
        words::welcome_code_text,
    ),
    (
        Glyph::LIST_CHECKS,
        words::welcome_plan,
        words::welcome_plan_about,
        words::welcome_plan_text,
    ),
    (
        Glyph::LANGUAGES,
        words::welcome_reword,
        words::welcome_reword_about,
        words::welcome_reword_text,
    ),
];

#[component]
pub(super) fn Welcome() -> impl IntoView {
    let (state, pen) = (State::here(), Pen::here());
    let prompt = |(glyph, name, about, text): (Glyph, words::Word, words::Word, words::Word)| {
        view! {
            <button type="button" class="prompt" on:click=move |_| {
                pen.write(text());
                pen.take();
            }>
                {icon(glyph)}
                <strong>{name()}</strong>
                <span>{about()}</span>
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
        <p>{words::welcome_lead()}</p>
        <div class="prompts" role="group" aria-label=words::welcome_prompts()>
            {PROMPTS.into_iter().map(prompt).collect_view()}
        </div>
        {move || match only_demo.get() {
            None => ().into_any(),
            Some(false) => view! {
                <p class="answers">{icon(Glyph::SPARKLES)} <span>{move || words::welcome_answers(&called())}</span></p>
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
                <span>{words::welcome_demo()}" "<strong>{words::welcome_connect()}</strong></span>
                {icon(Glyph::CHEVRON_DOWN)}
            </summary>
            <div class="connect-ways">
                <p>{words::welcome_connect_here()}" "<a href="https://ollama.com" target="_blank" rel="noreferrer">"Ollama"</a>
                    " "{words::welcome_connect_here_found()}</p>
                <p>{words::welcome_connect_elsewhere()}</p>
                <pre tabindex="0" aria-label=words::welcome_connect_command()><code>
                    "WEFT_AI_BASE_URL=https://host/v1 \\\nWEFT_AI_API_KEY=… weft-server"
                </code></pre>
            </div>
        </details>
    }
}
