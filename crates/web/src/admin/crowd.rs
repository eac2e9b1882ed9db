//! The card about the people in the shop, on the first page of the desk. They are counted by `crate::crowd`.

use super::dashboard::round_up;
use super::format::{self, thousands};
use super::seat::Seat;
use super::views::{ChartLine, ChartTime, CrowdCard, CrowdRow};
use crate::crowd::Crowd;
use crate::error::Error;
use commerce::Timestamp;
use db::crowd::{CrowdMinute, crowd_minutes};

/// What the chart shows, minutes: three hours.
const MINUTES: usize = 180;
/// Minutes of a row of the table.
const ROW_MINUTES: usize = 15;
/// Minutes between the times under the chart.
const TIME_MINUTES: usize = 30;
const MINUTE_SECONDS: i64 = 60;

/// The people in this shop.
pub(super) async fn card(seat: &Seat) -> Result<CrowdCard, Error> {
    let this_minute = Timestamp::from_seconds(seat.now().seconds().div_euclid(MINUTE_SECONDS) * MINUTE_SECONDS);
    let from = this_minute.plus_minutes(-(MINUTES as i64));
    let kept = crowd_minutes(seat.db(), seat.shop(), from, this_minute).await?;
    Ok(draw(seat.in_memory.crowd.now(), &kept, from, seat.zone()))
}

fn draw(now: Crowd, kept: &[CrowdMinute], from: Timestamp, zone: &str) -> CrowdCard {
    let mut minutes: Vec<CrowdMinute> = (0..MINUTES as i64)
        .map(|minute| CrowdMinute { begins_at: from.plus_minutes(minute), ..CrowdMinute::default() })
        .collect();
    for minute in kept {
        let at = minute.begins_at.micros_since(from).div_euclid(MINUTE_SECONDS * 1_000_000);
        if let Some(place) = usize::try_from(at).ok().and_then(|at| minutes.get_mut(at)) {
            *place = *minute;
        }
    }
    let scale = round_up(minutes.iter().map(|minute| minute.sessions.max(minute.active)).max().unwrap_or(0).max(2));
    let clock = |minute: &CrowdMinute| format::hour_and_minute(minute.begins_at, zone);
    let robot_pages: i64 = minutes.iter().map(|minute| minute.robot_pages).sum();
    CrowdCard {
        active: thousands(now.active),
        sessions: thousands(now.sessions),
        has_chart: minutes.iter().any(|minute| minute.sessions > 0),
        active_points: points(minutes.iter().map(|minute| minute.active), scale),
        sessions_points: points(minutes.iter().map(|minute| minute.sessions), scale),
        lines: [1, 2]
            .map(|half| ChartLine { y: y_of(scale * half / 2, scale), label: thousands((scale * half / 2).unsigned_abs()) })
            .into(),
        times: (TIME_MINUTES..MINUTES)
            .step_by(TIME_MINUTES)
            .map(|at| ChartTime { x: x_of(at), label: clock(&minutes[at]) })
            .collect(),
        rows: minutes.chunks(ROW_MINUTES).map(|quarter| row(quarter, clock(&quarter[0]))).collect(),
        robot_pages: (robot_pages > 0).then(|| thousands(robot_pages.unsigned_abs())),
    }
}

fn row(quarter: &[CrowdMinute], at: String) -> CrowdRow {
    let highest = |of: fn(&CrowdMinute) -> i64| thousands(quarter.iter().map(of).max().unwrap_or(0).unsigned_abs());
    CrowdRow { at, active: highest(|minute| minute.active), sessions: highest(|minute| minute.sessions) }
}

fn points(values: impl Iterator<Item = i64>, scale: i64) -> String {
    let corner = |(at, value)| format!("{},{}", x_of(at), y_of(value, scale));
    values.enumerate().map(corner).collect::<Vec<_>>().join(" ")
}

fn x_of(minute: usize) -> f64 {
    tenths(52.0 + 584.0 * minute as f64 / (MINUTES - 1) as f64)
}

fn y_of(value: i64, scale: i64) -> f64 {
    tenths(165.0 - 140.0 * value as f64 / scale as f64)
}

fn tenths(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_seconds(1_795_780_800);

    #[test]
    fn a_minute_without_anybody_is_drawn_at_the_bottom() {
        let full = |minute| CrowdMinute {
            begins_at: NOON.plus_minutes(minute),
            active: 50,
            sessions: 1_000,
            visits: None,
            robot_pages: 2,
        };
        let card = draw(Crowd { active: 3, sessions: 12_345 }, &[full(0), full(179)], NOON, "Europe/Berlin");
        assert_eq!((card.active.as_str(), card.sessions.as_str(), card.has_chart), ("3", "12,345", true));
        let corners: Vec<&str> = card.sessions_points.split(' ').collect();
        assert_eq!((corners.len(), corners[0], corners[179]), (MINUTES, "52,25", "636,25"));
        assert!(corners[1..179].iter().all(|corner| corner.ends_with(",165")));
        assert_eq!(card.rows.len(), 12);
        assert_eq!(
            (card.rows[0].at.as_str(), card.rows[0].sessions.as_str(), card.rows[1].sessions.as_str()),
            ("13:00", "1,000", "0")
        );
        assert_eq!(card.robot_pages.as_deref(), Some("4"));
    }

    #[test]
    fn a_shop_in_which_nobody_was_has_no_chart() {
        assert!(!draw(Crowd::default(), &[], NOON, "UTC").has_chart);
    }
}
