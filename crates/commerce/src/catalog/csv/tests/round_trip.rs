//! Writing products and reading them again gives the same products, whatever their texts are.

use super::{Outcome, euro, merged, read};
use crate::catalog::csv::{Dialect, WriteSettings, write_products};
use crate::catalog::{OptionAxis, Picture, Product, ProductStatus, StockPolicy, Variant, WeightUnit};
use crate::{MediaId, ProductId, Timestamp, VariantId};
use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use std::collections::HashMap;

/// A text as a desk would keep it: without blanks at its ends, and not the word that means “no option”.
fn word() -> impl Strategy<Value = String> {
    let nasty = prop_oneof![
        Just("=HYPERLINK(\"x\")".to_owned()),
        Just("'=1".to_owned()),
        Just("+49".to_owned()),
        Just("-1".to_owned()),
        Just("@you".to_owned()),
        Just("say \"hi\", Ada".to_owned()),
        Just("two\nlines\r\nhere".to_owned()),
        Just("'".to_owned()),
    ];
    prop_oneof![3 => "[a-zA-Z0-9äß€😀 .;|]{1,12}".prop_map(|text| text.trim().to_owned()), 1 => nasty]
        .prop_filter("blank", |text| !text.is_empty())
}

fn maybe_word() -> impl Strategy<Value = String> {
    option::of(word()).prop_map(Option::unwrap_or_default)
}

fn pictures() -> impl Strategy<Value = Vec<Picture>> {
    vec((option::of(1_i64..99), maybe_word()), 0..4).prop_map(|drawn| {
        let picture = |(index, (media, alt)): (usize, (Option<i64>, String))| Picture {
            media: media.map(|media| MediaId(media * 10 + index as i64)),
            source_url: if media.is_some() { String::new() } else { format!("https://juniper.example/{index}.jpg?v=1,2") },
            alt,
            width: 0,
            height: 0,
        };
        drawn.into_iter().enumerate().map(picture).collect()
    })
}

fn variant() -> impl Strategy<Value = Variant> {
    let price = 0_i64..1_000_000_000;
    let texts = (maybe_word(), maybe_word(), maybe_word());
    let amounts = (price.clone(), option::of(price.clone()), option::of(price), 0_i64..100_000);
    let flags = (any::<[bool; 4]>(), 0_usize..4, option::of(0_u32..4), maybe_word());
    (texts, amounts, flags).prop_map(
        |((sku, barcode, tax_code), (price_minor, was, cost, grams), (flags, unit, picture, metafield))| Variant {
            id: VariantId(0),
            option_values: vec![],
            sku,
            barcode,
            price_minor,
            was_price_minor: was,
            cost_minor: cost,
            weight_grams: grams,
            weight_unit: [WeightUnit::G, WeightUnit::Kg, WeightUnit::Oz, WeightUnit::Lb][unit],
            taxable: flags[0],
            tax_code,
            requires_shipping: flags[1],
            stock_tracked: flags[2],
            stock_policy: if flags[3] { StockPolicy::Continue } else { StockPolicy::Deny },
            picture,
            extra: if metafield.is_empty() { vec![] } else { vec![("Price / Market".into(), metafield)] },
        },
    )
}

