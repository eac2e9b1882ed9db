//! Payments and refunds that are still open at the provider: what a job has to ask the provider about.
//!
//! What a verdict leads to is decided and written by the order writer.

use crate::order_writer::read::currency;
use crate::{Db, Result, Row, params, platform_sql, sql};
use commerce::{Money, PaymentId, RefundId, ShopId, Timestamp};

/// A payment without a final word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenPayment {
    /// Whose.
    pub shop: ShopId,
    /// The row's id.
    pub id: PaymentId,
    /// The provider's reference; empty while the provider was never told of it, in which case no money moved.
    pub reference: String,
    /// How much; nothing is owed when it is zero.
    pub amount: Money,
    /// When it began, UTC.
    pub created_at: Timestamp,
}

/// A refund that is decided and not confirmed by the provider yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenRefund {
    /// Whose.
    pub shop: ShopId,
    /// The row's id.
    pub id: RefundId,
    /// The provider's reference of the payment.
    pub payment_reference: String,
    /// How much.
    pub amount: Money,
}

/// Payments of all shops that have been open since before `before`. The shops take turns, each one's longest first: one with
/// thousands of them does not keep another's.
///
/// # Errors
/// When the database fails.
pub async fn open_payments(db: &Db, before: Timestamp, limit: u32) -> Result<Vec<OpenPayment>> {
    let sql = platform_sql!(
        "SELECT shop_id, payment_id, reference, amount_minor, currency, created_at FROM payments
         WHERE status IN ('pending', 'requires_action') AND updated_at < $1
         ORDER BY ROW_NUMBER() OVER (PARTITION BY shop_id ORDER BY updated_at, payment_id), updated_at, payment_id LIMIT $2"
    );
    let rows = db.query_platform(sql, &params![before, limit]).await?;
    let read = |row: &Row| {
        let (shop, id, reference, created_at) = (row.get(0), row.get(1), row.get(2), row.get(5));
        Ok(OpenPayment { shop, id, reference, amount: amount(row, 3)?, created_at })
    };
    rows.iter().map(read).collect()
}

/// Notes that a payment was looked at and is still open, so that others get their turn first.
///
/// # Errors
/// When the database fails.
pub async fn touch_open_payment(db: &Db, shop: ShopId, payment: PaymentId, now: Timestamp) -> Result<()> {
    let sql = sql!(
        "UPDATE payments SET updated_at = $3
         WHERE shop_id = $1 AND payment_id = $2 AND status IN ('pending', 'requires_action')"
    );
    db.execute(shop, sql, &params![payment, now]).await.map(|_| ())
}

/// Refunds of all shops that have been pending since before `before`, in turns as [`open_payments`].
///
/// # Errors
/// When the database fails.
pub async fn open_refunds(db: &Db, before: Timestamp, limit: u32) -> Result<Vec<OpenRefund>> {
    let sql = platform_sql!(
        "SELECT r.shop_id, r.refund_id, p.reference, r.amount_minor, p.currency FROM refunds r
         JOIN payments p ON p.shop_id = r.shop_id AND p.payment_id = r.payment_id
         WHERE r.status = 'pending' AND r.updated_at < $1
         ORDER BY ROW_NUMBER() OVER (PARTITION BY r.shop_id ORDER BY r.updated_at, r.refund_id), r.updated_at, r.refund_id
         LIMIT $2"
    );
    let rows = db.query_platform(sql, &params![before, limit]).await?;
    let read =
        |row: &Row| Ok(OpenRefund { shop: row.get(0), id: row.get(1), payment_reference: row.get(2), amount: amount(row, 3)? });
    rows.iter().map(read).collect()
}

/// Notes that a refund was tried and is still pending, so that others get their turn first.
///
/// # Errors
/// When the database fails.
pub async fn touch_open_refund(db: &Db, shop: ShopId, refund: RefundId, now: Timestamp) -> Result<()> {
    let sql = sql!("UPDATE refunds SET updated_at = $3 WHERE shop_id = $1 AND refund_id = $2 AND status = 'pending'");
    db.execute(shop, sql, &params![refund, now]).await.map(|_| ())
}

/// Minor units in a column and the currency's code in the next.
fn amount(row: &Row, column: usize) -> Result<Money> {
    Ok(Money::new(row.get(column), currency(&row.get::<String>(column + 1))?))
}
