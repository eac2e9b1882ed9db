//! Puts the demonstration's shops into the database, once, and moves their sales on later starts, so that whoever looks always
//! finds one sale open and one about to open.
//!
//! Everything goes the way a seller's own work goes: through the same functions as the desk, stock through the ledger.

use super::catalog::{
    DemoCollection, DemoCoupon, DemoMembers, DemoPage, DemoPicture, DemoProduct, DemoSale, DemoShop, DemoWindow,
};
use super::{DEMO_PASSWORD, juniper, quillmere};
use commerce::catalog::{Collection, CollectionKind, Picture, Product, ProductStatus, StockPolicy, Variant, WeightUnit};
use commerce::checkout::{Command, StockChange};
use commerce::pricing::Coupon;
use commerce::sale::{FlashSale, FlashSaleItem, FlashSalePhase, FlashSaleStatus};
use commerce::{CollectionId, CouponId, Currency, FlashSaleId, MediaId, PageId, ProductId, ShopId, Timestamp, VariantId};
use db::catalog::{NewMedia, NewMediaSize};
use db::pages::InfoPage;
use db::sellers::{NewSeller, SellerRole};
use db::shops::{NewShop, Settings};
use db::{Db, order_writer};
use std::collections::HashMap;
use std::fmt::Display;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
/// The next sale opens this long after a start.
const OPENS_AFTER: i64 = 20 * 60;
/// A sale that is open is left alone while it stays open for at least this long.
const OPEN_AT_LEAST: i64 = 6 * HOUR;

/// Why the demonstration could not be put into the database.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] db::Error),
    /// Something was not accepted, most likely because the database holds a shop of its own already.
    #[error("{what} was not accepted: {why}")]
    Refused {
        /// What was to be saved.
        what: String,
        /// The answer.
        why: String,
    },
}

/// The sale that opens next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextOpening {
    /// Its name.
    pub name: String,
    /// When, UTC.
    pub opens_at: Timestamp,
}

type Seeded<T> = Result<T, SeedError>;

/// Seeds what is missing and moves the sales of what is there; names the sale that opens next.
///
/// # Errors
/// When the database fails, or refuses because it is not a demonstration's.
pub async fn seed(db: &Db, now: Timestamp) -> Result<Option<NextOpening>, SeedError> {
    // A shop gets its seller last: one without sellers was left half done, and is completed.
    let mut password_hash = None;
    for handle in [quillmere::HANDLE, juniper::HANDLE] {
        let known = db::shops::shop_by_handle(db, handle).await?;
        match known {
            Some(shop) if !db::sellers::list_sellers(db, shop).await?.is_empty() => move_sales(db, shop, now).await?,
            _ => {
                let hash = password_hash.get_or_insert_with(|| web::password::hash_password_now(DEMO_PASSWORD));
                let demo = if handle == quillmere::HANDLE { quillmere::shop() } else { juniper::shop() };
                fill(db, known, &demo, hash, now).await?;
            }
        }
    }
    let Some(shop) = db::shops::shop_by_handle(db, quillmere::HANDLE).await? else { return Ok(None) };
    let sales = db::flash_sales::list_flash_sales(db, shop).await?;
    let next = sales.into_iter().filter(|sale| sale.phase(now) == FlashSalePhase::Upcoming).min_by_key(|sale| sale.opens_at);
    Ok(next.map(|sale| NextOpening { name: sale.name, opens_at: sale.opens_at }))
}

/// Puts one shop into a database that does not have it.
///
/// # Errors
/// When the database fails or refuses it.
pub async fn seed_shop(db: &Db, demo: &DemoShop, now: Timestamp) -> Result<ShopId, SeedError> {
    fill(db, None, demo, &web::password::hash_password_now(DEMO_PASSWORD), now).await
}