fn product() -> impl Strategy<Value = Product> {
    let texts = (word(), maybe_word(), maybe_word(), maybe_word(), maybe_word(), maybe_word(), maybe_word());
    let tags = btree_set("[a-z]{1,8}", 0..4);
    let options = btree_set(word(), 0..4);
    let axis_values = btree_set(word(), 4);
    (texts, tags, 0_usize..3, any::<bool>(), options, axis_values, pictures(), vec(variant(), 1..5), maybe_word()).prop_map(
        |(
            (title, html, vendor, kind, category, seo_title, seo_description),
            tags,
            status,
            published,
            names,
            values,
            pictures,
            variants,
            extra,
        )| {
            let mut product = Product {
                id: ProductId(0),
                handle: "tote-ria".into(),
                title,
                description_html: html,
                vendor,
                product_type: kind,
                category,
                tags: tags.into_iter().collect(),
                status: [ProductStatus::Active, ProductStatus::Draft, ProductStatus::Archived][status],
                published_at: published.then_some(Timestamp::from_seconds(1_700_000_000)),
                seo_title,
                seo_description,
                options: vec![],
                pictures,
                variants,
                extra: if extra.is_empty() { vec![] } else { vec![("Google Shopping / Gender".into(), extra)] },
                created_at: Timestamp::from_seconds(1_700_000_000),
                updated_at: Timestamp::from_seconds(1_700_000_000),
            };
            give_options(&mut product, names.into_iter().collect(), &values.into_iter().collect::<Vec<_>>());
            product
        },
    )
}

/// Names the axes and gives each variant its own combination along them.
fn give_options(product: &mut Product, mut names: Vec<String>, values: &[String]) {
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(name.to_lowercase()));
    product.variants.truncate(if names.is_empty() { 1 } else { values.len() });
    let pictures = product.pictures.len() as u32;
    for (index, variant) in product.variants.iter_mut().enumerate() {
        variant.id = VariantId(index as i64 + 2);
        variant.option_values = names.iter().map(|_| values[index].clone()).collect();
        variant.picture = variant.picture.filter(|picture| *picture < pictures);
    }
    let used: Vec<String> = values.iter().take(product.variants.len()).cloned().collect();
    product.options = names.into_iter().map(|name| OptionAxis { name, values: used.clone() }).collect();
    product.id = ProductId(1);
}

fn written(products: &[Product], quantities: &HashMap<VariantId, i64>, dialect: Dialect) -> Vec<u8> {
    let settings = WriteSettings {
        dialect,
        currency: euro(),
        picture_url: &|media| format!("https://juniper.example/media/{media}/1600.jpg"),
    };
    let mut out = Vec::new();
    write_products(products, quantities, &settings, &mut out).expect("memory takes everything");
    out
}

proptest! {
    #[test]
    fn export_then_import_changes_nothing(product in product(), quantity in 0_i64..1_000_000, new in any::<bool>()) {
        let dialect = if new { Dialect::New } else { Dialect::Classic };
        let quantities: HashMap<_, _> = product.variants.iter().map(|variant| (variant.id, quantity)).collect();
        let file = written(std::slice::from_ref(&product), &quantities, dialect);
        let (checked, outcome): (_, Outcome) = read(&file).expect("a file that can be read");
        prop_assert_eq!(checked.dialect, dialect);
        let drafts = outcome.into_iter().collect::<Result<Vec<_>, _>>().expect("products without mistakes");
        prop_assert_eq!(drafts.len(), 1);

        let again = merged(&drafts[0], Some(&product), 1_000);
        prop_assert_eq!(&again.product, &product);
        prop_assert_eq!(&again.changes, &vec![]);
        let tracked = product.variants.iter().filter(|variant| variant.stock_tracked);
        let tracked: Vec<_> = tracked.map(|variant| (variant.id, quantity)).collect();
        let counted: Vec<_> = again.quantities.iter().map(|counted| (counted.variant, counted.quantity)).collect();
        prop_assert_eq!(counted, tracked);

        let mut elsewhere = merged(&drafts[0], None, 0).product;
        for (copy, original) in elsewhere.pictures.iter_mut().zip(&product.pictures) {
            copy.media = original.media;
            copy.source_url.clone_from(&original.source_url);
        }
        prop_assert_eq!(elsewhere, product);
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in vec(prop_oneof![any::<u8>(), Just(b','), Just(b'"'), Just(b'\n')], 0..300)) {
        let text = [b"Handle,Title,Option1 Name,Option1 Value,Variant Price,Image Src,More\n".as_slice(), &bytes].concat();
        drop(read(&text));
        drop(read(&bytes));
    }
}
