//! The sale minute by minute: users at once beside the forecast's, and how long shoppers waited.

use super::super::figures::{Figures, Second};
use charts::chart::{Axis, Bound, Chart, Height, Scale, Series, Shape, Tone, Words};
use charts::numbers::{grouped, latency, short};
use forecast::report::when::When;

/// How much of the time before the opening is shown, as a share of the sale's.
const SHOWN_BEFORE: f64 = 0.1;

/// Charts.
pub fn body(figures: &Figures) -> String {
    let users = Chart {
        y: Axis::from_zero("Sessions at once", short, |number: f64| grouped(number.round() as u64)),
        series: vec![
            series("Forecast", Tone::Quiet, figures, |second| second.forecast_sessions),
            series("On this machine, scaled back", Tone::First, figures, |second| second.sessions),
        ],
        ..chart(figures, "users", "Users at once", "Sessions: whoever was there within the last half hour of the sale.")
    };
    let about = "99 of 100 pages of each second of the replay came within this time, which is not compressed.";
    let waiting = Chart {
        y: Axis::from_zero("99 % of pages within", latency, latency),
        series: vec![series("99 % of pages within", Tone::First, figures, |second| second.p99_ms)],
        ..chart(figures, "waiting", "How long shoppers waited for a page", about)
    };
    users.figure() + &waiting.figure()
}

fn series(name: &str, tone: Tone, figures: &Figures, of: fn(&Second) -> f64) -> Series {
    let points = shown(figures).map(|second| (second.at_minute, Some(of(second)))).collect();
    Series { name: name.into(), label: String::new(), shape: Shape::Line, tone, points }
}

/// The seconds of the sale, and of a little while before: at a high speed shoppers are there most of a day before it opens.
fn shown(figures: &Figures) -> impl Iterator<Item = &Second> {
    let from = -f64::from(figures.played.minutes) * SHOWN_BEFORE;
    figures.seconds.iter().filter(move |second| second.at_minute >= from)
}

fn chart(figures: &Figures, id: &'static str, title: &str, about: &str) -> Chart {
    let played = &figures.played;
    let minutes = f64::from(played.minutes);
    let from = shown(figures).next().map_or(0.0, |second| second.at_minute).min(0.0);
    let to = shown(figures).last().map_or(0.0, |second| second.at_minute).max(minutes);
    let when = When::new(&played.opens, &played.zone);
    let (at_axis, in_table) = (when.clone(), when.clone());
    Chart {
        id,
        title: title.into(),
        about: about.into(),
        height: Height::Low,
        x: Axis {
            name: format!("The sale’s own time ({})", played.zone),
            scale: Scale::Linear,
            from,
            to,
            ticks: when.ticks_between(from, to),
            at_axis: Words::from(move |minute: f64| at_axis.short(minute)),
            in_table: Words::from(move |minute: f64| in_table.words(minute)),
        },
        y: Axis::from_zero("", short, short),
        bands: Vec::new(),
        bounds: Vec::new(),
        marks: vec![Bound { at: 0.0, label: "opens".into() }, Bound { at: minutes, label: "closes".into() }],
        ranges: Vec::new(),
        series: Vec::new(),
    }
}
