//! `test`: everything that must hold, cheapest first. The first step that fails ends it.
//!
//! Native steps select the whole workspace, each with the targets it is about: what is selected decides the features
//! of the dependencies, and so whether they are compiled once or for each step.

use std::{env, process::Command, time::Instant};

use anyhow::Context as _;

use crate::{
    app, layers,
    process::{cargo, root, run as run_command},
    size, tools, words,
};

const WASM: &str = "wasm32-unknown-unknown";
const SCHEDULES: u64 = 20_000;

/// Runs every step, and prints how long each took.
pub(crate) fn run() -> anyhow::Result<()> {
    let browser = tools::browser()?;
    tools::axe()?;
    step("formatting", || {
        run_command(&mut cargo(["fmt", "--all", "--check"]))
    })?;
    step("layers", layers::run)?;
    step("words", words::run)?;
    step("lints", lints)?;
    step("native tests", || {
        run_command(&mut cargo(["test", "--workspace"]))
    })?;
    step("simulation", || simulate(SCHEDULES, 1))?;
    step("app", app::build)?;
    step("first load", size::run)?;
    if has_tests("web") {
        step("browser tests", || web_tests(&browser))?;
    }
    step("server for the journeys", server)?;
    // The last step says itself how long it took, so that cargo's verdict is what is read last.
    banner("journeys");
    journeys(&browser)
}

/// Runs the simulation in release mode.
pub(crate) fn simulate(schedules: u64, seed: u64) -> anyhow::Result<()> {
    let mut sim = cargo([
        "run",
        "--release",
        "--package",
        "weft-testkit",
        "--no-default-features",
        "--bin",
        "sim",
        "--",
    ]);
    sim.args([
        "--schedules",
        &schedules.to_string(),
        "--seed",
        &seed.to_string(),
    ]);
    run_command(&mut sim)
}

fn lints() -> anyhow::Result<()> {
    let native = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ];
    run_command(&mut cargo(native))?;
    // Not run by `cargo test` alone, so not among "all targets" either.
    let journeys = [
        "clippy",
        "--workspace",
        "--test",
        "e2e",
        "--",
        "-D",
        "warnings",
    ];
    run_command(&mut cargo(journeys))?;
    tools::wasm_target()?;
    let app = [
        "clippy",
        "--package",
        "weft",
        "--package",
        "weft-highlight",
        "--package",
        "weft-markdown",
        "--package",
        "weft-math",
        "--target",
        WASM,
        "--",
        "-D",
        "warnings",
    ];
    run_command(cargo(app).env("CARGO_TARGET_DIR", app::target()))
}

/// Whether the app has integration tests of that name.
fn has_tests(name: &str) -> bool {
    root().join("tests").join(name).join("main.rs").is_file()
}

/// The app's tests that need a browser, run by wasm-bindgen's own runner.
fn web_tests(browser: &tools::Browser) -> anyhow::Result<()> {
    let mut test = cargo([
        "test",
        "--package",
        "weft",
        "--target",
        WASM,
        "--test",
        "web",
    ]);
    let runner = tools::wasm_bindgen()?.join("wasm-bindgen-test-runner");
    test.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner)
        .env("CARGO_TARGET_DIR", app::target())
        .env("CHROMEDRIVER", &browser.driver)
        // Of all tests together, in seconds.
        .env("WASM_BINDGEN_TEST_TIMEOUT", "180");
    run_command(&mut test)
}

/// Builds the server that journeys use.
pub(crate) fn server() -> anyhow::Result<()> {
    run_command(&mut cargo(["build", "--workspace", "--bin", "weft-server"]))
}

/// The journeys: the real app on the real server in a real browser.
fn journeys(browser: &tools::Browser) -> anyhow::Result<()> {
    run_command(&mut journey(browser)?)
}

/// The program of the journeys, which takes what test programs take.
pub(crate) fn journey(browser: &tools::Browser) -> anyhow::Result<Command> {
    let server = root().join(format!(
        "target/debug/weft-server{}",
        env::consts::EXE_SUFFIX
    ));
    let mut test = cargo(["test", "--workspace", "--test", "e2e", "--"]);
    with_parts(&mut test, browser)
        .env("WEFT_SERVER_BIN", server)
        .env("WEFT_AXE", tools::axe()?);
    Ok(test)
}

/// Says where the built app and the browser are.
pub(crate) fn with_parts<'a>(
    command: &'a mut Command,
    browser: &tools::Browser,
) -> &'a mut Command {
    command
        .env("WEFT_APP_DIR", app::dist())
        .env("WEFT_CHROMIUM", &browser.chromium)
        .env("WEFT_CHROMEDRIVER", &browser.driver)
}

fn step(name: &str, work: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
    banner(name);
    let start = Instant::now();
    work().with_context(|| format!("{name}: failed"))?;
    eprintln!("xtask: {name}: {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

fn banner(name: &str) {
    eprintln!("\nxtask: {name}");
}
