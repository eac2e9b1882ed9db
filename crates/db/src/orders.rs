//! Orders as they are read: by their customer, by the seller, by the mailer. Changing them is the order writer's.

use crate::ids::Ids;
use crate::order_writer::{order_from_rows, read};
use crate::{Db, Error, Result, Row, ShopSql, params, sql};
use commerce::order::{FulfillmentStatus, Order, OrderStatus};
use commerce::payment::{Payment, PaymentStatus, Refund};
use commerce::{Currency, FulfillmentId, OrderId, PaymentId, RefundId, ShopId, Timestamp};
use std::sync::Arc;

/// The lines of an order, as [`order_from_rows`] reads them.
const LINES: ShopSql = sql!(
    "SELECT line, variant_id, sale_id, title, variant_title, sku, quantity, price_minor, was_price_minor, subtotal_minor,
         discount_minor, tax_minor, total_minor, counted, fulfilled, canceled, refunded, returned
     FROM order_lines WHERE shop_id = $1 AND order_id = $2 ORDER BY line"
);

/// An order as its customer sees it.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The order.
    pub order: Arc<Order>,
    /// Parcels, oldest first.
    pub fulfillments: Vec<Fulfillment>,
    /// Refunds, oldest first.
    pub refunds: Vec<Refund>,
}

impl From<Arc<Order>> for Receipt {
    /// Of an order to which nothing has happened yet.
    fn from(order: Arc<Order>) -> Self {
        Self { order, fulfillments: Vec::new(), refunds: Vec::new() }
    }
}

/// An order with everything that happened to it.
#[derive(Clone, Debug)]
pub struct OrderHistory {
    /// The order.
    pub order: Order,
    /// The payment that paid it.
    pub payment: Payment,
    /// Parcels, oldest first.
    pub fulfillments: Vec<Fulfillment>,
    /// Refunds, oldest first.
    pub refunds: Vec<Refund>,
    /// What happened, oldest first.
    pub events: Vec<Event>,
    /// The seller's note.
    pub note: String,
}

/// A parcel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fulfillment {
    /// The row's id.
    pub id: FulfillmentId,
    /// Who carries it; may be empty.
    pub carrier: String,
    /// The carrier's number; may be empty.
    pub tracking: String,
    /// When, UTC.
    pub created_at: Timestamp,
    /// Line and units.
    pub lines: Vec<(u32, u32)>,
}

/// A line of an order's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// `placed`, `fulfilled`, `canceled`, `refund_begun`, `refunded`, `refund_failed`.
    pub kind: String,
    /// A seller's e-mail address, `shopper` or `system`.
    pub actor: String,
    /// In words; may be empty.
    pub detail: String,
    /// When, UTC.
    pub at: Timestamp,
}

/// An order in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderSummary {
    /// The row's id.
    pub id: OrderId,
    /// Its number.
    pub number: i64,
    /// The agreement.
    pub status: OrderStatus,
    /// How much was sent.
    pub fulfillment_status: FulfillmentStatus,
    /// Where its payment stands.
    pub payment_status: PaymentStatus,
    /// Who bought.
    pub customer_name: String,
    /// As written at the checkout.
    pub email: String,
    /// What was charged.
    pub total_minor: i64,
    /// The currency.
    pub currency: Currency,
    /// Units bought.
    pub units: i64,
    /// When, UTC.
    pub placed_at: Timestamp,
}

/// Which orders to list.
#[derive(Clone, Debug, Default)]
pub struct OrderFilter {
    /// Part of the number, the name or the e-mail address; empty: all.
    pub search: String,
    /// `open`, `completed`, `canceled`; empty: all.
    pub status: String,
    /// `unfulfilled`, `partial`, `fulfilled`; empty: all.
    pub fulfillment_status: String,
}

