use weft::state::Begun;

fn offers(text: &str) -> Vec<String> {
    let people = [
        ("ada", "Countess of Lovelace"),
        ("bob", "bob"),
        ("Bo", "Bo"),
        ("model", "model"),
    ];
    let people = people.map(|(name, called)| (name.to_owned(), called.to_owned()));
    let begun = Begun::of(text, text.encode_utf16().count());
    begun.map_or(vec!["not begun".to_owned()], |begun| {
        let offers = begun.offers(people.into_iter()).into_iter();
        offers.map(|(name, _)| name).collect()
    })
}

#[test]
fn who_is_called_something_else_is_found_by_either_name_and_mentioned_by_the_one_they_sign_in_with()
{
    assert_eq!(offers("@love"), ["ada"]);
    assert_eq!(offers("@ad"), ["ada"]);
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
