//! What was found, for the terminal and as a section of docs/BENCHMARKS.md.

use crate::measure::numbers::{grouped, millis, ratio};
use crate::measure::plan::Plan;
use crate::measure::section;
use std::fmt::Write as _;

const BEGIN: &str = "<!-- Pages: written by `cargo xtask bench pages` -->\n";
const END: &str = "<!-- Pages end here -->\n";
/// Who the others are held against.
const REFERENCE: &str = "nginx";

/// Everything that was found.
pub struct Report {
    pub date: String,
    pub machine: String,
    pub versions: String,
    pub plan: Plan,
    pub lines: Vec<Line>,
    pub memory: Vec<Idle>,
    /// By page, for one request of ours.
    pub instructions: Vec<(&'static str, f64)>,
}

/// Medians of one contestant with one page, client and number of connections.
pub struct Line {
    pub name: &'static str,
    pub path: &'static str,
    pub bytes: usize,
    pub client: &'static str,
    pub connections: usize,
    pub per_second: f64,
    /// Requests per second of the server's processor time.
    pub per_cpu_second: f64,
    pub p99_ms: Option<f64>,
}

/// Resident memory of idle connections.
pub struct Idle {
    pub name: &'static str,
    pub connections: usize,
    /// For each.
    pub bytes: f64,
}

impl Report {
    /// How many times the reference's work for the same processor time.
    fn times(&self, line: &Line) -> Option<f64> {
        let is_same = |other: &&Line| (other.path, other.client, other.connections) == (line.path, line.client, line.connections);
        let reference = self.lines.iter().filter(is_same).find(|other| other.name == REFERENCE)?;
        Some(line.per_cpu_second / reference.per_cpu_second)
    }
}

/// Prints the table.
#[allow(clippy::print_stdout, reason = "the table is what this program is for")]
pub fn print(report: &Report) {
    println!("\nFrozen pages, one core each for server and client");
    println!("{}; {}; {} rounds of {} s, medians\n", report.machine, report.versions, report.plan.rounds, report.plan.seconds);
    println!(
        "  {:<12} {:<24} {:<7} {:>5} {:>10} {:>12} {:>7} {:>9}",
        "", "page", "client", "conns", "requests/s", "per CPU s", "nginx×", "p99"
    );
    for line in &report.lines {
        println!(
            "  {:<12} {:<24} {:<7} {:>5} {:>10} {:>12} {:>7} {:>9}",
            line.name,
            line.path,
            line.client,
            line.connections,
            grouped(line.per_second),
            grouped(line.per_cpu_second),
            ratio(report.times(line)),
            p99(line),
        );
    }
    println!();
    for idle in &report.memory {
        println!(
            "  {:<12} {:>7.2} KiB for each of {} idle connections",
            idle.name,
            idle.bytes / 1_024.0,
            grouped(idle.connections as f64)
        );
    }
    for (path, count) in &report.instructions {
        println!("  Doorbuster   {} instructions for a request for {path}", grouped(*count));
    }
}

/// Writes the section.
///
/// # Errors
/// When the file cannot be written.
pub fn write(report: &Report) -> Result<(), String> {
    section::write(BEGIN, END, &text(report))
}

fn text(report: &Report) -> String {
    let mut text = format!(
        "## Frozen pages\n\n`cargo xtask bench pages --rounds {} --seconds {}`, {}.\n{}.\n{}. Everybody in turn, medians.\n\n\
         The same bytes and headers from all three, one core for the server and one for the client. Doorbuster is the whole\n\
         program with the shops of `cargo demo`: hosts are looked up, connections parked, people counted. nginx: one worker,\n\
         `gzip_static`, `open_file_cache`, `sendfile`, no log. Plain axum: `axum::serve` with the pages in memory. Every answer\n\
         was 200 and no connection failed. The client is busier than the server, so the number that tells is requests for a\n\
         second of the server's processor; bold is how many times nginx.\n\n\
         | | page | client | connections | requests/s | per CPU second | p99 |\n| --- | --- | --- | ---: | ---: | ---: | ---: |\n",
        report.plan.rounds, report.plan.seconds, report.date, report.machine, report.versions,
    );
    for line in &report.lines {
        writeln!(
            text,
            "| {} | `{}`, {} bytes | {} | {} | {} | {} **{}×** | {} |",
            line.name,
            line.path,
            grouped(line.bytes as f64),
            line.client,
            grouped(line.connections as f64),
            grouped(line.per_second),
            grouped(line.per_cpu_second),
            ratio(report.times(line)),
            p99(line),
        )
        .expect("memory takes everything");
    }
    text.push_str("\n| | idle connections | resident for each |\n| --- | ---: | ---: |\n");
    for idle in &report.memory {
        let (connections, kibibytes) = (grouped(idle.connections as f64), idle.bytes / 1_024.0);
        writeln!(text, "| {} | {connections} | {kibibytes:.2} KiB |", idle.name).expect("memory takes everything");
    }
    text.push('\n');
    for (path, count) in &report.instructions {
        writeln!(text, "- A request for `{path}` takes {} instructions of ours (callgrind).", grouped(*count))
            .expect("memory takes everything");
    }
    if !report.instructions.is_empty() {
        text.push('\n');
    }
    text
}

fn p99(line: &Line) -> String {
    line.p99_ms.map_or_else(|| "–".to_owned(), millis)
}
