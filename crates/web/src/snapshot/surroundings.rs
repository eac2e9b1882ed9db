//! All of a shop in memory but its products: settings, collections, pages, sales and look.

use super::InfoPage;
use super::members::follows_prices;
use crate::theme::{TemplateOverride, Theme, assets::short_hash, palette};
use commerce::VariantId;
use commerce::catalog::Collection;
use commerce::sale::FlashSale;
use commerce::shop::Shop;
use std::collections::HashMap;
use std::sync::OnceLock;

/// What surroundings are made from.
#[derive(Debug)]
pub struct SurroundingParts {
    /// The shop and its settings.
    pub shop: Shop,
    /// All collections.
    pub collections: Vec<Collection>,
    /// All info pages that are published.
    pub pages: Vec<InfoPage>,
    /// All sales that are on the calendar.
    pub sales: Vec<FlashSale>,
    /// The seller's own templates.
    pub templates: Vec<TemplateOverride>,
}

/// What surrounds the products. Snapshots between which only products have changed share it.
#[derive(Debug)]
pub struct Surroundings {
    /// The shop and its settings.
    pub shop: Shop,
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
    /// For each variant the sales it is in, each reduced to that one item, so that asking for its price is quick.
    sales_of_variant: HashMap<VariantId, Vec<FlashSale>>,
    pub(super) follows_prices: bool,
}

impl Surroundings {
    pub(super) fn new(parts: SurroundingParts) -> Self {
        let SurroundingParts { shop, mut collections, pages, mut sales, templates } = parts;
        collections.retain(|collection| collection.published);
        collections.sort_by_key(|collection| (collection.position, collection.id));
        sales.sort_by_key(|sale| (sale.opens_at, sale.id));
        let css = palette::stylesheet(&shop.branding);
        Self {
            theme: Theme::new(&shop, &templates),
            palette: (format!("/theme.css?v={}", short_hash(css.as_bytes())), css),
            frame: OnceLock::new(),
            sales_of_variant: sales_by_variant(&sales),
            follows_prices: follows_prices(&collections),
            shop,
            collections,
            pages,
            sales,
        }
    }

    /// The collection of this handle.
    pub fn collection(&self, handle: &str) -> Option<&Collection> {
        self.collections.iter().find(|collection| collection.handle == handle)
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
