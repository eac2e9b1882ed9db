//! From a full cart to a receipt, and everything that can stand in between.

use crate::world::{Answer, BLANKET, BOARD, Browser, MORNING, TOTE_SAND, VOUCHER, World, worlds};

const GOOD: &str = "4242 4242 4242 4242";
const DECLINED: &str = "4000 0000 0000 0002";
const WRONG_CODE: &str = "4000 0000 0000 0127";
const ASKS: &str = "4000 0025 0000 3155";
const LOST: &str = "4000 0000 0000 9003";

fn with_in_cart(world: &World, variant: commerce::VariantId, quantity: u32) -> Browser {
    let mut browser = world.browser();
    let added = browser.post("/cart/add", &[("variant", &variant.to_string()), ("quantity", &quantity.to_string())]);
    assert_eq!(added.location(), "/cart");
    browser
}

fn pay(browser: &mut Browser, checkout_id: &str, changes: &[(&str, &str)]) -> Answer {
    let mut fields = vec![
        ("checkout_id", checkout_id),
        ("email", "ada@example.org"),
        ("name", "Ada Lovelace"),
        ("country", "DE"),
        ("line1", "Lindenstraße 4"),
        ("postal_code", "10969"),
        ("city", "Berlin"),
        ("shipping_method", "standard"),
        ("card_number", GOOD),
        ("card_expiry", "12/30"),
        ("card_cvc", "123"),
        ("intent", "pay"),
    ];
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    browser.post("/checkout", &fields)
}

fn begin(browser: &mut Browser) -> String {
    let page = browser.get("/checkout");
    page.expect(200, &["Contact", "Delivery", "Payment", "test card"]);
    page.field("checkout_id")
}

#[test]
fn a_paid_cart_becomes_one_order_with_a_receipt() {
    for world in worlds() {
        let mut ada = with_in_cart(&world, TOTE_SAND, 2);
        let id = begin(&mut ada);
        let receipt = pay(&mut ada, &id, &[]).location().to_owned();
        assert!(receipt.starts_with("/orders/1001?key="), "{receipt}");
        assert!(!ada.cookies.contains_key("cart"), "the cart is not empty");
        ada.get(&receipt)
            .expect(200, &["Thank you", "Order 1001", "ada@example.org", "Germany", "€262.90", "Standard, 2 to 4 days", "Sand"]);
        assert_eq!(ada.get("/orders/1001?key=AAAAAAAAAAAAAAAAAAAAAA").status, 404);
        assert_eq!(world.browser_at("quillmere.localhost").get(&receipt).status, 404);
        ada.get("/products/tote").expect(200, &["Only 3 left"]);

        assert!(pay(&mut ada, &id, &[]).location().starts_with("/orders/1001?key="), "sent again after the redirect");
        assert_eq!(world.order_numbers(), [1001]);
    }
}

#[test]
fn the_same_page_sent_twice_is_one_order() {
    for world in worlds() {
        let mut ada = with_in_cart(&world, TOTE_SAND, 1);
        let id = begin(&mut ada);
        let answers: Vec<String> = std::thread::scope(|scope| {
            let clicks: Vec<_> = (0..4)
                .map(|_| {
                    let (mut tab, id) = (ada.clone(), id.clone());
                    scope.spawn(move || pay(&mut tab, &id, &[]).location().to_owned())
                })
                .collect();
            clicks.into_iter().map(|click| click.join().expect("the click is answered")).collect()
        });
        for answer in answers {
            let answer = if answer.starts_with("/checkout/pending/") { ada.get(&answer).location().to_owned() } else { answer };
            assert!(answer.starts_with("/orders/1001?key="), "{answer}");
        }
        assert_eq!(world.order_numbers(), [1001]);

        let mut late = with_in_cart(&world, TOTE_SAND, 1);
        late.cookies.insert("checkout".into(), id.clone());
        assert!(late.get("/checkout").location().starts_with("/orders/1001"), "the way to the receipt was lost");
        let mut other = with_in_cart(&world, TOTE_SAND, 2);
        pay(&mut other, &id, &[]).expect(409, &["already led to order 1001", "Look at the order", "/orders/1001?key="]);
        assert_eq!(world.order_numbers(), [1001]);
    }
}

