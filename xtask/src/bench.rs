//! `bench`: builds everything in release mode, and measures it in a real browser.

use std::env;

use crate::{
    app,
    process::{cargo, command, root, run as run_command},
    size, test, tools,
};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// How often each figure is measured
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Measure one group alone: load, send, stream, flood, history or server
    #[arg(long)]
    only: Option<String>,
    /// Once, and no thread of more than 1,000 messages
    #[arg(long)]
    quick: bool,
    /// Take the app and the server as they were built last
    #[arg(long)]
    skip_build: bool,
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
    if let Some(group) = &options.only {
        bench.args(["--only", group]);
    }
    if options.quick {
        bench.arg("--quick");
    }
    test::with_parts(&mut bench, &browser).env("WEFT_SERVER_BIN", built("weft-server"));
    run_command(&mut bench)
}
