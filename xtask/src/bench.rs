//! `bench`: builds everything in release mode, and measures it in a real browser.

use std::env;

use clap::ValueEnum as _;

use crate::{
    app,
    process::{cargo, command, root, run as run_command},
    size, test, tools,
};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// How often each figure is measured; three times take about ten minutes
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Measure one group alone
    #[arg(long, value_name = "GROUP")]
    only: Option<Group>,
    /// Measure once, and no thread of more than 1,000 messages
    #[arg(long)]
    quick: bool,
    /// Take the app and the server as they were built last
    #[arg(long)]
    skip_build: bool,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Group {
    /// A first load, those after it, and one without a network: bytes, and time until typing is taken
    Load,
    /// From Enter to the painted message
    Send,
    /// A reply of 2,000 tokens at the pace of a fast model
    Stream,
    /// A reply of 10,000 tokens as fast as possible
    Flood,
    /// Threads of 100 to 100,000 messages: opening, writing, a reply, scrolling
    History,
    /// The server alone: 10,000 idle sockets, 1,000 watchers of one reply, 200 people of whom some type, messages acked
    /// a second
    Server,
}

/// Builds the parts and runs the benchmark. Fails where something cannot be measured, and not where it is slow.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let browser = tools::browser()?;
    if !options.skip_build {
        app::build()?;
        run_command(&mut cargo([
            "build",
            "--release",
            "--package",
            "weft-server",
            "--package",
            "weft-bench",
        ]))?;
    }
    size::report()?;
    let built = |name| root().join(format!("target/release/{name}{}", env::consts::EXE_SUFFIX));
    let mut bench = command(built("weft-bench"));
    bench.args(["--runs", &options.runs.to_string()]);
    if let Some(group) = options.only.as_ref().and_then(Group::to_possible_value) {
        bench.args(["--only", group.get_name()]);
    }
    if options.quick {
        bench.arg("--quick");
    }
    test::with_parts(&mut bench, &browser)
        .env("WEFT_SERVER_BIN", built("weft-server"))
        .env("WEFT_LOG", "error");
    run_command(&mut bench)
}
