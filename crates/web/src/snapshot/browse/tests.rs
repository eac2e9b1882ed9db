//! Lists: what filters find, and that lists are what looking at each product in turn would give.

mod plain;

use super::*;
use crate::snapshot::testing::{Dice, NOW, Shelf, any_shop, juniper};
use commerce::FlashSaleId;

fn pairs(address: &[(&str, &str)]) -> Vec<(String, String)> {
    address.iter().map(|&(key, value)| (key.into(), value.into())).collect()
}

fn handles(address: &[(&str, &str)]) -> Vec<String> {
    let (snapshot, shelf) = (juniper(), Shelf::of(&[(1, 9), (2, 0), (3, 0)]));
    let moment = Moment { snapshot: &snapshot, availability: &shelf, now: NOW.plus_minutes(60), early_access: &[] };
    let listing = list(moment, moment.places(), &BrowseQuery::read(&pairs(address)), "/collections/all");
    assert_eq!(listing.count, listing.products.len());
    listing.products.iter().map(|product| product.handle.clone()).collect()
}

#[test]
fn filters_and_sorting_find_what_they_say() {
    for (address, expected) in [
        (vec![], vec!["tote", "blanket"]),
        (vec![("sort", "price-low")], vec!["blanket", "tote"]),
        (vec![("sort", "title")], vec!["blanket", "tote"]),
        (vec![("sort", "no such thing")], vec!["tote", "blanket"]),
        (vec![("available", "1")], vec!["blanket"]),
        (vec![("vendor", "Juniper")], vec!["blanket"]),
        (vec![("vendor", "Juniper"), ("vendor", "Atelier Nord")], vec!["tote", "blanket"]),
        (vec![("option.Color", "Ink")], vec!["tote"]),
        (vec![("option.Color", "Ink"), ("vendor", "Juniper")], vec![]),
        (vec![("price_min", "100")], vec!["tote"]),
        (vec![("price_max", "99,00")], vec!["blanket"]),
        (vec![("price_max", "cheap")], vec!["tote", "blanket"]),
        (vec![("page", "99999999999999999999")], vec!["tote", "blanket"]),
        (vec![("utm_source", "mail"), ("\0", "\0")], vec!["tote", "blanket"]),
    ] {
        assert_eq!(handles(&address), expected, "{address:?}");
    }
}

#[test]
fn a_facet_counts_what_its_own_other_choices_would_give() {
    let (snapshot, shelf) = (juniper(), Shelf::of(&[(1, 9), (2, 1), (3, 1)]));
    let moment = Moment { snapshot: &snapshot, availability: &shelf, now: NOW, early_access: &[] };
    let query = BrowseQuery::read(&pairs(&[("vendor", "Juniper")]));
    let listing = list(moment, moment.places(), &query, "/collections/all");
    let makers = listing.facets.iter().find(|facet| facet.field == "vendor").expect("there are two makers");
    let counts: Vec<(&str, usize)> = makers.values.iter().map(|value| (value.value.as_str(), value.count)).collect();
    assert_eq!(counts, [("Juniper", 1), ("Atelier Nord", 1)]);
    assert_eq!(listing.chips[0].url, "/collections/all");
}

#[test]
fn addresses_survive_being_read_and_written() {
    let query = BrowseQuery::read(&pairs(&[("option.Farbe & Größe", "Größe/“L”"), ("page", "2"), ("sort", "title")]));
    let url = query.url("/collections/all");
    assert_eq!(
        url,
        "/collections/all?sort=title&option.Farbe%20%26%20Gr%C3%B6%C3%9Fe=Gr%C3%B6%C3%9Fe%2F%E2%80%9CL%E2%80%9D&page=2"
    );
}

/// A random thing to ask for; most of it is there.
fn any_query(dice: &mut Dice) -> BrowseQuery {
    let mut address: Vec<(String, String)> = Vec::new();
    let mut add = |key: &str, value: String| address.push((key.into(), value));
    add("sort", SORTS[dice.below(SORTS.len())].0.into());
    add("page", (dice.below(4)).to_string());
    for _ in 0..dice.below(4) {
        match dice.below(6) {
            0 => add("available", "1".into()),
            1 => add("price_min", (dice.below(60)).to_string()),
            2 => add("price_max", (40 + dice.below(80)).to_string()),
            3 => add("vendor", format!("Maker {}", dice.below(6))),
            4 => add("type", format!("Kind {}", dice.below(5))),
            _ => add(["option.Color", "option.Size", "option.None"][dice.below(3)], format!("Value {}", dice.below(7))),
        }
    }
    BrowseQuery::read(&address)
}

#[test]
fn lists_are_what_looking_at_each_product_in_turn_gives() {
    for seed in 1..=12 {
        let dice = &mut Dice(seed);
        let snapshot = any_shop(dice, 90);
        let counts: Vec<(i64, i64)> = (0..400).map(|variant| (variant, dice.below(3) as i64)).collect();
        let shelf = Shelf::of(&counts);
        for number in 0..60 {
            let early_access: &[FlashSaleId] = if dice.below(3) == 0 { &[FlashSaleId(2)] } else { &[] };
            let now = NOW.plus_minutes(dice.below(300) as i64 - 60);
            let moment = Moment { snapshot: &snapshot, availability: &shelf, now, early_access };
            let query = any_query(dice);
            let collection = snapshot.collections.get(dice.below(3));
            let quick = match collection {
                Some(collection) => list(moment, snapshot.places_in(collection).iter().copied(), &query, "/path"),
                None => list(moment, moment.places(), &query, "/path"),
            };
            let plain = match collection {
                Some(collection) => plain::list(moment, snapshot.members(collection), &query, "/path"),
                None => plain::list(moment, snapshot.products.iter().map(|product| &**product), &query, "/path"),
            };
            assert_eq!(format!("{quick:?}"), format!("{plain:?}"), "seed {seed}, number {number}: {query:?}");
        }
    }
}
