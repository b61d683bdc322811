//! `size`: what a first load of the built app costs on the wire.

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
    let weights = first_load(&dist)?;
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
    Ok(total)
}

/// Bytes by file type: the page, what it names but for icons of an installed app, and what that loads
/// at once (snippets, settings).
fn first_load(dist: &Path) -> anyhow::Result<BTreeMap<String, u64>> {
    let page = fs::read_to_string(dist.join("index.html")).context("the app is not built")?;
    let mut weights = BTreeMap::new();
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
        if !is_loaded || ["br", "gz", "png"].contains(&kind) {
            continue;
        }
        let packed = fs::metadata(sibling(&file, "br"));
        let bytes = packed.or_else(|_| fs::metadata(&file))?.len();
        *weights.entry(kind.to_owned()).or_default() += bytes;
    }
    Ok(weights)
}

fn kib(bytes: u64) -> f64 {
    bytes as f64 / 1024.0
}
