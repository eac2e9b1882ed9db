//! The catalog in both databases: products, collections, media, and the way in and out as CSV.

mod collections;
mod csv;
mod media;
mod products;

use commerce::catalog::{OptionAxis, Picture, Product, ProductStatus, StockPolicy, Variant, WeightUnit};
use commerce::{ProductId, ShopId, Timestamp, VariantId};
use db::Db;

const NOW: Timestamp = crate::shops::NOW;

/// A tote in two colors, with ids from the database.
fn tote(db: &Db) -> Product {
    let colors = ["Sand", "Ink"];
    let variants = colors.iter().map(|color| variant(db, color)).collect();
    Product {
        id: ProductId(db.ids().next(NOW)),
        handle: "tote-ria".into(),
        title: "Tote “Ria”".into(),
        description_html: "<p>100 % wool_felt</p>".into(),
        vendor: "Ria".into(),
        product_type: "Bag".into(),
        category: "Apparel > Bags".into(),
        tags: vec!["felt".into(), "new".into()],
        status: ProductStatus::Active,
        published_at: Some(NOW),
        seo_title: String::new(),
        seo_description: "A tote".into(),
        options: vec![OptionAxis { name: "Color".into(), values: colors.map(String::from).to_vec() }],
        pictures: vec![Picture {
            media: None,
            source_url: "https://juniper.example/tote.jpg".into(),
            alt: "The tote".into(),
            width: 0,
            height: 0,
        }],
        variants,
        extra: vec![("Season".into(), "Spring".into())],
        created_at: NOW,
        updated_at: NOW,
    }
}

fn variant(db: &Db, color: &str) -> Variant {
    Variant {
        id: VariantId(db.ids().next(NOW)),
        option_values: vec![color.into()],
        sku: format!("RIA-{color}"),
        barcode: "4006381333931".into(),
        price_minor: 12_900,
        was_price_minor: Some(15_900),
        cost_minor: None,
        weight_grams: 640,
        weight_unit: WeightUnit::Kg,
        taxable: true,
        tax_code: String::new(),
        requires_shipping: true,
        stock_tracked: true,
        stock_policy: StockPolicy::Deny,
        picture: Some(0),
        extra: vec![],
    }
}

async fn version(db: &Db, shop: ShopId) -> i64 {
    let versions = db::shops::catalog_versions(db).await.expect("the database works");
    versions.into_iter().find(|(known, _)| *known == shop).expect("the shop is there").1
}
