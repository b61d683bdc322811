//! Formulas that people write become MathML; no formula brings the worker down.

use proptest::prelude::*;
use weft_math::{Element, Node, formula};

fn text(element: &Element) -> String {
    let text = element.nodes.iter().map(|node| match node {
        Node::Element(inner) => text(inner),
        Node::Text(text) => text.clone(),
    });
    text.collect()
}

fn holds(element: &Element, name: &str) -> bool {
    element.nodes.iter().any(|node| match node {
        Node::Element(inner) => inner.name == name || holds(inner, name),
        Node::Text(_) => false,
    })
}

#[test]
fn usual_formulas_are_set() {
    for (source, element, part) in [
        (r"\frac{a}{b} < 3", "mfrac", "<3"),
        (r"\sqrt[3]{x^2 + y_1}", "mroot", "x2+y1"),
        (r"\begin{pmatrix}a&b\\c&d\end{pmatrix}", "mtable", "abcd"),
        (r"\begin{aligned}a&=b\\c&=d\end{aligned}", "mtd", "a=b"),
        (r"\sum_{i=0}^n \text{if } \mathbb{R}", "munderover", "if"),
        (r"\int_0^\infty e^{-x^2}\,dx", "msubsup", "∞"),
    ] {
        let math = formula(source, true).unwrap_or_else(|error| panic!("{source}: {error}"));
        assert_eq!(math.name, "math");
        assert!(holds(&math, element), "{source}: {math:?}");
        assert!(text(&math).contains(part), "{source}: {}", text(&math));
    }
}

#[test]
fn only_a_formula_of_its_own_is_a_block() {
    let display = |block| formula("x", block).expect("a formula").attributes;
    assert_eq!(display(true), [("display", "block".to_owned())]);
    assert!(display(false).is_empty());
}

#[test]
fn columns_keep_their_sides() {
    let math = formula(r"\begin{aligned}a&=b\end{aligned}", true).expect("a formula");
    let written = format!("{math:?}");
    assert!(written.contains(r#"("data-align", "right")"#), "{written}");
    assert!(!written.contains("(\"style\""), "{written}");
}

#[test]
fn a_bad_formula_says_what_is_wrong() {
    for (source, why) in [
        (r"\frac{1}", "argument"),
        (r"\nonsense", "nonsense"),
        ("{", "}"),
        (r"\href{javascript:x}{y}", "href"),
    ] {
        let error = formula(source, false).expect_err(source);
        assert!(error.contains(why), "{source}: {error}");
    }
    assert!(formula(&"x".repeat(30_000), false).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_text_is_answered(source in "\\PC{0,40}", display: bool) {
        let _ = formula(&source, display);
    }

    #[test]
    fn any_mix_of_commands_is_answered(
        parts in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "\\frac", "\\sqrt", "[", "]", "^", "_", "&", "\\\\", "\\left", "\\right", "(", ")",
            "\\begin{matrix}", "\\end{matrix}", "\\begin{cases}", "\\end{cases}", "\\text", "x", "1", " ", "\\mathbb",
            "\\sum", "\\limits", "\\operatorname", "\\not", "\\color", "\\tag", "\\big", "\\hat", "'", "$", "%", "#", "~",
        ]), 0..24),
        display: bool,
    ) {
        let _ = formula(&parts.concat(), display);
    }
}
