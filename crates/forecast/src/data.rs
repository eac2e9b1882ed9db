//! A forecast, a checked claim and an advice as data: the JSON is this and nothing else, and whatever is drawn on a page or in a
//! terminal is drawn from it.
//!
//! Minutes that begin with `at_` or end with `_minute` are counted from `starts`. Amounts are in the plan's currency, in its
//! larger unit. Counts are expectations and so have fractions. `SCHEMA` grows with every change that a reader would notice.

use crate::plan::uncertainty::Input;
use crate::scale::Cases;
use serde::{Deserialize, Serialize};

/// The version of this format.
pub const SCHEMA: u32 = 1;

/// What will happen, and how sure that is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Forecast {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The plan's name.
    pub plan: String,
    /// The currency of every amount, ISO 4217.
    pub currency: String,
    /// The IANA zone that the plan was written in.
    pub zone: String,
    /// The first instant that anything happens, RFC 3339 in UTC.
    pub starts: String,
    /// From when those may buy who were invited, if any were, RFC 3339 in UTC.
    pub early_access: Option<String>,
    /// From when everybody may buy, RFC 3339 in UTC.
    pub opens: String,
    /// When the sale ends, RFC 3339 in UTC.
    pub closes: String,
    /// What the draws came from: the same seed makes the same forecast, byte for byte.
    pub seed: u64,
    /// How many times the sale was played with other inputs.
    pub draws: u32,
    /// The whole sale.
    pub totals: Totals,
    /// The highest of everything.
    pub peaks: Peaks,
    /// The sale in slots of `slot_minutes`.
    pub slots: Vec<Slot>,
    /// Length of a slot, minutes.
    pub slot_minutes: u32,
    /// The days of the sale: 24 hours each from when the first people may buy, the last may be shorter.
    pub days: Vec<Day>,
    /// The items that may sell out, in the plan's order.
    pub items: Vec<Item>,
    /// Nodes that carry it, when the plan says what one carries.
    pub nodes: Option<Nodes>,
    /// The line before the waiting room, when the plan limits how many are let in.
    pub line: Option<Line>,
    /// What the plan does not say and was assumed.
    pub assumed: Vec<Assumed>,
    /// How far each input may be off, and who says so.
    pub inputs: Vec<Assumption>,
    /// Which inputs move the answers most.
    pub sensitivities: Sensitivities,
}

/// A figure and how sure it is: nine times in ten it lies from `p5` to `p95`, if the inputs lie within their ranges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// If every input is exactly as planned.
    pub planned: f64,
    /// One in twenty draws is below.
    pub p5: f64,
    /// Half of the draws are below.
    pub p50: f64,
    /// One in twenty draws is above.
    pub p95: f64,
}

/// The whole sale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Totals {
    /// Visits.
    pub visits: Estimate,
    /// Orders.
    pub orders: Estimate,
    /// What they are worth.
    pub revenue: Estimate,
    /// Orders that are lost because what they were for had sold out, at most.
    pub orders_lost: Estimate,
    /// What these would have been worth.
    pub revenue_lost: Estimate,
}

/// The highest of everything. In each draw the highest is taken, whenever it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Peaks {
    /// Visits that begin in a minute.
    pub arrivals_per_minute: Peak,
    /// People who are visiting at once.
    pub active: Peak,
    /// Sessions at once, as a statistic counts them that ends a visit half an hour after its last page.
    pub sessions: Peak,
    /// Pages a second.
    pub pages_per_s: Peak,
    /// Pages a second that do not come from memory.
    pub dynamic_pages_per_s: Peak,
    /// Orders in a slot.
    pub orders: Peak,
    /// Revenue of a day.
    pub day_revenue: Peak,
}

/// The highest of a figure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Peak {
    /// How high.
    pub height: Estimate,
    /// When its slot or day begins if every input is as planned.
    pub at_minute: u32,
}

/// Some minutes of the sale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Slot {
    /// When it begins.
    pub at_minute: u32,
    /// Visits that begin in its busiest minute.
    pub arrivals_per_minute: Estimate,
    /// People who are visiting at once, at most.
    pub active: Estimate,
    /// Sessions at once, at most.
    pub sessions: Estimate,
    /// Pages a second in its busiest minute.
    pub pages_per_s: Estimate,
    /// Of these the ones that do not come from memory.
    pub dynamic_pages_per_s: Estimate,
    /// Orders of all its minutes.
    pub orders: Estimate,
    /// What they are worth.
    pub revenue: Estimate,
    /// People in line before the waiting room, at most; nothing where the plan has no limit.
    pub waiting: Option<Estimate>,
    /// Nodes that carry it, when the plan says what one carries.
    pub nodes: Option<Nodes>,
}

