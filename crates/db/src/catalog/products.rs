//! Loading products: one, or all of a shop at once.

use super::product_rows;
use crate::{Db, Result, Row, Tx, params, sql};
use commerce::catalog::Product;
use commerce::{ProductId, ShopId};
use std::collections::HashMap;

/// Products read at once: enough to make the round trips cheap, few enough for their rows to take no memory worth mentioning.
const PRODUCTS_AT_ONCE: usize = 500;

/// All products of the shop, oldest first, whatever their status.
///
/// # Errors
/// When the database fails.
pub async fn load_products(db: &Db, shop: ShopId) -> Result<Vec<Product>> {
    let mut tx = db.begin_read().await?;
    let products = load_products_in(&mut tx, shop).await?;
    tx.commit().await?;
    Ok(products)
}

/// As [`load_products`], at the instant that `tx` sees.
///
/// # Errors
/// When the database fails.
pub async fn load_products_in(tx: &mut Tx, shop: ShopId) -> Result<Vec<Product>> {
    let mut all = Vec::new();
    let mut after = ProductId(i64::MIN);
    loop {
        let some = load_after(tx, shop, after).await?;
        let Some(last) = some.last() else { return Ok(all) };
        after = last.id;
        all.extend(some);
        // Where statements run inline, others get their turn in between.
        tokio::task::yield_now().await;
    }
}

/// The first products behind `after`, by id.
async fn load_after(tx: &mut Tx, shop: ShopId, after: ProductId) -> Result<Vec<Product>> {
    let products = sql!(
        "SELECT product_id, handle, title, description_html, vendor, product_type, category, tags, status, published_at,
                seo_title, seo_description, options, extra, created_at, updated_at
         FROM products WHERE shop_id = $1 AND product_id > $2 ORDER BY product_id LIMIT $3"
    );
    let pictures = sql!(
        "SELECT p.product_id, p.media_id, p.source_url, p.alt, m.width, m.height
         FROM product_pictures p LEFT JOIN media m ON m.shop_id = p.shop_id AND m.media_id = p.media_id
         WHERE p.shop_id = $1 AND p.product_id > $2 AND p.product_id <= $3 ORDER BY p.product_id, p.position"
    );
    let variants = sql!(
        "SELECT product_id, variant_id, option_values, sku, barcode, price_minor, was_price_minor, cost_minor, weight_grams,
                weight_unit, taxable, tax_code, requires_shipping, stock_tracked, stock_policy, picture, extra
         FROM variants WHERE shop_id = $1 AND product_id > $2 AND product_id <= $3 AND removed = 0
         ORDER BY product_id, position, variant_id"
    );
    let products = tx.query(shop, products, &params![after, PRODUCTS_AT_ONCE]).await?;
    let Some(last) = products.last().map(|row| row.get::<ProductId>(0)) else { return Ok(Vec::new()) };
    let pictures = tx.query(shop, pictures, &params![after, last]).await?;
    let variants = tx.query(shop, variants, &params![after, last]).await?;
    assemble(&products, &pictures, &variants)
}

/// One product, or `None` when the shop has no such product.
///
/// # Errors
/// When the database fails.
pub async fn load_product(db: &Db, shop: ShopId, product: ProductId) -> Result<Option<Product>> {
    let mut tx = db.begin_read().await?;
    let mut found = load_each(&mut tx, shop, &[product]).await?;
    tx.commit().await?;
    Ok(found.pop())
}

/// The product with this handle, or `None`.
///
/// # Errors
/// When the database fails.
pub async fn find_product(db: &Db, shop: ShopId, handle: &str) -> Result<Option<Product>> {
    let by_handle = sql!("SELECT product_id FROM products WHERE shop_id = $1 AND handle = $2");
    match db.query_opt(shop, by_handle, &params![handle]).await? {
        Some(row) => load_product(db, shop, row.get(0)).await,
        None => Ok(None),
    }
}

/// Those of the products that the shop has, whatever their status, at the instant that `tx` sees.
///
/// # Errors
/// When the database fails.
pub async fn load_each_in(tx: &mut Tx, shop: ShopId, ids: &[ProductId]) -> Result<Vec<Product>> {
    let mut all = Vec::with_capacity(ids.len());
    for some in ids.chunks(PRODUCTS_AT_ONCE) {
        all.extend(load_each(tx, shop, some).await?);
    }
    Ok(all)
}

/// Those of the products that the shop has, in the order of `ids`.
pub(super) async fn load_each(tx: &mut Tx, shop: ShopId, ids: &[ProductId]) -> Result<Vec<Product>> {
    let product = sql!(
        "SELECT product_id, handle, title, description_html, vendor, product_type, category, tags, status, published_at,
                seo_title, seo_description, options, extra, created_at, updated_at
         FROM products WHERE shop_id = $1 AND product_id = $2"
    );
    let pictures = sql!(
        "SELECT p.product_id, p.media_id, p.source_url, p.alt, m.width, m.height
         FROM product_pictures p LEFT JOIN media m ON m.shop_id = p.shop_id AND m.media_id = p.media_id
         WHERE p.shop_id = $1 AND p.product_id = $2 ORDER BY p.position"
    );
    let variants = sql!(
        "SELECT product_id, variant_id, option_values, sku, barcode, price_minor, was_price_minor, cost_minor, weight_grams,
                weight_unit, taxable, tax_code, requires_shipping, stock_tracked, stock_policy, picture, extra
         FROM variants WHERE shop_id = $1 AND product_id = $2 AND removed = 0 ORDER BY position, variant_id"
    );
    let ids: Vec<_> = ids.iter().map(|id| params![*id].to_vec()).collect();
    let products = tx.query_many(shop, product, &ids).await?.concat();
    let pictures = tx.query_many(shop, pictures, &ids).await?.concat();
    let variants = tx.query_many(shop, variants, &ids).await?.concat();
    assemble(&products, &pictures, &variants)
}

fn assemble(products: &[Row], pictures: &[Row], variants: &[Row]) -> Result<Vec<Product>> {
    let mut products = products.iter().map(product_rows::product).collect::<Result<Vec<_>>>()?;
    let places: HashMap<ProductId, usize> = products.iter().enumerate().map(|(place, product)| (product.id, place)).collect();
    for (product, picture) in pictures.iter().map(product_rows::picture) {
        if let Some(place) = places.get(&product) {
            products[*place].pictures.push(picture);
        }
    }
    for row in variants {
        let (product, variant) = product_rows::variant(row)?;
        if let Some(place) = places.get(&product) {
            products[*place].variants.push(variant);
        }
    }
    // A node keeps them for long: room for more variants than there are would be a good part of its memory.
    for product in &mut products {
        product.variants.shrink_to_fit();
        product.pictures.shrink_to_fit();
    }
    Ok(products)
}
