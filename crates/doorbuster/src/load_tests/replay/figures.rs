//! What a replay found, as data: the JSON is this and what is to be thought of it, and whatever is told is made from it.
//!
//! Minutes are those of the sale and count from when its doors open. Amounts are in the case study's dollars. Rates are by this
//! machine's clock. `SCHEMA` grows with every change that a reader would notice.

use super::study::StudySale;
use loadtest::report::data::{Audit, Machine, ServerUse, Verdict};
use serde::Serialize;

/// The version of this format.
pub const SCHEMA: u32 = 1;

/// A replay.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figures {
    /// [`SCHEMA`].
    pub schema: u32,
    /// Which sale.
    pub sale: StudySale,
    /// When the replay began, RFC 3339 in UTC.
    pub began: String,
    /// How the sale was played.
    pub played: PlayedSale,
    /// What the forecast expects of the minutes that were played, if every input is as planned.
    pub forecast: CameTo,
    /// What they came to, scaled back to the sale's size.
    pub came_to: CameTo,
    /// What that was reckoned from, as it was counted.
    pub counted: Counted,
    /// What the sale asks of its platform at its peak.
    pub needed: Rates,
    /// What this machine carried: visits and pages in the busiest second, orders in the busiest stretch.
    pub carried: Rates,
    /// How it did.
    pub served: Served,
    /// The shop's books afterwards.
    pub books: Audit,
    /// Second by second.
    pub seconds: Vec<Second>,
}

/// How a sale was played.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlayedSale {
    /// How many seconds of the sale were played in one.
    pub speed: f64,
    /// How many visits came for each one of the sale.
    pub scale: f64,
    /// How many visits came in a second for each one that comes in a second of the sale.
    pub times_harder: f64,
    /// How many minutes of the sale were played.
    pub minutes: u32,
    /// Whether that was all of it.
    pub is_whole: bool,
    /// Whether a day of early access was among them.
    pub has_early_access: bool,
    /// When the doors open in the sale itself, RFC 3339 in UTC.
    pub opens: String,
    /// The sale's time zone.
    pub zone: String,
    /// How long its doors were open here, seconds.
    pub open_s: f64,
}

/// What a sale, or a part of it, comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct CameTo {
    /// Visits.
    pub visits: f64,
    /// Orders.
    pub orders: f64,
    /// What they are worth.
    pub revenue: f64,
    /// Most sessions at once: whoever was there within the last half hour, as a statistic counts users.
    pub sessions: f64,
    /// Most people who are there at once.
    pub active: f64,
    /// Orders within the busiest five minutes.
    pub orders_in_5_minutes: f64,
    /// Revenue of the best day; nothing where no whole sale was played.
    pub best_day: Option<f64>,
}

/// What was counted, of as few visits as came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Counted {
    /// Visits that began while the doors were open.
    pub visits: u64,
    /// Orders while the doors were open, by the books.
    pub orders: u64,
    /// What they came to.
    pub charged: f64,
    /// Sessions at once at most.
    pub sessions: f64,
    /// Shoppers at once at most.
    pub shoppers: u64,
    /// Orders in the busiest stretch.
    pub busiest_orders: u64,
    /// How many minutes of the sale that stretch is.
    pub busiest_minutes: f64,
    /// Orders within five minutes that the forecast expects of the real sale in that stretch.
    pub busiest_forecast_in_5_minutes: f64,
    /// Orders by this machine's clock, within its busiest five minutes or as long as it took.
    pub orders_in_5_real_minutes: u64,
}

/// How many in a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Rates {
    /// Visits that begin.
    pub visits_per_s: f64,
    /// Pages.
    pub pages_per_s: f64,
    /// Orders.
    pub orders_per_s: f64,
}

/// How the machine did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Served {
    /// What is to be thought of the load test.
    pub verdict: Verdict,
    /// Why, a sentence each.
    pub reasons: Vec<String>,
    /// Requests, with styles and pictures.
    pub requests: u64,
    /// Of these in the busiest second.
    pub requests_per_s: u64,
    /// Requests that failed.
    pub errors: u64,
    /// What failed most often, in words.
    pub failure: Option<String>,
    /// Requests that were told to come back later.
    pub refused: u64,
    /// Times that a buyer was told that it is sold out.
    pub sold_out: u64,
    /// 99 % of pages within, milliseconds.
    pub page_p99_ms: f64,
    /// 99 % of payments within, milliseconds.
    pub pay_p99_ms: f64,
    /// What the server used, where it can be read.
    pub server: Option<ServerUse>,
    /// The machine.
    pub machine: Machine,
}

/// One second of a replay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Second {
    /// Which minute of the sale it was at its end.
    pub at_minute: f64,
    /// Sessions at once, scaled back to the sale's size.
    pub sessions: f64,
    /// As many as the forecast expects then.
    pub forecast_sessions: f64,
    /// Pages that were asked for in it.
    pub pages_per_s: f64,
    /// 99 % of them within, milliseconds.
    pub p99_ms: f64,
}

impl CameTo {
    /// What an order is worth on average; 0 where there is none.
    pub fn worth_of_an_order(&self) -> f64 {
        if self.orders > 0.0 { self.revenue / self.orders } else { 0.0 }
    }
}

impl Counted {
    /// Whether the busiest stretch is longer than five minutes, rounded up to a second of the replay.
    pub fn is_coarse(&self) -> bool {
        self.busiest_minutes >= 10.0
    }

    /// By how much chance alone may have moved the orders of the busiest stretch: one standard deviation of a count (Poisson),
    /// as a share of it.
    pub fn busiest_deviation(&self) -> f64 {
        1.0 / (self.busiest_orders.max(1) as f64).sqrt()
    }
}
