//! Pictures of the pages that show the product best, at 390 and 1440 pixels.
//!
//! `cargo xtask screenshots` puts them into `docs/screenshots`. As a test they go to the target folder and show that the walk
//! works.

use crate::browser_buys::{fill_checkout, put_in_cart, sign_in};
use crate::program::{Engine, Place};
use crate::webdriver::{Browser, Screen, Scripts};
use std::path::{Path, PathBuf};

#[test]
fn key_pages_can_be_pictured_at_a_desk() {
    picture(Screen::Desk, 1440);
}

#[test]
fn key_pages_can_be_pictured_on_a_phone() {
    picture(Screen::Phone, 390);
}

fn picture(screen: Screen, width: u32) {
    let folder = folder();
    let place = Place::new(Engine::Sqlite);
    let server = place.start("demo");
    let browser = Browser::start(Scripts::On, screen);
    let take = |name: &str| {
        browser.execute_async(crate::audit::LOAD_PICTURES);
        let file = folder.join(format!("{name}-{width}.png"));
        browser.screenshot(&file);
        assert!(file.metadata().is_ok_and(|file| file.len() > 1_000), "{name} was pictured");
    };
    let open = |path: &str| browser.open(&format!("{}{path}", server.address));
    open("/");
    take("home");
    open("/collections/all");
    take("collection");
    browser.click_through(".results .card a");
    take("product");
    put_in_cart(&browser, &server);
    take("cart");
    open("/checkout");
    fill_checkout(&browser);
    browser.execute("scrollTo({ top: 0, behavior: 'instant' })", &serde_json::json!([]));
    take("checkout");
    browser.click_through(".button-pay");
    take("receipt");
    sign_in(&browser, &server);
    take("desk");
    open("/admin/orders");
    take("desk-orders");
    open("/admin/flash-sales");
    browser.click_through("main tbody a");
    take("desk-flash-sale");
}

fn folder() -> PathBuf {
    let folder = std::env::var_os("DOORBUSTER_SCREENSHOTS").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).join("screenshots"));
    std::fs::create_dir_all(&folder).expect("the folder of pictures can be made");
    folder
}
