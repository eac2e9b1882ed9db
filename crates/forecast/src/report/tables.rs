//! The tables of a forecast, for a terminal and for a page alike.

use super::sentences::{amount, count};
use super::when::When;
use crate::data::{Estimate, Forecast, Item, Swing};
use crate::plan::uncertainty::Input;
use charts::markup::{Set, Table};
use charts::numbers::{grouped, percent};

/// The heads of figures with their bands.
const BAND: [&str; 4] = ["", "As planned", "From", "To"];

fn cells(estimate: Estimate, write: &dyn Fn(f64) -> String) -> Vec<String> {
    [estimate.planned, estimate.p5, estimate.p95].map(write).to_vec()
}

/// The highest of everything, and when that is.
pub fn peaks(forecast: &Forecast) -> Table {
    let when = When::of(forecast);
    let mut table = Table::of_numbers("The peaks, nine times in ten", &[&BAND[..], &["When"]].concat()).with("When", Set::Words);
    let peaks = &forecast.peaks;
    let money = |value: f64| amount(&forecast.currency, value);
    let orders = format!("Orders in {} minutes", forecast.slot_minutes);
    let rows: [(&str, _, &dyn Fn(f64) -> String); 7] = [
        ("Visits that begin in a minute", peaks.arrivals_per_minute, &count),
        ("People there at once", peaks.active, &count),
        ("Sessions at once", peaks.sessions, &count),
        ("Pages a second", peaks.pages_per_s, &count),
        ("Pages a second not from memory", peaks.dynamic_pages_per_s, &count),
        (&orders, peaks.orders, &count),
        ("Revenue of the best day", peaks.day_revenue, &money),
    ];
    for (name, peak, write) in rows {
        let mut cells = cells(peak.height, write);
        cells.push(when.words(f64::from(peak.at_minute)));
        table.row(name, cells);
    }
    table
}

/// The whole sale.
pub fn totals(forecast: &Forecast) -> Table {
    let mut table = Table::of_numbers("The whole sale, nine times in ten", &BAND);
    let totals = &forecast.totals;
    let money = |value: f64| amount(&forecast.currency, value);
    table.row("Visits", cells(totals.visits, &count));
    table.row("Orders", cells(totals.orders, &count));
    table.row("Revenue", cells(totals.revenue, &money));
    if !forecast.items.is_empty() {
        table.row("Orders lost to empty shelves, at most", cells(totals.orders_lost, &count));
        table.row("Revenue lost with them", cells(totals.revenue_lost, &money));
    }
    table
}

/// The days of the sale.
pub fn days(forecast: &Forecast) -> Table {
    let when = When::of(forecast);
    let heads = ["Day from", "Orders", "From", "To", "Revenue", "Revenue from", "Revenue to"];
    let mut table = Table::of_numbers("Day by day, nine times in ten", &heads);
    for day in &forecast.days {
        let mut row = cells(day.orders, &count);
        row.extend(cells(day.revenue, &|value| amount(&forecast.currency, value)));
        table.row(when.words(f64::from(day.at_minute)), row);
    }
    table
}

/// What may sell out; nothing where the plan lists no items.
pub fn items(forecast: &Forecast) -> Option<Table> {
    if forecast.items.is_empty() {
        return None;
    }
    let when = When::of(forecast);
    let heads = ["Item", "Units", "Wanted", "From", "To", "Sells out in", "When, as planned", "Soonest", "Latest"];
    let mut table = Table::of_numbers("What may sell out, nine times in ten", &heads);
    for Item { name, stock, wanted, sold_out_share, sold_out_minute, .. } in &forecast.items {
        let mut row = vec![grouped(u64::from(*stock))];
        row.extend(cells(*wanted, &count));
        row.push(format!("{} of cases", percent(*sold_out_share)));
        let minutes = [sold_out_minute.planned, sold_out_minute.p5, sold_out_minute.p95];
        row.extend(minutes.map(|minute| minute.map_or_else(|| "not in the sale".to_owned(), |minute| when.words(minute))));
        table.row(name.as_str(), row);
    }
    Some(table)
}

/// Nodes and the line before the waiting room; nothing where the plan has no capacity.
pub fn nodes(forecast: &Forecast) -> Option<Table> {
    let nodes = forecast.nodes?;
    let mut table = Table::of_numbers("Nodes at the peak", &["", "As planned", "In half of the cases", "In 19 of 20 cases"]);
    let write = |nodes: Option<u32>| nodes.map_or_else(|| "none suffices".to_owned(), |nodes| grouped(u64::from(nodes)));
    table.row("Nodes, with reserve and one that may fail", [nodes.planned, nodes.p50, nodes.p95].map(write).to_vec());
    Some(table)
}

/// How far each input may be off, what that does, and who says so; the one that moves revenue most first.
pub fn inputs(forecast: &Forecast) -> Table {
    let heads = ["Input", "Off by up to", "Moves revenue", "Moves the peak of sessions", "Moves the peak of orders", "Says who"];
    let mut table = Table::of_numbers("What is not certain, and what it moves", &heads).with("Says who", Set::Words);
    let sensitivities = &forecast.sensitivities;
    for swing in &sensitivities.revenue {
        let Some(assumption) = forecast.inputs.iter().find(|assumption| assumption.input == swing.input) else { continue };
        let moved = |swings: &[Swing]| span(swings, swing.input);
        let cells = vec![
            format!("÷ × {}", assumption.times),
            moved(&sensitivities.revenue),
            moved(&sensitivities.peak_sessions),
            moved(&sensitivities.peak_orders),
            assumption.source.to_owned(),
        ];
        table.row(assumption.name, cells);
    }
    table
}

/// By how much an answer changes from one end of an input's range to the other, of its middle.
fn span(swings: &[Swing], input: Input) -> String {
    let swing = swings.iter().find(|swing| swing.input == input);
    let share = swing.map_or(0.0, |swing| (swing.high - swing.low) / f64::midpoint(swing.low, swing.high).max(f64::MIN_POSITIVE));
    match (share * 100.0).round() {
        0.0 => "–".to_owned(),
        percent if percent > 0.0 => format!("+{percent} %"),
        percent => format!("−{} %", -percent),
    }
}

/// What the plan does not say; nothing where it says everything.
pub fn assumed(forecast: &Forecast) -> Option<Table> {
    if forecast.assumed.is_empty() {
        return None;
    }
    let mut table =
        Table::of_numbers("What the plan does not say", &["Key", "Taken instead", "Says who"]).with("Says who", Set::Words);
    for assumed in &forecast.assumed {
        table.row(assumed.field.as_str(), vec![assumed.value.to_string(), assumed.source.to_owned()]);
    }
    Some(table)
}
