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

    /// Those of the people that may be meant, the likeliest first: the name by which each is mentioned, and what they
    /// are called. Either may be begun.
    pub fn offers(&self, people: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
        let begins = |name: &str| name.to_lowercase().starts_with(&self.name);
        let is_meant = |(name, called): &(String, String)| {
            begins(name) || called.split_whitespace().any(begins)
        };
        let mut people: Vec<(String, String)> = people.filter(is_meant).collect();
        people.sort_by_key(|(name, _)| (!begins(name), name.len(), name.clone()));
        people.truncate(OFFERED);
        people
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
