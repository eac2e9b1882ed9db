//! An order as its customer sees it: receipt and status in one page.

use super::{SummaryView, View, samples};
use commerce::{Money, Timestamp};
use serde::Serialize;

/// An order.
#[derive(Clone, Debug, Serialize)]
pub struct OrderView {
    /// `1042`.
    pub number: String,
    /// Whether it was placed a moment ago and deserves a thank-you.
    pub fresh: bool,
    /// When, UTC.
    pub placed_at: Timestamp,
    /// `open`, `completed` or `canceled`.
    pub status: &'static str,
    /// How far it has come.
    pub steps: Vec<StepView>,
    /// Where news is sent.
    pub email: String,
    /// Where the parcel goes, line by line; empty when nothing is sent.
    pub address: Vec<String>,
    /// What was paid or given back, one line each.
    pub payments: Vec<PaymentNoteView>,
    /// Parcels.
    pub fulfillments: Vec<FulfillmentView>,
    /// What it cost.
    pub summary: SummaryView,
}

/// A step on the way of an order.
#[derive(Clone, Debug, Serialize)]
pub struct StepView {
    /// `Paid`.
    pub label: &'static str,
    /// Whether it is behind us.
    pub done: bool,
}

/// A payment or refund in one line.
#[derive(Clone, Debug, Serialize)]
pub struct PaymentNoteView {
    /// `Paid by card`.
    pub text: String,
    /// How much.
    pub amount: Money,
    /// When, UTC.
    pub at: Timestamp,
}

/// A parcel.
#[derive(Clone, Debug, Serialize)]
pub struct FulfillmentView {
    /// What is in it.
    pub text: String,
    /// Who carries it; may be empty.
    pub carrier: String,
    /// The carrier's number; may be empty.
    pub tracking_number: String,
    /// Where to follow it; may be empty.
    pub tracking_url: String,
    /// When it left, UTC.
    pub at: Timestamp,
}

impl View for OrderView {
    const TEMPLATE: &'static str = "order.html";

    fn sample() -> Self {
        samples::order()
    }
}
