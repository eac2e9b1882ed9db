//! Early access: its link, the cookie it leaves, what whoever has it sees and can buy, and that nobody else can.
//!
//! The winter sale opens at 11:00 in the shop's zone; early access begins half an hour before.

use crate::admin::ines;
use crate::races::{checkout_id, pay, shopper};
use crate::world::{Answer, BLANKET, Browser, MORNING, TOTE_SAND, World, worlds};
use commerce::sale::{FlashSale, FlashSaleStatus};
use commerce::{FlashSaleId, ShopId, Timestamp};

const WINTER: FlashSaleId = FlashSaleId(1);
const EARLY: Timestamp = MORNING.plus_minutes(30);
const OPENS: Timestamp = MORNING.plus_minutes(60);
const CLOSES: Timestamp = MORNING.plus_minutes(120);
const RUNNING: &str = "You have early access to";
const WAITING: &str = "Your early access to";

fn change_sale(world: &World, change: impl FnOnce(&mut FlashSale)) {
    let mut sale = world
        .with(db::flash_sales::load_flash_sale(world.db(), world.juniper, WINTER))
        .expect("the database answers")
        .expect("known");
    change(&mut sale);
    world
        .with(db::flash_sales::save_flash_sale(world.db(), world.juniper, &sale, MORNING))
        .expect("the database answers")
        .expect("the sale is fine");
    world.reload();
}

/// Worlds in which the winter sale has early access.
fn early_worlds() -> impl Iterator<Item = World> {
    worlds().inspect(|world| change_sale(world, |sale| sale.early_access_at = Some(EARLY)))
}

fn link(world: &World, sale: FlashSaleId) -> String {
    world.app.signer().early_access_path(world.juniper, sale)
}

/// A browser that has opened the link.
fn invited(world: &World) -> Browser {
    let mut ada = world.browser();
    assert_eq!(ada.get(&link(world, WINTER)).location(), "/sales/winter");
    ada
}

fn add(browser: &mut Browser) -> Answer {
    browser.post("/cart/add", &[("variant", &BLANKET.to_string()), ("quantity", "1")])
}

#[test]
fn page_cart_and_checkout_agree_for_whoever_came_by_the_link() {
    for world in early_worlds() {
        let mut ada = invited(&world);
        world.move_clock_to(Timestamp(EARLY.0 - 1));
        ada.get("/sales/winter").expect(200, &[WAITING, "begins <time", "Friday, 27 November, 10:30 CET", "Opens in"]);
        ada.get("/products/blanket")
            .expect(200, &[WAITING, "€189.00", "€99.00 in the sale", "Opens Fri 27 Nov, 10:30", "disabled"]);
        add(&mut ada).expect(409, &["Opens Fri 27 Nov, 10:30."]);

        world.move_clock_to(EARLY);
        for page in ["/", "/sales/winter", "/collections/all", "/search?q=blanket"] {
            ada.get(page).expect(200, &[RUNNING, "until <time", "Friday, 27 November, 11:00 CET", "€99.00"]);
        }
        ada.get("/sales/winter").expect(200, &["On now", "Ends in"]);
        ada.get("/now.json").expect(200, &["\"winter\":\"open\""]);
        ada.get("/products/blanket").expect(200, &["€99.00", "Only 4 left", "At most 2 per customer", "Add to cart"]);
        assert_eq!(add(&mut ada).location(), "/cart");
        ada.get("/cart").expect(200, &[RUNNING, "€99.00", "Go to checkout"]);
        let page = ada.get("/checkout");
        page.expect(200, &[RUNNING, "€99.00"]);
        let receipt = pay(&mut ada, &page.field("checkout_id"), "ada@example.org", &[]).location().to_owned();
        ada.get(&receipt).expect(200, &["Order 1001", "€103.90"]);
        ada.get("/products/blanket").expect(200, &["Only 3 left"]);

        world.move_clock_to(OPENS);
        let after = ada.get("/sales/winter");
        assert!(!after.body.contains(RUNNING), "it is open to everybody now");
        assert_eq!(after.body, world.browser().get("/sales/winter").body, "{}", world.engine);
        world.verify();
    }
}