#[test]
fn a_declined_card_keeps_what_was_typed_and_may_be_followed_by_another() {
    for world in worlds() {
        let mut ada = with_in_cart(&world, BOARD, 1);
        let id = begin(&mut ada);
        let page = pay(&mut ada, &id, &[("card_number", DECLINED)]);
        page.expect(402, &["The card was declined", "Ada Lovelace", "Lindenstraße 4", "Your pieces are held until 10:10"]);
        assert!(!page.body.contains("4000"[..].repeat(2).as_str()) && !page.body.contains("value=\"4000"), "the card came back");
        assert_eq!(page.field("checkout_id"), id);
        pay(&mut ada, &id, &[("card_number", WRONG_CODE)]).expect(402, &["security code is not right", "card_cvc-error"]);
        pay(&mut ada, &id, &[("card_number", "4111 1111 1111 1111")]).expect(422, &["card_number-error"]);

        let mut ben = world.browser();
        ben.post("/cart/add", &[("variant", &BOARD.to_string())]).expect(409, &["Sold out."]);
        assert!(pay(&mut ada, &id, &[]).location().starts_with("/orders/1001"));
        assert_eq!(world.order_numbers(), [1001]);
    }
}

#[test]
fn a_payment_that_wants_confirmation_is_confirmed_or_refused() {
    for world in worlds() {
        let mut ada = with_in_cart(&world, TOTE_SAND, 1);
        let id = begin(&mut ada);
        let confirm = pay(&mut ada, &id, &[("card_number", ASKS)]).location().to_owned();
        ada.get(&confirm).expect(200, &["Confirm the payment", "€133.90"]);
        assert_eq!(pay(&mut ada, &id, &[]).location(), confirm, "a second click asks for the same confirmation");
        ada.post(&confirm, &[("answer", "perhaps")]).expect(400, &["confirm the payment or refuse it"]);
        assert_eq!(world.browser().get(confirm.split('?').next().unwrap_or_default()).status, 404, "without its key");

        let back = ada.post(&confirm, &[("answer", "refuse")]).location().to_owned();
        let page = ada.get(&back);
        page.expect(402, &["Nothing was charged"]);
        assert_eq!(page.field("checkout_id"), id);

        let confirm = pay(&mut ada, &id, &[("card_number", ASKS)]).location().to_owned();
        let receipt = ada.post(&confirm, &[("answer", "confirm")]).location().to_owned();
        ada.get(&receipt).expect(200, &["Thank you", "Order 1001"]);
        assert!(ada.get(&confirm).location().starts_with("/orders/1001"));
        assert_eq!(world.order_numbers(), [1001]);
    }
}

const FUNDS: &str = "4000 0000 0000 9995";

/// Everything Ada typed is on the page again, and nothing of her card.
#[track_caller]
fn expect_form_as_typed(page: &Answer, shipping: &str) {
    for (field, value) in [
        ("email", "ada@example.org"),
        ("phone", "+49 30 1234"),
        ("name", "Ada Lovelace"),
        ("line1", "Lindenstraße 4"),
        ("line2", "Rear building"),
        ("postal_code", "10969"),
        ("city", "Berlin"),
        ("card_number", ""),
        ("card_expiry", ""),
        ("card_cvc", ""),
    ] {
        assert_eq!(page.field(field), value, "{field}");
    }
    page.expect(page.status, &["<option value=\"DE\" selected>", &format!("value=\"{shipping}\" checked")]);
    for secret in ["3155", "9995", "0002", "12/30"] {
        assert!(!page.body.contains(&format!("value=\"{secret}")), "{secret} came back");
    }
}

#[test]
fn whatever_becomes_of_a_payment_what_was_typed_is_kept() {
    let typed = [("phone", "+49 30 1234"), ("line2", "Rear building"), ("shipping_method", "express")];
    for world in worlds() {
        for scripted in [false, true] {
            let mut ada = with_in_cart(&world, TOTE_SAND, 1);
            let id = begin(&mut ada);
            if scripted {
                // The script asks for the ways of delivery as soon as a country or a way is chosen.
                pay(&mut ada, &id, &[&typed[..], &[("intent", "refresh")]].concat()).expect(200, &["Express, tomorrow"]);
            }
            for (card, words) in [(DECLINED, "The card was declined"), (FUNDS, "insufficient funds")] {
                let page = pay(&mut ada, &id, &[&typed[..], &[("card_number", card)]].concat());
                page.expect(402, &[words, "card_number-error", "Your pieces are held until"]);
                expect_form_as_typed(&page, "express");
            }
            let asks = [&typed[..], &[("card_number", ASKS)]].concat();
            let confirm = pay(&mut ada, &id, &asks).location().to_owned();
            ada.get(&confirm).expect(200, &["Your pieces are held until"]);
            let back = ada.post(&confirm, &[("answer", "refuse")]).location().to_owned();
            let page = ada.get(&back);
            page.expect(402, &["The payment was not confirmed", "card_number-error", "Your pieces are held until"]);
            expect_form_as_typed(&page, "express");
            assert_eq!(page.field("checkout_id"), id);
            expect_form_as_typed(&ada.get("/checkout"), "express");
            let other = with_in_cart(&world, TOTE_SAND, 1).get("/checkout");
            assert!(!other.body.contains("Lovelace"), "another browser reads what Ada typed");
        }
        assert_eq!(world.order_numbers(), [0_i64; 0]);
    }
}

