//! Pictures, in the sizes they were cut to when they were uploaded.

use super::respond::immutable;
use super::visit::AtShop;
use crate::error::Error;
use axum::extract::Path;
use axum::response::Response;
use commerce::MediaId;

/// The widest picture that may be asked for, pixels.
const WIDTH_MAX: u32 = 4_000;

/// `/media/{id}/{width}`: a picture at least that wide, where there is one. A changed picture has another id.
pub async fn media(visit: AtShop, Path((id, width)): Path<(String, String)>) -> Result<Response, Error> {
    let (Ok(id), Ok(width)) = (id.parse::<i64>(), width.parse::<u32>()) else { return Err(Error::NotFound) };
    if id <= 0 || width == 0 || width > WIDTH_MAX {
        return Err(Error::NotFound);
    }
    let size = db::catalog::media_size(visit.app.db(), visit.id(), MediaId(id), width).await?.ok_or(Error::NotFound)?;
    let content_type = match size.content_type.as_str() {
        "image/jpeg" => "image/jpeg",
        "image/png" => "image/png",
        "image/webp" => "image/webp",
        other => return Err(Error::Internal(format!("media {id} has the unknown type {other}"))),
    };
    Ok(immutable(content_type, size.body))
}
