use weft::state::{Focus, Platform, Press, SHORTCUTS, Shortcut, State, Step, project::apply};
use weft_protocol::{Role, ThreadId, ThreadRow};
use weft_sync::{Change, ThreadView};

use crate::with_state;

const PLATFORMS: [Platform; 2] = [Platform::Apple, Platform::Other];

const PLACES: [Focus; 5] = [
    Focus::Page,
    Focus::Composer { empty: true },
    Focus::Composer { empty: false },
    Focus::Field { empty: true },
    Focus::Field { empty: false },
];

/// What Chrome, Edge, Firefox and Safari do with keys by themselves, as their makers list it, and what systems do in
/// fields. Ctrl+K and ⌘K, which bring up a search, are left to the palette on purpose.
const OTHERS_OWN: &str = "Control+A Control+B Control+C Control+D Control+E Control+F Control+G Control+H Control+I
    Control+J Control+L Control+M Control+N Control+O Control+P Control+Q Control+R Control+S Control+T Control+U Control+V
    Control+W Control+X Control+Y Control+Z Control+0 Control+1 Control+2 Control+3 Control+4 Control+5 Control+6 Control+7
    Control+8 Control+9 Control++ Control+- Control+/ Control+, Control+. Control+Enter Control+Tab Control+Home Control+End
    Control+PageUp Control+PageDown Control+ArrowLeft Control+ArrowRight Control+ArrowUp Control+ArrowDown Control+Backspace
    Control+Shift+A Control+Shift+B Control+Shift+C Control+Shift+D Control+Shift+E Control+Shift+G Control+Shift+H
    Control+Shift+I Control+Shift+J Control+Shift+K Control+Shift+L Control+Shift+M Control+Shift+N Control+Shift+O
    Control+Shift+P Control+Shift+Q Control+Shift+R Control+Shift+S Control+Shift+T Control+Shift+U Control+Shift+V
    Control+Shift+W Control+Shift+X Control+Shift+Y Control+Shift+Z Control+Shift+Tab Control+Shift+Delete Control+Shift+,
    Control+Shift+. Alt+ArrowLeft Alt+ArrowRight Alt+Home Alt+Enter Alt+Space Alt+Tab Alt+F4 Alt+A Alt+B Alt+C Alt+D Alt+E
    Alt+F Alt+G Alt+H Alt+I Alt+J Alt+K Alt+L Alt+M Alt+N Alt+O Alt+P Alt+Q Alt+R Alt+S Alt+T Alt+U Alt+V Alt+W Alt+X Alt+Y
    Alt+Z Alt+1 Alt+9 Alt+Shift+A Alt+Shift+B Alt+Shift+I Alt+Shift+R Alt+Shift+T F1 F3 F5 F6 F7 F10 F11 F12 Shift+F5
    Shift+Escape Shift+Enter Tab Shift+Tab Space / ' Backspace";

/// The same on Apple's platforms.
const OTHERS_OWN_ON_APPLE: &str = "Meta+A Meta+B Meta+C Meta+D Meta+E Meta+F Meta+G Meta+H Meta+I Meta+J Meta+L Meta+M
    Meta+N Meta+O Meta+P Meta+Q Meta+R Meta+S Meta+T Meta+U Meta+V Meta+W Meta+X Meta+Y Meta+Z Meta+0 Meta+1 Meta+9 Meta++
    Meta+- Meta+/ Meta+, Meta+. Meta+[ Meta+] Meta+Enter Meta+ArrowLeft Meta+ArrowRight Meta+ArrowUp Meta+ArrowDown
    Meta+Backspace Shift+Meta+A Shift+Meta+B Shift+Meta+C Shift+Meta+D Shift+Meta+F Shift+Meta+G Shift+Meta+H Shift+Meta+I
    Shift+Meta+J Shift+Meta+L Shift+Meta+M Shift+Meta+N Shift+Meta+O Shift+Meta+P Shift+Meta+R Shift+Meta+T Shift+Meta+V
    Shift+Meta+W Shift+Meta+Z Shift+Meta+/ Shift+Meta+[ Shift+Meta+] Alt+Meta+B Alt+Meta+F Alt+Meta+I Alt+Meta+J
    Alt+Meta+L Alt+Meta+U Alt+Meta+ArrowLeft Alt+Meta+ArrowRight Control+A Control+B Control+D Control+E Control+F
    Control+H Control+K Control+L Control+N Control+O Control+P Control+T Control+V Control+Tab Control+Shift+Tab
    Control+ArrowLeft Control+ArrowRight Control+ArrowUp Control+ArrowDown Alt+ArrowLeft Alt+ArrowRight Alt+A Alt+E Alt+L
    Alt+M Alt+N Alt+U Tab Shift+Tab Space / '";

