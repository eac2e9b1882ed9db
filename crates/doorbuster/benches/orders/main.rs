//! Durable orders a second over HTTP, beside one order per transaction in PostgreSQL and beside Redis.
//!
//! `cargo xtask bench orders` runs it. Every contestant is measured for a few seconds, one after the other, several times over;
//! medians are told, so that a noisy machine is noisy for all. At the end our books must hold, and every receipt that a buyer has
//! read must be an order: an order benchmark that loses orders is no benchmark.

mod contest;
mod document;
mod pgbench;
mod redis;
mod report;
mod shop;
mod table;

#[path = "../measure/mod.rs"]
mod measure;

// A shop under test starts as it does for the tests.
#[allow(dead_code, reason = "the tests use more of it than this measurement does")]
#[path = "../../tests/it/program.rs"]
mod program;
#[allow(dead_code, reason = "the tests use more of it than this measurement does")]
#[path = "../../tests/it/shopper.rs"]
mod shopper;

use contest::Plan;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const USAGE: &str = "\
Usage: cargo xtask bench orders [--quick] [--only NAME]... [--rounds N] [--seconds S]

  --quick        one short round, to see that everything works; the numbers mean nothing
  --only NAME    only rows whose name contains NAME: sqlite, postgresql, pgbench, redis, hot, variants, journey
  --rounds N     how often everything is measured (5); medians are told
  --seconds S    how long each measurement lasts (3)

A run of everything writes its section of docs/BENCHMARKS.md. The other kinds only print.";

fn main() -> ExitCode {
    let outcome = read_plan().and_then(|plan| contest::run(&plan));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn read_plan() -> Result<Plan, String> {
    let mut plan = Plan::default();
    // Cargo adds its own word to every benchmark's arguments.
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| USAGE.to_owned());
        match argument.as_str() {
            "--quick" => plan = Plan { only: plan.only, ..Plan::quick() },
            "--only" => plan.only.push(value()?.to_lowercase()),
            "--rounds" => plan.rounds = value()?.parse().map_err(|_| USAGE)?,
            "--seconds" => plan.seconds = value()?.parse().map_err(|_| USAGE)?,
            _ => return Err(USAGE.to_owned()),
        }
    }
    if plan.rounds >= 1 && plan.seconds > 0.0 { Ok(plan) } else { Err(USAGE.to_owned()) }
}
