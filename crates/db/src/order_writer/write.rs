//! Stores decided changes: rows of one kind travel together, and every row that was read is written only if it still is what was
//! read.

use crate::{Error, Result, ShopSql, Tx, Value, params, sql};
use commerce::checkout::{Change, CheckoutRecord, ShopState};
use commerce::order::{Order, OrderLine};
use commerce::reservation::Reservation;
use commerce::stock::StockMovement;
use commerce::{CouponId, Currency, FlashSaleId, ShopId, Timestamp, VariantId};
use std::collections::{BTreeMap, BTreeSet};

/// What is written, in this order: a row comes after the rows it points to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Reservation,
    ReservationLine,
    ReservationStatus,
    NewCheckout,
    Checkout,
    Payment,
    PaymentStatus,
    Order,
    OrderLine,
    OrderStatus,
    OrderLineCounts,
    OrderEvent,
    Fulfillment,
    FulfillmentLine,
    Refund,
    RefundLine,
    RefundStatus,
    Stock,
    Movement,
    QuantityOffered,
    SaleClaim,
    CustomerClaim,
    CouponClaim,
    CustomerUse,
    Ledger,
    Outbox,
    OrderNumber,
}

/// What a batch has to know of the rows as they were read: deciding changes the state as it goes.
pub(super) struct Before {
    currency: Currency,
    /// Movements so far, by variant.
    movements: BTreeMap<VariantId, i64>,
    customer_claims: BTreeMap<(FlashSaleId, VariantId, String), i64>,
    coupon_claims: BTreeMap<(CouponId, String), i64>,
    checkouts: BTreeSet<String>,
}

impl Before {
    pub(super) fn of(state: &ShopState) -> Self {
        Self {
            currency: state.currency,
            movements: state.stock.iter().map(|(variant, row)| (*variant, row.movements)).collect(),
            customer_claims: state.customer_claims.clone(),
            coupon_claims: state.coupon_claims.clone(),
            checkouts: state.checkouts.keys().cloned().collect(),
        }
    }
}

type Rows = BTreeMap<Kind, Vec<Vec<Value>>>;

pub(super) async fn write(tx: &mut Tx, shop: ShopId, before: &Before, changes: &[Change], now: Timestamp) -> Result<()> {
    let mut rows = Rows::new();
    for change in changes {
        add(&mut rows, before, change, now)?;
    }
    add_counters(&mut rows, before, changes, now);
    let work: Vec<(ShopSql, &[Vec<Value>])> = rows.iter().map(|(kind, rows)| (kind.statement(), rows.as_slice())).collect();
    let touched = tx.execute_all(shop, &work).await?;
    let is_as_read =
        rows.iter().zip(touched).all(|((kind, rows), touched)| !kind.must_touch_each() || touched == rows.len() as u64);
    if is_as_read { Ok(()) } else { Err(Error::Conflict("a row was changed by someone else meanwhile".into())) }
}