fn own(platform: Platform) -> &'static str {
    match platform {
        Platform::Apple => OTHERS_OWN_ON_APPLE,
        Platform::Other => OTHERS_OWN,
    }
}

#[test]
fn no_two_shortcuts_are_on_one_chord_in_one_place() {
    for platform in PLATFORMS {
        for (at, one) in SHORTCUTS.iter().enumerate() {
            for two in &SHORTCUTS[at + 1..] {
                let ((here, chord), (there, other)) = (one.on(platform), two.on(platform));
                let meet = PLACES.iter().any(|&it| here.at(it) && there.at(it));
                assert!(!meet || chord != other, "{one:?} and {two:?}");
            }
        }
    }
}

#[test]
fn no_shortcut_takes_a_chord_from_a_browser() {
    for platform in PLATFORMS {
        for entry in SHORTCUTS {
            let chord = entry.on(platform).1.aria();
            let taken = own(platform).split_whitespace().any(|own| own == chord);
            assert!(!taken, "{chord}: {:?}", entry.shortcut);
        }
    }
}

#[test]
fn every_shortcut_is_found_by_its_own_chord() {
    for platform in PLATFORMS {
        for entry in SHORTCUTS {
            let (heard, chord) = entry.on(platform);
            for place in PLACES {
                let press = Press {
                    key: chord.key,
                    code: "",
                    ctrl: chord.ctrl,
                    alt: chord.alt,
                    shift: chord.shift,
                    meta: chord.meta,
                };
                let found = Shortcut::of(platform, &press, place) == Some(entry.shortcut);
                assert_eq!(found, heard.at(place), "{entry:?} at {place:?}");
            }
        }
    }
}

const NOTHING: Press<'static> = Press {
    key: "",
    code: "",
    ctrl: false,
    alt: false,
    shift: false,
    meta: false,
};

#[test]
fn what_is_written_is_no_shortcut() {
    for platform in PLATFORMS {
        for place in &PLACES[1..] {
            for key in ["?", "a", "K", "n", "@", "/", "Enter", "Tab", "ArrowDown"] {
                let shift = key == "?" || key == "K";
                let press = Press {
                    key,
                    shift,
                    ..NOTHING
                };
                assert_eq!(
                    Shortcut::of(platform, &press, *place),
                    None,
                    "{key} at {place:?}"
                );
            }
        }
    }
}

#[test]
fn a_question_mark_is_one_wherever_the_keyboard_has_it() {
    for shift in [true, false] {
        let press = Press {
            key: "?",
            shift,
            ..NOTHING
        };
        let found = Shortcut::of(Platform::Other, &press, Focus::Page);
        assert_eq!(found, Some(Shortcut::Sheet));
    }
}

