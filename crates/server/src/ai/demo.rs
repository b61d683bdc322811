//! The built-in model: no AI, and it says so. It shows what a reply looks like where nothing is
//! configured.

use std::time::Duration;

use tokio::sync::mpsc::Sender;
use weft_protocol::Model;

/// The pause between two pieces.
const PAUSE: Duration = Duration::from_millis(15);

/// The name by which it is asked.
pub(super) const ID: &str = "demo";

/// How it is offered.
pub(super) fn model() -> Model {
    Model {
        id: ID.into(),
        name: "Demo".into(),
        about: Some("Built in. Not an AI.".into()),
    }
}

/// Says its piece about `question`, piece by piece.
pub(super) async fn reply(question: &str, pieces: Sender<String>) {
    let text = text(question);
    let mut rest = text.as_str();
    let mut ticks = tokio::time::interval(PAUSE);
    while !rest.is_empty() {
        ticks.tick().await;
        let end = rest.find(' ').map_or(rest.len(), |at| at + 1);
        let (piece, more) = rest.split_at(end);
        if pieces.send(piece.to_owned()).await.is_err() {
            return;
        }
        rest = more;
    }
}

fn text(question: &str) -> String {
    let mut echo: String = question.chars().take(400).collect();
    if echo.len() < question.len() {
        echo.push('…');
    }
    let quoted = echo
        .lines()
        .map(|line| format!("> {line}\n"))
        .collect::<String>();
    let words = question.split_whitespace().count();
    let chars = question.chars().count();
    format!(
        "## You said\n\n{quoted}\n\
         I am the **demo** model: built in, and *not an AI*. I show how a reply arrives, word by \
         word, on every device that has this thread open.\n\n\
         ### What a reply can hold\n\n\
         - lists, like this one\n- `inline code` and [links](https://www.rust-lang.org)\n\
         - code blocks:\n\n\
         ```rust\nfn main() {{\n    println!(\"Hello from Weft\");\n}}\n```\n\n\
         - and tables:\n\n\
         | Your message | Count |\n|---|---:|\n| words | {words} |\n| characters | {chars} |\n\n\
         To talk to a real model, start [Ollama](https://ollama.com) on this machine, or give the \
         server `WEFT_AI_BASE_URL` and `WEFT_AI_API_KEY`.\n"
    )
}