async fn fill(db: &Db, known: Option<ShopId>, demo: &DemoShop, password_hash: &str, now: Timestamp) -> Seeded<ShopId> {
    let shop = match known {
        Some(shop) => shop,
        None => accepted(demo.name, db::shops::create_shop(db, &new_shop(demo), now).await?)?,
    };
    save_settings(db, shop, demo, now).await?;
    let variants = save_products(db, shop, &demo.products, now).await?;
    set_stock(db, shop, demo, &variants, now).await?;
    let products = db::catalog::load_products(db, shop).await?;
    save_collections(db, shop, &demo.collections, &products).await?;
    for sale in &demo.sales {
        save_sale(db, shop, sale, &products, now).await?;
    }
    save_pages(db, shop, &demo.pages, now).await?;
    save_coupons(db, shop, &demo.coupons).await?;
    let owner = NewSeller {
        email: demo.owner.email.into(),
        name: demo.owner.name.into(),
        role: SellerRole::Owner,
        password_hash: password_hash.into(),
    };
    accepted(demo.owner.email, db::sellers::create_seller(db, shop, &owner, now).await?)?;
    Ok(shop)
}

fn accepted<T, R: Display>(what: &str, answer: Result<T, R>) -> Seeded<T> {
    answer.map_err(|why| SeedError::Refused { what: what.into(), why: why.to_string() })
}

fn new_shop(demo: &DemoShop) -> NewShop {
    NewShop {
        handle: demo.handle.into(),
        name: demo.name.into(),
        currency: Currency::from_code(demo.currency).expect("a demonstration's currency is one"),
        time_zone: demo.time_zone.into(),
        domains: demo.domains.iter().map(|domain| (*domain).to_owned()).collect(),
    }
}

async fn save_settings(db: &Db, shop: ShopId, demo: &DemoShop, now: Timestamp) -> Seeded<()> {
    let mut branding = demo.branding.clone();
    branding.logo = Some(save_picture(db, shop, "logo", &demo.logo, now).await?);
    branding.hero_picture = Some(save_picture(db, shop, "home", &demo.hero, now).await?);
    for settings in [
        Settings::Branding(branding),
        Settings::Shipping(demo.shipping.clone()),
        Settings::Tax(demo.tax.clone()),
        Settings::Checkout(demo.checkout.clone()),
        Settings::Contact(demo.contact.clone()),
    ] {
        db::shops::save_settings(db, shop, &settings, now).await?;
    }
    for (path, body) in demo.templates {
        db::themes::save_theme_file(db, shop, path, body, now).await?;
    }
    Ok(())
}

/// A drawing is its own only size. Drawings have names instead of digests: the same name is the same drawing.
async fn save_picture(db: &Db, shop: ShopId, name: &str, picture: &DemoPicture, now: Timestamp) -> Seeded<MediaId> {
    let media = NewMedia {
        file_name: format!("{name}.svg"),
        content_hash: format!("drawing:{name}"),
        width: picture.width,
        height: picture.height,
        sizes: vec![NewMediaSize {
            width: picture.width,
            content_type: "image/svg+xml".into(),
            body: picture.svg.clone().into_bytes(),
        }],
    };
    Ok(db::catalog::insert_media(db, shop, &media, now).await?)
}

/// Saves what is missing; gives the variants of all by sku.
async fn save_products(db: &Db, shop: ShopId, demos: &[DemoProduct], now: Timestamp) -> Seeded<HashMap<String, VariantId>> {
    let there: Vec<Product> = db::catalog::load_products(db, shop).await?;
    let mut variants = HashMap::new();
    for (index, demo) in demos.iter().enumerate() {
        let product = match there.iter().find(|product| product.handle == demo.handle) {
            Some(product) => product.clone(),
            None => {
                let mut media = Vec::with_capacity(demo.pictures.len());
                for (number, picture) in demo.pictures.iter().enumerate() {
                    media.push(save_picture(db, shop, &format!("{}-{}", demo.handle, number + 1), picture, now).await?);
                }
                let product = product(db, demo, &media, index as i64, now);
                accepted(&demo.title, db::catalog::save_product(db, shop, &product, now).await?)?;
                product
            }
        };
        variants.extend(product.variants.into_iter().map(|variant| (variant.sku, variant.id)));
    }
    Ok(variants)
}

