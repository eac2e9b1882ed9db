//! What a sale leaves behind, for the report about it: minutes that nodes have kept of it, and what its orders, holds and stock
//! add up to.
//!
//! Nodes write the minutes while a sale is on; everything else is read from the books, which know it anyway. What the figures
//! mean is the report's business.

use crate::ids::Ids;
use crate::{Db, Result, Row, Value, params, platform_sql, sql};
use commerce::{FlashSaleId, ShopId, Timestamp, VariantId};

/// How long the minutes of a sale are kept, days: next year's sale of the same season is compared with this year's.
pub const KEPT_DAYS: i64 = 400;
/// By how much the clocks of two nodes may differ, seconds: ids are made by one and times by another.
const CLOCKS_APART_SECONDS: i64 = 60;

/// From when until when something is asked for; the end is not part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Between {
    /// The first instant, UTC.
    pub from: Timestamp,
    /// The first instant after it, UTC.
    pub until: Timestamp,
}

/// What one node has answered in a minute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServedMinute {
    /// When the minute begins, UTC.
    pub begins_at: Timestamp,
    /// The node; one that starts anew is another one.
    pub node: i64,
    /// Requests of any kind.
    pub requests: i64,
    /// Those that failed on our side.
    pub failed: i64,
    /// Those that were told to come back.
    pub shed: i64,
    /// How long the shop's answers took, in the words of whoever counts.
    pub answers: Vec<u8>,
    /// How long those of all other shops of the node took.
    pub neighbors: Vec<u8>,
}

/// What could not be had on one node in a minute, because it had sold out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MissedMinute {
    /// When the minute begins, UTC.
    pub begins_at: Timestamp,
    /// The node.
    pub node: i64,
    /// What was asked for.
    pub variant: VariantId,
    /// How often.
    pub asked: i64,
    /// How many units were missing.
    pub units: i64,
}

/// The orders of one second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderSecond {
    /// The second, counted from 1970.
    pub second: i64,
    /// How many.
    pub orders: i64,
    /// What was charged for them, with delivery and tax, minor units.
    pub charged_minor: i64,
}

/// What was bought in one second of one variant at the sale's price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SoldSecond {
    /// The second, counted from 1970.
    pub second: i64,
    /// What.
    pub variant: VariantId,
    /// How many units.
    pub units: i64,
    /// What was charged for them, minor units.
    pub charged_minor: i64,
}

/// What became of orders later, until now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Afterwards {
    /// Canceled orders.
    pub canceled: i64,
    /// What was given back, minor units.
    pub refunded_minor: i64,
}

/// Holds that were made, and how they have ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holds {
    /// Paid.
    pub converted: i64,
    /// Their time ran out.
    pub expired: i64,
    /// Given up by whoever had them, or refused by the payment provider.
    pub released: i64,
    /// Still running.
    pub active: i64,
}

/// When a variant was gone, as its stock tells. A sale's own limit is not seen here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone {
    /// What.
    pub variant: VariantId,
    /// When none was to be had for the first time in the sale, UTC.
    pub first_at: Option<Timestamp>,
    /// Since when none was to be had at its end, UTC; `None`: some were.
    pub at_end_since: Option<Timestamp>,
}

/// What people did by hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ByHand {
    /// Corrections and receipts of the sale's stock.
    pub stock_changes: i64,
    /// Orders of the sale that a seller canceled during it.
    pub canceled: i64,
    /// Refunds that a seller began during it.
    pub refunds: i64,
    /// Whether the sale itself was changed after it had begun.
    pub sale_changed: bool,
}

/// Keeps minutes that are over, in the order of shops. Keeping one again replaces it.
///
/// # Errors
/// When the database fails; then none was kept.
pub async fn keep(db: &Db, served: &[(ShopId, ServedMinute)], missed: &[(ShopId, MissedMinute)]) -> Result<()> {
    if served.is_empty() && missed.is_empty() {
        return Ok(());
    }
    let keep_served = sql!(
        "INSERT INTO served_minutes (shop_id, begins_at, node, requests, failed, shed, answers, neighbors)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (shop_id, begins_at, node) DO UPDATE SET requests = excluded.requests, failed = excluded.failed,
             shed = excluded.shed, answers = excluded.answers, neighbors = excluded.neighbors"
    );
    let keep_missed = sql!(
        "INSERT INTO missed_minutes (shop_id, begins_at, node, variant_id, asked, units) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (shop_id, begins_at, node, variant_id) DO UPDATE SET asked = excluded.asked, units = excluded.units"
    );
    let mut tx = db.begin().await?;
    for (shop, kept) in served {
        let ServedMinute { begins_at, node, requests, failed, shed, answers, neighbors } = kept;
        let row = params![*begins_at, *node, *requests, *failed, *shed, &answers[..], &neighbors[..]];
        tx.execute(*shop, keep_served, &row).await?;
    }
    for (shop, kept) in missed {
        let row = params![kept.begins_at, kept.node, kept.variant, kept.asked, kept.units];
        tx.execute(*shop, keep_missed, &row).await?;
    }
    tx.commit().await
}

