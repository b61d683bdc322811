//! `words`: proves that the app says nothing but its messages, and that each of them is said somewhere.

use std::{collections::HashSet, fs};

use anyhow::{Context as _, bail};

use crate::{
    layers::{code, sources},
    process::root,
};

/// What is no word of a language: names of keys, of what the browser and requests have, and of programs.
const NAMES: [&str; 22] = [
    "AltGraph",
    "Alt+",
    "Arrow",
    "ArrowDown",
    "ArrowLeft",
    "ArrowRight",
    "ArrowUp",
    "Control+",
    "Delete",
    "End",
    "Enter",
    "Escape",
    "Home",
    "Key",
    "Mac",
    "Meta+",
    "Shift+",
    "Tab",
    "Notification",
    "Highlight",
    "Ollama",
    "Bearer {token}",
];

/// Files that nobody reads but those who build the app.
const OURS: [&str; 1] = ["pages/gallery.rs"];

/// Calls whose texts are for those who build the app.
const FAULTS: [&str; 6] = [
    "expect(",
    "panic!(",
    "unreachable!(",
    "assert!(",
    "reason = ",
    "warn!(",
];

/// Prints every text that is no message, and every message that nothing says. Fails where there is one.
pub(crate) fn run() -> anyhow::Result<()> {
    let mut faults = Vec::new();
    let mut said = String::new();
    for (file, text) in sources(&root().join("src"))? {
        if OURS.contains(&file.as_str()) {
            continue;
        }
        let code = code(&text);
        let plain = literals(&code).filter(|(before, text)| is_said(before, text));
        faults.extend(plain.map(|(_, text)| format!("src/{file}: {text:?} is no message")));
        said.push_str(&code);
    }
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let named: HashSet<&str> = said.split(|c| !is_name(c)).collect();
    let english = root().join("locales/en");
    for entry in fs::read_dir(&english).context("locales/en")? {
        let messages = fs::read_to_string(entry?.path())?;
        for id in ids(&messages) {
            if !named.contains(id.replace('-', "_").as_str()) {
                faults.push(format!("locales: nothing says {id}"));
            }
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    bail!("words outside of their place:\n  {}", faults.join("\n  "));
}

/// The ids of messages in Fluent's syntax.
fn ids(messages: &str) -> impl Iterator<Item = &str> {
    let lines = messages
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()));
    lines.filter_map(|line| Some(line.split_once('=')?.0.trim()))
}

/// Whether a text is one that people read: it begins as a sentence does, or ends as one.
fn is_said(before: &str, text: &str) -> bool {
    let mut characters = text.chars();
    let begins = characters.next().is_some_and(char::is_uppercase)
        && characters.next().is_some_and(char::is_lowercase);
    let is_sentence = begins || text.ends_with('.') && text.contains(' ');
    is_sentence
        && !NAMES.contains(&text)
        && !FAULTS
            .iter()
            .any(|fault| before.trim_end().ends_with(fault))
}

/// The texts of Rust code, each with the code between it and the one before.
fn literals(code: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = code;
    std::iter::from_fn(move || {
        loop {
            let open = rest.find('"')?;
            let (before, text) = (&rest[..open], &rest[open + 1..]);
            // The character '"' begins no text.
            if before.ends_with('\'') && text.starts_with('\'') {
                rest = text;
                continue;
            }
            let end = end_of_text(text)?;
            rest = &text[end + 1..];
            return Some((before, &text[..end]));
        }
    })
}

/// Where the quote is that ends a text.
fn end_of_text(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, character)| {
        let ends = character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
        ends.then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::{ids, is_said, literals};

    fn said(code: &str) -> Vec<&str> {
        let said = literals(code).filter(|(before, text)| is_said(before, text));
        said.map(|(_, text)| text).collect()
    }

    #[test]
    fn a_text_in_the_code_is_found_and_a_class_a_key_or_a_fault_is_none() {
        let code = r#"view! { <p class="note wide" on:keydown=move |e| e.key() == "Enter">"Sign in" " and \"so\" on." </p> }"#;
        assert_eq!(said(code), ["Sign in", " and \\\"so\\\" on."]);
        assert_eq!(
            said(r#"it.expect("The page has a body."); '"'; "Loading…""#),
            ["Loading…"]
        );
        assert!(said(r#"("viewBox", "0 0 24 24", "M12 3v4", "POST", "data-theme")"#).is_empty());
    }

    #[test]
    fn messages_are_known_by_their_ids() {
        let messages = "# A comment\n\nnew-chat = New chat\ncount =\n    { $n ->\n        [one] a = b\n    }\n";
        assert_eq!(ids(messages).collect::<Vec<_>>(), ["new-chat", "count"]);
    }
}
