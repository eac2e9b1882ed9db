//! Taking products out of the shop: archiving keeps everything, deleting is for what was never ordered, reserved or put on sale.

use super::changes::{Touched, bump_catalog_version};
use crate::{Db, Result, Tx, params, sql};
use commerce::{ProductId, ShopId, Timestamp};

/// What became of a product that was to be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removed {
    /// It is gone, with its pictures' places and its ledger.
    Deleted,
    /// Orders, reservations or sales know it: it was archived instead.
    Archived,
    /// The shop has no such product.
    NotFound,
}

/// Archives a product: shoppers no longer see it, sellers do. `false`: the shop has no such product.
///
/// # Errors
/// When the database fails; then nothing was changed.
pub async fn archive_product(db: &Db, shop: ShopId, product: ProductId, now: Timestamp) -> Result<bool> {
    let mut tx = db.begin().await?;
    let found = archive(&mut tx, shop, product, now).await?;
    tx.commit().await?;
    Ok(found)
}

/// Deletes a product that nothing else knows; any other is archived.
///
/// # Errors
/// When the database fails; then nothing was changed.
pub async fn delete_product(db: &Db, shop: ShopId, product: ProductId, now: Timestamp) -> Result<Removed> {
    let known = sql!(
        "SELECT COUNT(*) FROM variants v WHERE v.shop_id = $1 AND v.product_id = $2 AND (
             EXISTS (SELECT 1 FROM flash_sale_items f WHERE f.shop_id = v.shop_id AND f.variant_id = v.variant_id)
             OR EXISTS (SELECT 1 FROM stock_movements m
                        WHERE m.shop_id = v.shop_id AND m.variant_id = v.variant_id AND m.kind = 'reserve'))"
    );
    // What is not counted leaves no movement. No index leads from a variant to its lines (each order would pay for it), so they
    // are all read, before the transaction: an order that comes in between keeps its own copy of what it needs.
    let held = sql!(
        "SELECT COUNT(*) FROM variants v WHERE v.shop_id = $1 AND v.product_id = $2 AND v.variant_id IN (
             SELECT r.variant_id FROM reservation_lines r WHERE r.shop_id = $1 AND r.counted = 0)"
    );
    let was_held = db.query(shop, held, &params![product]).await?[0].get::<i64>(0) > 0;
    let mut tx = db.begin().await?;
    let is_known = was_held || tx.query(shop, known, &params![product]).await?[0].get::<i64>(0) > 0;
    let removed = match is_known {
        true if archive(&mut tx, shop, product, now).await? => Removed::Archived,
        false if delete(&mut tx, shop, product).await? => Removed::Deleted,
        _ => Removed::NotFound,
    };
    tx.commit().await?;
    Ok(removed)
}

async fn archive(tx: &mut Tx, shop: ShopId, product: ProductId, now: Timestamp) -> Result<bool> {
    let archive = sql!("UPDATE products SET status = 'archived', updated_at = $3 WHERE shop_id = $1 AND product_id = $2");
    let found = tx.execute(shop, archive, &params![product, now]).await? > 0;
    bump_catalog_version(tx, shop, Touched::Products(&[product])).await?;
    Ok(found)
}

async fn delete(tx: &mut Tx, shop: ShopId, product: ProductId) -> Result<bool> {
    let movements = sql!(
        "DELETE FROM stock_movements WHERE shop_id = $1
             AND variant_id IN (SELECT variant_id FROM variants WHERE shop_id = $1 AND product_id = $2)"
    );
    let items = sql!(
        "DELETE FROM stock_items WHERE shop_id = $1
             AND variant_id IN (SELECT variant_id FROM variants WHERE shop_id = $1 AND product_id = $2)"
    );
    let variants = sql!("DELETE FROM variants WHERE shop_id = $1 AND product_id = $2");
    let own = sql!("DELETE FROM products WHERE shop_id = $1 AND product_id = $2");
    for statement in [movements, items, variants] {
        tx.execute(shop, statement, &params![product]).await?;
    }
    let found = tx.execute(shop, own, &params![product]).await? > 0;
    bump_catalog_version(tx, shop, Touched::Products(&[product])).await?;
    Ok(found)
}