/// Forgets minutes that are older than [`KEPT_DAYS`].
///
/// # Errors
/// When the database fails.
pub async fn forget(db: &Db, now: Timestamp) -> Result<()> {
    let old = params![now.plus_seconds(-KEPT_DAYS * 86_400)];
    db.execute_platform(platform_sql!("DELETE FROM served_minutes WHERE begins_at < $1"), &old).await?;
    db.execute_platform(platform_sql!("DELETE FROM missed_minutes WHERE begins_at < $1"), &old).await.map(drop)
}

/// What every node has answered, in order of minutes and nodes.
///
/// # Errors
/// When the database fails.
pub async fn served_minutes(db: &Db, shop: ShopId, asked: Between) -> Result<Vec<ServedMinute>> {
    let sql = sql!(
        "SELECT begins_at, node, requests, failed, shed, answers, neighbors FROM served_minutes
         WHERE shop_id = $1 AND begins_at >= $2 AND begins_at < $3 ORDER BY begins_at, node"
    );
    let read = |row: &Row| ServedMinute {
        begins_at: row.get(0),
        node: row.get(1),
        requests: row.get(2),
        failed: row.get(3),
        shed: row.get(4),
        answers: row.get(5),
        neighbors: row.get(6),
    };
    Ok(db.query(shop, sql, &params![asked.from, asked.until]).await?.iter().map(read).collect())
}

/// What could not be had, in order of minutes, nodes and variants.
///
/// # Errors
/// When the database fails.
pub async fn missed_minutes(db: &Db, shop: ShopId, asked: Between) -> Result<Vec<MissedMinute>> {
    let sql = sql!(
        "SELECT begins_at, node, variant_id, asked, units FROM missed_minutes
         WHERE shop_id = $1 AND begins_at >= $2 AND begins_at < $3 ORDER BY begins_at, node, variant_id"
    );
    let read = |row: &Row| MissedMinute {
        begins_at: row.get(0),
        node: row.get(1),
        variant: row.get(2),
        asked: row.get(3),
        units: row.get(4),
    };
    Ok(db.query(shop, sql, &params![asked.from, asked.until]).await?.iter().map(read).collect())
}

/// All orders of the shop, second by second. Those in which there was none are left out.
///
/// # Errors
/// When the database fails.
pub async fn orders_by_second(db: &Db, shop: ShopId, asked: Between) -> Result<Vec<OrderSecond>> {
    let sql = sql!(
        "SELECT placed_at / 1000000, COUNT(*), CAST(SUM(total_minor) AS BIGINT) FROM orders
         WHERE shop_id = $1 AND order_id >= $2 AND order_id < $3 AND placed_at >= $4 AND placed_at < $5
         GROUP BY placed_at / 1000000 ORDER BY 1"
    );
    let read = |row: &Row| OrderSecond { second: row.get(0), orders: row.get(1), charged_minor: row.get(2) };
    Ok(db.query(shop, sql, &with_ids(asked)).await?.iter().map(read).collect())
}

/// What became of these orders until now.
///
/// # Errors
/// When the database fails.
pub async fn afterwards(db: &Db, shop: ShopId, asked: Between) -> Result<Afterwards> {
    let sql = sql!(
        "SELECT CAST(COALESCE(SUM(CASE WHEN status = 'canceled' THEN 1 ELSE 0 END), 0) AS BIGINT),
             CAST(COALESCE(SUM(refunded_minor), 0) AS BIGINT) FROM orders
         WHERE shop_id = $1 AND order_id >= $2 AND order_id < $3 AND placed_at >= $4 AND placed_at < $5"
    );
    let row = db.query_opt(shop, sql, &with_ids(asked)).await?;
    Ok(row.map(|row| Afterwards { canceled: row.get(0), refunded_minor: row.get(1) }).unwrap_or_default())
}

/// What was bought at the sale's prices, in order of seconds.
///
/// # Errors
/// When the database fails.
pub async fn sold_by_second(db: &Db, shop: ShopId, sale: FlashSaleId, asked: Between) -> Result<Vec<SoldSecond>> {
    let sql = sql!(
        "SELECT o.placed_at / 1000000, l.variant_id, CAST(SUM(l.quantity) AS BIGINT), CAST(SUM(l.total_minor) AS BIGINT)
         FROM orders o JOIN order_lines l ON l.shop_id = o.shop_id AND l.order_id = o.order_id
         WHERE o.shop_id = $1 AND o.order_id >= $2 AND o.order_id < $3 AND o.placed_at >= $4 AND o.placed_at < $5
             AND l.sale_id = $6
         GROUP BY o.placed_at / 1000000, l.variant_id ORDER BY 1, 2"
    );
    let mut values = with_ids(asked);
    values.push(sale.into());
    let read = |row: &Row| SoldSecond { second: row.get(0), variant: row.get(1), units: row.get(2), charged_minor: row.get(3) };
    Ok(db.query(shop, sql, &values).await?.iter().map(read).collect())
}