/// A day of the sale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Day {
    /// When it begins.
    pub at_minute: u32,
    /// Orders.
    pub orders: Estimate,
    /// What they are worth.
    pub revenue: Estimate,
}

/// Something that may sell out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Item {
    /// What it is called.
    pub name: String,
    /// Units that there are.
    pub stock: u32,
    /// Units that people want.
    pub wanted: Estimate,
    /// Units that they get.
    pub sold: Estimate,
    /// Units that they want and do not get.
    pub lost: Estimate,
    /// In which share of the draws it sells out, 0 to 1.
    pub sold_out_share: f64,
    /// When.
    pub sold_out_minute: SoldOut,
    /// Units left at the end of each slot.
    pub left: Vec<Estimate>,
}

/// When the last unit goes; nothing where some are left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct SoldOut {
    /// If every input is exactly as planned.
    pub planned: Option<f64>,
    /// One in twenty draws is sooner.
    pub p5: Option<f64>,
    /// Half of the draws are sooner.
    pub p50: Option<f64>,
    /// One in twenty draws is later.
    pub p95: Option<f64>,
}

/// Nodes that carry the peak with a reserve, one of which may fail; nothing where no number of them does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Nodes {
    /// If every input is exactly as planned.
    pub planned: Option<u32>,
    /// Enough in half of the draws.
    pub p50: Option<u32>,
    /// Enough in nineteen of twenty draws.
    pub p95: Option<u32>,
}

/// The line before a waiting room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Line {
    /// The longest wait of anybody, minutes.
    pub longest_minutes: Estimate,
    /// Most people in it at once.
    pub waiting: Estimate,
}

/// A value that a plan does not say.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Assumed {
    /// Its key, and of which channel or wave it is.
    pub field: String,
    /// What was assumed, in the unit that the key names.
    pub value: f64,
    /// Who says so.
    pub source: &'static str,
}

/// How far an input may be off.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Assumption {
    /// Which one.
    pub input: Input,
    /// What it is called.
    pub name: &'static str,
    /// By what factor to either side.
    pub times: f64,
    /// Who says so.
    pub source: &'static str,
}

/// For each answer the inputs, the one that moves it most first.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Sensitivities {
    /// Of the most sessions at once.
    pub peak_sessions: Vec<Swing>,
    /// Of the most orders in a slot.
    pub peak_orders: Vec<Swing>,
    /// Of the whole revenue.
    pub revenue: Vec<Swing>,
}

/// What an answer would be if one input were at the ends of its range and all others as planned.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Swing {
    /// Which input.
    pub input: Input,
    /// With the input at its lowest.
    pub low: f64,
    /// With the input at its highest.
    pub high: f64,
}

/// From one number to another.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Span {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// What follows from a claim.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Checked {
    /// What its users may be, when it has users and orders.
    pub readings: Vec<Reading>,
    /// How long a counted visit is at conversions that fit the case study, minutes, when it has users and orders.
    pub counted_minutes: Option<Span>,
    /// Below this orders at their peak rate for the whole time would not make the revenue, when it has orders, revenue and days.
    pub order_value_least: Option<f64>,
    /// What an order is worth when the peak is as far above the mean as it was in the case study.
    pub order_value: Option<Span>,
    /// Orders in all at these values.
    pub orders: Option<Span>,
    /// What cannot be true together, each as a sentence. Empty when nothing contradicts.
    pub contradictions: Vec<String>,
    /// What follows, each as a sentence.
    pub words: Vec<String>,
}

/// One meaning of "users".
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Reading {
    /// What is counted.
    pub counted: Counted,
    /// For how long a visitor is counted, minutes.
    pub counted_minutes: f64,
    /// Visits that begin in a minute.
    pub arrivals_per_minute: f64,
    /// The share of visits that end in an order, 0 to 1 if it is possible at all.
    pub conversion: f64,
    /// Whether sales convert so.
    pub is_plausible: bool,
}

/// What "users" may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Counted {
    /// People who are visiting.
    Active,
    /// Sessions of a statistic that ends a visit half an hour after its last page.
    Sessions,
}

/// Whether waves can keep a peak low.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "advice")]
pub enum Advice {
    /// They can.
    Waves(Waves),
    /// They cannot.
    Beyond {
        /// The lowest peak that any number of waves reaches, of what was limited: sessions at once or pages a second.
        peak_least: f64,
        /// What else can be done, as a sentence.
        words: String,
    },
}

