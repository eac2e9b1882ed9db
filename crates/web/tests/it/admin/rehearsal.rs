//! The rehearsal of a sale at the desk: asked for from the sale's page, in turn with load tests, and read about beside them.

use super::ines;
use crate::world::{MORNING, World, worlds};
use commerce::FlashSaleId;
use db::load_tests::{self, LoadTestId, Rehearsal, TestReport, TestVerdict};

const PAGE: &str = "/admin/flash-sales/1/rehearse";
const PLAN: &str = "name = \"Winter\"\ncurrency = \"EUR\"\nzone = \"Europe/Berlin\"\n\
                    [sale]\nopens = \"2026-11-27 09:00\"\ncloses = \"2026-11-28 09:00\"";

/// The rehearsal that waits, taken by whoever runs it.
fn begun(world: &World) -> (LoadTestId, Rehearsal) {
    let (_, id, _) = world.with(load_tests::next_asked(world.db())).expect("the database answers").expect("one was asked for");
    assert!(world.with(load_tests::begin(world.db(), world.juniper, id, MORNING)).expect("the database answers"));
    let asked = world.with(load_tests::rehearsal(world.db(), world.juniper, id)).expect("the database answers");
    (id, asked.expect("it is one"))
}

#[test]
fn a_seller_has_a_sale_rehearsed_and_reads_whether_it_may_open() {
    for world in worlds() {
        let mut ines = ines(&world);
        ines.get("/admin/flash-sales/1").expect(200, &["Rehearse this sale"]);
        ines.get("/admin/load-test").expect(200, &["Rehearse a sale", PAGE]);
        ines.get(PAGE).expect(200, &["Winter Clearance", "At most 500 shoppers", "no mail leaves"]);
        assert_eq!(ines.post(PAGE, &[("marketing_plan", PLAN)]).location(), "/admin/load-test");
        assert_eq!(ines.post(PAGE, &[]).location(), "/admin/load-test", "whoever clicks twice has what they want");
        ines.get("/admin/load-test").expect(200, &["Rehearsal of “Winter Clearance”", "It begins in a moment."]);
        let (id, asked) = begun(&world);
        let marketing_plan = PLAN.to_owned();
        assert_eq!(asked, Rehearsal { sale: FlashSaleId(1), sale_name: "Winter Clearance".into(), marketing_plan });

        let said = "No-go: The sale must not open like this: 1 thing to be put right.".to_owned();
        let report = TestReport { verdict: TestVerdict::LimitFound, said: said.clone(), page: "<p>".into(), data: "{}".into() };
        world.with(load_tests::finish(world.db(), world.juniper, id, &report, MORNING)).expect("the database answers");
        ines.get("/admin/load-test").expect(200, &["No-go</span>", &said, &format!("{id}/report")]);
        ines.get(&format!("/admin/load-test/{id}/delete")).expect(200, &["Rehearsal of “Winter Clearance”"]);
        ines.get(PAGE).expect(200, &["2026-11-28 09:00"]);
    }
}

#[test]
fn what_cannot_be_rehearsed_says_why_and_starts_nothing() {
    for world in worlds() {
        let mut ines = ines(&world);
        let long = "#".repeat(20_001);
        ines.post(PAGE, &[("marketing_plan", &long)]).expect(422, &["No rehearsal was started.", "longer than a plan can be"]);
        let wrong = ines.post(PAGE, &[("marketing_plan", "list = [")]);
        wrong.expect(422, &["No rehearsal was started.", "The plan", "list = ["]);
        ines.post("/admin/load-test", &[("shoppers", "20"), ("plan", "drop"), ("step_seconds", "10")]).location();
        world.move_clock_to(MORNING.plus_minutes(1));
        ines.post(PAGE, &[]).expect(422, &["A test of your shop is running already"]);
        ines.post("/admin/flash-sales/1/cancel", &[]).location();
        ines.post(PAGE, &[]).expect(422, &["The sale is called off"]);
        let page = ines.get("/admin/flash-sales/1");
        assert!(!page.body.contains("Rehearse this sale"), "{}", page.body);
        ines.get("/admin/flash-sales/999/rehearse").expect(404, &[]);
    }
}
