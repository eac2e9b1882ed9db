//! Editions: what the press prints is what the handlers answer, it follows what changes, and it opens a sale by the clock.
//!
//! A frozen page tells when it was printed (`last-modified`); a page that was made for one visitor does not.

use crate::world::{Answer, BLANKET, BOARD, Browser, MORNING, TOTE_SAND, World, worlds};
use commerce::sale::FlashSale;
use commerce::{FlashSaleId, ProductId, Timestamp};

const PAGES: [&str; 16] = [
    "/",
    "/collections",
    "/collections/all",
    "/collections/home",
    "/products/tote",
    "/products/tote?variant=22",
    "/products/walnut-board",
    "/products/blanket",
    "/sales/winter",
    "/pages/shipping",
    "/sitemap.xml",
    "/robots.txt",
    "/theme.css",
    "/favicon.svg",
    "/now.json",
    "/collections/all?page=7",
];

fn is_frozen(answer: &Answer) -> bool {
    !answer.header("last-modified").is_empty()
}

/// The page, which has to come from the edition.
#[track_caller]
fn frozen(browser: &mut Browser, path: &str, texts: &[&str]) -> Answer {
    let answer = browser.get(path);
    answer.expect(200, texts);
    assert!(is_frozen(&answer), "{path} was made for one visitor");
    answer
}

fn change_price(world: &World, price_minor: i64) {
    let tote = db::catalog::load_product(world.db(), world.juniper, ProductId(2));
    let mut tote = world.with(tote).expect("the database answers").expect("there is a tote");
    tote.variants[0].price_minor = price_minor;
    world
        .with(db::catalog::save_product(world.db(), world.juniper, &tote, world.app.now()))
        .expect("the database answers")
        .expect("the product is fine");
}

#[test]
fn a_frozen_page_is_the_page_that_a_handler_makes() {
    for world in worlds() {
        let mut ada = world.browser();
        let made: Vec<Answer> = PAGES.map(|path| ada.get(path)).into();
        assert!(made.iter().all(|page| page.status == 200 && !is_frozen(page)));
        world.print();
        for (path, made) in PAGES.iter().zip(&made) {
            for visit in ["first", "second"] {
                let page = frozen(&mut ada, path, &[]);
                assert_eq!(page.body, made.body, "{path}, {visit} visit");
                for name in ["content-type", "cache-control", "content-security-policy", "x-content-type-options"] {
                    assert_eq!(page.header(name), made.header(name), "{name} of {path}");
                }
                assert_eq!(page.header("vary"), "accept-encoding");
                assert_eq!(page.header("set-cookie"), "");
            }
        }
        assert_eq!(
            frozen(&mut ada, "/", &[]).header("cache-control"),
            "public, max-age=0, s-maxage=1, stale-while-revalidate=5, stale-if-error=86400"
        );
        let script = made[0].body.split("src=\"").find_map(|rest| rest.strip_prefix("/assets/")).expect("a page has a script");
        frozen(&mut ada, &format!("/assets/{}", script.split('"').next().unwrap_or_default()), &["use strict"]);
    }
}

#[test]
fn whoever_comes_from_a_campaign_or_with_a_cart_gets_the_same_page() {
    for world in worlds() {
        world.print();
        let mut ada = world.browser();
        let plain = frozen(&mut ada, "/products/tote", &[]);
        ada.post("/cart/add", &[("variant", &TOTE_SAND.to_string()), ("quantity", "1")]);
        assert!(!ada.cookies.is_empty());
        let again = frozen(&mut ada, "/products/tote?utm_source=mail&utm_medium=e-mail", &[]);
        assert_eq!(again.body, plain.body);
        ada.headers.push(("if-none-match", again.header("etag").to_owned()));
        assert_eq!(ada.get("/products/tote").status, 304);
    }
}

#[test]
fn a_changed_price_is_on_every_page_after_one_round() {
    for world in worlds() {
        world.print();
        let mut ada = world.browser();
        for path in ["/", "/collections/all", "/products/tote"] {
            frozen(&mut ada, path, &["€129.00"]);
        }
        change_price(&world, 11_100);
        world.reload();
        world.print();
        for path in ["/", "/collections/all", "/products/tote"] {
            let page = frozen(&mut ada, path, &["€111.00"]);
            assert!(path == "/products/tote" || !page.body.contains("€129.00 "), "{path}");
        }
    }
}

#[test]
fn an_order_reprints_what_shows_its_stock_once_a_second_and_leaves_the_rest() {
    for world in worlds() {
        world.print();
        let mut ada = world.browser();
        frozen(&mut ada, "/products/walnut-board", &["Only 1 left"]);
        let shipping = frozen(&mut ada, "/pages/shipping", &[]);
        world.move_clock_to(MORNING.plus_minutes(1));
        world.print();
        world.set_stock(BOARD, 0);
        world.move_clock_to(Timestamp(MORNING.plus_minutes(1).0 + 999_999));
        world.print();
        frozen(&mut ada, "/products/walnut-board", &["Only 1 left"]);
        world.move_clock_to(Timestamp(MORNING.plus_minutes(1).0 + 1_000_000));
        world.print();
        frozen(&mut ada, "/products/walnut-board", &["Sold out"]);
        frozen(&mut ada, "/collections/all", &["Sold out"]);
        frozen(&mut ada, "/now.json", &["Sold out"]);
        let untouched = frozen(&mut ada, "/pages/shipping", &[]);
        assert_eq!(untouched.header("last-modified"), shipping.header("last-modified"), "it shows no stock and was printed anew");
    }
}

