//! Three real catalogs, read whole. Their origin and licenses are in `testdata/README.md`.

use super::{Outcome, drafts, merged, read};
use crate::catalog::csv::{Dialect, Field};
use crate::catalog::{ProductStatus, StockPolicy};

const CLASSIC: &str = include_str!("../../../../../../testdata/online-retail-catalogue.shopify.csv");
const NEW: &str = include_str!("../../../../../../testdata/online-retail-200.shopify-2025.csv");
const VENDURE: &str = include_str!("../../../../../../testdata/vendure-demo-products.csv");

fn check_counts(text: &str, dialect: Dialect, products: usize, variants: usize) {
    let (checked, outcome): (_, Outcome) = read(text.as_bytes()).expect("a catalog that can be read");
    assert_eq!((checked.dialect, checked.products, checked.rows), (dialect, products, variants));
    let drafts = outcome.into_iter().collect::<Result<Vec<_>, _>>().expect("products without mistakes");
    assert_eq!((drafts.len(), drafts.iter().map(|draft| draft.variants.len()).sum::<usize>()), (products, variants));
}

#[test]
fn real_catalogs_of_all_dialects_are_read_whole() {
    check_counts(CLASSIC, Dialect::Classic, 3_282, 3_791);
    check_counts(NEW, Dialect::New, 200, 232);
    check_counts(VENDURE, Dialect::Vendure, 54, 88);
}

#[test]
fn a_product_of_the_classic_dialect_becomes_what_its_row_says() {
    let drafts = drafts(CLASSIC);
    let globe = merged(&drafts[0], None, 0);
    let product = &globe.product;
    assert_eq!((product.handle.as_str(), product.title.as_str()), ("inflatable-political-globe", "Inflatable Political Globe"));
    assert_eq!(product.tags, ["globe", "inflatable", "political"]);
    assert!(product.options.is_empty() && product.extra.is_empty());
    assert_eq!((product.status, product.published_at.is_some()), (ProductStatus::Active, true));
    let variant = &product.variants[0];
    assert_eq!((variant.sku.as_str(), variant.price_minor, variant.was_price_minor), ("10002", 85, Some(166)));
    assert_eq!((variant.stock_tracked, variant.stock_policy), (true, StockPolicy::Deny));
    assert_eq!(globe.quantities[0].quantity, 71);
}

#[test]
fn both_shopify_dialects_describe_the_same_products() {
    let (classic, new) = (drafts(CLASSIC), drafts(NEW));
    for (old, new) in classic.iter().zip(&new) {
        let (old, new) = (merged(old, None, 0), merged(new, None, 0));
        assert_eq!(old.product, new.product);
        assert_eq!(
            old.quantities.iter().map(|counted| counted.quantity).collect::<Vec<_>>(),
            new.quantities.iter().map(|counted| counted.quantity).collect::<Vec<_>>()
        );
    }
}

#[test]
fn facets_become_tags_and_vendor_and_padding_is_gone() {
    let drafts = drafts(VENDURE);
    let laptop = merged(&drafts[0], None, 0).product;
    assert_eq!((laptop.title.as_str(), laptop.vendor.as_str()), ("Laptop", "Apple"));
    assert_eq!(laptop.tags, ["Electronics", "Computers"]);
    let axes: Vec<_> = laptop.options.iter().map(|axis| (axis.name.as_str(), axis.values.len())).collect();
    assert_eq!(axes, [("screen size", 2), ("RAM", 2)]);
    assert_eq!(laptop.variants[3].option_values, ["15 inch", "16GB"]);
    assert_eq!((laptop.variants[0].price_minor, drafts[0].variants[0].quantity.clone()), (129_900, Field::Set(100)));
    assert_eq!(laptop.extra, [("assets".to_owned(), "derick-david-409858-unsplash.jpg".to_owned())]);
    assert!(laptop.variants.iter().all(|variant| variant.stock_tracked && variant.tax_code == "standard"));
}
