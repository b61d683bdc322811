//! What the build makes of messages.

#[path = "../build/catalog.rs"]
mod catalog;

use catalog::Catalog;

fn catalog(text: &str) -> Catalog {
    read(text).expect("these messages are well-formed")
}

fn read(text: &str) -> Result<Catalog, catalog::Faults> {
    Catalog::read(&[("a.ftl".to_owned(), text.to_owned())])
}

const COUNTED: &str = "items = { $count ->\n    [one] { $count } item of { $name }\n   *[other] { $count } items of { $name }\n}\n";

#[test]
fn a_message_is_a_function_of_its_variables_in_the_order_in_which_they_are_said() {
    let code = catalog("bye = Bye\nhello-both = Hello { $first }, this is { NUMBER($number) }\n")
        .functions();
    assert!(
        code.contains("pub fn bye() -> &'static str {\n    crate::said(0, \"Bye\")"),
        "{code}"
    );
    assert!(
        code.contains("pub fn hello_both(first: &str, number: u64) -> String"),
        "{code}"
    );
    assert!(
        code.contains(
            r#"crate::filled(1, "Hello \u{1}, this is \u{2}", &[first, &crate::number(number)])"#
        ),
        "{code}"
    );
}

#[test]
fn the_number_that_chooses_a_variant_is_the_first_variable() {
    let code = catalog(COUNTED).functions();
    assert!(
        code.contains("pub fn items(count: u64, name: &str) -> String"),
        "{code}"
    );
    assert!(
        code.contains(r#"crate::chosen(0, "one\u{1e}\u{1} item of \u{2}\u{1f}\u{1e}\u{1} items of \u{2}", count,"#),
        "{code}"
    );
}

#[test]
fn another_language_numbers_the_variables_as_the_first_does() {
    let english = catalog("a = A\nfrom = { $one } of { $other }\n");
    let german = catalog("from = { $other } von { $one }\na = Ä\n");
    assert_eq!(english.table(&german).as_deref(), Ok("Ä\n\u{2} von \u{1}"));
}

#[test]
fn what_is_missing_unknown_or_says_another_variable_is_a_fault() {
    let english = catalog("a = A { $x }\nb = B\n");
    let german = catalog("a = A { $y }\nc = C\n");
    let faults = english.table(&german).expect_err("three faults");
    assert_eq!(
        faults,
        [
            "c is in no other language",
            "a: $y is another variable",
            "b is missing"
        ]
    );
}

#[test]
fn what_has_no_meaning_here_is_a_fault_with_its_message() {
    for (text, fault) in [
        ("a = A\na = B\n", "a is there twice"),
        ("-brand = Weft\n", "-brand is a term"),
        ("a = { b }\n", "a: a reference or a nested expression"),
        ("a = A\n    .title = B\n", "a: attributes"),
        (
            "a = You have { $n ->\n   *[other] some\n}\n",
            "a: a selector within a text",
        ),
        ("a = { UPPER($n) }\n", "a: UPPER()"),
        ("a = one\n    two\n", "a: more than one line"),
    ] {
        assert_eq!(read(text), Err(vec![format!("a.ftl: {fault}")]), "{text}");
    }
    assert!(read("a = { $n\n").is_err());
}

#[test]
fn the_mirrored_language_overrides_the_direction_of_each_word_but_of_no_value() {
    let english = catalog("a = Hello you, { $name }\n");
    let table = english.table(&english.mirrored());
    assert_eq!(
        table.as_deref(),
        Ok("\u{202e}Hello\u{202c} \u{202e}you,\u{202c} \u{1}")
    );
}
