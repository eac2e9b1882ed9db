//! One browser's holds: how many it may have, that none of them is in its own way, and that what is gone is told from memory.

use crate::races::{pay, shopper};
use crate::world::{BOARD, MORNING, TOTE_SAND, worlds};

const DECLINED: &str = "4000 0000 0000 0002";

#[test]
fn a_visitor_is_named_by_forms_and_never_by_pages() {
    for world in worlds() {
        let mut ada = world.browser();
        for page in ["/", "/products/tote", "/cart", "/collections/all", "/now.json"] {
            ada.get(page);
            assert!(!ada.cookies.contains_key("visitor"), "{page}");
        }
        ada.post("/cart/add", &[("variant", &TOTE_SAND.to_string())]).location();
        let name = ada.cookies["visitor"].clone();
        let page = ada.get("/checkout");
        assert!(pay(&mut ada, &page.field("checkout_id"), "ada@example.org", &[]).location().starts_with("/orders/"));
        assert_eq!(ada.cookies["visitor"], name, "it is kept");
        ada.cookies.insert("visitor".into(), "1.forged".into());
        ada.post("/cart/add", &[("variant", &TOTE_SAND.to_string())]).location();
        assert_ne!(ada.cookies["visitor"], "1.forged");
    }
}

#[test]
fn one_browser_cannot_hold_everything_under_many_addresses() {
    for world in worlds() {
        world.set_stock(TOTE_SAND, 1_000);
        let first = shopper(&world, &[(TOTE_SAND, 20)]);
        let mut refused = 0;
        let mut ada = first;
        for number in 0..8 {
            let email = format!("ada{number}@mail{number}.example");
            ada.cookies.insert("cart".into(), crate::races::cart(&[(TOTE_SAND, 20)]));
            // A payment that waits for its confirmation keeps the hold in use.
            let answer = pay(&mut ada, &crate::races::checkout_id(), &email, &[("card_number", "4000 0025 0000 3155")]);
            if answer.status == 409 {
                answer.expect(409, &["can be held"]);
                refused += 1;
            }
        }
        assert!(refused > 0, "160 units are held by one browser");
        world.verify();
    }
}

#[test]
fn an_own_hold_from_another_page_is_not_in_the_way() {
    for world in worlds() {
        let mut ada = shopper(&world, &[(BOARD, 1)]);
        pay(&mut ada, &crate::races::checkout_id(), "ada@example.org", &[("card_number", DECLINED)])
            .expect(402, &["are held until"]);
        let mut ben = shopper(&world, &[(BOARD, 1)]);
        pay(&mut ben, &crate::races::checkout_id(), "ben@example.org", &[]).expect(409, &["is sold out."]);
        let again = pay(&mut ada, &crate::races::checkout_id(), "ada@example.org", &[]);
        assert!(again.location().starts_with("/orders/1001"), "her first page holds the board");
        world.verify();
    }
}

#[test]
fn what_is_sold_out_is_told_without_the_writer_and_sold_again_when_a_hold_expires() {
    for world in worlds() {
        let mut ada = shopper(&world, &[(BOARD, 1)]);
        let page = crate::races::checkout_id();
        pay(&mut ada, &page, "ada@example.org", &[("card_number", DECLINED)]).expect(402, &["are held until 10:10"]);

        let stalled = world.stall_writer();
        let mut ben = shopper(&world, &[(BOARD, 1)]);
        let ben_page = crate::races::checkout_id();
        pay(&mut ben, &ben_page, "ben@example.org", &[]).expect(409, &["is sold out."]);
        drop(stalled);
        assert!(pay(&mut ada, &page, "ada@example.org", &[("card_number", DECLINED)]).status == 402, "her own hold is hers");

        world.move_clock_to(MORNING.plus_minutes(10));
        assert_eq!(world.app.writer().availability().get(world.juniper, BOARD), Some(0), "nobody has looked since");
        world.with(world.app.refresh_availability()).expect("the database answers");
        assert_eq!(world.app.writer().availability().get(world.juniper, BOARD), Some(1), "what has run out counts as free");
        assert!(pay(&mut ben, &ben_page, "ben@example.org", &[]).location().starts_with("/orders/1001"));
        world.verify();
    }
}

#[test]
fn a_page_sent_again_finds_its_order_although_everything_is_sold() {
    for world in worlds() {
        let (mut ada, page) = (shopper(&world, &[(BOARD, 1)]), crate::races::checkout_id());
        let mut tab = ada.clone();
        assert!(pay(&mut ada, &page, "ada@example.org", &[]).location().starts_with("/orders/1001"));
        assert!(pay(&mut tab, &page, "ada@example.org", &[]).location().starts_with("/orders/1001"), "the answer was lost");
    }
}
