//! Receipts of the last seconds, which the process that placed the order shows from memory: the same page as from the database,
//! for as long as nothing happens to the order, and for ten seconds at most.

use crate::admin::ines;
use crate::node::Node;
use crate::races::{checkout_id, pay, shopper};
use crate::world::{BLANKET, Browser, MORNING, TOTE_SAND, World, worlds};
use commerce::checkout::{Command, Outcome, RefundResult};
use commerce::{OrderId, RefundId, Timestamp};
use db::order_writer::FRESH_MICROS;

/// During the sale.
const NOON: Timestamp = MORNING.plus_minutes(60);

/// Ada's order with all that a receipt can tell: a sale, a was-price, a coupon, delivery. Number 1001.
fn ada_buys(world: &World) -> (Browser, String) {
    world.move_clock_to(NOON);
    let mut ada = shopper(world, &[(BLANKET, 1), (TOTE_SAND, 2)]);
    let receipt = pay(&mut ada, &checkout_id(), "ada@example.org", &[("coupon", "WELCOME10")]).location().to_owned();
    assert!(receipt.starts_with("/orders/1001?key="), "{receipt}");
    (ada, receipt)
}

fn order(world: &World) -> OrderId {
    world.with(db::orders::order_by_number(world.db(), world.juniper, 1001)).expect("the database answers").expect("known")
}

fn is_in_memory(app: &web::App, world: &World) -> bool {
    app.writer().just_placed().get(world.juniper, 1001, app.now()).is_some()
}

#[test]
fn a_receipt_from_memory_is_the_page_that_the_database_gives() {
    for world in worlds() {
        let other = Node::beside(&world);
        let (mut ada, receipt) = ada_buys(&world);
        assert!(is_in_memory(&world.app, &world) && !is_in_memory(&other.app, &world), "{}", world.engine);
        let at_once = ada.get(&receipt);
        at_once.expect(200, &["Thank you", "WELCOME10", "Merino blanket", "Sand", "Standard, 2 to 4 days", "€189.00"]);
        let from_database = other.browser(&ada).get(&receipt);
        assert_eq!(at_once.body, from_database.body, "{}", world.engine);

        world.move_clock_to(Timestamp(NOON.0 + FRESH_MICROS));
        assert!(!is_in_memory(&world.app, &world), "it is ten seconds old");
        assert_eq!(ada.get(&receipt).body, at_once.body, "{}", world.engine);
    }
}

#[test]
fn machines_read_the_order_from_its_receipt() {
    for world in worlds() {
        let (mut ada, receipt) = ada_buys(&world);
        let page = ada.get(&receipt).body;
        let (_, rest) = page.split_once("<script type=\"application/ld+json\">").expect("the receipt has structured data");
        let order: serde_json::Value =
            serde_json::from_str(rest.split("</script>").next().unwrap_or_default()).expect("it is JSON");
        let said = ["@type", "orderNumber", "price", "priceCurrency"].map(|key| order[key].as_str().unwrap_or_default());
        assert_eq!(said, ["Order", "1001", "326.20", "EUR"], "{}", world.engine);
        let items = order["orderedItem"].as_array().expect("what was bought is listed");
        let lines: Vec<_> = items.iter().map(|item| (&item["orderedItem"]["productID"], &item["orderQuantity"])).collect();
        let [blanket, tote] = [BLANKET, TOTE_SAND].map(|variant| serde_json::Value::from(variant.to_string()));
        assert_eq!(lines, [(&blanket, &1.into()), (&tote, &2.into())], "{}", world.engine);
    }
}

#[test]
fn an_order_of_another_node_is_found_in_the_database() {
    for world in worlds() {
        let other = Node::beside(&world);
        let (ada, receipt) = ada_buys(&world);
        other.browser(&ada).get(&receipt).expect(200, &["Order 1001", "Thank you"]);
    }
}

#[test]
fn what_the_desk_does_is_on_the_receipt_at_once() {
    check_desk("cancel", &[("reason", "Changed her mind")], "Given back");
    check_desk("refund", &[("amount", "4.90"), ("reason", "Late")], "Given back");
    check_desk("fulfill", &[("lines.1", "1"), ("carrier", "DHL"), ("tracking_number", "JD01")], "JD01");
}

