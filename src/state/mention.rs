//! Names that are mentioned in what is written: `@` and a name.
//!
//! Positions are counted in UTF-16 units, as the text box counts them.

/// How many names are offered at once.
const OFFERED: usize = 6;

/// A name that is being written: where its `@` is, and what there is of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    at: usize,
    caret: usize,
    name: String,
}

impl Begun {
    /// The name that is being written before the caret, if one is.
    pub fn of(text: &str, caret: usize) -> Option<Self> {
        let units: Vec<u16> = text.encode_utf16().take(caret).collect();
        let before = String::from_utf16_lossy(&units);
        let (rest, name) = before.rsplit_once('@')?;
        let follows = |last: char| last.is_whitespace() || "([{,;:>\"'".contains(last);
        let is_one = rest.chars().next_back().is_none_or(follows);
        if !is_one || name.contains(char::is_whitespace) {
            return None;
        }
        Some(Self {
            at: rest.encode_utf16().count(),
            caret,
            name: name.to_lowercase(),
        })
    }

    /// Those of the names that may be meant, the likeliest first.
    pub fn offers(&self, names: impl Iterator<Item = String>) -> Vec<String> {
        let mut names: Vec<String> = names
            .filter(|name| name.to_lowercase().starts_with(&self.name))
            .collect();
        names.sort_by_key(|name| (name.len(), name.clone()));
        names.truncate(OFFERED);
        names
    }

    /// The text with the whole name, and where the caret is then.
    pub fn completed(&self, text: &str, name: &str) -> (String, usize) {
        let units: Vec<u16> = text.encode_utf16().collect();
        let part = |from: usize, to: usize| {
            String::from_utf16_lossy(units.get(from..to).unwrap_or_default())
        };
        let begun = format!("{}@{name} ", part(0, self.at));
        let rest = part(self.caret.min(units.len()), units.len());
        let rest = rest.strip_prefix(' ').unwrap_or(&rest);
        (format!("{begun}{rest}"), begun.encode_utf16().count())
    }
}
