//! Bare addresses in running text become links, by the rules of GitHub's autolink extension.
//!
//! Invariant: only `http`, `https` and `mailto` addresses are made, and the words shown stay the same.

use crate::block::{Inline, InlineKind};

/// Makes links of the bare addresses in the text that is no link yet. One that reaches byte `open` of the
/// source may still grow, and stays text.
pub(super) fn autolink(inlines: &mut Vec<Inline>, source: &str, open: usize) {
    let mut at = 0;
    while at < inlines.len() {
        match &mut inlines[at].kind {
            InlineKind::Text(text) => {
                let text = std::mem::take(text);
                let pieces = pieces(&inlines[at], text, source, open);
                let count = pieces.len();
                inlines.splice(at..=at, pieces);
                at += count;
            }
            InlineKind::Emphasis(inner) | InlineKind::Strong(inner) | InlineKind::Strike(inner) => {
                autolink(inner, source, open);
                at += 1;
            }
            _ => at += 1,
        }
    }
}

/// A text with the links in it apart.
fn pieces(inline: &Inline, text: String, source: &str, open: usize) -> Vec<Inline> {
    let whole = inline.range.clone();
    // Where entities or escapes stand for other characters, a piece has the range of the whole.
    let exact = source.get(whole.clone()) == Some(text.as_str());
    let piece = |from: usize, to: usize, kind| Inline {
        range: if exact {
            whole.start + from..whole.start + to
        } else {
            whole.clone()
        },
        kind,
    };
    let plain =
        |from: usize, to: usize| piece(from, to, InlineKind::Text(text[from..to].to_owned()));
    let mut all = Vec::new();
    let mut done = 0;
    while let Some((start, end, href)) = next(&text, done) {
        if end == text.len() && whole.end >= open {
            break;
        }
        if start > done {
            all.push(plain(done, start));
        }
        let text = vec![plain(start, end)];
        all.push(piece(start, end, InlineKind::Link { href, text }));
        done = end;
    }
    if done == 0 {
        // Most texts have none: the string goes back as it was.
        all.clear();
        all.push(Inline {
            range: whole,
            kind: InlineKind::Text(text),
        });
    } else if done < text.len() {
        all.push(plain(done, text.len()));
    }
    all
}

/// The first address from byte `from` on: where it begins and ends, and where it leads.
fn next(text: &str, from: usize) -> Option<(usize, usize, String)> {
    let bytes = text.as_bytes();
    (from..bytes.len()).find_map(|at| match bytes[at] {
        b':' if bytes[at..].starts_with(b"://") => ["https", "http"].iter().find_map(|scheme| {
            let start = at
                .checked_sub(scheme.len())
                .filter(|start| *start >= from)?;
            let named = text.get(start..at)?.eq_ignore_ascii_case(scheme);
            let end = (named && begins(&text[from..start]))
                .then(|| address(text, at + 3, false))
                .flatten()?;
            Some((start, end, text[start..end].to_owned()))
        }),
        b'w' | b'W' if bytes.len() > at + 4 && bytes[at..at + 4].eq_ignore_ascii_case(b"www.") => {
            let end = begins(&text[from..at])
                .then(|| address(text, at, true))
                .flatten()?;
            Some((at, end, format!("http://{}", &text[at..end])))
        }
        b'@' => {
            let (start, end) = mail(text, from, at)?;
            Some((start, end, format!("mailto:{}", &text[start..end])))
        }
        _ => None,
    })
}

/// Whether an address may follow this text.
fn begins(before: &str) -> bool {
    before
        .chars()
        .next_back()
        .is_none_or(|c| c.is_whitespace() || !c.is_ascii() || "*_~([{\"'<>:,;|".contains(c))
}

