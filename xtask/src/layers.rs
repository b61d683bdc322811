//! `layers`: proves who may know whom, between the crates and inside the app.
//!
//! What a rule does not allow is refused: a new crate or a new top-level module of the app must be
//! given its place here first.

use std::{fs, path::Path};

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::{
    app::files,
    process::{cargo, output, root},
};

/// A crate, the crates of this project that it may use, and those that its tests may use as well.
const CRATES: [(&str, &[&str], &[&str]); 12] = [
    ("weft-protocol", &[], &["weft-testkit"]),
    (
        "weft-sync",
        &["weft-protocol"],
        &["weft-sync", "weft-testkit"],
    ),
    ("weft-hub", &["weft-protocol"], &["weft-testkit"]),
    (
        "weft-server",
        &["weft-hub", "weft-protocol"],
        &["weft-testkit"],
    ),
    (
        "weft-testkit",
        &["weft-hub", "weft-protocol", "weft-sync"],
        &[],
    ),
    (
        "weft-bench",
        &["weft-hub", "weft-protocol", "weft-server", "weft-testkit"],
        &[],
    ),
    // The workers: the app knows them by their messages alone.
    ("weft-highlight", &[], &[]),
    ("weft-math", &[], &[]),
    ("weft-markdown", &[], &[]),
    ("weft-words", &[], &[]),
    (
        "weft",
        &["weft-markdown", "weft-protocol", "weft-sync", "weft-words"],
        &["weft-testkit"],
    ),
    ("xtask", &[], &[]),
];

/// The crates that only compute: time, chance and the outside world reach them as arguments.
const PURE: [&str; 3] = ["weft-protocol", "weft-sync", "weft-hub"];

/// What gives a crate a runtime, a browser, a database, a clock or chance.
const IMPURE_CRATES: [&str; 18] = [
    "async-std",
    "axum",
    "chrono",
    "futures-timer",
    "getrandom",
    "gloo-net",
    "gloo-timers",
    "instant",
    "js-sys",
    "leptos",
    "reqwest",
    "rusqlite",
    "smol",
    "sqlx",
    "time",
    "tokio",
    "wasm-bindgen",
    "web-sys",
];

/// The same in source text.
const IMPURE_TEXT: [&str; 9] = [
    "SystemTime::now",
    "Instant::now",
    "rand::random",
    "rand::rng(",
    "thread_rng",
    "std::net",
    "std::fs",
    "std::thread",
    "Uuid::now_v7",
];

/// A module of the app and the modules it may use. The crate's root itself may use any; the runtime
/// is outermost, since it puts the app on the page.
const MODULES: [(&str, &[&str]); 7] = [
    ("app", &["features", "pages", "state", "text", "ui"]),
    ("pages", &["features", "state", "text", "ui"]),
    ("features", &["state", "text", "ui"]),
    ("runtime", &["app", "state", "text", "ui"]),
    ("state", &["text"]),
    ("text", &["ui"]),
    ("ui", &[]),
];

/// Text that only the named module of the app may have: the doors to the world outside.
const DOORS: [(&str, &str); 10] = [
    ("WebSocket", "runtime"),
    ("gloo_net", "runtime"),
    ("gloo_timers", "runtime"),
    ("indexed_db", "runtime"),
    ("IdbDatabase", "runtime"),
    ("BroadcastChannel", "runtime"),
    ("LockManager", "runtime"),
    ("Worker", "runtime"),
    ("spawn_local", "runtime"),
    ("local_storage()", "runtime"),
];

/// Prints every dependency in a forbidden direction. Fails where there is one.
pub(crate) fn run() -> anyhow::Result<()> {
    let metadata = output(&mut cargo([
        "metadata",
        "--format-version",
        "1",
        "--no-deps",
    ]))?;
    let mut faults = crate_faults(&serde_json::from_str(&metadata)?);
    for name in PURE {
        let folder = root()
            .join("crates")
            .join(name.trim_start_matches("weft-"))
            .join("src");
        for (file, text) in sources(&folder)? {
            faults.extend(pure_faults(&text).map(|fault| format!("{name}: {file}: {fault}")));
        }
    }
    for (file, text) in sources(&root().join("src"))? {
        faults.extend(module_faults(&file, &text));
    }
    if faults.is_empty() {
        return Ok(());
    }
    bail!(
        "dependencies in a forbidden direction:\n  {}",
        faults.join("\n  ")
    );
}

fn crate_faults(metadata: &Value) -> Vec<String> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let packages = list(&metadata["packages"]);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut faults = Vec::new();
    for package in &packages {
        let name = text(&package["name"]);
        let Some((_, uses, tests)) = CRATES.iter().find(|(known, ..)| *known == name) else {
            faults.push(format!("{name} has no place among the layers"));
            continue;
        };
        for dependency in list(&package["dependencies"]) {
            let used = text(&dependency["name"]);
            let is_for_tests = dependency["kind"] == "dev";
            let is_ours = packages
                .iter()
                .any(|package| package["name"] == dependency["name"]);
            let is_allowed = if is_ours {
                uses.contains(&used.as_str()) || (is_for_tests && tests.contains(&used.as_str()))
            } else {
                is_for_tests
                    || !PURE.contains(&name.as_str())
                    || !IMPURE_CRATES.contains(&used.as_str())
            };
            if !is_allowed {
                faults.push(format!("{name} must not depend on {used}"));
            }
        }
    }
    faults
}

fn pure_faults(text: &str) -> impl Iterator<Item = String> {
    let code = code(text);
    IMPURE_TEXT
        .iter()
        .filter(move |impure| code.contains(**impure))
        .map(ToString::to_string)
}

