//! What buyers were told, held against the books: the truth passes, and every kind of untruth is named.

use super::juniper::{BAG, FILTER, Juniper, NOON, adjust};
use commerce::cart::CartLine;
use commerce::checkout::{Command, StockChange};
use commerce::{Currency, Money, Timestamp, VariantId};
use db::nodes::{self, Node, NodeId, NodeState};
use db::verify::{Claim, Receipt, SaidBy, SoldOut, Told, verify_receipts};
use db::{params, sql, testing};

/// The receipts of all orders, as their pages show them.
async fn receipts(juniper: &Juniper<'_>) -> Vec<Receipt> {
    let orders = sql!("SELECT number, checkout_id, total_minor, order_id FROM orders WHERE shop_id = $1 ORDER BY number");
    let lines = sql!("SELECT variant_id, quantity FROM order_lines WHERE shop_id = $1 AND order_id = $2 ORDER BY line");
    let euro = Currency::from_code("EUR").expect("a known code");
    let mut receipts = Vec::new();
    for order in juniper.db.query(juniper.shop, orders, &[]).await.expect("the database answers") {
        let lines = juniper.db.query(juniper.shop, lines, &params![order.get::<i64>(3)]).await.expect("the database answers");
        let line = |row: &db::Row| CartLine { variant: VariantId(row.get(0)), quantity: row.get::<i64>(1) as u32 };
        receipts.push(Receipt {
            number: order.get(0),
            checkout_id: order.get(1),
            total: Money::new(order.get(2), euro),
            lines: lines.iter().map(line).collect(),
        });
    }
    receipts
}

fn sold_out(variant: VariantId, quantity: u32, said_by: SaidBy, at: Timestamp) -> Told {
    Told::SoldOut(SoldOut { variant, quantity, said_by, asked_at: at, at })
}

async fn claims(juniper: &Juniper<'_>, told: Vec<Told>) -> Vec<Claim> {
    verify_receipts(juniper.db, juniper.shop, told.into_iter(), juniper.now).await.expect("the books can be read")
}

/// The only claim that this breaks and its first row; nothing when it is true.
async fn broken(juniper: &Juniper<'_>, told: Told) -> Option<(&'static str, String)> {
    let claims = claims(juniper, vec![told]).await;
    let mut broken = claims.into_iter().filter(|claim| !claim.holds());
    let first = broken.next().map(|claim| {
        let first = claim.first_broken.expect("what is broken names its first row");
        assert!(claim.advice.is_some(), "{} says what to do", claim.id);
        (claim.id, format!("{}: {}", first.row, first.detail))
    });
    assert!(broken.next().is_none(), "{first:?} breaks more than one claim");
    first
}

