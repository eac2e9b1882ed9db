//! The run beside an earlier one.

use super::facts;
use crate::report::against::{Change, Comparison, Direction};
use charts::markup::{Set, Table, escape};
use charts::numbers::grouped;
use charts::page::{Section, paragraph};
use std::fmt::Write as _;

/// What got better and worse.
pub fn section(comparison: &Comparison) -> Section {
    let mut body = paragraph(&format!(
        "Beside the run of {}. A difference counts when it is larger than the seconds of either run scatter, and larger than \
         runs differ from each other anyway.",
        facts::when(&comparison.baseline)
    ));
    body.push_str("<ul class=\"reasons\">");
    for (direction, sentence) in comparison.sentences() {
        let (class, word) = words(direction);
        let _ = write!(body, "<li class=\"{class}\"><b>{}</b> {}</li>", escape(word), escape(&sentence));
    }
    body.push_str("</ul>");
    if !comparison.conditions.is_empty() {
        body.push_str("<p>The two runs were not made alike, and a difference may come from that:</p><ul>");
        for condition in &comparison.conditions {
            let _ = write!(body, "<li>{}</li>", escape(condition));
        }
        body.push_str("</ul>");
    }
    if !comparison.changes.is_empty() {
        body.push_str(&table(comparison).folded("Every number of both runs"));
    }
    Section { id: "compared", title: "Compared with the earlier run", body }
}

/// The class of the style sheet, and the word with its sign.
fn words(direction: Direction) -> (&'static str, &'static str) {
    match direction {
        Direction::Better => ("held", "▲ Better."),
        Direction::Worse => ("missed", "▼ Worse."),
        Direction::Same => ("uncounted", "= The same."),
    }
}

fn table(comparison: &Comparison) -> Table {
    let heads = ["Shoppers", "What", "Before", "Now", "Change", "Noise", "Verdict"];
    let mut table = Table::of_numbers("Steps that both runs have", &heads).with("What", Set::Words).with("Verdict", Set::Verdict);
    for change in &comparison.changes {
        let Change { measure, before, after, noise, direction, .. } = *change;
        let (class, word) = words(direction);
        let cells = vec![
            measure.name().to_owned(),
            measure.write(before),
            measure.write(after),
            change.relative().unwrap_or_else(|| "–".to_owned()),
            format!("± {}", measure.write(noise)),
            word.trim_end_matches('.').to_owned(),
        ];
        table.row(grouped(change.shoppers), cells).class = class;
    }
    table
}
