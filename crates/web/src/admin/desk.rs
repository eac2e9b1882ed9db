//! The frame around every page of the desk: whose shop it is, who is signed in, which entry of the navigation is lit, and what
//! the last action had to say.

use commerce::{Currency, Timestamp};
use serde::Serialize;

/// What the frame shows. Handed to every template as `desk`.
#[derive(Clone, Debug, Serialize)]
pub struct Desk {
    /// The shop's name.
    pub shop_name: String,
    /// Its first letter, for the mark.
    pub shop_initial: String,
    /// ISO code of the shop's currency.
    pub currency: Currency,
    /// IANA zone in which times are shown and typed.
    pub time_zone: String,
    /// Who is signed in; empty on the sign-in page.
    pub seller_email: String,
    /// The lit entry of the navigation.
    pub section: &'static str,
    /// Orders with units still to send.
    pub orders_waiting: i64,
    /// What the last action had to say.
    pub flash: Option<Flash>,
    /// Part of the addresses of stylesheet and scripts.
    pub assets_version: &'static str,
}

/// A message after an action, shown once.
#[derive(Clone, Debug, Serialize)]
pub struct Flash {
    /// `good` or `warn`.
    pub kind: &'static str,
    /// A whole sentence.
    pub text: String,
}

impl Desk {
    /// The frame for a shop before anyone is signed in.
    pub fn of_shop(name: &str, currency: Currency, time_zone: &str) -> Self {
        Self {
            shop_name: name.into(),
            shop_initial: name.chars().next().map(|c| c.to_uppercase().collect()).unwrap_or_default(),
            currency,
            time_zone: time_zone.into(),
            seller_email: String::new(),
            section: "",
            orders_waiting: 0,
            flash: None,
            assets_version: super::assets::version(),
        }
    }

    /// A frame for tests and for looking at the pages.
    pub fn sample() -> Self {
        let euro = Currency::from_code("EUR").expect("EUR is a currency");
        Self {
            seller_email: "ines@juniper.example".into(),
            orders_waiting: 3,
            ..Self::of_shop("Juniper Roasters", euro, "Europe/Berlin")
        }
    }
}

/// Where a page of a list stands among its pages. Filled by [`Pages::of`].
#[derive(Clone, Debug, Default, Serialize)]
pub struct Pages {
    /// How many pages there are.
    pub count: usize,
    /// How many rows there are on all pages.
    pub total: usize,
    /// Number of the first row shown, from 1.
    pub from: usize,
    /// Number of the last row shown.
    pub to: usize,
    /// Address of the page before.
    pub previous: Option<String>,
    /// Address of the page after.
    pub next: Option<String>,
}

impl Pages {
    /// Rows on one page of a list.
    pub const ROWS: usize = 50;
    /// The last page that anyone may ask for.
    pub const NUMBER_MAX: usize = 1_000_000;

    /// Page `page` (from 1; kept within what exists) of `total` rows; `address` gives the address of another page.
    pub fn of(total: usize, page: usize, address: impl Fn(usize) -> String) -> Self {
        let count = total.div_ceil(Self::ROWS).max(1);
        let page = page.clamp(1, count);
        let from = if total == 0 { 0 } else { (page - 1) * Self::ROWS + 1 };
        Self {
            count,
            total,
            from,
            to: (page * Self::ROWS).min(total),
            previous: (page > 1).then(|| address(page - 1)),
            next: (page < count).then(|| address(page + 1)),
        }
    }

    /// How many rows to leave out before the first one shown.
    pub fn offset(&self) -> usize {
        self.from.saturating_sub(1)
    }
}

/// The instant used in samples: 2 November 2026, 09:30 UTC.
pub const SAMPLE_NOW: Timestamp = Timestamp::from_seconds(1_793_611_800);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_stay_within_what_exists() {
        let address = |page: usize| format!("?page={page}");
        let middle = Pages::of(120, 2, address);
        assert_eq!((middle.from, middle.to, middle.offset(), middle.count), (51, 100, 50, 3));
        assert_eq!(middle.next.as_deref(), Some("?page=3"));
        let beyond = Pages::of(120, 99, address);
        assert_eq!((beyond.from, beyond.to, beyond.next), (101, 120, None));
        let none = Pages::of(0, 1, address);
        assert_eq!((none.from, none.to, none.count), (0, 0, 1));
    }
}
