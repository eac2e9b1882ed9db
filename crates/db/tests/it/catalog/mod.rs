//! The catalog in both databases: products, collections, media, and the way in and out as CSV.

mod changes;
mod collections;
mod csv;
mod media;
mod products;

use commerce::catalog::{OptionAxis, Picture, Product, Variant, WeightUnit};
use commerce::{ProductId, ShopId, Timestamp, VariantId};
use db::Db;

const NOW: Timestamp = crate::shops::NOW;

/// A tote in two colors, with ids from the database.
fn tote(db: &Db) -> Product {
    let colors = ["Sand", "Ink"];
    let variants = colors.iter().map(|color| variant(db, color)).collect();
    Product {
        description_html: "<p>100 % wool_felt</p>".into(),
        vendor: "Ria".into(),
        product_type: "Bag".into(),
        category: "Apparel > Bags".into(),
        tags: vec!["felt".into(), "new".into()],
        seo_description: "A tote".into(),
        options: vec![OptionAxis { name: "Color".into(), values: colors.map(String::from).to_vec() }],
        pictures: vec![Picture {
            media: None,
            source_url: "https://juniper.example/tote.jpg".into(),
            alt: "The tote".into(),
            width: 0,
            height: 0,
        }],
        extra: vec![("Season".into(), "Spring".into())],
        ..Product::new(ProductId(db.ids().next(NOW)), "tote-ria", "Tote “Ria”", variants, NOW)
    }
}

fn variant(db: &Db, color: &str) -> Variant {
    Variant {
        option_values: vec![color.into()],
        sku: format!("RIA-{color}"),
        barcode: "4006381333931".into(),
        was_price_minor: Some(15_900),
        weight_grams: 640,
        weight_unit: WeightUnit::Kg,
        picture: Some(0),
        ..Variant::new(VariantId(db.ids().next(NOW)), 12_900)
    }
}

async fn version(db: &Db, shop: ShopId) -> i64 {
    let versions = db::shops::catalog_versions(db).await.expect("the database works");
    versions.into_iter().find(|(known, _)| *known == shop).expect("the shop is there").1
}
