//! What a sale came to, in tables: the same on a page and on a terminal.

use super::super::sentences::{amount, count};
use super::super::when::When;
use super::sentences::{by_hand, counted, sold_out_when};
use crate::data::{Fitted, Learned};
use crate::outcome::compared::{Compared, Figure};
use crate::outcome::data::{High, Item, Outcome};
use charts::markup::{Set, Table};
use charts::numbers::percent;
use std::cmp::Reverse;

/// How many rows of the first table are the numbers to remember.
pub const HEADLINES: usize = 6;
const NOT_RECORDED: &str = "not recorded";

/// The table of the sale: what it is remembered by.
pub fn sale(outcome: &Outcome, when: &When) -> Table {
    let mut table =
        Table::of_numbers("The sale", &["Figure", "Came to", "When, and what it is"]).with("When, and what it is", Set::Words);
    let money = |value: f64| amount(&outcome.currency, value);
    let (totals, peaks) = (&outcome.totals, &outcome.peaks);
    let at_prices = format!("{} at the sale’s prices", money(totals.revenue_at_sale_prices));
    table.row("Revenue", vec![money(totals.revenue), at_prices]);
    let mut high = |name: &str, high: &Option<High>, write: &dyn Fn(f64) -> String, what: &str, none: &str| {
        let cells = match high {
            Some(High { value, at }) => vec![write(*value), format!("{}{what}", when.words(when.minute(at)))],
            None => vec![none.to_owned(), String::new()],
        };
        table.row(name, cells);
    };
    high("Sessions at once", &peaks.sessions, &count, ", seen within half an hour", NOT_RECORDED);
    high("Active at once", &peaks.active, &count, ", seen within five minutes", NOT_RECORDED);
    high("Orders in five minutes", &peaks.orders_per_5_minutes, &count, "", "0");
    high("Run rate a day, busiest hour", &peaks.run_rate_of_hour, &money, "", &money(0.0));
    high("Run rate a day, busiest five minutes", &peaks.run_rate_of_5_minutes, &money, "", &money(0.0));
    let each = totals.order_value.map(|value| format!("{} each", money(value))).unwrap_or_default();
    table.row("Orders", vec![counted(totals.orders), each]);
    let of_them = totals.visits.filter(|visits| *visits > 0).map(|visits| totals.orders as f64 / visits as f64);
    let of_them = of_them.map(|share| format!("{} of them ordered", percent(share))).unwrap_or_default();
    table.row("Visits", vec![totals.visits.map_or_else(|| NOT_RECORDED.to_owned(), counted), of_them]);
    table.row("Units of the sale", vec![counted(totals.units_at_sale_prices), "bought at the sale’s prices".to_owned()]);
    table.row("Given back until now", vec![money(totals.refunded), format!("{} orders canceled", counted(totals.canceled))]);
    let service = &outcome.service;
    let what = format!("{} failed, {} told to come back", counted(service.failed), counted(service.shed));
    let issues = match service.minutes_recorded {
        0 => vec![NOT_RECORDED.to_owned(), String::new()],
        _ => vec![counted(service.failed + service.shed), what],
    };
    table.row("Server issues", issues);
    table.row("Interventions", vec![counted(outcome.by_hand.count()), by_hand(outcome)]);
    table
}

/// The sale beside the forecast and the last one; nothing where there is neither.
pub fn compared(outcome: &Outcome) -> Option<Table> {
    if outcome.compared.is_empty() {
        return None;
    }
    let heads = ["Figure", "Came to", "Forecast", "Nine times in ten", "As forecast", "Last sale"];
    let mut table = Table::of_numbers("Beside the forecast and the last sale", &heads).with("As forecast", Set::Verdict);
    for row in &outcome.compared {
        let write = |value: f64| written(outcome, row.figure, value);
        let told = |value: Option<f64>, none: &str| value.map_or_else(|| none.to_owned(), write);
        let band = row.expected.map(|band| format!("{} to {}", write(band.p5), write(band.p95)));
        let cells = vec![
            told(row.came, if outcome.has_begun() { NOT_RECORDED } else { "–" }),
            told(row.expected.map(|expected| expected.planned), "–"),
            band.unwrap_or_else(|| "–".to_owned()),
            verdict(row).to_owned(),
            told(row.last, if outcome.last_sale.is_some() { NOT_RECORDED } else { "–" }),
        ];
        table.row(name(row.figure), cells);
    }
    Some(table)
}

fn verdict(row: &Compared) -> &'static str {
    match (row.within, row.came.zip(row.expected)) {
        (Some(true), _) => "yes",
        (Some(false), Some((came, expected))) if came < expected.p5 => "less",
        (Some(false), _) => "more",
        (None, _) => "–",
    }
}

fn name(figure: Figure) -> &'static str {
    match figure {
        Figure::Revenue => "Revenue",
        Figure::Orders => "Orders",
        Figure::Visits => "Visits",
        Figure::Sessions => "Sessions at once",
        Figure::Active => "Active at once",
        Figure::OrdersPer5Minutes => "Orders in five minutes",
        Figure::RunRate => "Run rate a day, busiest hour",
    }
}

fn written(outcome: &Outcome, figure: Figure, value: f64) -> String {
    match figure {
        Figure::Revenue | Figure::RunRate => amount(&outcome.currency, value),
        Figure::Orders | Figure::Visits | Figure::Sessions | Figure::Active | Figure::OrdersPer5Minutes => count(value),
    }
}

/// What was in the sale, so many items at most: what went first above the rest, then what sold best. Nothing where nothing was
/// in it.
pub fn items(outcome: &Outcome, when: &When, most: usize) -> Option<Table> {
    if outcome.items.is_empty() {
        return None;
    }
    let heads = ["Item", "Offered", "Sold", "Revenue", "First gone", "Sold out", "Asked for after", "Units missing", "Worth"];
    let mut table = Table::of_numbers("What was in the sale", &heads);
    let mut items: Vec<&Item> = outcome.items.iter().collect();
    items.sort_by_key(|item| (item.sold_out_at.is_none(), item.sold_out_at.clone(), Reverse(item.sold)));
    for item in items.into_iter().take(most) {
        let at = |at: &Option<String>| at.as_ref().map_or_else(|| "–".to_owned(), |at| sold_out_when(outcome, when, at));
        let cells = vec![
            item.offered.map_or_else(|| "all".to_owned(), counted),
            counted(item.sold),
            amount(&outcome.currency, item.revenue),
            at(&item.first_gone_at),
            at(&item.sold_out_at),
            counted(item.asked_after),
            counted(item.units_missed),
            amount(&outcome.currency, item.revenue_missed),
        ];
        table.row(item.name.clone(), cells);
    }
    Some(table)
}

/// What a sale has taught: each value as it was planned, and as it would have told what came.
pub fn lesson(learned: &Learned) -> Table {
    let mut table = Table::of_numbers("What the sale has taught", &["Value", "Planned", "Fits what came", "Times"]);
    for Fitted { field, was, is } in &learned.fitted {
        let times = if *was > 0.0 { format!("{:.2}", is / was) } else { "–".to_owned() };
        table.row(field.clone(), vec![value(*was), value(*is), times]);
    }
    table
}

/// A plan's value with as many digits as say something.
fn value(value: f64) -> String {
    match value.abs() {
        high if high >= 1_000.0 => count(value),
        high if high >= 10.0 => format!("{value:.1}"),
        high if high >= 1.0 || high == 0.0 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}