impl Kind {
    fn statement(self) -> ShopSql {
        match self {
            Self::Reservation => sql!(
                "INSERT INTO reservations (shop_id, reservation_id, checkout_id, status, customer_key, coupon_id, total_minor,
                     details, created_at, expires_at, visitor)
                 VALUES ($1, $2, $3, 'active', $4, $5, $6, $7, $8, $9, $10)"
            ),
            Self::ReservationLine => sql!(
                "INSERT INTO reservation_lines (shop_id, reservation_id, line, variant_id, sale_id, quantity, counted)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)"
            ),
            Self::ReservationStatus => sql!(
                "UPDATE reservations SET status = $3, expires_at = $4
                 WHERE shop_id = $1 AND reservation_id = $2"
            ),
            Self::NewCheckout => sql!(
                "INSERT INTO checkouts (shop_id, checkout_id, content_hash, reservation_id, order_id, updated_at)
                 VALUES ($1, $2, $3, $4, $5, $6)"
            ),
            Self::Checkout => sql!(
                "UPDATE checkouts SET content_hash = $3, reservation_id = $4, order_id = $5, updated_at = $6
                 WHERE shop_id = $1 AND checkout_id = $2"
            ),
            Self::Payment => sql!(
                "INSERT INTO payments (shop_id, payment_id, checkout_id, reservation_id, order_id, provider, reference, status,
                     amount_minor, currency, refunded_minor, decline_code, created_at, updated_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)"
            ),
            Self::PaymentStatus => sql!(
                "UPDATE payments SET reference = $3, status = $4, order_id = $5, decline_code = $6, refunded_minor = $7,
                     updated_at = $8
                 WHERE shop_id = $1 AND payment_id = $2"
            ),
            Self::Order | Self::OrderLine | Self::OrderStatus | Self::OrderLineCounts | Self::OrderEvent => {
                self.statement_of_order()
            }
            Self::Fulfillment | Self::FulfillmentLine | Self::Refund | Self::RefundLine | Self::RefundStatus => {
                self.statement_after_the_order()
            }
            _ => self.statement_of_books(),
        }
    }

    fn statement_of_order(self) -> ShopSql {
        match self {
            Self::Order => sql!(
                "INSERT INTO orders (shop_id, order_id, number, checkout_id, reservation_id, payment_id, status,
                     fulfillment_status, email, customer_key, customer_name, coupon_id, currency, subtotal_minor, discount_minor,
                     shipping_minor, tax_minor, total_minor, refunded_minor, note, placed_at, updated_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, '', $20, $20)"
            ),
            Self::OrderLine => sql!(
                "INSERT INTO order_lines (shop_id, order_id, line, variant_id, sale_id, title, variant_title, sku, quantity,
                     price_minor, was_price_minor, subtotal_minor, discount_minor, tax_minor, total_minor, counted, fulfilled,
                     canceled, refunded, returned)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 0, 0, 0, 0)"
            ),
            Self::OrderStatus => sql!(
                "UPDATE orders SET status = $3, fulfillment_status = $4, refunded_minor = $5, updated_at = $6
                 WHERE shop_id = $1 AND order_id = $2"
            ),
            Self::OrderLineCounts => sql!(
                "UPDATE order_lines SET fulfilled = $4, canceled = $5, refunded = $6, returned = $7
                 WHERE shop_id = $1 AND order_id = $2 AND line = $3"
            ),
            _ => sql!(
                "INSERT INTO order_events (shop_id, order_id, event_id, kind, actor, detail, at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)"
            ),
        }
    }

    fn statement_after_the_order(self) -> ShopSql {
        match self {
            Self::Fulfillment => sql!(
                "INSERT INTO fulfillments (shop_id, fulfillment_id, order_id, carrier, tracking, created_at)
                 VALUES ($1, $2, $3, $4, $5, $6)"
            ),
            Self::FulfillmentLine => {
                sql!("INSERT INTO fulfillment_lines (shop_id, fulfillment_id, line, quantity) VALUES ($1, $2, $3, $4)")
            }
            Self::Refund => sql!(
                "INSERT INTO refunds (shop_id, refund_id, payment_id, order_id, amount_minor, status, reason, actor, created_at,
                     updated_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)"
            ),
            Self::RefundLine => sql!(
                "INSERT INTO refund_lines (shop_id, refund_id, line, quantity, amount_minor, restocked)
                 VALUES ($1, $2, $3, $4, $5, $6)"
            ),
            _ => sql!(
                "UPDATE refunds SET status = $3, updated_at = $4 WHERE shop_id = $1 AND refund_id = $2 AND status = 'pending'"
            ),
        }
    }

    fn statement_of_books(self) -> ShopSql {
        match self {
            Self::Stock => sql!(
                "UPDATE stock_items SET on_hand = $3, reserved = $4, allocated = $5, movements = $6, updated_at = $7
                 WHERE shop_id = $1 AND variant_id = $2 AND movements = $8"
            ),
            Self::Movement => sql!(
                "INSERT INTO stock_movements (shop_id, variant_id, sequence, kind, on_hand_delta, reserved_delta,
                     allocated_delta, on_hand_after, reserved_after, allocated_after, cause, actor, reason, at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
            ),
            Self::QuantityOffered => sql!(
                "UPDATE flash_sale_items SET quantity_offered = $4 WHERE shop_id = $1 AND sale_id = $2 AND variant_id = $3"
            ),
            Self::SaleClaim => sql!(
                "UPDATE flash_sale_items SET quantity_claimed = quantity_claimed + $4
                 WHERE shop_id = $1 AND sale_id = $2 AND variant_id = $3"
            ),
            Self::CustomerClaim => sql!(
                "INSERT INTO customer_claims (shop_id, sale_id, variant_id, customer_key, quantity) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (shop_id, sale_id, variant_id, customer_key) DO UPDATE SET quantity = excluded.quantity"
            ),
            Self::CouponClaim => sql!(
                "UPDATE coupons SET uses_claimed = uses_claimed + $3 WHERE shop_id = $1 AND coupon_id = $2"
            ),
            Self::CustomerUse => sql!(
                "INSERT INTO coupon_claims (shop_id, coupon_id, customer_key, uses) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (shop_id, coupon_id, customer_key) DO UPDATE SET uses = excluded.uses"
            ),
            Self::Ledger => sql!(
                "INSERT INTO ledger_entries (shop_id, entry_id, debit, credit, amount_minor, currency, cause, at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
            ),
            Self::Outbox => sql!(
                "INSERT INTO outbox (shop_id, outbox_id, kind, subject_id, attempts, next_attempt_at, sent_at, failure, created_at)
                 VALUES ($1, $2, $3, $4, 0, $5, NULL, '', $5)"
            ),
            _ => sql!(
                "INSERT INTO shop_counters (shop_id, name, value) VALUES ($1, 'order_number', $2)
                 ON CONFLICT (shop_id, name) DO UPDATE SET value = excluded.value"
            ),
        }
    }

    /// Whether a row that was not there, or not as it was read, means that someone else was quicker.
    fn must_touch_each(self) -> bool {
        // A sale's item or a coupon may have been taken away by the seller; its claim then has nowhere to go.
        !matches!(self, Self::SaleClaim | Self::CouponClaim)
    }
}

