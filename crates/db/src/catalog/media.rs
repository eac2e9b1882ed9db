//! Media: pictures a shop has uploaded, each in the sizes that were made of it.
//!
//! Making the sizes is not done here. A size never changes once it is there, so it can be cached for ever.

use super::changes::{Touched, bump_catalog_version};
use crate::{Db, Result, Row, Tx, params, sql};
use commerce::{MediaId, ShopId, Timestamp};

/// A picture to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMedia {
    /// As the seller named it.
    pub file_name: String,
    /// A digest of the uploaded file: the same file twice is stored once.
    pub content_hash: String,
    /// Pixels of the original.
    pub width: u32,
    /// Pixels of the original.
    pub height: u32,
    /// What was made of it; at least one.
    pub sizes: Vec<NewMediaSize>,
}

/// One size of a picture to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMediaSize {
    /// Pixels; each width once.
    pub width: u32,
    /// `image/webp`.
    pub content_type: String,
    /// The file.
    pub body: Vec<u8>,
}

/// A stored picture, without its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// The picture.
    pub id: MediaId,
    /// As the seller named it.
    pub file_name: String,
    /// Pixels of the original.
    pub width: u32,
    /// Pixels of the original.
    pub height: u32,
    /// When it was uploaded.
    pub created_at: Timestamp,
}

/// How large the original of a picture was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaDimensions {
    /// The picture.
    pub id: MediaId,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// The file of one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaSize {
    /// `image/webp`.
    pub content_type: String,
    /// The file.
    pub body: Vec<u8>,
}

/// Why a picture was not deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MediaRefusal {
    /// It is shown somewhere.
    #[error("This picture is still shown in {places} places (products, collections or sales). Take it out there first.")]
    InUse {
        /// How many products, collections and sales show it.
        places: i64,
    },
    /// The shop has no such picture.
    #[error("There is no such picture.")]
    NotFound,
}

/// Stores a picture with its sizes. The same file uploaded before keeps its id.
///
/// # Errors
/// When the database fails; then nothing was changed.
pub async fn insert_media(db: &Db, shop: ShopId, media: &NewMedia, now: Timestamp) -> Result<MediaId> {
    let known = sql!("SELECT media_id FROM media WHERE shop_id = $1 AND content_hash = $2");
    let insert = sql!(
        "INSERT INTO media (shop_id, media_id, file_name, content_hash, width, height, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (shop_id, content_hash) DO NOTHING"
    );
    let size = sql!("INSERT INTO media_sizes (shop_id, media_id, width, content_type, body) VALUES ($1, $2, $3, $4, $5)");
    let mut tx = db.begin().await?;
    let id = MediaId(db.ids().next(now));
    let own = params![id, &media.file_name, &media.content_hash, media.width, media.height, now];
    if tx.execute(shop, insert, &own).await? == 0 {
        let row = tx.query_opt(shop, known, &params![&media.content_hash]).await?;
        tx.rollback().await;
        return Ok(row.map_or(id, |row| row.get(0)));
    }
    for made in &media.sizes {
        tx.execute(shop, size, &params![id, made.width, &made.content_type, made.body.as_slice()]).await?;
    }
    tx.commit().await?;
    Ok(id)
}

/// The file of the smallest size that is at least `width` pixels wide, else of the largest; `None`: no such picture.
///
/// # Errors
/// When the database fails.
pub async fn media_size(db: &Db, shop: ShopId, media: MediaId, width: u32) -> Result<Option<MediaSize>> {
    let find = sql!(
        "SELECT content_type, body FROM media_sizes WHERE shop_id = $1 AND media_id = $2
         ORDER BY CASE WHEN width >= $3 THEN 0 ELSE 1 END, CASE WHEN width >= $3 THEN width ELSE -width END LIMIT 1"
    );
    let row = db.query_opt(shop, find, &params![media, width]).await?;
    Ok(row.map(|row| MediaSize { content_type: row.get(0), body: row.get(1) }))
}

/// One picture, without its files; `None`: no such picture.
///
/// # Errors
/// When the database fails.
pub async fn load_media(db: &Db, shop: ShopId, media: MediaId) -> Result<Option<Media>> {
    let find = sql!("SELECT media_id, file_name, width, height, created_at FROM media WHERE shop_id = $1 AND media_id = $2");
    Ok(db.query_opt(shop, find, &params![media]).await?.as_ref().map(own))
}

/// At most `limit` pictures, the latest first, beginning below `before` (from the last page's end).
///
/// # Errors
/// When the database fails.
pub async fn list_media(db: &Db, shop: ShopId, before: Option<MediaId>, limit: u32) -> Result<Vec<Media>> {
    let list = sql!(
        "SELECT media_id, file_name, width, height, created_at FROM media WHERE shop_id = $1 AND media_id < $2
         ORDER BY media_id DESC LIMIT $3"
    );
    let before = before.map_or(i64::MAX, |media| media.0);
    Ok(db.query(shop, list, &params![before, limit]).await?.iter().map(own).collect())
}

/// The size of every picture of the shop, at the instant that `tx` sees.
///
/// # Errors
/// When the database fails.
pub async fn media_dimensions_in(tx: &mut Tx, shop: ShopId) -> Result<Vec<MediaDimensions>> {
    let list = sql!("SELECT media_id, width, height FROM media WHERE shop_id = $1 ORDER BY media_id");
    let rows = tx.query(shop, list, &[]).await?;
    Ok(rows.iter().map(|row| MediaDimensions { id: row.get(0), width: row.get(1), height: row.get(2) }).collect())
}

fn own(row: &Row) -> Media {
    Media { id: row.get(0), file_name: row.get(1), width: row.get(2), height: row.get(3), created_at: row.get(4) }
}

/// Deletes a picture that nothing shows any more.
///
/// # Errors
/// When the database fails; then nothing was changed.
pub async fn delete_media(db: &Db, shop: ShopId, media: MediaId) -> Result<std::result::Result<(), MediaRefusal>> {
    let shown = sql!(
        "SELECT (SELECT COUNT(*) FROM product_pictures WHERE shop_id = $1 AND media_id = $2)
             + (SELECT COUNT(*) FROM collections WHERE shop_id = $1 AND media_id = $2)
             + (SELECT COUNT(*) FROM flash_sales WHERE shop_id = $1 AND media_id = $2)"
    );
    let delete = sql!("DELETE FROM media WHERE shop_id = $1 AND media_id = $2");
    let mut tx = db.begin().await?;
    let places = tx.query(shop, shown, &params![media]).await?[0].get(0);
    if places > 0 {
        tx.rollback().await;
        return Ok(Err(MediaRefusal::InUse { places }));
    }
    let found = tx.execute(shop, delete, &params![media]).await? > 0;
    bump_catalog_version(&mut tx, shop, Touched::Surroundings).await?;
    tx.commit().await?;
    Ok(if found { Ok(()) } else { Err(MediaRefusal::NotFound) })
}
