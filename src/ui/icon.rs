//! Icons: paths of the Lucide set (<https://lucide.dev>, ISC licence; see `public/icons/lucide.txt`), on its grid of 24.
//!
//! Invariant: an icon says nothing: who hears the page hears the name of what it stands in. A path is text in
//! the app, so that an icon is there with what it stands in, without a request. What stands in each row of a long
//! list is drawn by `style/ui/icons.css` instead, without an element.

use leptos::prelude::*;

/// What an icon shows: the strokes of one path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Glyph(&'static str);

/// An icon, as tall as the text around it asks for.
pub(crate) fn icon(glyph: Glyph) -> AnyView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d=glyph.0/>
        </svg>
    }
    .into_any()
}

impl Glyph {
    /// A page with a column at its side.
    pub(crate) const PANEL_LEFT: Self =
        Self("M5 3h14a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2h-14a2 2 0 0 1-2-2v-14a2 2 0 0 1 2-2zM9 3v18");
    /// A cross: closes.
    pub(crate) const X: Self = Self("M18 6 6 18M6 6l12 12");
    /// Three dots: more to do.
    pub(crate) const ELLIPSIS: Self = Self(
        "M11 12a1 1 0 1 0 2 0a1 1 0 1 0 -2 0M18 12a1 1 0 1 0 2 0a1 1 0 1 0 -2 0M4 12a1 1 0 1 0 2 0a1 1 0 1 0 -2 0",
    );
    /// Points down.
    pub(crate) const CHEVRON_DOWN: Self = Self("M6 9l6 6 6-6");
    /// Points to the end side.
    pub(crate) const CHEVRON_RIGHT: Self = Self("M9 18l6-6-6-6");
    /// Points to the start side.
    pub(crate) const CHEVRON_LEFT: Self = Self("M15 18l-6-6 6-6");
    /// A cog wheel.
    pub(crate) const SETTINGS: Self = Self(
        "M9.671 4.136a2.34 2.34 0 0 1 4.659 0 2.34 2.34 0 0 0 3.319 1.915 2.34 2.34 0 0 1 2.33 4.033 2.34 2.34 0 0 0 0 3.831 2.34 2.34 0 0 1-2.33 4.033 2.34 2.34 0 0 0-3.319 1.915 2.34 2.34 0 0 1-4.659 0 2.34 2.34 0 0 0-3.32-1.915 2.34 2.34 0 0 1-2.33-4.033 2.34 2.34 0 0 0 0-3.831A2.34 2.34 0 0 1 6.35 6.051a2.34 2.34 0 0 0 3.319-1.915M9 12a3 3 0 1 0 6 0a3 3 0 1 0 -6 0",
    );
    /// Two sliders.
    pub(crate) const SETTINGS_2: Self = Self(
        "M14 17H5M19 7h-9M14 17a3 3 0 1 0 6 0a3 3 0 1 0 -6 0M4 7a3 3 0 1 0 6 0a3 3 0 1 0 -6 0",
    );
    /// A pen on a sheet: something new.
    pub(crate) const SQUARE_PEN: Self = Self(
        "M12 3H5a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h14a2 2 0 0 0 2-2v-7M18.375 2.625a1 1 0 0 1 3 3l-9.013 9.014a2 2 0 0 1-.853.505l-2.873.84a.5.5 0 0 1-.62-.62l.84-2.873a2 2 0 0 1 .506-.852z",
    );
    /// A magnifying glass: finds.
    pub(crate) const SEARCH: Self = Self("M21 21l-4.34-4.34M3 11a8 8 0 1 0 16 0a8 8 0 1 0 -16 0");
    /// An arrow up: sends.
    pub(crate) const ARROW_UP: Self = Self("M5 12l7-7 7 7M12 19V5");
    /// An arrow down: goes to the end.
    pub(crate) const ARROW_DOWN: Self = Self("M12 5v14M19 12l-7 7-7-7");
    /// A square: stops.
    pub(crate) const SQUARE: Self =
        Self("M5 3h14a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2h-14a2 2 0 0 1-2-2v-14a2 2 0 0 1 2-2z");
    /// A pencil.
    pub(crate) const PENCIL: Self = Self(
        "M21.174 6.812a1 1 0 0 0-3.986-3.987L3.842 16.174a2 2 0 0 0-.5.83l-1.321 4.352a.5.5 0 0 0 .623.622l4.353-1.32a2 2 0 0 0 .83-.497zM15 5l4 4",
    );
    /// A bin.
    pub(crate) const TRASH: Self = Self(
        "M10 11v6M14 11v6M19 6v14a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V6M3 6h18M8 6V4a2 2 0 0 1 2-2h4a2 2 0 0 1 2 2v2",
    );
    /// A pin.
    pub(crate) const PIN: Self = Self(
        "M12 17v5M9 10.76a2 2 0 0 1-1.11 1.79l-1.78.9A2 2 0 0 0 5 15.24V16a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1v-.76a2 2 0 0 0-1.11-1.79l-1.78-.9A2 2 0 0 1 15 10.76V7a1 1 0 0 1 1-1 2 2 0 0 0 0-4H8a2 2 0 0 0 0 4 1 1 0 0 1 1 1z",
    );
    /// A box.
    pub(crate) const ARCHIVE: Self = Self(
        "M3 3h18a1 1 0 0 1 1 1v3a1 1 0 0 1-1 1h-18a1 1 0 0 1-1-1v-3a1 1 0 0 1 1-1zM4 8v11a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2V8M10 12h4",
    );
    /// Sparks.
    pub(crate) const SPARKLES: Self = Self(
        "M11.017 2.814a1 1 0 0 1 1.966 0l1.051 5.558a2 2 0 0 0 1.594 1.594l5.558 1.051a1 1 0 0 1 0 1.966l-5.558 1.051a2 2 0 0 0-1.594 1.594l-1.051 5.558a1 1 0 0 1-1.966 0l-1.051-5.558a2 2 0 0 0-1.594-1.594l-5.558-1.051a1 1 0 0 1 0-1.966l5.558-1.051a2 2 0 0 0 1.594-1.594zM20 2v4M22 4h-4M2 20a2 2 0 1 0 4 0a2 2 0 1 0 -4 0",
    );
    /// A cloud that is not reached.
    pub(crate) const CLOUD_OFF: Self = Self(
        "M10.94 5.274A7 7 0 0 1 15.71 10h1.79a4.5 4.5 0 0 1 4.222 6.057M18.796 18.81A4.5 4.5 0 0 1 17.5 19H9A7 7 0 0 1 5.79 5.78M2 2l20 20",
    );
    /// A warning.
    pub(crate) const TRIANGLE_ALERT: Self = Self(
        "M21.73 18l-8-14a2 2 0 0 0-3.48 0l-8 14A2 2 0 0 0 4 21h16a2 2 0 0 0 1.73-3M12 9v4M12 17h.01",
    );
    /// A compass.
    pub(crate) const COMPASS: Self = Self(
        "M2 12a10 10 0 1 0 20 0a10 10 0 1 0 -20 0M16.24 7.76l-1.804 5.411a2 2 0 0 1-1.265 1.265L7.76 16.24l1.804-5.411a2 2 0 0 1 1.265-1.265z",
    );
    /// A plug: connects.
    pub(crate) const PLUG: Self = Self(
        "M12 22v-5M15 8V2M17 8a1 1 0 0 1 1 1v4a4 4 0 0 1-4 4h-4a4 4 0 0 1-4-4V9a1 1 0 0 1 1-1zM9 8V2",
    );
    /// A bell.
    pub(crate) const BELL: Self = Self(
        "M10.268 21a2 2 0 0 0 3.464 0M3.262 15.326A1 1 0 0 0 4 17h16a1 1 0 0 0 .74-1.673C19.41 13.956 18 12.499 18 8A6 6 0 0 0 6 8c0 4.499-1.411 5.956-2.738 7.326",
    );
    /// A bell that is silent.
    pub(crate) const BELL_OFF: Self = Self(
        "M10.268 21a2 2 0 0 0 3.464 0M17 17H4a1 1 0 0 1-.74-1.673C4.59 13.956 6 12.499 6 8a6 6 0 0 1 .258-1.742M2 2l20 20M8.668 3.01A6 6 0 0 1 18 8c0 2.687.77 4.653 1.707 6.05",
    );
    /// An opened letter.
    pub(crate) const MAIL_OPEN: Self = Self(
        "M21.2 8.4c.5.38.8.97.8 1.6v10a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V10a2 2 0 0 1 .8-1.6l8-6a2 2 0 0 1 2.4 0l8 6ZM22 10l-8.97 5.7a1.94 1.94 0 0 1-2.06 0L2 10",
    );
    /// A bulb.
    pub(crate) const LIGHTBULB: Self = Self(
        "M15 14c.2-1 .7-1.7 1.5-2.5 1-.9 1.5-2.2 1.5-3.5A6 6 0 0 0 6 8c0 1 .2 2.2 1.5 3.5.7.7 1.3 1.5 1.5 2.5M9 18h6M10 22h4",
    );
    /// Angle brackets.
    pub(crate) const CODE: Self = Self("M16 18l6-6-6-6M8 6l-6 6 6 6");
    /// A list with ticks.
    pub(crate) const LIST_CHECKS: Self = Self("M13 5h8M13 12h8M13 19h8M3 17l2 2 4-4M3 7l2 2 4-4");
    /// Two scripts.
    pub(crate) const LANGUAGES: Self =
        Self("M5 8l6 6M4 14l6-6 2-3M2 5h12M7 2h1M22 22l-5-10-5 10M14 18h6");
    /// An exclamation mark in a circle.
    pub(crate) const CIRCLE_ALERT: Self =
        Self("M2 12a10 10 0 1 0 20 0a10 10 0 1 0 -20 0M12 8L12 12M12 16L12.01 16");
}
