//! Every language has its keywords and strings; no text brings the worker down.

use proptest::prelude::*;
use weft_highlight::{Class, Span, grammar, highlight};

/// A language, a small text, and what must be found in it.
/// A language, some code in it, and what must be found in that.
type Sample = (&'static str, &'static str, &'static [(Class, &'static str)]);

const SAMPLES: [Sample; 38] = {
    use Class::{
        Attribute, Comment, Deleted, Function, Heading, Inserted, Keyword, Number, Property,
        String, Tag, Type,
    };
    [
        (
            "rust",
            "// a\nfn main() { let x = \"s\"; 42 }\n",
            &[
                (Comment, "// a"),
                (Keyword, "fn"),
                (Function, "main"),
                (String, "\"s\""),
                (Number, "42"),
            ],
        ),
        (
            "js",
            "const x = 's'; // c\n",
            &[(Keyword, "const"), (String, "'s'"), (Comment, "// c")],
        ),
        (
            "ts",
            "interface A { x: string }\nconst y = 's';\n",
            &[(Keyword, "interface"), (String, "'s'")],
        ),
        (
            "tsx",
            "const a = <p id=\"s\">x</p>;\n",
            &[(Keyword, "const"), (String, "\"s\""), (Tag, "p")],
        ),
        (
            "jsx",
            "return <p id=\"s\">x</p>;\n",
            &[(Keyword, "return"), (String, "\"s\"")],
        ),
        (
            "py",
            "def f():\n    return 's' and 1\n",
            &[(Keyword, "def"), (String, "'s'"), (Keyword, "and")],
        ),
        (
            "go",
            "package main\nvar x = \"s\"\n",
            &[(Keyword, "package"), (String, "\"s\"")],
        ),
        (
            "java",
            "class A { String x = \"s\"; }\n",
            &[(Keyword, "class"), (String, "\"s\"")],
        ),
        (
            "c",
            "int main() { return puts(\"s\"); }\n",
            &[(Keyword, "return"), (String, "\"s\"")],
        ),
        (
            "cpp",
            "namespace n { auto x = \"s\"; }\n",
            &[(Keyword, "namespace"), (String, "\"s\"")],
        ),
        (
            "cs",
            "class A { string x = \"s\"; }\n",
            &[(Keyword, "class"), (String, "\"s\"")],
        ),
        (
            "rb",
            "def f\n  's'\nend\n",
            &[(Keyword, "def"), (String, "'s'")],
        ),
        (
            "php",
            "<?php if (1) { echo 's'; }\n",
            &[(Keyword, "if"), (String, "'s'")],
        ),
        (
            "php",
            "function f() { return 's'; }\n",
            &[(Keyword, "function"), (String, "'s'")],
        ),
        (
            "swift",
            "let x = \"s\"\n",
            &[(Keyword, "let"), (String, "\"s\"")],
        ),
        (
            "kt",
            "fun f() { val x = \"s\" }\n",
            &[(Keyword, "fun"), (String, "\"s\"")],
        ),
        (
            "scala",
            "object A { val x = \"s\" }\n",
            &[(Keyword, "val"), (String, "\"s\"")],
        ),
        (
            "sh",
            "if true; then echo \"s\"; fi\n",
            &[(Keyword, "if"), (String, "\"s\"")],
        ),
        (
            "powershell",
            "if ($x -eq 's') { Get-Item }\n",
            &[(Keyword, "if"), (String, "'s'"), (Function, "Get-Item")],
        ),
        (
            "sql",
            "SELECT * FROM t WHERE x = 's';\n",
            &[(Keyword, "SELECT"), (String, "'s'")],
        ),
        (
            "html",
            "<p class=\"s\">x</p>\n<script>let a = 1;</script>\n",
            &[
                (Tag, "p"),
                (Attribute, "class"),
                (String, "\"s\""),
                (Keyword, "let"),
            ],
        ),
        (
            "css",
            "@import url('s');\np { color: red; }\n",
            &[(Keyword, "@import"), (String, "'s'"), (Property, "color")],
        ),
        (
            "scss",
            "@include a('s');\n",
            &[(Keyword, "@include"), (String, "s")],
        ),
        (
            "json",
            "{\"a\": \"s\", \"b\": 1}\n",
            &[(String, "\"s\""), (Number, "1"), (Property, "\"a\"")],
        ),
        (
            "yml",
            "a: \"s\"\nb: 1\n",
            &[(Property, "a"), (String, "\"s\""), (Number, "1")],
        ),
        (
            "toml",
            "[a]\nb = \"s\"\n",
            &[(String, "\"s\""), (Property, "b")],
        ),
        ("xml", "<a b=\"s\"/>\n", &[(Tag, "a"), (String, "\"s\"")]),
        (
            "md",
            "# Title\n\nsome `code`\n",
            &[(Heading, "Title"), (String, "`code`")],
        ),
        (
            "dockerfile",
            "FROM x\nCMD [\"s\"]\n",
            &[(Keyword, "FROM"), (String, "\"s\"")],
        ),
        (
            "lua",
            "local x = \"s\"\n",
            &[(Keyword, "local"), (String, "\"s\"")],
        ),
        (
            "hs",
            "module A where\nx = \"s\"\n",
            &[(Keyword, "module"), (String, "\"s\"")],
        ),
        (
            "r",
            "if (a) x <- \"s\"\n",
            &[(Keyword, "if"), (String, "\"s\"")],
        ),
        (
            "diff",
            "-old\n+new\n",
            &[(Deleted, "-old"), (Inserted, "+new")],
        ),
        (
            "make",
            "ifeq ($(A),1)\nb: c\n\techo \"s\"\nendif\n",
            &[(Keyword, "ifeq"), (String, "\"s\"")],
        ),
        (
            "dart",
            "class A { var x = 's'; }\n",
            &[(Keyword, "class"), (String, "'s'")],
        ),
        (
            "elixir",
            "def f do\n  \"s\"\nend\n",
            &[(Keyword, "def"), (String, "\"s\"")],
        ),
        (
            "zig",
            "const x = \"s\";\n",
            &[(Keyword, "const"), (String, "\"s\"")],
        ),
        (
            "java",
            "@Override public class B extends C {}\n",
            &[(Keyword, "public"), (Type, "B")],
        ),
    ]
};

