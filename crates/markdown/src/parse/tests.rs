//! What text comes to.

use super::*;

fn kinds(text: &str) -> Vec<BlockKind> {
    parse(text).into_iter().map(|block| block.kind).collect()
}

fn links(text: &str) -> Vec<String> {
    let [BlockKind::Paragraph(inlines)] = &kinds(text)[..] else {
        panic!("not one paragraph: {text}")
    };
    inlines
        .iter()
        .filter_map(|inline| match &inline.kind {
            InlineKind::Link { href, .. } => Some(href.clone()),
            _ => None,
        })
        .collect()
}

#[test]
fn raw_html_is_text() {
    assert_eq!(
        kinds("<script>alert(1)</script>"),
        [BlockKind::Raw("<script>alert(1)</script>".to_owned())]
    );
    let [BlockKind::Paragraph(text)] = &kinds("a <b onclick=x>b</b>")[..] else {
        panic!()
    };
    assert_eq!(plain(text), "a <b onclick=x>b</b>");
}

#[test]
fn only_safe_addresses_become_links() {
    assert_eq!(links("[a](https://x.test/) [b](mailto:a@x.test)").len(), 2);
    assert_eq!(links("<https://x.test>"), ["https://x.test"]);
    for text in [
        "javascript:alert(1)",
        "JaVaScript:x",
        "data:text/html,x",
        "/path",
        "file:///x",
    ] {
        assert!(links(&format!("[a]({text})")).is_empty(), "{text}");
    }
}

fn paragraph(text: &str) -> Vec<InlineKind> {
    let mut kinds = kinds(text);
    let Some(BlockKind::Paragraph(inlines)) = kinds.pop() else {
        panic!("no paragraph: {text}")
    };
    inlines.into_iter().map(|inline| inline.kind).collect()
}

#[test]
fn an_image_at_a_safe_address_is_an_image_but_for_one_within_a_link() {
    assert_eq!(
        paragraph("![a *cat*](https://x.test/cat.png)"),
        [InlineKind::Image {
            src: "https://x.test/cat.png".to_owned(),
            alt: "a cat".to_owned()
        }]
    );
    assert_eq!(
        paragraph("![a cat](data:image/png,x)"),
        [InlineKind::Text("a cat".to_owned())]
    );
    assert_eq!(
        links("![a cat](http://x.test/cat.png)"),
        ["http://x.test/cat.png"]
    );
    assert_eq!(
        links("[![a cat](https://x.test/cat.png)](https://y.test)"),
        ["https://y.test"]
    );
}

#[test]
fn formulas_are_kept_as_written_and_money_is_no_formula() {
    let math = |source: &str, display| InlineKind::Math {
        source: source.to_owned(),
        display,
    };
    assert_eq!(paragraph("$x^2$"), [math("x^2", false)]);
    assert_eq!(paragraph("$$\na_1\n$$"), [math("\na_1\n", true)]);
    for text in ["$5 and $10", "$5-$10 each", "\\$x$"] {
        let shown = text.replace('\\', "");
        assert_eq!(paragraph(text), [InlineKind::Text(shown)]);
    }
}

#[test]
fn an_alert_knows_what_it_is_for() {
    let blocks = kinds("> [!WARNING]\n> Hot.\n\n> [!NOPE]\n> x");
    assert!(matches!(
        &blocks[..],
        [
            BlockKind::Alert { kind: Alert::Warning, blocks },
            BlockKind::Quote(_)
        ] if blocks.len() == 1
    ));
}

#[test]
fn a_footnote_is_found_whatever_the_case_of_its_label() {
    let blocks = kinds("[^MASSE] [^maße]\n\n[^Maẞe]: note");
    let [BlockKind::Paragraph(_), BlockKind::Footnotes(notes)] = &blocks[..] else {
        panic!("{blocks:?}")
    };
    let notes: Vec<_> = notes
        .iter()
        .map(|note| (note.number, note.referred))
        .collect();
    assert_eq!(notes, [(1, true)]);
}

#[test]
fn footnotes_come_last_and_are_numbered_by_their_first_reference() {
    let text = "[^b] [^a] [^B] [^none]\n\n[^a]: A\n\n[^b]: B\n\n[^c]: C\n\nend";
    let blocks = kinds(text);
    let [
        BlockKind::Paragraph(text),
        BlockKind::Paragraph(_),
        BlockKind::Footnotes(notes),
    ] = &blocks[..]
    else {
        panic!("{blocks:?}")
    };
    let references: Vec<_> = text
        .iter()
        .filter_map(|inline| match inline.kind {
            InlineKind::Reference { number, first } => Some((number, first)),
            _ => None,
        })
        .collect();
    assert_eq!(references, [(1, true), (2, true), (1, false)]);
    let notes: Vec<_> = notes
        .iter()
        .map(|note| {
            let BlockKind::Paragraph(text) = &note.blocks[0].kind else {
                panic!()
            };
            (note.number, note.referred, plain(text))
        })
        .collect();
    let note = |number, referred, text: &str| (number, referred, text.to_owned());
    assert_eq!(
        notes,
        [note(1, true, "B"), note(2, true, "A"), note(3, false, "C")]
    );
}

#[test]
fn code_has_its_language_and_no_last_line_end() {
    assert_eq!(
        kinds("```rust,ignore\nfn main() {}\n```"),
        [BlockKind::Code {
            language: Some("rust".to_owned()),
            text: "fn main() {}".to_owned()
        }]
    );
}

#[test]
fn tasks_know_whether_they_are_done() {
    let [BlockKind::List { start: None, items }] = &kinds("- [x] a\n- [ ] b\n- c")[..] else {
        panic!()
    };
    let tasks: Vec<_> = items.iter().map(|item| item.task).collect();
    assert_eq!(tasks, [Some(true), Some(false), None]);
}

#[test]
fn tight_items_hold_paragraphs_before_a_nested_list() {
    let [BlockKind::List { items, .. }] = &kinds("1. a\n   - b\n2. c")[..] else {
        panic!()
    };
    assert!(matches!(
        items[0].blocks[..],
        [
            Block {
                kind: BlockKind::Paragraph(_),
                ..
            },
            Block {
                kind: BlockKind::List { .. },
                ..
            }
        ]
    ));
}

#[test]
fn tables_have_aligned_columns() {
    let [
        BlockKind::Table {
            columns,
            head,
            rows,
        },
    ] = &kinds("| a | b |\n|---|--:|\n| 1 | 2 |\n| 3 | 4 |")[..]
    else {
        panic!()
    };
    assert_eq!(columns[..], [Align::Start, Align::End]);
    assert_eq!((head.len(), rows.len()), (2, 2));
}

#[test]
fn ranges_point_into_the_source() {
    let text = "# Title\n\nSome `code` here.\n";
    let blocks = parse(text);
    assert_eq!(&text[blocks[0].range.clone()], "# Title\n");
    let BlockKind::Paragraph(inlines) = &blocks[1].kind else {
        panic!()
    };
    assert_eq!(&text[inlines[1].range.clone()], "`code`");
}

#[test]
fn depth_is_bounded() {
    let text = format!("{}deep", ">".repeat(2_000));
    let mut blocks = parse(&text);
    let mut depth = 0;
    while let Some(BlockKind::Quote(inner)) = blocks.pop().map(|block| block.kind) {
        depth += 1;
        blocks = inner;
    }
    assert!(depth <= MAX_DEPTH);
    assert!(!parse(&format!("{}x{}", "*a **b ".repeat(500), "** *".repeat(500))).is_empty());
}
