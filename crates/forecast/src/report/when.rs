//! Minutes of a sale as the clock on the seller's wall shows them.

use crate::data::Forecast;
use charts::chart::{Axis, Scale, Words};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// The clock of a sale.
#[derive(Clone)]
pub struct When {
    starts: Timestamp,
    zone: TimeZone,
}

/// Hours between two ticks of an axis of time.
const TICK_HOURS: [i8; 6] = [1, 2, 3, 6, 12, 24];
/// Ticks of an axis at most.
const TICKS_MAX: usize = 12;

impl When {
    /// The clock of this forecast.
    pub fn of(forecast: &Forecast) -> Self {
        Self::new(&forecast.starts, &forecast.zone)
    }

    /// The clock that counts from this instant, RFC 3339, in this zone: UTC where there is none of its name.
    pub fn new(starts: &str, zone: &str) -> Self {
        let starts = starts.parse().expect("our own data has instants as RFC 3339 writes them");
        Self { starts, zone: TimeZone::get(zone).unwrap_or(TimeZone::UTC) }
    }

    /// So many minutes after the beginning.
    pub fn at(&self, minute: f64) -> DateTime {
        let since = SignedDuration::from_secs((minute * 60.0).round() as i64);
        self.zone.to_datetime(self.starts.checked_add(since).unwrap_or(self.starts))
    }

    /// `Fri 25 Nov 10:20`.
    pub fn words(&self, minute: f64) -> String {
        self.at(minute).strftime("%a %-d %b %H:%M").to_string()
    }

    /// `25 Nov` at midnight, `18:00` otherwise: for axes.
    pub fn short(&self, minute: f64) -> String {
        let at = self.at(minute);
        let form = if at.hour() == 0 && at.minute() == 0 { "%-d %b" } else { "%H:%M" };
        at.strftime(form).to_string()
    }

    /// An axis of time from the beginning to this minute. `zone` is what readers call the zone.
    pub fn axis(&self, zone: &str, to: f64) -> Axis {
        let (at_axis, in_table) = (self.clone(), self.clone());
        Axis {
            name: format!("Time in {zone}"),
            scale: Scale::Linear,
            from: 0.0,
            to,
            ticks: self.ticks_between(0.0, to),
            at_axis: Words::from(move |minute: f64| at_axis.short(minute)),
            in_table: Words::from(move |minute: f64| in_table.words(minute)),
        }
    }

    /// How many minutes after the beginning this instant is, RFC 3339.
    pub fn minute(&self, instant: &str) -> f64 {
        self.since(instant.parse().expect("our own data has instants as RFC 3339 writes them"))
    }

    fn since(&self, instant: Timestamp) -> f64 {
        (instant.as_second() - self.starts.as_second()) as f64 / 60.0
    }

    /// Minutes from one to another at which the clock shows round hours, at most [`TICKS_MAX`] unless there are more days.
    pub fn ticks_between(&self, from: f64, to: f64) -> Vec<f64> {
        let least = (to - from) / 60.0 / TICKS_MAX as f64;
        let step = TICK_HOURS.into_iter().find(|hours| f64::from(*hours) >= least).unwrap_or(24);
        let days = std::iter::successors(Some(self.at(from).date()), |day| day.tomorrow().ok());
        let last = self.at(to).date();
        let hours = days.take_while(|day| *day <= last).flat_map(|day| {
            (0..24).step_by(step as usize).filter_map(move |hour| self.zone.to_timestamp(day.at(hour, 0, 0, 0)).ok())
        });
        let mut ticks: Vec<f64> = hours.map(|at| self.since(at)).filter(|minute| (from..=to).contains(minute)).collect();
        ticks.dedup();
        ticks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_are_told_in_the_sellers_zone_across_a_change_of_clocks() {
        // 30 October 2011, 2:59 to 2:00 in Berlin.
        let when = When::new("2011-10-29T22:00:00Z", "Europe/Berlin");
        assert_eq!(when.words(0.0), "Sun 30 Oct 00:00");
        assert_eq!(when.words(1_500.0), "Mon 31 Oct 00:00");
        assert_eq!(
            (when.short(0.0), when.short(1_500.0), when.short(1_560.0)),
            ("30 Oct".into(), "31 Oct".into(), "01:00".into())
        );
        assert_eq!(when.minute("2011-10-30T23:00:00Z"), 1_500.0);
        assert_eq!(when.ticks_between(0.0, 3_000.0), [0.0, 420.0, 780.0, 1_140.0, 1_500.0, 1_860.0, 2_220.0, 2_580.0, 2_940.0]);
    }

    #[test]
    fn a_minute_has_a_tick_or_none_and_two_weeks_have_one_a_day() {
        let when = When::new("2026-11-26T09:00:00Z", "UTC");
        assert_eq!(when.ticks_between(0.0, 1.0), [0.0]);
        assert_eq!(When::new("2026-11-26T09:10:00Z", "UTC").ticks_between(0.0, 1.0), Vec::<f64>::new());
        assert_eq!(when.ticks_between(0.0, 14.0 * 1_440.0).len(), 14);
    }
}
