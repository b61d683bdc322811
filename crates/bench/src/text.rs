//! What is said: the same in Weft and on the floor.

/// A passage with most of what Markdown has, and without a digit.
const PASSAGE: &str = "
## The tide

The moon pulls at the water, and the **water** follows: twice a day it rises and `twice` it falls. Read [the \
tables](https://example.org/tides) before you sail, and *ask* whoever has sailed there before you did.

- Neap tides are weak
- Spring tides are strong, and run fast past the point

```rust
fn tide(hours: f) -> f {
    hours.sin() + noise(hours)
}
```

| Port | High water |
| --- | --- |
| Brest | noon |

> What rises will fall.

Between the islands the stream turns early, so leave an hour before the tables say and keep to the north.
";

/// Tokens of a reply, a word each. Now and then, and at the end, one is its own number.
pub(crate) fn tokens(count: usize) -> Vec<String> {
    let mut words = words().into_iter().cycle().peekable();
    let mut tokens: Vec<String> = Vec::with_capacity(count);
    let mut since = 0;
    while tokens.len() < count {
        let number = tokens.len() + 1;
        let between = tokens.last().is_some_and(|last| is_plain(last))
            && words.peek().is_some_and(|next| is_plain(next));
        since += 1;
        if number == count || since >= 10 && between {
            since = 0;
            tokens.push(format!(" {number}"));
        } else {
            tokens.extend(words.next().map(str::to_owned));
        }
    }
    tokens
}

/// The `number`th message of a thread of `of`, from 1.
pub(crate) fn message(number: u64, of: u64) -> String {
    format!(
        "Message {number} of {of}, about as long as what people write to one another when they have a thing to settle"
    )
}

/// The passage, cut before white space.
fn words() -> Vec<&'static str> {
    let mut words = Vec::new();
    let mut rest = PASSAGE;
    while !rest.is_empty() {
        let word = rest.len() - rest.trim_start().len();
        let end = rest[word..]
            .find(char::is_whitespace)
            .map_or(rest.len(), |at| word + at);
        words.push(&rest[..end]);
        rest = &rest[end..];
    }
    words
}

/// Whether it is a word in the middle of a line of prose.
fn is_plain(word: &str) -> bool {
    word.strip_prefix(' ')
        .is_some_and(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == ','))
}

#[cfg(test)]
mod tests {
    use super::tokens;

    #[test]
    fn the_last_token_is_its_number_and_so_are_some_before() {
        let tokens = tokens(100);
        assert_eq!(tokens.len(), 100);
        assert_eq!(tokens[99], " 100");
        let numbers = tokens
            .iter()
            .filter(|token| token.trim().parse::<usize>().is_ok());
        assert!(numbers.count() > 3);
    }
}
