//! Stylesheet, script, palette and icon.

use super::respond::{immutable, kept_for};
use super::visit::AtShop;
use crate::at::At;
use crate::error::Error;
use crate::theme::assets;
use axum::response::Response;

/// `/assets/{name}`: files whose names carry their hash.
pub async fn asset(At(name): At<String>) -> Result<Response, Error> {
    let asset = assets::hashed(&name).ok_or(Error::NotFound)?;
    Ok(immutable(asset.content_type, asset.body.as_slice()))
}

/// `/theme.css`: the shop's colors and type. Its address on pages carries a hash.
pub async fn palette(visit: AtShop) -> Response {
    kept_for(300, "text/css; charset=utf-8", visit.snapshot().palette.1.clone().into_bytes())
}

/// `/favicon.svg` and `/favicon.ico`: the shop's initial on its accent color.
pub async fn favicon(visit: AtShop) -> Response {
    let shop = &visit.snapshot().shop;
    let initial = shop.name.chars().find(|c| c.is_alphanumeric()).map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    let (ground, ink) = crate::theme::palette::icon_colors(&shop.branding);
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\"><rect width=\"32\" height=\"32\" rx=\"8\" fill=\"{ground}\"/>\
         <text x=\"16\" y=\"22.500\" text-anchor=\"middle\" font-family=\"Georgia,serif\" font-size=\"19\" fill=\"{ink}\">{initial}</text></svg>"
    );
    kept_for(86_400, "image/svg+xml", svg.into_bytes())
}
