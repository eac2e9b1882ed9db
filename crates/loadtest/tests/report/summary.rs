//! The summary on a terminal.

use crate::sample::{Made, run, run_of};
use charts::numbers::{grouped, latency};
use charts::terminal::Ink;
use console::{measure_text_width, strip_ansi_codes};
use loadtest::report::against::compare;
use loadtest::report::terminal::{Reports, summary};
use std::path::Path;

#[test]
fn the_summary_has_a_line_for_each_step_and_says_where_the_reports_are() {
    let run = run();
    let reports = Reports { html: Some(Path::new("run.html")), json: None };
    let comparison = compare(&run_of(Made { slowness: 1.7, seed: 7 }), &run);
    let text = summary(&run, Some(&comparison), reports, Ink::Plain);
    for step in &run.steps {
        let line = text.lines().find(|line| line.trim_start().starts_with(&format!("{} ", grouped(step.shoppers))));
        let line = line.unwrap_or_else(|| panic!("no line for {} shoppers:\n{text}", step.shoppers));
        assert!(line.contains(&latency(step.response.p99_ms)) && line.ends_with(step.verdict.words()), "{line}");
    }
    for part in [
        "Limit found: Your shop held 20,000 shoppers at once.",
        "✓ The books balance (2,481 receipts",
        "One node carries 20,000 shoppers at once",
        "▲ Better. ",
        "Page  run.html",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(!text.contains("Data"), "{text}");
}

#[test]
fn colors_change_no_letter_and_the_table_fits_a_hundred_columns() {
    let colored = summary(&run(), None, Reports::default(), Ink::Colors);
    let plain = summary(&run(), None, Reports::default(), Ink::Plain);
    assert_ne!(colored, plain);
    assert_eq!(strip_ansi_codes(&colored), plain);
    let table = plain.lines().skip_while(|line| !line.contains("Requests/s")).take(run().steps.len());
    assert!(table.into_iter().all(|line| measure_text_width(line) <= 100), "{plain}");
}

#[test]
fn what_a_shop_says_cannot_steer_the_terminal() {
    let mut run = run();
    run.failures[0].what = "\u{1b}]0;owned\u{7}\u{1b}[2J".into();
    run.steps[0].reasons = vec!["\u{1b}[1A".into()];
    run.interrupted = Some("\r\u{9b}2J".into());
    let text = summary(&run, None, Reports::default(), Ink::Plain);
    assert!(text.chars().all(|letter| letter == '\n' || !letter.is_control()), "{text:?}");
}