#[test]
fn a_letter_is_found_by_its_place_where_the_keyboard_writes_no_latin_ones() {
    let of = |key, code| {
        let press = Press {
            key,
            code,
            ctrl: true,
            ..NOTHING
        };
        Shortcut::of(Platform::Other, &press, Focus::Page)
    };
    assert_eq!(of("k", "KeyK"), Some(Shortcut::Palette));
    assert_eq!(
        of("K", "KeyV"),
        Some(Shortcut::Palette),
        "as on a Dvorak keyboard"
    );
    assert_eq!(
        of("л", "KeyK"),
        Some(Shortcut::Palette),
        "as on a Russian keyboard"
    );
    assert_eq!(of("t", "KeyK"), None, "another Latin letter");
}

#[test]
fn option_and_an_arrow_move_in_a_text_on_an_apple_and_nowhere_else() {
    let press = Press {
        key: "ArrowDown",
        alt: true,
        ..NOTHING
    };
    let written = Focus::Composer { empty: false };
    assert_eq!(Shortcut::of(Platform::Apple, &press, written), None);
    for place in [Focus::Page, Focus::Composer { empty: true }] {
        assert_eq!(
            Shortcut::of(Platform::Apple, &press, place),
            Some(Shortcut::NextThread)
        );
    }
    assert_eq!(
        Shortcut::of(Platform::Other, &press, written),
        Some(Shortcut::NextThread)
    );
}

#[test]
fn keys_are_called_as_they_are_on_the_keyboard() {
    let keys = |shortcut: Shortcut, platform| {
        let chord = shortcut.chord(platform).expect("it is in the table");
        let names = chord.names(platform).into_iter();
        names.map(|(shown, _)| shown).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(keys(Shortcut::Palette, Platform::of("MacIntel")), "⌘ K");
    assert_eq!(
        keys(Shortcut::Palette, Platform::of("Linux x86_64")),
        "Ctrl K"
    );
    assert_eq!(keys(Shortcut::NewChat, Platform::of("iPhone")), "⌃ ⇧ N");
    assert_eq!(
        keys(Shortcut::NextUnread, Platform::of("Win32")),
        "Alt Shift ↓"
    );
}

fn id(n: u8) -> ThreadId {
    ThreadId::from_bytes([n; 16])
}

fn listed(state: &State, n: u8, change: impl FnOnce(&mut ThreadRow)) {
    let mut row = ThreadRow {
        id: id(n),
        title: format!("Thread {n}"),
        named: false,
        pinned: false,
        archived: false,
        deleted: false,
        generating: 0,
        model: None,
        role: Role::Owner,
        members: 1,
        last: 3,
        read: 3,
        unread: 0,
        muted: false,
        created_at: 0,
        updated_at: 100 - u64::from(n),
    };
    change(&mut row);
    let thread = ThreadView {
        row,
        pending: false,
        online: false,
    };
    let index = usize::from(n);
    apply(state, Change::ThreadInserted { index, thread });
}

#[tokio::test]
async fn steps_go_through_the_list_as_it_is_shown() {
    with_state(async |state, _| {
        listed(&state, 0, |row| row.archived = true);
        listed(&state, 1, |row| row.unread = 2);
        listed(&state, 2, |_| ());
        listed(&state, 3, |row| row.pinned = true);
        listed(&state, 4, |row| (row.unread, row.muted) = (1, true));
        assert_eq!(state.listed(), [3, 1, 2, 4].map(id));
        let step = |from: Option<u8>, step| state.step(from.map(id), step);
        assert_eq!(
            step(None, Step::Next),
            Some(id(3)),
            "a new chat is above all"
        );
        assert_eq!(step(None, Step::Previous), None);
        assert_eq!(step(Some(3), Step::Next), Some(id(1)));
        assert_eq!(step(Some(1), Step::Previous), Some(id(3)));
        assert_eq!(step(Some(3), Step::Previous), None);
        assert_eq!(step(Some(4), Step::Next), None);
        assert_eq!(
            step(Some(2), Step::Unread),
            Some(id(1)),
            "from the top again"
        );
        assert_eq!(
            step(Some(1), Step::Unread),
            None,
            "a muted one is not asked for"
        );
    })
    .await;
}
