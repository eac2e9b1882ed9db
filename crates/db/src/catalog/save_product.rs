//! Saving products with their variants and pictures, whole or not at all.

use super::changes::{Touched, bump_catalog_version};
use super::counts;
use super::product_rows::{oversells, product_params, variant_params};
use crate::{Db, Result, Tx, Value, params, sql};
use commerce::catalog::{Product, is_handle};
use commerce::{ShopId, Timestamp};

/// Why a product was not saved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProductRefusal {
    /// Another product has this handle.
    #[error("“{handle}” is already the handle of “{title}”. Choose another one.")]
    HandleTaken {
        /// The handle.
        handle: String,
        /// The product that has it.
        title: String,
    },
    /// The handle can't stand in an address.
    #[error("“{handle}” can't be a handle: use small letters, digits and hyphens.")]
    HandleUnfit {
        /// The handle.
        handle: String,
    },
    /// A product without a variant can't be sold.
    #[error("A product needs at least one variant.")]
    NoVariant,
    /// The stock of a variant would be counted and end at zero, but more of it is claimed than there is.
    #[error(
        "“{variant}” has {claimed} units claimed by orders and reservations, but only {on_hand} on hand. Count its stock first."
    )]
    MoreClaimedThanOnHand {
        /// Its option values, or its sku.
        variant: String,
        /// Units reserved or allocated.
        claimed: i64,
        /// Units in the building.
        on_hand: i64,
    },
}

