//! Flash sales with their items. How much of an item was claimed is counted by the order writer and never changed here; neither
//! is how much of it is offered, once it is in the sale: that is a command to the order writer, which compares the two.

use crate::catalog::{Touched, bump_catalog_version};
use crate::{Db, Error, Result, Row, Tx, Value, params, sql};
use commerce::sale::{BeforeOpening, FlashSale, FlashSaleItem, FlashSaleStatus};
use commerce::{FlashSaleId, ShopId, Timestamp, VariantId};
use std::collections::HashMap;

/// Why a sale was not saved or removed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SaveSaleRefusal {
    /// Another sale of the shop has this handle.
    #[error("there already is a sale “{0}”")]
    HandleTaken(String),
    /// The shop has no such variant.
    #[error("variant {0} is not in this shop")]
    UnknownVariant(VariantId),
    /// Somebody has bought the item at its sale price or is about to.
    #[error("variant {0} was sold in this sale already; lower the quantity offered instead of removing it")]
    ItemClaimed(VariantId),
    /// Only a draft can be removed.
    #[error("a sale that was announced cannot be removed; cancel it")]
    NotADraft,
}

/// The shop's sales with their items, the latest opening first.
///
/// # Errors
/// When the database fails.
pub async fn list_flash_sales(db: &Db, shop: ShopId) -> Result<Vec<FlashSale>> {
    let mut tx = db.begin_read().await?;
    let sales = list_flash_sales_in(&mut tx, shop).await?;
    tx.rollback().await;
    Ok(sales)
}

/// As [`list_flash_sales`], at the instant that `tx` sees.
///
/// # Errors
/// When the database fails.
pub async fn list_flash_sales_in(tx: &mut Tx, shop: ShopId) -> Result<Vec<FlashSale>> {
    let sql = sql!(
        "SELECT sale_id, handle, name, teaser, media_id, early_access_at, opens_at, closes_at, before_opening, status
         FROM flash_sales WHERE shop_id = $1 ORDER BY opens_at DESC, sale_id"
    );
    let sales = tx.query(shop, sql, &[]).await?;
    let sql = sql!(
        "SELECT sale_id, variant_id, price_minor, quantity_offered, quantity_per_customer_max, quantity_claimed
         FROM flash_sale_items WHERE shop_id = $1 ORDER BY sale_id, position, variant_id"
    );
    let mut items: HashMap<FlashSaleId, Vec<FlashSaleItem>> = HashMap::new();
    for row in tx.query(shop, sql, &[]).await? {
        items.entry(row.get(0)).or_default().push(read_item(&row));
    }
    sales.iter().map(|row| read_sale(row, items.remove(&row.get(0)).unwrap_or_default())).collect()
}

/// One sale with its items.
///
/// # Errors
/// When the database fails.
pub async fn load_flash_sale(db: &Db, shop: ShopId, sale: FlashSaleId) -> Result<Option<FlashSale>> {
    let mut tx = db.begin_read().await?;
    let sql = sql!(
        "SELECT sale_id, handle, name, teaser, media_id, early_access_at, opens_at, closes_at, before_opening, status
         FROM flash_sales WHERE shop_id = $1 AND sale_id = $2"
    );
    let Some(row) = tx.query_opt(shop, sql, &params![sale]).await? else { return Ok(None) };
    let sql = sql!(
        "SELECT sale_id, variant_id, price_minor, quantity_offered, quantity_per_customer_max, quantity_claimed
         FROM flash_sale_items WHERE shop_id = $1 AND sale_id = $2 ORDER BY position, variant_id"
    );
    let items = tx.query(shop, sql, &params![sale]).await?.iter().map(read_item).collect();
    tx.rollback().await;
    read_sale(&row, items).map(Some)
}

