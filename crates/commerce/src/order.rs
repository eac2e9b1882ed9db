//! An order and its statuses. Order, payment and fulfillment each have their own, because each can change alone.

use crate::customer::{Address, Contact};
use crate::pricing::Quote;
use crate::{CouponId, Currency, FlashSaleId, OrderId, PaymentId, ReservationId, Timestamp, VariantId};
use serde::{Deserialize, Serialize};

/// An order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The row's id.
    pub id: OrderId,
    /// What people call it: counts up from 1001 in each shop.
    pub number: i64,
    /// The checkout page it came from; unique in the shop.
    pub checkout_id: String,
    /// The reservation it grew out of.
    pub reservation: ReservationId,
    /// The payment that paid it.
    pub payment: PaymentId,
    /// The agreement.
    pub status: OrderStatus,
    /// How much was sent.
    pub fulfillment_status: FulfillmentStatus,
    /// See [`crate::customer::customer_key`].
    pub customer_key: String,
    /// The coupon that counted.
    pub coupon: Option<CouponId>,
    /// The currency of every amount.
    pub currency: Currency,
    /// What was charged.
    pub total_minor: i64,
    /// What was given back, or is on its way back.
    pub refunded_minor: i64,
    /// What was agreed: contact, address, shipping, every amount.
    pub details: OrderDetails,
    /// When, UTC.
    pub placed_at: Timestamp,
    /// What was bought.
    pub lines: Vec<OrderLine>,
}

/// What a reservation pins and an order keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderDetails {
    /// How to reach the customer.
    pub contact: Contact,
    /// Where it goes.
    pub address: Address,
    /// Every amount; its lines are in the order of the order's lines.
    pub quote: Quote,
    /// The names of the lines at the time.
    pub names: Vec<LineName>,
}

/// What a line was called when it was bought.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineName {
    /// The product's title.
    pub title: String,
    /// The variant's title; empty without options.
    pub variant_title: String,
    /// The stock code.
    pub sku: String,
}

/// One line of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLine {
    /// 1, 2, 3, ...
    pub line: u32,
    /// Which variant.
    pub variant: VariantId,
    /// The sale whose price it had.
    pub sale: Option<FlashSaleId>,
    /// What it was called.
    pub name: LineName,
    /// Units bought.
    pub quantity: u32,
    /// Per unit, minor units.
    pub price_minor: i64,
    /// Per unit, before the reduction, when higher.
    pub was_price_minor: Option<i64>,
    /// `price_minor * quantity`.
    pub subtotal_minor: i64,
    /// The line's share of the coupon.
    pub discount_minor: i64,
    /// Tax contained in or added to the line.
    pub tax_minor: i64,
    /// What the customer paid for the line, tax included.
    pub total_minor: i64,
    /// Whether its stock is counted.
    pub counted: bool,
    /// Units sent.
    pub fulfilled: u32,
    /// Units called off before they were sent.
    pub canceled: u32,
    /// Units whose money was given back.
    pub refunded: u32,
    /// Sent units that came back into stock.
    pub returned: u32,
}

impl OrderLine {
    /// Units still to be sent.
    pub const fn to_send(&self) -> u32 {
        self.quantity - self.fulfilled - self.canceled
    }
}

/// The order as an agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// It stands.
    Open,
    /// Everything was sent.
    Completed,
    /// Called off.
    Canceled,
}

impl OrderStatus {
    /// Every status, for tables and tests.
    pub const ALL: [Self; 3] = [Self::Open, Self::Completed, Self::Canceled];

    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Completed => "completed",
            Self::Canceled => "canceled",
        }
    }
}

/// How much of an order was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FulfillmentStatus {
    /// Nothing yet.
    Unfulfilled,
    /// Some lines or units.
    Partial,
    /// All that was not canceled.
    Fulfilled,
}

impl FulfillmentStatus {
    /// Every status, for tables and tests.
    pub const ALL: [Self; 3] = [Self::Unfulfilled, Self::Partial, Self::Fulfilled];

    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unfulfilled => "unfulfilled",
            Self::Partial => "partial",
            Self::Fulfilled => "fulfilled",
        }
    }
}
