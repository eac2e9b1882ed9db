//! The pages a shopper and a seller meet, looked at with a browser: accessible, still while they load, whole on every screen.

use crate::audit;
use crate::browser_buys::{buy, fill_checkout, put_in_cart, sign_in};
use crate::program::{Engine, Place};
use crate::webdriver::{Browser, Screen, Scripts};

/// Every page of the desk that has an address of its own in a new shop.
const DESK: [&str; 19] = [
    "/admin",
    "/admin/orders",
    "/admin/products",
    "/admin/products/new",
    "/admin/inventory",
    "/admin/collections",
    "/admin/collections/new",
    "/admin/imports",
    "/admin/flash-sales",
    "/admin/flash-sales/new",
    "/admin/coupons",
    "/admin/coupons/new",
    "/admin/pages",
    "/admin/mail",
    "/admin/settings/general",
    "/admin/settings/branding",
    "/admin/settings/shipping",
    "/admin/settings/tax",
    "/admin/settings/staff",
];

#[test]
fn every_page_of_the_shop_is_accessible_and_still_at_a_desk() {
    shop(Screen::Desk);
}

#[test]
fn every_page_of_the_shop_is_accessible_and_still_on_a_phone() {
    shop(Screen::Phone);
}

#[test]
fn every_page_of_the_desk_is_accessible_and_still_at_a_desk() {
    desk(Screen::Desk);
}

#[test]
fn every_page_of_the_desk_is_accessible_and_still_on_a_phone() {
    desk(Screen::Phone);
}

fn shop(screen: Screen) {
    let place = Place::new(Engine::Sqlite);
    let server = place.start("demo");
    let browser = Browser::start(Scripts::On, screen);
    let look = |path: &str| {
        browser.open(&format!("{}{path}", server.address));
        audit::check(&browser);
    };
    look("/");
    look("/collections");
    look("/collections/all");
    look("/search?q=bag");
    look("/search?q=nothing-is-called-so");
    look("/cart");
    look("/there-is-no-such-page");
    browser.open(&format!("{}/collections/all", server.address));
    browser.click_through(".results .card a");
    audit::check(&browser);

    put_in_cart(&browser, &server);
    look("/cart");
    look("/checkout");
    // With everything wrong that can be.
    browser.click_through(".button-pay");
    audit::check(&browser);
    fill_checkout(&browser);
    browser.click_through(".button-pay");
    look(&browser.url().replace(&server.address, ""));
}

fn desk(screen: Screen) {
    let place = Place::new(Engine::Sqlite);
    let server = place.start("demo");
    let browser = Browser::start(Scripts::On, screen);
    buy(&browser, &server);
    browser.open(&format!("{}/admin/sign-in", server.address));
    audit::check(&browser);
    sign_in(&browser, &server);
    for path in DESK {
        browser.open(&format!("{}{path}", server.address));
        assert_eq!(browser.url(), format!("{}{path}", server.address));
        audit::check(&browser);
    }
    for list in ["/admin/orders", "/admin/products", "/admin/inventory", "/admin/flash-sales"] {
        browser.open(&format!("{}{list}", server.address));
        browser.click_through("main tbody a");
        audit::check(&browser);
    }
    for page in ["/plan", "/rehearse", "/lesson"] {
        let sale = browser.url();
        browser.open(&format!("{sale}{page}"));
        assert_eq!(browser.url(), format!("{sale}{page}"));
        audit::check(&browser);
        browser.open(&sale);
    }
}