/// The orders of one page, newest first, and how many there are in all. `page` counts from 1.
///
/// # Errors
/// When the database fails.
pub async fn list_orders(
    db: &Db,
    shop: ShopId,
    filter: &OrderFilter,
    page: u32,
    per_page: u32,
) -> Result<(Vec<OrderSummary>, i64)> {
    let needle = filter.search.trim().to_lowercase();
    let pattern = if needle.is_empty() { String::new() } else { format!("%{}%", escape_like(&needle)) };
    let (status, sent) = (filter.status.as_str(), filter.fulfillment_status.as_str());
    let count = sql!(
        "SELECT COUNT(*) FROM orders o WHERE o.shop_id = $1
           AND ($2 = '' OR CAST(o.number AS TEXT) LIKE $2 ESCAPE '!' OR LOWER(o.email) LIKE $2 ESCAPE '!'
                OR LOWER(o.customer_name) LIKE $2 ESCAPE '!')
           AND ($3 = '' OR o.status = $3) AND ($4 = '' OR o.fulfillment_status = $4)"
    );
    let total = db.query_opt(shop, count, &params![pattern.as_str(), status, sent]).await?.map_or(0, |row| row.get(0));
    let list = sql!(
        "SELECT o.order_id, o.number, o.status, o.fulfillment_status, p.status, o.customer_name, o.email, o.total_minor,
             o.currency, CAST((SELECT COALESCE(SUM(l.quantity), 0) FROM order_lines l
                               WHERE l.shop_id = o.shop_id AND l.order_id = o.order_id) AS BIGINT), o.placed_at
         FROM orders o JOIN payments p ON p.shop_id = o.shop_id AND p.payment_id = o.payment_id
         WHERE o.shop_id = $1
           AND ($2 = '' OR CAST(o.number AS TEXT) LIKE $2 ESCAPE '!' OR LOWER(o.email) LIKE $2 ESCAPE '!'
                OR LOWER(o.customer_name) LIKE $2 ESCAPE '!')
           AND ($3 = '' OR o.status = $3) AND ($4 = '' OR o.fulfillment_status = $4)
         ORDER BY o.number DESC LIMIT $5 OFFSET $6"
    );
    let offset = i64::from(page.saturating_sub(1)) * i64::from(per_page);
    let rows = db.query(shop, list, &params![pattern, status, sent, per_page, offset]).await?;
    Ok((rows.iter().map(summary).collect::<Result<Vec<_>>>()?, total))
}

/// An order by its id, with its history.
///
/// # Errors
/// When the database fails. `None`: no such order in this shop.
pub async fn load_order(db: &Db, shop: ShopId, id: OrderId) -> Result<Option<OrderHistory>> {
    let order = sql!(
        "SELECT o.order_id, o.number, o.checkout_id, o.reservation_id, o.payment_id, o.status, o.fulfillment_status,
             o.customer_key, o.coupon_id, o.currency, o.total_minor, o.refunded_minor, r.details, o.placed_at, o.note
         FROM orders o JOIN reservations r ON r.shop_id = o.shop_id AND r.reservation_id = o.reservation_id
         WHERE o.shop_id = $1 AND o.order_id = $2"
    );
    let Some(row) = db.query_opt(shop, order, &params![id]).await? else { return Ok(None) };
    let order = order_from_rows(&row, &db.query(shop, LINES, &params![id]).await?)?;
    let payment = load_payment(db, shop, order.payment)
        .await?
        .ok_or_else(|| Error::Unsuitable(format!("order {} has no payment", order.number)))?;
    Ok(Some(OrderHistory {
        payment,
        fulfillments: fulfillments_of(db, shop, id).await?,
        refunds: refunds_of(db, shop, id).await?,
        events: events_of(db, shop, &order).await?,
        note: row.get(14),
        order,
    }))
}

/// The id of the order with this number.
///
/// # Errors
/// When the database fails. `None`: no such order in this shop.
pub async fn order_by_number(db: &Db, shop: ShopId, number: i64) -> Result<Option<OrderId>> {
    let sql = sql!("SELECT order_id FROM orders WHERE shop_id = $1 AND number = $2");
    Ok(db.query_opt(shop, sql, &params![number]).await?.map(|row| row.get(0)))
}

