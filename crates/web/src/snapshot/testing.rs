//! A small shop in memory for tests: a blanket that goes on sale in an hour, and a tote in two colors.

use super::{Availability, Parts, Snapshot};
use commerce::catalog::{OptionAxis, Product, Variant};
use commerce::sale::{BeforeOpening, FlashSale, FlashSaleItem, FlashSaleStatus};
use commerce::{FlashSaleId, ProductId, Timestamp, VariantId};
use std::collections::HashMap;

/// Friday, 27 November 2026, 09:00 UTC.
pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_795_770_000);

/// Units on the shelf by variant.
pub(crate) struct Shelf(HashMap<VariantId, i64>);

impl Shelf {
    pub(crate) fn of(counts: &[(i64, i64)]) -> Self {
        Self(counts.iter().map(|&(variant, units)| (VariantId(variant), units)).collect())
    }
}

impl Availability for Shelf {
    fn available(&self, variant: VariantId) -> Option<i64> {
        self.0.get(&variant).copied()
    }

    fn sale_left(&self, _: FlashSaleId, _: VariantId) -> Option<i64> {
        None
    }
}

pub(crate) fn variant(id: i64, price_minor: i64, option_values: &[&str]) -> Variant {
    Variant {
        option_values: option_values.iter().map(|&value| value.into()).collect(),
        sku: format!("SKU-{id}"),
        weight_grams: 400,
        ..Variant::new(VariantId(id), price_minor)
    }
}

pub(crate) fn product(id: i64, handle: &str, title: &str, vendor: &str, variants: Vec<Variant>) -> Product {
    let long_ago = NOW.plus_minutes(-90 * 24 * 60 + id);
    Product {
        description_html: "<p>Made to last.</p>".into(),
        vendor: vendor.into(),
        product_type: "Home".into(),
        tags: vec!["wool".into()],
        ..Product::new(ProductId(id), handle, title, variants, long_ago)
    }
}

/// The shop, with its sale from 10:00 to 11:00 UTC.
pub(crate) fn juniper() -> Snapshot {
    let blanket = product(1, "blanket", "Merino blanket", "Juniper", vec![variant(1, 18_900, &[])]);
    let mut tote =
        product(2, "tote", "Tote Ria", "Atelier Nord", vec![variant(2, 12_900, &["Sand"]), variant(3, 12_900, &["Ink"])]);
    tote.options = vec![OptionAxis { name: "Color".into(), values: vec!["Sand".into(), "Ink".into()] }];
    let sale = FlashSale {
        id: FlashSaleId(1),
        handle: "winter".into(),
        name: "Winter Clearance".into(),
        teaser: String::new(),
        picture: None,
        early_access_at: None,
        opens_at: NOW.plus_minutes(60),
        closes_at: NOW.plus_minutes(120),
        before_opening: BeforeOpening::NotForSale,
        status: FlashSaleStatus::Scheduled,
        items: vec![FlashSaleItem {
            variant: VariantId(1),
            price_minor: 9_900,
            quantity_offered: Some(100),
            quantity_per_customer_max: Some(2),
            quantity_claimed: 0,
        }],
    };
    Snapshot::new(Parts {
        version: 1,
        shop: crate::theme::testing::juniper_roasters(),
        products: vec![blanket, tote],
        collections: Vec::new(),
        pages: Vec::new(),
        sales: vec![sale],
        media: Vec::new(),
        templates: Vec::new(),
    })
}
