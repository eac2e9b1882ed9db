//! What was found, for the terminal and as a section of docs/BENCHMARKS.md.

use crate::contest::Capacities;
use crate::measure::numbers::{count, grouped, median, millis};
use crate::measure::plan::Plan;
use crate::measure::section;
use loadtest::arrivals::Arrived;
use std::fmt::Write as _;

const BEGIN: &str = "<!-- Neighbours: written by `cargo xtask bench neighbours` -->\n";
const END: &str = "<!-- Neighbours end here -->\n";

/// Everything that was found.
pub struct Report {
    pub date: String,
    pub machine: String,
    pub versions: String,
    pub plan: Plan,
    /// Of each round.
    pub capacities: Vec<Capacities>,
    pub alone: Vec<Sample>,
    pub steps: Vec<Step>,
}

/// The other shop at so many times its share.
pub struct Step {
    pub times: f64,
    pub samples: Vec<Sample>,
}

/// What one measurement found.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Of the steady shop.
    pub p99_ms: f64,
    /// Its visitors who were told to come back.
    pub refused: u64,
    /// Those who got no answer: broken, too late.
    pub failed: u64,
    /// Pages a second for the other shop, and what it was told to come back for.
    pub other_per_second: f64,
    pub other_refused: u64,
    pub other_failed: u64,
    /// p99 of its refusals.
    pub refusal_ms: f64,
    /// What the other shop got of what was left for it, by what pages cost: the server's capacity without the steady shop, or
    /// what it asked for.
    pub of_left: f64,
}

impl Sample {
    /// In numbers.
    pub fn new(steady: &Arrived, other: Option<&Arrived>, able: &Capacities, seconds: f64) -> Self {
        let p99 = |histogram: &hdrhistogram::Histogram<u64>| histogram.value_at_quantile(0.99) as f64 / 1_000.0;
        let [given, asked] = other.map_or([0.0; 2], |other| {
            [able.other.in_mixed(&other.answered_meanwhile) / seconds, other.asked_meanwhile as f64 / seconds]
        });
        Self {
            p99_ms: p99(&steady.latency),
            refused: steady.refused,
            failed: steady.failed,
            other_per_second: other.map_or(0.0, |other| other.answered_meanwhile.iter().sum::<u64>() as f64 / seconds),
            other_refused: other.map_or(0, |other| other.refused),
            other_failed: other.map_or(0, |other| other.failed),
            refusal_ms: other.map_or(0.0, |other| p99(&other.refusal)),
            of_left: if other.is_some() { given / able.left().min(asked) } else { 0.0 },
        }
    }
}

/// A row of the table: medians.
struct Row {
    name: String,
    p99_ms: f64,
    /// Refused and failed.
    errors: (u64, u64),
    other: Option<String>,
    of_left: Option<f64>,
    times_alone: f64,
    /// Loss of quality for the disturbance (Krebs, Momm and Kounev, "Metrics and techniques for quantifying performance
    /// isolation in cloud environments", Science of Computer Programming 90, 2014).
    i_qos: Option<f64>,
}

impl Report {
    fn rows(&self) -> Vec<Row> {
        let of = |samples: &[Sample], value: fn(&Sample) -> f64| median(samples.iter().map(value).collect());
        let errors = |samples: &[Sample]| {
            let sum = |value: fn(&Sample) -> u64| samples.iter().map(value).sum::<u64>();
            (sum(|sample| sample.refused), sum(|sample| sample.failed))
        };
        let alone_ms = of(&self.alone, |sample| sample.p99_ms);
        let alone = Row {
            name: "alone".into(),
            p99_ms: alone_ms,
            errors: errors(&self.alone),
            other: None,
            of_left: None,
            times_alone: 1.0,
            i_qos: None,
        };
        let step = |step: &Step| {
            let p99_ms = of(&step.samples, |sample| sample.p99_ms);
            let extra = step.times - 1.0;
            let sum = |value: fn(&Sample) -> u64| count(step.samples.iter().map(value).sum());
            let other = format!(
                "{} pages/s, {} refused (p99 {}), {} failed",
                grouped(of(&step.samples, |sample| sample.other_per_second)),
                sum(|sample| sample.other_refused),
                millis(of(&step.samples, |sample| sample.refusal_ms)),
                sum(|sample| sample.other_failed),
            );
            Row {
                name: format!("neighbour at {}×", step.times),
                p99_ms,
                errors: errors(&step.samples),
                other: Some(other),
                of_left: Some(of(&step.samples, |sample| sample.of_left)),
                times_alone: p99_ms / alone_ms,
                i_qos: (extra > 0.0).then(|| (p99_ms / alone_ms - 1.0).max(0.0) / extra),
            }
        };
        std::iter::once(alone).chain(self.steps.iter().map(step)).collect()
    }