fn check_desk(action: &str, fields: &[(&str, &str)], told: &str) {
    for world in worlds() {
        let mut ines = ines(&world);
        let other = Node::beside(&world);
        let (mut ada, receipt) = ada_buys(&world);
        assert!(!ada.get(&receipt).body.contains(told), "{action}");
        ines.post(&format!("/admin/orders/{}/{action}", order(&world)), fields).location();
        let page = ada.get(&receipt);
        page.expect(200, &[told]);
        assert_eq!(page.body, other.browser(&ada).get(&receipt).body, "{}: {action}", world.engine);
        assert!(!is_in_memory(&world.app, &world), "{action}");
    }
}

#[test]
fn what_another_node_does_is_seen_once_ten_seconds_have_passed() {
    for world in worlds() {
        let other = Node::beside(&world);
        let (mut ada, receipt) = ada_buys(&world);
        let before = ada.get(&receipt).body;
        let cancel = Command::CancelOrder { order: order(&world), reason: String::new(), actor: "ines@juniper.example".into() };
        let canceled = world.with(other.app.writer().submit(world.juniper, cancel)).expect("the writer answers");
        assert!(matches!(canceled, Outcome::RefundDue { .. }), "{canceled:?}");
        other.browser(&ada).get(&receipt).expect(200, &["Given back"]);

        world.move_clock_to(Timestamp(NOON.0 + FRESH_MICROS - 1));
        assert_eq!(ada.get(&receipt).body, before, "{}: the last microsecond from memory", world.engine);
        world.move_clock_to(Timestamp(NOON.0 + FRESH_MICROS));
        ada.get(&receipt).expect(200, &["Given back"]);
    }
}

#[test]
fn nobody_reads_a_fresh_receipt_without_its_own_key() {
    for world in worlds() {
        let (mut ada, receipt) = ada_buys(&world);
        let mut ben = shopper(&world, &[(TOTE_SAND, 1)]);
        let of_ben = pay(&mut ben, &checkout_id(), "ben@example.org", &[]).location().to_owned();
        assert!(is_in_memory(&world.app, &world));
        let (_, key_of_ben) = of_ben.split_once("key=").expect("a receipt has a key");
        for wrong in ["", "?key=", "?key=AAAAAAAAAAAAAAAAAAAAAA", &format!("?key={key_of_ben}")] {
            for visitor in [&mut world.browser(), &mut ben, &mut ada] {
                assert_eq!(visitor.get(&format!("/orders/1001{wrong}")).status, 404, "{wrong}");
            }
        }
        assert_eq!(world.browser_at("quillmere.localhost").get(&receipt).status, 404, "another shop's 1001");
        world.browser().get(&receipt).expect(200, &["Order 1001"]);
    }
}

#[test]
fn money_that_the_provider_kept_is_not_told_as_given_back() {
    for world in worlds() {
        let other = Node::beside(&world);
        let (mut ada, receipt) = ada_buys(&world);
        let refund = Command::RefundOrder {
            order: order(&world),
            lines: Vec::new(),
            extra_minor: 490,
            reason: "late".into(),
            actor: "ines@juniper.example".into(),
        };
        let begun = world.with(world.app.writer().submit(world.juniper, refund)).expect("the writer answers");
        let Outcome::RefundDue { refund, .. } = begun else { panic!("{begun:?}") };
        ada.get(&receipt).expect(200, &["Given back", "€4.90"]);
        assert_eq!(settle(&world, refund), Outcome::Done);
        let page = ada.get(&receipt);
        assert!(!page.body.contains("Given back"), "{}: the money is still the shop's", world.engine);
        assert_eq!(page.body, other.browser(&ada).get(&receipt).body, "{}", world.engine);
    }
}

/// The provider refuses a refund.
fn settle(world: &World, refund: RefundId) -> Outcome {
    let result = RefundResult::Failed { reason: "the account is closed".into() };
    world.with(world.app.writer().submit(world.juniper, Command::SettleRefund { refund, result })).expect("the writer answers")
}
