//! A shop in memory: all that pages show except what moves with every order. Loaded anew when the shop's catalog version moves.
//!
//! Everything here is read-only and free of I/O; [`load`] reads it from the database, [`moment`] looks at it at one instant.

pub mod browse;
pub mod load;
pub mod moment;
#[cfg(test)]
pub(crate) mod testing;

pub use moment::{Availability, Moment, Terms};

use crate::theme::{TemplateOverride, Theme, assets::short_hash, palette};
use commerce::catalog::{Collection, CollectionKind, Product, ProductStatus, Variant};
use commerce::sale::FlashSale;
use commerce::shop::Shop;
use commerce::{CollectionId, MediaId, ProductId, Timestamp, VariantId};
use std::collections::HashMap;
use std::sync::OnceLock;

/// What a snapshot is made from.
#[derive(Debug)]
pub struct Parts {
    /// The shop's catalog version when they were read.
    pub version: i64,
    /// The shop and its settings.
    pub shop: Shop,
    /// All products that are not drafts or archived.
    pub products: Vec<Product>,
    /// All collections.
    pub collections: Vec<Collection>,
    /// All info pages that are published.
    pub pages: Vec<InfoPage>,
    /// All sales that are on the calendar.
    pub sales: Vec<FlashSale>,
    /// All pictures, without their bytes.
    pub media: Vec<MediaInfo>,
    /// The seller's own templates.
    pub templates: Vec<TemplateOverride>,
}

/// An info page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InfoPage {
    /// In the address of the page.
    pub handle: String,
    /// Its name.
    pub title: String,
    /// Cleaned HTML.
    pub body_html: String,
    /// For search engines; may be empty.
    pub seo_description: String,
    /// When it was last changed, UTC.
    pub updated_at: Timestamp,
}

/// A stored picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaInfo {
    /// The row's id.
    pub id: MediaId,
    /// Pixels of the original.
    pub width: u32,
    /// Pixels of the original.
    pub height: u32,
    /// Widths in which it is kept, smallest first.
    pub widths: Vec<u32>,
}

impl MediaInfo {
    /// The stored width that is shown where `pixels` are wanted: the smallest that is at least as wide, else the widest.
    pub fn width_for(&self, pixels: u32) -> Option<u32> {
        self.widths.iter().find(|width| **width >= pixels).or(self.widths.last()).copied()
    }
}

/// A shop in memory.
#[derive(Debug)]
pub struct Snapshot {
    /// The shop's catalog version when it was read.
    pub version: i64,
    /// The shop and its settings.
    pub shop: Shop,
    /// Products, newest first.
    pub products: Vec<Product>,
    /// Collections that shoppers see, in the seller's order.
    pub collections: Vec<Collection>,
    /// Info pages.
    pub pages: Vec<InfoPage>,
    /// Sales on the calendar, the first to open first.
    pub sales: Vec<FlashSale>,
    /// Templates.
    pub theme: Theme,
    /// The stylesheet made from the branding, and its address.
    pub palette: (String, String),
    /// What surrounds most pages, once the first of them was asked for.
    pub frame: OnceLock<minijinja::Value>,
    media: HashMap<MediaId, MediaInfo>,
    product_by_handle: HashMap<String, usize>,
    product_by_id: HashMap<ProductId, usize>,
    place_of_variant: HashMap<VariantId, (usize, usize)>,
    /// For each variant the sales it is in, each reduced to that one item, so that asking for its price is quick.
    sales_of_variant: HashMap<VariantId, Vec<FlashSale>>,
    members: HashMap<CollectionId, Vec<usize>>,
}

impl Snapshot {
    /// Sorts and indexes what was read.
    pub fn new(parts: Parts) -> Self {
        let Parts { version, shop, mut products, mut collections, pages, mut sales, media, templates } = parts;
        products.retain(|product| product.status == ProductStatus::Active && !product.variants.is_empty());
        products.sort_by_key(|product| std::cmp::Reverse((product.published_at, product.id)));
        collections.retain(|collection| collection.published);
        collections.sort_by_key(|collection| (collection.position, collection.id));
        sales.sort_by_key(|sale| (sale.opens_at, sale.id));
        let product_by_id: HashMap<_, _> = products.iter().enumerate().map(|(index, product)| (product.id, index)).collect();
        let members =
            collections.iter().map(|collection| (collection.id, members_of(collection, &products, &product_by_id))).collect();
        let css = palette::stylesheet(&shop.branding);
        Self {
            version,
            theme: Theme::new(&shop, &templates),
            palette: (format!("/theme.css?v={}", short_hash(css.as_bytes())), css),
            frame: OnceLock::new(),
            media: media.into_iter().map(|picture| (picture.id, picture)).collect(),
            product_by_handle: products.iter().enumerate().map(|(index, product)| (product.handle.clone(), index)).collect(),
            product_by_id,
            place_of_variant: places_of_variants(&products),
            sales_of_variant: sales_by_variant(&sales),
            members,
            shop,
            products,
            collections,
            pages,
            sales,
        }
    }

