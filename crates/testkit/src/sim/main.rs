//! Runs schedules of the simulation on every core, and prints the first seed that fails, or how often there
//! was each kind of trouble.

use std::{
    process::ExitCode,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Instant,
};

use weft_testkit::simulation::{self, Report};

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
    let all = Mutex::new(Report::default());
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
                            *all.lock().unwrap_or_else(PoisonError::into_inner) += report;
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
    let all = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    let seconds = begun.elapsed().as_secs_f64();
    println!("{schedules} schedules from seed {seed} in {seconds:.1} s: {all}");
    ExitCode::SUCCESS
}
