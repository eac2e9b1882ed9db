//! The steps: how fast pages were as the crowd grew, each step's verdict, and whether the test itself was the limit.

use crate::report::data::{Run, Step, Verdict};
use crate::report::headline::{first_missed, last_held, pay_p99_ms};
use crate::verdict::order_pages;
use charts::chart::{Axis, Band, Bound, Chart, Fill, Height, Scale, Series, Shape, Sign, Tone};
use charts::markup::{Row, Set, Table, escape};
use charts::numbers::{bytes, grouped, latency, percent, rate, short};
use charts::page::{Section, paragraph};
use std::fmt::Write as _;

/// How many times the objective the axis of latency shows at most: further up, the objective would be lost at the bottom.
pub const TIMES_OBJECTIVE_MAX: f64 = 4.0;

/// From which part of the objective on the axis reaches up to it: lines far below it would lie on the ground.
const NEAR_OBJECTIVE: f64 = 0.2;

/// Whether a step says something about the shop.
pub fn is_counted(step: &Step) -> bool {
    matches!(step.verdict, Verdict::Passed | Verdict::Missed)
}

/// Steps and their verdicts.
pub fn section(run: &Run) -> Section {
    let mut body = String::new();
    if run.steps.is_empty() {
        body.push_str(&paragraph("No step was begun, so nothing was measured."));
    } else {
        body.push_str(&chart(run).figure());
        body.push_str("<h3>Step by step</h3>");
        body.push_str(&table(run).html());
        body.push_str(&reasons(run));
        body.push_str("<h3>What had to be reached</h3>");
        body.push_str(&objectives(run).html());
    }
    Section { id: "steps", title: "As the crowd grew", body }
}

/// The steps by their shoppers, whatever order they were tried in.
fn by_shoppers(run: &Run) -> Vec<&Step> {
    let mut steps: Vec<&Step> = run.steps.iter().collect();
    steps.sort_by_key(|step| step.shoppers);
    steps
}

fn chart(run: &Run) -> Chart {
    let steps = by_shoppers(run);
    let line = |name: &str, label: &str, tone, of: fn(&Step) -> f64| Series {
        name: name.to_owned(),
        label: label.to_owned(),
        shape: Shape::Line,
        tone,
        points: steps.iter().filter(|step| is_counted(step)).map(|step| (step.shoppers as f64, Some(of(step)))).collect(),
    };
    let mut series = vec![
        line("99 of 100 pages within", "99 %", Tone::First, |step| step.response.p99_ms),
        line("95 of 100 pages within", "95 %", Tone::Second, |step| step.response.p95_ms),
        line("Half of the pages within", "50 %", Tone::Third, |step| step.response.p50_ms),
    ];
    let crosses: Vec<_> = steps.iter().filter(|step| !is_counted(step)).collect();
    if !crosses.is_empty() {
        series.push(Series {
            name: "99 of 100 pages within, in a step that does not count".to_owned(),
            label: String::new(),
            shape: Shape::Points(Sign::Cross),
            tone: Tone::Quiet,
            points: crosses.iter().map(|step| (step.shoppers as f64, Some(step.response.p99_ms))).collect(),
        });
    }
    let bound = run.objectives.page_p99_ms;
    let mut y = Axis::from_zero("Time until a page was there", latency, latency);
    y.to = bound * TIMES_OBJECTIVE_MAX;
    let slowest = steps.iter().map(|step| step.response.p99_ms).fold(0.0, f64::max);
    let is_near = slowest >= bound * NEAR_OBJECTIVE;
    let objective = format!("99 of 100 pages have to come within {}", latency(bound));
    let far_above = if is_near { String::new() } else { format!(" {objective}: far above all that is shown.") };
    Chart {
        id: "latency-by-step",
        title: "How long shoppers waited for a page".to_owned(),
        about: format!(
            "From left to right more shoppers were in the shop at once. Lower is faster. A shop that has room stays flat; where \
             the lines rise, shoppers begin to wait for each other.{far_above}"
        ),
        height: Height::Tall,
        x: axis(&steps),
        y,
        bands: bands(&steps),
        bounds: if is_near { vec![Bound { at: bound, label: objective }] } else { Vec::new() },
        marks: Vec::new(),
        ranges: Vec::new(),
        series,
    }
}

/// Each step has as much room to its left and right as its neighbors leave.
fn axis(steps: &[&Step]) -> Axis {
    let shoppers = |step: Option<&&Step>| step.map_or(1.0, |step| step.shoppers.max(1) as f64);
    let write = |value: f64| grouped(value.round() as u64);
    Axis {
        name: "Shoppers at once".to_owned(),
        scale: Scale::Log,
        from: shoppers(steps.first()) / 1.4,
        to: shoppers(steps.last()) * 1.4,
        ticks: steps.iter().map(|step| step.shoppers as f64).collect(),
        at_axis: short.into(),
        in_table: write.into(),
    }
}

fn bands(steps: &[&Step]) -> Vec<Band> {
    let axis = axis(steps);
    let between = |one: &Step, other: &Step| (one.shoppers as f64 * other.shoppers as f64).sqrt();
    let band = |at: usize| {
        let step = steps[at];
        let before = at.checked_sub(1).map(|at| steps[at]);
        Band {
            from: before.map_or(axis.from, |before| between(before, step)),
            to: steps.get(at + 1).map_or(axis.to, |after| between(step, after)),
            label: step.verdict.words().to_owned(),
            fill: fill(step.verdict, at),
        }
    };
    (0..steps.len()).map(band).collect()
}

/// How a step's stretch is filled. Neighbors are told apart.
pub fn fill(verdict: Verdict, at: usize) -> Fill {
    match verdict {
        Verdict::Missed => Fill::Bad,
        Verdict::Invalid | Verdict::Unfinished => Fill::Hatched,
        Verdict::Passed if at.is_multiple_of(2) => Fill::Clear,
        Verdict::Passed => Fill::Tinted,
    }
}

