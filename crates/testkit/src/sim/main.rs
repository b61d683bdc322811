//! Runs schedules of the simulation on every core, and prints the first seed that fails.

use std::{
    process::ExitCode,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::Instant,
};

use weft_testkit::simulation;

fn main() -> ExitCode {
    let mut schedules = 10_000;
    let mut seed = 0;
    let mut args = std::env::args().skip(1);
    while let Some(flag) = args.next() {
        let value = args.next().and_then(|value| value.parse::<u64>().ok());
        match (flag.as_str(), value) {
            ("--schedules", Some(value)) => schedules = value,
            ("--seed", Some(value)) => seed = value,
            _ => {
                eprintln!("usage: sim [--schedules N] [--seed S]");
                return ExitCode::FAILURE;
            }
        }
    }
    let begun = Instant::now();
    let next = AtomicU64::new(0);
    let failed = AtomicBool::new(false);
    let (steps, slowest) = (AtomicU64::new(0), AtomicU64::new(0));
    let (crashes, kills) = (AtomicU64::new(0), AtomicU64::new(0));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while !failed.load(Ordering::Relaxed) {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= schedules {
                        break;
                    }
                    match simulation::run(seed.wrapping_add(at)) {
                        Ok(report) => {
                            steps.fetch_add(report.steps, Ordering::Relaxed);
                            crashes.fetch_add(report.crashes, Ordering::Relaxed);
                            kills.fetch_add(report.kills, Ordering::Relaxed);
                            slowest.fetch_max(report.healed_in, Ordering::Relaxed);
                        }
                        Err(failure) => {
                            failed.store(true, Ordering::Relaxed);
                            eprintln!("{failure}");
                        }
                    }
                }
            });
        }
    });
    if failed.into_inner() {
        return ExitCode::FAILURE;
    }
    println!(
        "{schedules} schedules from seed {seed}: {} inputs, {} crashes, {} pages killed, healed within {} ms of \
         virtual time, in {:.1} s",
        steps.into_inner(),
        crashes.into_inner(),
        kills.into_inner(),
        slowest.into_inner(),
        begun.elapsed().as_secs_f64(),
    );
    ExitCode::SUCCESS
}
