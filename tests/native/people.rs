//! How people are shown in words.

use weft::state::words::{initials, last_seen, person};
use weft_protocol::{User, UserId};

#[test]
fn initials_are_those_of_the_first_and_the_last_word() {
    for (name, two) in [
        ("ada", "A"),
        ("Ada Lovelace", "AL"),
        ("ada king lovelace", "AL"),
        (" Émile  ", "É"),
        ("", "?"),
    ] {
        assert_eq!(initials(name), two, "{name}");
    }
}

#[test]
fn when_somebody_was_there_last_is_said_in_the_largest_unit_that_fits() {
    for (minutes, said) in [
        (0, "Online"),
        (1, "Last seen 1 minute ago"),
        (59, "Last seen 59 minutes ago"),
        (60, "Last seen 1 hour ago"),
        (47 * 60, "Last seen 1 day ago"),
        (48 * 60, "Last seen 2 days ago"),
    ] {
        assert_eq!(last_seen(minutes), said);
    }
}

#[test]
fn who_has_no_name_any_more_is_a_deleted_user() {
    let id = UserId::from_bytes([1; 16]);
    assert_eq!(person(&User::deleted(id)), "Deleted user");
    let mut ada = User::new(id, "ada");
    assert_eq!(person(&ada), "ada");
    ada.display = Some("Ada Lovelace".into());
    assert_eq!(person(&ada), "Ada Lovelace");
    // The one that they chose, or the one that their id gives.
    assert_eq!(ada.colour(), 1);
    ada.colour = Some(4);
    assert_eq!(ada.colour(), 4);
    ada.colour = Some(99);
    assert_eq!(ada.colour(), 1);
}
