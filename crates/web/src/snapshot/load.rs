//! Reads a shop into memory: whole the first time, then only what has changed. Whatever is read belongs to one instant of the
//! database.

use super::{InfoPage, MediaInfo, Parts, Snapshot, SurroundingParts, Update};
use crate::theme::TemplateOverride;
use commerce::catalog::Product;
use commerce::sale::FlashSaleStatus;
use commerce::{ProductId, ShopId, VariantId};
use db::catalog::CatalogChanges;
use db::order_writer::Availability;
use db::{Db, Result, Tx};
use std::collections::HashMap;

/// Above this many changed products the whole shop is read: by then that is no more work.
const CHANGED_MAX: usize = 2_000;

/// The catalog version of every shop.
///
/// # Errors
/// When the database fails.
pub async fn versions(db: &Db) -> Result<Vec<(ShopId, i64)>> {
    db::shops::catalog_versions(db).await
}

/// A shop as it is now, and its availability published anew as far as it may have changed. `None` when the shop is gone.
///
/// `known` is what was read before. The version that the snapshot carries is read at the same instant as the rest, so a change
/// that comes in between is in both or in neither, and is never missed. Where not all changes since `known` are on record, the
/// whole shop is read.
///
/// # Errors
/// When the database fails.
pub async fn snapshot(db: &Db, availability: &Availability, id: ShopId, known: Option<&Snapshot>) -> Result<Option<Snapshot>> {
    let mut tx = db.begin_read().await?;
    let read = read(&mut tx, id, known).await?;
    tx.rollback().await;
    match read {
        Read::Gone => Ok(None),
        Read::Whole(parts) => {
            db::order_writer::load_availability(db, id, availability).await?;
            Ok(Some(Snapshot::new(*parts)))
        }
        Read::Changes(known, update) => {
            db::order_writer::load_stock_of(db, id, availability, &counted(&update)).await?;
            if update.surroundings.is_some() {
                db::order_writer::load_offers(db, id, availability).await?;
            }
            Ok(Some(known.updated(*update)))
        }
    }
}

/// What was read.
enum Read<'a> {
    Gone,
    Whole(Box<Parts>),
    Changes(&'a Snapshot, Box<Update>),
}

async fn read<'a>(tx: &mut Tx, id: ShopId, known: Option<&'a Snapshot>) -> Result<Read<'a>> {
    let Some(version) = db::catalog::catalog_version_in(tx, id).await? else { return Ok(Read::Gone) };
    if let Some(known) = known
        && let Some(changes) = db::catalog::catalog_changes_in(tx, id, known.version, version).await?
        && changes.products.len() <= CHANGED_MAX
    {
        return Ok(update(tx, id, version, changes).await?.map_or(Read::Gone, |update| Read::Changes(known, Box::new(update))));
    }
    let Some((surroundings, media)) = surroundings(tx, id).await? else { return Ok(Read::Gone) };
    let products = db::catalog::load_products_in(tx, id).await?;
    Ok(Read::Whole(Box::new(Parts { version, products, media, surroundings })))
}

async fn update(tx: &mut Tx, id: ShopId, version: i64, changes: CatalogChanges) -> Result<Option<Update>> {
    let surroundings = match changes.surroundings {
        true => match surroundings(tx, id).await? {
            Some(read) => Some(read),
            None => return Ok(None),
        },
        false => None,
    };
    let ids: Vec<ProductId> = changes.products.into_iter().collect();
    let found = db::catalog::load_each_in(tx, id, &ids).await?;
    let mut found: HashMap<ProductId, Product> = found.into_iter().map(|product| (product.id, product)).collect();
    let products = ids.into_iter().map(|id| (id, found.remove(&id))).collect();
    Ok(Some(Update { version, products, surroundings }))
}

/// The variants whose stock is counted, among those that were read anew.
fn counted(update: &Update) -> Vec<VariantId> {
    let products = update.products.iter().filter_map(|(_, product)| product.as_ref());
    products.flat_map(|product| &product.variants).filter(|variant| variant.stock_tracked).map(|variant| variant.id).collect()
}

async fn surroundings(tx: &mut Tx, id: ShopId) -> Result<Option<(SurroundingParts, Vec<MediaInfo>)>> {
    let Some(shop) = db::shops::load_shop_in(tx, id).await? else { return Ok(None) };
    let sales = db::flash_sales::list_flash_sales_in(tx, id).await?;
    let pages = db::pages::list_pages_in(tx, id).await?.into_iter().filter(|page| page.published);
    let templates = db::themes::list_theme_files_in(tx, id).await?;
    let media = db::catalog::media_dimensions_in(tx, id).await?;
    let parts = SurroundingParts {
        shop,
        collections: db::catalog::load_collections_in(tx, id).await?,
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
        templates: templates.into_iter().map(|file| TemplateOverride { path: file.path, source: file.body }).collect(),
    };
    let media = media.into_iter().map(|known| MediaInfo { id: known.id, width: known.width, height: known.height });
    Ok(Some((parts, media.collect())))
}
