//! Mail that waits to leave. The order writer puts rows in; a job claims what is due, sends it and says how it went.
//!
//! A row that is claimed is put off by the length of the lease, so that two nodes do not send it twice and a crash in between
//! only delays it.

use crate::leases::Lease;
use crate::order_writer::read::json;
use crate::{Db, Result, Row, params, platform_sql, sql};
use commerce::order::OrderDetails;
use commerce::{FulfillmentId, OrderId, OutboxId, RefundId, ShopId, Timestamp};

/// A waiting message: what it is about, not what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxMessage {
    /// Whose.
    pub shop: ShopId,
    /// The row's id.
    pub id: OutboxId,
    /// What happened: `order_placed`, `order_fulfilled`, `order_refunded`, `order_canceled`, `payment_refunded_late`.
    pub kind: String,
    /// Id of the order, fulfillment or refund that it is about.
    pub subject_id: i64,
    /// Tries so far.
    pub attempts: i64,
    /// Not before, UTC; [`GIVEN_UP`] when it will not be tried again.
    pub next_attempt_at: Timestamp,
    /// When it left, UTC.
    pub sent_at: Option<Timestamp>,
    /// Why the last try failed; empty when none did.
    pub failure: String,
    /// UTC.
    pub created_at: Timestamp,
}

/// The instant that means "never again".
pub const GIVEN_UP: Timestamp = Timestamp(i64::MAX);

/// Claims up to `limit` messages that are due at `now` and puts them off until `leased_until`. Each shop's come oldest first, and
/// the shops take turns, whoever waits longest first: one that has sold much does not keep another's mail.
///
/// Nothing is claimed on a `lease` that another node has taken since: one that was frozen for long would put messages off until
/// an instant that has passed, and they would leave twice.
///
/// # Errors
/// When the database fails; then nothing is claimed.
pub async fn claim_due(
    db: &Db,
    lease: &Lease,
    now: Timestamp,
    leased_until: Timestamp,
    limit: usize,
) -> Result<Vec<OutboxMessage>> {
    let due = sql!(
        "SELECT shop_id, outbox_id, kind, subject_id, attempts, next_attempt_at, sent_at, failure, created_at FROM outbox
         WHERE shop_id = $1 AND sent_at IS NULL AND next_attempt_at <= $2 ORDER BY next_attempt_at, outbox_id LIMIT $3"
    );
    let mut waiting: Vec<(usize, OutboxMessage)> = Vec::new();
    let shops = platform_sql!(
        "SELECT s.shop_id FROM shops s WHERE EXISTS
             (SELECT 1 FROM outbox o WHERE o.shop_id = s.shop_id AND o.sent_at IS NULL AND o.next_attempt_at <= $1)"
    );
    for row in db.query_platform(shops, &params![now]).await? {
        let rows = db.query(row.get(0), due, &params![now, limit]).await?;
        waiting.extend(rows.iter().map(read_message).enumerate());
    }
    waiting.sort_by_key(|(turn, message)| (*turn, message.next_attempt_at, message.id));
    waiting.truncate(limit);
    // In one order on all nodes, so that none waits for another in a circle.
    waiting.sort_by_key(|(_, message)| (message.shop, message.id));
    if waiting.is_empty() {
        return Ok(Vec::new());
    }
    let claim = sql!(
        "UPDATE outbox SET next_attempt_at = $4, attempts = attempts + 1
         WHERE shop_id = $1 AND outbox_id = $2 AND next_attempt_at = $3 AND sent_at IS NULL"
    );
    let mut claimed = Vec::with_capacity(waiting.len());
    let mut tx = db.begin().await?;
    if !lease.is_current(&mut tx).await? {
        tx.rollback().await;
        return Ok(claimed);
    }
    for (_, message) in waiting {
        let values = params![message.id, message.next_attempt_at, leased_until];
        // Another node may have been quicker.
        if tx.execute(message.shop, claim, &values).await? == 1 {
            claimed.push(OutboxMessage { attempts: message.attempts + 1, next_attempt_at: leased_until, ..message });
        }
    }
    tx.commit().await?;
    Ok(claimed)
}

/// Whether nobody has claimed a message anew, or sent it, since it was claimed.
///
/// # Errors
/// When the database fails.
pub async fn is_claim_current(db: &Db, claimed: &OutboxMessage) -> Result<bool> {
    let sql =
        sql!("SELECT outbox_id FROM outbox WHERE shop_id = $1 AND outbox_id = $2 AND next_attempt_at = $3 AND sent_at IS NULL");
    let values = params![claimed.id, claimed.next_attempt_at];
    Ok(db.query_opt(claimed.shop, sql, &values).await?.is_some())
}