/// The fewest waves that keep a peak low, and what they cost.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Waves {
    /// The channel that is told in waves: the one that brings most visits in its first half hour.
    pub channel: String,
    /// How many, of equal size.
    pub waves: u32,
    /// From the beginning of one to that of the next, minutes; 0 when there is only one.
    pub gap_minutes: u32,
    /// When each begins, RFC 3339 in UTC.
    pub starts: Vec<String>,
    /// Most sessions at once.
    pub peak_sessions: f64,
    /// Most sessions at once if all were told at once.
    pub peak_sessions_at_once: f64,
    /// Most pages a second.
    pub peak_pages_per_s: f64,
    /// Most pages a second if all were told at once.
    pub peak_pages_per_s_at_once: f64,
    /// By how much later orders come on average than if all were told at once, minutes.
    pub orders_later_minutes: f64,
    /// Revenue that comes later than a day after the opening because of the waves.
    pub revenue_after_first_day: f64,
    /// Revenue that comes too late: after the close.
    pub revenue_lost: f64,
    /// All this as a sentence.
    pub words: String,
}

/// When how many nodes run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScalePlan {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The plan's name.
    pub plan: String,
    /// The IANA zone that the plan was written in.
    pub zone: String,
    /// For which cases the nodes suffice.
    pub cases: Cases,
    /// Pages a second of one node.
    pub pages_per_s: f64,
    /// Orders a second of one node, where it is known.
    pub orders_per_s: Option<f64>,
    /// From when on how many run, the first before anything happens, the last back at the usual number.
    pub steps: Vec<ScaleStep>,
    /// When the usual number runs again, RFC 3339 in UTC.
    pub ends: String,
    /// The usual number: what carries the traffic without the sale, and one that may fail.
    pub nodes_least: u32,
    /// The highest number.
    pub nodes_most: u32,
    /// Node-hours from the first step to the end.
    pub node_hours: f64,
    /// Node-hours if the highest number ran all the time.
    pub node_hours_at_most: f64,
    /// What is saved of these.
    pub node_hours_saved: f64,
}

/// From now on so many nodes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ScaleStep {
    /// From when on, RFC 3339 in UTC.
    pub at: String,
    /// How many.
    pub nodes: u32,
}

/// Days without a sale, forecast from what was known before, beside what came.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Backtest {
    /// [`SCHEMA`].
    pub schema: u32,
    /// Orders that the file has.
    pub orders: u64,
    /// The first day of the file.
    pub first: String,
    /// Weeks that were learned from before the first forecast.
    pub train_weeks: usize,
    /// How many weeks before its end a week was forecast.
    pub ahead_weeks: usize,
    /// The share of the level that the last week makes.
    pub smoothing: f64,
    /// How far a day's expectation was off on average, as a share of what came (MAPE), of days with orders.
    pub error: f64,
    /// How often each band held what came.
    pub coverage: Vec<Coverage>,
    /// Every day that was forecast.
    pub days: Vec<EverydayForecast>,
}

/// How often a band held what came.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Coverage {
    /// How often it claims to, 0 to 1.
    pub claimed: f64,
    /// Days that were forecast.
    pub days: usize,
    /// Days that it held.
    pub held: usize,
    /// Days that brought less.
    pub below: usize,
    /// Days that brought more.
    pub above: usize,
    /// The share of days that it held.
    pub share: f64,
}

/// A day without a sale.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EverydayForecast {
    /// Which day, as `2011-11-25`.
    pub date: String,
    /// Orders that were expected.
    pub expected: f64,
    /// The lower and the upper end of each band, in the order of the coverages.
    pub bands: Vec<[f64; 2]>,
    /// Orders that came.
    pub came: f64,
}

/// What was learned from a sale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Learned {
    /// How far the plan was off.
    pub before: Errors,
    /// How far the fitted plan is off.
    pub after: Errors,
    /// Every value that was fitted.
    pub fitted: Vec<Fitted>,
    /// So many five minutes were counted.
    pub slots: usize,
}

/// How far an expectation was from what happened, each as a share of what happened.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Errors {
    /// Of the most sessions at once.
    pub peak_sessions: f64,
    /// Of the most orders in a slot.
    pub peak_orders: f64,
    /// Of all orders.
    pub orders: f64,
    /// Of the revenue.
    pub revenue: f64,
    /// Of the visits in each slot, added up, of all visits.
    pub arrivals: f64,
}

/// A value of a plan that was fitted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fitted {
    /// Its key, and of which channel it is.
    pub field: String,
    /// What the plan said.
    pub was: f64,
    /// What fits.
    pub is: f64,
}
