//! What sellers see and do at the desk.

mod bad_input;
mod books;
mod catalog;
mod load_test;
mod orders;
mod rehearsal;
mod sale_plan;
mod sale_report;
mod selling;
mod settings;
mod sign_in;
mod traffic;
mod wrong_seller;

use crate::world::{Browser, MORNING, World};
use db::sellers::{NewSeller, SellerRole, create_seller};

pub const PASSWORD: &str = "nine bags of coffee";

/// A new seller of the shop that answers at `host`.
pub fn hire(world: &World, host: &str, email: &str, role: SellerRole) {
    let shop = world.app.shop_at(host).expect("the shop answers").snapshot.shop.id;
    let password_hash = web::password::hash_password_now(PASSWORD);
    let new = NewSeller { email: email.into(), name: String::new(), role, password_hash };
    world.with(create_seller(world.db(), shop, &new, MORNING)).expect("the database answers").expect("the seller is fine");
}

/// A browser in which this seller is signed in.
pub fn signed_in(world: &World, host: &str, email: &str) -> Browser {
    let mut browser = world.browser_at(host);
    let answer = browser.post("/admin/sign-in", &[("email", email), ("password", PASSWORD)]);
    assert_eq!(answer.location(), "/admin");
    browser
}

/// Ines, who owns Juniper Roasters, at her desk.
pub fn ines(world: &World) -> Browser {
    hire(world, "juniper.localhost", "ines@juniper.example", SellerRole::Owner);
    signed_in(world, "juniper.localhost", "ines@juniper.example")
}

/// Ada buys `quantity` units; the id of her order.
pub fn ada_orders(world: &World, variant: commerce::VariantId, quantity: u32) -> i64 {
    let mut ada = world.browser();
    ada.post("/cart/add", &[("variant", &variant.to_string()), ("quantity", &quantity.to_string())]).location();
    let checkout_id = ada.get("/checkout").field("checkout_id");
    let fields = [
        ("checkout_id", checkout_id.as_str()),
        ("email", "ada@example.org"),
        ("name", "Ada Lovelace"),
        ("country", "DE"),
        ("line1", "Lindenstraße 4"),
        ("postal_code", "10969"),
        ("city", "Berlin"),
        ("shipping_method", "standard"),
        ("card_number", "4242 4242 4242 4242"),
        ("card_expiry", "12/30"),
        ("card_cvc", "123"),
        ("intent", "pay"),
    ];
    ada.post("/checkout", &fields).location();
    let number = *world.order_numbers().last().expect("the order is there");
    world.with(db::orders::order_by_number(world.db(), world.juniper, number)).expect("the database answers").expect("known").0
}
