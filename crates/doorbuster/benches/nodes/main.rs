//! Three nodes on one PostgreSQL take orders at a steady rate; one is killed, another is frozen and comes back.
//!
//! `cargo xtask bench nodes` runs it. Orders come when they come, whether or not those before them were answered, and every
//! request goes to the next node: nothing is tied to one. Whoever gets no answer sends the same page to another node. At the end
//! every receipt is held against the books, and whoever had to send again does so once more, to the node that was frozen.

mod books;
mod buyers;
mod fleet;
mod report;
mod way;

#[path = "../measure/mod.rs"]
mod measure;
#[allow(dead_code, reason = "the tests use more of it than this measurement does")]
#[path = "../../tests/it/program.rs"]
mod program;

use buyers::{Bought, arrive};
use fleet::{DEAD, FROZEN, Fleet};
use loadtest::Cookies;
use measure::facts::{date, machine, postgres, said};
use measure::plan::Plan;
use report::{Event, Report};
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;
use tokio::runtime::{Builder, LocalOptions};
use tokio::time::{Instant, sleep_until};
use way::Ways;

const USAGE: &str = "\
Usage: cargo xtask bench nodes [--quick] [--seconds S]

  --quick        few orders and a short frost, to see that everything works; the numbers mean nothing
  --seconds S    how long orders come (120): a node is killed at a third, another is frozen at a half, for a quarter

A run that is not quick writes its section of docs/BENCHMARKS.md.";

const USUAL: Plan = Plan { rounds: 1, seconds: 120.0, is_quick: false };
/// Of a quick run: the frost is longer than anybody waits.
const QUICK_SECONDS: f64 = 24.0;
/// Orders a second; of a quick run: what a build that is not optimized can do.
const RATE: f64 = 500.0;
const QUICK_RATE: f64 = 40.0;

/// When what happens, since the first order.
#[derive(Clone, Copy)]
struct Course {
    per_second: f64,
    length: Duration,
    killed: Duration,
    frozen: Duration,
    thawed: Duration,
}

impl Course {
    fn of(plan: &Plan) -> Self {
        let (seconds, per_second) = if plan.is_quick { (QUICK_SECONDS, QUICK_RATE) } else { (plan.seconds, RATE) };
        let at = |share: f64| Duration::from_secs_f64(seconds * share);
        Self { per_second, length: at(1.0), killed: at(1.0 / 3.0), frozen: at(0.5), thawed: at(0.75) }
    }

    fn events(&self) -> Vec<Event> {
        vec![
            Event { at: self.killed, what: "a node is killed" },
            Event { at: self.frozen, what: "another is frozen" },
            Event { at: self.thawed, what: "it goes on" },
        ]
    }
}

fn main() -> ExitCode {
    match Plan::read(USUAL, &[], USAGE).and_then(|(plan, _)| run(&plan)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn run(plan: &Plan) -> Result<(), String> {
    let course = Course::of(plan);
    let fleet = Fleet::start();
    let cart = fleet.fill_cart()?;
    let (bought, late_max, again) = sell(&fleet, &cart, course)?;
    let proof = books::prove(fleet.place(), &bought)?;
    let report = Report {
        date: date(),
        machine: machine(),
        versions: format!("PostgreSQL {}, {}", postgres(), said("rustc", &["--version"])),
        seconds: course.length.as_secs_f64(),
        per_second: course.per_second,
        events: course.events(),
        late_max,
        again,
        proof,
        bought,
    };
    report::print(&report);
    if !plan.is_quick {
        report::write(&report)?;
    }
    let lost: Vec<&Bought> = report.bought.iter().filter(|bought| bought.receipt.is_none()).collect();
    match lost.first() {
        None => Ok(()),
        Some(first) => Err(format!("{} were not told whether they have bought; the first: {}", lost.len(), first.failure)),
    }
}

/// What became of everybody, by how much one came too late at most, and how many have sent their page once more at the end.
fn sell(fleet: &Fleet, cart: &Cookies, course: Course) -> Result<(Vec<Bought>, Duration, usize), String> {
    // One thread for all who buy: it does little, and leaves the rest of the machine to those who are measured.
    let runtime = Builder::new_current_thread().enable_all().build_local(LocalOptions::default());
    let runtime = runtime.map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let begins = now();
        let ways = Rc::new(Ways::new(&fleet.addresses(), cart));
        ways.watch();
        let ((bought, late_max), ()) = tokio::join!(arrive(&ways, begins, course), let_happen(fleet, begins, course));
        let thawed = Ways::new(&fleet.addresses()[FROZEN..=FROZEN], cart);
        let again = buyers::send_again(&thawed, &bought).await?;
        Ok((bought, late_max, again))
    })
}

/// Kills one node, freezes another, and lets it go on.
async fn let_happen(fleet: &Fleet, begins: Instant, course: Course) {
    for (at, node, signal) in [(course.killed, DEAD, "KILL"), (course.frozen, FROZEN, "STOP"), (course.thawed, FROZEN, "CONT")] {
        sleep_until(begins + at).await;
        fleet.signal(node, signal);
    }
}

#[allow(clippy::disallowed_methods, reason = "a measurement reads the clock")]
fn now() -> Instant {
    Instant::now()
}

/// As the load test's own crowds want it.
fn now_std() -> std::time::Instant {
    now().into_std()
}
