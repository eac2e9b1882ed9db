//! A sale beside what was expected of it, and beside the one before.

use super::data::{High, Outcome};
use crate::Unusable;
use crate::data::{Estimate, Forecast};
use serde::{Deserialize, Serialize};

/// One figure of a sale, beside the same of the forecast and of the last sale.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Compared {
    /// Which one.
    pub figure: Figure,
    /// What it was; nothing where it was not recorded.
    pub came: Option<f64>,
    /// What was expected.
    pub expected: Option<Estimate>,
    /// Whether it came as expected nine times in ten; nothing while that is open.
    pub within: Option<bool>,
    /// What it was in the last sale.
    pub last: Option<f64>,
}

/// The figures that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// Of all orders.
    Revenue,
    /// How many.
    Orders,
    /// Visits that began.
    Visits,
    /// Sessions at once, at most.
    Sessions,
    /// People at once, at most.
    Active,
    /// Orders in five minutes, at most.
    OrdersPer5Minutes,
    /// What a day would bring that went on as the busiest hour.
    RunRate,
}

/// What a forecast says of these figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    name: String,
    revenue: Estimate,
    orders: Estimate,
    visits: Estimate,
    sessions: Estimate,
    orders_per_slot: Estimate,
    slot_minutes: u32,
}

/// As much of a stored forecast as is needed here.
#[derive(Deserialize)]
struct Stored {
    plan: String,
    slot_minutes: u32,
    totals: StoredTotals,
    peaks: StoredPeaks,
}

#[derive(Deserialize)]
struct StoredTotals {
    visits: Estimate,
    orders: Estimate,
    revenue: Estimate,
}

#[derive(Deserialize)]
struct StoredPeaks {
    sessions: StoredPeak,
    orders: StoredPeak,
}

#[derive(Deserialize)]
struct StoredPeak {
    height: Estimate,
}

impl Expected {
    /// What this forecast says.
    pub fn of(forecast: &Forecast) -> Self {
        Self {
            name: forecast.plan.clone(),
            revenue: forecast.totals.revenue,
            orders: forecast.totals.orders,
            visits: forecast.totals.visits,
            sessions: forecast.peaks.sessions.height,
            orders_per_slot: forecast.peaks.orders.height,
            slot_minutes: forecast.slot_minutes,
        }
    }

    /// What a forecast says that was stored as JSON; `name` is how its file is called in an error.
    ///
    /// # Errors
    /// When it is no forecast.
    pub fn read(json: &str, name: &str) -> Result<Self, Unusable> {
        let unusable = |cause| Unusable::Stored { file: name.to_owned(), cause: Box::new(cause) };
        let stored: Stored = serde_json::from_str(json).map_err(unusable)?;
        Ok(Self {
            name: stored.plan,
            revenue: stored.totals.revenue,
            orders: stored.totals.orders,
            visits: stored.totals.visits,
            sessions: stored.peaks.sessions.height,
            orders_per_slot: stored.peaks.orders.height,
            slot_minutes: stored.slot_minutes,
        })
    }

    fn figure(&self, figure: Figure) -> Option<Estimate> {
        match figure {
            Figure::Revenue => Some(self.revenue),
            Figure::Orders => Some(self.orders),
            Figure::Sessions => Some(self.sessions),
            Figure::Visits => Some(self.visits),
            Figure::OrdersPer5Minutes => (self.slot_minutes == 5).then_some(self.orders_per_slot),
            // A forecast knows who is between the first page and the last, which no server sees; and nothing of hours.
            Figure::Active | Figure::RunRate => None,
        }
    }
}

impl Figure {
    /// All of them, the most important first.
    pub const ALL: [Self; 7] =
        [Self::Revenue, Self::Orders, Self::Visits, Self::Sessions, Self::Active, Self::OrdersPer5Minutes, Self::RunRate];

    /// What it was in a sale.
    pub fn of(self, outcome: &Outcome) -> Option<f64> {
        let high = |high: &Option<High>| high.as_ref().map(|high| high.value);
        // Orders are in the books, whatever else was recorded: where there is no busiest hour there was no order.
        let of_orders = |highest: &Option<High>| Some(high(highest).unwrap_or(0.0));
        match self {
            Self::Revenue => Some(outcome.totals.revenue),
            Self::Orders => Some(outcome.totals.orders as f64),
            Self::Visits => outcome.totals.visits.map(|visits| visits as f64),
            Self::Sessions => high(&outcome.peaks.sessions),
            Self::Active => high(&outcome.peaks.active),
            Self::OrdersPer5Minutes => of_orders(&outcome.peaks.orders_per_5_minutes),
            Self::RunRate => of_orders(&outcome.peaks.run_rate_of_hour),
        }
    }
}

/// Puts beside a sale what was expected, and what the last one came to.
pub fn compare(outcome: &mut Outcome, expected: Option<&Expected>, last: Option<&Outcome>) {
    let has_begun = outcome.has_begun();
    let beside = |figure: Figure| {
        let came = figure.of(outcome).filter(|_| has_begun);
        let expected = expected.and_then(|expected| expected.figure(figure));
        // Of a sale that is on more may come: only what is too much already is certain.
        let is_certain = |(came, expected): &(f64, Estimate)| outcome.is_over || *came > expected.p95;
        let both = came.zip(expected).filter(is_certain);
        let within = both.map(|(came, expected)| (expected.p5..=expected.p95).contains(&came));
        Compared { figure, came, expected, within, last: last.and_then(|last| figure.of(last)) }
    };
    let is_any = expected.is_some() || last.is_some();
    outcome.compared = if is_any { Figure::ALL.map(beside).into() } else { Vec::new() };
    outcome.forecast = expected.map(|expected| expected.name.clone());
    outcome.last_sale = last.map(|last| last.sale.clone());
}
