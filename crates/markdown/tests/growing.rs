//! Markdown that is still being written: what is shown on the way, and what it comes to in the end.

use std::{path::PathBuf, process::Command, sync::Arc};

use proptest::prelude::*;
use weft_markdown::{Block, BlockKind, Change, Document, Entry, Inline, InlineKind, Teller, parse};

fn words(inlines: &[Inline]) -> String {
    let word = |inline: &Inline| match &inline.kind {
        InlineKind::Text(text) | InlineKind::Code(text) => text.clone(),
        InlineKind::Math { source, .. } => format!("math({source})"),
        InlineKind::Image { alt, .. } => format!("image({alt})"),
        InlineKind::Reference { number, .. } => number.to_string(),
        InlineKind::Emphasis(inner)
        | InlineKind::Strong(inner)
        | InlineKind::Strike(inner)
        | InlineKind::Link { text: inner, .. } => words(inner),
        InlineKind::Break => "\n".to_owned(),
    };
    inlines.iter().map(word).collect()
}

/// What a reader sees of a block.
fn seen(block: &Block) -> String {
    let all = |blocks: &[Block]| blocks.iter().map(seen).collect::<Vec<_>>().join("\n");
    match &block.kind {
        BlockKind::Paragraph(text) | BlockKind::Heading { text, .. } => words(text),
        BlockKind::Code { text, .. } | BlockKind::Raw(text) => text.clone(),
        BlockKind::Quote(blocks) | BlockKind::Alert { blocks, .. } => all(blocks),
        BlockKind::List { items, .. } => items
            .iter()
            .map(|item| all(&item.blocks))
            .collect::<Vec<_>>()
            .join("\n"),
        BlockKind::Table { head, rows, .. } => [head]
            .into_iter()
            .chain(rows)
            .flatten()
            .map(|cell| words(cell) + " ")
            .collect(),
        BlockKind::Rule => String::new(),
        BlockKind::Footnotes(notes) => notes.iter().map(|note| all(&note.blocks)).collect(),
    }
}

fn blocks(document: &Document) -> Vec<Block> {
    let block = |entry: &Entry| (*entry.block).clone();
    document.entries().iter().map(block).collect()
}

/// What is shown after each character of a text that is being written.
fn steps(text: &str) -> Vec<(&str, Vec<Block>)> {
    let mut document = Document::default();
    let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
    ends.map(|end| {
        document.set(&text[..end], true);
        (&text[..end], blocks(&document))
    })
    .collect()
}

#[test]
fn a_text_that_is_being_written_shows_no_markers() {
    let marked = [
        "some **bold** and `code` and [a](https://x.test) end",
        "**bold *and* both** ***all*** ~~gone~~ _it_ __strong__",
        "- one **two**\n- `three`\n  - *four*\n\n1. [five](https://x.test/a_(b))\n2. six",
        "# Title **bold**\n\ntext `a`\n\n## Next",
        "> quoted **text**\n> `more`\n\nend",
        "> [!NOTE]\n> Take *care*.",
        "- [ ] open\n- [x] **done**",
        "| a | **b** |\n|---|:-:|\n| `1` | *2* |\n| 3 | 4 |",
        "before\n\n```rust\nlet a = 1;\n```\n\nafter",
        "~~~\ncode\n~~~\n",
        "![a cat](https://x.test/cat.png) and [![b](https://x.test/b.png)](https://x.test)",
        "word[^1] here\n\n[site]: https://x.test \"Title\"\n\nand [site] end",
        "a\n***\nb\n\n---\n\nc",
        "see <https://x.test> now",
        "*one\ntwo* ``a ` b``".trim_end_matches(" ``a ` b``"),
    ];
    for text in marked {
        for (prefix, blocks) in steps(text) {
            let mut shown: String = blocks.iter().map(seen).collect::<Vec<_>>().join("\n");
            // Nobody knows yet that it is defined, or that it is not.
            shown = shown.replace("[^1]", "").replace("[site]", "");
            for marker in [
                "*", "`", "[", "](", "|", "#", "_", "~", "](", "!", "<", "---", "> ",
            ] {
                assert!(!shown.contains(marker), "{prefix:?} shows {shown:?}");
            }
        }
    }
}

