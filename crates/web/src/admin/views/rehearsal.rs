//! The rehearsal: of which sale, and what is needed to start one.

use crate::admin::form::Form;
use commerce::{FlashSaleId, Timestamp};
use serde::Serialize;

/// The rehearsal of a sale.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RehearsalAsk {
    /// Of which sale.
    pub id: Option<FlashSaleId>,
    /// What it is called.
    pub sale: String,
    /// When it opens.
    pub opens_at: Timestamp,
    /// Shoppers at once at most, in groups of three; empty: the operator has not permitted any.
    pub permitted: String,
    /// Why it cannot be rehearsed; empty where it can.
    pub obstacle: &'static str,
    /// Whether a plan is kept with the sale.
    pub has_plan: bool,
    /// What was typed.
    pub form: Form,
}

/// A sale that can be rehearsed.
#[derive(Clone, Debug, Serialize)]
pub struct SaleToRehearse {
    /// Which.
    pub id: FlashSaleId,
    /// What it is called.
    pub name: String,
    /// When it opens.
    pub opens_at: Timestamp,
}