/// Saves a new or a changed product with all its variants and pictures. Variants it no longer has are taken out of the shop;
/// their orders and their ledger stay. New variants begin with a count of zero.
///
/// # Errors
/// When the database fails; then nothing was changed.
pub async fn save_product(
    db: &Db,
    shop: ShopId,
    product: &Product,
    now: Timestamp,
) -> Result<std::result::Result<(), ProductRefusal>> {
    if !is_handle(&product.handle) {
        return Ok(Err(ProductRefusal::HandleUnfit { handle: product.handle.clone() }));
    }
    if product.variants.is_empty() {
        return Ok(Err(ProductRefusal::NoVariant));
    }
    let mut tx = db.begin().await?;
    if let Some(refusal) = refusal(&mut tx, shop, product).await? {
        tx.rollback().await;
        return Ok(Err(refusal));
    }
    write_products(&mut tx, shop, &[product], now).await?;
    bump_catalog_version(&mut tx, shop, Touched::Products(&[product.id])).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

async fn refusal(tx: &mut Tx, shop: ShopId, product: &Product) -> Result<Option<ProductRefusal>> {
    let owner = sql!("SELECT title FROM products WHERE shop_id = $1 AND handle = $2 AND product_id <> $3");
    if let Some(row) = tx.query_opt(shop, owner, &params![&product.handle, product.id]).await? {
        return Ok(Some(ProductRefusal::HandleTaken { handle: product.handle.clone(), title: row.get(0) }));
    }
    let counts = counts::lock(tx, shop, product.variants.iter().map(|variant| variant.id)).await?;
    let overdrawn = product.variants.iter().find_map(|variant| {
        let item = counts.get(&variant.id)?.item;
        (!oversells(variant) && item.available() < 0).then(|| ProductRefusal::MoreClaimedThanOnHand {
            variant: if variant.title().is_empty() { product.title.clone() } else { variant.title() },
            claimed: item.reserved + item.allocated,
            on_hand: item.on_hand,
        })
    });
    Ok(overdrawn)
}

/// Writes the products as they are. The caller has made sure that their handles are free and that no count becomes impossible.
pub(super) async fn write_products(tx: &mut Tx, shop: ShopId, products: &[&Product], now: Timestamp) -> Result<()> {
    write_own_rows(tx, shop, products).await?;
    write_pictures(tx, shop, products).await?;
    write_variants(tx, shop, products).await?;
    write_stock_items(tx, shop, products, now).await
}

async fn write_own_rows(tx: &mut Tx, shop: ShopId, products: &[&Product]) -> Result<()> {
    let upsert = sql!(
        "INSERT INTO products (shop_id, product_id, handle, title, description_html, vendor, product_type, category, tags, status,
             published_at, seo_title, seo_description, options, extra, search_text, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
         ON CONFLICT (shop_id, product_id) DO UPDATE SET handle = excluded.handle, title = excluded.title,
             description_html = excluded.description_html, vendor = excluded.vendor, product_type = excluded.product_type,
             category = excluded.category, tags = excluded.tags, status = excluded.status, published_at = excluded.published_at,
             seo_title = excluded.seo_title, seo_description = excluded.seo_description, options = excluded.options,
             extra = excluded.extra, search_text = excluded.search_text, updated_at = excluded.updated_at"
    );
    let rows: Vec<_> = products.iter().map(|product| product_params(product)).collect();
    tx.execute_many(shop, upsert, &rows).await?;
    Ok(())
}

async fn write_pictures(tx: &mut Tx, shop: ShopId, products: &[&Product]) -> Result<()> {
    let clear = sql!("DELETE FROM product_pictures WHERE shop_id = $1 AND product_id = $2");
    let insert = sql!(
        "INSERT INTO product_pictures (shop_id, product_id, position, media_id, source_url, alt) VALUES ($1, $2, $3, $4, $5, $6)"
    );
    tx.execute_many(shop, clear, &ids(products)).await?;
    let mut rows = Vec::new();
    for product in products {
        for (position, picture) in product.pictures.iter().enumerate() {
            rows.push(params![product.id, position, picture.media, &picture.source_url, &picture.alt].to_vec());
        }
    }
    tx.execute_many(shop, insert, &rows).await?;
    Ok(())
}

/// A variant of another product is left alone, whatever the ids say.
async fn write_variants(tx: &mut Tx, shop: ShopId, products: &[&Product]) -> Result<()> {
    let take_out = sql!("UPDATE variants SET removed = 1 WHERE shop_id = $1 AND product_id = $2");
    let upsert = sql!(
        "INSERT INTO variants (shop_id, variant_id, product_id, position, option_values, sku, barcode, price_minor,
             was_price_minor, cost_minor, weight_grams, weight_unit, taxable, tax_code, requires_shipping, stock_tracked,
             stock_policy, picture, extra, removed)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, 0)
         ON CONFLICT (shop_id, variant_id) DO UPDATE SET position = excluded.position, option_values = excluded.option_values,
             sku = excluded.sku, barcode = excluded.barcode, price_minor = excluded.price_minor,
             was_price_minor = excluded.was_price_minor, cost_minor = excluded.cost_minor, weight_grams = excluded.weight_grams,
             weight_unit = excluded.weight_unit, taxable = excluded.taxable, tax_code = excluded.tax_code,
             requires_shipping = excluded.requires_shipping, stock_tracked = excluded.stock_tracked,
             stock_policy = excluded.stock_policy, picture = excluded.picture, extra = excluded.extra, removed = 0
         WHERE variants.product_id = excluded.product_id"
    );
    tx.execute_many(shop, take_out, &ids(products)).await?;
    let mut rows = Vec::new();
    for product in products {
        for (position, variant) in product.variants.iter().enumerate() {
            rows.push(variant_params(product.id, position, variant));
        }
    }
    tx.execute_many(shop, upsert, &rows).await?;
    Ok(())
}

async fn write_stock_items(tx: &mut Tx, shop: ShopId, products: &[&Product], now: Timestamp) -> Result<()> {
    let upsert = sql!(
        "INSERT INTO stock_items (shop_id, variant_id, on_hand, reserved, allocated, oversell, movements, updated_at)
         VALUES ($1, $2, 0, 0, 0, $3, 0, $4)
         ON CONFLICT (shop_id, variant_id) DO UPDATE SET oversell = excluded.oversell, updated_at = excluded.updated_at,
             oversell_until = CASE WHEN stock_items.oversell = 1 THEN stock_items.movements ELSE stock_items.oversell_until END
         WHERE stock_items.oversell <> excluded.oversell"
    );
    let mut variants: Vec<_> = products.iter().flat_map(|product| &product.variants).collect();
    variants.sort_by_key(|variant| variant.id);
    let rows: Vec<_> = variants.iter().map(|variant| params![variant.id, oversells(variant), now].to_vec()).collect();
    tx.execute_many(shop, upsert, &rows).await?;
    Ok(())
}

fn ids(products: &[&Product]) -> Vec<Vec<Value>> {
    products.iter().map(|product| params![product.id].to_vec()).collect()
}