/// The number of the order that a checkout page led to.
///
/// # Errors
/// When the database fails. `None`: it has led to none.
pub async fn number_of_checkout(db: &Db, shop: ShopId, checkout_id: &str) -> Result<Option<i64>> {
    let sql = sql!("SELECT number FROM orders WHERE shop_id = $1 AND checkout_id = $2");
    Ok(db.query_opt(shop, sql, &params![checkout_id]).await?.map(|row| row.get(0)))
}

/// The number of an order.
///
/// # Errors
/// When the database fails. `None`: no such order in this shop.
pub async fn number_of_order(db: &Db, shop: ShopId, id: OrderId) -> Result<Option<i64>> {
    let sql = sql!("SELECT number FROM orders WHERE shop_id = $1 AND order_id = $2");
    Ok(db.query_opt(shop, sql, &params![id]).await?.map(|row| row.get(0)))
}

/// What the customer sees of the order with this number.
///
/// # Errors
/// When the database fails. `None`: no such order in this shop.
pub async fn load_receipt(db: &Db, shop: ShopId, number: i64) -> Result<Option<Receipt>> {
    let sql = sql!(
        "SELECT o.order_id, o.number, o.checkout_id, o.reservation_id, o.payment_id, o.status, o.fulfillment_status,
             o.customer_key, o.coupon_id, o.currency, o.total_minor, o.refunded_minor, r.details, o.placed_at
         FROM orders o JOIN reservations r ON r.shop_id = o.shop_id AND r.reservation_id = o.reservation_id
         WHERE o.shop_id = $1 AND o.number = $2"
    );
    let Some(row) = db.query_opt(shop, sql, &params![number]).await? else { return Ok(None) };
    let id: OrderId = row.get(0);
    let order = order_from_rows(&row, &db.query(shop, LINES, &params![id]).await?)?;
    let is_sent = order.fulfillment_status != FulfillmentStatus::Unfulfilled;
    let fulfillments = if is_sent { fulfillments_of(db, shop, id).await? } else { Vec::new() };
    Ok(Some(Receipt { fulfillments, refunds: refunds_of(db, shop, id).await?, order: Arc::new(order) }))
}

/// A payment by its id.
///
/// # Errors
/// When the database fails. `None`: no such payment in this shop.
pub async fn load_payment(db: &Db, shop: ShopId, id: PaymentId) -> Result<Option<Payment>> {
    let sql = sql!(
        "SELECT payment_id, checkout_id, reservation_id, order_id, provider, reference, status, amount_minor, currency,
             refunded_minor, decline_code, created_at
         FROM payments WHERE shop_id = $1 AND payment_id = $2"
    );
    db.query_opt(shop, sql, &params![id]).await?.as_ref().map(read::payment).transpose()
}

/// A refund by its id.
///
/// # Errors
/// When the database fails. `None`: no such refund in this shop.
pub async fn load_refund(db: &Db, shop: ShopId, id: RefundId) -> Result<Option<Refund>> {
    let sql = sql!(
        "SELECT refund_id, payment_id, order_id, amount_minor, status, reason, actor, created_at
         FROM refunds WHERE shop_id = $1 AND refund_id = $2"
    );
    let lines = sql!(
        "SELECT line, quantity, amount_minor, restocked FROM refund_lines WHERE shop_id = $1 AND refund_id = $2 ORDER BY line"
    );
    let Some(row) = db.query_opt(shop, sql, &params![id]).await? else { return Ok(None) };
    read::refund(&row, &db.query(shop, lines, &params![id]).await?).map(Some)
}

/// Changes the seller's note. Returns whether there is such an order.
///
/// # Errors
/// When the database fails.
pub async fn save_note(db: &Db, shop: ShopId, id: OrderId, note: &str, now: Timestamp) -> Result<bool> {
    let sql = sql!("UPDATE orders SET note = $3, updated_at = $4 WHERE shop_id = $1 AND order_id = $2");
    Ok(db.execute(shop, sql, &params![id, note, now]).await? == 1)
}

