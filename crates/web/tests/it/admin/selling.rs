//! Flash sales, coupons and info pages at the desk.

use super::ines;
use crate::world::{BLANKET, Browser, MORNING, worlds};

#[test]
fn a_sale_is_planned_in_the_shops_zone_filled_scheduled_and_ended() {
    for world in worlds() {
        let mut ines = ines(&world);
        let times = [
            ("name", "Advent"),
            ("opens_at", "2026-12-01T18:00"),
            ("closes_at", "2026-12-02T18:00"),
            ("before_opening", "ordinary_price"),
        ];
        let path = ines.post("/admin/flash-sales", &times).location().to_owned();
        ines.get(&path).expect(200, &["Europe/Berlin", "value=\"2026-12-01T18:00\"", "1 Dec 2026, 18:00", "Nothing in it yet"]);
        ines.post(&format!("{path}/schedule"), &[]).expect(422, &["Please add what is cheaper first."]);
        ines.get(&format!("{path}?find=tote")).expect(200, &["Sand", "name=\"variant\" value=\"21\""]);
        ines.post(&format!("{path}/items"), &[("variant", "21"), ("variant", "22"), ("add_percent_off", "20")]).location();
        ines.get(&path).expect(200, &["value=\"103.20\"", "€129.00"]);
        let rows = [
            ("items.0.variant", "21"),
            ("items.0.price", "99"),
            ("items.0.quantity_offered", "3"),
            ("items.0.quantity_per_customer_max", "1"),
            ("items.1.variant", "22"),
            ("items.1.price", "99"),
            ("items.1.remove", "yes"),
        ];
        ines.post(&path, &[&times[..], &rows[..]].concat()).location();
        assert_eq!(world.browser().get("/sales/advent").status, 404, "a draft is nobody's business");
        ines.post(&format!("{path}/schedule"), &[]).location();
        ines.post(&format!("{path}/schedule"), &[]).location();
        world.browser().get("/sales/advent").expect(200, &["Advent"]);
        ines.post(&format!("{path}/delete"), &[]).expect(422, &["cannot be removed"]);

        world.move_clock_to(commerce::Timestamp::from_seconds(1_796_144_400).plus_minutes(60));
        ines.get(&path).expect(200, &["Open now", "End it now"]);
        world.browser().get("/products/tote").expect(200, &["€99.00"]);
        ines.get(&format!("{path}/cancel")).expect(200, &["End “Advent”?"]);
        ines.post(&format!("{path}/cancel"), &[]).location();
        ines.get(&path).expect(200, &["The sale is over.", "Ended"]);
        assert!(!world.browser().get("/products/tote").body.contains("€99.00"));
    }
}

#[test]
fn an_upcoming_sale_is_called_off_and_a_draft_is_deleted() {
    for world in worlds() {
        let mut ines = ines(&world);
        ines.get("/admin/flash-sales/1/cancel").expect(200, &["Call off “Winter Clearance”?"]);
        ines.post("/admin/flash-sales/1/cancel", &[]).location();
        ines.get("/admin/flash-sales").expect(200, &["Canceled"]);
        let times = [
            ("name", "Draft"),
            ("opens_at", "2026-12-01T18:00"),
            ("closes_at", "2026-12-02T18:00"),
            ("before_opening", "not_for_sale"),
        ];
        let path = ines.post("/admin/flash-sales", &times).location().to_owned();
        ines.post("/admin/flash-sales", &times).expect(422, &["there already is a sale"]);
        let over =
            times.map(|(name, typed)| (name, if name.ends_with("_at") { typed.replace("2026", "2025") } else { typed.into() }));
        let over: Vec<(&str, &str)> = over.iter().map(|(name, typed)| (*name, typed.as_str())).collect();
        ines.post(&path, &over).location();
        ines.get(&path).expect(200, &["The draft is saved. Its closing time is over"]);
        ines.post(&format!("{path}/delete"), &[]).location();
        assert_eq!(ines.get(&path).status, 404);
    }
}

