//! What the server does with up to ten times what it can, and with people who mean harm.
//!
//! `cargo xtask bench overload` runs it. First: how much it can do of pages that no edition holds. Then: people come at two,
//! five and ten times that rate, and come back when they are told to, while others buy and look at frozen pages; what is done
//! meanwhile, what becomes of the checkouts that have begun, and how soon all is as before. Then: slow clients of every kind,
//! and what the others notice of them.

mod buyers;
mod report;
mod slow;
mod storm;

#[path = "../measure/mod.rs"]
mod measure;
#[allow(dead_code, reason = "the tests use more of it than this measurement does")]
#[path = "../../tests/it/program.rs"]
mod program;

use measure::demo::{Demo, JUNIPER, PLENTY, move_to_client_core};
use measure::facts::{date, machine, said};
use measure::plan::Plan;
use report::Report;
use std::process::ExitCode;

const USAGE: &str = "\
Usage: cargo xtask bench overload [--quick] [--seconds S] [--storm | --slow]

  --quick        short storms, to see that everything works; the numbers mean nothing
  --seconds S    how long each storm lasts (120)
  --storm        only the storms; writes nothing
  --slow         only slow clients; writes nothing

A whole run that is not quick writes its section of docs/BENCHMARKS.md.";

const USUAL: Plan = Plan { rounds: 1, seconds: 120.0, is_quick: false };

fn main() -> ExitCode {
    match Plan::read(USUAL, &["--storm", "--slow"], USAGE).and_then(|(plan, words)| run(&plan, &words)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn run(plan: &Plan, words: &[String]) -> Result<(), String> {
    let is_only = |word: &str| words.iter().any(|known| known == word);
    let (machine, versions) = (machine(), said("rustc", &["--version"]));
    move_to_client_core()?;
    let demo = Demo::with_plenty();
    let requests = measure::visitors::requests(&demo, JUNIPER, "coffee", PLENTY)?;
    let storms = if is_only("--slow") { None } else { Some(storm::measure(&demo, &requests, plan.seconds)?) };
    let slow = if is_only("--storm") { Vec::new() } else { slow::measure(&demo, &requests, plan.is_quick)? };
    let report = Report { date: date(), machine, versions, plan: *plan, storms, slow };
    report::print(&report);
    if plan.is_quick || !words.is_empty() { Ok(()) } else { report::write(&report) }
}