#[tokio::test(flavor = "multi_thread")]
async fn receipts_of_a_day_and_true_answers_hold() {
    for test in testing::databases().await {
        let mut juniper = Juniper::open(&test.db, "juniper").await;
        juniper.live_through_a_day().await;
        let receipts = receipts(&juniper).await;
        let mut told: Vec<Told> = receipts.iter().cloned().map(Told::Receipt).collect();
        told.extend([BAG, FILTER].map(|variant| sold_out(variant, 50, SaidBy::Page, juniper.now)));
        // Somebody looks at their receipt again and again.
        told.extend(vec![Told::Receipt(receipts[0].clone()); 2_500]);
        let claims = claims(&juniper, told).await;
        let rows: Vec<(&str, u64)> = claims.iter().map(|claim| (claim.id, claim.rows_checked)).collect();
        let orders = receipts.len() as u64 + 2_500;
        assert_eq!(rows, [("R1", orders), ("R2", orders), ("R3", orders), ("R4", 2), ("R5", 0)], "{}", test.engine);
        assert!(claims.iter().all(Claim::holds), "{}: {claims:?}", test.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_that_is_not_true_is_named_by_the_claim_it_breaks() {
    for test in testing::databases().await {
        let juniper = Juniper::open(&test.db, "juniper").await;
        juniper.buy("ada-1", &[(BAG, 2)]).await;
        juniper.buy("ben-1", &[(BAG, 1), (FILTER, 1)]).await;
        let [ada, ben] = <[Receipt; 2]>::try_from(receipts(&juniper).await).expect("two orders were placed");
        let lines = vec![CartLine { variant: BAG, quantity: 1 }, CartLine { variant: BAG, quantity: 1 }];
        assert_eq!(broken(&juniper, Told::Receipt(Receipt { lines, ..ada.clone() })).await, None, "two lines are one");
        let cent_more = Money::new(ada.total.amount_minor + 1, ada.total.currency);
        let yen = Money::new(ada.total.amount_minor, Currency::from_code("JPY").expect("a known code"));
        for (receipt, claim, words) in [
            (
                Receipt { number: 1_003, ..ada.clone() },
                "R1",
                "receipt of order 1003: there is no such order; its checkout is ada-1",
            ),
            (Receipt { total: cent_more, ..ada.clone() }, "R2", "receipt of order 1001: says €"),
            (Receipt { total: yen, ..ada.clone() }, "R2", "receipt of order 1001: says ¥"),
            (
                Receipt { lines: ben.lines.clone(), ..ada.clone() },
                "R2",
                "receipt of order 1001: is for 1 of variant 1 and 1 of variant 2, the order for 2 of variant 1",
            ),
            (
                Receipt { number: 1_002, ..ada.clone() },
                "R3",
                "receipt of order 1002: was given to checkout ada-1, the order came from checkout ben-1",
            ),
        ] {
            let (broken, said) = broken(&juniper, Told::Receipt(receipt)).await.expect("it is not true");
            assert!(broken == claim && said.starts_with(words), "{}: {broken}, {said}; expected {claim}, {words}", test.engine);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sold_out_is_true_for_as_long_as_the_answer_may_be_old() {
    for test in testing::databases().await {
        let mut juniper = Juniper::open(&test.db, "juniper").await;
        juniper.buy("ada-1", &[(BAG, 10)]).await;
        juniper.now = NOON.plus_seconds(100);
        juniper.ask(adjust(BAG, StockChange::Receive { quantity: 1 })).await;
        for (said_by, quantity, seconds, is_true) in [
            (SaidBy::Page, 1, 50, true),
            (SaidBy::Page, 1, 111, true),
            (SaidBy::Page, 1, 112, false),
            (SaidBy::Page, 2, 112, true),
            (SaidBy::Checkout, 1, 50, true),
            (SaidBy::Checkout, 1, 103, true),
            (SaidBy::Checkout, 1, 104, false),
            (SaidBy::Checkout, 2, 104, true),
        ] {
            let told = sold_out(BAG, quantity, said_by, NOON.plus_seconds(seconds));
            let broken = broken(&juniper, told.clone()).await;
            assert_eq!(broken.is_none(), is_true, "{}: {told:?}, {broken:?}", test.engine);
        }
        let told = sold_out(BAG, 1, SaidBy::Checkout, NOON.plus_seconds(104));
        let words = "variant 1: a checkout said at 08:01:44 UTC that there were not 1, and at least 1 could be had";
        assert_eq!(broken(&juniper, told).await, Some(("R4", words.to_owned())), "{}", test.engine);
        let unknown = sold_out(VariantId(99), 1, SaidBy::Page, NOON);
        let words = "variant 99: was called sold out, and there is no such variant";
        assert_eq!(broken(&juniper, unknown).await, Some(("R4", words.to_owned())), "{}", test.engine);
    }
}

/// Five filters are offered in the sale, and there are more in the building.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_sale_no_longer_offers_is_sold_out_though_it_is_there() {
    for test in testing::databases().await {
        let mut juniper = Juniper::open(&test.db, "juniper").await;
        juniper.ask(adjust(FILTER, StockChange::Add { delta: 20 })).await;
        let at = |seconds| sold_out(FILTER, 1, SaidBy::Checkout, NOON.plus_seconds(seconds));
        juniper.now = NOON.plus_seconds(100);
        let order = juniper.buy("ben-1", &[(FILTER, 5)]).await;
        juniper.now = NOON.plus_seconds(200);
        let (reason, actor) = ("called".to_owned(), "ines@juniper.example".to_owned());
        juniper.ask(Command::CancelOrder { order, reason, actor }).await;
        let day = 24 * 60 * 60;
        for (seconds, is_true) in [(50, false), (100, true), (150, true), (203, true), (204, false), (day + 60, false)] {
            let broken = broken(&juniper, at(seconds)).await;
            assert_eq!(broken.is_none(), is_true, "{}: after {seconds} seconds, {broken:?}", test.engine);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_end_is_never_sold_out() {
    for test in testing::databases().await {
        let juniper = Juniper::open(&test.db, "juniper").await;
        let unlimited = sql!("UPDATE stock_items SET oversell = 1 WHERE shop_id = $1");
        test.db.execute(juniper.shop, unlimited, &[]).await.expect(test.engine);
        let words = "variant 1: a page said at 08:00:00 UTC that there were not 99, and any number could be had";
        let found = broken(&juniper, sold_out(BAG, 99, SaidBy::Page, NOON)).await;
        assert_eq!(found, Some(("R4", words.to_owned())), "{}", test.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reservation_that_ran_out_has_ended_wherever_a_server_runs() {
    for test in testing::databases().await {
        let mut juniper = Juniper::open(&test.db, "juniper").await;
        let (reservation, _, _) = juniper.reserve("ada-1", &[(BAG, 1)]).await;
        let verdict = async |juniper: &Juniper<'_>| {
            let claims = claims(juniper, Vec::new()).await;
            let last = claims.last().expect("R5 is the last claim");
            (last.rows_checked, last.first_broken.as_ref().map(|first| format!("{}: {}", first.row, first.detail)))
        };
        juniper.now = NOON.plus_minutes(12);
        assert_eq!(verdict(&juniper).await, (0, None), "{}: nobody is there to end it", test.engine);
        let started_at = nodes::time(&test.db, juniper.now).await.expect(test.engine);
        let (address, version) = ("127.0.0.1:8080".to_owned(), "0.1.0".to_owned());
        let node = Node { id: NodeId(1), address, version, state: NodeState::Serving, capacity: 0, started_at };
        nodes::beat(&test.db, &node, started_at).await.expect(test.engine);
        let words = format!("reservation {reservation}: is still active, 120 seconds after its end");
        assert_eq!(verdict(&juniper).await, (1, Some(words)), "{}", test.engine);
        for minutes in [9, 11] {
            juniper.now = NOON.plus_minutes(minutes);
            assert_eq!(verdict(&juniper).await, (1, None), "{}: after {minutes} minutes", test.engine);
        }
    }
}
