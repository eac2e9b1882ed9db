//! A flash sale: its page, its countdown, and the short note that other pages carry.

use super::{CardView, PictureView, View, samples};
use commerce::Timestamp;
use serde::Serialize;

/// A flash sale with its items; the home page shows the first few as its hero.
#[derive(Clone, Debug, Serialize)]
pub struct SaleView {
    /// Its page.
    pub url: String,
    /// Its name.
    pub name: String,
    /// A sentence or two.
    pub teaser: String,
    /// Picture for the hero.
    pub picture: Option<PictureView>,
    /// `upcoming`, `open` or `ended`.
    pub phase: &'static str,
    /// UTC.
    pub opens_at: Timestamp,
    /// UTC, exclusive.
    pub closes_at: Timestamp,
    /// Time until it opens or closes; none once it is over.
    pub countdown: Option<CountdownView>,
    /// The largest reduction among its items, whole percent; zero: none worth telling.
    pub percent_max: i64,
    /// Share of the offered units that are taken, whole percent; `None` when nothing limits the offer.
    pub claimed_percent: Option<i64>,
    /// Its items, in the seller's order, what is left before what is gone.
    pub items: Vec<CardView>,
}

/// Time until an instant, as it stood when the page was made. The script lets it tick.
#[derive(Clone, Debug, Serialize)]
pub struct CountdownView {
    /// The instant counted to, UTC.
    pub at: Timestamp,
    /// The same in milliseconds since the Unix epoch, for the script.
    pub at_ms: i64,
    /// Whole days left.
    pub days: i64,
    /// 0 to 23.
    pub hours: i64,
    /// 0 to 59.
    pub minutes: i64,
    /// 0 to 59.
    pub seconds: i64,
}

impl CountdownView {
    /// The time from `now` until `at`; all zero when it has passed.
    pub fn until(at: Timestamp, now: Timestamp) -> Self {
        let left = (at.micros_since(now).max(0) + 999_999) / 1_000_000;
        Self {
            at,
            at_ms: at.0 / 1_000,
            days: left / 86_400,
            hours: left / 3_600 % 24,
            minutes: left / 60 % 60,
            seconds: left % 60,
        }
    }
}

/// A sale in one line, for the band under the header and for product pages.
#[derive(Clone, Debug, Serialize)]
pub struct SaleNoteView {
    /// Its page.
    pub url: String,
    /// Its name.
    pub name: String,
    /// `upcoming` or `open`.
    pub phase: &'static str,
    /// Until it opens or closes.
    pub countdown: CountdownView,
}

/// A visitor's early access to a sale, for the notice on every page they look at.
#[derive(Clone, Debug, Serialize)]
pub struct EarlyAccessView {
    /// The sale's page.
    pub url: String,
    /// The sale's name.
    pub name: String,
    /// `upcoming` or `open`: whether the visitor may buy already.
    pub phase: &'static str,
    /// Until it begins, or until the sale opens for everybody.
    pub countdown: CountdownView,
}

impl View for SaleView {
    const TEMPLATE: &'static str = "sale.html";

    fn sample() -> Self {
        Self {
            url: "/sales/winter-clearance".into(),
            name: "The Winter Clearance".into(),
            teaser: "Sixty pieces from last season's looms, one day only. When they are gone, they are gone.".into(),
            picture: Some(samples::picture(12, "A stack of folded blankets")),
            phase: "open",
            opens_at: samples::NOW.plus_minutes(-95),
            closes_at: samples::NOW.plus_minutes(22 * 60),
            countdown: Some(CountdownView::until(samples::NOW.plus_minutes(22 * 60), samples::NOW)),
            percent_max: 60,
            claimed_percent: Some(64),
            items: samples::cards(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_countdown_never_shows_zero_before_the_instant_has_come() {
        let at = Timestamp::from_seconds(100_000);
        let soon = CountdownView::until(at, Timestamp(at.0 - 1));
        assert_eq!((soon.days, soon.hours, soon.minutes, soon.seconds), (0, 0, 0, 1));
        let day = CountdownView::until(at, at.plus_seconds(-90_061));
        assert_eq!((day.days, day.hours, day.minutes, day.seconds), (1, 1, 1, 1));
        let gone = CountdownView::until(at, at.plus_seconds(5));
        assert_eq!((gone.days, gone.hours, gone.minutes, gone.seconds), (0, 0, 0, 0));
    }
}
