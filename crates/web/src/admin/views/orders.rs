//! Orders, and the mail that goes with them.

use crate::admin::desk::Pages;
use crate::admin::form::Form;
use commerce::{OrderId, OutboxId, Timestamp};
use serde::Serialize;

/// The list of orders.
#[derive(Clone, Debug, Default, Serialize)]
pub struct OrderList {
    /// What was searched for.
    pub q: String,
    /// The status asked for; empty: any.
    pub status: String,
    /// How much was sent; empty: any.
    pub fulfillment: String,
    /// One page of them.
    pub rows: Vec<OrderRow>,
    /// Where this page stands.
    pub pages: Pages,
}

/// An order in the list.
#[derive(Clone, Debug, Serialize)]
pub struct OrderRow {
    /// The order.
    pub id: OrderId,
    /// Its number.
    pub number: String,
    /// When.
    pub placed_at: Timestamp,
    /// Name.
    pub customer: String,
    /// Address.
    pub email: String,
    /// Units in all.
    pub units: i64,
    /// The agreement.
    pub status: &'static str,
    /// The money.
    pub payment: &'static str,
    /// The goods.
    pub fulfillment: &'static str,
    /// What was charged.
    pub total_minor: i64,
}

/// One order.
#[derive(Clone, Debug, Serialize)]
pub struct OrderShow {
    /// The order.
    pub id: OrderId,
    /// Its number.
    pub number: String,
    /// When.
    pub placed_at: Timestamp,
    /// The flash sale it came from; may be empty.
    pub sale_name: String,
    /// The agreement.
    pub status: &'static str,
    /// The money.
    pub payment: &'static str,
    /// The goods.
    pub fulfillment: &'static str,
    /// Whether units are left to send.
    pub can_fulfill: bool,
    /// Whether it can be called off.
    pub can_cancel: bool,
    /// Whether money can be given back.
    pub can_refund: bool,
    /// What was bought.
    pub lines: Vec<OrderLineRow>,
    /// From the goods to what was charged.
    pub totals: Vec<TotalRow>,
    /// What was given back.
    pub refunded_minor: i64,
    /// What was sent.
    pub parcels: Vec<ParcelRow>,
    /// What happened, newest first.
    pub timeline: Vec<EventRow>,
    /// Customer's address.
    pub email: String,
    /// Customer's telephone.
    pub phone: String,
    /// Where it goes, line by line.
    pub address: Vec<String>,
    /// Customer's words.
    pub note: String,
    /// Attempts to take money.
    pub payments: Vec<PaymentRow>,
}

/// A line of an order.
#[derive(Clone, Debug, Serialize)]
pub struct OrderLineRow {
    /// The product's name at the time.
    pub title: String,
    /// Its options.
    pub variant_title: String,
    /// Its code.
    pub sku: String,
    /// Per unit.
    pub price_minor: i64,
    /// Per unit before the reduction.
    pub was_price_minor: Option<i64>,
    /// Units ordered.
    pub quantity: i64,
    /// Units sent.
    pub fulfilled: i64,
    /// What the line cost.
    pub total_minor: i64,
}

/// A line of the sum.
#[derive(Clone, Debug, Serialize)]
pub struct TotalRow {
    /// What.
    pub label: String,
    /// How much.
    pub minor: i64,
}

/// A parcel.
#[derive(Clone, Debug, Serialize)]
pub struct ParcelRow {
    /// When it was sent.
    pub at: Timestamp,
    /// By whom.
    pub carrier: String,
    /// Number to follow it by.
    pub tracking: String,
    /// Units in it.
    pub units: i64,
}

/// Something that happened.
#[derive(Clone, Debug, Serialize)]
pub struct EventRow {
    /// What.
    pub text: String,
    /// Who.
    pub actor: String,
    /// When.
    pub at: Timestamp,
}

/// An attempt to take money.
#[derive(Clone, Debug, Serialize)]
pub struct PaymentRow {
    /// Where it stands.
    pub status: &'static str,
    /// How much.
    pub amount_minor: i64,
    /// By whom.
    pub provider: String,
    /// The provider's own number.
    pub reference: String,
}

/// A line of which something can be sent or given back.
#[derive(Clone, Debug, Serialize)]
pub struct OpenLine {
    /// The line.
    pub id: i64,
    /// The product's name at the time.
    pub title: String,
    /// Its options.
    pub variant_title: String,
    /// What one unit cost, everything included.
    pub each_minor: i64,
    /// Units that can be sent or given back.
    pub open: i64,
}

/// The page on which a parcel is written down.
#[derive(Clone, Debug, Serialize)]
pub struct OrderFulfill {
    /// The order.
    pub id: OrderId,
    /// Its number.
    pub number: String,
    /// What is left to send.
    pub lines: Vec<OpenLine>,
    /// All fields.
    pub form: Form,
}

/// The question before an order is called off.
#[derive(Clone, Debug, Serialize)]
pub struct OrderCancel {
    /// The order.
    pub id: OrderId,
    /// Its number.
    pub number: String,
    /// Units not sent.
    pub units: i64,
    /// What will be given back.
    pub refundable_minor: i64,
    /// All fields.
    pub form: Form,
}

/// The page on which money is given back.
#[derive(Clone, Debug, Serialize)]
pub struct OrderRefund {
    /// The order.
    pub id: OrderId,
    /// Its number.
    pub number: String,
    /// The most that can be given back.
    pub refundable_minor: i64,
    /// What can come back.
    pub lines: Vec<OpenLine>,
    /// All fields.
    pub form: Form,
}

/// The shop's mail.
#[derive(Clone, Debug, Default, Serialize)]
pub struct MailList {
    /// Where messages are kept as files, because no mail server is set.
    pub folder: Option<String>,
    /// Newest first.
    pub rows: Vec<MailRow>,
    /// Where this page stands.
    pub pages: Pages,
}

/// A message in the list.
#[derive(Clone, Debug, Serialize)]
pub struct MailRow {
    /// Which.
    pub id: OutboxId,
    /// What about.
    pub subject: String,
    /// To whom.
    pub to: String,
    /// `waiting`, `sent` or `failed`.
    pub state: &'static str,
    /// Why it has not left.
    pub problem: String,
    /// When it was written.
    pub at: Timestamp,
}

/// One message.
#[derive(Clone, Debug, Serialize)]
pub struct MailShow {
    /// What about.
    pub subject: String,
    /// To whom.
    pub to: String,
    /// `waiting`, `sent` or `failed`.
    pub state: &'static str,
    /// Why it has not left.
    pub problem: String,
    /// When it was written.
    pub at: Timestamp,
    /// The message as it leaves.
    pub text: String,
}
