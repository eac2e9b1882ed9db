//! The crowd of a rehearsal: what was expected, what came, and how fast it was served.

use super::super::figures::Figures;
use charts::chart::{Axis, Bound, Chart, Height, Scale, Series, Shape, Tone, Words};
use charts::markup::Table;
use charts::numbers::{grouped, latency, percent, rate, short};
use charts::page::paragraph;

/// Minutes between two ticks of the axis of time.
const TICK_MINUTES: [u32; 7] = [5, 15, 30, 60, 180, 360, 1_440];
/// Ticks at most.
const TICKS_MAX: u32 = 10;

/// How much of a low chart's height a label takes.
const LABEL_HEIGHT: f64 = 0.15;

/// Charts and tables.
pub fn body(figures: &Figures) -> String {
    let about = format!(
        "In the rehearsal {} of the visits came, {} times as fast. So rates compare, and numbers of people do not.",
        percent(figures.played.scale),
        rate(figures.played.speed)
    );
    let charts = pages(figures).figure() + &waiting(figures).figure();
    format!("{}{}{charts}", paragraph(&about), compared(figures).html())
}

/// The forecast beside what was played.
pub fn compared(figures: &Figures) -> Table {
    let (expected, tested) = (&figures.forecast, &figures.tested);
    let most = tested.seconds.iter().map(|second| second.shoppers).max().unwrap_or(0);
    let whole = |number: f64| grouped(number.round() as u64);
    let mut table = Table::of_numbers("Forecast and rehearsal", &["What", "Forecast", "Rehearsal"]);
    table.row("Pages a second at most", vec![rate(expected.pages_per_s), rate(tested.pages_per_s)]);
    let held = tested.held_pages_per_s.map_or("not known".to_owned(), rate);
    table.row("Of these within the objectives", vec![format!("{} has to be", rate(expected.pages_per_s)), held]);
    table.row("Orders a minute at most", vec![rate(expected.orders_per_s * 60.0), rate(tested.orders_per_s * 60.0)]);
    table.row("People there at once", vec![whole(expected.active), grouped(most)]);
    table.row("Visits: of the whole sale, of what was played", vec![whole(expected.visits), grouped(tested.visits)]);
    table.row("Orders: of the whole sale, of what was played", vec![whole(expected.orders), grouped(tested.orders)]);
    table.row("Requests that failed", vec!["none may".into(), grouped(tested.errors)]);
    table.row("Requests told to come back later", vec!["none should be".into(), grouped(tested.refused)]);
    table
}

/// Kinds of pages, the slowest first.
pub fn slowest(figures: &Figures) -> Table {
    let mut table = Table::of_numbers("The slowest first", &["Page", "Asked for", "Half in", "99 % in", "Objective"]);
    for page in &figures.pages {
        let cells = vec![grouped(page.requests), latency(page.p50_ms), latency(page.p99_ms), latency(page.objective_ms)];
        table.row(page.name, cells).class = if page.p99_ms < page.objective_ms { "" } else { "missed" };
    }
    table
}

fn pages(figures: &Figures) -> Chart {
    let mut chart = chart(figures, "pages-per-s", "Pages a second", "Each point is a second of the rehearsal.");
    chart.y = Axis::from_zero("Pages a second", short, rate);
    let expected = &figures.forecast;
    let at_most = Bound { at: expected.pages_per_s_p95, label: "at most, nineteen times in twenty".into() };
    chart.bounds = vec![Bound { at: expected.pages_per_s, label: "the forecast’s peak".into() }, at_most];
    // Two labels that lie on each other can be read by nobody; the figures above the chart have both.
    let highest = figures.tested.pages_per_s.max(expected.pages_per_s_p95);
    if expected.pages_per_s_p95 - expected.pages_per_s < highest * LABEL_HEIGHT {
        chart.bounds.pop();
    }
    let points = figures.tested.seconds.iter().map(|second| (second.at_minute, Some(second.pages_per_s)));
    chart.series = vec![series("In the rehearsal", points)];
    chart
}

fn waiting(figures: &Figures) -> Chart {
    let about = "99 of 100 pages of each second came within this time.";
    let mut chart = chart(figures, "waiting", "How long shoppers waited for a page", about);
    chart.y = Axis::from_zero("99 % of pages within", latency, latency);
    let points = figures.tested.seconds.iter().map(|second| (second.at_minute, Some(second.p99_ms)));
    chart.series = vec![series("99 % of pages within", points)];
    chart
}

fn series(name: &str, points: impl Iterator<Item = (f64, Option<f64>)>) -> Series {
    Series { name: name.into(), label: String::new(), shape: Shape::Line, tone: Tone::First, points: points.collect() }
}

fn chart(figures: &Figures, id: &'static str, title: &str, about: &str) -> Chart {
    let seconds = &figures.tested.seconds;
    let minutes = figures.played.minutes;
    let from = seconds.first().map_or(0.0, |second| second.at_minute).min(0.0);
    let to = seconds.last().map_or(0.0, |second| second.at_minute).max(f64::from(minutes));
    let step = TICK_MINUTES.into_iter().find(|step| minutes / step <= TICKS_MAX).unwrap_or(1_440);
    let words = |minute: f64| format!("{minute:.0} min");
    Chart {
        id,
        title: title.into(),
        about: about.into(),
        height: Height::Low,
        x: Axis {
            name: "Minutes of the sale since its opening".into(),
            scale: Scale::Linear,
            from,
            to,
            ticks: (0..=minutes / step).map(|tick| f64::from(tick * step)).collect(),
            at_axis: Words::from(words),
            in_table: Words::from(words),
        },
        y: Axis::from_zero("", short, rate),
        bands: Vec::new(),
        bounds: Vec::new(),
        marks: vec![Bound { at: 0.0, label: "opens".into() }, Bound { at: f64::from(minutes), label: "closes".into() }],
        ranges: Vec::new(),
        series: Vec::new(),
    }
}
