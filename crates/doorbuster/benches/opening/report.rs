//! What was found, for the terminal and as a section of docs/BENCHMARKS.md.

use crate::measure::numbers::{count, median, millis};
use crate::measure::plan::Plan;
use crate::measure::section;
use loadtest::arrivals::Arrived;
use std::fmt::Write as _;

const BEGIN: &str = "<!-- Opening: written by `cargo xtask bench opening` -->\n";
const END: &str = "<!-- Opening ends here -->\n";

/// Everything that was found.
pub struct Report {
    pub date: String,
    pub machine: String,
    pub versions: String,
    pub plan: Plan,
    pub people: u64,
    pub rounds: Vec<Round>,
}

/// One opening.
pub struct Round {
    pub answered: u64,
    pub refused: u64,
    pub failed: u64,
    /// From the first landing to the last answer, seconds.
    pub elapsed: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub max_ms: f64,
    /// By how much the client was late at most.
    pub late_ms: f64,
    /// Processor time of the server, seconds.
    pub cpu: f64,
    pub failures: Vec<String>,
}

impl Round {
    /// In numbers.
    pub fn new(arrived: &Arrived, cpu: f64) -> Self {
        let millis = |quantile| arrived.latency.value_at_quantile(quantile) as f64 / 1_000.0;
        Self {
            answered: arrived.answered,
            refused: arrived.refused,
            failed: arrived.failed,
            elapsed: arrived.elapsed.as_secs_f64(),
            p50_ms: millis(0.5),
            p99_ms: millis(0.99),
            max_ms: millis(1.0),
            late_ms: arrived.late_max.as_secs_f64() * 1_000.0,
            cpu,
            failures: arrived.failures.clone(),
        }
    }
}

impl Report {
    fn median(&self, of: fn(&Round) -> f64) -> f64 {
        median(self.rounds.iter().map(of).collect())
    }

    fn sentences(&self) -> [String; 3] {
        let sum = |of: fn(&Round) -> u64| count(self.rounds.iter().map(of).sum());
        [
            format!(
                "{} of {} were answered with the page; {} were told to come back, {} got nothing",
                sum(|round| round.answered),
                count(self.people * self.rounds.len() as u64),
                sum(|round| round.refused),
                sum(|round| round.failed),
            ),
            format!(
                "p50 {}, p99 {}, longest {} from the instant of landing; the last answer came after {:.1} s",
                millis(self.median(|round| round.p50_ms)),
                millis(self.median(|round| round.p99_ms)),
                millis(self.median(|round| round.max_ms)),
                self.median(|round| round.elapsed),
            ),
            format!(
                "{:.2} s of the server's processor for each opening; the client was late by {} at most",
                self.median(|round| round.cpu),
                millis(self.median(|round| round.late_ms)),
            ),
        ]
    }
}

/// Prints it.
#[allow(clippy::print_stdout, reason = "the numbers are what this program is for")]
pub fn print(report: &Report) {
    println!(
        "\nAn opening: {} people land within {} s, each over a connection of their own",
        count(report.people),
        report.plan.seconds
    );
    println!("{}; {}; {} rounds, medians\n", report.machine, report.versions, report.plan.rounds);
    report.sentences().iter().for_each(|sentence| println!("  {sentence}"));
    report.rounds.iter().flat_map(|round| &round.failures).for_each(|failure| println!("  {failure}"));
}

/// Writes the section.
///
/// # Errors
/// When the file cannot be written.
pub fn write(report: &Report) -> Result<(), String> {
    let mut text = format!(
        "## The opening\n\n`cargo xtask bench opening --rounds {} --seconds {}`, {}.\n{}.\n{}.\n\n\
         {} people land on two frozen pages within {} s, each over a connection of their own, whether or not those before\n\
         them were answered. One core for the server, one for all of them.\n\n",
        report.plan.rounds,
        report.plan.seconds,
        report.date,
        report.machine,
        report.versions,
        count(report.people),
        report.plan.seconds,
    );
    for sentence in report.sentences() {
        writeln!(text, "- {sentence}.").expect("memory takes everything");
    }
    text.push('\n');
    section::write(BEGIN, END, &text)
}