/// Notes that messages left.
///
/// # Errors
/// When the database fails.
pub async fn mark_sent(db: &Db, messages: &[(ShopId, OutboxId)], now: Timestamp) -> Result<()> {
    let sql = sql!("UPDATE outbox SET sent_at = $3, failure = '' WHERE shop_id = $1 AND outbox_id = $2");
    if messages.is_empty() {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    for (shop, message) in messages {
        tx.execute(*shop, sql, &params![*message, now]).await?;
    }
    tx.commit().await
}

/// Notes why a message did not leave and when to try again ([`GIVEN_UP`]: never). Nothing happens where it was claimed anew
/// since.
///
/// # Errors
/// When the database fails.
pub async fn mark_failed(db: &Db, claimed: &OutboxMessage, failure: &str, next_attempt_at: Timestamp) -> Result<()> {
    let sql = sql!(
        "UPDATE outbox SET failure = $3, next_attempt_at = $4
         WHERE shop_id = $1 AND outbox_id = $2 AND next_attempt_at = $5"
    );
    let values = params![claimed.id, failure.replace('\0', ""), next_attempt_at, claimed.next_attempt_at];
    db.execute(claimed.shop, sql, &values).await.map(|_| ())
}

/// Puts a message in line again, also one that was given up or has left already. `false` when there is none.
///
/// # Errors
/// When the database fails.
pub async fn send_again(db: &Db, shop: ShopId, message: OutboxId, now: Timestamp) -> Result<bool> {
    let sql = sql!(
        "UPDATE outbox SET sent_at = NULL, attempts = 0, failure = '', next_attempt_at = $3
         WHERE shop_id = $1 AND outbox_id = $2"
    );
    Ok(db.execute(shop, sql, &params![message, now]).await? == 1)
}

/// The shop's newest messages, sent and waiting.
///
/// # Errors
/// When the database fails.
pub async fn list_messages(db: &Db, shop: ShopId, limit: u32) -> Result<Vec<OutboxMessage>> {
    let sql = sql!(
        "SELECT shop_id, outbox_id, kind, subject_id, attempts, next_attempt_at, sent_at, failure, created_at FROM outbox
         WHERE shop_id = $1 ORDER BY outbox_id DESC LIMIT $2"
    );
    Ok(db.query(shop, sql, &params![limit]).await?.iter().map(read_message).collect())
}

/// One message.
///
/// # Errors
/// When the database fails.
pub async fn load_message(db: &Db, shop: ShopId, message: OutboxId) -> Result<Option<OutboxMessage>> {
    let sql = sql!(
        "SELECT shop_id, outbox_id, kind, subject_id, attempts, next_attempt_at, sent_at, failure, created_at FROM outbox
         WHERE shop_id = $1 AND outbox_id = $2"
    );
    Ok(db.query_opt(shop, sql, &params![message]).await?.as_ref().map(read_message))
}

/// The order that a parcel belongs to.
///
/// # Errors
/// When the database fails.
pub async fn order_of_fulfillment(db: &Db, shop: ShopId, fulfillment: FulfillmentId) -> Result<Option<OrderId>> {
    let sql = sql!("SELECT order_id FROM fulfillments WHERE shop_id = $1 AND fulfillment_id = $2");
    Ok(db.query_opt(shop, sql, &params![fulfillment]).await?.map(|row| row.get(0)))
}

/// What was about to be ordered with the payment that a refund gives back, and how much that is: for money that came too late to
/// become an order.
///
/// # Errors
/// When the database fails.
pub async fn reservation_of_refund(db: &Db, shop: ShopId, refund: RefundId) -> Result<Option<(OrderDetails, i64)>> {
    let sql = sql!(
        "SELECT v.details, r.amount_minor FROM refunds r
         JOIN payments p ON p.shop_id = r.shop_id AND p.payment_id = r.payment_id
         JOIN reservations v ON v.shop_id = p.shop_id AND v.reservation_id = p.reservation_id
         WHERE r.shop_id = $1 AND r.refund_id = $2"
    );
    let row = db.query_opt(shop, sql, &params![refund]).await?;
    row.map(|row| Ok((json(&row.get::<String>(0))?, row.get(1)))).transpose()
}

fn read_message(row: &Row) -> OutboxMessage {
    OutboxMessage {
        shop: row.get(0),
        id: row.get(1),
        kind: row.get(2),
        subject_id: row.get(3),
        attempts: row.get(4),
        next_attempt_at: row.get(5),
        sent_at: row.get(6),
        failure: row.get(7),
        created_at: row.get(8),
    }
}
