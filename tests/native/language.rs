//! What the page says before the app is there is what the app says.

use weft::state::words;

const PAGE: &str = include_str!("../../index.html");

#[test]
fn the_page_before_the_app_says_what_the_messages_say_in_each_language() {
    let said: [fn() -> &'static str; 7] = [
        words::new_chat,
        words::search,
        words::chat_page_new,
        words::message,
        words::composer_placeholder,
        words::send,
        words::try_again,
    ];
    let english = said.map(|said| said());
    words::speak("de".to_owned(), Some(words::GERMAN));
    for (english, said) in english.into_iter().zip(said) {
        assert!(
            PAGE.contains(&format!(">{english}<")) || PAGE.contains(&format!("=\"{english}\"")),
            "{english}"
        );
        let key = if english.contains(' ') {
            format!("\"{english}\"")
        } else {
            english.to_owned()
        };
        let german = format!("{key}: \"{}\",", said());
        assert!(PAGE.contains(&german), "{german}");
    }
}