fn product(db: &Db, demo: &DemoProduct, media: &[MediaId], index: i64, now: Timestamp) -> Product {
    let is_new = demo.tags.iter().any(|tag| tag == "new");
    let published = now.plus_seconds(-(if is_new { 2 } else { 30 }) * DAY - index * HOUR);
    let pictures = demo.pictures.iter().zip(media).map(|(picture, media)| Picture {
        media: Some(*media),
        source_url: String::new(),
        alt: picture.alt.clone(),
        width: picture.width,
        height: picture.height,
    });
    let variants = demo.variants.iter().map(|variant| Variant {
        id: VariantId(db.ids().next(now)),
        option_values: variant.option_values.clone(),
        sku: variant.sku.clone(),
        barcode: variant.barcode.clone(),
        price_minor: variant.price_minor,
        was_price_minor: variant.was_price_minor,
        cost_minor: Some(variant.cost_minor),
        weight_grams: variant.weight_grams,
        weight_unit: WeightUnit::G,
        taxable: true,
        tax_code: String::new(),
        requires_shipping: true,
        stock_tracked: true,
        stock_policy: StockPolicy::Deny,
        picture: Some(variant.picture),
        extra: Vec::new(),
    });
    Product {
        id: ProductId(db.ids().next(now)),
        handle: demo.handle.clone(),
        title: demo.title.clone(),
        description_html: demo.description_html.clone(),
        vendor: demo.vendor.into(),
        product_type: demo.product_type.into(),
        category: demo.category.into(),
        tags: demo.tags.clone(),
        status: ProductStatus::Active,
        published_at: Some(published),
        seo_title: demo.seo_title.clone(),
        seo_description: demo.seo_description.clone(),
        options: demo.options.clone(),
        pictures: pictures.collect(),
        variants: variants.collect(),
        extra: Vec::new(),
        created_at: published,
        updated_at: published,
    }
}

/// The first count of everything, in one transaction.
async fn set_stock(db: &Db, shop: ShopId, demo: &DemoShop, variants: &HashMap<String, VariantId>, now: Timestamp) -> Seeded<()> {
    let counts = demo.products.iter().flat_map(|product| &product.variants).filter_map(|variant| {
        Some(Command::AdjustStock {
            variant: *variants.get(&variant.sku)?,
            change: StockChange::Set { on_hand: variant.on_hand },
            reason: "First count".into(),
            actor: "system".into(),
        })
    });
    let commands: Vec<Command> = counts.collect();
    let mut tx = db.begin().await?;
    order_writer::decide_in(&mut tx, db, shop, &commands, now).await?;
    tx.commit().await?;
    Ok(())
}

async fn save_collections(db: &Db, shop: ShopId, demos: &[DemoCollection], products: &[Product]) -> Seeded<()> {
    let there = db::catalog::load_collections(db, shop).await?;
    let by_handle = |handle: &str| products.iter().find(|product| product.handle == handle);
    for (position, demo) in demos.iter().enumerate() {
        let known = there.iter().find(|collection| collection.handle == demo.handle).map(|collection| collection.id);
        let kind = match &demo.members {
            DemoMembers::ByHand(handles) => CollectionKind::Manual {
                products: handles.iter().filter_map(|handle| by_handle(handle)).map(|product| product.id).collect(),
            },
            DemoMembers::ByRule(rule) => CollectionKind::Rule { rule: rule.clone() },
        };
        let collection = Collection {
            id: known.unwrap_or_else(|| CollectionId(db.ids().next(Timestamp::default()))),
            handle: demo.handle.into(),
            title: demo.title.into(),
            description_html: format!("<p>{}</p>", demo.text),
            picture: by_handle(demo.face).and_then(|product| product.pictures.get(2).or(product.pictures.first())?.media),
            seo_title: String::new(),
            seo_description: demo.seo_description.into(),
            published: true,
            position: position as i64 + 1,
            kind,
        };
        accepted(demo.title, db::catalog::save_collection(db, shop, &collection).await?)?;
    }
    Ok(())
}

async fn save_sale(db: &Db, shop: ShopId, demo: &DemoSale, products: &[Product], now: Timestamp) -> Seeded<()> {
    let there = db::flash_sales::list_flash_sales(db, shop).await?;
    let picture = save_picture(db, shop, demo.handle, &demo.hero, now).await?;
    let (opens_at, closes_at) = window(demo.window, now);
    let items = demo.items.iter().flat_map(|item| {
        let variants = products.iter().filter(|product| product.handle == item.product).flat_map(|product| &product.variants);
        variants.map(|variant| FlashSaleItem {
            variant: variant.id,
            price_minor: item.price_minor(variant.price_minor),
            quantity_offered: item.quantity_offered,
            quantity_per_customer_max: item.per_customer_max,
            quantity_claimed: 0,
        })
    });
    let known = there.iter().find(|sale| sale.handle == demo.handle).map(|sale| sale.id);
    let sale = FlashSale {
        id: known.unwrap_or_else(|| FlashSaleId(db.ids().next(now))),
        handle: demo.handle.into(),
        name: demo.name.into(),
        teaser: demo.teaser.into(),
        picture: Some(picture),
        early_access_at: None,
        opens_at,
        closes_at,
        before_opening: demo.before_opening,
        status: FlashSaleStatus::Scheduled,
        items: items.collect(),
    };
    accepted(demo.name, db::flash_sales::save_flash_sale(db, shop, &sale, now).await?)
}

