//! How the desk writes amounts and times, and how it reads times typed by a seller. Times are shown and typed in the shop's zone.

use commerce::{Currency, Money, Timestamp};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

/// `2 Nov 2026, 10:30`.
pub fn when(at: Timestamp, zone: &str) -> String {
    local(at, zone).strftime("%-d %b %Y, %H:%M").to_string()
}

/// `2026-11-02T09:30:00Z`, for files.
pub fn utc(at: Timestamp) -> String {
    instant(at).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `Monday, 2 November 2026`.
pub fn day(at: Timestamp, zone: &str) -> String {
    local(at, zone).strftime("%A, %-d %B %Y").to_string()
}

/// `2 Nov`, for the chart.
pub fn short_day(at: Timestamp, zone: &str) -> String {
    local(at, zone).strftime("%-d %b").to_string()
}

/// `10:30`.
pub fn hour_and_minute(at: Timestamp, zone: &str) -> String {
    local(at, zone).strftime("%H:%M").to_string()
}

/// `12,402`
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The value of a `datetime-local` field: `2026-11-02T10:30`.
pub fn local_input(at: Timestamp, zone: &str) -> String {
    local(at, zone).strftime("%Y-%m-%dT%H:%M").to_string()
}

/// Midnight at the start of the day of `at`, in the zone, and of as many days before as `days_back` says.
pub fn day_start(at: Timestamp, zone: &str, days_back: i32) -> Timestamp {
    let zone = time_zone(zone);
    let date = zone.to_datetime(instant(at)).date().saturating_sub(jiff::Span::new().days(days_back));
    date.to_zoned_datetime(zone).map_or(at, |zoned| Timestamp(zoned.timestamp().as_microsecond()))
}

/// Why a typed time cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeProblem {
    /// Not a date and time.
    Unreadable,
    /// The clocks are put forward over it: it never happens.
    Skipped,
}

/// Reads what a `datetime-local` field sends, in the zone. Of an hour that happens twice, the first is taken.
///
/// # Errors
/// When it is no date and time, or one that the zone skips.
pub fn read_local(text: &str, zone: &str) -> Result<Timestamp, TimeProblem> {
    let typed: DateTime = text.trim().parse().map_err(|_| TimeProblem::Unreadable)?;
    let ambiguous = time_zone(zone).into_ambiguous_zoned_datetime(typed);
    if matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. }) {
        return Err(TimeProblem::Skipped);
    }
    ambiguous.compatible().map(|zoned| Timestamp(zoned.timestamp().as_microsecond())).map_err(|_| TimeProblem::Unreadable)
}

/// Whether the name is a time zone we know.
pub fn is_time_zone(name: &str) -> bool {
    TimeZone::get(name).is_ok()
}

/// `3d 04:05:06` or `04:05:06`, what a countdown shows until a script moves it.
pub fn countdown(seconds: i64) -> String {
    let left = seconds.max(0);
    let clock = format!("{:02}:{:02}:{:02}", left / 3600 % 24, left / 60 % 60, left % 60);
    if left >= 86_400 { format!("{}d {clock}", left / 86_400) } else { clock }
}

/// `2 days 4 h`, `3 h`, `45 min`.
pub fn length(seconds: i64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (1, 0, _) => "1 day".into(),
        (1, hours, _) => format!("1 day {hours} h"),
        (days, 0, _) => format!("{days} days"),
        (days, hours, _) => format!("{days} days {hours} h"),
    }
}

/// An amount as shoppers read it.
pub fn money(amount_minor: i64, currency: Currency) -> String {
    Money::new(amount_minor, currency).to_string()
}

/// Parts per million as percent: `19`, `8.25`.
pub fn percent(ppm: i64) -> String {
    let text = format!("{}.{:04}", ppm / 10_000, ppm % 10_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Reads a percentage with up to four decimals into parts per million.
pub fn read_percent(text: &str) -> Option<i64> {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 3 || fraction.len() > 4 || !digits(whole) || !digits(fraction) {
        return None;
    }
    format!("{whole}{fraction:0<4}").parse().ok()
}

fn local(at: Timestamp, zone: &str) -> DateTime {
    time_zone(zone).to_datetime(instant(at))
}

fn instant(at: Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_microsecond(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}

/// An unknown zone can only come from a row written by hand; it reads as UTC.
fn time_zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_times_are_read_in_the_zone_of_the_shop_and_written_back_the_same() {
        for text in ["2026-11-02T10:30", "2026-07-01T00:00", "2026-10-25T02:30"] {
            let at = read_local(text, "Europe/Berlin").expect(text);
            assert_eq!(local_input(at, "Europe/Berlin"), text);
        }
        assert_eq!(read_local("2026-11-02T10:30", "Europe/Berlin"), Ok(Timestamp::from_seconds(1_793_611_800)));
        assert_eq!(read_local("2026-03-29T02:30", "Europe/Berlin"), Err(TimeProblem::Skipped));
        for text in ["", "tomorrow", "2026-13-01T00:00", "2026-02-30T00:00"] {
            assert_eq!(read_local(text, "Europe/Berlin"), Err(TimeProblem::Unreadable), "{text}");
        }
    }

    #[test]
    fn percentages_are_exact() {
        for (text, ppm, shown) in
            [("19", 190_000, "19"), ("8.25", 82_500, "8.25"), ("0.0001", 1, "0.0001"), ("100", 1_000_000, "100")]
        {
            assert_eq!(read_percent(text), Some(ppm));
            assert_eq!(percent(ppm), shown);
        }
        for text in ["", "-1", "1.23456", "x", "1000"] {
            assert_eq!(read_percent(text), None, "{text}");
        }
    }

    #[test]
    fn spans_read_naturally() {
        assert_eq!((countdown(5), countdown(90_061)), ("00:00:05".into(), "1d 01:01:01".into()));
        assert_eq!((length(5400), length(86_400), length(273_600)), ("1 h 30 min".into(), "1 day".into(), "3 days 4 h".into()));
    }

    #[test]
    fn numbers_are_written_in_groups_of_three() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (12_402, "12,402"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(number), text);
        }
    }
}
