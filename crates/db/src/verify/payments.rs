//! Every payment: whether captured money has an order or goes back, and that no more goes back than came in.

use super::proof::Named;
use super::walk::Walk;
use super::{Books, Invariant};
use crate::{Result, Row, params, sql};
use commerce::payment::PaymentStatus;
use commerce::reservation::ReservationStatus;
use std::collections::HashMap;

/// How long captured money may be without an order or a refund: the provider may still be asked for the refund.
const SETTLING_MINUTES: i64 = 15;

/// Whether a payment of this status has brought money in.
pub(super) fn is_captured(status: &str) -> bool {
    [PaymentStatus::Captured, PaymentStatus::Refunded, PaymentStatus::PartiallyRefunded]
        .into_iter()
        .any(|captured| captured.as_str() == status)
}

pub(super) async fn check(books: &mut Books<'_>) -> Result<()> {
    let payments = sql!(
        "SELECT p.payment_id, p.status, p.amount_minor, p.refunded_minor, p.order_id, o.payment_id, p.updated_at, p.checkout_id,
            r.checkout_id, r.status
         FROM payments p
         LEFT JOIN orders o ON o.shop_id = p.shop_id AND o.order_id = p.order_id
         LEFT JOIN reservations r ON r.shop_id = p.shop_id AND r.reservation_id = COALESCE(o.reservation_id, p.reservation_id)
         WHERE p.shop_id = $1 AND p.payment_id > $2 ORDER BY p.payment_id LIMIT $3"
    );
    let mut walk = Walk::new(payments, &params![i64::MIN]);
    while let Some(rows) = walk.next(books).await? {
        let (first, last) = (rows[0].get(0), rows[rows.len() - 1].get(0));
        let refunds = refunds_of(books, first, last).await?;
        for row in &rows {
            let refunded = refunds.get(&row.get(0)).copied().unwrap_or_default();
            check_attempt(books, row);
            check_outcome(books, row, refunded);
            check_refunds(books, row, refunded);
        }
    }
    Ok(())
}

/// What the refunds of one payment come to, failed ones left out.
#[derive(Clone, Copy, Default)]
struct Refunded {
    amount_minor: i64,
    /// Refunds that speak of another order than the payment does, or of none.
    of_other_orders: i64,
}

/// The sums of refunds of the payments from one id to another, both included.
async fn refunds_of(books: &mut Books<'_>, first: i64, last: i64) -> Result<HashMap<i64, Refunded>> {
    let sums = sql!(
        "SELECT f.payment_id, CAST(SUM(f.amount_minor) AS BIGINT),
            CAST(SUM(CASE WHEN COALESCE(f.order_id, 0) <> COALESCE(p.order_id, 0) THEN 1 ELSE 0 END) AS BIGINT)
         FROM refunds f JOIN payments p ON p.shop_id = f.shop_id AND p.payment_id = f.payment_id
         WHERE f.shop_id = $1 AND f.payment_id >= $2 AND f.payment_id <= $3 AND f.status <> 'failed' GROUP BY f.payment_id"
    );
    let rows = books.query(sums, &params![first, last]).await?;
    Ok(rows.iter().map(|row| (row.get(0), Refunded { amount_minor: row.get(1), of_other_orders: row.get(2) })).collect())
}

/// A payment, its reservation and its checkout speak of the same attempt and the same outcome.
fn check_attempt(books: &mut Books<'_>, payment: &Row) {
    books.findings.row(Invariant::D3);
    let (id, order): (i64, Option<i64>) = (payment.get(0), payment.get(4));
    let (checkout, of_reservation): (String, Option<String>) = (payment.get(7), payment.get(8));
    let ended_as: Option<String> = payment.get(9);
    let detail = match of_reservation {
        None => "belongs to a reservation that does not exist".to_owned(),
        Some(other) if other != checkout => format!("belongs to checkout {checkout}, its reservation to {other}"),
        Some(_) if order.is_some() && ended_as.as_deref() != Some(ReservationStatus::Converted.as_str()) => {
            format!("became an order, its reservation is {}", ended_as.unwrap_or_default())
        }
        Some(_) => return,
    };
    books.findings.broken(Invariant::D3, named(id, order), detail);
}

/// The payment, with the order that it paid.
fn named(id: i64, order: Option<i64>) -> Named {
    let row = format!("payment {id}");
    order.map_or(Named::from(row.as_str()), |order| Named::of_order(order, row))
}

fn check_outcome(books: &mut Books<'_>, payment: &Row, refunded: Refunded) {
    let (status, amount): (String, i64) = (payment.get(1), payment.get(2));
    if !is_captured(&status) {
        return;
    }
    let late = payment.get::<Option<i64>>(4).is_none() && has_ended(payment);
    let invariant = if late { Invariant::P5 } else { Invariant::P1 };
    books.findings.row(invariant);
    let (id, order, paid_by): (i64, Option<i64>, Option<i64>) = (payment.get(0), payment.get(4), payment.get(5));
    let settling = books.now < payment.get::<commerce::Timestamp>(6).plus_minutes(SETTLING_MINUTES);
    let detail = match order {
        Some(order) if paid_by.is_none() => format!("paid the order with the id {order}, which does not exist"),
        Some(order) if paid_by != Some(id) => format!("paid the order with the id {order}, which another payment paid"),
        Some(_) if refunded.of_other_orders > 0 => "paid an order and went back as if it had not".to_owned(),
        None if refunded.amount_minor != amount && !settling => {
            format!("brought {amount} for no order, {} went back (minor units)", refunded.amount_minor)
        }
        _ => return,
    };
    books.findings.broken(invariant, named(id, order), detail);
}

/// Whether the reservation that was paid had ended without an order.
fn has_ended(payment: &Row) -> bool {
    let status: Option<String> = payment.get(9);
    [ReservationStatus::Expired, ReservationStatus::Released].iter().any(|ended| status.as_deref() == Some(ended.as_str()))
}

fn check_refunds(books: &mut Books<'_>, payment: &Row, refunded: Refunded) {
    books.findings.row(Invariant::P4);
    let (id, status, amount, noted): (i64, String, i64, i64) = (payment.get(0), payment.get(1), payment.get(2), payment.get(3));
    let given_back = refunded.amount_minor;
    let detail = if given_back > 0 && !is_captured(&status) {
        format!("is {status}, yet {given_back} went back (minor units)")
    } else if given_back != noted || given_back > amount {
        format!("says {noted} of {amount} went back, its refunds are {given_back} (minor units)")
    } else {
        return;
    };
    books.findings.broken(Invariant::P4, named(id, payment.get(4)), detail);
}
