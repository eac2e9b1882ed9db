//! Traffic: the last hour at this server, minute by minute, and whether the shops next door were noticed. No other shop is ever
//! named, nor is what it does.
//!
//! What is counted is `crate::metrics`' business; this page adds it up and draws it.

use super::format;
use super::seat::Seat;
use super::views::{ChartLine, Traffic, TrafficMinute};
use crate::error::Error;
use crate::metrics::{Histogram, Minute};
use axum::response::Response;

/// The busiest minutes of the neighbors, of an hour.
const BUSIEST: usize = 6;
/// The least work of neighbors in a minute that counts as busy, microseconds: one percent of one worker.
const BUSY: u64 = 600_000;

/// Places in the pictures: the left edge of the first minute, the width of one, the base line, and the height.
const LEFT: f64 = 52.0;
const STEP: f64 = 584.0 / 60.0;
const BASE: f64 = 165.0;
const HEIGHT: f64 = 140.0;

/// `GET /admin/traffic`
pub async fn show(seat: Seat) -> Result<Response, Error> {
    let metrics = seat.app.metrics();
    let hour = seat.in_memory.metrics.hour(seat.now());
    let neighbors: Vec<u64> =
        hour.iter().map(|minute| metrics.minutes.work_in(minute.begins_at).saturating_sub(minute.work)).collect();
    let zone = seat.zone();
    let told = page(&hour, &neighbors, |at| format::hour_and_minute(at, zone));
    seat.page(&told).await
}

/// The page for an hour, and the work of all other shops in each of its minutes, microseconds.
pub(super) fn page(hour: &[Minute], neighbors: &[u64], time: impl Fn(commerce::Timestamp) -> String) -> Traffic {
    let requests_most = hour.iter().map(|minute| minute.requests).max().unwrap_or(0);
    let slowest = hour.iter().filter_map(|minute| minute.answers.within(990)).max().unwrap_or(0);
    let (scale, scale_millis) = (round_up(requests_most.max(4)), round_up(slowest.div_ceil(1_000).max(10)));
    let (answers, waits) = (merged(hour.iter(), |minute| &minute.answers), merged(hour.iter(), |minute| &minute.waits));
    let told = |histogram: &Histogram, per_mille| histogram.within(per_mille).map(duration).unwrap_or_default();
    let minutes: Vec<TrafficMinute> =
        (0..).zip(hour).map(|(place, minute)| told_minute(place, minute, scale, scale_millis, &time)).collect();
    Traffic {
        requests: format::thousands(hour.iter().map(|minute| minute.requests).sum()),
        shed: format::thousands(hour.iter().map(|minute| minute.shed).sum()),
        half_within: told(&answers, 500),
        most_within: told(&answers, 990),
        waited: told(&waits, 990),
        neighbors: neighbors_in_words(hour, neighbors),
        request_lines: lines(scale, format::thousands),
        time_lines: lines(scale_millis, |value| duration(value * 1_000)),
        half_line: polyline(hour, scale_millis, 500),
        most_line: polyline(hour, scale_millis, 990),
        minutes,
    }
}

fn told_minute(
    place: u32,
    minute: &Minute,
    scale: u64,
    scale_millis: u64,
    time: &impl Fn(commerce::Timestamp) -> String,
) -> TrafficMinute {
    let height = |count: u64| tenths(count as f64 / scale as f64 * HEIGHT);
    let (served, shed) = (height(minute.requests - minute.shed.min(minute.requests)), height(minute.shed));
    let told = |micros: Option<u64>| micros.map(duration).unwrap_or_else(|| "–".into());
    let most = minute.answers.within(990);
    let x = LEFT + STEP * f64::from(place);
    TrafficMinute {
        time: time(minute.begins_at),
        time_shown: place.is_multiple_of(15),
        x: tenths(x + 1.0),
        middle: tenths(x + STEP / 2.0),
        served_y: tenths(BASE - served),
        served_height: served,
        shed_y: tenths(BASE - served - shed),
        shed_height: shed,
        dot_y: most.map(|micros| height_of(micros, scale_millis)),
        requests: format::thousands(minute.requests),
        shed: format::thousands(minute.shed),
        half_within: told(minute.answers.within(500)),
        most_within: told(most),
        waited: told(minute.waits.within(990)),
    }
}

/// The line through all minutes in which handlers answered: points of an SVG polyline.
fn polyline(hour: &[Minute], scale_millis: u64, per_mille: u64) -> String {
    let points = (0_u32..).zip(hour).filter_map(|(place, minute)| {
        let y = height_of(minute.answers.within(per_mille)?, scale_millis);
        Some(format!("{},{y}", tenths(LEFT + STEP * (f64::from(place) + 0.5))))
    });
    points.collect::<Vec<_>>().join(" ")
}

fn height_of(micros: u64, scale_millis: u64) -> f64 {
    tenths(BASE - (micros as f64 / 1_000.0 / scale_millis as f64).min(1.0) * HEIGHT)
}

fn lines(scale: u64, label: impl Fn(u64) -> String) -> Vec<ChartLine> {
    [1, 2].map(|half| ChartLine { y: BASE - HEIGHT * half as f64 / 2.0, label: label(scale * half / 2) }).into()
}

fn tenths(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

fn merged<'a>(minutes: impl Iterator<Item = &'a Minute>, spread: impl Fn(&Minute) -> &crate::metrics::Spread) -> Histogram {
    let mut whole = Histogram::default();
    minutes.for_each(|minute| whole.add(spread(minute)));
    whole
}

