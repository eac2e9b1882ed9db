//! The table as a section of docs/BENCHMARKS.md.

use crate::contest::{Group, REFERENCE};
use crate::measure::numbers::{grouped, millis, ratio};
use crate::measure::section;
use crate::report::{Line, RIVALS, Report, cpu};
use std::fmt::Write as _;

const BEGIN: &str = "<!-- Orders: written by `cargo xtask bench orders` -->\n";
const END: &str = "<!-- Orders end here -->\n";

/// Replaces the section, or adds it.
///
/// # Errors
/// When the file cannot be written.
pub fn write(report: &Report) -> Result<(), String> {
    section::write(BEGIN, END, &section(report))
}

fn section(report: &Report) -> String {
    let facts = &report.facts;
    let mut text = format!(
        "## Orders over HTTP\n\n\
         `cargo xtask bench orders --rounds {} --seconds {}`, {}.\n\
         {}.\n\
         {}. One after the other, medians.\n\
         Keeping 4 KiB (write and `fdatasync`) takes this machine's disk {:.2} ms. Client, server and database share the machine.\n\n\
         Everything is durable when it is answered: SQLite with WAL and `synchronous=FULL`, PostgreSQL as it comes (`fsync` and\n\
         `synchronous_commit` on), Redis with `appendonly yes` and `appendfsync always`. An order of ours has prices, limits, a\n\
         reservation, a payment, stock movements, money entries and a mail; the buyer has read the receipt. An order of the\n\
         others is a guarded update of one row and an insert. Bold is how many times as fast as pgbench with {} clients.\n",
        facts.rounds, facts.seconds, facts.date, facts.machine, facts.versions, facts.disk_ms, REFERENCE.2,
    );
    let mut group = None;
    for line in &report.lines {
        if group != Some(line.row.group) {
            group = Some(line.row.group);
            head(&mut text, line.row.group);
        }
        row(&mut text, report, line);
    }
    for (rival, at_once, per_second) in RIVALS {
        let cells = format!("| {rival}, measured apart | {at_once} | {} | | | | | | |", grouped(per_second));
        writeln!(text, "{cells}").expect("memory takes everything");
    }
    text.push('\n');
    for proof in &facts.proofs {
        writeln!(text, "- {proof}").expect("memory takes everything");
    }
    text.push('\n');
    text
}

fn head(text: &mut String, group: Group) {
    let unit = if group == Group::Journey { "journeys/s" } else { "orders/s" };
    write!(
        text,
        "\n### {}\n\n| | at once | {unit} | lowest to highest | p50 | p99 | CPU s per 1,000: server | database | client |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n",
        group.title()
    )
    .expect("memory takes everything");
}

fn row(text: &mut String, report: &Report, line: &Line) {
    let times = report.ratio(line.per_second).map_or_else(String::new, |times| format!(" **{}×**", ratio(Some(times))));
    writeln!(
        text,
        "| {} | {} | {}{times} | {} to {} | {} | {} | {} | {} | {} |",
        line.row.name,
        line.row.at_once,
        grouped(line.per_second),
        grouped(line.lowest),
        grouped(line.highest),
        millis(line.p50_ms),
        millis(line.p99_ms),
        cpu(line.server),
        cpu(line.database),
        cpu(Some(line.client)),
    )
    .expect("memory takes everything");
}
