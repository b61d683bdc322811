//! axe-core on the page of a browser: what of it people who see, hear or move otherwise cannot use.
//!
//! It runs as the browser's own tool, so that the page's Content-Security-Policy has no say in it.

use std::{fmt, sync::OnceLock};

use serde_json::{Value, json};

use super::{Browser, given};

/// The rules of WCAG 2.2, levels A and AA, with those of its forerunners, and what is good besides.
const TAGS: [&str; 6] = [
    "wcag2a",
    "wcag2aa",
    "wcag21a",
    "wcag21aa",
    "wcag22aa",
    "best-practice",
];

/// The rules among them that depend on colours.
const OF_COLOURS: [&str; 2] = ["color-contrast", "link-in-text-block"];

/// One place where a page breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// The rule, as axe-core names it.
    pub rule: String,
    /// Where, as a selector.
    pub target: String,
    /// What would mend it.
    pub summary: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let summary = self.summary.replace('\n', " ");
        write!(f, "{} at {}: {summary}", self.rule, self.target)
    }
}

impl Browser {
    /// Every place where the page breaks a rule of [`TAGS`].
    pub async fn axe(&self) -> Vec<Violation> {
        // What is off unless asked for is the size of targets, of WCAG 2.2.
        self.run_axe(json!({
            "runOnly": { "type": "tag", "values": TAGS },
            "rules": { "target-size": { "enabled": true } },
        }))
        .await
    }

    /// The same of the rules that depend on colours.
    pub async fn axe_of_colours(&self) -> Vec<Violation> {
        self.run_axe(json!({ "runOnly": { "type": "rule", "values": OF_COLOURS } }))
            .await
    }

    async fn run_axe(&self, mut options: Value) -> Vec<Violation> {
        if self.js("typeof axe").await != "object" {
            self.js(script()).await;
        }
        options["resultTypes"] = json!(["violations"]);
        options["preload"] = false.into();
        let run = format!(
            "axe.run(document, {options}).then(({{ violations }}) => violations.flatMap(({{ id, nodes }}) =>
                nodes.map(({{ target, failureSummary }}) => [id, target.flat().join(' '), failureSummary])))"
        );
        let found: Vec<[String; 3]> =
            serde_json::from_value(self.js(&run).await).expect("what axe-core has found");
        let found = found.into_iter();
        found
            .map(|[rule, target, summary]| Violation {
                rule,
                target,
                summary,
            })
            .collect()
    }
}

/// The library, ending with something that is small enough to be an answer.
fn script() -> &'static str {
    static SCRIPT: OnceLock<String> = OnceLock::new();
    SCRIPT.get_or_init(|| {
        let script = std::fs::read_to_string(given("WEFT_AXE")).expect("axe-core");
        format!("{script}\n;0")
    })
}
