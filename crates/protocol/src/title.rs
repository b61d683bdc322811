//! A thread's first title, made from the first words of its first message.

/// What a thread is called before anything was said in it.
pub const UNTITLED: &str = "New chat";

const MAX_CHARS: usize = 48;

/// The first words of `text` as one line of at most 48 characters, or `None` where it has no words.
///
/// Markdown marks at the start of the first line are dropped; a longer line is cut at a word and
/// closed with an ellipsis. Both sides run this, so the title is there at the keystroke.
pub fn from_first_words(text: &str) -> Option<String> {
    let line = text
        .lines()
        .map(|line| {
            line.trim_start_matches(['#', '>', '-', '*', '`', ' ', '\t'])
                .trim()
        })
        .find(|line| !line.is_empty())?;
    let words = line.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= MAX_CHARS {
        return Some(words);
    }
    let cut: String = words.chars().take(MAX_CHARS).collect();
    let whole_words = cut.rsplit_once(' ').map_or(cut.as_str(), |(head, _)| head);
    Some(format!(
        "{}…",
        whole_words.trim_end_matches([',', '.', ';', ':', '-'])
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_the_first_words_without_markdown_marks() {
        assert_eq!(
            from_first_words("\n## Plan the trip\nmore"),
            Some("Plan the trip".into())
        );
        assert_eq!(from_first_words("a  b\tc"), Some("a b c".into()));
        assert_eq!(from_first_words(" \n\t"), None);
    }

    #[test]
    fn a_long_line_is_cut_at_a_word() {
        let title = from_first_words(&"fifteen letters ".repeat(9)).unwrap();
        assert_eq!(title, "fifteen letters fifteen letters fifteen letters…");
        assert_eq!(
            from_first_words(&"x".repeat(99)).unwrap().chars().count(),
            49
        );
    }
}
