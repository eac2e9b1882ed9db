//! Stock as the desk reads it: counters and their ledger. Changing them is the order writer's.

use crate::orders::escape_like;
use crate::{Db, Result, params, sql};
use commerce::stock::StockItem;
use commerce::{ProductId, ShopId, Timestamp, VariantId};

/// One variant in the inventory table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockLine {
    /// Its product.
    pub product: ProductId,
    /// Which.
    pub variant: VariantId,
    /// The product's title.
    pub title: String,
    /// The variant's option values as stored, a JSON list.
    pub option_values: Vec<String>,
    /// The stock code.
    pub sku: String,
    /// Whether its stock is counted.
    pub tracked: bool,
    /// Its own price, minor units.
    pub price_minor: i64,
    /// The counters.
    pub item: StockItem,
}

/// One row of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerRow {
    /// 1, 2, 3, ... per variant.
    pub sequence: i64,
    /// As [`commerce::stock::MovementKind::as_str`] spells it.
    pub kind: String,
    /// Change of `on_hand`, `reserved`, `allocated`.
    pub deltas: (i64, i64, i64),
    /// The counters after it.
    pub after: StockItem,
    /// What caused it.
    pub cause: String,
    /// Who.
    pub actor: String,
    /// The seller's words.
    pub reason: String,
    /// When, UTC.
    pub at: Timestamp,
}

/// Variants with their counters, by title; `page` counts from 1. Also how many there are in all.
///
/// # Errors
/// When the database fails.
pub async fn list_stock(db: &Db, shop: ShopId, search: &str, page: u32, per_page: u32) -> Result<(Vec<StockLine>, i64)> {
    let needle = search.trim().to_lowercase();
    let pattern = if needle.is_empty() { String::new() } else { format!("%{}%", escape_like(&needle)) };
    let count = sql!(
        "SELECT COUNT(*) FROM variants v JOIN products p ON p.shop_id = v.shop_id AND p.product_id = v.product_id
         WHERE v.shop_id = $1 AND v.removed = 0
           AND ($2 = '' OR LOWER(p.title) LIKE $2 ESCAPE '!' OR LOWER(v.sku) LIKE $2 ESCAPE '!')"
    );
    let total = db.query_opt(shop, count, &params![pattern.as_str()]).await?.map_or(0, |row| row.get(0));
    let list = sql!(
        "SELECT v.product_id, v.variant_id, p.title, v.option_values, v.sku, v.stock_tracked, s.on_hand, s.reserved, s.allocated,
                v.price_minor
         FROM variants v JOIN products p ON p.shop_id = v.shop_id AND p.product_id = v.product_id
         JOIN stock_items s ON s.shop_id = v.shop_id AND s.variant_id = v.variant_id
         WHERE v.shop_id = $1 AND v.removed = 0
           AND ($2 = '' OR LOWER(p.title) LIKE $2 ESCAPE '!' OR LOWER(v.sku) LIKE $2 ESCAPE '!')
         ORDER BY p.title, v.product_id, v.position LIMIT $3 OFFSET $4"
    );
    let offset = i64::from(page.saturating_sub(1)) * i64::from(per_page);
    let rows = db.query(shop, list, &params![pattern, per_page, offset]).await?;
    let lines = rows.iter().map(line).collect::<Result<Vec<_>>>()?;
    Ok((lines, total))
}

/// One variant with its counters.
///
/// # Errors
/// When the database fails. `None`: no such variant in this shop.
pub async fn load_stock(db: &Db, shop: ShopId, variant: VariantId) -> Result<Option<StockLine>> {
    let sql = sql!(
        "SELECT v.product_id, v.variant_id, p.title, v.option_values, v.sku, v.stock_tracked, s.on_hand, s.reserved, s.allocated,
                v.price_minor
         FROM variants v JOIN products p ON p.shop_id = v.shop_id AND p.product_id = v.product_id
         JOIN stock_items s ON s.shop_id = v.shop_id AND s.variant_id = v.variant_id
         WHERE v.shop_id = $1 AND v.variant_id = $2"
    );
    db.query_opt(shop, sql, &params![variant]).await?.as_ref().map(line).transpose()
}

