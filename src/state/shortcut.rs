//! The shortcuts of the keyboard, in one table: what hears the keys reads it, and so does the sheet that lists them.
//!
//! Invariant: no two shortcuts are on one chord in one place, and none takes a chord from a browser, but for the
//! one that people expect of every app: Ctrl+K, or ⌘K. Letters are with Alt+Shift, or with ⌃⇧ where Option
//! writes characters: Alt alone opens the menus of browsers, which are other ones in each language.

use super::words;

/// What a key does from anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortcut {
    /// Find a thread, or something to do.
    Palette,
    /// Begin a thread.
    NewChat,
    /// Open the thread above.
    PreviousThread,
    /// Open the thread below.
    NextThread,
    /// Open the next thread with something unread.
    NextUnread,
    /// Write.
    Compose,
    /// Change the last message of one's own.
    EditLast,
    /// End the reply that is being made.
    Stop,
    /// Show the list of threads, or hide it.
    Sidebar,
    /// List the shortcuts.
    Sheet,
}

/// Whose keyboard it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// One with ⌘ and ⌥.
    Apple,
    /// Any other.
    Other,
}

impl Platform {
    /// The platform that a browser calls so.
    pub fn of(name: &str) -> Self {
        let is_apple = ["Mac", "iPhone", "iPad", "iPod"];
        if is_apple.iter().any(|apple| name.starts_with(apple)) {
            Self::Apple
        } else {
            Self::Other
        }
    }
}

/// Where the focus is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// Where nothing is written.
    Page,
    /// In the text box of the page, which is empty or not.
    Composer {
        /// Whether nothing is written in it.
        empty: bool,
    },
    /// Where something else is written, which may be empty.
    Field {
        /// Whether nothing is written in it.
        empty: bool,
    },
}

/// Where a chord is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Everywhere.
    Anywhere,
    /// Where nothing is written.
    Outside,
    /// Where there is no text that the chord moves in.
    BesideText,
    /// In the text box of the page.
    Composing,
    /// There, while it is empty.
    Empty,
}

impl Heard {
    /// Whether a chord is heard there.
    pub fn at(self, focus: Focus) -> bool {
        match self {
            Self::Anywhere => true,
            Self::Outside => focus == Focus::Page,
            Self::BesideText => !matches!(
                focus,
                Focus::Composer { empty: false } | Focus::Field { empty: false }
            ),
            Self::Composing => matches!(focus, Focus::Composer { .. }),
            Self::Empty => focus == Focus::Composer { empty: true },
        }
    }
}

/// Keys that are pressed at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chord {
    /// The last of them, as browsers name it; a letter is a capital one.
    pub key: &'static str,
    /// With the Control key.
    pub ctrl: bool,
    /// With the Alt or Option key.
    pub alt: bool,
    /// With the Shift key. Signs are where a keyboard has them, with Shift or without.
    pub shift: bool,
    /// With the Command key.
    pub meta: bool,
}

/// A key that was pressed, as browsers tell of it.
#[derive(Clone, Copy, Debug)]
pub struct Press<'a> {
    /// What it means.
    pub key: &'a str,
    /// Where it is, as `KeyK`.
    pub code: &'a str,
    /// With the Control key.
    pub ctrl: bool,
    /// With the Alt or Option key.
    pub alt: bool,
    /// With the Shift key.
    pub shift: bool,
    /// With the Command key.
    pub meta: bool,
}

/// A key as it is shown, and as it is said.
pub type KeyName = (&'static str, &'static str);

impl Chord {
    const fn on(key: &'static str) -> Self {
        Self {
            key,
            ctrl: false,
            alt: false,
            shift: false,
            meta: false,
        }
    }

    const fn ctrl(self) -> Self {
        Self { ctrl: true, ..self }
    }

    const fn alt(self) -> Self {
        Self { alt: true, ..self }
    }

    const fn shift(self) -> Self {
        Self {
            shift: true,
            ..self
        }
    }