async fn save_pages(db: &Db, shop: ShopId, demos: &[DemoPage], now: Timestamp) -> Seeded<()> {
    let there = db::pages::list_pages(db, shop).await?;
    for (position, demo) in demos.iter().enumerate() {
        let known = there.iter().find(|page| page.handle == demo.handle).map(|page| page.id);
        let page = InfoPage {
            id: known.unwrap_or_else(|| PageId(db.ids().next(now))),
            handle: demo.handle.into(),
            title: demo.title.into(),
            body_markdown: demo.markdown.into(),
            body_html: web::markdown::to_html(demo.markdown),
            seo_description: demo.seo_description.into(),
            published: true,
            position: position as i64 + 1,
            updated_at: now,
        };
        accepted(demo.title, db::pages::save_page(db, shop, &page, now).await?)?;
    }
    Ok(())
}

async fn save_coupons(db: &Db, shop: ShopId, demos: &[DemoCoupon]) -> Seeded<()> {
    for demo in demos {
        let known = db::coupons::coupon_by_code(db, shop, demo.code).await?.map(|coupon| coupon.id);
        let coupon = Coupon {
            id: known.unwrap_or_else(|| CouponId(db.ids().next(Timestamp::default()))),
            code: demo.code.into(),
            kind: demo.kind,
            minimum_minor: demo.minimum_minor,
            starts_at: None,
            ends_at: None,
            uses_max: None,
            uses_per_customer_max: demo.uses_per_customer_max,
            uses_claimed: 0,
            active: true,
        };
        accepted(demo.code, db::coupons::save_coupon(db, shop, &coupon).await?)?;
    }
    Ok(())
}

/// When a sale opens and closes, seen from a start at `now`.
fn window(window: DemoWindow, now: Timestamp) -> (Timestamp, Timestamp) {
    match window {
        DemoWindow::Open => (now.plus_seconds(-3 * HOUR), now.plus_seconds(2 * DAY)),
        DemoWindow::OpensSoon => (now.plus_seconds(OPENS_AFTER), now.plus_seconds(OPENS_AFTER + 2 * DAY)),
        DemoWindow::Ended => (now.plus_seconds(-10 * DAY), now.plus_seconds(-7 * DAY)),
    }
}

/// Moves the demonstration's own sales, where a seller has not deleted or called them off. Items and prices stay.
async fn move_sales(db: &Db, shop: ShopId, now: Timestamp) -> Seeded<()> {
    for mut sale in db::flash_sales::list_flash_sales(db, shop).await? {
        let Some(demo) = quillmere::window_of(&sale.handle) else { continue };
        if sale.status != FlashSaleStatus::Scheduled || fits(&sale, demo, now) {
            continue;
        }
        (sale.opens_at, sale.closes_at) = window(demo, now);
        sale.early_access_at = None;
        accepted(&sale.name.clone(), db::flash_sales::save_flash_sale(db, shop, &sale, now).await?)?;
    }
    Ok(())
}

/// Whether a sale is already where a start at `now` wants it.
fn fits(sale: &FlashSale, wanted: DemoWindow, now: Timestamp) -> bool {
    match wanted {
        DemoWindow::Open => sale.phase(now) == FlashSalePhase::Open && now.plus_seconds(OPEN_AT_LEAST) <= sale.closes_at,
        DemoWindow::OpensSoon => sale.phase(now) == FlashSalePhase::Upcoming && sale.opens_at <= now.plus_seconds(OPENS_AFTER),
        DemoWindow::Ended => sale.phase(now) == FlashSalePhase::Ended,
    }
}