/// Those of the variants that the shop has, with their counters.
///
/// # Errors
/// When the database fails.
pub async fn load_stock_of(db: &Db, shop: ShopId, variants: &[VariantId]) -> Result<Vec<StockLine>> {
    let sql = sql!(
        "SELECT v.product_id, v.variant_id, p.title, v.option_values, v.sku, v.stock_tracked, s.on_hand, s.reserved, s.allocated,
                v.price_minor
         FROM variants v JOIN products p ON p.shop_id = v.shop_id AND p.product_id = v.product_id
         JOIN stock_items s ON s.shop_id = v.shop_id AND s.variant_id = v.variant_id
         WHERE v.shop_id = $1 AND v.variant_id = $2 AND v.removed = 0"
    );
    let asked: Vec<_> = variants.iter().map(|variant| params![*variant].to_vec()).collect();
    let mut tx = db.begin_read().await?;
    let rows = tx.query_many(shop, sql, &asked).await?.concat();
    tx.commit().await?;
    rows.iter().map(line).collect()
}

/// Counted variants with at most `most` units left, fewest first.
///
/// # Errors
/// When the database fails.
pub async fn low_stock(db: &Db, shop: ShopId, most: i64, limit: u32) -> Result<Vec<StockLine>> {
    let sql = sql!(
        "SELECT v.product_id, v.variant_id, p.title, v.option_values, v.sku, v.stock_tracked, s.on_hand, s.reserved, s.allocated,
                v.price_minor
         FROM variants v JOIN products p ON p.shop_id = v.shop_id AND p.product_id = v.product_id
         JOIN stock_items s ON s.shop_id = v.shop_id AND s.variant_id = v.variant_id
         WHERE v.shop_id = $1 AND v.removed = 0 AND v.stock_tracked = 1 AND p.status = 'active'
           AND s.on_hand - s.reserved - s.allocated <= $2
         ORDER BY s.on_hand - s.reserved - s.allocated, p.title LIMIT $3"
    );
    db.query(shop, sql, &params![most, limit]).await?.iter().map(line).collect()
}

/// The latest rows of a variant's ledger, newest first.
///
/// # Errors
/// When the database fails.
pub async fn movements(db: &Db, shop: ShopId, variant: VariantId, limit: u32) -> Result<Vec<LedgerRow>> {
    let sql = sql!(
        "SELECT sequence, kind, on_hand_delta, reserved_delta, allocated_delta, on_hand_after, reserved_after, allocated_after,
             cause, actor, reason, at
         FROM stock_movements WHERE shop_id = $1 AND variant_id = $2 ORDER BY sequence DESC LIMIT $3"
    );
    let rows = db.query(shop, sql, &params![variant, limit]).await?;
    Ok(rows
        .iter()
        .map(|row| LedgerRow {
            sequence: row.get(0),
            kind: row.get(1),
            deltas: (row.get(2), row.get(3), row.get(4)),
            after: StockItem { on_hand: row.get(5), reserved: row.get(6), allocated: row.get(7) },
            cause: row.get(8),
            actor: row.get(9),
            reason: row.get(10),
            at: row.get(11),
        })
        .collect())
}

fn line(row: &crate::Row) -> Result<StockLine> {
    Ok(StockLine {
        product: row.get(0),
        variant: row.get(1),
        title: row.get(2),
        option_values: crate::order_writer::read::json(&row.get::<String>(3))?,
        sku: row.get(4),
        tracked: row.get(5),
        price_minor: row.get(9),
        item: StockItem { on_hand: row.get(6), reserved: row.get(7), allocated: row.get(8) },
    })
}
