//! A server that reads only what has changed shows the same pages as one that has just started, and says which pages a change can
//! be seen on.

use crate::node::Node;
use crate::races::Dice;
use crate::world::{BLANKET, BOARD, Browser, MORNING, TOTE_INK, World, worlds};
use commerce::catalog::*;
use commerce::sale::{FlashSale, FlashSaleItem, FlashSaleStatus};
use commerce::shop::{Branding, CheckoutSettings};
use commerce::{CollectionId, FlashSaleId, ProductId, VariantId};
use db::catalog::{ImportMode, ImportRequest};
use db::shops::Settings;
use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::io::{Cursor, Read};
use web::snapshot::Change;

/// Looks at the shop after so many rounds of changes, on each database.
const ROUNDS: u64 = 25;

#[test]
fn after_any_changes_pages_are_those_of_a_server_that_has_just_started() {
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| RandomState::new().hash_one(0));
    for world in worlds() {
        let mut dice = Dice::new(seed);
        let (mut ada, mut of_terms) = (world.browser(), 0);
        for round in 0..ROUNDS {
            let told = format!("{}: round {round}, SEED={seed}", world.engine);
            let before = (world.app.shop(world.juniper).expect("it is there"), pages(&world, &mut ada));
            let changes: Vec<String> = (0..dice.between(1, 2)).map(|_| change(&world, &mut dice, round)).collect();
            world.reload();
            let after = (world.app.shop(world.juniper).expect("it is there"), pages(&world, &mut ada));
            let expected = pages(&world, &mut Node::beside(&world).browser(&ada));
            for (path, page) in &expected {
                assert_eq!(after.1.get(path), Some(page), "{told}: {path} after {changes:?}");
            }
            if let Change::Terms(variants) = Change::between(&before.0.snapshot, &after.0.snapshot) {
                of_terms += 1;
                let shown: Vec<String> = variants
                    .iter()
                    .map(|variant| after.0.snapshot.variant(*variant).expect("terms are those of known variants").0)
                    .map(|product| format!("/products/{}", product.handle))
                    .collect();
                for (path, page) in after.1.iter().filter(|(path, page)| before.1.get(*path) != Some(*page)) {
                    let is_covered = FOLLOWS_TERMS.contains(&path.as_str()) || shown.iter().any(|link| page.contains(link));
                    assert!(is_covered, "{told}: {path} is not covered by {variants:?} after {changes:?}");
                }
            }
        }
        assert!(of_terms > 0, "{}: no round changed terms alone, SEED={seed}", world.engine);
    }
}

/// Lists by price and by stock, and what tells of stock or of when something was changed: they follow the terms of products to
/// which they have no link.
const FOLLOWS_TERMS: [&str; 5] = [
    "/sitemap.xml",
    "/now.json",
    "/collections/all?sort=price-low",
    "/collections/all?available=1",
    "/collections/all?price_max=120",
];

/// Every page of the shop that a change of the catalog can be seen on, by path.
fn pages(world: &World, browser: &mut Browser) -> BTreeMap<String, String> {
    let products = world.with(db::catalog::load_products(world.db(), world.juniper)).expect("the database answers");
    let fixed = ["/", "/collections", "/collections/all", "/collections/home", "/collections/ruled", "/sales/winter"];
    let mut paths: Vec<String> = fixed.into_iter().chain(FOLLOWS_TERMS).map(String::from).collect();
    paths.extend(["Juniper", "Atelier%20Nord"].map(|maker| format!("/collections/all?vendor={maker}&sort=title")));
    paths.extend(products.iter().map(|product| format!("/products/{}", product.handle)));
    paths.into_iter().map(|path| (path.clone(), browser.get(&path).body)).collect()
}

/// Changes something and tells what.
fn change(world: &World, dice: &mut Dice, round: u64) -> String {
    let products = world.with(db::catalog::load_products(world.db(), world.juniper)).expect("the database answers");
    let any = dice.between(0, products.len() as u64 - 1) as usize;
    let mut product = products[any].clone();
    let variant = dice.between(0, product.variants.len() as u64 - 1) as usize;
    let price = 100 * dice.between(50, 250) as i64;
    let kind = dice.between(0, 15);
    match kind {
        0..=4 => product.variants[variant].price_minor = price,
        5 => product.variants[variant].was_price_minor = Some(price),
        6 => product.variants[variant].stock_policy = StockPolicy::Continue,
        7 => product.variants[variant].stock_tracked = false,
        8 => product.title = format!("Thing {round}"),
        9 => product.vendor = if product.vendor == "Juniper" { "Atelier Nord".into() } else { "Juniper".into() },
        10 => product = new_product(round, price),
        11 => return take_out(world, dice, &product),
        12 => return regroup(world, dice, &products),
        13 => return put_on_sale(world, dice),
        14 => return set_up(world, dice, round),
        _ => return import(world, dice, &products, price),
    }
    product.updated_at = MORNING.plus_minutes(round as i64 * 24 * 60);
    let saved = world.with(db::catalog::save_product(world.db(), world.juniper, &product, MORNING));
    format!("{kind} of {}, {:?}", product.handle, saved.expect("the database answers"))
}

