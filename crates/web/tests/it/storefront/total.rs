//! What the button of the checkout says is the most that anybody pays.

use crate::races::{checkout_id, pay, shopper};
use crate::world::{BLANKET, Browser, MORNING, World, worlds};
use commerce::Timestamp;

const ADA: &str = "ada@example.org";
const OPENS: Timestamp = MORNING.plus_minutes(60);
const CLOSES: Timestamp = MORNING.plus_minutes(120);

/// The checkout's page with its delivery chosen; its name and the total that it says.
fn page(ada: &mut Browser) -> (String, String) {
    let id = ada.get("/checkout").field("checkout_id");
    let page = pay(ada, &id, ADA, &[("intent", "refresh")]);
    assert_eq!(page.status, 200, "{}", page.body);
    (id, page.field("total_seen"))
}

fn with_blanket(world: &World) -> Browser {
    shopper(world, &[(BLANKET, 1)])
}

#[test]
fn nobody_pays_more_than_the_button_said_when_a_sale_closes_under_their_hands() {
    for world in worlds() {
        world.move_clock_to(CLOSES.plus_seconds(-1));
        let mut ada = with_blanket(&world);
        let (id, seen) = page(&mut ada);
        assert_eq!(seen, "10390");
        world.move_clock_to(CLOSES);
        let fields = [("total_seen", seen.as_str())];
        let again = pay(&mut ada, &id, ADA, &fields);
        again.expect(409, &["The total is €193.90 now. Nothing was charged", "are held until 12:10", "Pay €193.90"]);
        pay(&mut ada, &id, ADA, &fields).expect(409, &["The total is €193.90 now."]);
        assert!(world.order_numbers().is_empty(), "{}", world.engine);

        let seen = again.field("total_seen");
        let receipt = pay(&mut ada, &id, ADA, &[("total_seen", &seen)]).location().to_owned();
        ada.get(&receipt).expect(200, &["Order 1001", "€193.90"]);
        assert!(
            pay(&mut ada, &id, ADA, &fields).location().starts_with("/orders/1001"),
            "an old copy of the page finds the order"
        );
        world.verify();
    }
}

#[test]
fn delivery_that_was_not_in_the_total_is_shown_before_it_is_paid() {
    for world in worlds() {
        world.move_clock_to(OPENS);
        let mut ada = with_blanket(&world);
        let first = ada.get("/checkout");
        let (id, seen) = (first.field("checkout_id"), first.field("total_seen"));
        assert_eq!(seen, "9900");
        let shown = pay(&mut ada, &id, ADA, &[("total_seen", &seen)]);
        shown.expect(409, &["The total is €103.90 now. Nothing was charged", "Standard, 2 to 4 days"]);
        let seen = shown.field("total_seen");
        assert!(pay(&mut ada, &id, ADA, &[("total_seen", &seen)]).location().starts_with("/orders/1001"));
        world.verify();
    }
}

#[test]
fn paying_less_than_the_button_said_needs_no_second_look() {
    for world in worlds() {
        world.move_clock_to(OPENS);
        for seen in ["10390", "10391", "", "much"] {
            let answer =
                pay(&mut with_blanket(&world), &checkout_id(), &format!("ada@{}.example", seen.len()), &[("total_seen", seen)]);
            assert!(answer.location().starts_with("/orders/"), "{seen}");
        }
        world.verify();
    }
}