    const fn meta(self) -> Self {
        Self { meta: true, ..self }
    }

    fn is_letter(&self) -> bool {
        matches!(self.key.as_bytes(), [b'A'..=b'Z'])
    }

    fn is_sign(&self) -> bool {
        self.key.chars().count() == 1 && !self.is_letter()
    }

    /// Whether this is what was pressed. A letter is found by its place where the keyboard writes no Latin ones.
    pub fn matches(&self, press: &Press<'_>) -> bool {
        let key = if self.is_letter() {
            press.key.eq_ignore_ascii_case(self.key)
                || !press.key.is_ascii() && press.code.strip_prefix("Key") == Some(self.key)
        } else {
            press.key == self.key
        };
        key && (self.ctrl, self.alt, self.meta) == (press.ctrl, press.alt, press.meta)
            && (self.is_sign() || self.shift == press.shift)
    }

    /// Its keys, as they are on the keyboards of a platform.
    pub fn names(&self, platform: Platform) -> Vec<KeyName> {
        let apple = platform == Platform::Apple;
        let of = |held: bool, ours: KeyName, other: KeyName| {
            held.then_some(if apple { ours } else { other })
        };
        let one = |name| (name, name);
        let key = match self.key {
            "ArrowUp" => ("↑", words::key_up()),
            "ArrowDown" => ("↓", words::key_down()),
            "Home" => one(words::key_home()),
            "End" => one(words::key_end()),
            "Enter" => one(words::key_enter()),
            "Escape" => (words::key_esc(), words::key_escape()),
            key => one(key),
        };
        let (control, shift) = (words::key_control(), words::key_shift());
        [
            of(self.ctrl, ("⌃", control), (words::key_ctrl(), control)),
            of(self.alt, ("⌥", words::key_option()), one(words::key_alt())),
            of(self.shift, ("⇧", shift), one(shift)),
            of(
                self.meta,
                ("⌘", words::key_command()),
                one(words::key_meta()),
            ),
            Some(key),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Its keys as `aria-keyshortcuts` has them.
    pub fn aria(&self) -> String {
        let held = [
            (self.ctrl, "Control+"),
            (self.alt, "Alt+"),
            (self.shift, "Shift+"),
            (self.meta, "Meta+"),
        ];
        let held = held
            .into_iter()
            .filter_map(|(held, name)| held.then_some(name));
        held.chain([self.key]).collect()
    }
}

/// A part of the sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What is heard from anywhere.
    Everywhere,
    /// What is heard in the text box.
    Writing,
    /// What is heard in the messages.
    Messages,
    /// What is heard in lists, menus and dialogs.
    Lists,
}

impl Part {
    /// Every part, in the order of the sheet.
    pub const ALL: [Self; 4] = [Self::Everywhere, Self::Writing, Self::Messages, Self::Lists];

    /// The heading.
    pub fn name(self) -> &'static str {
        match self {
            Self::Everywhere => words::shortcuts_everywhere(),
            Self::Writing => words::shortcuts_writing(),
            Self::Messages => words::shortcuts_messages(),
            Self::Lists => words::shortcuts_lists(),
        }
    }
}

/// A shortcut: what it does, where it is heard, and on which chord of which platform.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// What it does.
    pub shortcut: Shortcut,
    /// Where the sheet has it.
    pub part: Part,
    other: (Heard, Chord),
    apple: (Heard, Chord),
}

impl Entry {
    /// Where it is heard, and on which chord.
    pub fn on(&self, platform: Platform) -> (Heard, Chord) {
        match platform {
            Platform::Apple => self.apple,
            Platform::Other => self.other,
        }
    }
}

const fn letter(shortcut: Shortcut, key: &'static str) -> Entry {
    Entry {
        shortcut,
        part: Part::Everywhere,
        other: (Heard::Anywhere, Chord::on(key).alt().shift()),
        apple: (Heard::Anywhere, Chord::on(key).ctrl().shift()),
    }
}

