//! The desk's list of products: found by words, vendor and status, one page at a time.

use super::product_rows::{to_word, word};
use crate::{Db, Result, Row, params, sql};
use commerce::catalog::ProductStatus;
use commerce::{MediaId, ProductId, ShopId, Timestamp};

/// The most products of one page.
pub const PRODUCTS_PER_PAGE_MAX: u32 = 250;

/// Which products are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductFilter {
    /// Words in title, handle, vendor, type, tags, sku or barcode: the first two anywhere, further ones as a phrase. Empty:
    /// every product.
    pub words: String,
    /// Only this vendor's, exactly; empty: every vendor's.
    pub vendor: String,
    /// Only those of this status.
    pub status: Option<ProductStatus>,
    /// Counted from 0.
    pub page: u32,
    /// 1 to [`PRODUCTS_PER_PAGE_MAX`].
    pub per_page: u32,
}

/// One page of products.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductPage {
    /// In the order of their last change, the latest first.
    pub products: Vec<ProductListing>,
    /// How many fit the filter altogether.
    pub total: i64,
}

/// A product as the list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductListing {
    /// The product.
    pub id: ProductId,
    /// Its handle.
    pub handle: String,
    /// Its title.
    pub title: String,
    /// Its vendor.
    pub vendor: String,
    /// Its status.
    pub status: ProductStatus,
    /// From when on shoppers see it.
    pub published_at: Option<Timestamp>,
    /// How many variants it has.
    pub variants: i64,
    /// The lowest price of its variants, minor units.
    pub price_minor_min: i64,
    /// The highest.
    pub price_minor_max: i64,
    /// How many of them are counted.
    pub variants_tracked: i64,
    /// Units on hand of all its variants whose stock is counted.
    pub on_hand: i64,
    /// Units of these that can still be sold.
    pub available: i64,
    /// Its first picture, if it is stored.
    pub picture: Option<MediaId>,
    /// Where its first picture came from, if it is not stored.
    pub picture_url: String,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// One page of the products that fit.
///
/// # Errors
/// When the database fails.
pub async fn list_products(db: &Db, shop: ShopId, filter: &ProductFilter) -> Result<ProductPage> {
    let count = sql!(
        "SELECT COUNT(*) FROM products WHERE shop_id = $1 AND (CAST($2 AS TEXT) = '' OR vendor = $2)
             AND (CAST($3 AS TEXT) = '' OR status = $3)
             AND search_text LIKE $4 ESCAPE '!' AND search_text LIKE $5 ESCAPE '!' AND search_text LIKE $6 ESCAPE '!'"
    );
    let page = sql!(
        "WITH listed AS (
             SELECT shop_id, product_id, handle, title, vendor, status, published_at, updated_at FROM products
             WHERE shop_id = $1 AND (CAST($2 AS TEXT) = '' OR vendor = $2) AND (CAST($3 AS TEXT) = '' OR status = $3)
                 AND search_text LIKE $4 ESCAPE '!' AND search_text LIKE $5 ESCAPE '!' AND search_text LIKE $6 ESCAPE '!'
             ORDER BY updated_at DESC, product_id DESC LIMIT $7 OFFSET $8
         ), counted AS (
             SELECT v.product_id, COUNT(*) AS variants, MIN(v.price_minor) AS lowest, MAX(v.price_minor) AS highest,
                 CAST(SUM(v.stock_tracked) AS BIGINT) AS tracked,
                 CAST(COALESCE(SUM(v.stock_tracked * s.on_hand), 0) AS BIGINT) AS on_hand,
                 CAST(COALESCE(SUM(v.stock_tracked * (s.on_hand - s.reserved - s.allocated)), 0) AS BIGINT) AS available
             FROM listed l JOIN variants v ON v.shop_id = l.shop_id AND v.product_id = l.product_id AND v.removed = 0
             JOIN stock_items s ON s.shop_id = v.shop_id AND s.variant_id = v.variant_id
             GROUP BY v.product_id
         )
         SELECT l.product_id, l.handle, l.title, l.vendor, l.status, l.published_at, l.updated_at,
             COALESCE(c.variants, 0), COALESCE(c.lowest, 0), COALESCE(c.highest, 0), COALESCE(c.on_hand, 0),
             COALESCE(c.available, 0), p.media_id, COALESCE(p.source_url, ''), COALESCE(c.tracked, 0)
         FROM listed l LEFT JOIN counted c ON c.product_id = l.product_id
         LEFT JOIN product_pictures p ON p.shop_id = l.shop_id AND p.product_id = l.product_id AND p.position = 0
         ORDER BY l.updated_at DESC, l.product_id DESC"
    );
    let mut tx = db.begin_read().await?;
    let [first, second, third] = patterns(&filter.words);
    let status = filter.status.map(|status| to_word(&status)).unwrap_or_default();
    let params = params![&filter.vendor, status, first, second, third];
    let total = tx.query(shop, count, &params).await?[0].get(0);
    let per_page = filter.per_page.clamp(1, PRODUCTS_PER_PAGE_MAX);
    let window = params![per_page, i64::from(filter.page) * i64::from(per_page)];
    let rows = tx.query(shop, page, &[params.as_slice(), window.as_slice()].concat()).await?;
    tx.commit().await?;
    Ok(ProductPage { products: rows.iter().map(listing).collect::<Result<_>>()?, total })
}

/// The titles of those of the products that the shop has, in the order asked.
///
/// # Errors
/// When the database fails.
pub async fn product_titles(db: &Db, shop: ShopId, products: &[ProductId]) -> Result<Vec<(ProductId, String)>> {
    let sql = sql!("SELECT product_id, title FROM products WHERE shop_id = $1 AND product_id = $2");
    let asked: Vec<_> = products.iter().map(|product| params![*product].to_vec()).collect();
    let mut tx = db.begin_read().await?;
    let rows = tx.query_many(shop, sql, &asked).await?.concat();
    tx.commit().await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// Three patterns that must all match: the first two words, and the rest.
fn patterns(words: &str) -> [String; 3] {
    let lowered = words.to_lowercase();
    let mut words = lowered.split_whitespace();
    let mut next = || pattern(words.next().unwrap_or(""));
    let (first, second) = (next(), next());
    let rest = words.collect::<Vec<_>>().join(" ");
    [first, second, pattern(&rest)]
}

fn pattern(word: &str) -> String {
    format!("%{}%", word.replace('!', "!!").replace('%', "!%").replace('_', "!_"))
}

fn listing(row: &Row) -> Result<ProductListing> {
    Ok(ProductListing {
        id: row.get(0),
        handle: row.get(1),
        title: row.get(2),
        vendor: row.get(3),
        status: word(row, 4)?,
        published_at: row.get(5),
        updated_at: row.get(6),
        variants: row.get(7),
        price_minor_min: row.get(8),
        price_minor_max: row.get(9),
        on_hand: row.get(10),
        available: row.get(11),
        picture: row.get(12),
        picture_url: row.get(13),
        variants_tracked: row.get(14),
    })
}
