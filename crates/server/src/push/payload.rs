//! What a push says: the JSON of Declarative Web Push, which a browser shows even where the app's service
//! worker fails.
//!
//! Invariant: encrypted it fits 4096 bytes, which is what every push service takes (RFC 8030, 7.2).

use serde_json::{Value, json};
use weft_protocol::ThreadId;

/// The most bytes of a payload: 4096 less the header (86), the delimiter (1) and the tag (16) of RFC 8291.
pub const MAX_BYTES: usize = 4096 - 86 - 1 - 16;

/// The longest title, in characters.
const MAX_TITLE_CHARS: usize = 120;

/// The title and the text of what is shown where both are left out.
pub(crate) const WITHOUT_TEXT: (&str, &str) = ("Weft", "");

/// What is said in place of no text.
const NEW_MESSAGE: &str = "New message";

/// Shows a thread's newest message on a device whose app is at `app`, an address that ends with `/`. The
/// body is cut where there is no room for all of it. Without one these are the server's own words, marked as
/// English, which the app's service worker says in the browser's language.
pub fn show(app: &str, thread: ThreadId, title: &str, body: &str) -> String {
    let title: String = title.chars().take(MAX_TITLE_CHARS).collect();
    let whole = shown(app, thread, &title, body);
    if whole.len() <= MAX_BYTES {
        return whole;
    }
    let mut room = MAX_BYTES.saturating_sub(shown(app, thread, &title, "…").len());
    let fits = |c: &char| {
        let left = room.checked_sub(bytes_in_json(*c));
        room = left.unwrap_or(0);
        left.is_some()
    };
    let cut: String = body.chars().take_while(fits).chain(['…']).collect();
    shown(app, thread, &title, &cut)
}

fn bytes_in_json(c: char) -> usize {
    match c {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\0'..' ' => 6,
        _ => c.len_utf8(),
    }
}

fn shown(app: &str, thread: ThreadId, title: &str, body: &str) -> String {
    let mut notification = json!({
        "title": title,
        "body": body,
        "navigate": format!("{app}t/{thread}"),
        "tag": thread.to_string(),
    });
    if body.is_empty() {
        notification["body"] = NEW_MESSAGE.into();
        notification["lang"] = "en".into();
    }
    message(notification)
}

/// Closes what is shown of a thread. Not declarative: there is nothing to show.
pub fn close(thread: ThreadId) -> String {
    json!({ "close": thread.to_string() }).to_string()
}

fn message(notification: Value) -> String {
    json!({ "web_push": 8030, "notification": notification }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const APP: &str = "https://chat.example.org/";

    fn read(payload: &str) -> Value {
        serde_json::from_str(payload).unwrap()
    }

    #[test]
    fn it_is_declarative_web_push() {
        let thread = ThreadId::from_bytes([7; 16]);
        assert_eq!(
            read(&show(APP, thread, "Plans", "Ada: \"Hello\"")),
            json!({ "web_push": 8030, "notification": {
                "title": "Plans",
                "body": "Ada: \"Hello\"",
                "navigate": format!("https://chat.example.org/t/{thread}"),
                "tag": thread.to_string(),
            }})
        );
    }

    #[test]
    fn words_of_the_servers_own_are_marked_as_english() {
        let thread = ThreadId::from_bytes([7; 16]);
        let (title, body) = WITHOUT_TEXT;
        let said = read(&show(APP, thread, title, body))["notification"].clone();
        assert_eq!([&said["title"], &said["body"]], ["Weft", "New message"]);
        assert_eq!(said["lang"], "en");
    }

    #[test]
    fn a_long_text_is_cut_between_two_characters_and_fits() {
        let thread = ThreadId::from_bytes([7; 16]);
        for piece in ["x", "ü", "語", "👩‍🚀", "\"", "\u{1}", "\n"] {
            for extra in 0..8 {
                let body = format!("{}{}", "a".repeat(extra), piece.repeat(6000));
                let payload = show(APP, thread, &piece.repeat(300), &body);
                let full = MAX_BYTES - 12..=MAX_BYTES;
                assert!(
                    full.contains(&payload.len()),
                    "{piece:?}: {}",
                    payload.len()
                );
                let said = read(&payload)["notification"]["body"].clone();
                let said = said.as_str().unwrap().strip_suffix('…').unwrap();
                assert!(body.starts_with(said), "{piece:?}");
            }
        }
        let most = "x".repeat(MAX_BYTES + 1 - show(APP, thread, "", "x").len());
        let payload = show(APP, thread, "", &most);
        assert_eq!(payload.len(), MAX_BYTES, "what fits is not cut");
        assert_eq!(read(&payload)["notification"]["body"], most);
    }
}