/// Option and an arrow move in the text on Apple's platforms.
const fn arrow(shortcut: Shortcut, chord: Chord) -> Entry {
    Entry {
        shortcut,
        part: Part::Everywhere,
        other: (Heard::Anywhere, chord),
        apple: (Heard::BesideText, chord),
    }
}

const fn same(shortcut: Shortcut, part: Part, heard: Heard, key: &'static str) -> Entry {
    let on = (heard, Chord::on(key));
    Entry {
        shortcut,
        part,
        other: on,
        apple: on,
    }
}

/// All shortcuts.
pub const SHORTCUTS: [Entry; 10] = [
    Entry {
        shortcut: Shortcut::Palette,
        part: Part::Everywhere,
        other: (Heard::Anywhere, Chord::on("K").ctrl()),
        apple: (Heard::Anywhere, Chord::on("K").meta()),
    },
    letter(Shortcut::NewChat, "N"),
    arrow(Shortcut::PreviousThread, Chord::on("ArrowUp").alt()),
    arrow(Shortcut::NextThread, Chord::on("ArrowDown").alt()),
    arrow(Shortcut::NextUnread, Chord::on("ArrowDown").alt().shift()),
    letter(Shortcut::Compose, "M"),
    letter(Shortcut::Sidebar, "L"),
    same(Shortcut::Sheet, Part::Everywhere, Heard::Outside, "?"),
    same(Shortcut::EditLast, Part::Writing, Heard::Empty, "ArrowUp"),
    same(Shortcut::Stop, Part::Writing, Heard::Composing, "Escape"),
];

/// What the parts of a page do with keys by themselves: where, what, and on which.
pub const KEYS: [(Part, words::Word, &[Chord]); 9] = [
    (Part::Writing, words::send, &[Chord::on("Enter")]),
    (
        Part::Writing,
        words::shortcut_new_line,
        &[Chord::on("Enter").shift()],
    ),
    (Part::Writing, words::shortcut_name, &[Chord::on("@")]),
    (
        Part::Messages,
        words::shortcut_messages,
        &[Chord::on("ArrowUp"), Chord::on("ArrowDown")],
    ),
    (
        Part::Messages,
        words::shortcut_messages_ends,
        &[Chord::on("Home"), Chord::on("End")],
    ),
    (Part::Messages, words::shortcut_back, &[Chord::on("Escape")]),
    (
        Part::Lists,
        words::shortcut_lists,
        &[Chord::on("ArrowUp"), Chord::on("ArrowDown")],
    ),
    (
        Part::Lists,
        words::shortcut_lists_ends,
        &[Chord::on("Home"), Chord::on("End")],
    ),
    (Part::Lists, words::close, &[Chord::on("Escape")]),
];

impl Shortcut {
    /// What it does, in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Palette => words::shortcut_palette(),
            Self::NewChat => words::new_chat(),
            Self::PreviousThread => words::shortcut_previous_thread(),
            Self::NextThread => words::shortcut_next_thread(),
            Self::NextUnread => words::shortcut_next_unread(),
            Self::Compose => words::shortcut_compose(),
            Self::Sidebar => words::shortcut_sidebar(),
            Self::Sheet => words::shortcut_sheet(),
            Self::EditLast => words::shortcut_edit_last(),
            Self::Stop => words::shortcut_stop(),
        }
    }

    /// What a key does where it was pressed.
    pub fn of(platform: Platform, press: &Press<'_>, focus: Focus) -> Option<Self> {
        let found = SHORTCUTS.iter().find(|entry| {
            let (heard, chord) = entry.on(platform);
            heard.at(focus) && chord.matches(press)
        });
        found.map(|entry| entry.shortcut)
    }

    /// The chord that it is on.
    pub fn chord(self, platform: Platform) -> Option<Chord> {
        let mut entries = SHORTCUTS.iter();
        let entry = entries.find(|entry| entry.shortcut == self)?;
        Some(entry.on(platform).1)
    }
}
