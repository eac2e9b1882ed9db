//! Pictures, in the sizes they were cut to when they were uploaded.

use super::picture_cache::{PictureFile, PictureKey};
use super::respond::{FOREVER, immutable};
use super::visit::AtShop;
use crate::app::{App, ShopInMemory};
use crate::at::At;
use crate::error::Error;
use crate::gate;
use crate::serve::protect;
use axum::body::Bytes;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use commerce::{MediaId, ShopId};
use db::Db;
use tracing::warn;

/// The widest picture that may be asked for, pixels.
const WIDTH_MAX: u32 = 4_000;
const PICTURE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// `/media/{id}/{width}`, with or without an ending: a picture at least that wide, where there is one. A changed picture has
/// another id.
pub async fn media(visit: AtShop, At((id, width)): At<(MediaId, String)>) -> Result<Response, Error> {
    // The ending (`640.jpg`) is for people who save the file; what it is, the database knows.
    let width: u32 = width.split('.').next().unwrap_or_default().parse().map_err(|_| Error::NotFound)?;
    if id.0 <= 0 || width == 0 || width > WIDTH_MAX {
        return Err(Error::NotFound);
    }
    let file = picture_file(&visit, id, width).await?;
    let mut response = immutable(file.content_type, file.body);
    // A drawing opened by itself is a document: it may color itself and nothing else.
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PICTURE_POLICY));
    Ok(response)
}

/// The file from memory, else from the database.
async fn picture_file(visit: &AtShop, media: MediaId, width: u32) -> Result<PictureFile, Error> {
    // Only what the shop's snapshot knows is kept, under the width it is stored in: asking for odd widths fills nothing up.
    let stored = visit.snapshot().media(media).and_then(|known| known.width_for(width));
    let key = stored.map(|width| PictureKey { shop: visit.id(), media, width });
    if let Some(file) = key.and_then(|key| visit.app.pictures().get(key)) {
        return Ok(file);
    }
    let read = picture_of(visit.app.db(), visit.id(), media, width);
    let file = gate::picture(&visit.app, &visit.shop, read).await.ok_or(Error::Busy)??.ok_or(Error::NotFound)?;
    if let Some(key) = key {
        visit.app.pictures().keep(key, file.clone());
    }
    Ok(file)
}

/// The file from the database; `None` when there is none that is served.
///
/// # Errors
/// When the database fails.
pub async fn picture_of(db: &Db, shop: ShopId, media: MediaId, width: u32) -> db::Result<Option<PictureFile>> {
    let Some(size) = db::catalog::media_size(db, shop, media, width).await? else { return Ok(None) };
    let types = ["image/jpeg", "image/png", "image/webp", "image/svg+xml"];
    let content_type = types.into_iter().find(|known| *known == size.content_type);
    if content_type.is_none() {
        warn!(media.id = %media, "The picture {media} has the unknown type {}", size.content_type);
    }
    Ok(content_type.map(|content_type| PictureFile { content_type, body: size.body.into() }))
}

/// The picture that this path asks for, as long as it is in memory.
pub fn in_memory(app: &App, shop: &ShopInMemory, path: &str) -> Option<axum::http::Response<Bytes>> {
    let (id, width) = path.strip_prefix("/media/")?.split_once('/')?;
    let media = MediaId(id.parse().ok()?);
    let width = shop.snapshot.media(media)?.width_for(width.split('.').next()?.parse().ok()?)?;
    let file = app.pictures().get(PictureKey { shop: shop.snapshot.shop.id, media, width })?;
    let mut response = axum::http::Response::new(file.body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(FOREVER));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PICTURE_POLICY));
    protect(headers);
    Some(response)
}
