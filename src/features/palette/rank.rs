//! What of many texts somebody means who has written a few letters of it.

use std::cmp::Reverse;

use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{AtomKind, CaseMatching, Normalization, Pattern},
};

/// Looks for what was written: its words, in any order, each with its letters in their order, in any case and with
/// or without accents.
pub(super) struct Search {
    matcher: Matcher,
    pattern: Pattern,
    parts: Pattern,
    chars: Vec<char>,
}

impl Search {
    /// Looks for this.
    pub(super) fn new(query: &str) -> Self {
        let pattern = |kind| {
            let (case, accents) = (CaseMatching::Ignore, Normalization::Smart);
            Pattern::new(query.trim(), case, accents, kind)
        };
        Self {
            matcher: Matcher::new(Config::DEFAULT),
            pattern: pattern(AtomKind::Fuzzy),
            parts: pattern(AtomKind::Substring),
            chars: Vec::new(),
        }
    }

    /// How well a text fits; the more the better.
    pub(super) fn score(&mut self, text: &str) -> Option<u32> {
        let text = Utf32Str::new(text, &mut self.chars);
        self.pattern.score(text, &mut self.matcher)
    }

    /// The same for a text that is not shown: with the letters scattered in it nobody would know why it was found.
    pub(super) fn score_unseen(&mut self, text: &str) -> Option<u32> {
        let text = Utf32Str::new(text, &mut self.chars);
        self.parts.score(text, &mut self.matcher)
    }

    /// A text cut into what was looked for and what is between, with whether it was.
    pub(super) fn cut(&mut self, text: &str) -> Vec<(bool, String)> {
        let mut marks = Vec::new();
        let chars = Utf32Str::new(text, &mut self.chars);
        self.pattern.indices(chars, &mut self.matcher, &mut marks);
        let mut parts: Vec<(bool, String)> = Vec::new();
        for (at, char) in text.chars().enumerate() {
            let marked = marks.contains(&(at as u32));
            match parts.last_mut() {
                Some((is, part)) if *is == marked => part.push(char),
                _ => parts.push((marked, char.to_string())),
            }
        }
        parts
    }
}

/// The best of what has a score, best first; of two that fit as well, the one that came first.
pub(super) fn best<T>(scored: impl Iterator<Item = (u32, T)>, most: usize) -> Vec<(u32, T)> {
    let mut scored: Vec<(u32, T)> = scored.collect();
    scored.sort_by_key(|(score, _)| Reverse(*score));
    scored.truncate(most);
    scored
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'a>(query: &str, texts: &[&'a str]) -> Vec<&'a str> {
        let mut search = Search::new(query);
        let scored = texts
            .iter()
            .filter_map(|text| Some((search.score(text)?, *text)));
        let found = best(scored, 50).into_iter();
        found.map(|(_, text)| text).collect()
    }

    #[test]
    fn letters_in_their_order_find_a_text_in_any_case() {
        let texts = ["Apple pie", "Pear tart", "Warp and weft"];
        assert_eq!(found("pie", &texts), ["Apple pie"]);
        assert_eq!(found("WRP", &texts), ["Warp and weft"]);
        assert_eq!(found("xyz", &texts), [""; 0]);
    }

    #[test]
    fn words_are_found_in_any_order() {
        assert_eq!(found("weft warp", &["Warp and weft"]), ["Warp and weft"]);
    }

    #[test]
    fn accents_are_not_needed() {
        assert_eq!(found("creme brulee", &["Crème brûlée"]), ["Crème brûlée"]);
        assert_eq!(found("ÜBER", &["über alles"]), ["über alles"]);
    }

    #[test]
    fn whole_words_and_beginnings_come_before_scattered_letters() {
        let texts = [
            "a long one about trees",
            "lot",
            "A lover's talk",
            "Lofty ideas",
        ];
        assert_eq!(found("lot", &texts)[0], "lot");
        assert_eq!(found("tree", &["to reach eleven", "trees"])[0], "trees");
    }

    #[test]
    fn of_texts_that_fit_as_well_the_first_is_first() {
        assert_eq!(
            found("plan", &["Plan A", "Plan B", "Plan C"]),
            ["Plan A", "Plan B", "Plan C"]
        );
    }

    #[test]
    fn letters_are_not_scattered_in_what_is_not_seen() {
        let score = |query: &str| Search::new(query).score_unseen("invite people share link");
        assert!(score("link inv").is_some());
        assert!(score("plan").is_none());
    }

    #[test]
    fn what_was_looked_for_is_marked() {
        let cut = |query: &str, text: &str| {
            let parts = Search::new(query).cut(text).into_iter();
            let shown = parts.map(|(is, part)| if is { format!("[{part}]") } else { part });
            shown.collect::<String>()
        };
        assert_eq!(cut("pie", "Apple pie"), "Apple [pie]");
        assert_eq!(cut("brul", "🍮 brûlée"), "🍮 [brûl]ée");
        assert_eq!(cut("", "Apple pie"), "Apple pie");
    }

    #[test]
    fn of_ten_thousand_no_more_are_kept_than_wanted() {
        let mut search = Search::new("ch 99");
        let texts: Vec<String> = (0..10_000).map(|n| format!("Chat {n}")).collect();
        let scored = texts
            .iter()
            .filter_map(|text| Some((search.score(text)?, text)));
        let found = best(scored, 50);
        assert_eq!(found.len(), 50);
        assert_eq!(found[0].1, "Chat 99");
    }
}
