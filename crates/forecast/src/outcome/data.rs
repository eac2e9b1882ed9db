//! What a sale came to, as data: the JSON is this and nothing else, and page and terminal are made from it.
//!
//! Instants are RFC 3339 in UTC; minutes are counted from `starts`. Amounts are in the shop's currency, in its larger unit. What
//! was not recorded is `null`, never zero. `SCHEMA` grows with every change that a reader would notice.

use super::compared::Compared;
use super::recorded::{ByHand, Holds, Pace, Standing};
use crate::data::{Errors, Learned};
use crate::learn::mean_error;
use serde::Serialize;

/// The version of this format.
pub const SCHEMA: u32 = 1;

/// What a sale came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The shop's name.
    pub shop: String,
    /// The sale's name.
    pub sale: String,
    /// The currency of every amount, ISO 4217.
    pub currency: String,
    /// The shop's IANA zone.
    pub zone: String,
    /// Whether shoppers were told of it.
    pub standing: Standing,
    /// From when the first people could buy.
    pub starts: String,
    /// From when those could buy who were invited, if any were.
    pub early_access: Option<String>,
    /// From when everybody could buy.
    pub opens: String,
    /// When it ended, or will.
    pub closes: String,
    /// When this was read.
    pub told_at: String,
    /// Whether it had ended by then.
    pub is_over: bool,
    /// The whole sale.
    pub totals: Totals,
    /// The highest of everything.
    pub peaks: Peaks,
    /// What became of holds.
    pub holds: Holds,
    /// How the server did.
    pub service: Service,
    /// What people did by hand.
    pub by_hand: ByHand,
    /// What could not be had any more.
    pub lost: Lost,
    /// What was in the sale, in its order.
    pub items: Vec<Item>,
    /// The sale in slots of `slot_minutes`, as far as it has come.
    pub slots: Vec<Slot>,
    /// Length of a slot, minutes.
    pub slot_minutes: u32,
    /// Beside the forecast and the last sale.
    pub compared: Vec<Compared>,
    /// The forecast's name, where there is one.
    pub forecast: Option<String>,
    /// The last sale's name, where there is one.
    pub last_sale: Option<String>,
    /// What the sale has taught, where that was asked.
    pub learned: Option<Learned>,
    /// How well the shop’s sales are known, this one among them; nothing while none has taught anything.
    pub known: Option<Known>,
}

/// By how much the forecasts of a shop’s sales were off on average (MAPE), each as a share of what happened.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Known {
    /// Of so many sales.
    pub sales: usize,
    /// Of the most sessions at once.
    pub peak_sessions: f64,
    /// Of the most orders in a slot.
    pub peak_orders: f64,
    /// Of all orders.
    pub orders: f64,
    /// Of the revenue.
    pub revenue: f64,
}

impl Outcome {
    /// Whether there has been a sale yet.
    pub fn has_begun(&self) -> bool {
        self.standing == Standing::Announced && self.told_at >= self.starts
    }
}

impl Known {
    /// Of these lessons; nothing: there are none.
    pub fn of<'a>(lessons: impl IntoIterator<Item = &'a Learned>) -> Option<Self> {
        let errors: Vec<Errors> = lessons.into_iter().map(|lesson| lesson.before).collect();
        let mean = |of: fn(&Errors) -> f64| mean_error(&errors.iter().map(of).collect::<Vec<_>>());
        (!errors.is_empty()).then(|| Self {
            sales: errors.len(),
            peak_sessions: mean(|errors| errors.peak_sessions),
            peak_orders: mean(|errors| errors.peak_orders),
            orders: mean(|errors| errors.orders),
            revenue: mean(|errors| errors.revenue),
        })
    }
}

/// The whole sale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Totals {
    /// Visits that began while the sale was on; nothing where they were not counted.
    pub visits: Option<i64>,
    /// All orders of the shop while the sale was on.
    pub orders: i64,
    /// What was charged for them, with delivery and tax.
    pub revenue: f64,
    /// What one of them was worth.
    pub order_value: Option<f64>,
    /// Units that were bought at the sale's prices.
    pub units_at_sale_prices: i64,
    /// What was charged for these units.
    pub revenue_at_sale_prices: f64,
    /// Orders that were canceled until now.
    pub canceled: i64,
    /// What was given back until now.
    pub refunded: f64,
}

/// The highest of everything; nothing where there was nothing, or nothing was recorded.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Peaks {
    /// People at once, seen within five minutes.
    pub active: Option<High>,
    /// Sessions at once, seen within half an hour.
    pub sessions: Option<High>,
    /// Orders in five minutes, wherever these begin.
    pub orders_per_5_minutes: Option<High>,
    /// What a day would bring that went on as the busiest hour.
    pub run_rate_of_hour: Option<High>,
    /// What a day would bring that went on as the busiest five minutes.
    pub run_rate_of_5_minutes: Option<High>,
}

/// The highest of a figure.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct High {
    /// How high.
    pub value: f64,
    /// When its minute or window begins.
    pub at: String,
}

/// How the server did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Service {
    /// Minutes of the sale so far.
    pub minutes: i64,
    /// Minutes of which something was recorded. In the others nobody asked, or no node kept them.
    pub minutes_recorded: i64,
    /// Minutes in which a request failed or was told to come back.
    pub minutes_troubled: i64,
    /// Requests of any kind.
    pub requests: i64,
    /// Those that failed on our side.
    pub failed: i64,
    /// Those that were told to come back.
    pub shed: i64,
    /// Nodes that answered.
    pub nodes: i64,
    /// Of these the ones that were added or started anew during the sale.
    pub nodes_started: i64,
    /// How long the shop's own answers took.
    pub answers: Pace,
    /// How long those of the other shops on the same nodes took.
    pub neighbors: Pace,
}

/// What could not be had any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Lost {
    /// How often something was asked for in the cart or at the checkout.
    pub asked: i64,
    /// How many units were missing.
    pub units: i64,
    /// What these would have been worth at the sale's prices.
    pub revenue: f64,
}

/// Something in the sale.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Item {
    /// Product and variant.
    pub name: String,
    /// Its price in the sale.
    pub price: f64,
    /// How many units the sale offered; nothing: as many as there were.
    pub offered: Option<i64>,
    /// Units that were bought at this price.
    pub sold: i64,
    /// What was charged for them.
    pub revenue: f64,
    /// When none was to be had for the first time; holds that ran out may have brought some back.
    pub first_gone_at: Option<String>,
    /// Since when none was to be had until the end.
    pub sold_out_at: Option<String>,
    /// How often it was asked for in the cart or at the checkout when too few were left.
    pub asked_after: i64,
    /// How many units were missing then.
    pub units_missed: i64,
    /// What these would have been worth.
    pub revenue_missed: f64,
}

/// Some minutes of the sale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Slot {
    /// When it begins.
    pub at_minute: u32,
    /// People at once, at most.
    pub active: Option<i64>,
    /// Sessions at once, at most.
    pub sessions: Option<i64>,
    /// Visits that began.
    pub visits: Option<i64>,
    /// Orders.
    pub orders: i64,
    /// What was charged for them.
    pub revenue: f64,
    /// Requests of any kind.
    pub requests: Option<i64>,
    /// Those that failed on our side.
    pub failed: i64,
    /// Those that were told to come back.
    pub shed: i64,
    /// 99 of 100 answers took no longer in its slowest minute, milliseconds.
    pub p99_ms: Option<f64>,
    /// The same of the other shops.
    pub neighbors_p99_ms: Option<f64>,
    /// Units that were asked for and had sold out.
    pub units_missed: i64,
}
