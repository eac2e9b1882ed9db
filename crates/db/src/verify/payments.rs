//! Every payment: whether captured money has an order or goes back, and that no more goes back than came in.

use super::walk::Walk;
use super::{Books, Invariant};
use crate::{Result, Row, params, sql};
use commerce::payment::PaymentStatus;
use std::collections::VecDeque;

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
        "SELECT p.payment_id, p.status, p.amount_minor, p.refunded_minor, p.order_id, o.payment_id, p.updated_at
         FROM payments p LEFT JOIN orders o ON o.shop_id = p.shop_id AND o.order_id = p.order_id
         WHERE p.shop_id = $1 AND p.payment_id > $2 ORDER BY p.payment_id LIMIT $3"
    );
    let mut walk = Walk::new(payments, &params![i64::MIN]);
    let mut refunds = Refunds::new();
    while let Some(rows) = walk.next(books).await? {
        for row in &rows {
            let refunded = refunds.of(books, row.get(0)).await?;
            check_outcome(books, row, &refunded);
            check_refunds(books, row, &refunded);
        }
    }
    Ok(())
}

/// What the refunds of one payment come to, failed ones left out.
#[derive(Default)]
struct Refunded {
    amount_minor: i64,
    /// Refunds that speak of another order than the payment does, or of none.
    of_other_orders: i64,
}

/// The sums of refunds by payment, read alongside the payments in the same order.
struct Refunds {
    walk: Walk,
    ahead: VecDeque<Row>,
}

impl Refunds {
    fn new() -> Self {
        let sums = sql!(
            "SELECT f.payment_id, CAST(SUM(f.amount_minor) AS BIGINT),
                CAST(SUM(CASE WHEN COALESCE(f.order_id, 0) <> COALESCE(p.order_id, 0) THEN 1 ELSE 0 END) AS BIGINT)
             FROM refunds f JOIN payments p ON p.shop_id = f.shop_id AND p.payment_id = f.payment_id
             WHERE f.shop_id = $1 AND f.payment_id > $2 AND f.status <> 'failed'
             GROUP BY f.payment_id ORDER BY f.payment_id LIMIT $3"
        );
        Self { walk: Walk::new(sums, &params![i64::MIN]), ahead: VecDeque::new() }
    }

    /// The refunds of a payment; payments are asked for in rising order.
    async fn of(&mut self, books: &mut Books<'_>, payment: i64) -> Result<Refunded> {
        if self.ahead.is_empty() {
            self.ahead.extend(self.walk.next(books).await?.unwrap_or_default());
        }
        match self.ahead.front() {
            Some(row) if row.get::<i64>(0) == payment => {
                let refunded = Refunded { amount_minor: row.get(1), of_other_orders: row.get(2) };
                self.ahead.pop_front();
                Ok(refunded)
            }
            _ => Ok(Refunded::default()),
        }
    }
}

fn check_outcome(books: &mut Books<'_>, payment: &Row, refunded: &Refunded) {
    let (status, amount): (String, i64) = (payment.get(1), payment.get(2));
    if !is_captured(&status) {
        return;
    }
    books.findings.row(Invariant::P1);
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
    books.findings.broken(Invariant::P1, format!("payment {id}"), detail);
}

fn check_refunds(books: &mut Books<'_>, payment: &Row, refunded: &Refunded) {
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
    books.findings.broken(Invariant::P4, format!("payment {id}"), detail);
}
