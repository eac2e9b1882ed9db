//! The flash sale as one object: a window of time and the items that are cheaper within it. Prices come back by themselves,
//! because nothing is ever written over a variant's own price: the price of the moment is asked for with `now`.

mod problem;
#[cfg(test)]
mod tests;

use crate::planted::{Bug, planted};
use crate::{FlashSaleId, MediaId, Timestamp, VariantId};
use serde::{Deserialize, Serialize};

pub use problem::FlashSaleProblem;

/// A flash sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlashSale {
    /// The row's id.
    pub id: FlashSaleId,
    /// Unique in the shop, in the address of its page.
    pub handle: String,
    /// Its name.
    pub name: String,
    /// A sentence or two for the hero.
    pub teaser: String,
    /// Picture for the hero.
    pub picture: Option<MediaId>,
    /// From when on customers with an early-access link may buy; `None`: no early access.
    pub early_access_at: Option<Timestamp>,
    /// From when on everyone may buy.
    pub opens_at: Timestamp,
    /// Until when; exclusive, later than `opens_at`.
    pub closes_at: Timestamp,
    /// Whether its items can be bought at their own price until it opens.
    pub before_opening: BeforeOpening,
    /// Whether it is on the calendar at all.
    pub status: FlashSaleStatus,
    /// What is cheaper.
    pub items: Vec<FlashSaleItem>,
}

/// Whether a sale is on the calendar. Whether it is open follows from the time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlashSaleStatus {
    /// Being prepared; seen by sellers only.
    #[default]
    Draft,
    /// Announced; opens and closes by itself.
    Scheduled,
    /// Called off.
    Canceled,
}

/// What shoppers can do with a sale's items before it opens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BeforeOpening {
    /// See them, and wait.
    #[default]
    NotForSale,
    /// Buy them at their own price.
    OrdinaryPrice,
}

/// One variant of a sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlashSaleItem {
    /// Which variant.
    pub variant: VariantId,
    /// Sale price, minor units of the shop's currency.
    pub price_minor: i64,
    /// The most units sold at this price; `None`: as many as there are.
    pub quantity_offered: Option<i64>,
    /// The most units one customer may buy in this sale; `None`: no limit.
    pub quantity_per_customer_max: Option<i64>,
    /// Units of live reservations and orders of this sale, as counted by the order writer.
    pub quantity_claimed: i64,
}

/// Where a sale stands at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlashSalePhase {
    /// Draft or canceled: shoppers do not see it.
    Hidden,
    /// Visible, not buyable.
    Upcoming,
    /// Buyable.
    Open,
    /// Over.
    Ended,
}

impl FlashSale {
    /// Where the sale stands at `now`, for shoppers without early access.
    pub fn phase(&self, now: Timestamp) -> FlashSalePhase {
        self.phase_for(&[], now)
    }

    /// Where the sale stands at `now` for a shopper with early access to the sales `invited_to`: it opens earlier for them.
    pub fn phase_for(&self, invited_to: &[FlashSaleId], now: Timestamp) -> FlashSalePhase {
        match self.status {
            FlashSaleStatus::Draft | FlashSaleStatus::Canceled => FlashSalePhase::Hidden,
            FlashSaleStatus::Scheduled if now < self.opens_for(invited_to) => FlashSalePhase::Upcoming,
            FlashSaleStatus::Scheduled if now < self.closes_at || planted(Bug::SaleNeverCloses) => FlashSalePhase::Open,
            FlashSaleStatus::Scheduled => FlashSalePhase::Ended,
        }
    }

    /// From when on a shopper with early access to the sales `invited_to` may buy.
    pub fn opens_for(&self, invited_to: &[FlashSaleId]) -> Timestamp {
        let is_invited = invited_to.contains(&self.id) || planted(Bug::EveryoneIsEarly);
        self.early_access_at.filter(|_| is_invited).map_or(self.opens_at, |early| early.min(self.opens_at))
    }

    /// The item for a variant, if it is part of the sale.
    pub fn item(&self, variant: VariantId) -> Option<&FlashSaleItem> {
        self.items.iter().find(|item| item.variant == variant)
    }
}

/// On what terms a variant is sold at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer<'a> {
    /// At its own price.
    Ordinary,
    /// At the price of an open sale.
    Sale(&'a FlashSale, &'a FlashSaleItem),
    /// Shown with the price of an upcoming sale, not sold before it opens.
    NotOpenYet(&'a FlashSale, &'a FlashSaleItem),
}

/// On what terms a variant is sold at `now` to a shopper with early access to the sales `invited_to`. Among the sales open to
/// them the lowest price decides; an item whose offered quantity is used up still decides, because it is sold out and not back at
/// its old price. With none open, the upcoming sale that opens first for them decides, if it keeps its items from being sold
/// before. `sales` may hold sales of any phase.
pub fn offer<'a>(sales: &'a [FlashSale], invited_to: &[FlashSaleId], variant: VariantId, now: Timestamp) -> Offer<'a> {
    let of_phase = |phase| {
        let sales = sales.iter().filter(move |sale| sale.phase_for(invited_to, now) == phase);
        sales.filter_map(|sale| sale.item(variant).map(|item| (sale, item)))
    };
    if let Some((sale, item)) =
        of_phase(FlashSalePhase::Open).min_by_key(|(sale, item)| (item.price_minor, sale.opens_at, sale.id))
    {
        return Offer::Sale(sale, item);
    }
    of_phase(FlashSalePhase::Upcoming)
        .filter(|(sale, _)| sale.before_opening == BeforeOpening::NotForSale)
        .min_by_key(|(sale, _)| (sale.opens_for(invited_to), sale.id))
        .map_or(Offer::Ordinary, |(sale, item)| Offer::NotOpenYet(sale, item))
}
