//! A shop's edition as files: every page that has an address of its own and needs nobody to make it, every picture it shows.
//!
//! What an address can only say after a question mark (further pages of a list, chosen variants) has no file; whoever serves the
//! files asks the server for it.

use super::FrozenPage;
use super::address::{SINGLE, key_in};
use crate::app::ShopInMemory;
use crate::site::Site;
use crate::storefront::media::picture_of;
use crate::theme::assets;
use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use commerce::{MediaId, Timestamp};
use std::sync::Arc;

/// A file of a shop's site.
pub struct SiteFile {
    /// Its address in the shop: `/products/tote`, in ASCII.
    pub address: String,
    /// Its media type.
    pub content_type: String,
    /// How long it may be kept, as its `Cache-Control` says.
    pub cache_control: String,
    /// Its bytes.
    pub body: Bytes,
    /// The same as `br` and `gz`, where it shrinks.
    pub coded: Vec<(&'static str, Bytes)>,
}

/// The addresses of all pages, stylesheets and scripts of a shop at an instant.
pub fn addresses(shop: &ShopInMemory, now: Timestamp) -> Vec<String> {
    let snapshot = &shop.snapshot;
    // What moves each second is nothing for a file.
    let single = SINGLE.into_iter().filter(|address| *address != "/now.json");
    let mut addresses: Vec<String> = single.map(String::from).collect();
    addresses.extend([assets::stylesheet_url(), assets::script_url()]);
    addresses.extend(snapshot.collections.iter().map(|collection| key_in("/collections/", &collection.handle)));
    addresses.extend(snapshot.sales.iter().map(|sale| key_in("/sales/", &sale.handle)));
    addresses.extend(snapshot.pages.iter().map(|page| key_in("/pages/", &page.handle)));
    let visible = snapshot.products.iter().filter(|product| product.is_visible(now));
    addresses.extend(visible.map(|product| key_in("/products/", &product.handle)));
    addresses
}

/// The pictures of a shop, each in its stored widths.
pub fn pictures(shop: &ShopInMemory) -> Vec<(MediaId, u32)> {
    let mut pictures: Vec<(MediaId, u32)> =
        shop.snapshot.all_media().flat_map(|media| media.widths().map(|width| (media.id, width))).collect();
    pictures.sort_unstable();
    pictures
}

impl Site {
    /// The file of a page; `None` when there is no such page now.
    pub async fn file_of_page(&self, shop: &Arc<ShopInMemory>, address: String, now: Timestamp) -> Option<SiteFile> {
        let (_, page) = self.print(shop, &address, now).await;
        Some(file_of(address, &*page?))
    }

    /// The file of a picture; `None` when it is gone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn file_of_picture(&self, shop: &ShopInMemory, media: MediaId, width: u32) -> db::Result<Option<SiteFile>> {
        let picture = picture_of(self.app().db(), shop.snapshot.shop.id, media, width).await?;
        Ok(picture.map(|picture| SiteFile {
            address: format!("/media/{media}/{width}"),
            content_type: picture.content_type.into(),
            cache_control: crate::storefront::FOREVER.into(),
            body: picture.body,
            coded: Vec::new(),
        }))
    }
}

fn file_of(address: String, page: &FrozenPage) -> SiteFile {
    let answer = page.answer(&HeaderMap::new());
    let text = |name| answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let body = answer.body().clone();
    let smaller = page.files().into_iter().filter(|(_, coded)| coded.len() < body.len());
    SiteFile {
        address,
        content_type: text(header::CONTENT_TYPE),
        cache_control: text(header::CACHE_CONTROL),
        coded: smaller.map(|(ending, coded)| (ending, coded.clone())).collect(),
        body,
    }
}