#[test]
fn whoever_has_no_link_waits_and_sees_the_pages_of_everybody() {
    for world in early_worlds() {
        invited(&world);
        world.move_clock_to(EARLY);
        world.reload();
        let mut ben = world.browser();
        let pages = ["/", "/sales/winter", "/products/blanket", "/collections/all", "/search?q=blanket", "/now.json"];
        let with_early: Vec<Answer> = pages.iter().map(|page| ben.get(page)).collect();
        assert!(ben.cookies.is_empty(), "{:?}", ben.cookies);
        add(&mut ben).expect(409, &["Opens Fri 27 Nov, 11:00."]);
        let mut quick = shopper(&world, &[(BLANKET, 1)]);
        pay(&mut quick, &checkout_id(), "ben@example.org", &[]).expect(409, &["its sale opens Friday, 27 November, 11:00 CET"]);

        change_sale(&world, |sale| sale.early_access_at = None);
        for (page, before) in pages.iter().zip(&with_early) {
            let without = ben.get(page);
            assert_eq!(without.body, before.body, "{page}");
            assert_eq!(without.header("cache-control"), before.header("cache-control"), "{page}");
            assert!(before.header("cache-control").starts_with("public"), "{page}");
        }
        assert!(world.order_numbers().is_empty());
    }
}

#[test]
fn a_page_seen_with_early_access_is_kept_by_no_cache_and_the_cookie_is_for_the_server_only() {
    for world in early_worlds() {
        let mut ada = world.browser();
        let opened = ada.get(&link(&world, WINTER));
        let cookie = opened.header("set-cookie");
        let seconds = CLOSES.micros_since(MORNING) / 1_000_000 + 1;
        let expected = format!("; Path=/; Max-Age={seconds}; SameSite=Lax; HttpOnly");
        assert!(cookie.starts_with("early_1=") && cookie.ends_with(&expected), "{cookie}");
        assert_eq!(opened.header("cache-control"), "no-store");
        world.move_clock_to(EARLY);
        for page in ["/", "/sales/winter", "/products/blanket", "/collections/all", "/now.json"] {
            let answer = ada.get(page);
            assert_eq!((answer.header("cache-control"), answer.header("etag")), ("no-store", ""), "{page}");
        }
    }
}

#[test]
fn early_access_is_marked_for_the_script_also_on_pages_with_the_sellers_own_header() {
    const MARK: &str = "<body data-early-access>";
    for world in early_worlds() {
        let own = [("path", "parts/header.html"), ("body", "<p>Our own header</p>")];
        ines(&world).post("/admin/settings/theme/edit", &own).location();
        world.reload();
        world.move_clock_to(EARLY);
        let mut ada = invited(&world);
        let mut ben = world.browser();
        for page in ["/", "/sales/winter", "/products/blanket"] {
            ada.get(page).expect(200, &[MARK, "Our own header"]);
            ben.get(page).expect(200, &["<body>", "Our own header"]);
        }
        world.move_clock_to(OPENS);
        ada.get("/sales/winter").expect(200, &["<body>"]);
    }
}

#[test]
fn a_link_that_is_forged_or_of_another_shop_is_not_found() {
    for world in early_worlds() {
        let quillmere = world.app.shop_at("quillmere.localhost").expect("the shop answers").snapshot.shop.id;
        let signer = world.app.signer();
        let right = link(&world, WINTER);
        let forged = [
            "/early/1".to_owned(),
            "/early/1/".into(),
            "/early/1/AAAAAAAAAAAAAAAAAAAAAA".into(),
            format!("{right}A"),
            right.replace("/early/1/", "/early/2/"),
            right.replace("/early/1/", "/early/winter/"),
            format!("/early/1/{}", signer.order_key(world.juniper, 1)),
            signer.early_access_path(quillmere, WINTER),
            signer.early_access_path(ShopId(0), WINTER),
        ];
        for path in &forged {
            let mut eve = world.browser();
            assert_eq!(eve.get(path).status, 404, "{path}");
            assert!(eve.cookies.is_empty(), "{path}");
        }
        let mut elsewhere = world.browser_at("quillmere.localhost");
        assert_eq!(elsewhere.get(&right).status, 404, "a link of Juniper at Quillmere");
    }
}

