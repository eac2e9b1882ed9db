//! How well a shop's own days are known, as text.

use crate::data::Backtest;
use charts::markup::{Set, Table};
use charts::numbers::{grouped, percent};
use charts::terminal::Ink;

/// How much a share of so many days may differ from what is claimed by chance alone: so many deviations of a binomial variable.
const DEVIATIONS: f64 = 2.0;

/// What a backtest found, each line ended.
pub fn backtest(backtest: &Backtest, ink: Ink) -> String {
    let heads = ["Band", "Days", "Held", "Fewer came", "More came", "Held in", ""];
    let mut table = Table::of_numbers("How often bands held what came", &heads).with("", Set::Verdict);
    for coverage in &backtest.coverage {
        let days = coverage.days as f64;
        let by_chance = DEVIATIONS * (coverage.claimed * (1.0 - coverage.claimed) / days.max(1.0)).sqrt();
        let verdict = match coverage.share - coverage.claimed {
            off if off.abs() <= by_chance => "✓ as often as it claims",
            off if off > 0.0 => "more often than it claims: it is too wide",
            _ => "✗ less often than it claims: it is too narrow",
        };
        let count = |days: usize| grouped(days as u64);
        let cells = vec![
            count(coverage.days),
            count(coverage.held),
            count(coverage.below),
            count(coverage.above),
            format!("{:.1} %", coverage.share * 100.0),
            verdict.to_owned(),
        ];
        table.row(format!("{:.0} %", coverage.claimed * 100.0), cells);
    }
    format!(
        "{} orders since {}. Learned from {} weeks; each later week was forecast from what was known {}.\nOn \
         average a day's orders were {} off what was expected. The last week makes {} of the level.\n\n{}",
        grouped(backtest.orders),
        backtest.first,
        backtest.train_weeks,
        match backtest.ahead_weeks {
            1 => "as it began".to_owned(),
            2 => "a week before it began".to_owned(),
            weeks => format!("{} weeks before it began", weeks - 1),
        },
        percent(backtest.error),
        percent(backtest.smoothing),
        table.text(ink)
    )
}