/// Faults of one file of the app, named as it is under `src`.
fn module_faults(file: &str, text: &str) -> Vec<String> {
    let code = code(text);
    let module = file
        .split('/')
        .next()
        .unwrap_or(file)
        .trim_end_matches(".rs");
    if ["lib", "main"].contains(&module) {
        return Vec::new();
    }
    let Some((_, uses)) = MODULES.iter().find(|(known, _)| *known == module) else {
        return vec![format!(
            "src/{file}: {module} has no place among the layers"
        )];
    };
    let wrong = crate_paths(&code)
        .into_iter()
        .filter(|used| *used != module && !uses.contains(used))
        .filter(|used| MODULES.iter().any(|(known, _)| known == used))
        .map(|used| format!("src/{file}: {module} must not use {used}"));
    let doors = DOORS
        .iter()
        .filter(|(door, owner)| *owner != module && code.contains(door))
        .map(|(door, owner)| format!("src/{file}: only {owner} touches {door}"));
    let knows_chat = module == "ui"
        && ["weft_protocol", "weft_sync"]
            .iter()
            .any(|c| code.contains(c));
    let chat = knows_chat.then(|| format!("src/{file}: ui must know nothing of chat"));
    wrong.chain(doors).chain(chat).collect()
}

/// The top-level modules that `code` names by `crate::…`, in braces or not.
fn crate_paths(code: &str) -> Vec<&str> {
    code.split("crate::")
        .skip(1)
        .flat_map(|rest| {
            if let Some(group) = rest.strip_prefix('{') {
                group_heads(group)
            } else {
                vec![head(rest)]
            }
        })
        .collect()
}

/// The first word of each item of a `use` group whose opening brace has been read.
fn group_heads(group: &str) -> Vec<&str> {
    let mut depth = 0;
    let mut start = 0;
    let mut heads = Vec::new();
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                heads.push(head(group[start..at].trim_start()));
                start = at + 1;
                if character == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    heads.retain(|head| !head.is_empty());
    heads
}

fn head(path: &str) -> &str {
    let end = path
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(path.len());
    &path[..end]
}

/// The text without comments and without the tests at its end.
pub(crate) fn code(text: &str) -> String {
    let code = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or(text);
    let lines = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Every Rust file under `folder`: its name from there, and its text.
pub(crate) fn sources(folder: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let is_rust = |file: &std::path::PathBuf| file.extension().is_some_and(|end| end == "rs");
    let read = |file: std::path::PathBuf| {
        let name = file
            .strip_prefix(folder)?
            .to_string_lossy()
            .replace('\\', "/");
        let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        Ok((name, text))
    };
    files(folder)?
        .into_iter()
        .filter(is_rust)
        .map(read)
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{code, crate_faults, crate_paths, module_faults, pure_faults};

    #[test]
    fn a_server_that_knows_the_client_core_is_refused() {
        let metadata = json!({"packages": [
            {"name": "weft-server", "dependencies": [
                {"name": "weft-sync", "kind": null}, {"name": "tokio", "kind": null}]},
            {"name": "weft-sync", "dependencies": [
                {"name": "tokio", "kind": null}, {"name": "proptest", "kind": "dev"}]},
        ]});
        assert_eq!(
            crate_faults(&metadata),
            [
                "weft-server must not depend on weft-sync",
                "weft-sync must not depend on tokio"
            ]
        );
    }

    #[test]
    fn a_crate_without_a_place_is_refused() {
        let metadata = json!({"packages": [{"name": "weft-misc", "dependencies": []}]});
        assert_eq!(
            crate_faults(&metadata),
            ["weft-misc has no place among the layers"]
        );
    }

    #[test]
    fn the_test_tools_are_for_tests_only() {
        let metadata = |kind| {
            json!({"packages": [
                {"name": "weft-hub", "dependencies": [{"name": "weft-testkit", "kind": kind}]},
                {"name": "weft-testkit", "dependencies": []},
            ]})
        };
        assert!(crate_faults(&metadata(Some("dev"))).is_empty());
        assert_eq!(
            crate_faults(&metadata(None)),
            ["weft-hub must not depend on weft-testkit"]
        );
    }

    #[test]
    fn a_core_that_reads_a_clock_is_refused() {
        let faults = pure_faults("fn now() { std::time::Instant::now() }").collect::<Vec<_>>();
        assert_eq!(faults, ["Instant::now"]);
        assert_eq!(pure_faults("// never Instant::now\n").count(), 0);
    }

    #[test]
    fn a_module_that_looks_up_is_refused() {
        let faults = module_faults(
            "ui/button.rs",
            "use crate::{state::Threads, ui::icon::Icon};",
        );
        assert_eq!(faults, ["src/ui/button.rs: ui must not use state"]);
        let faults = module_faults("features/composer.rs", "use crate::runtime::socket;");
        assert_eq!(
            faults,
            ["src/features/composer.rs: features must not use runtime"]
        );
        assert!(module_faults("pages/thread.rs", "use crate::features::timeline;").is_empty());
    }

    #[test]
    fn only_the_runtime_touches_the_world_and_ui_knows_no_chat() {
        assert_eq!(
            module_faults(
                "state/threads.rs",
                "let socket = web_sys::WebSocket::new(url);"
            ),
            ["src/state/threads.rs: only runtime touches WebSocket"]
        );
        assert!(module_faults("runtime/socket.rs", "use web_sys::WebSocket;").is_empty());
        assert_eq!(
            module_faults("ui/list.rs", "use weft_protocol::MessageId;"),
            ["src/ui/list.rs: ui must know nothing of chat"]
        );
    }

    #[test]
    fn nested_groups_are_read_to_their_end() {
        let paths = "use crate::{a::{b, c}, d, e::f};\nfn x() { crate::g::h() }";
        assert_eq!(crate_paths(&code(paths)), ["a", "d", "e", "g"]);
    }
}