fn put(rows: &mut Rows, kind: Kind, values: impl Into<Vec<Value>>) {
    rows.entry(kind).or_default().push(values.into());
}

fn add(rows: &mut Rows, before: &Before, change: &Change, now: Timestamp) -> Result<()> {
    match change {
        Change::Stock(movement) => add_movement(rows, movement),
        Change::Reservation(reservation) => add_reservation(rows, reservation)?,
        Change::ReservationStatus { id, status, expires_at } => {
            put(rows, Kind::ReservationStatus, params![*id, status.as_str(), *expires_at]);
        }
        Change::Checkout { .. } | Change::CustomerClaim { .. } | Change::OrderNumber(_) => {}
        Change::Payment(payment) => put(
            rows,
            Kind::Payment,
            params![
                payment.id,
                payment.checkout_id.as_str(),
                payment.reservation,
                payment.order,
                payment.provider.as_str(),
                payment.reference.as_str(),
                payment.status.as_str(),
                payment.amount_minor,
                payment.currency.code(),
                payment.refunded_minor,
                payment.decline_code.as_str(),
                now
            ],
        ),
        Change::PaymentStatus { id, reference, status, order, decline_code, refunded_minor } => put(
            rows,
            Kind::PaymentStatus,
            params![*id, reference.as_str(), status.as_str(), *order, decline_code.as_str(), *refunded_minor, now],
        ),
        Change::Order(order) => add_order(rows, order),
        Change::OrderStatus { id, status, fulfillment_status, refunded_minor } => {
            put(rows, Kind::OrderStatus, params![*id, status.as_str(), fulfillment_status.as_str(), *refunded_minor, now])
        }
        Change::OrderLine { order, line, fulfilled, canceled, refunded, returned } => {
            put(rows, Kind::OrderLineCounts, params![*order, *line, *fulfilled, *canceled, *refunded, *returned]);
        }
        Change::OrderEvent(event) => put(
            rows,
            Kind::OrderEvent,
            params![event.order, event.id, event.kind, event.actor.as_str(), event.detail.as_str(), now],
        ),
        other => add_rest(rows, before, other, now),
    }
    Ok(())
}

