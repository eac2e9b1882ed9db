//! Reads a shop into memory.

use super::{InfoPage, MediaInfo, Parts, Snapshot};
use crate::pictures::WIDTHS;
use crate::theme::TemplateOverride;
use commerce::sale::FlashSaleStatus;
use commerce::{MediaId, ShopId};
use db::catalog::Media;
use db::{Db, OrderWriter, Result};

/// Pictures read at once.
const MEDIA_PAGE: u32 = 1_000;

/// The catalog version of every shop.
///
/// # Errors
/// When the database fails.
pub async fn versions(db: &Db) -> Result<Vec<(ShopId, i64)>> {
    db::shops::catalog_versions(db).await
}

/// A shop as it is now, and its availability published anew. `None` when the shop is gone.
///
/// `version` is what was read before: a change that comes in between moves the version again, so it is never missed, only loaded
/// twice.
///
/// # Errors
/// When the database fails.
pub async fn snapshot(db: &Db, writer: &OrderWriter, id: ShopId, version: i64) -> Result<Option<Snapshot>> {
    let Some(shop) = db::shops::load_shop(db, id).await? else { return Ok(None) };
    let sales = db::flash_sales::list_flash_sales(db, id).await?;
    let pages = db::pages::list_pages(db, id).await?.into_iter().filter(|page| page.published);
    let templates = db::themes::list_theme_files(db, id).await?;
    let parts = Parts {
        version,
        shop,
        products: db::catalog::load_products(db, id).await?,
        collections: db::catalog::load_collections(db, id).await?,
        pages: pages
            .map(|page| InfoPage {
                handle: page.handle,
                title: page.title,
                body_html: page.body_html,
                seo_description: page.seo_description,
                updated_at: page.updated_at,
            })
            .collect(),
        sales: sales.into_iter().filter(|sale| sale.status == FlashSaleStatus::Scheduled).collect(),
        media: media(db, id).await?,
        templates: templates.into_iter().map(|file| TemplateOverride { path: file.path, source: file.body }).collect(),
    };
    db::order_writer::load_availability(db, id, writer.availability()).await?;
    Ok(Some(Snapshot::new(parts)))
}

async fn media(db: &Db, shop: ShopId) -> Result<Vec<MediaInfo>> {
    let mut all = Vec::new();
    let mut before: Option<MediaId> = None;
    loop {
        let page = db::catalog::list_media(db, shop, before, MEDIA_PAGE).await?;
        before = page.last().map(|media| media.id);
        let is_last = page.len() < MEDIA_PAGE as usize;
        all.extend(page.iter().map(info));
        if is_last {
            return Ok(all);
        }
    }
}

/// The widths follow from the original's, the way uploads are cut to size.
fn info(media: &Media) -> MediaInfo {
    let mut widths: Vec<u32> = WIDTHS.into_iter().filter(|wanted| *wanted < media.width).collect();
    widths.push(media.width.min(WIDTHS[WIDTHS.len() - 1]));
    widths.dedup();
    MediaInfo { id: media.id, width: media.width, height: media.height, widths }
}
