//! The items of a sale: what there is, what is wanted, when it is gone, and what its pages asked for it.

use super::super::figures::{Figures, Item, Seen};
use super::super::judge::wrong_prices;
use charts::markup::{Set, Table};
use charts::numbers::grouped;
use charts::page::paragraph;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Items in a table at most; the judge has looked at all.
const ROWS_MAX: usize = 50;

/// An instant as the shop's clock shows it.
pub fn when(instant: &str, zone: &str) -> String {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let at: Option<Timestamp> = instant.parse().ok();
    at.map_or_else(|| instant.to_owned(), |at| at.to_zoned_datetime(zone).strftime("%a %-d %b %Y %H:%M").to_string())
}

/// Units, demand, and when they are gone.
pub fn stock(figures: &Figures) -> Table {
    let heads = ["Item", "Offered", "In stock", "Wanted", "At most", "Gone by the forecast", "Gone in the rehearsal"];
    let mut table = Table::of_numbers("Units of the shop itself", &heads);
    let units = |units: Option<i64>, none: &str| units.map_or(none.to_owned(), |units| units.to_string());
    let wanted = |item: &Item, at: usize| item.wanted.map_or("–".to_owned(), |wanted| grouped(wanted[at].round() as u64));
    for item in figures.items.iter().take(ROWS_MAX) {
        let cells = vec![
            units(item.offered, "all"),
            units(item.in_stock, "not counted"),
            wanted(item, 0),
            wanted(item, 1),
            minute(item.forecast_sold_out_minute),
            minute(item.sold_out_minute),
        ];
        let is_short = item.offered.zip(item.in_stock).is_some_and(|(offered, in_stock)| in_stock < offered);
        table.row(item.name.clone(), cells).class = if is_short { "missed" } else { "" };
    }
    table
}

/// The same on a page.
pub fn stock_body(figures: &Figures) -> String {
    let more = figures.items.len().saturating_sub(ROWS_MAX);
    let rest = if more > 0 { paragraph(&format!("{more} more items were looked at.")) } else { String::new() };
    let about =
        "“Wanted” is what the forecast expects to be asked for, “at most” what it does not exceed nineteen times in twenty.";
    paragraph(about) + &stock(figures).html() + &rest
}

/// What pages asked.
pub fn prices(figures: &Figures) -> Table {
    let heads = ["Item", "Before the opening", "During the sale", "After its close", "Verdict"];
    let mut table = Table::of_numbers("Read from the products’ pages", &heads).with("Verdict", Set::Verdict);
    for item in &figures.items {
        let Some(seen) = &item.seen else { continue };
        let is_right = wrong_prices(item).is_empty();
        let price = |Seen(price): &Seen| price.clone().unwrap_or("none".into());
        let verdict = if is_right { "✓ as agreed" } else { "✗ not as agreed" };
        let cells = seen.iter().map(price).chain([verdict.to_owned()]).collect();
        table.row(item.name.clone(), cells).class = if is_right { "held" } else { "missed" };
    }
    table
}

/// How long after the opening: `45 min`, `4 h 35 min`.
fn minute(minute: Option<f64>) -> String {
    let whole = |minute: f64| match (minute.round() as u64 / 60, minute.round() as u64 % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    };
    minute.map_or("–".to_owned(), whole)
}