#[test]
fn a_coupon_is_made_used_switched_off_and_deleted() {
    for world in worlds() {
        let mut ines = ines(&world);
        let fields =
            [("code", "advent5"), ("kind", "fixed"), ("amount", "5"), ("minimum", "20"), ("uses_max", "100"), ("active", "yes")];
        ines.post("/admin/coupons", &fields).location();
        let list = ines.get("/admin/coupons");
        list.expect(200, &["ADVENT5", "€5.00 off the goods", "from €20.00", "0 / 100", "Active"]);
        let id = list
            .body
            .split("href=\"/admin/coupons/")
            .filter_map(|rest| rest.split('"').next())
            .find(|id| id.parse::<i64>().is_ok_and(|id| id > 1));
        let path = format!("/admin/coupons/{}", id.expect("the new coupon"));
        ines.post(&path, &fields[..5]).location();
        ines.get("/admin/coupons").expect(200, &["Off"]);
        ines.post(&format!("{path}/delete"), &[]).location();
        assert_eq!(ines.post(&format!("{path}/delete"), &[]).status, 404);
    }
}

#[test]
fn an_info_page_is_written_in_markdown_previewed_and_shown() {
    for world in worlds() {
        let mut ines = ines(&world);
        let fields = [
            ("title", "Returns"),
            ("body_markdown", "# Returns\n\nWithin **30 days**. <script>alert(1)</script>"),
            ("published", "yes"),
        ];
        let preview = ines.post("/admin/pages/preview", &fields);
        preview.expect(200, &["<strong>30 days</strong>"]);
        assert!(!preview.body.contains("<script>alert"));
        let path = ines.post("/admin/pages", &fields).location().to_owned();
        let shown = world.browser().get("/pages/returns");
        shown.expect(200, &["<strong>30 days</strong>"]);
        assert!(!shown.body.contains("alert(1)</script>"));
        ines.post("/admin/pages", &fields).expect(422, &["there already is a page"]);
        ines.post(&path, &[("title", "Returns"), ("handle", "returns")]).location();
        assert_eq!(world.browser().get("/pages/returns").status, 404, "no longer published");
        ines.post(&format!("{path}/delete"), &[]).location();
        assert_eq!(ines.get(&path).status, 404);
        assert!(MORNING < world.app.now().plus_seconds(1));
    }
}

#[test]
fn fewer_units_than_are_sold_or_held_in_a_sale_are_refused_beside_the_field() {
    for world in worlds() {
        let mut ines = ines(&world);
        world.move_clock_to(MORNING.plus_minutes(60));
        let page = ines.get("/admin/flash-sales/1");
        let (opens_at, closes_at) = (page.field("opens_at"), page.field("closes_at"));
        super::ada_orders(&world, BLANKET, 2);
        let change = |ines: &mut Browser, name: &str, offered: &str| {
            let fields = [
                ("name", name),
                ("handle", "winter"),
                ("opens_at", &opens_at),
                ("closes_at", &closes_at),
                ("before_opening", "not_for_sale"),
                ("items.0.variant", "11"),
                ("items.0.price", "99"),
                ("items.0.quantity_offered", offered),
                ("items.0.quantity_per_customer_max", "2"),
            ];
            ines.post("/admin/flash-sales/1", &fields)
        };
        let refused = change(&mut ines, "Winter Finale", "1");
        refused.expect(422, &["2 are sold or held in this sale", "Everything else is saved."]);
        assert_eq!(refused.field("items.0.quantity_offered"), "1", "what was typed is still there");
        ines.get("/admin/flash-sales/1").expect(200, &["Winter Finale", "items.0.quantity_offered"]);
        assert_eq!(ines.get("/admin/flash-sales/1").field("items.0.quantity_offered"), "4");

        change(&mut ines, "Winter Finale", "2").location();
        world.browser().get("/products/blanket").expect(200, &["Sold out"]);
        change(&mut ines, "Winter Finale", "").location();
        world.browser().post("/cart/add", &[("variant", &BLANKET.to_string())]).location();
        world.verify();
    }
}
