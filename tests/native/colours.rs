//! Whether what is written can be read: the contrast of every pair of colours that are shown on each other, in
//! each theme of `style/tokens.css`, as WCAG 2.2 counts it.

use std::collections::HashMap;

const TOKENS: &str = include_str!("../../style/tokens.css");

/// Text, and what it is written on.
const TEXTS: [(&str, &str); 11] = [
    (
        "text",
        "surface surface-side surface-raised surface-soft surface-strong surface-code surface-mine accent-soft",
    ),
    (
        "text-soft",
        "surface surface-side surface-raised surface-soft surface-code surface-mine accent-soft",
    ),
    (
        "accent",
        "surface surface-side surface-raised surface-soft surface-mine",
    ),
    ("on-accent", "accent accent-strong"),
    ("surface", "text"),
    ("danger", "surface surface-side surface-raised"),
    ("good", "surface surface-side surface-raised"),
    (
        "code-keyword code-string code-comment code-number code-constant",
        "surface-code",
    ),
    (
        "code-function code-type code-tag code-attribute code-property",
        "surface-code",
    ),
    ("code-heading code-inserted code-deleted", "surface-code"),
    ("accent-strong", "surface"),
];

/// What is not text and has to be seen.
const MARKS: [(&str, &str); 3] = [
    ("line-strong", "surface surface-side surface-raised"),
    ("accent", "accent-soft surface-strong"),
    ("warn", "surface surface-side"),
];

const THEMES: [(&str, bool); 4] = [
    ("light", false),
    ("dark", true),
    ("paper", false),
    ("midnight", true),
];

