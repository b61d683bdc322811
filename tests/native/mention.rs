use weft::state::Begun;

fn offers(text: &str) -> Vec<String> {
    let names = ["ada", "bob", "Bo", "model"].map(str::to_owned);
    let begun = Begun::of(text, text.encode_utf16().count());
    begun.map_or(vec!["not begun".to_owned()], |begun| {
        begun.offers(names.into_iter())
    })
}

#[test]
fn a_name_is_offered_after_an_at_sign_that_begins_a_word() {
    assert_eq!(offers("@"), ["Bo", "ada", "bob", "model"]);
    assert_eq!(offers("Dear @b"), ["Bo", "bob"]);
    assert_eq!(offers("(@BOB"), ["bob"]);
    assert_eq!(offers("@nobody"), [""; 0]);
    for text in ["", "ada", "ada@b", "@bob ", "@ada and"] {
        assert_eq!(offers(text), ["not begun"], "{text}");
    }
}

#[test]
fn a_name_takes_the_place_of_what_was_begun_and_the_caret_is_behind_it() {
    let text = "🙂 @b are you there?";
    let begun = Begun::of(text, 5).expect("a name is begun");
    let (completed, caret) = begun.completed(text, "bob");
    assert_eq!(completed, "🙂 @bob are you there?");
    assert_eq!(caret, "🙂 @bob ".encode_utf16().count());
}
