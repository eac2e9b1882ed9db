//! A payment: one attempt to take money for a reservation, and the edges it may go along.

use crate::{Currency, OrderId, PaymentId, RefundId, ReservationId, Timestamp};
use serde::{Deserialize, Serialize};

/// One attempt to take money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// The row's id; also the idempotency key towards the provider.
    pub id: PaymentId,
    /// The checkout page it belongs to.
    pub checkout_id: String,
    /// The reservation it pays.
    pub reservation: ReservationId,
    /// The order it paid, once there is one.
    pub order: Option<OrderId>,
    /// `sandbox`, or `none` when nothing is to be paid.
    pub provider: String,
    /// The provider's own name for it; empty until known.
    pub reference: String,
    /// Where it stands.
    pub status: PaymentStatus,
    /// Minor units.
    pub amount_minor: i64,
    /// The currency.
    pub currency: Currency,
    /// Given back, or on its way back.
    pub refunded_minor: i64,
    /// Why it was declined; else empty.
    pub decline_code: String,
    /// When it was begun, UTC.
    pub created_at: Timestamp,
}

/// Money on its way back, or back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// The row's id; also the idempotency key towards the provider.
    pub id: RefundId,
    /// From which payment.
    pub payment: PaymentId,
    /// For which order; `None`: the money came too late to become one.
    pub order: Option<OrderId>,
    /// Minor units.
    pub amount_minor: i64,
    /// Where it stands.
    pub status: RefundStatus,
    /// The seller's words, or why the shop did it by itself.
    pub reason: String,
    /// A seller's e-mail address, or `system`.
    pub actor: String,
    /// When it was begun, UTC.
    pub created_at: Timestamp,
    /// The order's lines it is for.
    pub lines: Vec<RefundLine>,
}

/// Units of a line whose money is given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundLine {
    /// The order's line.
    pub line: u32,
    /// Units.
    pub quantity: u32,
    /// Minor units.
    pub amount_minor: i64,
    /// Whether they can be sold again.
    pub restocked: bool,
}

/// Where a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    /// Asked of the provider.
    Pending,
    /// Done.
    Succeeded,
    /// The provider said no; the money is still ours.
    Failed,
}

impl RefundStatus {
    /// Every status, for tables and tests.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Succeeded, Self::Failed];

    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }
}

/// Where an attempt stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// Begun; the provider has not given a final word.
    Pending,
    /// The customer has to confirm it with their bank.
    RequiresAction,
    /// The money is ours.
    Captured,
    /// The provider said no; another attempt may follow.
    Declined,
    /// All of it was given back.
    Refunded,
    /// Some of it was given back.
    PartiallyRefunded,
}

impl PaymentStatus {
    /// Every status, for tables and tests.
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::RequiresAction, Self::Captured, Self::Declined, Self::Refunded, Self::PartiallyRefunded];

    /// As stored: `requires_action`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::RequiresAction => "requires_action",
            Self::Captured => "captured",
            Self::Declined => "declined",
            Self::Refunded => "refunded",
            Self::PartiallyRefunded => "partially_refunded",
        }
    }

    /// Whether the provider may still change its mind.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::RequiresAction)
    }
}

/// What the provider says about an attempt: the whole of what the shop learns, whichever way the news came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum ProviderVerdict {
    /// The money was taken: this much, in this currency.
    Captured {
        /// Minor units.
        amount_minor: i64,
        /// ISO code.
        currency: String,
    },
    /// The customer has to confirm.
    RequiresAction,
    /// The provider is still thinking.
    Pending,
    /// No, and why.
    Declined {
        /// Machine-readable, as card providers name it: `card_declined`, `insufficient_funds`, `expired_card`.
        code: String,
    },
}

/// What the customer reads when an attempt was declined with this code.
pub fn decline_message(code: &str) -> &'static str {
    match code {
        "insufficient_funds" => "The card has insufficient funds. Please try another card.",
        "expired_card" => "The card has expired. Please try another card.",
        "incorrect_cvc" => "The security code is not right. Please check it and try again.",
        "incorrect_number" => "The card number is not right. Please check it and try again.",
        "processing_error" => "The bank could not process the payment. Nothing was charged; please try again.",
        "total_changed" => "The total has changed. Nothing was charged; please check it and pay again.",
        "authentication_failed" => "The payment was not confirmed. Nothing was charged; please try again.",
        _ => "The card was declined. Nothing was charged; please try another card.",
    }
}
