//! The report about a sale at the desk: what nodes have kept and what the books say, on one page that is no part of the desk.

use super::{ada_orders, ines};
use crate::world::{BLANKET, MORNING, World, worlds};
use serde_json::Value;
use web::sale_record::keep_round;

fn data(world: &World) -> Value {
    let answer = super::signed_in(world, "juniper.localhost", "ines@juniper.example").get("/admin/flash-sales/1/report.json");
    serde_json::from_str(&answer.body).expect("it is JSON")
}

/// Ben asks for a blanket after Ada has bought the last two.
fn ben_comes_too_late(world: &World) {
    let mut ben = world.browser();
    ben.post("/cart/add", &[("variant", &BLANKET.to_string()), ("quantity", "1")]).location();
    let checkout_id = ben.get("/checkout").field("checkout_id");
    ada_orders(world, BLANKET, 2);
    let fields = [
        ("checkout_id", checkout_id.as_str()),
        ("email", "ben@example.org"),
        ("name", "Ben"),
        ("country", "DE"),
        ("line1", "Lindenstraße 5"),
        ("postal_code", "10969"),
        ("city", "Berlin"),
        ("shipping_method", "standard"),
        ("card_number", "4242 4242 4242 4242"),
        ("card_expiry", "12/30"),
        ("card_cvc", "123"),
        ("intent", "pay"),
    ];
    ben.post("/checkout", &fields).expect(409, &["is sold out."]);
    world.browser().post("/cart/add", &[("variant", &BLANKET.to_string()), ("quantity", "2")]).expect(409, &["Sold out"]);
}

#[test]
fn a_seller_reads_what_the_sale_came_to_and_what_was_asked_for_too_late() {
    for world in worlds() {
        let mut ines = ines(&world);
        world.set_stock(BLANKET, 2);
        ines.get("/admin/flash-sales/1/report").expect(200, &["Winter Clearance", "Not open yet"]);
        let opens = MORNING.plus_minutes(60);
        world.move_clock_to(opens.plus_seconds(5));
        ben_comes_too_late(&world);
        let unkept = data(&world);
        assert_eq!(unkept["service"]["minutes_recorded"], 0, "{}", world.engine);
        assert_eq!(unkept["lost"]["asked"], 0, "{}", world.engine);

        let now = opens.plus_minutes(1).plus_seconds(15);
        world.move_clock_to(now);
        for _ in 0..2 {
            world.with(keep_round(&world.app, now)).expect("the database answers");
        }
        let told = data(&world);
        assert_eq!(told["totals"]["orders"], 1, "{}", world.engine);
        assert_eq!(told["lost"]["asked"], 2, "{}", world.engine);
        assert_eq!(told["lost"]["units"], 3, "{}", world.engine);
        assert_eq!(told["lost"]["revenue"], 297.0, "{}", world.engine);
        assert_eq!(told["items"][0]["sold"], 2, "{}", world.engine);
        assert_eq!(told["service"]["minutes_recorded"], 1, "{}", world.engine);
        assert_eq!(told["items"][0]["sold_out_at"], "2026-11-27T10:00:05Z", "{}", world.engine);
        assert!(told["service"]["answers"]["during_p99_ms"].is_number() && told["peaks"]["sessions"].is_null());

        let page = ines.get("/admin/flash-sales/1/report");
        page.expect(
            200,
            &["Winter Clearance", "Still on", "Merino blanket", "3 units were missing, asked for 2 times", "not recorded"],
        );
        let policy = page.header("content-security-policy");
        assert!(policy.contains("sandbox allow-scripts") && !policy.contains("unsafe"), "{policy}");
        ines.get("/admin/flash-sales/1").expect(200, &["/admin/flash-sales/1/report"]);
    }
}
