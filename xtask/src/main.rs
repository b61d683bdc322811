//! The project's own commands. `cargo xtask start` and `cargo xtask test` are each enough on a
//! machine that has only rustup: what else they need they find or install, outside the checkout.

mod app;
mod bench;
mod layers;
mod pack;
mod precache;
mod process;
mod shots;
mod size;
mod split;
mod start;
mod test;
mod tools;
mod words;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    about = "Weft's own commands",
    disable_help_subcommand = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the app and the server in release mode and serve them on http://127.0.0.1:8787
    Start {
        /// What the server takes, for example `--addr 0.0.0.0:8080 --data /var/lib/weft`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        server: Vec<String>,
    },
    /// Check everything that must hold, up to journeys in a real browser
    Test,
    /// Run the simulation of clients, network and hub
    Sim {
        /// How many schedules to run
        #[arg(long, default_value_t = 100_000)]
        schedules: u64,
        /// The seed of the first one
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Prove the directions of dependency between crates and inside the app
    Layers,
    /// Prove that the app says nothing but its messages, and each of them somewhere
    Words,
    /// Build the app and print what a first load costs on the wire
    Size,
    /// Measure the app in a real browser beside a page of plain text, and print it with the budgets
    ///
    /// Each figure is the median of all runs with the least and the most, that of the page of plain text (the
    /// floor) measured in turns with it, and their ratio. Missed budgets fail nothing: what cannot be measured does.
    Bench(bench::Options),
    /// Make pictures of every screen in every theme, on a desktop and a phone: target/shots/index.html shows them
    Shots(shots::Options),
    /// List the files of a built app in its service worker, as every build of this does by itself
    #[command(hide = true)]
    Precache {
        /// Where the built app is
        dist: std::path::PathBuf,
    },
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Start { server } => start::run(&server),
        Command::Test => test::run(),
        Command::Sim { schedules, seed } => test::simulate(schedules, seed),
        Command::Layers => layers::run(),
        Command::Words => words::run(),
        Command::Size => {
            app::build()?;
            size::run()
        }
        Command::Bench(options) => bench::run(&options),
        Command::Shots(options) => shots::run(&options),
        Command::Precache { dist } => precache::write(&dist),
    }
}
