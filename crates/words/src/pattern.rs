//! Texts with variables and variants, as the build has written them.
//!
//! A variable is a control character, U+0001 for the first. Variants stand in a row with U+001F between them; each is a
//! key, U+001E, and its text. The key is an exact number, a plural category, or nothing: that one, the last, is for all
//! other numbers.

const KEY: char = '\u{1e}';
const VARIANT: char = '\u{1f}';

/// The variant for a number of that plural category.
pub(crate) fn choose<'a>(pattern: &'a str, number: u64, category: &str) -> &'a str {
    let exact = number.to_string();
    let variants = pattern
        .split(VARIANT)
        .filter_map(|variant| variant.split_once(KEY));
    let by = |wanted: &str| variants.clone().find(|(key, _)| *key == wanted);
    let found = by(&exact).or_else(|| by(category)).or_else(|| by(""));
    found.map_or(pattern, |(_, text)| text)
}

/// The text with its variables' values.
pub(crate) fn fill(pattern: &str, values: &[&str]) -> String {
    let mut text = String::with_capacity(pattern.len() + 16);
    for character in pattern.chars() {
        match values.get((character as usize).wrapping_sub(1)) {
            Some(value) => text.push_str(value),
            None => text.push(character),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{choose, fill};

    #[test]
    fn a_variable_is_where_the_language_puts_it() {
        assert_eq!(fill("\u{2} von \u{1}", &["Weft", "3"]), "3 von Weft");
        assert_eq!(fill("ä\u{1}ß", &["\u{1}"]), "ä\u{1}ß");
    }

    #[test]
    fn an_exact_number_wins_over_its_category_and_all_others_have_the_last() {
        let pattern = "0\u{1e}none\u{1f}one\u{1e}single\u{1f}\u{1e}many";
        assert_eq!(choose(pattern, 0, "other"), "none");
        assert_eq!(choose(pattern, 1, "one"), "single");
        assert_eq!(choose(pattern, 2, "other"), "many");
        assert_eq!(choose(pattern, 2, "few"), "many");
    }

    #[test]
    fn a_message_without_variants_is_said_for_every_number() {
        assert_eq!(choose("plain", 3, "other"), "plain");
    }
}
