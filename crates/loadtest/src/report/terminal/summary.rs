//! What came of a run, in a page of text.

use crate::report::against::{Comparison, Direction};
use crate::report::data::{Outcome, Run, Step, Verdict};
use crate::report::headline::{accelerated, headline, is_broken};
use charts::numbers::{grouped, latency, percent, rate};
use charts::terminal::{Ink, left, printable, right};
use std::fmt::Write as _;
use std::path::Path;

/// Where the reports of a run are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reports<'a> {
    /// The page.
    pub html: Option<&'a Path>,
    /// The data.
    pub json: Option<&'a Path>,
}

/// Widths of the columns of the table of steps, letters.
const WIDTHS: [usize; 9] = [10, 11, 9, 9, 9, 14, 9, 9, 14];
const HEADS: [&str; 9] = ["Shoppers", "Requests/s", "p50", "p95", "p99", "Errors", "Refused", "Orders", "Verdict"];
/// How many failures are told here; the page has all.
const FAILURES_MAX: usize = 5;

/// The summary, each line ended.
pub fn summary(run: &Run, against: Option<&Comparison>, reports: Reports<'_>, ink: Ink) -> String {
    let mut text = String::new();
    let headline = headline(run);
    let colored = match run.outcome {
        Outcome::Passed => ink.good(headline.word),
        Outcome::GeneratorSaturated | Outcome::EndedByHand => ink.warn(headline.word),
        Outcome::ObjectiveMissed | Outcome::BooksDoNotBalance => ink.bad(headline.word),
    };
    let _ = writeln!(text, "\n{colored}: {}", ink.bold(&printable(&headline.sentence)));
    if let Some(says) = accelerated(run) {
        let _ = writeln!(text, "{}", ink.warn(&says));
    }
    steps(run, ink, &mut text);
    capacity(run, &mut text);
    audit(run, ink, &mut text);
    for failure in run.failures.iter().take(FAILURES_MAX) {
        let what = format!("{} × {}: {}", grouped(failure.count), failure.kind.name(), failure.what);
        let _ = writeln!(text, "{}", ink.dim(&printable(&what)));
    }
    if let Some(comparison) = against {
        compared(comparison, ink, &mut text);
    }
    if let Some(why) = &run.interrupted {
        let _ = writeln!(text, "Ended before the plan was through: {}", printable(why));
    }
    for (name, path) in [("Page", reports.html), ("Data", reports.json)] {
        if let Some(path) = path {
            let _ = writeln!(text, "{} {}", ink.dim(&left(name, 5)), path.display());
        }
    }
    text
}

fn steps(run: &Run, ink: Ink, text: &mut String) {
    let heads: String = HEADS.iter().zip(WIDTHS).map(|(head, width)| right(head, width)).collect();
    let _ = writeln!(text, "\n{}", ink.dim(&heads));
    for step in &run.steps {
        let _ = writeln!(text, "{}", row(step, ink));
        for reason in &step.reasons {
            let _ = writeln!(text, "{}", ink.dim(&format!("  {}", printable(reason))));
        }
    }
    text.push('\n');
}

fn row(step: &Step, ink: Ink) -> String {
    let verdict = match step.verdict {
        Verdict::Passed => ink.good(step.verdict.words()),
        Verdict::Missed => ink.bad(step.verdict.words()),
        Verdict::Invalid | Verdict::Unfinished => ink.warn(step.verdict.words()),
    };
    let counts = step.counts;
    let cells = [
        grouped(step.shoppers),
        rate(counts.requests_per_s()),
        latency(step.response.p50_ms),
        latency(step.response.p95_ms),
        latency(step.response.p99_ms),
        percent(counts.error_share()),
        grouped(counts.refused),
        grouped(counts.orders),
        verdict,
    ];
    cells.iter().zip(WIDTHS).map(|(cell, width)| right(cell, width)).collect()
}

fn capacity(run: &Run, text: &mut String) {
    let Some(capacity) = &run.capacity else { return };
    let more = if capacity.is_limit { "" } else { "; no step was too much, so it may be more" };
    let _ = writeln!(
        text,
        "One node carries {} shoppers at once, {} requests a second{more}.",
        grouped(capacity.shoppers),
        rate(capacity.requests_per_s)
    );
}

fn audit(run: &Run, ink: Ink, text: &mut String) {
    let Some(audit) = &run.audit else {
        let _ = writeln!(text, "{}", ink.dim("The books were not looked at."));
        return;
    };
    if audit.receipts == 0 && !is_broken(audit) {
        let _ = writeln!(text, "{}", ink.dim("Nobody bought anything, so there was no receipt to compare with the books."));
        return;
    }
    let receipts = format!("{} receipts, {}", grouped(audit.receipts), printable(&audit.by));
    let line = if is_broken(audit) {
        ink.bad(&format!("✗ The books do not balance ({receipts})."))
    } else if audit.books_hold.is_some() {
        ink.good(&format!("✓ The books balance ({receipts})."))
    } else {
        let unread = "the ledgers were not read; `doorbuster verify --receipts` reads them";
        ink.good(&format!("✓ Every receipt is in the shop ({receipts}); {unread}."))
    };
    let _ = writeln!(text, "{line}");
    for finding in &audit.findings {
        let _ = writeln!(text, "  {}", printable(finding));
    }
}

fn compared(comparison: &Comparison, ink: Ink, text: &mut String) {
    let _ = writeln!(text, "\nBeside the run of {}:", printable(&comparison.baseline));
    for (direction, sentence) in comparison.sentences() {
        let line = match direction {
            Direction::Better => ink.good(&format!("▲ Better. {sentence}")),
            Direction::Worse => ink.bad(&format!("▼ Worse. {sentence}")),
            Direction::Same => format!("= {sentence}"),
        };
        let _ = writeln!(text, "  {line}");
    }
    for condition in &comparison.conditions {
        let _ = writeln!(text, "  {}", ink.dim(&printable(condition)));
    }
    text.push('\n');
}
