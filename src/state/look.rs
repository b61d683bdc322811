//! How the app looks on this device: what a person chose of it.
//!
//! Invariant: each choice has one word, which is what the device keeps and what `style/tokens.css` asks of
//! the page's root as `data-<choice>`; the page sets them by itself before anything is painted.

use super::words;

/// A choice among few, each with a word for storage and markup, and a name for people.
pub trait Choice: Copy + Default + PartialEq + Send + Sync + 'static {
    /// All of them, in the order of the choice.
    const ALL: &'static [Self];

    /// Its word.
    fn as_str(self) -> &'static str;

    /// Its name.
    fn name(self) -> &'static str;

    /// The one of that word; the usual one where there is none.
    fn parse(word: &str) -> Self {
        let mut all = Self::ALL.iter().copied();
        all.find(|choice| choice.as_str() == word)
            .unwrap_or_default()
    }
}

macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $word:literal, $called:path;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub enum $name { $($(#[$of])* $variant,)* }

        impl Choice for $name {
            const ALL: &'static [Self] = &[$(Self::$variant,)*];

            fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            fn name(self) -> &'static str {
                match self { $(Self::$variant => $called(),)* }
            }
        }
    };
}

choice! {
    /// The colours.
    Theme {
        /// Light or dark, as the system says.
        #[default]
        System = "system", words::look_system;
        /// Light.
        Light = "light", words::look_light;
        /// Dark.
        Dark = "dark", words::look_dark;
        /// Light and warm, as a book.
        Paper = "paper", words::look_paper;
        /// Darker than dark.
        Midnight = "midnight", words::look_midnight;
    }
}

choice! {
    /// How far colours are apart.
    Contrast {
        /// As the system says.
        #[default]
        System = "system", words::look_system;
        /// Farther than usual.
        More = "more", words::look_contrast_high;
    }
}

choice! {
    /// How close things stand.
    Density {
        /// With air around them.
        #[default]
        Comfortable = "comfortable", words::look_comfortable;
        /// More of them on a screen.
        Compact = "compact", words::look_compact;
    }
}

choice! {
    /// How large text is, beside what the browser says.
    TextSize {
        /// Smaller.
        Small = "small", words::look_text_small;
        /// As the browser says.
        #[default]
        Medium = "medium", words::look_text_medium;
        /// Larger.
        Large = "large", words::look_text_large;
        /// Larger still.
        Larger = "larger", words::look_text_larger;
    }
}

choice! {
    /// The language of what the app says. To choose another one loads the page anew.
    Language {
        /// What the browser prefers.
        #[default]
        System = "system", words::look_system;
        /// English.
        English = "en", words::look_english;
        /// German.
        German = "de", words::look_german;
    }
}

/// What a person chose beside the colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// How far colours are apart.
    pub contrast: Contrast,
    /// How close things stand.
    pub density: Density,
    /// How large text is.
    pub text: TextSize,
    /// How wide the sidebar is, in CSS pixels; as the style sheet says where nobody has said.
    pub side: Option<u16>,
    /// Whether the sidebar is away, where there is room for it.
    pub folded: bool,
}

impl Look {
    /// How narrow and how wide the sidebar can be, in CSS pixels.
    pub const SIDES: (u16, u16) = (200, 480);

    /// How wide it usually is, in CSS pixels; see `--side` in `style/tokens.css`.
    pub const SIDE: u16 = 272;

    /// The width nearest to this one that the sidebar can have.
    pub fn side(wanted: f64) -> u16 {
        let (least, most) = Self::SIDES;
        wanted.clamp(least.into(), most.into()).round() as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_is_found_again_by_its_word_and_others_are_the_usual_one() {
        for theme in Theme::ALL {
            assert_eq!(Theme::parse(theme.as_str()), *theme);
        }
        assert_eq!(TextSize::parse("larger"), TextSize::Larger);
        assert_eq!(Density::parse("tiny"), Density::Comfortable);
        assert_eq!(Contrast::parse(""), Contrast::System);
    }

    #[test]
    fn the_sidebar_is_never_too_narrow_nor_too_wide() {
        assert_eq!(Look::side(-20.0), 200);
        assert_eq!(Look::side(300.4), 300);
        assert_eq!(Look::side(9e9), 480);
    }
}
