//! Changes: what the writer has to store so that the database says what was decided.

use super::CheckoutRecord;
use crate::order::{FulfillmentStatus, Order, OrderStatus};
use crate::payment::{Payment, PaymentStatus, Refund, RefundStatus};
use crate::reservation::{Reservation, ReservationStatus};
use crate::stock::StockMovement;
use crate::{CouponId, FlashSaleId, FulfillmentId, OrderId, PaymentId, RefundId, ReservationId, Timestamp, VariantId};

/// One change. The writer stores them in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A ledger row, and the counters it leads to.
    Stock(StockMovement),
    /// A new hold.
    Reservation(Box<Reservation>),
    /// A hold that ends, or is extended. It was active before; if the database says otherwise, the batch must be decided anew.
    ReservationStatus {
        /// Which.
        id: ReservationId,
        /// What it is now.
        status: ReservationStatus,
        /// Until when.
        expires_at: Timestamp,
    },
    /// What a checkout page led to.
    Checkout {
        /// The page.
        id: String,
        /// All that is known of it.
        record: CheckoutRecord,
    },
    /// A new attempt to pay.
    Payment(Payment),
    /// An attempt that went on.
    PaymentStatus {
        /// Which.
        id: PaymentId,
        /// The provider's own name for it.
        reference: String,
        /// Where it stands.
        status: PaymentStatus,
        /// The order it paid.
        order: Option<OrderId>,
        /// Why it was declined.
        decline_code: String,
        /// Given back, or on its way.
        refunded_minor: i64,
    },
    /// A new order.
    Order(Box<Order>),
    /// An order whose statuses or counts moved.
    OrderStatus {
        /// Which.
        id: OrderId,
        /// The agreement.
        status: OrderStatus,
        /// How much was sent.
        fulfillment_status: FulfillmentStatus,
        /// Given back, or on its way.
        refunded_minor: i64,
    },
    /// A line whose counts moved.
    OrderLine {
        /// The order.
        order: OrderId,
        /// The line.
        line: u32,
        /// Units sent.
        fulfilled: u32,
        /// Units called off.
        canceled: u32,
        /// Units whose money went back.
        refunded: u32,
        /// Sent units that came back.
        returned: u32,
    },
    /// A line in an order's history.
    OrderEvent(OrderEvent),
    /// A parcel.
    Fulfillment {
        /// The row's id.
        id: FulfillmentId,
        /// The order.
        order: OrderId,
        /// Who carries it.
        carrier: String,
        /// The carrier's number.
        tracking: String,
        /// Line and units.
        lines: Vec<(u32, u32)>,
    },
    /// Money begins its way back.
    Refund(Refund),
    /// A refund that is decided.
    RefundStatus {
        /// Which.
        id: RefundId,
        /// What it is now.
        status: RefundStatus,
    },
    /// Units claimed of a sale's item.
    SaleClaim {
        /// The sale.
        sale: FlashSaleId,
        /// The item.
        variant: VariantId,
        /// More, or fewer.
        delta: i64,
    },
    /// Units claimed by one customer of a sale's item.
    CustomerClaim {
        /// The sale.
        sale: FlashSaleId,
        /// The item.
        variant: VariantId,
        /// The customer.
        customer_key: String,
        /// More, or fewer.
        delta: i64,
    },
    /// Uses of a coupon, in all and by one customer.
    CouponClaim {
        /// The coupon.
        coupon: CouponId,
        /// The customer.
        customer_key: String,
        /// More, or fewer.
        delta: i64,
    },
    /// How many units a sale offers of an item.
    QuantityOffered {
        /// The sale.
        sale: FlashSaleId,
        /// The item.
        variant: VariantId,
        /// The most units; `None`: as many as there are.
        quantity_offered: Option<i64>,
        /// A seller's e-mail address.
        actor: String,
    },
    /// A row of the money journal.
    Ledger(LedgerEntry),
    /// A message that has to leave.
    Outbox(OutboxMessage),
    /// The number of the latest order.
    OrderNumber(i64),
}

/// A line in an order's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderEvent {
    /// The order.
    pub order: OrderId,
    /// The row's id.
    pub id: i64,
    /// `fulfilled`, `canceled`, `refund_begun`, `refunded`, `refund_failed`. That it was placed is the order itself.
    pub kind: &'static str,
    /// Who.
    pub actor: String,
    /// In words.
    pub detail: String,
}

/// A double entry in one row: what is added to one account is taken from another, so the journal sums to zero by construction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerEntry {
    /// The row's id.
    pub id: i64,
    /// The account that it is added to: `provider` or `refunds`.
    pub debit: &'static str,
    /// The account that it is taken from: `sales` or `provider`.
    pub credit: &'static str,
    /// Minor units, above zero.
    pub amount_minor: i64,
    /// `payment:17`, `refund:4`.
    pub cause: String,
}

/// A message that has to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxMessage {
    /// The row's id.
    pub id: i64,
    /// `order_placed`, `order_fulfilled`, `order_canceled`, `order_refunded`, `payment_refunded_late`.
    pub kind: &'static str,
    /// The order, fulfillment, or refund it speaks of.
    pub subject: i64,
}
