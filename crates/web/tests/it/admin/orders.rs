//! Orders at the desk: sent, called off, paid back, each once.

use super::{ada_orders, ines};
use crate::world::{BLANKET, TOTE_SAND, World, worlds};
use commerce::stock::StockItem;

fn stock(world: &World, variant: commerce::VariantId) -> StockItem {
    world.with(db::stock::load_stock(world.db(), world.juniper, variant)).expect("the database answers").expect("known").item
}

#[test]
fn an_order_is_found_sent_in_two_parcels_and_its_mail_can_be_read() {
    for world in worlds() {
        let mut ines = ines(&world);
        let order = ada_orders(&world, TOTE_SAND, 2);
        ines.get("/admin").expect(200, &["Send 1 order", "#1001"]);
        ines.get("/admin/orders?q=ada@example").expect(200, &["#1001", "Ada Lovelace", "€262.90"]);
        ines.get("/admin/orders?fulfillment=fulfilled").expect(200, &["Nothing found"]);
        let path = format!("/admin/orders/{order}");
        ines.get(&path).expect(200, &["Tote", "Lindenstraße 4", "Paid", "Send a parcel"]);
        let line = world
            .with(db::orders::load_order(world.db(), world.juniper, commerce::OrderId(order)))
            .expect("the database answers");
        let field = format!("lines.{}", line.expect("known").order.lines[0].line);
        let once = ines.get(&format!("{path}/fulfill")).field("once");
        for _ in 0..2 {
            let fields = [("once", once.as_str()), (field.as_str(), "1"), ("carrier", "DHL"), ("tracking_number", "JD01")];
            ines.post(&format!("{path}/fulfill"), &fields).location();
        }
        ines.get(&path).expect(200, &["Partly sent", "JD01"]);
        assert_eq!(stock(&world, TOTE_SAND), StockItem { on_hand: 4, reserved: 0, allocated: 1 });
        ines.post(&format!("{path}/fulfill"), &[(field.as_str(), "1")]).location();
        ines.get(&path).expect(200, &["Completed"]);
        let mails = ines.get("/admin/mail");
        mails.expect(200, &["Order confirmation", "Parcel on its way", ".eml", "juniper/mail"]);
        let ids = mails.body.split("href=\"/admin/mail/").skip(1).filter_map(|rest| rest.split('"').next());
        let texts: Vec<_> = ids.map(|id| ines.get(&format!("/admin/mail/{id}"))).collect();
        assert!(texts.iter().all(|text| text.status == 200 && text.body.contains("ada@example.org")));
        assert!(texts.iter().any(|text| text.body.contains("JD01")), "no mail names the tracking number");
    }
}

#[test]
fn an_order_is_called_off_and_its_units_and_money_go_back_once() {
    for world in worlds() {
        let mut ines = ines(&world);
        let order = ada_orders(&world, TOTE_SAND, 2);
        let path = format!("/admin/orders/{order}");
        ines.get(&format!("{path}/cancel")).expect(200, &["€262.90 will be given back", "2 unsent units go back on sale"]);
        ines.post(&format!("{path}/cancel"), &[("reason", "Changed her mind")]).location();
        ines.get(&path).expect(200, &["Canceled", "Refunded", "Given back"]);
        assert_eq!(stock(&world, TOTE_SAND), StockItem { on_hand: 5, reserved: 0, allocated: 0 });
        let again = ines.post(&format!("{path}/cancel"), &[]);
        assert!(matches!(again.status, 303 | 422), "{}", again.status);
        assert_eq!(stock(&world, TOTE_SAND).on_hand, 5);
    }
}

#[test]
fn money_is_given_back_by_units_and_by_amount() {
    for world in worlds() {
        let mut ines = ines(&world);
        world.move_clock_to(crate::world::MORNING.plus_minutes(180));
        world.reload();
        let order = ada_orders(&world, BLANKET, 1);
        let path = format!("/admin/orders/{order}");
        let once = ines.get(&format!("{path}/refund")).field("once");
        for _ in 0..2 {
            ines.post(&format!("{path}/refund"), &[("once", &once), ("amount", "4.90"), ("reason", "Late")]).location();
        }
        ines.get(&path).expect(200, &["Partly refunded", "-€4.90"]);
        ines.get(&format!("{path}/refund")).expect(200, &["Up to €189.00"]);
    }
}

#[test]
fn a_double_click_leads_where_the_first_click_led_and_does_nothing_more() {
    for world in worlds() {
        let mut ines = ines(&world);
        let order = ada_orders(&world, TOTE_SAND, 1);
        let path = format!("/admin/orders/{order}");
        let line = world
            .with(db::orders::load_order(world.db(), world.juniper, commerce::OrderId(order)))
            .expect("the database answers");
        let field = format!("lines.{}", line.expect("known").order.lines[0].line);
        for action in ["fulfill", "refund"] {
            let once = ines.get(&format!("{path}/{action}")).field("once");
            let fields = [("once", once.as_str()), (field.as_str(), "1")];
            ines.post(&format!("{path}/{action}"), &[("once", once.as_str()), (field.as_str(), "7")])
                .expect(422, &["from 0 to 1"]);
            assert_eq!(ines.post(&format!("{path}/{action}"), &fields).location(), path, "mended and sent again");
            ines.get(&path);
            // Nothing is left to send or to give back now, and still the second click is no mistake.
            let second = ines.post(&format!("{path}/{action}"), &fields);
            assert_eq!(second.location(), path, "{action}");
            assert!(!ines.get(&path).body.contains("role=\"status\""), "the second click is told that something was done");
            let unused = ines.get(&format!("{path}/{action}")).field("once");
            ines.post(&format!("{path}/{action}"), &[("once", unused.as_str()), (field.as_str(), "1")]).expect(422, &[]);
        }
        assert_eq!(stock(&world, TOTE_SAND), StockItem { on_hand: 4, reserved: 0, allocated: 0 });

        let order = ada_orders(&world, TOTE_SAND, 1);
        let path = format!("/admin/orders/{order}");
        let once = ines.get(&format!("{path}/cancel")).field("once");
        for _ in 0..2 {
            assert_eq!(ines.post(&format!("{path}/cancel"), &[("once", once.as_str())]).location(), path);
        }
        assert_eq!(stock(&world, TOTE_SAND), StockItem { on_hand: 4, reserved: 0, allocated: 0 });
    }
}

#[test]
fn a_word_counts_for_one_form_only() {
    for world in worlds() {
        let mut ines = ines(&world);
        let once = ines.get("/admin/inventory/21").field("once");
        let receive = [("once", once.as_str()), ("quantity", "3")];
        ines.post("/admin/inventory/21/receive", &receive).location();
        ines.post("/admin/inventory/11/receive", &receive).location();
        ines.post("/admin/inventory/21/adjust", &[("once", once.as_str()), ("delta", "-8"), ("reason", "lost")]).location();
        assert_eq!((stock(&world, TOTE_SAND).on_hand, stock(&world, BLANKET).on_hand), (0, 13));
        // Eight more cannot be taken away; that they were taken is known.
        let again = ines.post("/admin/inventory/21/adjust", &[("once", once.as_str()), ("delta", "-8"), ("reason", "lost")]);
        assert_eq!(again.location(), "/admin/inventory/21");
        assert_eq!(stock(&world, TOTE_SAND).on_hand, 0);
    }
}