/// Makes or changes a sale with all of its items. The sale must be sound (`FlashSale::problems`); what was claimed stays as it is
/// counted, and an item with claims cannot leave the sale. Of an item that is in the sale already, the quantity offered stays:
/// `Command::ChangeQuantityOffered` changes it.
///
/// # Errors
/// When the database fails.
pub async fn save_flash_sale(
    db: &Db,
    shop: ShopId,
    sale: &FlashSale,
    now: Timestamp,
) -> Result<std::result::Result<(), SaveSaleRefusal>> {
    let mut tx = db.begin().await?;
    if let Err(refusal) = write_sale(&mut tx, shop, sale, now).await? {
        tx.rollback().await;
        return Ok(Err(refusal));
    }
    bump_catalog_version(&mut tx, shop, Touched::Surroundings).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Announces, calls off, or takes back to the drafts. `false` when there is no such sale.
///
/// # Errors
/// When the database fails.
pub async fn set_flash_sale_status(
    db: &Db,
    shop: ShopId,
    sale: FlashSaleId,
    status: FlashSaleStatus,
    now: Timestamp,
) -> Result<bool> {
    let mut tx = db.begin().await?;
    let sql = sql!("UPDATE flash_sales SET status = $3, updated_at = $4 WHERE shop_id = $1 AND sale_id = $2");
    let touched = tx.execute(shop, sql, &params![sale, status_word(status), now]).await?;
    bump_catalog_version(&mut tx, shop, Touched::Surroundings).await?;
    tx.commit().await?;
    Ok(touched > 0)
}

/// Lets pages follow what the order writer changed about a sale.
///
/// # Errors
/// When the database fails.
pub async fn show_flash_sale_change(db: &Db, shop: ShopId) -> Result<()> {
    let mut tx = db.begin().await?;
    bump_catalog_version(&mut tx, shop, Touched::Surroundings).await?;
    tx.commit().await
}

/// Removes a draft. Removing one that is gone changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn delete_flash_sale(db: &Db, shop: ShopId, sale: FlashSaleId) -> Result<std::result::Result<(), SaveSaleRefusal>> {
    let mut tx = db.begin().await?;
    let known = sql!("SELECT status FROM flash_sales WHERE shop_id = $1 AND sale_id = $2");
    let Some(row) = tx.query_opt(shop, known, &params![sale]).await? else { return Ok(Ok(())) };
    let claims = sql!("SELECT variant_id FROM flash_sale_items WHERE shop_id = $1 AND sale_id = $2 AND quantity_claimed > 0");
    let claimed = tx.query_opt(shop, claims, &params![sale]).await?.is_some();
    if row.get::<String>(0) != status_word(FlashSaleStatus::Draft) || claimed {
        tx.rollback().await;
        return Ok(Err(SaveSaleRefusal::NotADraft));
    }
    let sql = sql!("DELETE FROM flash_sales WHERE shop_id = $1 AND sale_id = $2");
    tx.execute(shop, sql, &params![sale]).await?;
    bump_catalog_version(&mut tx, shop, Touched::Surroundings).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

async fn write_sale(
    tx: &mut Tx,
    shop: ShopId,
    sale: &FlashSale,
    now: Timestamp,
) -> Result<std::result::Result<(), SaveSaleRefusal>> {
    let other = sql!("SELECT sale_id FROM flash_sales WHERE shop_id = $1 AND handle = $2 AND sale_id <> $3");
    if tx.query_opt(shop, other, &params![&sale.handle, sale.id]).await?.is_some() {
        return Ok(Err(SaveSaleRefusal::HandleTaken(sale.handle.clone())));
    }
    let sql = sql!(
        "INSERT INTO flash_sales (shop_id, sale_id, handle, name, teaser, media_id, early_access_at, opens_at, closes_at,
         before_opening, status, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT (shop_id, sale_id) DO UPDATE SET handle = excluded.handle, name = excluded.name,
         teaser = excluded.teaser, media_id = excluded.media_id, early_access_at = excluded.early_access_at,
         opens_at = excluded.opens_at, closes_at = excluded.closes_at, before_opening = excluded.before_opening,
         status = excluded.status, updated_at = excluded.updated_at"
    );
    let values = params![
        sale.id,
        &sale.handle,
        &sale.name,
        &sale.teaser,
        sale.picture,
        sale.early_access_at,
        sale.opens_at,
        sale.closes_at,
        before_opening_word(sale.before_opening),
        status_word(sale.status),
        now
    ];
    tx.execute(shop, sql, &values).await?;
    if let Err(refusal) = remove_items_not_in(tx, shop, sale).await? {
        return Ok(Err(refusal));
    }
    write_items(tx, shop, sale).await
}

async fn remove_items_not_in(tx: &mut Tx, shop: ShopId, sale: &FlashSale) -> Result<std::result::Result<(), SaveSaleRefusal>> {
    let sql = sql!("SELECT variant_id FROM flash_sale_items WHERE shop_id = $1 AND sale_id = $2 ORDER BY variant_id");
    let existing = tx.query(shop, sql, &params![sale.id]).await?;
    for variant in existing.iter().map(|row| row.get(0)).filter(|variant| sale.item(*variant).is_none()) {
        let sql = sql!(
            "DELETE FROM flash_sale_items
             WHERE shop_id = $1 AND sale_id = $2 AND variant_id = $3 AND quantity_claimed = 0"
        );
        if tx.execute(shop, sql, &params![sale.id, variant]).await? == 0 {
            return Ok(Err(SaveSaleRefusal::ItemClaimed(variant)));
        }
    }
    Ok(Ok(()))
}

async fn write_items(tx: &mut Tx, shop: ShopId, sale: &FlashSale) -> Result<std::result::Result<(), SaveSaleRefusal>> {
    let wanted: Vec<Vec<Value>> = sale.items.iter().map(|item| params![item.variant].to_vec()).collect();
    let sql = sql!("SELECT variant_id FROM variants WHERE shop_id = $1 AND variant_id = $2");
    let known = tx.query_many(shop, sql, &wanted).await?;
    if let Some((item, _)) = sale.items.iter().zip(&known).find(|(_, rows)| rows.is_empty()) {
        return Ok(Err(SaveSaleRefusal::UnknownVariant(item.variant)));
    }
    let row = |(position, item): (usize, &FlashSaleItem)| {
        params![sale.id, item.variant, position, item.price_minor, item.quantity_offered, item.quantity_per_customer_max].to_vec()
    };
    let mut rows: Vec<(VariantId, Vec<Value>)> =
        sale.items.iter().enumerate().map(|numbered| (numbered.1.variant, row(numbered))).collect();
    // Rows are locked in the order of variants everywhere, so that this and a batch of orders cannot wait for each other.
    rows.sort_by_key(|(variant, _)| *variant);
    let rows: Vec<Vec<Value>> = rows.into_iter().map(|(_, row)| row).collect();
    let sql = sql!(
        "INSERT INTO flash_sale_items (shop_id, sale_id, variant_id, position, price_minor, quantity_offered,
         quantity_per_customer_max, quantity_claimed) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)
         ON CONFLICT (shop_id, sale_id, variant_id) DO UPDATE SET position = excluded.position,
         price_minor = excluded.price_minor, quantity_per_customer_max = excluded.quantity_per_customer_max"
    );
    tx.execute_many(shop, sql, &rows).await?;
    Ok(Ok(()))
}

