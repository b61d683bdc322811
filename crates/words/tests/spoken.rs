//! The messages themselves.

use weft_words as words;

#[test]
fn english_is_said_until_another_language_is_spoken() {
    assert_eq!(words::cancel(), "Cancel");
    words::speak("de-AT".to_owned(), Some(words::GERMAN));
    assert_eq!(words::cancel(), "Abbrechen");
    assert_eq!(words::locale(), "de-AT");
    words::speak("en".to_owned(), None);
    assert_eq!(words::cancel(), "Cancel");
}
