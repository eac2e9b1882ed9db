//! Info pages: about, shipping, returns, contact.

use crate::catalog::{Touched, bump_catalog_version};
use crate::{Db, Result, Row, Tx, params, sql};
use commerce::{PageId, ShopId, Timestamp};

/// An info page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InfoPage {
    /// The row's id.
    pub id: PageId,
    /// Unique in the shop, in the page's address.
    pub handle: String,
    /// Its name.
    pub title: String,
    /// As the seller wrote it.
    pub body_markdown: String,
    /// As shoppers see it: cleaned HTML.
    pub body_html: String,
    /// Description for search engines; may be empty.
    pub seo_description: String,
    /// Whether shoppers see it.
    pub published: bool,
    /// Order among the pages, small first.
    pub position: i64,
    /// UTC.
    pub updated_at: Timestamp,
}

/// Why a page was not saved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageRefusal {
    /// Another page of the shop has this handle.
    #[error("there already is a page “{0}”")]
    HandleTaken(String),
}

/// The shop's pages in their order, hidden ones included.
///
/// # Errors
/// When the database fails.
pub async fn list_pages(db: &Db, shop: ShopId) -> Result<Vec<InfoPage>> {
    let mut tx = db.begin_read().await?;
    let pages = list_pages_in(&mut tx, shop).await?;
    tx.rollback().await;
    Ok(pages)
}

/// As [`list_pages`], at the instant that `tx` sees.
///
/// # Errors
/// When the database fails.
pub async fn list_pages_in(tx: &mut Tx, shop: ShopId) -> Result<Vec<InfoPage>> {
    let sql = sql!(
        "SELECT page_id, handle, title, body_markdown, body_html, seo_description, published, position, updated_at
         FROM pages WHERE shop_id = $1 ORDER BY position, page_id"
    );
    Ok(tx.query(shop, sql, &[]).await?.iter().map(read_page).collect())
}

/// One page.
///
/// # Errors
/// When the database fails.
pub async fn load_page(db: &Db, shop: ShopId, page: PageId) -> Result<Option<InfoPage>> {
    let sql = sql!(
        "SELECT page_id, handle, title, body_markdown, body_html, seo_description, published, position, updated_at
         FROM pages WHERE shop_id = $1 AND page_id = $2"
    );
    Ok(db.query_opt(shop, sql, &params![page]).await?.as_ref().map(read_page))
}

/// Makes or changes a page; `updated_at` becomes `now`.
///
/// # Errors
/// When the database fails.
pub async fn save_page(db: &Db, shop: ShopId, page: &InfoPage, now: Timestamp) -> Result<std::result::Result<(), PageRefusal>> {
    let mut tx = db.begin().await?;
    let other = sql!("SELECT page_id FROM pages WHERE shop_id = $1 AND handle = $2 AND page_id <> $3");
    if tx.query_opt(shop, other, &params![&page.handle, page.id]).await?.is_some() {
        tx.rollback().await;
        return Ok(Err(PageRefusal::HandleTaken(page.handle.clone())));
    }
    let sql = sql!(
        "INSERT INTO pages
         (shop_id, page_id, handle, title, body_markdown, body_html, seo_description, published, position, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (shop_id, page_id) DO UPDATE SET
         handle = excluded.handle, title = excluded.title, body_markdown = excluded.body_markdown,
         body_html = excluded.body_html, seo_description = excluded.seo_description, published = excluded.published,
         position = excluded.position, updated_at = excluded.updated_at"
    );
    let values = params![
        page.id,
        &page.handle,
        &page.title,
        &page.body_markdown,
        &page.body_html,
        &page.seo_description,
        page.published,
        page.position,
        now
    ];
    tx.execute(shop, sql, &values).await?;
    bump_catalog_version(&mut tx, shop, Touched::Surroundings).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Removes a page; `false` when there was none.
///
/// # Errors
/// When the database fails.
pub async fn delete_page(db: &Db, shop: ShopId, page: PageId) -> Result<bool> {
    let mut tx = db.begin().await?;
    let sql = sql!("DELETE FROM pages WHERE shop_id = $1 AND page_id = $2");
    let removed = tx.execute(shop, sql, &params![page]).await?;
    bump_catalog_version(&mut tx, shop, Touched::Surroundings).await?;
    tx.commit().await?;
    Ok(removed > 0)
}

fn read_page(row: &Row) -> InfoPage {
    InfoPage {
        id: row.get(0),
        handle: row.get(1),
        title: row.get(2),
        body_markdown: row.get(3),
        body_html: row.get(4),
        seo_description: row.get(5),
        published: row.get(6),
        position: row.get(7),
        updated_at: row.get(8),
    }
}