#[test]
fn what_was_typed_is_forgotten_after_an_hour() {
    for world in worlds() {
        let mut ada = with_in_cart(&world, TOTE_SAND, 1);
        let id = begin(&mut ada);
        pay(&mut ada, &id, &[("card_number", DECLINED)]).expect(402, &["Lovelace"]);
        world.move_clock_to(MORNING.plus_minutes(59));
        let late = ada.get("/checkout");
        late.expect(200, &["Lovelace"]);
        assert!(!late.body.contains("are held until"), "the hold is over");
        world.move_clock_to(MORNING.plus_minutes(60));
        assert!(!ada.get("/checkout").body.contains("Lovelace"));
    }
}

#[test]
fn whoever_comes_back_to_a_form_that_was_wrong_finds_it_as_it_was_typed_until_it_has_led_to_an_order() {
    for world in worlds() {
        let mut ada = with_in_cart(&world, TOTE_SAND, 1);
        let id = begin(&mut ada);
        pay(&mut ada, &id, &[("city", ""), ("shipping_method", "express")]).expect(422, &["city-error"]);
        let again = ada.get("/checkout");
        again.expect(200, &["value=\"Ada Lovelace\"", "value=\"Lindenstraße 4\"", "value=\"express\" checked"]);
        assert!(!again.body.contains("4242 4242 4242 4242\""), "the card came back");
        assert!(!with_in_cart(&world, TOTE_SAND, 1).get("/checkout").body.contains("Lovelace"), "another browser reads it");
        let mended = [("city", "Potsdam"), ("shipping_method", "express"), ("card_number", ASKS)];
        let confirm = pay(&mut ada, &id, &mended).location().to_owned();
        let back = ada.post(&confirm, &[("answer", "refuse")]).location().to_owned();
        ada.get(&back).expect(402, &["value=\"Potsdam\""]);
        let mut strange = with_in_cart(&world, TOTE_SAND, 1);
        for text in ["💥", "W10", "bm9uZQ", &"A".repeat(4_000)] {
            strange.cookies.insert("typed".into(), text.into());
            strange.get("/checkout").expect(200, &["Contact"]);
        }
        pay(&mut ada, &id, &[]).location();
        assert!(!ada.cookies.contains_key("typed"), "it is kept after the order");
    }
}

#[test]
fn an_answer_that_was_lost_is_found_again() {
    for world in worlds() {
        let mut ada = with_in_cart(&world, TOTE_SAND, 1);
        let id = begin(&mut ada);
        let pending = pay(&mut ada, &id, &[("card_number", LOST)]).location().to_owned();
        assert!(pending.starts_with("/checkout/pending/"), "{pending}");
        let found = ada.get(&pending);
        if found.status == 200 {
            found.expect(200, &["Your payment is being checked"]);
            world.move_clock_to(MORNING.plus_minutes(1));
        }
        assert!(ada.get(&pending).location().starts_with("/orders/1001"));
        assert_eq!(world.order_numbers(), [1001]);
    }
}

