//! What is said of a claim and of waves: a table, and the sentences that the data has.

use crate::data::{Advice, Checked, Counted, Span};
use charts::markup::{Set, Table};
use charts::numbers::{grouped, percent};
use charts::terminal::Ink;
use std::fmt::Write as _;

/// What follows from a claim, as text, each line ended.
pub fn checked(checked: &Checked, ink: Ink) -> String {
    let mut text = String::new();
    if !checked.readings.is_empty() {
        let _ = writeln!(text, "{}", readings(checked).text(ink));
    }
    let figures = figures(checked);
    if !figures.rows.is_empty() {
        let _ = writeln!(text, "{}", figures.text(ink));
    }
    for words in &checked.words {
        let _ = writeln!(text, "{words}");
    }
    if checked.contradictions.is_empty() {
        let _ = writeln!(text, "{}", ink.good("✓ Nothing contradicts."));
    }
    for words in &checked.contradictions {
        let _ = writeln!(text, "{}", ink.bad(&format!("✗ {words}")));
    }
    text
}

fn readings(checked: &Checked) -> Table {
    let heads = ["If users are", "Counted for", "Visits a minute", "Conversion", ""];
    let mut table = Table::of_numbers("What “users” may mean", &heads).with("", Set::Verdict);
    for reading in &checked.readings {
        let counted = match reading.counted {
            Counted::Active => "people who are there",
            Counted::Sessions => "sessions with a timeout",
        };
        let verdict = if reading.is_plausible { "✓ sales are like this" } else { "✗ no sale is known to be" };
        let cells = vec![
            format!("{} minutes", reading.counted_minutes),
            grouped(reading.arrivals_per_minute.round() as u64),
            percent(reading.conversion),
            verdict.to_owned(),
        ];
        table.row(counted, cells);
    }
    table
}

fn figures(checked: &Checked) -> Table {
    let mut table = Table::of_numbers("What it implies", &["", "From", "To"]);
    let mut row = |name: &str, span: Option<Span>, write: &dyn Fn(f64) -> String| {
        if let Some(span) = span {
            table.row(name, vec![write(span.low), write(span.high)]);
        }
    };
    let money = |value: f64| format!("{value:.2}");
    row("Minutes that a visit is counted for", checked.counted_minutes, &|value| format!("{value:.0}"));
    row("Value of an order", checked.order_value, &money);
    row("Orders in all", checked.orders, &|value| grouped(value.round() as u64));
    table
}

/// In how many waves to tell people, as text, each line ended.
pub fn advice(advice: &Advice, zone: &str, ink: Ink) -> String {
    match advice {
        Advice::Beyond { words, .. } => format!("{}\n", ink.warn(words)),
        Advice::Waves(waves) => {
            let mut text = format!("{}\n", waves.words);
            let Some(first) = waves.starts.first() else { return text };
            let when = super::when::When::new(first, zone);
            for (number, starts) in (1..).zip(&waves.starts) {
                let share = percent(1.0 / waves.starts.len() as f64);
                let _ = writeln!(text, "  wave {number}: {} ({share} of the list)", when.words(when.minute(starts)));
            }
            text
        }
    }
}
