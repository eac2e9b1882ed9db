//! What templates can do with amounts and instants: `money`, `date`, `percent`.

use commerce::{Currency, Money, Timestamp};
use jiff::tz::TimeZone;
use minijinja::value::Value;
use minijinja::{Environment, Error, ErrorKind};

/// Adds the filters; instants are shown in `time_zone`, in UTC when there is no such zone.
pub(super) fn add_to(environment: &mut Environment<'static>, time_zone: &str) {
    let zone = TimeZone::get(time_zone).unwrap_or(TimeZone::UTC);
    environment.add_filter("money", money);
    environment.add_filter("date", move |at: Value, style: Option<String>| date(&at, style.as_deref(), &zone));
}

/// `€1,299.00` from `{amount_minor, currency}`.
fn money(value: Value) -> Result<String, Error> {
    let no_amount = || Error::new(ErrorKind::InvalidOperation, "`money` wants an amount such as `price.price`");
    let amount_minor = i64::try_from(value.get_attr("amount_minor")?).map_err(|_| no_amount())?;
    let code = value.get_attr("currency")?;
    let currency = code.as_str().and_then(Currency::from_code).ok_or_else(no_amount)?;
    Ok(Money::new(amount_minor, currency).to_string())
}

/// An instant in the shop's zone. Styles: `long` (Friday, 27 November 2026 at 10:00 CET), `short` (27 Nov 2026), `moment`
/// (Friday, 27 November, 10:00 CET), `time` (10:00), `iso` for machines.
fn date(at: &Value, style: Option<&str>, zone: &TimeZone) -> Result<String, Error> {
    let micros = i64::try_from(at.clone())
        .map_err(|_| Error::new(ErrorKind::InvalidOperation, "`date` wants an instant such as `order.placed_at`"))?;
    let format = match style.unwrap_or("long") {
        "long" => "%A, %-d %B %Y at %H:%M %Z",
        "short" => "%-d %b %Y",
        "moment" => "%A, %-d %B, %H:%M %Z",
        "time" => "%H:%M",
        "iso" => "%Y-%m-%dT%H:%M:%S%:z",
        other => return Err(Error::new(ErrorKind::InvalidOperation, format!("`date` has no style “{other}”"))),
    };
    Ok(format_instant(Timestamp(micros), zone, format))
}

/// An instant in a zone and a `strftime` format; empty when it lies beyond the calendar.
pub(crate) fn format_instant(at: Timestamp, zone: &TimeZone, format: &str) -> String {
    jiff::Timestamp::from_microsecond(at.0)
        .map(|instant| instant.to_zoned_datetime(zone.clone()).strftime(format).to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_told_in_the_shops_zone() {
        let zone = TimeZone::get("Europe/Berlin").expect("the zone is bundled");
        let at = Value::from(1_795_770_000_000_000_i64);
        for (style, expected) in [
            ("long", "Friday, 27 November 2026 at 10:00 CET"),
            ("short", "27 Nov 2026"),
            ("moment", "Friday, 27 November, 10:00 CET"),
            ("time", "10:00"),
            ("iso", "2026-11-27T10:00:00+01:00"),
        ] {
            assert_eq!(date(&at, Some(style), &zone).expect(style), expected);
        }
        assert!(date(&Value::from("soon"), None, &zone).is_err());
        assert!(date(&at, Some("roman"), &zone).is_err());
    }
}
