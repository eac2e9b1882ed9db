//! What a rehearsal found, as data: the JSON is this and nothing else, and whatever is judged, drawn or printed is made from it.
//!
//! Instants are RFC 3339 in UTC and those of the real sale. `at_minute` counts the real sale's minutes from its opening for
//! everybody. Prices are as a shopper reads them. `SCHEMA` grows with every change that a reader would notice.

use loadtest::report::data::{Audit, Verdict};
use serde::Serialize;

/// The version of this format.
pub const SCHEMA: u32 = 1;

/// A rehearsal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figures {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The shop's name.
    pub shop: String,
    /// The sale as the shop has it.
    pub sale: Sale,
    /// When the rehearsal began.
    pub began: String,
    /// How the sale was played.
    pub played: PlayedSale,
    /// What the forecast expects.
    pub forecast: Expected,
    /// What the load test measured.
    pub tested: Tested,
    /// The sale's items, in its order.
    pub items: Vec<Item>,
    /// Kinds of pages, the slowest first.
    pub pages: Vec<Page>,
    /// The copy's books afterwards.
    pub books: Audit,
}

/// A sale as the shop has it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sale {
    /// Its name.
    pub name: String,
    /// The IANA zone in which the shop shows times.
    pub zone: String,
    /// The currency of its prices, ISO 4217.
    pub currency: String,
    /// From when customers with a link may buy, if any may.
    pub early_access: Option<String>,
    /// From when everybody may.
    pub opens: String,
    /// From when nobody may.
    pub closes: String,
    /// Whether it is announced: it opens by itself.
    pub is_announced: bool,
    /// Whether the shop lets shoppers in.
    pub is_shop_open: bool,
    /// Whether the shop delivers anywhere.
    pub delivers: bool,
}

/// How much of a sale was played, and how.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PlayedSale {
    /// How many seconds of the sale were played in one.
    pub speed: f64,
    /// How many visits came for each one of the forecast, and units for each one offered.
    pub scale: f64,
    /// How many minutes from the opening on were played.
    pub minutes: u32,
    /// How long the sale is, minutes.
    pub sale_minutes: u32,
    /// Seconds that shoppers were there.
    pub seconds: f64,
    /// Whether the shop runs on another database than its copy, which is always an embedded one.
    pub is_other_database: bool,
}

/// What a forecast expects.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Expected {
    /// The plan's name; nothing where nobody had one and it was assumed that twice as much is wanted as is offered.
    pub plan: Option<String>,
    /// When the plan's sale opens.
    pub opens: String,
    /// When the plan's early access begins.
    pub early_access: Option<String>,
    /// The plan's currency.
    pub currency: String,
    /// Items of the plan that are in no product of the sale.
    pub unknown_items: Vec<String>,
    /// When its busiest minutes are.
    pub peak_at_minute: i64,
    /// Pages a second in them, if every input is as planned.
    pub pages_per_s: f64,
    /// Nineteen times in twenty it is no more.
    pub pages_per_s_p95: f64,
    /// People there at once, as planned.
    pub active: f64,
    /// Orders a second in the busiest five minutes, as planned.
    pub orders_per_s: f64,
    /// Visits of the whole sale, as planned.
    pub visits: f64,
    /// Orders of the whole sale, as planned.
    pub orders: f64,
}

/// What was measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tested {
    /// What is to be thought of it.
    pub verdict: Verdict,
    /// Why, a sentence each.
    pub reasons: Vec<String>,
    /// Pages a second at most, over five seconds.
    pub pages_per_s: f64,
    /// The most of them while every second was within the objectives; nothing where the load test itself was the limit.
    pub held_pages_per_s: Option<f64>,
    /// Orders a second at most, over five seconds.
    pub orders_per_s: f64,
    /// Visits that came.
    pub visits: u64,
    /// Orders placed.
    pub orders: u64,
    /// Requests that failed.
    pub errors: u64,
    /// Requests that were told to come back later.
    pub refused: u64,
    /// Second by second.
    pub seconds: Vec<Second>,
}

/// One second of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Second {
    /// Which minute of the sale it was.
    pub at_minute: f64,
    /// Shoppers in the copy.
    pub shoppers: u64,
    /// Pages.
    pub pages_per_s: f64,
    /// 99 % of them within, milliseconds.
    pub p99_ms: f64,
    /// Orders.
    pub orders: u64,
}

/// A variant of the sale.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Item {
    /// Its product and options.
    pub name: String,
    /// The most units at the sale's price; nothing: as many as there are.
    pub offered: Option<i64>,
    /// Units that are free to buy; nothing where they are not counted.
    pub in_stock: Option<i64>,
    /// Whether it has to be sent.
    pub requires_shipping: bool,
    /// Whether a customer may buy as many as they want.
    pub is_unlimited_per_customer: bool,
    /// Whether it is cheaper in the sale.
    pub price_falls: bool,
    /// Units that the forecast expects to be wanted: as planned, and nineteen times in twenty no more. Nothing where it says
    /// nothing of it.
    pub wanted: Option<[f64; 2]>,
    /// When it sells out by the forecast, as planned.
    pub forecast_sold_out_minute: Option<f64>,
    /// When it sold out in the rehearsal.
    pub sold_out_minute: Option<f64>,
    /// Its own price, which is to be shown before and after.
    pub ordinary: String,
    /// Its price in the sale, which is to be shown during it.
    pub in_sale: String,
    /// What a shopper saw before the opening, in the middle of the sale and after its close; nothing where it was not looked at.
    pub seen: Option<[Seen; 3]>,
}

/// A price on a page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Seen(pub Option<String>);

/// A kind of page.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Page {
    /// What it is called.
    pub name: &'static str,
    /// How often it was asked for.
    pub requests: u64,
    /// Half of them within, milliseconds.
    pub p50_ms: f64,
    /// 99 % within.
    pub p99_ms: f64,
    /// What 99 % are to be within.
    pub objective_ms: f64,
}

impl Item {
    /// Units that can be bought at the sale's price; nothing where there is no end of them.
    pub fn units(&self) -> Option<i64> {
        match (self.offered, self.in_stock) {
            (Some(offered), Some(in_stock)) => Some(offered.min(in_stock)),
            (offered, in_stock) => offered.or(in_stock),
        }
    }
}

impl PlayedSale {
    /// How many visits came in a second for each one that the forecast expects in a second.
    pub fn times_harder(&self) -> f64 {
        self.speed * self.scale
    }
}