/// Orders and revenue per span of time, for charts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Takings {
    /// The span's beginning, UTC.
    pub from: Timestamp,
    /// Orders placed in it and not canceled.
    pub orders: i64,
    /// What they came to, less refunds, minor units.
    pub revenue_minor: i64,
}

/// Takings from `from` on, in spans of `span_seconds`; spans without an order are left out.
///
/// # Errors
/// When the database fails.
pub async fn takings(db: &Db, shop: ShopId, from: Timestamp, span_seconds: i64) -> Result<Vec<Takings>> {
    let sql = sql!(
        "SELECT (placed_at - $2) / $3, COUNT(*), CAST(COALESCE(SUM(total_minor - refunded_minor), 0) AS BIGINT)
         FROM orders WHERE shop_id = $1 AND order_id >= $4 AND placed_at >= $2 AND status <> 'canceled' GROUP BY 1 ORDER BY 1"
    );
    let span_seconds = span_seconds.max(1);
    // Ids rise with time, so that the primary key finds the first order of the span.
    let first = Ids::first_at(from);
    let rows = db.query(shop, sql, &params![from, span_seconds.saturating_mul(1_000_000), first]).await?;
    Ok(rows
        .iter()
        .map(|row| Takings {
            from: from.plus_seconds(row.get::<i64>(0) * span_seconds),
            orders: row.get(1),
            revenue_minor: row.get(2),
        })
        .collect())
}

async fn fulfillments_of(db: &Db, shop: ShopId, order: OrderId) -> Result<Vec<Fulfillment>> {
    let parcels = sql!(
        "SELECT fulfillment_id, carrier, tracking, created_at FROM fulfillments
         WHERE shop_id = $1 AND order_id = $2 ORDER BY fulfillment_id"
    );
    let lines = sql!("SELECT line, quantity FROM fulfillment_lines WHERE shop_id = $1 AND fulfillment_id = $2 ORDER BY line");
    let mut fulfillments = Vec::new();
    for row in db.query(shop, parcels, &params![order]).await? {
        let id: FulfillmentId = row.get(0);
        let lines = db.query(shop, lines, &params![id]).await?.iter().map(|line| (line.get(0), line.get(1))).collect();
        fulfillments.push(Fulfillment { id, carrier: row.get(1), tracking: row.get(2), created_at: row.get(3), lines });
    }
    Ok(fulfillments)
}

async fn refunds_of(db: &Db, shop: ShopId, order: OrderId) -> Result<Vec<Refund>> {
    let sql = sql!("SELECT refund_id FROM refunds WHERE shop_id = $1 AND order_id = $2 ORDER BY refund_id");
    let mut refunds = Vec::new();
    for row in db.query(shop, sql, &params![order]).await? {
        refunds.extend(load_refund(db, shop, row.get(0)).await?);
    }
    Ok(refunds)
}

/// What happened to an order, the first first. That it was placed, the order itself says.
async fn events_of(db: &Db, shop: ShopId, order: &Order) -> Result<Vec<Event>> {
    let sql = sql!("SELECT kind, actor, detail, at FROM order_events WHERE shop_id = $1 AND order_id = $2 ORDER BY event_id");
    let rows = db.query(shop, sql, &params![order.id]).await?;
    let placed = Event { kind: "placed".into(), actor: "shopper".into(), detail: String::new(), at: order.placed_at };
    let event = |row: &Row| Event { kind: row.get(0), actor: row.get(1), detail: row.get(2), at: row.get(3) };
    Ok(std::iter::once(placed).chain(rows.iter().map(event)).collect())
}

fn summary(row: &Row) -> Result<OrderSummary> {
    Ok(OrderSummary {
        id: row.get(0),
        number: row.get(1),
        status: read::word(row.get(2))?,
        fulfillment_status: read::word(row.get(3))?,
        payment_status: read::word(row.get(4))?,
        customer_name: row.get(5),
        email: row.get(6),
        total_minor: row.get(7),
        currency: read::currency(&row.get::<String>(8))?,
        units: row.get(9),
        placed_at: row.get(10),
    })
}

/// A text for LIKE with `ESCAPE '!'`.
pub(crate) fn escape_like(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}