#[test]
fn what_is_written_can_be_read_in_every_theme() {
    let mut faults = Vec::new();
    for (name, dark) in THEMES {
        for more in [0.0, 1.0] {
            let theme = Theme::new(name, dark, more);
            let (text, mark) = if more > 0.0 { (7.0, 4.5) } else { (4.5, 3.0) };
            // Colours that say something are as far apart as usual in high contrast too.
            let least = |ink: &str, least: f64, usual: f64| {
                let is_moved =
                    ["text", "text-soft", "accent", "line-strong", "surface"].contains(&ink);
                if is_moved { least } else { usual }
            };
            for (pairs, wanted, usual) in [(&TEXTS[..], text, 4.5), (&MARKS[..], mark, 3.0)] {
                for (inks, papers) in pairs {
                    for ink in inks.split(' ') {
                        for paper in papers.split(' ') {
                            let is = contrast(theme.of(ink), theme.of(paper));
                            if is < least(ink, wanted, usual) {
                                faults.push(format!("{name}, {more}: {ink} on {paper} is {is:.2}"));
                            }
                        }
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "too faint:\n{}", faults.join("\n"));
}

#[test]
fn a_theme_of_its_own_says_meanings_alone() {
    for theme in ["paper", "midnight"] {
        let block = block(&format!(":root[data-theme=\"{theme}\"]"));
        let usual = block_of(":root {\n    color-scheme");
        for name in block.keys() {
            assert!(usual.contains_key(name), "{theme}: {name} is no meaning");
        }
    }
}

#[test]
fn contrast_is_counted_as_wcag_counts_it() {
    let of = |text| Theme::new("light", false, 0.0).colour(text);
    assert!((contrast(of("oklch(0% 0 0)"), of("white")) - 21.0).abs() < 0.01);
    // #767676 is the lightest grey that can be read on white: 4.54.
    assert!((contrast(of("oklch(56.57% 0 0)"), of("white")) - 4.54).abs() < 0.03);
    let mixed = of("color-mix(in oklab, white calc(var(--more) * 75%), oklch(0% 0 0))");
    assert_eq!(mixed, of("oklch(0% 0 0)"));
}

/// Lightness, and the two axes of oklab.
type Oklab = [f64; 3];

struct Theme {
    says: HashMap<String, String>,
    dark: bool,
    more: f64,
}

impl Theme {
    fn new(name: &str, dark: bool, more: f64) -> Self {
        let mut says = block_of(":root {\n    --ink");
        says.extend(block_of(":root {\n    color-scheme"));
        says.extend(block(&format!(":root[data-theme=\"{name}\"]")));
        Self { says, dark, more }
    }

    fn of(&self, name: &str) -> Oklab {
        let said = self.says.get(name).unwrap_or_else(|| panic!("no --{name}"));
        self.colour(said)
    }

    fn colour(&self, text: &str) -> Oklab {
        let text = text.trim();
        let inside = |name: &str| text.strip_prefix(name)?.strip_suffix(')');
        if text == "white" {
            return [1.0, 0.0, 0.0];
        }
        if let Some(name) = inside("var(--") {
            return self.of(name);
        }
        if let Some(both) = inside("light-dark(") {
            let both = arguments(both);
            return self.colour(both[usize::from(self.dark)]);
        }
        if let Some(mix) = inside("color-mix(in oklab,") {
            let [first, second] = arguments(mix)[..] else {
                panic!("two colours: {text}")
            };
            let (first, share) = first.trim().split_once(' ').expect("a share");
            let share = share.trim().strip_prefix("calc(var(--more) * ");
            let share = share.and_then(|it| it.strip_suffix("%)"));
            let share: f64 = share.expect("a share of --more").parse().expect("a number");
            let share = share / 100.0 * self.more;
            let (first, second) = (self.colour(first), self.colour(second));
            return std::array::from_fn(|at| first[at] * share + second[at] * (1.0 - share));
        }
        let numbers = inside("oklch(").unwrap_or_else(|| panic!("no colour: {text}"));
        let numbers: Vec<f64> = numbers
            .split_whitespace()
            .map(|it| it.trim_end_matches('%').parse().expect("a number"))
            .collect();
        let [lightness, chroma, hue] = numbers[..] else {
            panic!("three numbers: {text}")
        };
        let (sin, cos) = hue.to_radians().sin_cos();
        [lightness / 100.0, chroma * cos, chroma * sin]
    }
}

/// What stands between the commas that are in no brackets.
fn arguments(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut all) = (0, 0, Vec::new());
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                all.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    all.push(&text[start..]);
    all
}

fn block(selector: &str) -> HashMap<String, String> {
    block_of(&format!("{selector} {{"))
}

/// The custom properties of the block that begins so.
fn block_of(begin: &str) -> HashMap<String, String> {
    let (_, rest) = TOKENS
        .split_once(begin)
        .unwrap_or_else(|| panic!("no {begin}"));
    let (body, _) = rest.split_once("\n  }").expect("an end");
    // What the search has taken of the first property is put back.
    let body = format!(
        "{}{body}",
        begin.rsplit('\n').next().unwrap_or_default().trim_start()
    );
    let property = |line: &str| {
        let (name, value) = line.trim().strip_prefix("--")?.split_once(':')?;
        Some((name.to_owned(), value.trim().to_owned()))
    };
    body.split(';').filter_map(property).collect()
}

fn luminance([l, a, b]: Oklab) -> f64 {
    let cube = |x: f64| x * x * x;
    let long = cube(l + 0.396_337_777_4 * a + 0.215_803_757_3 * b);
    let medium = cube(l - 0.105_561_345_8 * a - 0.063_854_172_8 * b);
    let short = cube(l - 0.089_484_177_5 * a - 1.291_485_548_0 * b);
    let red = 4.076_741_662_1 * long - 3.307_711_591_3 * medium + 0.230_969_929_2 * short;
    let green = -1.268_438_004_6 * long + 2.609_757_401_1 * medium - 0.341_319_396_5 * short;
    let blue = -0.004_196_086_3 * long - 0.703_418_614_7 * medium + 1.707_614_701_0 * short;
    let [red, green, blue] = [red, green, blue].map(|it| it.clamp(0.0, 1.0));
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: Oklab, other: Oklab) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}
