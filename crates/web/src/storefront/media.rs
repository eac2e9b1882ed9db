//! Pictures, in the sizes they were cut to when they were uploaded.

use super::picture_cache::{PictureFile, PictureKey};
use super::respond::immutable;
use super::visit::AtShop;
use crate::at::At;
use crate::error::Error;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use commerce::MediaId;

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
    let size = db::catalog::media_size(visit.app.db(), visit.id(), media, width).await?.ok_or(Error::NotFound)?;
    let content_type = match size.content_type.as_str() {
        "image/jpeg" => "image/jpeg",
        "image/png" => "image/png",
        "image/webp" => "image/webp",
        "image/svg+xml" => "image/svg+xml",
        other => return Err(Error::Internal(format!("media {media} has the unknown type {other}"))),
    };
    let file = PictureFile { content_type, body: size.body.into() };
    if let Some(key) = key {
        visit.app.pictures().keep(key, file.clone());
    }
    Ok(file)
}