fn add_rest(rows: &mut Rows, before: &Before, change: &Change, now: Timestamp) {
    match change {
        Change::Fulfillment { id, order, carrier, tracking, lines } => {
            put(rows, Kind::Fulfillment, params![*id, *order, carrier.as_str(), tracking.as_str(), now]);
            for (line, quantity) in lines {
                put(rows, Kind::FulfillmentLine, params![*id, *line, *quantity]);
            }
        }
        Change::Refund(refund) => {
            let (reason, actor, status) = (refund.reason.as_str(), refund.actor.as_str(), refund.status.as_str());
            let values = params![refund.id, refund.payment, refund.order, refund.amount_minor, status, reason, actor, now];
            put(rows, Kind::Refund, values);
            for line in &refund.lines {
                put(rows, Kind::RefundLine, params![refund.id, line.line, line.quantity, line.amount_minor, line.restocked]);
            }
        }
        Change::RefundStatus { id, status } => put(rows, Kind::RefundStatus, params![*id, status.as_str(), now]),
        Change::Ledger(entry) => {
            let (currency, cause) = (before.currency.code(), entry.cause.as_str());
            put(rows, Kind::Ledger, params![entry.id, entry.debit, entry.credit, entry.amount_minor, currency, cause, now]);
        }
        Change::QuantityOffered { sale, variant, quantity_offered, .. } => {
            put(rows, Kind::QuantityOffered, params![*sale, *variant, *quantity_offered]);
        }
        Change::Outbox(message) => put(rows, Kind::Outbox, params![message.id, message.kind, message.subject, now]),
        _ => {}
    }
}

fn add_movement(rows: &mut Rows, movement: &StockMovement) {
    put(
        rows,
        Kind::Movement,
        params![
            movement.variant,
            movement.sequence,
            movement.kind.as_str(),
            movement.on_hand_delta,
            movement.reserved_delta,
            movement.allocated_delta,
            movement.after.on_hand,
            movement.after.reserved,
            movement.after.allocated,
            movement.cause.as_str(),
            movement.actor.as_str(),
            movement.reason.as_str(),
            movement.at
        ],
    );
}

fn add_reservation(rows: &mut Rows, reservation: &Reservation) -> Result<()> {
    put(
        rows,
        Kind::Reservation,
        params![
            reservation.id,
            reservation.checkout_id.as_str(),
            reservation.customer_key.as_str(),
            reservation.coupon,
            reservation.total_minor,
            to_json(&reservation.details)?,
            reservation.created_at,
            reservation.expires_at,
            reservation.visitor.as_str()
        ],
    );
    for (number, line) in (1_u32..).zip(&reservation.lines) {
        let values = params![reservation.id, number, line.variant, line.sale, line.quantity, line.counted];
        put(rows, Kind::ReservationLine, values);
    }
    Ok(())
}