/// Where the address ends whose host begins at `host`; none if that is no host.
fn address(text: &str, host: usize, dotted: bool) -> Option<usize> {
    let rest = &text[host..];
    let length = rest
        .find(|c: char| !(c.is_alphanumeric() || "-_.".contains(c)))
        .unwrap_or(rest.len());
    let name = rest[..length].trim_end_matches('.');
    let last_two = name.rsplit('.').take(2);
    if name.is_empty()
        || (dotted && !name[4.min(name.len())..].chars().any(char::is_alphanumeric))
        || last_two
            .into_iter()
            .any(|label| label.is_empty() || label.contains('_'))
    {
        return None;
    }
    let end = rest
        .find(|c: char| c.is_whitespace() || "<>\"`".contains(c))
        .unwrap_or(rest.len());
    Some(host + trimmed(&rest[..end]))
}

/// The length without what ends the sentence rather than the address.
fn trimmed(address: &str) -> usize {
    let mut held = address;
    loop {
        let cut = held.trim_end_matches(['?', '!', '.', ',', ':', '*', '_', '~', ';', '\'', '"']);
        let unopened = cut.ends_with(')') && cut.matches(')').count() > cut.matches('(').count();
        let cut = &cut[..cut.len() - usize::from(unopened)];
        if cut.len() == held.len() {
            return cut.len();
        }
        held = cut;
    }
}

/// Where the e-mail address begins and ends whose `@` is at `at`.
fn mail(text: &str, from: usize, at: usize) -> Option<(usize, usize)> {
    let local = |c: char| c.is_ascii_alphanumeric() || ".-_+".contains(c);
    let start = from + text[from..at].trim_end_matches(local).len();
    let rest = &text[at + 1..];
    let length = rest
        .find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)))
        .unwrap_or(rest.len());
    let host = rest[..length].trim_end_matches('.');
    let fits = start < at
        && host.contains('.')
        && host.split('.').all(|label| !label.is_empty())
        && !host.ends_with(['-', '_']);
    fits.then_some((start, at + 1 + host.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BlockKind, parse};

    /// The addresses in a paragraph.
    fn found(text: &str) -> Vec<String> {
        let blocks = parse(text);
        let [BlockKind::Paragraph(inlines)] = [&blocks[0].kind] else {
            panic!("no paragraph: {text}")
        };
        let mut inlines = inlines.clone();
        let mut hrefs = Vec::new();
        while !inlines.is_empty() {
            match inlines.remove(0).kind {
                InlineKind::Link { href, .. } => hrefs.push(href),
                InlineKind::Strong(inner) | InlineKind::Emphasis(inner) => {
                    inlines.splice(0..0, inner);
                }
                _ => {}
            }
        }
        hrefs
    }

    #[test]
    fn bare_addresses_are_links_without_the_punctuation_after_them() {
        for (text, expected) in [
            ("https://x.test", "https://x.test"),
            ("See http://x.test/a?b=c#d.", "http://x.test/a?b=c#d"),
            ("(https://x.test/a_(b))", "https://x.test/a_(b)"),
            ("**HTTPS://x.test/a**", "HTTPS://x.test/a"),
            ("www.x.test/help; now", "http://www.x.test/help"),
            ("at http://localhost:8787, here", "http://localhost:8787"),
            ("a <b title=\"https://x.test\">", "https://x.test"),
            ("mail ada.b+c@mail.x.test.", "mailto:ada.b+c@mail.x.test"),
            ("見る：https://x.test/é", "https://x.test/é"),
        ] {
            assert_eq!(found(text), [expected], "{text}");
        }
        assert_eq!(found("https://a.test and https://b.test").len(), 2);
    }

    #[test]
    fn what_only_looks_like_an_address_stays_text() {
        for text in [
            "https://",
            "xhttps://x.test",
            "www.",
            "www..",
            "a@b",
            "@b.test",
            "a@b.test-",
            "http://a.b_c",
            "ftp://x.test",
            "javascript://x.test",
            "`https://x.test`",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
        assert_eq!(
            found("[see https://a.test](https://b.test)"),
            ["https://b.test"]
        );
    }

    #[test]
    fn a_link_points_into_the_source() {
        let text = "See https://x.test now";
        let blocks = parse(text);
        let BlockKind::Paragraph(inlines) = &blocks[0].kind else {
            panic!()
        };
        assert_eq!(&text[inlines[1].range.clone()], "https://x.test");
    }
}
