//! Weft, measured: the real app in a real browser, on the real server with a model that says what it is
//! told, beside a page of plain text that does the same work.
//!
//! Invariant: what is compared is measured in the same run, by the same probe, in turns; nothing here
//! fails for being slow. `cargo xtask bench` builds the parts and says where they are.

mod figures;
mod floor;
mod history;
mod load;
mod page;
mod presence;
mod replies;
mod seed;
mod server;
mod socket;
mod text;
mod watchers;

use std::{panic::AssertUnwindSafe, process::ExitCode};

use clap::Parser;
use futures_util::FutureExt as _;
use weft_protocol::UserId;
use weft_testkit::edges::{ModelServer, Proxy, TestServer};

use self::{
    figures::Figures,
    floor::Floor,
    page::{Page, Source},
};

#[derive(Parser)]
#[command(name = "cargo xtask bench")]
struct Cli {
    /// How often each figure is measured
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Measure this group alone
    #[arg(long)]
    only: Option<Group>,
    /// Once, and no thread of more than 1,000 messages
    #[arg(long)]
    quick: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Group {
    Load,
    Send,
    Stream,
    Flood,
    History,
    Server,
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let is_wanted = |group| cli.only.is_none_or(|only| only == group);
    if is_wanted(Group::Server) {
        server::raise_open_files();
    }
    let histories: &[u64] = match cli.quick {
        true => &[100, 1_000],
        false => &[100, 1_000, 10_000, 100_000],
    };
    let model = ModelServer::start().await;
    let mut server = TestServer::start(Some(&model), &[]);
    let network = Proxy::start(server.addr()).await;
    let weft = Page::open(Source::Weft(model), network).await;
    let user: UserId = weft.sign_up().await.parse().expect("an id");
    server.kill();
    let began = std::time::Instant::now();
    seed::threads(server.data(), user, histories);
    eprintln!("bench: threads written in {:.1?}", began.elapsed());
    server.restart();

    let floor = Floor::start().await;
    let network = Proxy::start(floor.addr).await;
    let floor = Page::open(Source::Floor(floor), network).await;
    let bench = Bench {
        weft,
        floor,
        histories,
    };
    let mut figures = Figures::default();
    let runs = if cli.quick { 1 } else { cli.runs };
    // What was measured is said, whatever could not be; what that is, the panic has told.
    let measured = AssertUnwindSafe(bench.measure_all(runs, is_wanted, &mut figures));
    let code = match measured.catch_unwind().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    };
    println!("{}", figures.table());
    code
}

fn name(group: Group) -> String {
    let value = clap::ValueEnum::to_possible_value(&group);
    value.map_or(String::new(), |value| value.get_name().to_owned())
}

struct Bench<'a> {
    weft: Page,
    floor: Page,
    histories: &'a [u64],
}

impl Bench<'_> {
    async fn measure_all(
        &self,
        runs: usize,
        is_wanted: impl Fn(Group) -> bool,
        figures: &mut Figures,
    ) {
        for run in 1..=runs {
            for &group in <Group as clap::ValueEnum>::value_variants() {
                if is_wanted(group) {
                    eprintln!("bench: run {run} of {runs}: {}", name(group));
                    self.measure(group, figures).await;
                }
            }
        }
    }

    async fn measure(&self, group: Group, figures: &mut Figures) {
        match group {
            Group::Load => {
                for page in self.both() {
                    load::measure(page, figures, 1).await;
                    load::measure(page, figures, SLOWED).await;
                }
            }
            Group::Send => {
                for page in self.both() {
                    page.start().await;
                    page.connected().await;
                    for _ in 0..5 {
                        let took = page.exchange("Where do the tides turn?").await;
                        figures.add("sending", "Enter to paint, ms", page.side(), took);
                    }
                }
            }
            Group::Stream => {
                let pace = Some(replies::PACE);
                self.reply("reply of 2,000 tokens at 200/s", 2_000, pace, figures)
                    .await;
            }
            Group::Flood => {
                self.reply("reply of 10,000 tokens at once", 10_000, None, figures)
                    .await;
            }
            Group::Server => server::measure(figures).await,
            Group::History => {
                for page in self.both() {
                    history::of_new(page, figures).await;
                }
                history::of_floor(&self.floor, figures, self.histories).await;
                for &messages in self.histories {
                    let thread = seed::thread(messages);
                    history::of_weft(&self.weft, figures, thread, messages).await;
                }
            }
        }
    }

    /// A reply, and the same with the processor slowed.
    async fn reply(
        &self,
        group: &str,
        tokens: usize,
        pace: Option<std::time::Duration>,
        figures: &mut Figures,
    ) {
        for times in [1, SLOWED] {
            let group = match times {
                1 => group.to_owned(),
                times => format!("{group}, slowed {times}x"),
            };
            for page in self.both() {
                page.slow(times).await;
                replies::measure(page, figures, &group, tokens, pace).await;
                page.slow(1).await;
            }
        }
    }

    fn both(&self) -> [&Page; 2] {
        [&self.floor, &self.weft]
    }
}

/// How many times the processor is slowed, for people with a weaker one.
const SLOWED: u32 = 4;
