//! What was recorded of a sale, as plain values: whoever has the books and the minutes hands them in.
//!
//! Times are seconds since 1970 in UTC. Amounts are in minor units. Everything lies within the sale and in order of time.

use serde::Serialize;

/// Everything that was recorded of a sale.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recorded {
    /// The shop's name.
    pub shop: String,
    /// The sale's name.
    pub sale: String,
    /// ISO 4217.
    pub currency: String,
    /// Minor units of a larger one: 100 for dollars, 1 for yen.
    pub minor_units: f64,
    /// The shop's IANA zone.
    pub zone: String,
    /// Whether shoppers were told of it.
    pub standing: Standing,
    /// From when those could buy who were invited, if any were.
    pub early_access: Option<i64>,
    /// From when everybody could buy.
    pub opens: i64,
    /// When it ended, or will.
    pub closes: i64,
    /// When this was read.
    pub told_at: i64,
    /// People in the shop, minute by minute. Minutes without anybody, or from before they were counted, are left out.
    pub crowd: Vec<CrowdMinute>,
    /// What all nodes answered, minute by minute. Minutes in which nobody asked, or that were not recorded, are left out.
    pub served: Vec<ServedMinute>,
    /// Nodes that answered.
    pub nodes: i64,
    /// Of these the ones that were not there at the beginning: nodes that were added or started anew.
    pub nodes_started: i64,
    /// How long the shop's own answers took.
    pub answers: Pace,
    /// How long those of the other shops on the same nodes took.
    pub neighbors: Pace,
    /// All orders of the shop, second by second.
    pub orders: Vec<OrderSecond>,
    /// What was bought at the sale's prices, second by second.
    pub sold: Vec<SoldSecond>,
    /// What was asked for and had sold out, minute by minute.
    pub missed: Vec<MissedMinute>,
    /// What was in the sale.
    pub items: Vec<RecordedItem>,
    /// Orders that were canceled until now.
    pub canceled: i64,
    /// What was given back until now.
    pub refunded_minor: i64,
    /// What became of holds.
    pub holds: Holds,
    /// What people did by hand.
    pub by_hand: ByHand,
}

/// Whether shoppers were told of a sale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// They were.
    #[default]
    Announced,
    /// Not yet: it is a draft.
    Draft,
    /// It was called off before it opened.
    CalledOff,
}

/// How many people were in the shop within a minute, at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CrowdMinute {
    /// When the minute begins.
    pub at: i64,
    /// Seen within five minutes.
    pub active: i64,
    /// Seen within half an hour.
    pub sessions: i64,
    /// Visits that began in it; `None`: they were not counted.
    pub visits: Option<i64>,
}

/// What all nodes answered within a minute.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ServedMinute {
    /// When the minute begins.
    pub at: i64,
    /// Requests of any kind.
    pub requests: i64,
    /// Those that failed on our side.
    pub failed: i64,
    /// Those that were told to come back.
    pub shed: i64,
    /// 99 of 100 answers that were not printed beforehand took no longer, milliseconds.
    pub p99_ms: Option<f64>,
    /// The same of the other shops.
    pub neighbors_p99_ms: Option<f64>,
}

/// How long 99 of 100 answers took at most, milliseconds; nothing where there were none, or none were recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Pace {
    /// In the hour before the sale.
    pub before_p99_ms: Option<f64>,
    /// In the sale.
    pub during_p99_ms: Option<f64>,
}

/// The orders of a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OrderSecond {
    /// Which one.
    pub at: i64,
    /// How many.
    pub orders: i64,
    /// What was charged, with delivery and tax.
    pub charged_minor: i64,
}

/// What was bought of an item in a second at the sale's price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SoldSecond {
    /// Which one.
    pub at: i64,
    /// Where among the items.
    pub item: usize,
    /// How many units.
    pub units: i64,
    /// What was charged for them.
    pub charged_minor: i64,
}

/// What could not be had of an item in a minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MissedMinute {
    /// When the minute begins.
    pub at: i64,
    /// Where among the items.
    pub item: usize,
    /// How often it was asked for.
    pub asked: i64,
    /// How many units were missing.
    pub units: i64,
}

/// Something in the sale.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordedItem {
    /// Product and variant.
    pub name: String,
    /// Its price in the sale.
    pub price_minor: i64,
    /// How many units the sale offers; `None`: as many as there are.
    pub offered: Option<i64>,
    /// When none was in stock for the first time.
    pub gone_first: Option<i64>,
    /// Since when none was in stock at the end; `None`: some were.
    pub gone_at_end_since: Option<i64>,
}

/// What became of the holds that were made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Holds {
    /// Paid.
    pub converted: i64,
    /// Ran out of time.
    pub expired: i64,
    /// Given up by their customers, or not paid because the card was declined.
    pub released: i64,
    /// Still running.
    pub active: i64,
}

/// What people did by hand during the sale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ByHand {
    /// Corrections and receipts of the sale's stock.
    pub stock_changes: i64,
    /// Orders that a seller canceled.
    pub canceled: i64,
    /// Refunds that a seller began.
    pub refunds: i64,
    /// Whether the sale was changed after it had begun.
    pub sale_changed: bool,
}

impl Recorded {
    /// From when the first people could buy.
    pub fn starts(&self) -> i64 {
        self.early_access.map_or(self.opens, |early| early.min(self.opens))
    }

    /// In the larger unit.
    pub fn amount(&self, minor: i64) -> f64 {
        minor as f64 / self.minor_units.max(1.0)
    }
}

impl Holds {
    /// All that were made.
    pub fn made(self) -> i64 {
        self.converted + self.expired + self.released + self.active
    }
}

impl ByHand {
    /// How often somebody did something.
    pub fn count(self) -> i64 {
        self.stock_changes + self.canceled + self.refunds + i64::from(self.sale_changed)
    }
}
