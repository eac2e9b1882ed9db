//! The opening of a sale: 150,000 people land on the frozen pages within five seconds, each over a connection of their own.
//!
//! `cargo xtask bench opening` runs it. People arrive when they arrive, whether or not those before them were answered, and wait
//! from that instant on. All have to be answered.

mod report;

#[path = "../measure/mod.rs"]
mod measure;
#[allow(dead_code, reason = "the tests use more of it than this measurement does")]
#[path = "../../tests/it/program.rs"]
mod program;

use loadtest::arrivals::{Arrivals, Arrived, Visitors, arrive};
use measure::cpu;
use measure::demo::{BROWSER, Demo, JUNIPER, PRODUCT, move_to_client_core};
use measure::facts::{date, machine, said};
use measure::plan::Plan;
use report::{Report, Round};
use std::process::ExitCode;
use std::time::Instant;

const USAGE: &str = "\
Usage: cargo xtask bench opening [--quick] [--rounds N] [--seconds S]

  --quick        one small round, to see that everything works; the numbers mean nothing
  --rounds N     how often the sale opens (5); the median is told
  --seconds S    within how many seconds everybody lands (5)

A run that is not quick writes its section of docs/BENCHMARKS.md.";

const USUAL: Plan = Plan { rounds: 5, seconds: 5.0, is_quick: false };
/// People who land.
const PEOPLE: u64 = 150_000;
/// Connections that client and server may have open at once: a process may open 20,000 files.
const CONNECTIONS_MAX: usize = 18_000;
/// Addresses of the loopback from which they come.
const ADDRESSES: u8 = 100;

fn main() -> ExitCode {
    let outcome = Plan::read(USUAL, &[], USAGE).and_then(|(plan, _)| run(&plan));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

#[allow(clippy::disallowed_methods, reason = "a measurement reads the clock")]
fn now() -> Instant {
    Instant::now()
}

fn run(plan: &Plan) -> Result<(), String> {
    let machine = machine();
    move_to_client_core()?;
    let demo = Demo::start();
    let people = if plan.is_quick { 3_000 } else { PEOPLE };
    let mut rounds = Vec::new();
    // The first round is to warm up: the first visitor of a page may be the one for whom it is made.
    for round in 0..=plan.rounds {
        eprintln!("round {round} of {}", plan.rounds);
        let before = cpu::of_process(demo.server.pid());
        let arrived = open_the_sale(&demo, people, plan.seconds)?;
        if round > 0 {
            rounds.push(Round::new(&arrived, cpu::of_process(demo.server.pid()) - before));
        }
    }
    let versions = said("rustc", &["--version"]);
    let report = Report { date: date(), machine, versions, plan: *plan, people, rounds };
    report::print(&report);
    if !plan.is_quick {
        report::write(&report)?;
    }
    let unanswered: u64 = report.rounds.iter().map(|round| round.refused + round.failed).sum();
    if unanswered == 0 { Ok(()) } else { Err(format!("{unanswered} people were not answered with a page")) }
}

fn open_the_sale(demo: &Demo, people: u64, seconds: f64) -> Result<Arrived, String> {
    let host = demo.host(JUNIPER);
    let landing = |(visitor, path): (usize, &str)| {
        // A hundred browsers and as many addresses: ten thousand different people.
        format!(
            "GET {path} HTTP/1.1\r\nhost: {host}\r\nuser-agent: {BROWSER} {visitor}\r\naccept: text/html\r\n\
             accept-encoding: gzip, br\r\naccept-language: de\r\n\r\n"
        )
        .into_bytes()
    };
    let requests: Vec<Vec<u8>> = ["/", PRODUCT].into_iter().cycle().take(101).enumerate().map(landing).collect();
    let arrivals = Arrivals {
        server: demo.address(),
        requests: &requests,
        per_second: people as f64 / seconds,
        count: people,
        visitors: Visitors::New { addresses: ADDRESSES },
        connections_max: CONNECTIONS_MAX,
        returns_max: 0,
        clock: now,
    };
    arrive(&arrivals).map_err(|error| error.to_string())
}
