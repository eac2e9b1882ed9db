//! A forecast in sentences.

use super::when::When;
use crate::data::{Estimate, Forecast, Swing};
use crate::plan::uncertainty::Input;
use charts::numbers::{about, duration, grouped, rate};

/// A count as a person reads it; more than nothing below ten has a digit after the point.
pub fn count(value: f64) -> String {
    rate(value)
}

/// An amount: `USD 4,500,000`.
pub fn amount(currency: &str, value: f64) -> String {
    format!("{currency} {}", grouped(value.max(0.0).round() as u64))
}

/// A count in a sentence: three digits say as much as is known.
pub fn about_count(value: f64) -> String {
    count(about(value))
}

/// An amount in a sentence.
pub fn about_amount(currency: &str, value: f64) -> String {
    amount(currency, about(value))
}

/// `110,000 (90,000 to 130,000)`.
fn with_band(estimate: Estimate, write: impl Fn(f64) -> String) -> String {
    format!("{} ({} to {})", write(estimate.planned), write(estimate.p5), write(estimate.p95))
}

/// What will happen, in a sentence.
pub fn headline(forecast: &Forecast) -> String {
    let peaks = &forecast.peaks;
    let when = When::of(forecast).words(f64::from(peaks.sessions.at_minute));
    format!(
        "Expect {} in all, {} orders in the busiest {} minutes, and {} sessions at once on {when}.",
        about_amount(&forecast.currency, forecast.totals.revenue.planned),
        about_count(peaks.orders.height.planned),
        forecast.slot_minutes,
        about_count(peaks.sessions.height.planned)
    )
}

/// What it means, a sentence or two each.
pub fn meaning(forecast: &Forecast) -> Vec<String> {
    let peaks = &forecast.peaks;
    let mut meaning = vec![format!(
        "Nine times in ten it is {} of revenue, {} orders in the busiest {} minutes, {} sessions, if the inputs lie within their \
         ranges.",
        between(forecast.totals.revenue, |value| about_amount(&forecast.currency, value)),
        between(peaks.orders.height, about_count),
        forecast.slot_minutes,
        between(peaks.sessions.height, about_count)
    )];
    meaning.push(format!(
        "Sessions are what a statistic shows that keeps a visit for half an hour after its last page. People who are really \
         there at once are {}.",
        with_band(peaks.active.height, about_count)
    ));
    meaning.push(moves_most(forecast));
    meaning.extend(nodes(forecast));
    meaning.extend(line(forecast));
    meaning.extend(sold_out(forecast));
    meaning
}

/// `90,000 to 130,000`.
fn between(estimate: Estimate, write: impl Fn(f64) -> String) -> String {
    format!("{} to {}", write(estimate.p5), write(estimate.p95))
}

/// Which inputs it pays to know better.
fn moves_most(forecast: &Forecast) -> String {
    let most = |swings: &[Swing]| swings.first().copied();
    let told = |swing: Swing, write: &dyn Fn(f64) -> String| {
        let (low, high) = (swing.low.min(swing.high), swing.low.max(swing.high));
        format!("“{}” ({} to {})", name(forecast, swing.input), write(low), write(high))
    };
    let sensitivities = &forecast.sensitivities;
    match (most(&sensitivities.revenue), most(&sensitivities.peak_sessions)) {
        (Some(revenue), Some(sessions)) => format!(
            "What moves revenue most is {}; what moves the peak most is {}. To be surer, find out these first.",
            told(revenue, &|value| about_amount(&forecast.currency, value)),
            told(sessions, &|value| format!("{} sessions", about_count(value)))
        ),
        _ => String::new(),
    }
}

/// What an input is called.
pub fn name(forecast: &Forecast, input: Input) -> &'static str {
    forecast.inputs.iter().find(|assumption| assumption.input == input).map_or("", |assumption| assumption.name)
}

/// How many nodes it takes.
fn nodes(forecast: &Forecast) -> Option<String> {
    let nodes = forecast.nodes?;
    Some(match (nodes.planned, nodes.p95) {
        (Some(planned), Some(surely)) => format!(
            "{planned} nodes carry the peak as planned and {surely} carry it in nineteen of twenty cases; three tenths of reserve \
             and one node that may fail are counted in."
        ),
        (Some(planned), None) => format!(
            "{planned} nodes carry the peak as planned, but there are cases in which no number of nodes does: they hinder each \
             other too much. Send in waves, or let a waiting room hold the others."
        ),
        (None, _) => {
            "No number of nodes carries the peak: they hinder each other too much. Send in waves, or let a waiting room \
                      hold the others."
                .to_owned()
        }
    })
}

/// How long people wait before the waiting room.
fn line(forecast: &Forecast) -> Option<String> {
    let line = forecast.line?;
    let wait = |minutes: f64| duration(minutes * 60.0);
    Some(if line.longest_minutes.p95 > 0.0 {
        format!(
            "The longest wait before the waiting room is {} as planned and {} in one case of twenty.",
            wait(line.longest_minutes.planned),
            wait(line.longest_minutes.p95)
        )
    } else {
        "Nobody waits: the waiting room lets in as many as come.".to_owned()
    })
}

/// What sells out.
fn sold_out(forecast: &Forecast) -> Option<String> {
    let gone: Vec<String> =
        forecast.items.iter().filter(|item| item.sold_out_share >= 0.5).map(|item| format!("“{}”", item.name)).collect();
    let lost = forecast.totals.revenue_lost;
    (!gone.is_empty()).then(|| {
        format!(
            "More likely than not {} {} out; what is asked for and not there is worth {} at most.",
            gone.join(", "),
            if gone.len() == 1 { "sells" } else { "sell" },
            about_amount(&forecast.currency, lost.p50)
        )
    })
}