/// The holds that were made, and how they stand at `now`: one whose time has run out has ended, tidied or not.
///
/// # Errors
/// When the database fails.
pub async fn holds(db: &Db, shop: ShopId, asked: Between, now: Timestamp) -> Result<Holds> {
    let sql = sql!(
        "SELECT CASE WHEN status = 'active' AND expires_at <= $6 THEN 'expired' ELSE status END, COUNT(*) FROM reservations
         WHERE shop_id = $1 AND reservation_id >= $2 AND reservation_id < $3 AND created_at >= $4 AND created_at < $5
         GROUP BY 1"
    );
    let mut values = with_ids(asked);
    values.push(now.into());
    let mut holds = Holds::default();
    for row in db.query(shop, sql, &values).await? {
        match row.get::<String>(0).as_str() {
            "converted" => holds.converted = row.get(1),
            "expired" => holds.expired = row.get(1),
            "released" => holds.released = row.get(1),
            _ => holds.active = row.get(1),
        }
    }
    Ok(holds)
}

/// When these variants were gone, in their order. What is not counted is never gone.
///
/// # Errors
/// When the database fails.
pub async fn gone(db: &Db, shop: ShopId, variants: &[VariantId], asked: Between) -> Result<Vec<Gone>> {
    let first = sql!(
        "SELECT MIN(at) FROM stock_movements WHERE shop_id = $1 AND variant_id = $2 AND at >= $3 AND at < $4
             AND on_hand_after - reserved_after - allocated_after <= 0"
    );
    let at_end = sql!(
        "SELECT MIN(at) FROM stock_movements WHERE shop_id = $1 AND variant_id = $2 AND at < $3
             AND on_hand_after - reserved_after - allocated_after <= 0
             AND sequence > COALESCE((SELECT MAX(sequence) FROM stock_movements WHERE shop_id = $1 AND variant_id = $2 AND at < $3
                 AND on_hand_after - reserved_after - allocated_after > 0), 0)"
    );
    let of = |variant: &VariantId| params![*variant, asked.from, asked.until].to_vec();
    let until = |variant: &VariantId| params![*variant, asked.until].to_vec();
    let mut tx = db.begin_read().await?;
    let firsts = tx.query_many(shop, first, &variants.iter().map(of).collect::<Vec<_>>()).await?;
    let ends = tx.query_many(shop, at_end, &variants.iter().map(until).collect::<Vec<_>>()).await?;
    tx.rollback().await;
    let at = |rows: &[Row]| rows.first().and_then(|row| row.get::<Option<Timestamp>>(0));
    let told = variants.iter().zip(firsts.iter().zip(&ends));
    Ok(told.map(|(variant, (first, end))| Gone { variant: *variant, first_at: at(first), at_end_since: at(end) }).collect())
}

/// What people did by hand between `asked`, to the sale, its stock (`variants`) and its orders.
///
/// # Errors
/// When the database fails.
pub async fn by_hand(db: &Db, shop: ShopId, sale: FlashSaleId, variants: &[VariantId], asked: Between) -> Result<ByHand> {
    let stock = sql!(
        "SELECT COUNT(*) FROM stock_movements WHERE shop_id = $1 AND variant_id = $2 AND at >= $3 AND at < $4
             AND kind IN ('receipt', 'adjustment')"
    );
    let events = sql!(
        "SELECT CAST(COALESCE(SUM(CASE WHEN e.kind = 'canceled' THEN 1 ELSE 0 END), 0) AS BIGINT),
             CAST(COALESCE(SUM(CASE WHEN e.kind = 'refund_begun' THEN 1 ELSE 0 END), 0) AS BIGINT) FROM order_events e
         WHERE e.shop_id = $1 AND e.order_id >= $2 AND e.order_id < $3 AND e.at >= $4 AND e.at < $5 AND e.actor LIKE '%@%'"
    );
    let changed = sql!("SELECT updated_at FROM flash_sales WHERE shop_id = $1 AND sale_id = $2");
    let of = |variant: &VariantId| params![*variant, asked.from, asked.until].to_vec();
    let mut tx = db.begin_read().await?;
    let moved = tx.query_many(shop, stock, &variants.iter().map(of).collect::<Vec<_>>()).await?;
    let orders = tx.query_opt(shop, events, &with_ids(asked)).await?;
    let updated_at = tx.query_opt(shop, changed, &params![sale]).await?.map(|row| row.get::<Timestamp>(0));
    tx.rollback().await;
    let count = |column| orders.as_ref().map_or(0, |row| row.get::<i64>(column));
    Ok(ByHand {
        stock_changes: moved.iter().flatten().map(|row| row.get::<i64>(0)).sum(),
        canceled: count(0),
        refunds: count(1),
        // One that was ended by hand was changed at its end.
        sale_changed: updated_at.is_some_and(|at| at >= asked.from && at <= asked.until),
    })
}

/// `$2` and `$3`: what ids may be that were made then; `$4` and `$5`: then.
fn with_ids(asked: Between) -> Vec<Value> {
    let first = Ids::first_at(asked.from.plus_seconds(-CLOCKS_APART_SECONDS));
    let end = Ids::first_at(asked.until.plus_seconds(CLOCKS_APART_SECONDS));
    params![first, end, asked.from, asked.until].to_vec()
}