/// The text of a span.
fn part(text: &str, span: Span) -> String {
    let units: Vec<u16> = text.encode_utf16().collect();
    String::from_utf16(&units[span.start as usize..span.end as usize])
        .expect("a span is cut at characters")
}

#[test]
fn every_language_has_its_keywords_and_strings() {
    let mut missing = Vec::new();
    for (language, text, wanted) in SAMPLES {
        let found: Vec<_> = highlight(language, text)
            .into_iter()
            .map(|span| (span.class, part(text, span).trim().to_owned()))
            .collect();
        for (class, part) in wanted {
            let is_there = found
                .iter()
                .any(|(is, text)| is == class && text.contains(part));
            if !is_there {
                missing.push(format!("{language}: no {class:?} {part} in {found:?}"));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn an_unknown_language_is_plain() {
    assert!(highlight("klingon", "if 'x' { }").is_empty());
    assert_eq!(grammar("RS"), grammar("rust"));
}

#[test]
fn places_are_counted_as_the_page_counts() {
    let text = "// 🦀é\nlet x = \"🦀\";\n";
    let strings: Vec<_> = highlight("rust", text)
        .into_iter()
        .filter(|span| span.class == Class::String)
        .map(|span| part(text, span))
        .collect();
    assert_eq!(strings, ["\"🦀\""]);
}

#[test]
fn an_endless_line_stays_plain_and_the_next_does_not() {
    let text = format!("let a = \"{}\";\nlet b = 1;\n", "x".repeat(10_000));
    let spans = highlight("rust", &text);
    assert!(spans.iter().all(|span| span.start > 10_000));
    assert!(!spans.is_empty());
}

fn check(text: &str, spans: &[Span]) {
    let mut at = 0;
    for span in spans {
        assert!(at <= span.start && span.start < span.end, "{span:?}");
        at = span.end;
        part(text, *span);
    }
}

fn language() -> impl Strategy<Value = &'static str> {
    prop::sample::select(SAMPLES.map(|(language, ..)| language).to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn spans_are_in_order_and_within_any_text(language in language(), text in "\\PC{0,60}(\n\\PC{0,60}){0,3}") {
        check(&text, &highlight(language, &text));
    }

    #[test]
    fn code_of_one_language_is_bearable_as_another(
        language in language(),
        pieces in prop::collection::vec(prop::sample::select(SAMPLES.map(|(_, text, _)| text).to_vec()), 1..4),
        cut in 0usize..200,
    ) {
        let text: String = pieces.concat().chars().take(cut).collect();
        check(&text, &highlight(language, &text));
    }
}