#[test]
fn every_wrong_field_is_named_and_nothing_is_reserved() {
    for world in worlds() {
        let mut ada = with_in_cart(&world, BOARD, 1);
        let id = begin(&mut ada);
        let long = "x".repeat(5_000);
        for (changes, field) in [
            (&[("email", "")][..], "email"),
            (&[("email", "ada@")], "email"),
            (&[("name", "  ")], "name"),
            (&[("line1", &long)], "line1"),
            (&[("city", "")], "city"),
            (&[("postal_code", "")], "postal_code"),
            (&[("country", "")], "country"),
            (&[("country", "ZZ")], "country"),
            (&[("country", "US"), ("region", "NY")], "country"),
            (&[("card_number", "1")], "card_number"),
            (&[("card_expiry", "01/20")], "card_expiry"),
            (&[("card_cvc", "x")], "card_cvc"),
            (&[("coupon", "NONSENSE")], "coupon"),
        ] {
            let page = pay(&mut ada, &id, changes);
            page.expect(422, &["attention", &format!("id=\"{field}-error\""), "name=\"checkout_id\""]);
            ada.post("/cart/coupon", &[("coupon", "")]).location();
        }
        pay(&mut ada, "nonsense", &[]).expect(400, &["start again from your cart"]);
        assert_eq!(world.order_numbers(), [0_i64; 0]);
        world.browser().get("/products/walnut-board").expect(200, &["Only 1 left"]);
        let refreshed =
            pay(&mut ada, &id, &[("intent", "refresh"), ("country", "FR"), ("shipping_method", "express"), ("email", "")]);
        refreshed.expect(200, &["€82.90", "Express, tomorrow"]);
    }
}

#[test]
fn what_is_wrong_is_listed_in_the_order_of_the_fields() {
    for world in worlds() {
        let mut ada = with_in_cart(&world, BOARD, 1);
        let id = begin(&mut ada);
        let wrong = ["email", "name", "line1", "postal_code", "city", "card_number", "card_expiry", "card_cvc"];
        let changes: Vec<(&str, &str)> = wrong.iter().map(|field| (*field, "")).chain([("coupon", "NONSENSE")]).collect();
        let page = pay(&mut ada, &id, &changes);
        page.expect(422, &["9 things need your attention"]);
        let listed: Vec<&str> = page.body.split("<li><a href=\"#").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(listed.len(), 9, "{listed:?}");
        assert!(listed.is_sorted_by_key(|field| page.body.find(&format!("name=\"{field}\""))), "{listed:?}");
    }
}

#[test]
fn the_last_unit_is_sold_once_and_the_other_shopper_is_told() {
    for world in worlds() {
        let mut ada = with_in_cart(&world, BOARD, 1);
        let mut ben = with_in_cart(&world, BOARD, 1);
        let (ada_id, ben_id) = (begin(&mut ada), begin(&mut ben));
        assert!(pay(&mut ada, &ada_id, &[]).location().starts_with("/orders/1001"));
        pay(&mut ben, &ben_id, &[("email", "ben@example.org")])
            .expect(409, &["is sold out.", "Look at the cart", "ben@example.org", &format!("data-sold-out=\"{BOARD}\"")]);
        assert_eq!(world.order_numbers(), [1001]);
    }
}

#[test]
fn sale_limits_hold_at_the_checkout() {
    for world in worlds() {
        world.move_clock_to(MORNING.plus_minutes(60));
        let mut ada = with_in_cart(&world, BLANKET, 2);
        let id = begin(&mut ada);
        assert!(pay(&mut ada, &id, &[]).location().starts_with("/orders/1001"));
        let mut again = with_in_cart(&world, BLANKET, 1);
        let id = begin(&mut again);
        pay(&mut again, &id, &[("email", "Ada+sale@example.org")]).expect(409, &["limited to 2 per customer"]);

        let mut ben = with_in_cart(&world, BLANKET, 1);
        let id = begin(&mut ben);
        world.move_clock_to(MORNING.plus_minutes(59));
        pay(&mut ben, &id, &[("email", "ben@example.org")]).expect(409, &["its sale opens Friday, 27 November, 11:00 CET"]);
    }
}

#[test]
fn an_order_that_costs_nothing_needs_no_card() {
    for world in worlds() {
        let mut ada = with_in_cart(&world, VOUCHER, 1);
        let page = ada.get("/checkout");
        page.expect(200, &["Place the order"]);
        assert!(!page.body.contains("card_number"));
        let id = page.field("checkout_id");
        let receipt = ada.post("/checkout", &[("checkout_id", &id), ("email", "ada@example.org")]).location().to_owned();
        ada.get(&receipt).expect(200, &["Order 1001", "Tasting voucher", "€0.00"]);
    }
}

#[test]
fn an_empty_cart_has_no_checkout() {
    for world in worlds() {
        let mut ada = world.browser();
        assert_eq!(ada.get("/checkout").location(), "/cart");
        assert_eq!(pay(&mut ada, "AAAAAAAAAAAAAAAAAAAAAA", &[]).location(), "/cart");
    }
}
