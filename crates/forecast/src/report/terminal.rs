//! A forecast on a terminal.

use super::{sentences, tables};
use crate::data::Forecast;
use charts::terminal::{Ink, printable};
use std::fmt::Write as _;

/// The forecast as text, each line ended.
pub fn summary(forecast: &Forecast, ink: Ink) -> String {
    let mut text = format!("{}: {}\n\n", ink.bold(&printable(&forecast.plan)), ink.bold(&sentences::headline(forecast)));
    for sentence in sentences::meaning(forecast) {
        let _ = writeln!(text, "{}", printable(&sentence));
    }
    let shown = [
        Some(tables::peaks(forecast)),
        Some(tables::totals(forecast)),
        Some(tables::days(forecast)),
        tables::items(forecast),
        tables::nodes(forecast),
        Some(tables::inputs(forecast)),
        tables::assumed(forecast),
    ];
    for table in shown.into_iter().flatten() {
        let _ = write!(text, "\n{}", table.text(ink));
    }
    let seeds =
        format!("\nPlayed {} times, seed {}: the same plan and seed make the same forecast.", forecast.draws, forecast.seed);
    let _ = writeln!(text, "{}", ink.dim(&seeds));
    text
}