#[test]
fn what_is_open_is_shown_as_what_it_will_be() {
    let last = |text: &str| steps(text).pop().expect("a step").1;
    for (open, closed) in [
        ("a **bo", "a **bo**"),
        ("a **bold*", "a **bold**"),
        ("a *it **bo", "a *it **bo***"),
        ("a `co", "a `co`"),
        ("a [te", "a te"),
        ("a [te](https://x.te", "a te"),
        ("a **[te](htt", "a **te**"),
        ("a ![te", "a "),
        ("a $x^", "a "),
        ("a $", "a "),
        ("a $5", "a $5"),
        ("2 * 3", "2 * 3"),
        ("it is [0]", "it is 0"),
        ("see https://x.te", "see https<!---->://x.te"),
        ("text\n-", "text"),
        ("text\n--", "text"),
        ("a\n\n| b | c |", "a"),
        ("a\n\n| b | c |\n|--", "a"),
        ("```ru", ""),
        ("```rust\na\n``", "```rust\na\n```"),
        ("- a\n- ", "- a"),
        ("- a\n2", "- a"),
        ("> [!NO", ""),
    ] {
        let shown: Vec<String> = last(open).iter().map(seen).collect();
        let expected: Vec<String> = parse(closed).iter().map(seen).collect();
        let expected = expected.join("\n").replace("<!---->", "");
        assert_eq!(shown.join("\n").trim(), expected.trim(), "{open:?}");
    }
}

#[test]
fn what_is_open_is_marked_as_it_will_be() {
    for (open, closed) in [
        ("a **bo", "a **bo**"),
        ("a `co", "a `co`"),
        ("- ~~x", "- ~~x~~"),
    ] {
        let shown = steps(open).pop().expect("a step").1;
        let kinds = |blocks: &[Block]| format!("{blocks:?}").replace(char::is_numeric, "");
        assert_eq!(kinds(&shown), kinds(&parse(closed)), "{open:?}");
    }
}

/// CommonMark's own examples, as the parser's package has them.
fn examples() -> Vec<String> {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo tells where packages are");
    let metadata: serde_json::Value =
        serde_json::from_slice(&metadata.stdout).expect("metadata is JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let manifest = packages
        .iter()
        .find(|package| package["name"] == "pulldown-cmark")
        .and_then(|package| package["manifest_path"].as_str())
        .expect("the parser is a dependency");
    let file = PathBuf::from(manifest).with_file_name("tests/suite/spec.rs");
    let source = std::fs::read_to_string(file).expect("the package has the examples");
    source
        .split("let original = r##\"")
        .skip(1)
        .filter_map(|rest| rest.split_once("\"##;"))
        .map(|(example, _)| example.to_owned())
        .collect()
}

/// Cuts a text into pieces of these lengths, over and over.
fn cut<'a>(text: &'a str, lengths: &[usize]) -> Vec<&'a str> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    for length in lengths.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let end = rest
            .char_indices()
            .nth(*length)
            .map_or(rest.len(), |(at, _)| at);
        let (piece, after) = rest.split_at(end);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

/// Writes a text piece by piece: what is settled stays, and the end is what a parse of all of it gives.
fn write(text: &str, lengths: &[usize]) {
    let mut document = Document::default();
    let mut settled: Vec<Entry> = Vec::new();
    let mut written = String::new();
    for piece in cut(text, lengths) {
        written.push_str(piece);
        document.set(&written, true);
        let now = document.entries();
        // Definitions reach back to what was settled before them.
        if now.iter().any(|entry| entry.settled) {
            for (before, now) in settled.iter().zip(now) {
                assert!(Arc::ptr_eq(&before.block, &now.block), "{written:?}");
            }
        }
        settled = now
            .iter()
            .take_while(|entry| entry.settled)
            .cloned()
            .collect();
    }
    document.set(text, false);
    assert_eq!(blocks(&document), parse(text), "{text:?}");
    let now = document.entries();
    if now.iter().any(|entry| entry.settled) {
        for (before, now) in settled.iter().zip(now) {
            assert!(Arc::ptr_eq(&before.block, &now.block), "{text:?}");
        }
    }
}

