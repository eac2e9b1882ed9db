//! Exports all products of a shop as CSV, so that importing the file again changes nothing.

use super::products::load_products_in;
use crate::{Db, Error, Tx, sql};
use commerce::catalog::csv::{Dialect, WriteSettings, write_products};
use commerce::{Currency, MediaId, ShopId, VariantId};
use std::collections::HashMap;
use std::io::{self, Write};

/// Why products were not exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// There is no such shop.
    #[error("there is no such shop")]
    NoShop,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] Error),
    /// The file could not be written.
    #[error("the file could not be written")]
    Io(#[from] io::Error),
}

/// Writes all products of the shop, as they are at one instant; returns how many.
///
/// # Errors
/// When there is no such shop, the database fails, or `out` does not take it.
pub async fn export(db: &Db, shop: ShopId, dialect: Dialect, out: impl Write) -> Result<usize, ExportError> {
    let mut tx = db.begin_read().await?;
    let (currency, host) = shop_terms(&mut tx, shop).await?.ok_or(ExportError::NoShop)?;
    let products = load_products_in(&mut tx, shop).await?;
    let quantities = quantities(&mut tx, shop).await?;
    let files = largest_files(&mut tx, shop).await?;
    tx.commit().await?;
    let picture_url = |media: MediaId| {
        let file = files.get(&media).map_or("picture", String::as_str);
        format!("https://{host}/media/{media}/{file}")
    };
    write_products(&products, &quantities, &WriteSettings { dialect, currency, picture_url: &picture_url }, out)?;
    Ok(products.len())
}

/// The shop's currency and its canonical host name.
async fn shop_terms(tx: &mut Tx, shop: ShopId) -> Result<Option<(Currency, String)>, Error> {
    let find = sql!(
        "SELECT s.currency, COALESCE(d.host, s.handle) FROM shops s LEFT JOIN shop_domains d ON d.shop_id = s.shop_id
         WHERE s.shop_id = $1 ORDER BY d.position NULLS LAST LIMIT 1"
    );
    let Some(row) = tx.query_opt(shop, find, &[]).await? else { return Ok(None) };
    let code: String = row.get(0);
    let unknown = || Error::Unsuitable(format!("the shop's currency {code} is none that is known"));
    Ok(Some((Currency::from_code(&code).ok_or_else(unknown)?, row.get(1))))
}

async fn quantities(tx: &mut Tx, shop: ShopId) -> Result<HashMap<VariantId, i64>, Error> {
    let read = sql!("SELECT variant_id, on_hand FROM stock_items WHERE shop_id = $1");
    let rows = tx.query(shop, read, &[]).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// The file name of each picture's largest size: `1600.webp`.
async fn largest_files(tx: &mut Tx, shop: ShopId) -> Result<HashMap<MediaId, String>, Error> {
    let read = sql!("SELECT media_id, width, content_type FROM media_sizes WHERE shop_id = $1 ORDER BY media_id, width");
    let rows = tx.query(shop, read, &[]).await?;
    let named = rows.iter().map(|row| {
        let kind: String = row.get(2);
        let extension = match kind.rsplit('/').next().unwrap_or("jpeg") {
            "jpeg" => "jpg",
            other => other,
        };
        (row.get(0), format!("{}.{extension}", row.get::<i64>(1)))
    });
    Ok(named.collect())
}
