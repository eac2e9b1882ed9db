//! Stock: three counters per variant and the ledger that explains them.
//!
//! `on_hand` units are in the building; `reserved` are held by unpaid reservations; `allocated` are firmly claimed by orders.
//! `available = on_hand - reserved - allocated`. Nothing changes a counter except a [`StockMovement`].

use crate::{Timestamp, VariantId};
use serde::{Deserialize, Serialize};

/// The counters of one variant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockItem {
    /// Units in the building.
    pub on_hand: i64,
    /// Units held by unpaid reservations.
    pub reserved: i64,
    /// Units firmly claimed by orders and not sent yet.
    pub allocated: i64,
}

impl StockItem {
    /// Units that can still be sold; negative only where orders are taken beyond the stock.
    pub const fn available(self) -> i64 {
        self.on_hand - self.reserved - self.allocated
    }
}

/// Why counters moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MovementKind {
    /// The first count of a variant.
    Initial,
    /// Goods came in.
    Receipt,
    /// A seller corrected the count, with a reason.
    Adjustment,
    /// A reservation took units.
    Reserve,
    /// A reservation ended without payment.
    Release,
    /// A reservation ran out of time.
    Expire,
    /// A paid reservation became an allocation.
    Allocate,
    /// Units left the building with a parcel.
    Ship,
    /// An order was canceled before it was sent; its units can be sold again.
    Deallocate,
    /// Sent units came back.
    Return,
}

impl MovementKind {
    /// Every kind, for tables and tests.
    pub const ALL: [Self; 10] = [
        Self::Initial,
        Self::Receipt,
        Self::Adjustment,
        Self::Reserve,
        Self::Release,
        Self::Expire,
        Self::Allocate,
        Self::Ship,
        Self::Deallocate,
        Self::Return,
    ];

    /// As stored: `adjustment`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Initial => "initial",
            Self::Receipt => "receipt",
            Self::Adjustment => "adjustment",
            Self::Reserve => "reserve",
            Self::Release => "release",
            Self::Expire => "expire",
            Self::Allocate => "allocate",
            Self::Ship => "ship",
            Self::Deallocate => "deallocate",
            Self::Return => "return",
        }
    }
}

/// One row of the ledger: the change, and the counters after it. `sequence` counts from 1 without a gap per variant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockMovement {
    /// Which variant.
    pub variant: VariantId,
    /// 1, 2, 3, ... per variant.
    pub sequence: i64,
    /// Why.
    pub kind: MovementKind,
    /// Change of `on_hand`.
    pub on_hand_delta: i64,
    /// Change of `reserved`.
    pub reserved_delta: i64,
    /// Change of `allocated`.
    pub allocated_delta: i64,
    /// The counters after the change.
    pub after: StockItem,
    /// What caused it: `reservation:17`, `order:4`, `import`, `desk`.
    pub cause: String,
    /// Who: a seller's e-mail address, `shopper` or `system`.
    pub actor: String,
    /// The seller's words for an adjustment; else empty.
    pub reason: String,
    /// When, UTC.
    pub at: Timestamp,
}
