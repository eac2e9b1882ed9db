//! The table for the terminal.

use crate::contest::Group;
use crate::measure::numbers::{grouped, millis, ratio};
use crate::report::{Line, RIVALS, Report, cpu};
use console::{measure_text_width, style};

const NAME: usize = 30;
const BAR: usize = 20;

/// Prints it.
#[allow(clippy::print_stdout, reason = "the table is what this program is for")]
pub fn print(report: &Report) {
    let facts = &report.facts;
    println!("\n{}", style("Durable orders per second").bold());
    println!("{}", style(format!("{}; keeping 4 KiB takes its disk {:.2} ms", facts.machine, facts.disk_ms)).dim());
    let how = format!(
        "{}; {} rounds of {} s, medians; client, server and database share it",
        facts.versions, facts.rounds, facts.seconds
    );
    println!("{}", style(how).dim());
    println!(
        "\n{}",
        style(format!(
            "  {:NAME$} {:>7} {:>9}  {:BAR$} {:>8} {:>9} {:>9}   {:>6} {:>8} {:>6}",
            "", "at once", "a second", "", "pgbench×", "p50", "p99", "server", "database", "client"
        ))
        .dim()
    );
    let fastest = report.lines.iter().map(|line| line.per_second).fold(0.0, f64::max);
    let mut group = None;
    for line in &report.lines {
        if group != Some(line.row.group) {
            println!("{}", style(line.row.group.title()).bold());
            group = Some(line.row.group);
        }
        println!("{}", row(report, line, fastest));
    }
    if group == Some(Group::Journey) {
        for (rival, at_once, per_second) in RIVALS {
            println!("{}", style(format!("  {rival:NAME$} {at_once:>7} {:>9}  (measured apart)", grouped(per_second))).dim());
        }
    }
    println!("\n{}", style("server, database, client: processor seconds per 1,000 orders; SQLite is inside the server").dim());
    for proof in &facts.proofs {
        println!("{} {proof}", style("✓").green());
    }
}

fn row(report: &Report, line: &Line, fastest: f64) -> String {
    let is_ours = matches!(line.row.group, Group::Checkout | Group::Journey);
    let filled = bar(line.per_second / fastest);
    let padding = " ".repeat(BAR.saturating_sub(measure_text_width(&filled)));
    let rate = format!("{:>9}", grouped(line.per_second));
    let (rate, filled) = if is_ours { (style(rate).bold(), style(filled).green()) } else { (style(rate), style(filled).dim()) };
    format!(
        "  {:NAME$} {:>7} {rate}  {filled}{padding} {:>8} {:>9} {:>9}   {:>6} {:>8} {:>6}",
        line.row.name,
        line.row.at_once,
        ratio(report.ratio(line.per_second)),
        millis(line.p50_ms),
        millis(line.p99_ms),
        cpu(line.server),
        cpu(line.database),
        cpu(Some(line.client)),
    )
}

/// Blocks, to an eighth of one.
fn bar(share: f64) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (share.clamp(0.0, 1.0) * (BAR * 8) as f64).round().max(1.0) as usize;
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
}
