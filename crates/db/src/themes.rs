//! Theme files: a seller's own versions of templates, by path. Whether a template is sound is checked before it comes here.

use crate::catalog::{Touched, bump_catalog_version};
use crate::{Db, Result, Row, Tx, params, sql};
use commerce::{ShopId, Timestamp};

/// A seller's own version of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThemeFile {
    /// Which template it replaces: `parts/card.html`.
    pub path: String,
    /// Its text.
    pub body: String,
    /// UTC.
    pub updated_at: Timestamp,
}

/// The shop's own templates, by path.
///
/// # Errors
/// When the database fails.
pub async fn list_theme_files(db: &Db, shop: ShopId) -> Result<Vec<ThemeFile>> {
    let mut tx = db.begin_read().await?;
    let files = list_theme_files_in(&mut tx, shop).await?;
    tx.rollback().await;
    Ok(files)
}

/// As [`list_theme_files`], at the instant that `tx` sees.
///
/// # Errors
/// When the database fails.
pub async fn list_theme_files_in(tx: &mut Tx, shop: ShopId) -> Result<Vec<ThemeFile>> {
    let sql = sql!("SELECT path, body, updated_at FROM theme_files WHERE shop_id = $1 ORDER BY path");
    Ok(tx.query(shop, sql, &[]).await?.iter().map(read_theme_file).collect())
}

/// One of them.
///
/// # Errors
/// When the database fails.
pub async fn load_theme_file(db: &Db, shop: ShopId, path: &str) -> Result<Option<ThemeFile>> {
    let sql = sql!("SELECT path, body, updated_at FROM theme_files WHERE shop_id = $1 AND path = $2");
    Ok(db.query_opt(shop, sql, &params![path]).await?.as_ref().map(read_theme_file))
}

/// Saves one.
///
/// # Errors
/// When the database fails.
pub async fn save_theme_file(db: &Db, shop: ShopId, path: &str, body: &str, now: Timestamp) -> Result<()> {
    let mut tx = db.begin().await?;
    let sql = sql!(
        "INSERT INTO theme_files (shop_id, path, body, updated_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (shop_id, path) DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at"
    );
    tx.execute(shop, sql, &params![path, body, now]).await?;
    bump_catalog_version(&mut tx, shop, Touched::Surroundings).await?;
    tx.commit().await
}

/// Goes back to the template that comes with the program; `false` when the shop had no own one.
///
/// # Errors
/// When the database fails.
pub async fn delete_theme_file(db: &Db, shop: ShopId, path: &str) -> Result<bool> {
    let mut tx = db.begin().await?;
    let sql = sql!("DELETE FROM theme_files WHERE shop_id = $1 AND path = $2");
    let removed = tx.execute(shop, sql, &params![path]).await?;
    bump_catalog_version(&mut tx, shop, Touched::Surroundings).await?;
    tx.commit().await?;
    Ok(removed > 0)
}

fn read_theme_file(row: &Row) -> ThemeFile {
    ThemeFile { path: row.get(0), body: row.get(1), updated_at: row.get(2) }
}
