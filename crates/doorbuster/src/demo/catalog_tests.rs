//! What must hold for the demonstration's data.

use super::catalog::{DemoMembers, DemoShop, DemoWindow, barcode, check_digit};
use super::{juniper, quillmere};
use commerce::catalog::is_handle;
use std::collections::HashSet;

fn shops() -> [DemoShop; 2] {
    [quillmere::shop(), juniper::shop()]
}

fn assert_unique<'a>(what: &str, words: impl Iterator<Item = &'a str>) {
    let mut seen = HashSet::new();
    for word in words {
        assert!(!word.is_empty() && seen.insert(word), "{what} {word} is there twice or empty");
    }
}

#[test]
fn handles_skus_and_barcodes_are_unique() {
    for shop in shops() {
        assert_unique("product", shop.products.iter().map(|product| product.handle.as_str()));
        assert_unique("collection", shop.collections.iter().map(|collection| collection.handle));
        assert_unique("sale", shop.sales.iter().map(|sale| sale.handle));
        assert_unique("page", shop.pages.iter().map(|page| page.handle));
        let variants = || shop.products.iter().flat_map(|product| &product.variants);
        assert_unique("sku", variants().map(|variant| variant.sku.as_str()));
        assert_unique("barcode", variants().map(|variant| variant.barcode.as_str()));
        assert!(shop.products.iter().all(|product| is_handle(&product.handle)));
    }
}

#[test]
fn check_digits_are_right() {
    assert_eq!(check_digit("400638133393"), 1);
    assert_eq!(check_digit("200000000000"), 8);
    for variant in shops().iter().flat_map(|shop| &shop.products).flat_map(|product| &product.variants) {
        assert_eq!(variant.barcode.len(), 13);
        assert_eq!(variant.barcode[12..], check_digit(&variant.barcode[..12]).to_string());
    }
    assert!(barcode(1).starts_with('2'));
}

#[test]
fn variants_have_one_value_per_axis_and_a_picture() {
    for product in shops().iter().flat_map(|shop| &shop.products) {
        for variant in &product.variants {
            assert_eq!(variant.option_values.len(), product.options.len(), "{}", product.title);
            assert!(product.options.iter().zip(&variant.option_values).all(|(axis, value)| axis.values.contains(value)));
            assert!((variant.picture as usize) < product.pictures.len(), "{}", product.title);
            assert!(variant.was_price_minor.is_none_or(|was| was > variant.price_minor));
            assert!(variant.on_hand >= 0 && variant.weight_grams > 0 && variant.cost_minor < variant.price_minor);
        }
    }
}

#[test]
fn whatever_is_named_exists() {
    for shop in shops() {
        let has = |handle: &str| shop.products.iter().any(|product| product.handle == handle);
        for collection in &shop.collections {
            assert!(has(collection.face), "{}", collection.face);
            if let DemoMembers::ByHand(handles) = &collection.members {
                assert!(handles.iter().all(|handle| has(handle)), "{}", collection.handle);
            }
        }
        for item in shop.sales.iter().flat_map(|sale| &sale.items) {
            assert!(has(item.product), "{}", item.product);
        }
        let has_collection = |handle: &str| shop.collections.iter().any(|collection| collection.handle == handle);
        assert!(shop.branding.home_collections.iter().all(|handle| has_collection(handle)));
        for link in shop.branding.header_links.iter().chain(&shop.branding.footer_links) {
            let known = link.url.strip_prefix("/collections/").map(has_collection);
            let page = link.url.strip_prefix("/pages/").map(|handle| shop.pages.iter().any(|page| page.handle == handle));
            assert_eq!(known.or(page), Some(true), "{}", link.url);
        }
    }
}

#[test]
fn one_sale_is_open_one_opens_soon_and_one_is_over() {
    let windows: Vec<DemoWindow> = quillmere::shop().sales.iter().map(|sale| sale.window).collect();
    assert_eq!(windows, [DemoWindow::Open, DemoWindow::OpensSoon, DemoWindow::Ended]);
}

#[test]
fn sale_prices_are_whole_euros_below_the_ordinary_price() {
    let shop = quillmere::shop();
    for item in shop.sales.iter().flat_map(|sale| &sale.items) {
        let product = shop.products.iter().find(|product| product.handle == item.product).expect("checked above");
        let ordinary = product.variants[0].price_minor;
        let price = item.price_minor(ordinary);
        assert!(price < ordinary && price % 100 == 0, "{}: {price}", item.product);
    }
}
