//! Quillmere's three sales: one that is open, one about to open, one that is over.

use crate::demo::art::{HERO_HEIGHT, HERO_WIDTH, Hero, hero_svg};
use crate::demo::catalog::{DemoPicture, DemoSale, DemoSaleItem, DemoWindow};
use commerce::sale::BeforeOpening;

const ARCHIVE_HANDLE: &str = "archive-sale";
const FROST_HANDLE: &str = "first-frost";
const HARVEST_HANDLE: &str = "harvest-market";

/// All three.
pub fn all() -> Vec<DemoSale> {
    vec![
        DemoSale {
            handle: ARCHIVE_HANDLE,
            name: "The Archive Sale",
            teaser: "Last pieces and samples from four seasons, some at half their price. \
                     When the shelf is empty, it stays empty.",
            hero: hero(
                Hero::Archive,
                "An oxblood hobo and a green baguette on a stone shelf under two arches, a pear between them",
            ),
            window: DemoWindow::Open,
            before_opening: BeforeOpening::OrdinaryPrice,
            items: ARCHIVE.to_vec(),
        },
        DemoSale {
            handle: FROST_HANDLE,
            name: "First Frost",
            teaser: "Twelve winter pieces at their best price of the year. The doors open for everyone at the same second.",
            hero: hero(Hero::Frost, "An oxblood doctor's bag and a chalk bucket bag in the snow under a full moon"),
            window: DemoWindow::OpensSoon,
            before_opening: BeforeOpening::NotForSale,
            items: FROST.to_vec(),
        },
        DemoSale {
            handle: HARVEST_HANDLE,
            name: "Harvest Market",
            teaser: "Three days of autumn colors, with pears on the table for whoever had to wait.",
            hero: hero(Hero::Harvest, "A petrol satchel on a wooden table with pears and a vase of leaves"),
            window: DemoWindow::Ended,
            before_opening: BeforeOpening::OrdinaryPrice,
            items: HARVEST.to_vec(),
        },
    ]
}

/// When the sale with this handle takes place; `None`: it is not one of these.
pub fn window_of(handle: &str) -> Option<DemoWindow> {
    match handle {
        ARCHIVE_HANDLE => Some(DemoWindow::Open),
        FROST_HANDLE => Some(DemoWindow::OpensSoon),
        HARVEST_HANDLE => Some(DemoWindow::Ended),
        _ => None,
    }
}

/// How many of each color are left of a piece that a sale counts out; `None` where stock is ordinary.
pub fn scarce_stock(handle: &str) -> Option<i64> {
    [ARCHIVE, FROST].into_iter().flatten().find(|item| item.product == handle).and_then(|item| item.scarce)
}

fn hero(hero: Hero, alt: &str) -> DemoPicture {
    DemoPicture { alt: alt.into(), svg: hero_svg(hero), width: HERO_WIDTH, height: HERO_HEIGHT }
}

const fn plenty(product: &'static str, percent_off: i64) -> DemoSaleItem {
    DemoSaleItem { product, percent_off, quantity_offered: None, per_customer_max: None, scarce: None }
}

const fn offered(product: &'static str, percent_off: i64, quantity: i64, per_customer: i64) -> DemoSaleItem {
    DemoSaleItem {
        product,
        percent_off,
        quantity_offered: Some(quantity),
        per_customer_max: Some(per_customer),
        scarce: Some(quantity + 14),
    }
}

const fn last(product: &'static str, percent_off: i64, left: i64, per_customer: i64) -> DemoSaleItem {
    DemoSaleItem { product, percent_off, quantity_offered: None, per_customer_max: Some(per_customer), scarce: Some(left) }
}

const ARCHIVE: &[DemoSaleItem] = &[
    last("osier-tote", 50, 3, 1),
    plenty("curlew-hobo", 30),
    offered("quarterday-satchel", 40, 12, 2),
    last("eel-trap-bucket", 45, 2, 1),
    plenty("ferry-tote", 35),
    plenty("plover-baguette", 30),
    offered("lockkeeper-satchel", 25, 20, 2),
    last("kingfisher-saddle", 50, 5, 2),
    plenty("millpond-tote", 40),
    plenty("jetty-camera-bag", 25),
    offered("skiff-weekender", 30, 8, 1),
    plenty("letter-clutch", 35),
    last("frogbit-purse", 50, 4, 2),
    plenty("ferryman-wallet", 30),
];

const FROST: &[DemoSaleItem] = &[
    offered("almanac-bag", 40, 10, 1),
    last("lantern-bag", 50, 5, 1),
    plenty("millrace-bucket", 30),
    offered("bridleway-saddle", 35, 15, 2),
    plenty("teal-baguette", 30),
    plenty("moorhen-hobo", 35),
    last("tollgate-saddle", 50, 3, 1),
    plenty("drover-backpack", 30),
    offered("northbank-weekender", 40, 6, 1),
    plenty("lily-purse", 30),
    plenty("pebble-card-holder", 25),
    plenty("long-reach-strap", 25),
];

const HARVEST: &[DemoSaleItem] = &[
    plenty("alder-tote", 20),
    plenty("reed-shopper", 30),
    plenty("wren-satchel", 25),
    plenty("ripple-hobo", 30),
    plenty("brook-bucket", 25),
    plenty("regatta-duffel", 25),
    plenty("boatman-key-fob", 20),
];