    /// Of the steady shop's pages, and of the other's.
    fn capacities(&self) -> [String; 2] {
        [|able: &Capacities| able.steady.mixed, |able: &Capacities| able.other.mixed]
            .map(|of| grouped(median(self.capacities.iter().map(of).collect())))
    }
}

impl Row {
    fn cells(&self) -> [String; 7] {
        let dash = || "–".to_owned();
        [
            self.name.clone(),
            millis(self.p99_ms),
            format!("{:.2}×", self.times_alone),
            match self.errors {
                (0, 0) => "0".to_owned(),
                (refused, failed) => format!("{} + {}", count(refused), count(failed)),
            },
            self.i_qos.map_or_else(dash, |index| format!("{index:.3}")),
            self.other.clone().unwrap_or_else(dash),
            self.of_left.map_or_else(dash, |share| format!("{:.0} %", share * 100.0)),
        ]
    }
}

/// Prints the table.
#[allow(clippy::print_stdout, reason = "the table is what this program is for")]
pub fn print(report: &Report) {
    println!("\nNeighbours: a steady shop beside one that is stepped, on pages that no edition holds");
    println!("{}; {}; {} rounds of {} s, medians", report.machine, report.versions, report.plan.rounds, report.plan.seconds);
    let [steady, other] = report.capacities();
    println!(
        "the server answers {steady} such pages of the steady shop a second, {other} of the other; a share is half of that\n"
    );
    println!(
        "  {:<18} {:>8} {:>8} {:>9} {:>6}   {:<62} {:>8}",
        "", "p99", "alone×", "errors", "I_QoS", "the neighbour", "of left"
    );
    for row in report.rows() {
        let [name, p99, times, errors, index, other, left] = row.cells();
        println!("  {name:<18} {p99:>8} {times:>8} {errors:>9} {index:>6}   {other:<62} {left:>8}");
    }
}

/// Writes the section.
///
/// # Errors
/// When the file cannot be written.
pub fn write(report: &Report) -> Result<(), String> {
    let [steady, other] = report.capacities();
    let mut text = format!(
        "## Neighbours\n\n`cargo xtask bench neighbours --rounds {} --seconds {}`, {}.\n{}.\n{}. Medians; errors and refusals are sums.\n\n\
         Two shops on one server with one core, all clients on the other. The pages are search, cart and checkout; the server\n\
         answers {} of them a second for the first shop and {} for the second, and half of that is a shop's share. The first\n\
         asks for half of its share all the time, the second for so many times its own, whether or not it is answered. Errors are\n\
         the first shop's visitors who were told to come back, plus those who got no answer at all. I_QoS is the\n\
         first shop's loss (by how much its p99 is longer than alone) for the second's extra load; \"of left\" is what the second\n\
         got of what the first left over, by what its pages cost, for checkouts are preferred and cost more than searches.\n\n\
         | the first shop | p99 | against alone | errors | I_QoS | its neighbour | of left |\n\
         | --- | ---: | ---: | ---: | ---: | --- | ---: |\n",
        report.plan.rounds, report.plan.seconds, report.date, report.machine, report.versions, steady, other,
    );
    for row in report.rows() {
        writeln!(text, "| {} |", row.cells().join(" | ")).expect("memory takes everything");
    }
    text.push('\n');
    section::write(BEGIN, END, &text)
}