#[test]
fn each_example_of_commonmark_ends_as_a_parse_of_the_whole() {
    let examples = examples();
    assert!(examples.len() > 640, "{}", examples.len());
    for example in &examples {
        write(example, &[1]);
    }
}

#[test]
fn examples_of_commonmark_after_one_another_end_as_a_parse_of_the_whole() {
    let examples = examples();
    let some = prop::collection::vec(0..examples.len(), 1..6);
    let lengths = prop::collection::vec(1_usize..40, 1..6);
    let config = ProptestConfig::with_cases(128);
    let mut runner = prop::test_runner::TestRunner::new(config);
    let result = runner.run(&(some, lengths), |(some, lengths)| {
        let text: String = some.iter().map(|index| examples[*index].as_str()).collect();
        write(&text, &lengths);
        Ok(())
    });
    result.expect("it holds for any cuts");
}

/// How many bytes are parsed for each that is written, in a text that comes by five bytes each.
fn parsed_for_each_byte(text: &str) -> u64 {
    let mut document = Document::default();
    document.set("", true);
    for piece in cut(text, &[5]) {
        document.append(piece);
    }
    document.set(text, false);
    assert_eq!(blocks(&document), parse(text));
    document.parsed() / text.len() as u64
}

#[test]
fn a_long_block_is_not_parsed_again_for_each_token() {
    // It waits for a 128th of itself; some of what is parsed then is parsed again as it is shown.
    for line in [
        "some **words** of a paragraph ",
        "- an item of a list with `code` in it\n",
    ] {
        let parsed = parsed_for_each_byte(&line.repeat(40_000 / line.len()));
        assert!(parsed < 2 * 128, "{parsed} for {line:?}");
    }
    let code = "```rust\n".to_owned() + &"    let a = 1;\n\n".repeat(2_500);
    let parsed = parsed_for_each_byte(&code);
    assert!(parsed < 8, "{parsed}");
}

/// Whoever has only heard of the changes, by way of JSON, has what the document has.
#[test]
fn what_is_told_of_a_text_is_all_that_became_of_it() {
    let examples = examples();
    let some = prop::collection::vec(0..examples.len(), 1..6);
    let lengths = prop::collection::vec(1_usize..40, 1..6);
    let code = prop::collection::vec(any::<bool>(), 6);
    let config = ProptestConfig::with_cases(256);
    let mut runner = prop::test_runner::TestRunner::new(config);
    let result = runner.run(&(some, lengths, code), |(some, lengths, code)| {
        let example = |(index, in_code): (&usize, &bool)| match in_code {
            true => format!("```\n{}\n", examples[*index]),
            false => examples[*index].clone(),
        };
        let text: String = some.iter().zip(&code).map(example).collect();
        let (mut teller, mut heard) = (Teller::default(), Vec::new());
        let mut told = |teller: &Teller, change: Change| -> Result<(), TestCaseError> {
            let json = serde_json::to_string(&change).expect("it is written");
            let change: Change = serde_json::from_str(&json).expect("it is read");
            change.apply(&mut heard);
            let has = |entries: &[Entry]| serde_json::to_string(entries).expect("it is written");
            prop_assert_eq!(has(&heard), has(teller.document().entries()));
            Ok(())
        };
        for piece in cut(&text, &lengths) {
            let change = teller.extend(piece, true);
            told(&teller, change)?;
        }
        let change = teller.set(&text, false);
        told(&teller, change)?;
        let change = teller.set(&examples[some[0]], true);
        told(&teller, change)
    });
    result.expect("it holds for any cuts");
}

#[test]
fn code_that_grows_is_told_by_what_it_grows_by() {
    let mut teller = Teller::default();
    let code = "```rust\n".to_owned() + &"    let a = 1;\n\n".repeat(2_500);
    let told: usize = cut(&code, &[5])
        .into_iter()
        .map(|piece| serde_json::to_string(&teller.extend(piece, true)).map_or(0, |it| it.len()))
        .sum();
    assert!(told < code.len() * 20, "{told} of {}", code.len());
}
