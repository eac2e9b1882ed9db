//! A person buys in the demo shop with a real browser, and the seller takes care of the order.

use crate::audit;
use crate::program::{Engine, Place, Server};
use crate::webdriver::{Browser, Screen, Scripts};

#[test]
fn ada_buys_and_ines_fulfills_and_refunds_on_sqlite() {
    check(Engine::Sqlite, Scripts::On, Screen::Desk);
}

#[test]
fn ada_buys_and_ines_fulfills_and_refunds_on_postgres() {
    check(Engine::Postgres, Scripts::On, Screen::Desk);
}

#[test]
fn ada_buys_without_scripts_on_sqlite() {
    check(Engine::Sqlite, Scripts::Off, Screen::Desk);
}

#[test]
fn ada_buys_without_scripts_on_postgres() {
    check(Engine::Postgres, Scripts::Off, Screen::Desk);
}

#[test]
fn ada_buys_with_a_phone_on_sqlite() {
    check(Engine::Sqlite, Scripts::On, Screen::Phone);
}

#[test]
fn ada_buys_with_a_phone_on_postgres() {
    check(Engine::Postgres, Scripts::On, Screen::Phone);
}

fn check(engine: Engine, scripts: Scripts, screen: Screen) {
    let place = Place::new(engine);
    let server = place.start("demo");
    let ada = Browser::start(scripts, screen);
    let number = buy(&ada, &server);
    let receipt = ada.url();
    drop(ada);

    // The desk is tried with the same kind of browser: it, too, works without scripts and on a phone.
    let ines = Browser::start(scripts, screen);
    sign_in(&ines, &server);
    fulfill(&ines, &server, &number);
    refund(&ines);

    ines.open(&receipt);
    assert!(ines.text("main").contains(&number), "the receipt is still there");
    assert_eq!(server.stop(), Some(0));
    place.verify();
}

/// From the front door to the receipt. Returns the order's number.
pub fn buy(browser: &Browser, server: &Server) -> String {
    put_in_cart(browser, server);
    browser.click_through(".cart-summary a[href='/checkout']");
    fill_checkout(browser);
    browser.click_through(".button-pay");
    assert!(browser.text("h1").starts_with("Thank you"), "{} says {}", browser.url(), browser.text("main"));
    let number = browser.text(".page-head-order .eyebrow").to_lowercase();
    number.strip_prefix("order ").expect("the receipt names the order").to_uppercase()
}

/// Finds something in stock by looking around, as a shopper does, and puts it in the cart.
pub fn put_in_cart(browser: &Browser, server: &Server) {
    browser.open(&server.address);
    browser.click_through("main a[href='/collections/all']");
    browser.open(&format!("{}/collections/all?available=1", server.address));
    browser.click_through(".results .card a");
    browser.click_through("[data-buy-button]:not([disabled])");
    assert!(browser.url().ends_with("/cart"), "{}", browser.url());
    assert_eq!(browser.count(".cart-line"), 1);
}

/// Fills the checkout's form with what Ada would type.
pub fn fill_checkout(browser: &Browser) {
    if browser.value("#country") != "DE" {
        let choose = || browser.choose("#country", "DE");
        match browser.scripts() {
            // Scripts send the country at once; without them the shopper presses the button.
            Scripts::On => browser.leave_by(choose),
            Scripts::Off => {
                choose();
                browser.click_through("[data-refresh-button]");
            }
        }
    }
    browser.find("input[name=shipping_method]:checked");
    for (field, text) in [
        ("email", "ada@example.com"),
        ("name", "Ada Byron"),
        ("line1", "Sonnenallee 1"),
        ("postal_code", "12047"),
        ("city", "Berlin"),
        ("card_number", "4242 4242 4242 4242"),
        ("card_expiry", "12 / 39"),
        ("card_cvc", "123"),
    ] {
        browser.fill(&format!("#{field}"), text);
    }
}

/// Opens the desk as the seller whom the demo names.
pub fn sign_in(browser: &Browser, server: &Server) {
    let (email, password) = server.seller();
    browser.open(&format!("{}/admin", server.address));
    browser.fill("#email", &email);
    browser.fill("#password", &password);
    browser.click_through("form[action='/admin/sign-in'] button");
    assert_eq!(browser.text("h1"), "Today");
}

fn fulfill(browser: &Browser, server: &Server, number: &str) {
    browser.open(&format!("{}/admin/orders?q={number}", server.address));
    browser.click_through("#results tbody a.strong");
    assert!(browser.text("h1").contains(number));
    browser.click_through(".page-head a[href$='/fulfill']");
    look(browser);
    browser.fill("#carrier", "DHL");
    browser.fill("#tracking_number", "00340434161094021501");
    browser.click_through("form[action$='/fulfill'] .save-bar button");
    assert!(browser.text(".page-head").contains("Sent"), "{}", browser.text("main"));
}

fn refund(browser: &Browser) {
    browser.click_through(".page-head a[href$='/refund']");
    look(browser);
    browser.fill("input[name^='lines.']", "1");
    browser.click_through("form[action$='/refund'] .save-bar button");
    assert!(browser.text("main").contains("Given back"), "{}", browser.text("main"));
}

/// The desk's pages about an order are reached here only, so here they are looked at.
fn look(browser: &Browser) {
    if browser.scripts() == Scripts::On {
        audit::check(browser);
    }
}
