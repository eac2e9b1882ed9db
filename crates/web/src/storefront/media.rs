//! Pictures, in the sizes they were cut to when they were uploaded.

use super::respond::immutable;
use super::visit::AtShop;
use crate::error::Error;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use commerce::MediaId;

/// The widest picture that may be asked for, pixels.
const WIDTH_MAX: u32 = 4_000;
const PICTURE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// `/media/{id}/{width}`, with or without an ending: a picture at least that wide, where there is one. A changed picture has
/// another id.
pub async fn media(visit: AtShop, Path((id, width)): Path<(String, String)>) -> Result<Response, Error> {
    // The ending (`640.jpg`) is for people who save the file; what it is, the database knows.
    let pixels = width.split('.').next().unwrap_or_default();
    let (Ok(id), Ok(width)) = (id.parse::<i64>(), pixels.parse::<u32>()) else { return Err(Error::NotFound) };
    if id <= 0 || width == 0 || width > WIDTH_MAX {
        return Err(Error::NotFound);
    }
    let size = db::catalog::media_size(visit.app.db(), visit.id(), MediaId(id), width).await?.ok_or(Error::NotFound)?;
    let content_type = match size.content_type.as_str() {
        "image/jpeg" => "image/jpeg",
        "image/png" => "image/png",
        "image/webp" => "image/webp",
        "image/svg+xml" => "image/svg+xml",
        other => return Err(Error::Internal(format!("media {id} has the unknown type {other}"))),
    };
    let mut response = immutable(content_type, size.body);
    // A drawing opened by itself is a document: it may color itself and nothing else.
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PICTURE_POLICY));
    Ok(response)
}