    /// The product of this handle, whether shoppers see it yet or not.
    pub fn product(&self, handle: &str) -> Option<&Product> {
        self.product_by_handle.get(handle).map(|&index| &self.products[index])
    }

    /// The product of this id, whether shoppers see it yet or not.
    pub fn product_of_id(&self, id: ProductId) -> Option<&Product> {
        self.product_by_id.get(&id).map(|&index| &self.products[index])
    }

    /// A variant and its product.
    pub fn variant(&self, id: VariantId) -> Option<(&Product, &Variant)> {
        let &(product, variant) = self.place_of_variant.get(&id)?;
        Some((&self.products[product], &self.products[product].variants[variant]))
    }

    /// The collection of this handle.
    pub fn collection(&self, handle: &str) -> Option<&Collection> {
        self.collections.iter().find(|collection| collection.handle == handle)
    }

    /// The products of a collection, in its order.
    pub fn members(&self, collection: &Collection) -> impl Iterator<Item = &Product> {
        self.members.get(&collection.id).into_iter().flatten().map(|&index| &self.products[index])
    }

    /// The info page of this handle.
    pub fn page(&self, handle: &str) -> Option<&InfoPage> {
        self.pages.iter().find(|page| page.handle == handle)
    }

    /// The sale of this handle.
    pub fn sale(&self, handle: &str) -> Option<&FlashSale> {
        self.sales.iter().find(|sale| sale.handle == handle)
    }

    /// The sales a variant is in, each reduced to that one item.
    pub fn sales_of(&self, variant: VariantId) -> &[FlashSale] {
        self.sales_of_variant.get(&variant).map_or(&[], Vec::as_slice)
    }

    /// Every variant that is part of a sale on the calendar.
    pub fn variants_in_sales(&self) -> impl Iterator<Item = VariantId> {
        self.sales_of_variant.keys().copied()
    }

    /// Every stored picture.
    pub fn all_media(&self) -> impl Iterator<Item = &MediaInfo> {
        self.media.values()
    }

    /// A stored picture.
    pub fn media(&self, id: MediaId) -> Option<&MediaInfo> {
        self.media.get(&id)
    }
}

fn members_of(collection: &Collection, products: &[Product], by_id: &HashMap<ProductId, usize>) -> Vec<usize> {
    match &collection.kind {
        CollectionKind::Manual { products } => products.iter().filter_map(|id| by_id.get(id).copied()).collect(),
        CollectionKind::Rule { rule } => {
            products.iter().enumerate().filter(|(_, product)| rule.matches(product)).map(|(index, _)| index).collect()
        }
    }
}

fn places_of_variants(products: &[Product]) -> HashMap<VariantId, (usize, usize)> {
    let places_of = |(at, product): (usize, &Product)| -> Vec<_> {
        product.variants.iter().enumerate().map(|(place, variant)| (variant.id, (at, place))).collect()
    };
    products.iter().enumerate().flat_map(places_of).collect()
}

fn sales_by_variant(sales: &[FlashSale]) -> HashMap<VariantId, Vec<FlashSale>> {
    let mut by_variant: HashMap<VariantId, Vec<FlashSale>> = HashMap::new();
    for sale in sales {
        for item in &sale.items {
            let bare = FlashSale { items: vec![item.clone()], teaser: String::new(), ..sale_head(sale) };
            by_variant.entry(item.variant).or_default().push(bare);
        }
    }
    by_variant
}

/// A sale without its items.
fn sale_head(sale: &FlashSale) -> FlashSale {
    FlashSale {
        id: sale.id,
        handle: sale.handle.clone(),
        name: sale.name.clone(),
        teaser: String::new(),
        picture: sale.picture,
        early_access_at: sale.early_access_at,
        opens_at: sale.opens_at,
        closes_at: sale.closes_at,
        before_opening: sale.before_opening,
        status: sale.status,
        items: Vec::new(),
    }
}
