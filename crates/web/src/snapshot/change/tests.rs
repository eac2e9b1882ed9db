//! A snapshot that was updated is the one that would have been read, and what it tells to have changed covers what is different.

use crate::snapshot::testing::{Dice, NOW, Shelf, any_product, any_shop, collection};
use crate::snapshot::{Change, Moment, Parts, Snapshot, SurroundingParts, Update};
use commerce::catalog::{CollectionKind, CollectionRule, Product, RuleCondition, RuleField, RuleRelation, StockPolicy};
use commerce::{ProductId, VariantId};
use std::collections::{BTreeMap, BTreeSet};

/// What pages can show of each product, by handle.
fn shown(snapshot: &Snapshot) -> BTreeMap<String, String> {
    let shelf = Shelf::of(&(0..400).map(|variant| (variant, variant % 4)).collect::<Vec<_>>());
    let moment = Moment { snapshot, availability: &shelf, now: NOW, early_access: &[] };
    let of_place = |place| {
        let product = snapshot.at(place);
        let groups: Vec<&str> = snapshot.collections_with(place).map(|group| group.handle.as_str()).collect();
        let own: Vec<_> = product.variants.iter().map(|variant| (variant.title(), moment.terms(variant))).collect();
        let rest = (&product.description_html, &product.seo_title, &product.tags);
        (product.handle.clone(), format!("{:?} {groups:?} {own:?} {rest:?}", moment.card(product)))
    };
    moment.places().map(of_place).collect()
}

/// What lists are made of.
fn order(snapshot: &Snapshot) -> String {
    let handles: Vec<&str> = snapshot.products.iter().map(|product| product.handle.as_str()).collect();
    let members = snapshot.collections.iter().map(|group| snapshot.places_in(group));
    format!("{handles:?} {:?} {:?}", members.collect::<Vec<_>>(), snapshot.index.facets)
}

fn surroundings(of: &Snapshot) -> SurroundingParts {
    SurroundingParts {
        shop: of.shop.clone(),
        collections: of.collections.clone(),
        pages: of.pages.clone(),
        sales: of.sales.clone(),
        templates: Vec::new(),
    }
}

fn change_one(dice: &mut Dice, product: &mut Product) {
    let variant = dice.below(product.variants.len());
    let variant = &mut product.variants[variant];
    match dice.below(12) {
        0..=3 => variant.price_minor = 100 * (20 + dice.below(80) as i64),
        4 => variant.was_price_minor = Some(12_000),
        5 => variant.stock_policy = StockPolicy::Continue,
        6 => variant.stock_tracked = !variant.stock_tracked,
        7 => product.updated_at = NOW,
        8 => product.title = format!("Other {}", dice.below(9)),
        9 => product.tags = vec![format!("tag {}", dice.below(3))],
        10 => product.description_html = format!("<p>{}</p>", dice.below(99)),
        _ => product.vendor = format!("Maker {}", dice.below(6)),
    }
}

fn any_update(dice: &mut Dice, old: &Snapshot) -> Update {
    let number = old.version * 1_000;
    let mut products: BTreeMap<ProductId, Option<Product>> = BTreeMap::new();
    for _ in 0..=dice.below(3) {
        let mut product = (*old.products[dice.below(old.products.len())]).clone();
        change_one(dice, &mut product);
        products.insert(product.id, Some(product));
    }
    match dice.below(12) {
        0 => _ = products.insert(ProductId(number), Some(any_product(dice, number))),
        1 => _ = products.insert(old.products[0].id, None),
        _ => {}
    }
    let mut parts = surroundings(old);
    let condition = RuleCondition { field: RuleField::Price, relation: RuleRelation::LessThan, value: "5000".into() };
    parts.collections.push(collection(
        10 + old.version,
        CollectionKind::Rule { rule: CollectionRule { any: false, conditions: vec![condition] } },
    ));
    let surroundings = (dice.below(12) == 0).then_some((parts, Vec::new()));
    Update { version: old.version + 1, products: products.into_iter().collect(), surroundings }
}

/// What reading the whole shop after the update would give.
fn read_whole(old: &Snapshot, update: &Update) -> Snapshot {
    let mut products: BTreeMap<ProductId, Product> =
        old.products.iter().map(|product| (product.id, (**product).clone())).collect();
    for (id, product) in &update.products {
        match product {
            Some(product) => _ = products.insert(*id, product.clone()),
            None => _ = products.remove(id),
        }
    }
    let mut parts = surroundings(old);
    if let Some((changed, _)) = &update.surroundings {
        parts.collections.clone_from(&changed.collections);
    }
    let products = products.into_values().collect();
    Snapshot::new(Parts { version: update.version, products, media: Vec::new(), surroundings: parts })
}

#[test]
fn an_updated_snapshot_is_the_one_that_reading_everything_gives() {
    let (mut of_terms, mut of_everything) = (0, 0);
    for seed in 1..=10 {
        let dice = &mut Dice(seed);
        let mut old = any_shop(dice, 60);
        for number in 0..40 {
            let update = any_update(dice, &old);
            let told = format!("seed {seed}, number {number}: {update:?}");
            let whole = read_whole(&old, &update);
            let new = old.updated(update);
            let (before, after) = (shown(&old), shown(&new));
            assert_eq!(after, shown(&whole), "{told}");
            assert_eq!(order(&new), order(&whole), "{told}");
            match Change::between(&old, &new) {
                Change::Everything => of_everything += 1,
                Change::Terms(variants) => {
                    of_terms += 1;
                    assert_eq!(order(&old), order(&new), "{told}");
                    assert!(before.keys().eq(after.keys()), "{told}");
                    let differ = after.iter().filter(|(handle, words)| before[*handle] != **words);
                    for (handle, _) in differ {
                        let product = new.product(handle).expect("it is shown");
                        assert!(product.variants.iter().any(|variant| variants.contains(&variant.id)), "{told}");
                    }
                }
            }
            old = new;
        }
    }
    assert!(of_terms > 50 && of_everything > 50, "{of_terms} changes of terms, {of_everything} of everything");
}

#[test]
fn a_price_alone_is_a_change_of_terms_and_a_title_is_not() {
    let old = any_shop(&mut Dice(7), 20);
    let updated = |edit: fn(&mut Product)| {
        let mut product = (*old.products[3]).clone();
        edit(&mut product);
        old.updated(Update { version: 2, products: vec![(product.id, Some(product))], surroundings: None })
    };
    let of_third: BTreeSet<VariantId> = old.products[3].variants.iter().map(|variant| variant.id).collect();
    let cheaper = updated(|product| product.variants[0].price_minor = 1);
    assert_eq!(Change::between(&old, &cheaper), Change::Terms(of_third.clone()));
    assert_eq!(Change::between(&old, &updated(|product| product.title = "Other".into())), Change::Everything);
    assert_eq!(Change::between(&old, &old), Change::Terms(BTreeSet::new()));
    assert_eq!(Change::Terms(of_third.clone()).and(Change::Terms(BTreeSet::new())), Change::Terms(of_third.clone()));
    assert_eq!(Change::Terms(of_third).and(Change::Everything), Change::Everything);
}
