//! The table: each figure of Weft, the floor's beside it, and the budget that it is held to.

use std::fmt::Write as _;

use crate::{history::NEW, page::Side, presence::FEW};

/// What a figure may be.
#[derive(Clone, Copy)]
enum Budget {
    AtMost(f64),
    AtLeast(f64),
    /// At most so many times the floor's.
    OfFloor(f64),
    /// At most so many times Weft's own figure in a new thread.
    OfNew(f64),
    /// At most so many times Weft's own figure for few people.
    OfFew(f64),
}

use Budget::{AtLeast, AtMost, OfFew, OfFloor, OfNew};

/// The budgets, by group (`*` is any ending) and name of a figure.
const BUDGETS: &[(&str, &str, Budget)] = &[
    ("first load", "on the wire, KiB", AtMost(300.0)),
    ("first load*", "cold to typing, ms", OfFloor(1.5)),
    ("first load*", "warm to typing, ms", OfFloor(1.5)),
    ("sending", "Enter to paint, ms", OfFloor(1.3)),
    (
        "reply of 2,000 tokens at 200/s, slowed 4x",
        "main thread, ms a token",
        OfFloor(1.3),
    ),
    (
        "reply of 2,000 tokens at 200/s, slowed 4x",
        "worst frame gap, ms",
        AtMost(50.0),
    ),
    (
        "reply of 2,000 tokens at 200/s, slowed 4x",
        "tasks over 50 ms",
        AtMost(0.0),
    ),
    (
        "reply of 2,000 tokens at 200/s",
        "main thread, ms a token",
        OfFloor(1.5),
    ),
    (
        "reply of 2,000 tokens at 200/s",
        "worst frame gap, ms",
        AtMost(34.0),
    ),
    (
        "reply of 2,000 tokens at 200/s",
        "tasks over 50 ms",
        AtMost(0.0),
    ),
    (
        "reply of 2,000 tokens at 200/s",
        "token to paint p95, ms",
        OfFloor(1.3),
    ),
    (
        "reply of 10,000 tokens at once",
        "main thread, ms a token",
        AtMost(0.05),
    ),
    (
        "reply of 10,000 tokens at once",
        "last byte to paint, ms",
        AtMost(100.0),
    ),
    ("reply of 10,000 tokens at once", "heap, MiB", AtMost(12.0)),
    (
        "reply of 10,000 tokens at once",
        "bytes on the wire, of the text's",
        AtMost(2.5),
    ),
    ("history*", "open, nothing on the device, ms", OfFloor(2.0)),
    ("history*", "open, ms", OfFloor(2.0)),
    ("history*", "elements in the document", AtMost(1_500.0)),
    ("history*", "heap, MiB", AtMost(15.0)),
    ("history*", "elements after scrolling", AtMost(1_500.0)),
    ("history*", "heap after scrolling, MiB", AtMost(15.0)),
    ("history*", "key to paint, ms", OfFloor(1.1)),
    ("history*", "Enter to paint, ms", OfFloor(1.3)),
    ("history*", "reply: main thread, ms a token", OfNew(1.1)),
    ("history*", "scrolling: worst frame gap, ms", AtMost(34.0)),
    ("history*", "scrolling: gaps over 50 ms", AtMost(0.0)),
    (
        "server, one node",
        "messages acked a second",
        AtLeast(15_000.0),
    ),
    (
        "server, 1,000 watchers of one reply",
        "token to a watcher p99, ms",
        AtMost(250.0),
    ),
    (
        "server, one node",
        "memory of an idle socket, KiB",
        AtMost(32.0),
    ),
    // One a second, and one that was due when the counting began.
    (
        "server, presence*",
        "frames for each, a second",
        AtMost(1.1),
    ),
    ("server, presence*", "bytes for each, a second", OfFew(1.1)),
];

/// All figures of a run.
#[derive(Default)]
pub(crate) struct Figures(Vec<Figure>);

struct Figure {
    group: String,
    name: &'static str,
    weft: Vec<f64>,
    floor: Vec<f64>,
}

impl Figures {
    /// Adds a measurement.
    pub(crate) fn add(&mut self, group: &str, name: &'static str, side: Side, value: f64) {
        let is_it = |figure: &Figure| figure.group == group && figure.name == name;
        let at = self.0.iter().position(is_it).unwrap_or_else(|| {
            self.0.push(Figure {
                group: group.to_owned(),
                name,
                weft: Vec::new(),
                floor: Vec::new(),
            });
            self.0.len() - 1
        });
        match side {
            Side::Weft => self.0[at].weft.push(value),
            Side::Floor => self.0[at].floor.push(value),
        }
    }

    /// The table, as it is printed: medians, and between brackets the least and the most.
    pub(crate) fn table(&self) -> String {
        let mut table = String::new();
        let mut groups: Vec<&str> = Vec::new();
        for figure in &self.0 {
            if !groups.contains(&figure.group.as_str()) {
                groups.push(&figure.group);
            }
        }
        for group in groups {
            let _ = writeln!(
                table,
                "\n{group:<42} {:>24} {:>24} {:>6}  {:>22}",
                "floor (least to most)", "Weft (least to most)", "ratio", "budget"
            );
            for figure in self.0.iter().filter(|figure| figure.group == group) {
                let _ = writeln!(table, "{}", self.line(figure));
            }
        }
        table
    }