fn read_sale(row: &Row, items: Vec<FlashSaleItem>) -> Result<FlashSale> {
    Ok(FlashSale {
        id: row.get(0),
        handle: row.get(1),
        name: row.get(2),
        teaser: row.get(3),
        picture: row.get(4),
        early_access_at: row.get(5),
        opens_at: row.get(6),
        closes_at: row.get(7),
        before_opening: read_before_opening(&row.get::<String>(8))?,
        status: read_status(&row.get::<String>(9))?,
        items,
    })
}

fn read_item(row: &Row) -> FlashSaleItem {
    FlashSaleItem {
        variant: row.get(1),
        price_minor: row.get(2),
        quantity_offered: row.get(3),
        quantity_per_customer_max: row.get(4),
        quantity_claimed: row.get(5),
    }
}

const fn status_word(status: FlashSaleStatus) -> &'static str {
    match status {
        FlashSaleStatus::Draft => "draft",
        FlashSaleStatus::Scheduled => "scheduled",
        FlashSaleStatus::Canceled => "canceled",
    }
}

fn read_status(word: &str) -> Result<FlashSaleStatus> {
    [FlashSaleStatus::Draft, FlashSaleStatus::Scheduled, FlashSaleStatus::Canceled]
        .into_iter()
        .find(|status| status_word(*status) == word)
        .ok_or_else(|| Error::Unsuitable(format!("a sale has the status “{word}”")))
}

const fn before_opening_word(before_opening: BeforeOpening) -> &'static str {
    match before_opening {
        BeforeOpening::NotForSale => "not_for_sale",
        BeforeOpening::OrdinaryPrice => "ordinary_price",
    }
}

fn read_before_opening(word: &str) -> Result<BeforeOpening> {
    [BeforeOpening::NotForSale, BeforeOpening::OrdinaryPrice]
        .into_iter()
        .find(|before_opening| before_opening_word(*before_opening) == word)
        .ok_or_else(|| Error::Unsuitable(format!("a sale is “{word}” before it opens")))
}
