//! Texts that grow come to the same as whole ones.

use super::*;
use crate::parse;
use proptest::prelude::*;

fn blocks(document: &Document) -> Vec<Block> {
    document
        .entries()
        .iter()
        .map(|entry| (*entry.block).clone())
        .collect()
}

/// Appends the pieces one by one; every step must equal a parse of the whole.
fn check<'a>(pieces: impl IntoIterator<Item = &'a str>) {
    let mut document = Document::default();
    let mut settled: Vec<Entry> = Vec::new();
    for piece in pieces {
        document.append(piece);
        assert_eq!(
            blocks(&document),
            parse(document.text()),
            "{:?}",
            document.text()
        );
        if document.defines {
            settled.clear();
        }
        for (before, now) in settled.iter().zip(document.entries()) {
            assert_eq!(before, now, "settled means settled");
            assert!(Arc::ptr_eq(&before.block, &now.block));
        }
        settled = document
            .entries()
            .iter()
            .take_while(|entry| entry.settled)
            .cloned()
            .collect();
    }
}

/// Cuts a text at every character.
fn by_char(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(|_: char| true)
}

const SAMPLE: &str = "# Title\n\nA para with **bold**, `code` and [a link](https://x.test).\n\
    second line\n\n- one\n- two\n  - nested\n\n  more\n- [x] done\n\n1. a\n2. b\n\n```rust\nfn main() {\n\n}\n```\n\
    > quote\nlazy\n\n| a | b |\n|---|:-:|\n| 1 | 2 |\n\n    indented\n\n    code\n\nSetext\n===\n\
    text\n---\n***\n<div>\nhi\n</div>\n\n> [!TIP]\n> $x$ at https://x.test\n\n![cat](https://x.test/c.png)\n\n\
    $$\na^2\n$$\nlast ~~one~~  \nbreak\n";

#[test]
fn each_character_of_a_sample_keeps_the_blocks_equal_to_a_whole_parse() {
    check(by_char(SAMPLE));
}

#[test]
fn a_definition_reaches_back() {
    check(by_char(
        "See [the site].\n\n# Next\n\n[the site]: https://x.test\n\nand [the site]\n",
    ));
}

#[test]
fn a_footnote_reaches_back() {
    check(by_char(
        "One[^a] and two[^b].\n\n# Next\n\n[^b]: second\n\n    more\n\n[^a]: first\n\nand one[^a]\n",
    ));
}

#[test]
fn a_settled_block_is_not_parsed_again() {
    let paragraph = "Some words that make up a paragraph.\n\n";
    let mut document = Document::default();
    for _ in 0..1_000 {
        document.append(paragraph);
    }
    assert_eq!(document.entries().len(), 1_000);
    assert_eq!(
        document
            .entries()
            .iter()
            .filter(|entry| entry.settled)
            .count(),
        999
    );
    let whole = document.text().len() as u64;
    assert!(
        document.parsed() <= 3 * whole,
        "{} of {whole}",
        document.parsed()
    );
}

#[test]
fn a_block_that_grows_keeps_its_key() {
    let mut document = Document::default();
    document.append("```rust\nfn main");
    let before = document.entries()[0].clone();
    document.append("() {}\n");
    let now = document.entries()[0].clone();
    assert_eq!(before.key, now.key);
    assert!(now.version > before.version);
}

#[test]
fn another_text_keeps_the_blocks_that_are_the_same() {
    let mut document = Document::default();
    document.set("# A\n\none\n\ntwo\n", false);
    let before = document.entries().to_vec();
    document.set("# A\n\nONE\n\ntwo\n", false);
    let now = document.entries();
    assert_eq!(blocks(&document), parse("# A\n\nONE\n\ntwo\n"));
    assert_eq!(
        (before[0].key, before[0].version),
        (now[0].key, now[0].version)
    );
    assert_eq!(before[1].key, now[1].key);
    assert!(now[1].version > before[1].version);
    assert_eq!(
        (before[2].key, before[2].version),
        (now[2].key, now[2].version)
    );
}

fn markdown() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec![
        "a",
        "b c",
        " ",
        "  ",
        "    ",
        "\t",
        "\n",
        "\n",
        "\n",
        "\n\n",
        "\r\n",
        "#",
        "## ",
        "- ",
        "* ",
        "+ ",
        "1. ",
        "2) ",
        "> ",
        "```",
        "```rust\n",
        "~~~",
        "`",
        "*",
        "**",
        "~~",
        "_",
        "---",
        "===",
        "|",
        "| a | b |\n",
        "|---|---|\n",
        "[x]",
        "[ ] ",
        "[a]",
        "[a]: https://x.test",
        "(b)",
        "![",
        "](https://x.test)",
        "<div>",
        "</div>",
        "<b>",
        "<!--",
        "-->",
        "<script>",
        "\\",
        "&amp;",
        "é",
        "🦀",
        "https://x.test",
        "www.x.test",
        "a@x.test",
        "$",
        "$$",
        "$x^2$",
        "[^1]",
        "[^1]: note",
        "> [!NOTE]\n",
        ":",
        "\u{a0}",
        "\0",
    ]);
    prop::collection::vec(token, 0..60).prop_map(|tokens| tokens.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_chunking_gives_the_blocks_of_a_whole_parse(
        text in markdown(),
        cuts in prop::collection::vec(1_usize..12, 1..8),
    ) {
        let characters: Vec<&str> = by_char(&text).collect();
        let mut pieces = Vec::new();
        let mut rest = &characters[..];
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, after) = rest.split_at((*cut).min(rest.len()));
            pieces.push(piece.concat());
            rest = after;
        }
        check(pieces.iter().map(String::as_str));
    }

    #[test]
    fn any_text_parses(text in "\\PC*") {
        let _ = parse(&text);
    }
}
