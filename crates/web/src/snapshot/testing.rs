//! Shops in memory for tests: a small one with a blanket that goes on sale in an hour and a tote in two colors, and any other by
//! chance.

use super::{Availability, Parts, Snapshot, SurroundingParts};
use commerce::catalog::{
    Collection, CollectionKind, CollectionRule, OptionAxis, Product, RuleCondition, RuleField, RuleRelation, Variant,
};
use commerce::sale::{BeforeOpening, FlashSale, FlashSaleItem, FlashSaleStatus};
use commerce::{CollectionId, FlashSaleId, ProductId, Timestamp, VariantId};
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
        products: vec![blanket, tote],
        media: Vec::new(),
        surroundings: SurroundingParts {
            shop: crate::theme::testing::juniper_roasters(),
            collections: Vec::new(),
            pages: Vec::new(),
            sales: vec![sale],
            templates: Vec::new(),
        },
    })
}

/// Chance that can be had again: xorshift.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

/// A product by chance, with up to four variants; its id is `number`, theirs begin at four times that.
pub(crate) fn any_product(dice: &mut Dice, number: i64) -> Product {
    let axes = ["Color", "Size"].into_iter().take(dice.below(3));
    let options: Vec<OptionAxis> = axes
        .map(|name| OptionAxis {
            name: name.into(),
            values: (0..=dice.below(3)).map(|_| format!("Value {}", dice.below(7))).collect(),
        })
        .collect();
    let variants = (0..=dice.below(4) as i64).map(|own| variant(4 * number + own, 100 * (20 + dice.below(80) as i64), &[]));
    let mut variants: Vec<Variant> = variants.collect();
    for variant in &mut variants {
        variant.was_price_minor = (dice.below(3) == 0).then(|| variant.price_minor * 5 / 4);
        variant.stock_tracked = dice.below(5) > 0;
    }
    let at = NOW.plus_minutes(dice.below(120) as i64 * 60 - 110 * 60);
    Product {
        vendor: if dice.below(9) == 0 { String::new() } else { format!("Maker {}", dice.below(6)) },
        product_type: if dice.below(9) == 0 { String::new() } else { format!("Kind {}", dice.below(5)) },
        tags: vec![format!("tag {}", dice.below(3))],
        options,
        published_at: (dice.below(20) > 0).then_some(at),
        ..Product::new(ProductId(number), &format!("thing-{number}"), &format!("Thing {}", dice.below(40)), variants, at)
    }
}

/// A shop by chance: a collection by hand, one by rule, and two sales that open and close within hours.
pub(crate) fn any_shop(dice: &mut Dice, products: i64) -> Snapshot {
    let by_tag = RuleCondition { field: RuleField::Tag, relation: RuleRelation::Equals, value: "tag 1".into() };
    let rule = CollectionRule { any: false, conditions: vec![by_tag] };
    let chosen = (0..products).filter(|_| dice.below(3) == 0).map(ProductId).collect();
    let kinds = [CollectionKind::Manual { products: chosen }, CollectionKind::Rule { rule }];
    let sale = |id: i64, dice: &mut Dice| FlashSale {
        id: FlashSaleId(id),
        handle: format!("sale-{id}"),
        name: format!("Sale {id}"),
        teaser: String::new(),
        picture: None,
        early_access_at: (id == 2).then_some(NOW.plus_minutes(-30)),
        opens_at: NOW.plus_minutes(60 * id),
        closes_at: NOW.plus_minutes(90 * id),
        before_opening: if id == 1 { BeforeOpening::NotForSale } else { BeforeOpening::OrdinaryPrice },
        status: FlashSaleStatus::Scheduled,
        items: (0..4 * products)
            .filter_map(|variant| match dice.below(4) {
                0 => Some(FlashSaleItem {
                    variant: VariantId(variant),
                    price_minor: 100 * (10 + dice.below(20) as i64),
                    quantity_offered: (dice.below(2) == 0).then_some(dice.below(3) as i64),
                    quantity_per_customer_max: None,
                    quantity_claimed: 0,
                }),
                _ => None,
            })
            .collect(),
    };
    Snapshot::new(Parts {
        version: 1,
        media: Vec::new(),
        surroundings: SurroundingParts {
            shop: crate::theme::testing::juniper_roasters(),
            collections: kinds.into_iter().zip(1..).map(|(kind, id)| collection(id, kind)).collect(),
            pages: Vec::new(),
            sales: vec![sale(1, dice), sale(2, dice)],
            templates: Vec::new(),
        },
        products: (0..products).map(|number| any_product(dice, number)).collect(),
    })
}

pub(crate) fn collection(id: i64, kind: CollectionKind) -> Collection {
    Collection {
        id: CollectionId(id),
        handle: format!("group-{id}"),
        title: format!("Group {id}"),
        description_html: String::new(),
        picture: None,
        seo_title: String::new(),
        seo_description: String::new(),
        published: true,
        position: id,
        kind,
    }
}
