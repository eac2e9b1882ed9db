//! Counts of stock as an import finds and leaves them.
//!
//! The shopper's and the desk's changes go through the order writer. An import enters what it counted in the same transaction as
//! the product it belongs to, with the same ledger row that the writer would have made.

use crate::{Result, Tx, params, sql, sql_locking};
use commerce::stock::{MovementKind, StockItem};
use commerce::{ShopId, Timestamp, VariantId};
use std::collections::BTreeMap;

/// The counters of a variant and how many movements led to them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Count {
    pub item: StockItem,
    pub movements: i64,
}

/// A count that differs from the one there was.
#[derive(Clone, Copy, Debug)]
pub(super) struct Recount {
    pub variant: VariantId,
    pub before: Count,
    pub on_hand: i64,
}

/// Reads the counters and keeps them from changing until the transaction ends; rows are locked in the order of the variants, as
/// everywhere. A variant without counters is not among the answers.
pub(super) async fn lock(
    tx: &mut Tx,
    shop: ShopId,
    variants: impl Iterator<Item = VariantId>,
) -> Result<BTreeMap<VariantId, Count>> {
    let read = sql_locking!(
        "SELECT variant_id, on_hand, reserved, allocated, movements FROM stock_items WHERE shop_id = $1 AND variant_id = $2"
    );
    let mut ids: Vec<VariantId> = variants.collect();
    ids.sort_unstable();
    ids.dedup();
    let ids: Vec<_> = ids.into_iter().map(|id| params![id].to_vec()).collect();
    let rows = tx.query_many(shop, read, &ids).await?.concat();
    let counts = rows.iter().map(|row| {
        let item = StockItem { on_hand: row.get(1), reserved: row.get(2), allocated: row.get(3) };
        (row.get(0), Count { item, movements: row.get(4) })
    });
    Ok(counts.collect())
}

/// Enters the counts in the ledger. The first movement of a variant is its first count, any other an adjustment.
pub(super) async fn write(tx: &mut Tx, shop: ShopId, recounts: &mut [Recount], actor: &str, now: Timestamp) -> Result<()> {
    let update = sql!(
        "UPDATE stock_items SET on_hand = $3, movements = movements + 1, updated_at = $4 WHERE shop_id = $1 AND variant_id = $2"
    );
    let movement = sql!(
        "INSERT INTO stock_movements (shop_id, variant_id, sequence, kind, on_hand_delta, reserved_delta, allocated_delta,
             on_hand_after, reserved_after, allocated_after, cause, actor, reason, at)
         VALUES ($1, $2, $3, $4, $5, 0, 0, $6, $7, $8, 'import', $9, $10, $11)"
    );
    recounts.sort_by_key(|recount| recount.variant);
    let updates: Vec<_> = recounts.iter().map(|recount| params![recount.variant, recount.on_hand, now].to_vec()).collect();
    let movements: Vec<_> = recounts
        .iter()
        .map(|Recount { variant, before, on_hand }| {
            let (kind, reason) =
                if before.movements == 0 { (MovementKind::Initial, "") } else { (MovementKind::Adjustment, "import") };
            let StockItem { on_hand: was, reserved, allocated } = before.item;
            let delta = on_hand - was;
            let sequence = before.movements + 1;
            params![*variant, sequence, kind.as_str(), delta, *on_hand, reserved, allocated, actor, reason, now].to_vec()
        })
        .collect();
    tx.execute_many(shop, update, &updates).await?;
    tx.execute_many(shop, movement, &movements).await?;
    Ok(())
}