/// What the shop's visitors noticed of the neighbors.
fn neighbors_in_words(hour: &[Minute], neighbors: &[u64]) -> String {
    let mut order: Vec<usize> = (0..hour.len()).filter(|minute| neighbors[*minute] >= BUSY).collect();
    order.sort_by_key(|minute| std::cmp::Reverse(neighbors[*minute]));
    order.truncate(BUSIEST);
    if order.is_empty() {
        return "No neighbor of yours was busy at this server in the last hour.".into();
    }
    let within = |busy: bool| {
        let minutes = (0..hour.len()).filter(|minute| order.contains(minute) == busy).map(|minute| &hour[minute]);
        merged(minutes, |minute| &minute.answers).within(990).map(duration)
    };
    match (within(true), within(false)) {
        (Some(busy), Some(usual)) => {
            format!("In your neighbors' busiest minutes, 99 of 100 of your answers took at most {busy}; usually it is {usual}.")
        }
        (Some(busy), None) => {
            format!("In your neighbors' busiest minutes, 99 of 100 of your answers took at most {busy}.")
        }
        (None, _) => {
            "In your neighbors' busiest minutes nobody asked your shop for anything that was not printed beforehand.".into()
        }
    }
}

/// The next number of the form 1, 2 or 4 followed by zeros; each has a half that is easy to read.
fn round_up(number: u64) -> u64 {
    let powers = std::iter::successors(Some(1_u64), |power| power.checked_mul(10));
    let round = powers.flat_map(|power| [1, 2, 4].map(|factor| power.saturating_mul(factor)));
    round.into_iter().find(|round| *round >= number).unwrap_or(number)
}

/// `0.4 ms`, `43 ms`, `1.2 s`
fn duration(micros: u64) -> String {
    match micros {
        0..10_000 => format!("{:.1} ms", micros as f64 / 1_000.0),
        10_000..1_000_000 => format!("{} ms", micros / 1_000),
        _ => format!("{:.1} s", micros as f64 / 1_000_000.0),
    }
}

/// An hour for looking at the page: a crowd in its second half, and a busy neighbor in its middle.
#[cfg(test)]
pub(super) fn sample(now: commerce::Timestamp) -> Traffic {
    let spread = |micros: i64| {
        let mut histogram = Histogram::default();
        (0..100).for_each(|part| histogram.record(micros * (100 + part) / 100));
        histogram.spread()
    };
    let minute = |number: i64| Minute {
        begins_at: now.plus_minutes(number - 60),
        requests: if number < 35 { 40 + (number * 7 % 23) as u64 } else { 900 + (number * 37 % 211) as u64 },
        failed: 0,
        shed: if number > 44 && number < 52 { 160 } else { 0 },
        work: 400_000,
        answers: spread(if number < 35 { 9_000 } else { 19_000 }),
        waits: spread(if number < 35 { 20 } else { 4_000 }),
    };
    let hour: Vec<Minute> = (0..60).map(minute).collect();
    let neighbors: Vec<u64> = (0..60).map(|number| if (40..44).contains(&number) { 9_000_000 } else { 0 }).collect();
    page(&hour, &neighbors, |at| format::hour_and_minute(at, "Europe/Berlin"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use commerce::Timestamp;

    fn minute(number: i64, took_millis: i64) -> Minute {
        let mut answers = Histogram::default();
        answers.record(took_millis * 1_000);
        Minute { begins_at: Timestamp::from_seconds(number * 60), requests: 1, answers: answers.spread(), ..Minute::default() }
    }

    #[test]
    fn what_was_noticed_of_the_neighbors_is_told_without_naming_them() {
        let hour: Vec<Minute> = (0..60).map(|number| minute(number, if number < 3 { 43 } else { 39 })).collect();
        let neighbors: Vec<u64> = (0..60).map(|number| if number < 3 { 5_000_000 } else { 0 }).collect();
        let told = neighbors_in_words(&hour, &neighbors);
        let ends = |told: &str| told.starts_with("In your neighbors' busiest minutes, 99 of 100 of your answers took at most 4");
        assert!(ends(&told) && told.contains("; usually it is 3"), "{told}");
        assert!(neighbors_in_words(&hour, &[BUSY - 1; 60]).starts_with("No neighbor"));
        let silent: Vec<Minute> = (0..60).map(|_| Minute::default()).collect();
        assert!(neighbors_in_words(&silent, &neighbors).contains("nobody asked"));
    }

    #[test]
    fn an_hour_without_anybody_is_a_page_too() {
        let silent: Vec<Minute> = (0..60).map(|_| Minute::default()).collect();
        let told = page(&silent, &[0; 60], |_| String::new());
        assert_eq!((told.requests.as_str(), told.most_within.as_str(), told.most_line.as_str()), ("0", "", ""));
        assert!(told.minutes.iter().all(|minute| minute.served_height == 0.0 && minute.dot_y.is_none()));
    }

    #[test]
    fn scales_are_round_and_durations_are_short() {
        for (number, round) in [(1, 1), (3, 4), (5, 10), (11, 20), (250, 400), (401, 1_000)] {
            assert_eq!(round_up(number), round);
        }
        for (micros, text) in [(400, "0.4 ms"), (43_210, "43 ms"), (1_240_000, "1.2 s")] {
            assert_eq!(duration(micros), text);
        }
    }
}