/// The class of a row of the style sheet.
fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "held",
        Verdict::Missed => "missed",
        Verdict::Invalid | Verdict::Unfinished => "uncounted",
    }
}

fn table(run: &Run) -> Table {
    let heads = [
        "Shoppers",
        "Verdict",
        "Reached",
        "Sockets",
        "Requests/s",
        "Half in",
        "95\u{a0}% in",
        "99\u{a0}% in",
        "99.9\u{a0}% in",
        "Failed",
        "Refused",
        "Orders",
        "Sold out",
    ];
    let caption = "Steps in the order in which they were tried";
    let mut table = Table::of_numbers(caption, &heads).with("Verdict", Set::Verdict);
    for step in &run.steps {
        let (counts, response) = (step.counts, step.response);
        let cells = vec![
            step.verdict.words().to_owned(),
            grouped(step.shoppers_reached),
            grouped(step.sockets),
            rate(counts.requests_per_s()),
            latency(response.p50_ms),
            latency(response.p95_ms),
            latency(response.p99_ms),
            latency(response.p999_ms),
            percent(counts.error_share()),
            grouped(counts.refused),
            grouped(counts.orders),
            grouped(counts.sold_out),
        ];
        table.row(name(step), cells).class = class(step.verdict);
    }
    table
}

/// What a step is called in a table.
fn name(step: &Step) -> String {
    format!("{}{}", grouped(step.shoppers), if step.is_search { " (search)" } else { "" })
}

/// Why a step did not simply pass.
fn reasons(run: &Run) -> String {
    let mut html = String::from("<ul class=\"reasons\">");
    for step in run.steps.iter().filter(|step| !step.reasons.is_empty()) {
        let _ = write!(
            html,
            "<li class=\"{}\"><b>{} shoppers: {}</b>",
            class(step.verdict),
            escape(&name(step)),
            escape(step.verdict.words())
        );
        for reason in &step.reasons {
            let _ = write!(html, "<span>{}</span>", escape(reason));
        }
        html.push_str("</li>");
    }
    html.push_str("</ul>");
    if run.steps.iter().all(|step| step.reasons.is_empty()) { String::new() } else { html }
}

fn objectives(run: &Run) -> Table {
    let (held, missed) = (last_held(run), first_missed(run));
    let mut heads = vec!["Objective".to_owned(), "Less than".to_owned()];
    heads.extend(held.map(|step| format!("At {}", grouped(step.shoppers))));
    heads.extend(missed.map(|step| format!("At {}", grouped(step.shoppers))));
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let mut table = Table::of_numbers("Objectives and what was reached", &heads);
    let steps: Vec<&Step> = held.into_iter().chain(missed).collect();
    let mut row = |name: &str, bound: f64, write: fn(f64) -> String, of: fn(&Step) -> Option<f64>| {
        let cell = |step: &&Step| match of(step) {
            Some(value) if value >= bound => format!("✗ {}", write(value)),
            Some(value) => format!("✓ {}", write(value)),
            None => "–".to_owned(),
        };
        let cells = std::iter::once(write(bound)).chain(steps.iter().map(cell)).collect();
        table.rows.push(Row { head: name.to_owned(), cells, ..Row::default() });
    };
    let bounds = run.objectives;
    row("95 of 100 pages within", bounds.page_p95_ms, latency, |step| Some(step.response.p95_ms));
    row("99 of 100 pages within", bounds.page_p99_ms, latency, |step| Some(step.response.p99_ms));
    row("99 of 100 payments within", bounds.pay_p99_ms, latency, pay_p99_ms);
    row("Share of requests that fail", bounds.errors, percent, |step| Some(step.counts.error_share()));
    row("The same of what leads to an order", bounds.errors, percent, |step| {
        let (failed, requests) = order_pages(step);
        (requests > 0).then(|| failed as f64 / requests as f64)
    });
    table
}

/// Whether the test itself was the limit.
pub fn honesty(run: &Run) -> Section {
    let uncounted = run.steps.iter().filter(|step| step.verdict == Verdict::Invalid).count();
    let says = match uncounted {
        0 => "The machine that played the shoppers kept up in every step, so the numbers are the shop’s.",
        1 => {
            "In one step the machine that played the shoppers could not keep up. Its numbers say nothing about the shop: they \
              are drawn hatched and count for nothing."
        }
        _ => {
            "In some steps the machine that played the shoppers could not keep up. Their numbers say nothing about the shop: \
              they are drawn hatched and count for nothing."
        }
    };
    let heads = [
        "Shoppers",
        "Sent late by, 99 %",
        "Busiest thread",
        "Cores used",
        "Memory",
        "Could not come",
        "99 % from the wish",
        "99 % from the send",
        "Verdict",
    ];
    let mut table = Table::of_numbers("What the test itself needed", &heads).with("Verdict", Set::Verdict);
    for step in &run.steps {
        let generator = step.generator;
        let cells = vec![
            latency(generator.lag_p99_ms),
            percent(generator.busiest),
            rate(generator.cores),
            bytes(generator.memory),
            grouped(generator.dropped),
            latency(step.response.p99_ms),
            latency(step.service.p99_ms),
            step.verdict.words().to_owned(),
        ];
        table.row(name(step), cells).class = class(step.verdict);
    }
    let about = "A wait is counted from the instant at which a shopper wanted the page, not from when the request was sent: so a \
                 shop that stalls cannot hide it by keeping the test from asking.";
    let body = paragraph(says) + &paragraph(about) + &table.html();
    Section { id: "honesty", title: "Was the test itself the limit?", body }
}