fn new_product(round: u64, price_minor: i64) -> Product {
    let id = 1_000 + round as i64;
    let variants = vec![Variant::new(VariantId(id), price_minor)];
    let from = MORNING.plus_minutes(if round.is_multiple_of(3) { 60 } else { -60 });
    Product {
        vendor: "Juniper".into(),
        product_type: "Home".into(),
        ..Product::new(ProductId(id), &format!("new-{id}"), &format!("New {id}"), variants, from)
    }
}

fn take_out(world: &World, dice: &mut Dice, product: &Product) -> String {
    let (db, shop) = (world.db(), world.juniper);
    if dice.between(0, 1) == 0 {
        let archived = world.with(db::catalog::archive_product(db, shop, product.id, MORNING));
        return format!("archive {}: {archived:?}", product.handle);
    }
    format!("delete {}: {:?}", product.handle, world.with(db::catalog::delete_product(db, shop, product.id, MORNING)))
}

/// The collection chosen by hand, or one by rule that looks at the price or does not.
fn regroup(world: &World, dice: &mut Dice, products: &[Product]) -> String {
    let by_price = RuleCondition { field: RuleField::Price, relation: RuleRelation::LessThan, value: "12900".into() };
    let by_tag = RuleCondition { field: RuleField::Tag, relation: RuleRelation::Equals, value: "wool".into() };
    let rule = |condition| CollectionKind::Rule { rule: CollectionRule { any: false, conditions: vec![condition] } };
    let chosen = products.iter().filter(|_| dice.between(0, 1) == 0).map(|product| product.id).collect();
    let (id, handle, kind) = match dice.between(0, 3) {
        0 => (2, "ruled", rule(by_price)),
        1 => (2, "ruled", rule(by_tag)),
        _ => (1, "home", CollectionKind::Manual { products: chosen }),
    };
    let collection = Collection {
        id: CollectionId(id),
        handle: handle.into(),
        title: "A group".into(),
        description_html: String::new(),
        picture: None,
        seo_title: String::new(),
        seo_description: String::new(),
        published: true,
        position: id,
        kind,
    };
    let saved = world.with(db::catalog::save_collection(world.db(), world.juniper, &collection));
    format!("{collection:?}: {saved:?}")
}

fn put_on_sale(world: &World, dice: &mut Dice) -> String {
    let sales = world.with(db::flash_sales::list_flash_sales(world.db(), world.juniper)).expect("the database answers");
    let item = |variant| FlashSaleItem {
        variant,
        price_minor: 4_900,
        quantity_offered: None,
        quantity_per_customer_max: None,
        quantity_claimed: 0,
    };
    let status = if dice.between(0, 3) == 0 { FlashSaleStatus::Draft } else { FlashSaleStatus::Scheduled };
    let opens_at = MORNING.plus_minutes(if dice.between(0, 1) == 0 { -60 } else { 60 });
    let items = [BLANKET, BOARD, TOTE_INK].into_iter().filter(|_| dice.between(0, 1) == 0).map(item).collect();
    let sale = FlashSale { id: FlashSaleId(1), status, opens_at, items, ..sales[0].clone() };
    format!("{sale:?}: {:?}", world.with(db::flash_sales::save_flash_sale(world.db(), world.juniper, &sale, MORNING)))
}

fn set_up(world: &World, dice: &mut Dice, round: u64) -> String {
    let settings = if dice.between(0, 1) == 0 {
        Settings::Branding(Branding { tagline: format!("Tagline {round}"), ..Branding::default() })
    } else {
        Settings::Checkout(CheckoutSettings { low_stock_from: dice.between(0, 9) as i64, ..CheckoutSettings::default() })
    };
    format!("{settings:?}: {:?}", world.with(db::shops::save_settings(world.db(), world.juniper, &settings, MORNING)))
}

/// Another process enters counts and prices.
fn import(world: &World, dice: &mut Dice, products: &[Product], price_minor: i64) -> String {
    let mut file = String::from("Handle,Title,Variant SKU,Variant Price,Variant Inventory Tracker,Variant Inventory Qty\n");
    for product in products.iter().filter(|product| product.options.is_empty()) {
        if dice.between(0, 1) == 0 {
            continue;
        }
        let (sku, units) = (&product.variants[0].sku, dice.between(0, 9));
        file += &format!("{},\"{}\",{sku},{}.00,shopify,{units}\n", product.handle, product.title, price_minor / 100);
    }
    let bytes = file.clone().into_bytes();
    let request = ImportRequest {
        open: &move || Ok(Box::new(Cursor::new(bytes.clone())) as Box<dyn Read + Send>),
        clean: &str::to_owned,
        progress: &mut |_| {},
        mode: ImportMode::Write,
        actor: "ines@juniper.example",
        now: MORNING,
    };
    let report = world.with(db::catalog::import(world.db(), world.juniper, request));
    format!("{file}: {report:?}")
}
