//! Two shops on one server: one is steady, the other is stepped to twenty times its share. What does the first one notice?
//!
//! `cargo xtask bench neighbours` runs it. Both ask for pages that no edition holds: search, cart, checkout. A shop's share is
//! half of what the server can do for one; the steady one asks for half of its share, and its latency beside the other is held
//! against its latency alone.

mod contest;
mod report;

#[path = "../measure/mod.rs"]
mod measure;
#[allow(dead_code, reason = "the tests use more of it than this measurement does")]
#[path = "../../tests/it/program.rs"]
mod program;

use measure::plan::Plan;
use std::process::ExitCode;

const USAGE: &str = "\
Usage: cargo xtask bench neighbours [--quick] [--rounds N] [--seconds S]

  --quick        one short round, to see that everything works; the numbers mean nothing
  --rounds N     how often everything is measured (3); medians are told
  --seconds S    how long each step lasts (10)

A run that is not quick writes its section of docs/BENCHMARKS.md.";

const USUAL: Plan = Plan { rounds: 3, seconds: 10.0, is_quick: false };

fn main() -> ExitCode {
    let outcome = Plan::read(USUAL, &[], USAGE).and_then(|(plan, _)| contest::run(&plan));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}
