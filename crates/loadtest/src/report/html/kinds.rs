//! What was asked for, kind by kind, and what went wrong.

use crate::report::data::{Run, Step};
use crate::report::headline::telling;
use charts::markup::{Set, Table};
use charts::numbers::{grouped, latency, percent};
use charts::page::{Section, paragraph};

/// Kinds of requests and failures.
pub fn section(run: &Run) -> Section {
    let mut body = String::new();
    let shown = telling(run);
    if let Some(step) = shown {
        body.push_str(&table(step).html());
    }
    for step in run.steps.iter().filter(|step| !step.kinds.is_empty()) {
        if shown.is_none_or(|shown| !std::ptr::eq(shown, step)) {
            body.push_str(&table(step).folded(&format!("The same at {} shoppers", grouped(step.shoppers))));
        }
    }
    body.push_str("<h3>What went wrong</h3>");
    body.push_str(&failures(run));
    Section { id: "kinds", title: "Page by page", body }
}

fn table(step: &Step) -> Table {
    let heads = [
        "Page",
        "Requests",
        "Failed",
        "Half in",
        "95\u{a0}% in",
        "99\u{a0}% in",
        "99.9\u{a0}% in",
        "Longest",
        "99 % from the send",
    ];
    let mut table = Table::of_numbers(format!("At {} shoppers", grouped(step.shoppers)), &heads);
    for kind in &step.kinds {
        let response = kind.response;
        let cells = vec![
            grouped(kind.requests),
            percent(kind.errors as f64 / kind.requests.max(1) as f64),
            latency(response.p50_ms),
            latency(response.p95_ms),
            latency(response.p99_ms),
            latency(response.p999_ms),
            latency(response.max_ms),
            latency(kind.service.p99_ms),
        ];
        table.row(kind.kind.name(), cells);
    }
    table
}

fn failures(run: &Run) -> String {
    if run.failures.is_empty() {
        return paragraph("Nothing.");
    }
    let mut table =
        Table::of_numbers("The most frequent first, over the whole run", &["Page", "How often", "What"]).with("What", Set::Words);
    for failure in &run.failures {
        table.row(failure.kind.name(), vec![grouped(failure.count), failure.what.clone()]);
    }
    table.html()
}