    fn line(&self, figure: &Figure) -> String {
        let floor = median(&figure.floor);
        let weft = median(&figure.weft);
        let ratio = weft.zip(floor).map(|(weft, floor)| weft / floor);
        let ratio = ratio.filter(|ratio| ratio.is_finite());
        let budget = budget(figure).map_or(String::new(), |budget| self.verdict(figure, budget));
        format!(
            "  {:<40} {:>24} {:>24} {:>6}  {budget:>22}",
            figure.name,
            spread(&figure.floor),
            spread(&figure.weft),
            ratio.map_or(String::new(), |ratio| format!("{ratio:.2}")),
        )
    }

    /// Weft's figure of that name in another group.
    fn own(&self, group: &str, name: &str) -> Option<f64> {
        let is_it = |other: &&Figure| other.group == group && other.name == name;
        median(&self.0.iter().find(is_it)?.weft)
    }

    fn verdict(&self, figure: &Figure, budget: Budget) -> String {
        let Some(weft) = median(&figure.weft) else {
            return String::new();
        };
        let (said, limit) = match budget {
            AtMost(most) => (format!("≤ {}", short(most)), Some(most)),
            AtLeast(least) => {
                let word = if weft >= least { "met" } else { "missed" };
                return format!("≥ {}: {word}", short(least));
            }
            OfFloor(times) => {
                let floor = median(&figure.floor);
                (
                    format!("≤ {times} x floor"),
                    floor.map(|floor| floor * times),
                )
            }
            OfNew(times) => {
                let new = self.own(NEW, figure.name);
                (format!("≤ {times} x new"), new.map(|new| new * times))
            }
            OfFew(times) => {
                let few = self.own(FEW, figure.name);
                (format!("≤ {times} x few's"), few.map(|few| few * times))
            }
        };
        match limit {
            None => said,
            Some(limit) if weft <= limit => format!("{said}: met"),
            Some(_) => format!("{said}: missed"),
        }
    }
}

fn budget(figure: &Figure) -> Option<Budget> {
    let is_of = |group: &str| match group.strip_suffix('*') {
        Some(start) => figure.group.starts_with(start),
        None => figure.group == group,
    };
    let found = BUDGETS
        .iter()
        .find(|(group, name, _)| *name == figure.name && is_of(group));
    found.map(|(.., budget)| *budget)
}

/// The middle one; of an even number, the upper of the two.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// The value below which this share of the values is.
pub(crate) fn quantile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = (sorted.len() as f64 * share) as usize;
    sorted.get(at.min(sorted.len().saturating_sub(1))).copied()
}

/// The median of values, with the least and the most of them.
fn spread(values: &[f64]) -> String {
    let least = quantile(values, 0.0).map(short);
    let most = quantile(values, 1.0).map(short);
    match (median(values).map(short), least, most) {
        (Some(median), Some(least), Some(most)) if values.len() > 1 => {
            format!("{median} ({least} to {most})")
        }
        (Some(median), ..) => median,
        (None, ..) => String::new(),
    }
}

fn short(value: f64) -> String {
    match value {
        _ if value == value.trunc() || value >= 1_000.0 => format!("{value:.0}"),
        _ if value >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Figures, Side, median, quantile};

    #[test]
    fn a_figure_is_held_to_the_budget_of_its_group() {
        let mut figures = Figures::default();
        let name = "Enter to paint, ms";
        figures.add("sending", name, Side::Floor, 10.0);
        for value in [12.0, 14.0, 11.0] {
            figures.add("sending", name, Side::Weft, value);
        }
        let table = figures.table();
        assert!(table.contains("12 (11 to 14)"), "{table}");
        assert!(table.contains("≤ 1.3 x floor: met"), "{table}");
        figures.add("sending", name, Side::Weft, 15.0);
        figures.add("sending", name, Side::Weft, 16.0);
        assert!(figures.table().contains("missed"), "{}", figures.table());
    }

    #[test]
    fn a_long_thread_is_held_to_the_figure_of_a_new_one() {
        let mut figures = Figures::default();
        let name = "reply: main thread, ms a token";
        figures.add(super::NEW, name, Side::Weft, 1.0);
        figures.add("history of 100 messages", name, Side::Weft, 1.2);
        assert!(figures.table().contains("≤ 1.1 x new: missed"));
    }

    #[test]
    fn what_each_of_many_people_is_told_is_held_to_what_each_of_few_is() {
        let mut figures = Figures::default();
        let name = "bytes for each, a second";
        figures.add(super::FEW, name, Side::Weft, 100.0);
        figures.add("server, presence of 200 people", name, Side::Weft, 108.0);
        assert!(figures.table().contains("≤ 1.1 x few's: met"));
        figures.add("server, presence of 200 people", name, Side::Weft, 120.0);
        figures.add("server, presence of 200 people", name, Side::Weft, 120.0);
        assert!(figures.table().contains("≤ 1.1 x few's: missed"));
    }

    #[test]
    fn quantiles_are_values_that_were_measured() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(quantile(&[1.0, 2.0], 1.0), Some(2.0));
    }
}
