//! `size`: what a first load of the built app costs on the wire, and what comes later on demand.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context as _, bail};

use crate::app::{dist, files, sibling};

/// The most that a first load may weigh, compressed.
const LIMIT: u64 = 300 * 1024;

/// Prints the weight of a first load by type. Fails where it is over the budget.
pub(crate) fn run() -> anyhow::Result<()> {
    let total = report()?;
    if total > LIMIT {
        bail!("a first load is {total} bytes: more than {LIMIT}");
    }
    Ok(())
}

/// Prints the weight of a first load by type, and returns all of it in bytes.
pub(crate) fn report() -> anyhow::Result<u64> {
    let dist = dist();
    let (weights, later) = loads(&dist)?;
    let total = weights.values().sum::<u64>();
    for (kind, bytes) in &weights {
        println!("{kind:>12} {:>8.1} KiB", kib(*bytes));
    }
    println!(
        "{:>12} {:>8.1} KiB of {:.0}",
        "first load",
        kib(total),
        kib(LIMIT)
    );
    for (name, bytes) in &later {
        println!("{:>12} {:>8.1} KiB {name}", "on demand", kib(*bytes));
    }
    Ok(total)
}

/// Bytes by name.
type Weights = BTreeMap<String, u64>;

/// Bytes by file type: the page, what it names but for icons of an installed app, and what that loads
/// at once (snippets, settings). Then, by their names, the other modules, which are loaded when they are
/// first needed.
fn loads(dist: &Path) -> anyhow::Result<(Weights, Weights)> {
    let page = fs::read_to_string(dist.join("index.html")).context("the app is not built")?;
    let (mut weights, mut later) = (Weights::new(), Weights::new());
    for file in files(dist)? {
        let name = file
            .strip_prefix(dist)?
            .to_string_lossy()
            .replace('\\', "/");
        let is_loaded = name == "index.html"
            || name == "config.json"
            || name.starts_with("snippets/")
            || page.contains(name.as_str());
        let kind = file
            .extension()
            .and_then(|extension| extension.to_str())
            .unwrap_or("other");
        let is_later = !is_loaded && ["wasm", "js"].contains(&kind) && name != "sw.js";
        if !(is_loaded || is_later) || ["br", "gz", "png"].contains(&kind) {
            continue;
        }
        let packed = fs::metadata(sibling(&file, "br"));
        let bytes = packed.or_else(|_| fs::metadata(&file))?.len();
        if is_later {
            later.insert(name, bytes);
        } else {
            *weights.entry(kind.to_owned()).or_default() += bytes;
        }
    }
    Ok((weights, later))
}

fn kib(bytes: u64) -> f64 {
    bytes as f64 / 1024.0
}