fn add_order(rows: &mut Rows, order: &Order) {
    let (quote, contact) = (&order.details.quote, &order.details.contact);
    put(
        rows,
        Kind::Order,
        params![
            order.id,
            order.number,
            order.checkout_id.as_str(),
            order.reservation,
            order.payment,
            order.status.as_str(),
            order.fulfillment_status.as_str(),
            contact.email.as_str(),
            order.customer_key.as_str(),
            order.details.address.name.as_str(),
            order.coupon,
            order.currency.code(),
            quote.subtotal_minor,
            quote.discount_minor,
            quote.shipping.as_ref().map_or(0, |shipping| shipping.price_minor),
            quote.tax_minor,
            order.total_minor,
            order.refunded_minor,
            order.placed_at
        ],
    );
    for line in &order.lines {
        add_order_line(rows, order, line);
    }
}

fn add_order_line(rows: &mut Rows, order: &Order, line: &OrderLine) {
    put(
        rows,
        Kind::OrderLine,
        params![
            order.id,
            line.line,
            line.variant,
            line.sale,
            line.name.title.as_str(),
            line.name.variant_title.as_str(),
            line.name.sku.as_str(),
            line.quantity,
            line.price_minor,
            line.was_price_minor,
            line.subtotal_minor,
            line.discount_minor,
            line.tax_minor,
            line.total_minor,
            line.counted
        ],
    );
}

/// Counters that many changes of a batch move are written once, with what they come to.
fn add_counters(rows: &mut Rows, before: &Before, changes: &[Change], now: Timestamp) {
    let mut stock: BTreeMap<VariantId, &StockMovement> = BTreeMap::new();
    let mut checkouts: BTreeMap<&str, &CheckoutRecord> = BTreeMap::new();
    let mut customers = before.customer_claims.clone();
    let mut uses = before.coupon_claims.clone();
    let mut number = None;
    let mut of_sales: BTreeMap<(FlashSaleId, VariantId), i64> = BTreeMap::new();
    let mut of_coupons: BTreeMap<CouponId, i64> = BTreeMap::new();
    for change in changes {
        match change {
            Change::SaleClaim { sale, variant, delta } => *of_sales.entry((*sale, *variant)).or_default() += delta,
            Change::Stock(movement) => drop(stock.insert(movement.variant, movement)),
            Change::Checkout { id, record } => drop(checkouts.insert(id, record)),
            Change::CustomerClaim { sale, variant, customer_key, delta } => {
                *customers.entry((*sale, *variant, customer_key.clone())).or_default() += delta;
            }
            Change::CouponClaim { coupon, customer_key, delta } => {
                *of_coupons.entry(*coupon).or_default() += delta;
                *uses.entry((*coupon, customer_key.clone())).or_default() += delta;
            }
            Change::OrderNumber(latest) => number = Some(*latest),
            _ => {}
        }
    }
    for (variant, last) in stock {
        let read = before.movements.get(&variant).copied().unwrap_or(0);
        let after = last.after;
        let values = params![variant, after.on_hand, after.reserved, after.allocated, last.sequence, now, read];
        put(rows, Kind::Stock, values);
    }
    for ((sale, variant), delta) in of_sales {
        put(rows, Kind::SaleClaim, params![sale, variant, delta]);
    }
    for (coupon, delta) in of_coupons {
        put(rows, Kind::CouponClaim, params![coupon, delta]);
    }
    for (id, record) in checkouts {
        let kind = if before.checkouts.contains(id) { Kind::Checkout } else { Kind::NewCheckout };
        put(rows, kind, params![id, record.content_hash.as_str(), record.reservation, record.order, now]);
    }
    for (key, quantity) in customers.iter().filter(|(key, quantity)| before.customer_claims.get(key) != Some(quantity)) {
        put(rows, Kind::CustomerClaim, params![key.0, key.1, key.2.as_str(), *quantity]);
    }
    for (key, quantity) in uses.iter().filter(|(key, quantity)| before.coupon_claims.get(key) != Some(quantity)) {
        put(rows, Kind::CustomerUse, params![key.0, key.1.as_str(), *quantity]);
    }
    if let Some(number) = number {
        put(rows, Kind::OrderNumber, params![number]);
    }
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Failed(format!("a value cannot be written as JSON: {error}")))
}
