//! Finds the tokens of code: which parts of a text are keywords, strings, comments and so on.
//!
//! Invariant: spans are in order, do not overlap, and lie within the text. It only computes; how
//! they are shown is the page's business.

mod class;
mod language;

use std::sync::OnceLock;

use syntect::parsing::{ParseState, ScopeStack, SyntaxSet};

pub use class::Class;
use class::Classes;
pub use language::grammar;

/// What a part of the text is; its place in UTF-16 units, as the page counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Where it begins.
    pub start: u32,
    /// Where it ends: behind its last unit.
    pub end: u32,
    /// What it is.
    pub class: Class,
}

/// A line longer than this many bytes stays plain: no person wrote it, and patterns are slow on it.
const LONGEST_LINE: usize = 4_096;

/// The tokens of `code`; none where the language, by any of its usual names, is not known.
#[must_use]
pub fn highlight(language: &str, code: &str) -> Vec<Span> {
    let name = match grammar(language) {
        // Without its opening tag, which a short piece of code often lacks, PHP would be plain text.
        Some("PHP") if !code.contains("<?") => Some("PHP Source"),
        name => name,
    };
    let Some(syntax) = name.and_then(|name| syntaxes().find_syntax_by_name(name)) else {
        return Vec::new();
    };
    let classes = classes();
    let (mut state, mut stack) = (ParseState::new(syntax), ScopeStack::new());
    let (mut spans, mut at) = (Spans::default(), 0);
    for line in code.split_inclusive('\n') {
        let length = utf16(line);
        if line.len() <= LONGEST_LINE {
            // Fails only where a grammar is broken: the rest stays plain.
            let Ok(ops) = state.parse_line(line, syntaxes()) else {
                break;
            };
            let (mut from, mut unit) = (0, at);
            for (to, op) in &ops {
                let text = line.get(from..*to).unwrap_or_default();
                spans.push(unit, unit + utf16(text), classes.of(&stack, text));
                unit += utf16(text);
                from = from.max(*to);
                if stack.apply(op).is_err() {
                    return spans.0;
                }
            }
            let text = line.get(from..).unwrap_or_default();
            spans.push(unit, at + length, classes.of(&stack, text));
        }
        at += length;
    }
    spans.0
}

/// Spans in the making: neighbours of one class are one span.
#[derive(Default)]
struct Spans(Vec<Span>);

impl Spans {
    fn push(&mut self, start: u32, end: u32, class: Option<Class>) {
        let Some(class) = class.filter(|_| start < end) else {
            return;
        };
        match self.0.last_mut() {
            Some(last) if last.end == start && last.class == class => last.end = end,
            _ => self.0.push(Span { start, end, class }),
        }
    }
}

fn utf16(text: &str) -> u32 {
    let units = text.chars().map(char::len_utf16).sum::<usize>();
    u32::try_from(units).unwrap_or(u32::MAX)
}

fn syntaxes() -> &'static SyntaxSet {
    static SET: OnceLock<SyntaxSet> = OnceLock::new();
    SET.get_or_init(|| {
        let packed = include_bytes!(concat!(env!("OUT_DIR"), "/syntaxes.bin"));
        syntect::dumps::from_uncompressed_data(packed).unwrap_or_default()
    })
}

fn classes() -> &'static Classes {
    static CLASSES: OnceLock<Classes> = OnceLock::new();
    CLASSES.get_or_init(Classes::new)
}
