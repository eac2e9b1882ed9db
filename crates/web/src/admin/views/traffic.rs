//! Traffic: the last hour in figures and two pictures, already laid out.

use super::ChartLine;
use serde::Serialize;

/// The last hour.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Traffic {
    /// How many requests.
    pub requests: String,
    /// How many of them were told to come back.
    pub shed: String,
    /// Half of the answers took no longer; empty: there were none.
    pub half_within: String,
    /// 99 of 100 took no longer.
    pub most_within: String,
    /// 99 of 100 waited no longer for their turn.
    pub waited: String,
    /// What was noticed of the neighbors, in a sentence.
    pub neighbors: String,
    /// Lines behind the requests.
    pub request_lines: Vec<ChartLine>,
    /// Lines behind the times.
    pub time_lines: Vec<ChartLine>,
    /// Points of the line of half of the answers.
    pub half_line: String,
    /// Points of the line of 99 of 100.
    pub most_line: String,
    /// The minutes, oldest first.
    pub minutes: Vec<TrafficMinute>,
}

/// One minute.
#[derive(Clone, Debug, Serialize)]
pub struct TrafficMinute {
    /// When it began, in the shop's zone.
    pub time: String,
    /// Whether there is room for it.
    pub time_shown: bool,
    /// Left edge of its bar.
    pub x: f64,
    /// Middle of its bar.
    pub middle: f64,
    /// Upper edge of the part that was served.
    pub served_y: f64,
    /// Height of that part.
    pub served_height: f64,
    /// Upper edge of the part that was told to come back.
    pub shed_y: f64,
    /// Height of that part.
    pub shed_height: f64,
    /// Where 99 of 100 lie; a minute without neighbors on the line is seen by its dot.
    pub dot_y: Option<f64>,
    /// How many requests.
    pub requests: String,
    /// How many of them were told to come back.
    pub shed: String,
    /// Half of the answers took no longer.
    pub half_within: String,
    /// 99 of 100 took no longer.
    pub most_within: String,
    /// 99 of 100 waited no longer.
    pub waited: String,
}
