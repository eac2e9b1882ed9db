//! Frozen pages a second, beside nginx and plain axum, each on one core: the same bytes from all three.
//!
//! `cargo xtask bench pages` runs it. Client and server have a core each, everybody is measured in turn, several times over, and
//! medians are told. A client is usually busier than our server, so the number to look at is requests per second of the server's
//! processor time. Any error or answer that is not 200 ends the measurement.

mod clients;
mod contest;
mod contestants;
mod idle;
mod instructions;
mod report;

#[path = "../measure/mod.rs"]
mod measure;
#[allow(dead_code, reason = "the tests use more of it than this measurement does")]
#[path = "../../tests/it/program.rs"]
mod program;
#[allow(dead_code, reason = "the tests use more of it than this measurement does")]
#[path = "../../tests/it/shopper.rs"]
mod shopper;

use measure::plan::Plan;
use std::process::ExitCode;

const USAGE: &str = "\
Usage: cargo xtask bench pages [--quick] [--rounds N] [--seconds S] [--memory] [--instructions]

  --quick          one short round, to see that everything works; the numbers mean nothing
  --rounds N       how often everything is measured (5); medians are told
  --seconds S      how long each measurement lasts (4)
  --memory         only what idle connections cost; writes nothing
  --instructions   count the instructions per request as well (valgrind; a minute)

A whole run that is not quick writes its section of docs/BENCHMARKS.md.";

const USUAL: Plan = Plan { rounds: 5, seconds: 4.0, is_quick: false };

fn main() -> ExitCode {
    let outcome = match std::env::args().nth(1).as_deref() {
        Some(contestants::PLAIN_AXUM) => contestants::serve_with_plain_axum(),
        _ => Plan::read(USUAL, &["--instructions", "--memory"], USAGE).and_then(|(plan, words)| contest::run(&plan, &words)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}
