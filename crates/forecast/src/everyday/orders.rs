//! Orders as shops export them: a CSV with a row for each, of which the day counts.

use super::DAYS;
use crate::Unusable;
use crate::written::Check;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Columns that hold when an order was placed, as exports name them, in small letters.
const TIMES: [&str; 7] = ["at", "created at", "created_at", "placed_at", "date", "time", "invoicedate"];
/// Columns that say that an order was taken back: empty, `false` or `0` when it was not. The spelling is other people's.
const TAKEN_BACK: [&str; 5] = ["canceled", "cancelled", "canceled_at", "cancelled_at", "cancelled at"];
/// Columns with what an order is worth.
const TOTALS: [&str; 5] = ["total", "total_minor", "total_cents", "total_pence", "amount"];

/// More days than this are a slip of the finger.
const DAYS_MAX: i64 = 36_600;

/// How many orders each day had, from the first to the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DailyOrders {
    first: Date,
    orders: Vec<u32>,
}

impl DailyOrders {
    /// Counts the orders of a CSV by day. It needs a column for when they were placed; orders that were taken back or are worth
    /// nothing are left out where the file has columns that say so. `file` is what messages call it.
    ///
    /// # Errors
    /// When it is no CSV, has no such column, a time that is none, or no order.
    pub fn read(text: &str, file: &str) -> Result<Self, Unusable> {
        let check = Check { file, of: "" };
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let no_csv = |error: csv::Error| check.refusal("the file", format!("no CSV: {error}"), "a CSV with a header");
        let heads = reader.headers().map_err(no_csv)?.clone();
        let column =
            |names: &[&str]| names.iter().find_map(|name| heads.iter().position(|head| head.trim().eq_ignore_ascii_case(name)));
        let Some(at) = column(&TIMES) else {
            let is = heads.iter().collect::<Vec<_>>().join(", ");
            return Err(check.refusal("the header", is, &format!("one with a column of these: {}", TIMES.join(", "))));
        };
        let (taken_back, total) = (column(&TAKEN_BACK), column(&TOTALS));
        let mut by_day: BTreeMap<Date, u32> = BTreeMap::new();
        for (row, record) in (2..).zip(reader.records()) {
            let record = record.map_err(no_csv)?;
            let cell = |column: usize| record.get(column).unwrap_or_default().trim();
            let is_taken_back = taken_back.is_some_and(|column| !matches!(&*cell(column).to_lowercase(), "" | "false" | "0"));
            let is_worth_nothing = total.is_some_and(|column| !cell(column).parse::<f64>().is_ok_and(|total| total > 0.0));
            if is_taken_back || is_worth_nothing {
                continue;
            }
            *by_day.entry(day(cell(at), row, check)?).or_default() += 1;
        }
        Self::of(&by_day, check)
    }

    fn of(by_day: &BTreeMap<Date, u32>, check: Check<'_>) -> Result<Self, Unusable> {
        let ends = by_day.first_key_value().zip(by_day.last_key_value());
        let Some(((first, _), (last, _))) = ends else {
            return Err(check.refusal("the number of orders", 0, "1 or more: orders that are paid and not taken back"));
        };
        let days = i64::from(first.until(*last).map_or(0, |span| span.get_days())) + 1;
        check.that(days <= DAYS_MAX, "the number of days", days, &format!("{DAYS_MAX} at most"))?;
        let dates = std::iter::successors(Some(*first), |date| date.tomorrow().ok()).take(days as usize);
        Ok(Self { first: *first, orders: dates.map(|date| by_day.get(&date).copied().unwrap_or(0)).collect() })
    }

    /// All of them.
    pub fn total(&self) -> u64 {
        self.orders.iter().map(|orders| u64::from(*orders)).sum()
    }

    /// The day that comes so many days after the first, as `2011-11-25`.
    pub(super) fn date(&self, days: usize) -> String {
        std::iter::successors(Some(self.first), |date| date.tomorrow().ok()).nth(days).unwrap_or(self.first).to_string()
    }

    /// Orders of each day.
    #[cfg(test)]
    pub(super) fn into_days(self) -> Vec<u32> {
        self.orders
    }

    /// The full weeks from the first day on.
    pub(super) fn weeks(&self) -> Vec<[f64; DAYS]> {
        self.orders.chunks_exact(DAYS).map(|week| std::array::from_fn(|day| f64::from(week[day]))).collect()
    }
}

/// The day that a time begins with.
fn day(text: &str, row: usize, check: Check<'_>) -> Result<Date, Unusable> {
    let date = text.get(..10).and_then(|date| date.parse().ok());
    let key = format!("the time of the order in row {row}");
    date.ok_or_else(|| check.refusal(&key, format!("\"{text}\""), "one that begins with a day as in 2026-11-27"))
}