#[test]
fn a_link_opens_its_own_sale_and_no_other_one() {
    for world in early_worlds() {
        let mut tote = world
            .with(db::flash_sales::load_flash_sale(world.db(), world.juniper, WINTER))
            .expect("the database answers")
            .expect("known");
        (tote.id, tote.handle, tote.name) = (FlashSaleId(2), "totes".into(), "Totes".into());
        tote.items[0].variant = TOTE_SAND;
        world.with(db::flash_sales::save_flash_sale(world.db(), world.juniper, &tote, MORNING)).expect("it works").expect("fine");
        world.reload();
        world.move_clock_to(EARLY);
        let mut ada = invited(&world);
        ada.get("/products/blanket").expect(200, &["€99.00", "Add to cart"]);
        ada.get("/sales/totes").expect(200, &["Opens in", "What is coming"]);
        let key = ada.cookies["early_1"].clone();
        for cookies in [vec![("early_1", key.as_str())], vec![("early_1", key.as_str()), ("early_2", key.as_str())]] {
            let mut eve = shopper(&world, &[(TOTE_SAND, 1)]);
            eve.cookies.extend(cookies.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
            pay(&mut eve, &checkout_id(), "eve@example.org", &[]).expect(409, &["Tote “Ria”", "cannot be bought yet"]);
        }
        assert_eq!(ada.get(&link(&world, FlashSaleId(2))).location(), "/sales/totes");
        ada.cookies.insert("cart".into(), crate::races::cart(&[(TOTE_SAND, 1), (BLANKET, 1)]));
        assert!(pay(&mut ada, &checkout_id(), "ada@example.org", &[]).location().starts_with("/orders/1001"), "both, with both");
        world.verify();
    }
}

#[test]
fn a_link_of_a_sale_that_is_called_off_or_over_leads_home_with_a_notice() {
    for world in early_worlds() {
        let path = link(&world, WINTER);
        let mut ada = world.browser();
        change_sale(&world, |sale| sale.status = FlashSaleStatus::Canceled);
        let home = ada.get(&path).location().to_owned();
        ada.get(&home).expect(200, &["is not on our calendar. It may have been called off."]);
        assert!(ada.cookies.is_empty(), "{:?}", ada.cookies);

        change_sale(&world, |sale| sale.status = FlashSaleStatus::Scheduled);
        world.move_clock_to(CLOSES);
        let home = ada.get(&path).location().to_owned();
        ada.get(&home).expect(200, &["The sale of your early-access link is over."]);
        assert!(ada.cookies.is_empty(), "{:?}", ada.cookies);
        let plain = ada.get("/");
        assert!(!plain.body.contains("early-access link"), "only whoever was led here is told");
    }
}

#[test]
fn early_access_that_the_seller_takes_back_is_gone() {
    for world in early_worlds() {
        let mut ada = invited(&world);
        world.move_clock_to(EARLY);
        assert_eq!(add(&mut ada).location(), "/cart");
        change_sale(&world, |sale| sale.early_access_at = None);
        ada.get("/cart").expect(200, &["Its sale has not opened yet."]);
        pay(&mut ada, &checkout_id(), "ada@example.org", &[]).expect(409, &["cannot be bought yet"]);
        let mut ben = world.browser();
        assert_eq!(ben.get(&link(&world, WINTER)).location(), "/sales/winter");
        assert!(ben.cookies.is_empty(), "{:?}", ben.cookies);
    }
}

#[test]
fn the_desk_hands_out_the_link_while_the_sale_has_early_access() {
    for world in worlds() {
        let mut ines = ines(&world);
        let page = ines.get("/admin/flash-sales/1");
        assert!(page.status == 200 && !page.body.contains("/early/"), "there is none yet");
        change_sale(&world, |sale| sale.early_access_at = Some(EARLY));
        let page = ines.get("/admin/flash-sales/1");
        page.expect(200, &["Early-access link", "Whoever opens it"]);
        let address = page.body.split("value=\"").find(|rest| rest.contains("/early/1/")).expect("the link is in a field");
        let address = address.split('"').next().expect("the value ends");
        let path = address.strip_prefix("http://juniper.localhost").expect("it is the shop's own address");
        let path = &path[path.find('/').expect("there is a path")..];
        world.move_clock_to(EARLY);
        let mut ada = world.browser();
        assert_eq!(ada.get(path).location(), "/sales/winter");
        ada.get("/products/blanket").expect(200, &[RUNNING, "€99.00"]);
        world.move_clock_to(OPENS);
        assert!(!ines.get("/admin/flash-sales/1").body.contains("/early/"), "it is of no more use");
    }
}