#[test]
fn a_change_that_no_page_shows_prints_nothing_anew() {
    for world in worlds() {
        world.print();
        let mut ada = world.browser();
        // Enough units that pages do not tell one figure from the other: nothing is printed anew.
        world.set_stock(BLANKET, 900);
        world.move_clock_to(MORNING.plus_minutes(1));
        world.print();
        let before = frozen(&mut ada, "/products/blanket", &[]);
        world.set_stock(BLANKET, 800);
        world.move_clock_to(MORNING.plus_minutes(2));
        world.print();
        assert_eq!(frozen(&mut ada, "/products/blanket", &[]).header("last-modified"), before.header("last-modified"));
    }
}

#[test]
fn a_sale_opens_and_closes_at_the_instant_with_pages_that_were_printed_before() {
    for world in worlds() {
        let (opens, closes) = (MORNING.plus_minutes(60), MORNING.plus_minutes(120));
        let mut ada = world.browser();
        for (instant, before, after) in [(opens, "€189.00", "€99.00"), (closes, "Ends in", "What was in it")] {
            world.move_clock_to(Timestamp(instant.0 - 20_000_000));
            world.print();
            world.move_clock_to(Timestamp(instant.0 - 1));
            let path = if instant == opens { "/products/blanket" } else { "/sales/winter" };
            frozen(&mut ada, path, &[before]);
            world.move_clock_to(instant);
            let page = frozen(&mut ada, path, &[after]);
            assert!(page.body.contains(after) && (instant == opens || !page.body.contains(before)));
            world.print();
            frozen(&mut ada, path, &[after]);
            frozen(&mut ada, "/", &[]);
        }
    }
}

#[test]
fn what_is_sold_just_before_the_opening_leaves_the_pages_printed_for_it_in_place() {
    for world in worlds() {
        let opens = MORNING.plus_minutes(60);
        let mut ada = world.browser();
        world.move_clock_to(Timestamp(opens.0 - 20_000_000));
        world.print();
        for (seconds, on_hand) in [(15, 2), (10, 0)] {
            world.set_stock(BOARD, on_hand);
            world.move_clock_to(Timestamp(opens.0 - seconds * 1_000_000));
            world.print();
        }
        world.move_clock_to(Timestamp(opens.0 + 5_000_000));
        let page = frozen(&mut ada, "/collections/all", &["Sold out"]);
        assert_eq!(page.header("last-modified"), "Fri, 27 Nov 2026 10:00:00 GMT", "it was left to the first visitor");
    }
}

#[test]
fn without_the_press_an_instant_on_the_calendar_is_kept_all_the_same() {
    for world in worlds() {
        world.print();
        let mut ada = world.browser();
        world.move_clock_to(MORNING.plus_minutes(60));
        let page = ada.get("/products/blanket");
        page.expect(200, &["€99.00", "Only 4 left"]);
        assert!(!is_frozen(&page), "an edition outlived its time");
    }
}

#[test]
fn early_access_and_a_closed_shop_are_never_answered_from_an_edition() {
    for world in worlds() {
        let sale = db::flash_sales::load_flash_sale(world.db(), world.juniper, FlashSaleId(1));
        let sale = world.with(sale).expect("the database answers").expect("there is a sale");
        let early = FlashSale { early_access_at: Some(MORNING), ..sale };
        let saving = db::flash_sales::save_flash_sale(world.db(), world.juniper, &early, MORNING);
        world.with(saving).expect("the database answers").expect("the sale is fine");
        world.reload();
        world.print();
        let mut ada = world.browser();
        ada.get(&world.app.signer().early_access_path(world.juniper, FlashSaleId(1)));
        let page = ada.get("/products/blanket");
        page.expect(200, &["You have early access to", "€99.00"]);
        assert_eq!(page.header("cache-control"), "no-store");
        let everybody = frozen(&mut world.browser(), "/products/blanket", &["€189.00"]);
        assert!(!everybody.body.contains("You have early access"));
        world.close_shop();
        ada.cookies.clear();
        assert_eq!(ada.get("/").status, 503);
        world.print();
        assert_eq!(ada.get("/").status, 503);
    }
}

#[test]
fn pages_that_are_not_there_and_pages_of_other_shops_are_not_kept() {
    for world in worlds() {
        world.print();
        let (mut ada, mut neighbour) = (world.browser(), world.browser_at("quillmere.localhost"));
        for _ in 0..2 {
            assert_eq!(ada.get("/products/nothing").status, 404);
            assert_eq!(neighbour.get("/products/tote").status, 404);
            frozen(&mut neighbour, "/", &["Quillmere"]);
        }
        for path in ["/collections/all?sort=title", "/search?q=tote", "/cart"] {
            assert!(!is_frozen(&ada.get(path)), "{path}");
        }
    }
}
