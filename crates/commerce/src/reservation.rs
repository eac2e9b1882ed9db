//! A reservation: an unpaid hold on stock that expires.

use crate::order::OrderDetails;
use crate::planted::{Bug, planted};
use crate::{CouponId, FlashSaleId, ReservationId, Timestamp, VariantId};
use serde::{Deserialize, Serialize};

/// How a reservation ended, or that it has not. Everything but `Active` is final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReservationStatus {
    /// Holding stock until its time is up.
    Active,
    /// Became an order.
    Converted,
    /// Ran out of time.
    Expired,
    /// Given up by its owner, or its payment was refused for good.
    Released,
}

impl ReservationStatus {
    /// Every status, for tables and tests.
    pub const ALL: [Self; 4] = [Self::Active, Self::Converted, Self::Expired, Self::Released];

    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Converted => "converted",
            Self::Expired => "expired",
            Self::Released => "released",
        }
    }
}

/// A reservation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    /// The row's id.
    pub id: ReservationId,
    /// The checkout page it belongs to.
    pub checkout_id: String,
    /// How it ended, or that it has not.
    pub status: ReservationStatus,
    /// See [`crate::customer::customer_key`].
    pub customer_key: String,
    /// The signed name that the visitor's browser carries; empty: not known.
    pub visitor: String,
    /// The coupon whose use it claims.
    pub coupon: Option<CouponId>,
    /// What will be charged.
    pub total_minor: i64,
    /// What will stand on the order, prices pinned.
    pub details: OrderDetails,
    /// When it was made, UTC.
    pub created_at: Timestamp,
    /// Until when it holds, exclusive, UTC.
    pub expires_at: Timestamp,
    /// What it holds; in the order of the quote's lines.
    pub lines: Vec<ReservedLine>,
}

/// Whose unpaid holds are counted together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// Everything under one customer key.
    Customer(String),
    /// Everything from one browser.
    Visitor(String),
}

impl Holder {
    /// The customer key, or what the visitor's cookie says.
    pub fn key(&self) -> &str {
        match self {
            Self::Customer(key) | Self::Visitor(key) => key,
        }
    }

    /// Under whom a hold counts: its customer, and its visitor where that is known.
    pub fn of(customer_key: &str, visitor: &str) -> impl Iterator<Item = Self> {
        let visitor = (!visitor.is_empty() && !planted(Bug::VisitorNotCounted)).then(|| Self::Visitor(visitor.to_owned()));
        [Self::Customer(customer_key.to_owned())].into_iter().chain(visitor)
    }
}

impl Reservation {
    /// Units of all lines.
    pub fn units(&self) -> i64 {
        self.lines.iter().map(|line| i64::from(line.quantity)).sum()
    }
}

/// One held line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReservedLine {
    /// Which variant.
    pub variant: VariantId,
    /// The sale whose claim it holds.
    pub sale: Option<FlashSaleId>,
    /// Units.
    pub quantity: u32,
    /// Whether its stock is counted.
    pub counted: bool,
}

/// Whether a hold that ends at `expires_at` still counts at `now`. The instant itself is too late.
pub fn holds(expires_at: Timestamp, now: Timestamp) -> bool {
    now < expires_at || (now == expires_at && planted(Bug::HoldLastsAnInstantLonger))
}
