//! Traffic at the desk: what visitors asked for is counted, for this shop alone.

use super::{hire, ines, signed_in};
use crate::world::worlds;
use db::sellers::SellerRole;

#[test]
fn a_seller_reads_how_many_came_and_nobody_elses_numbers() {
    for world in worlds() {
        let mut ines = ines(&world);
        for _ in 0..2_000 {
            let juniper = world.app.shop(world.juniper).expect("it is there");
            juniper.metrics.count(web::metrics::Kind::Frozen, web::metrics::Outcome::Answered);
        }
        let page = ines.get("/admin/traffic");
        page.expect(
            200,
            &["Traffic", "2,0", "Requests a minute", "The same as a table", "No neighbor of yours was busy", "10:00"],
        );
        hire(&world, "quillmere.localhost", "quentin@quillmere.example", SellerRole::Owner);
        let mut quentin = signed_in(&world, "quillmere.localhost", "quentin@quillmere.example");
        let page = quentin.get("/admin/traffic");
        page.expect(200, &["Traffic"]);
        assert!(!page.body.contains("2,0") && !page.body.contains("Juniper"), "{}", page.body);
    }
}
