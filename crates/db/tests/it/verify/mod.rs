//! The proof of the books: it holds after everything a shop goes through, and names the row when one is changed behind its back.

mod any_day;
pub mod juniper;
mod kept;
mod receipts;
mod spoilings;

use commerce::checkout::{Command, LineRefund, Restock, StockChange};
use db::verify::{Proof, verify};
use db::{ShopSql, params, sql, testing};
use juniper::{BAG, Juniper, NOON, adjust};

#[tokio::test(flavor = "multi_thread")]
async fn the_books_hold_after_everything_a_shop_goes_through() {
    for test in testing::databases().await {
        let mut juniper = Juniper::open(&test.db, "juniper").await;
        juniper.live_through_a_day().await;
        let proof = juniper.proof().await;
        assert!(proof.holds(), "{}\n{proof}", test.engine);
        for claim in &proof.shops[0].claims {
            assert!(claim.rows_checked > 0, "{}: {} rests on no row\n{proof}", test.engine, claim.id);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_row_of_stock_is_named_by_the_claim_it_breaks() {
    for test in testing::databases().await {
        let mut juniper = Juniper::open(&test.db, "juniper").await;
        juniper.live_through_a_day().await;
        for (expected, spoil_and_mend) in spoilings::OF_STOCK {
            check(&juniper, expected, *spoil_and_mend).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_limit_is_named_by_the_claim_it_breaks() {
    for test in testing::databases().await {
        let mut juniper = Juniper::open(&test.db, "juniper").await;
        juniper.live_through_a_day().await;
        for (expected, spoil_and_mend) in spoilings::OF_LIMITS {
            check(&juniper, expected, *spoil_and_mend).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_row_of_orders_or_money_is_named_by_the_claim_it_breaks() {
    for test in testing::databases().await {
        let mut juniper = Juniper::open(&test.db, "juniper").await;
        juniper.live_through_a_day().await;
        for (expected, spoil_and_mend) in spoilings::OF_ORDERS_AND_MONEY {
            check(&juniper, expected, *spoil_and_mend).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_shop_is_proved_without_its_neighbors_faults() {
    for test in testing::databases().await {
        let juniper = Juniper::open(&test.db, "juniper").await;
        let neighbor = Juniper::open(&test.db, "neighbor").await;
        let spoil = sql!("UPDATE stock_items SET on_hand = on_hand + 1 WHERE shop_id = $1");
        test.db.execute(neighbor.shop, spoil, &[]).await.expect(test.engine);
        assert!(juniper.proof().await.holds(), "{}", test.engine);
        let all = verify(&test.db, NOON).await.expect(test.engine);
        let verdicts: Vec<(&str, bool)> = all.shops.iter().map(|shop| (shop.handle.as_str(), shop.holds())).collect();
        assert_eq!((verdicts, all.holds()), (vec![("juniper", true), ("neighbor", false)], false), "{}", test.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_of_many_pages_is_read_to_its_end() {
    for test in testing::databases().await {
        let juniper = Juniper::open(&test.db, "juniper").await;
        juniper.ask_all(&vec![adjust(BAG, StockChange::Add { delta: 1 }); 2_500]).await;
        let proof = juniper.proof().await;
        assert!(proof.holds(), "{}\n{proof}", test.engine);
        let replayed = proof.shops[0].claims.iter().find(|claim| claim.id == "I3").expect("I3 is claimed").rows_checked;
        assert_eq!(replayed, 2_502 + 2, "{}: every movement once, and the counters of both variants", test.engine);
        let spoil =
            sql!("UPDATE stock_movements SET on_hand_after = 0 WHERE shop_id = $1 AND variant_id = 1 AND sequence = 2400");
        test.db.execute(juniper.shop, spoil, &[]).await.expect(test.engine);
        let proof = juniper.proof().await;
        let first = proof.shops[0].claims[2].first_broken.as_ref().expect("the changed row is found");
        assert_eq!(first.row, "variant 1, movement 2400", "{}", test.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn captured_money_may_wait_a_quarter_of_an_hour_for_its_order_and_no_longer() {
    for test in testing::databases().await {
        let juniper = Juniper::open(&test.db, "juniper").await;
        let (_, payment, amount) = juniper.reserve("ada-1", &[(BAG, 1)]).await;
        let captured = sql!("UPDATE payments SET status = 'captured', updated_at = $3 WHERE shop_id = $1 AND payment_id = $2");
        test.db.execute(juniper.shop, captured, &params![payment, NOON]).await.expect(test.engine);
        let entry = sql!(
            "INSERT INTO ledger_entries (shop_id, entry_id, debit, credit, amount_minor, currency, cause, at)
             VALUES ($1, 1, 'provider', 'sales', $2, 'EUR', 'payment', 0)"
        );
        test.db.execute(juniper.shop, entry, &params![amount.amount_minor]).await.expect(test.engine);
        for (minutes, expected) in [(14, &[][..]), (15, &["P1"][..])] {
            let proof = verify(&test.db, NOON.plus_minutes(minutes)).await.expect(test.engine);
            assert_eq!(broken(&proof), expected, "{} after {minutes} minutes\n{proof}", test.engine);
        }
    }
}

/// The history is held against the policy of its time: a variant that was let sell beyond its stock is not accused later.
#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_was_not_there_is_named_unless_the_seller_let_it_be_promised() {
    for test in testing::databases().await {
        let juniper = Juniper::open(&test.db, "juniper").await;
        juniper.buy("ada-1", &[(BAG, 1)]).await;
        let earlier = sql!(
            "UPDATE stock_movements SET on_hand_after = on_hand_after - $2,
                 on_hand_delta = on_hand_delta - CASE WHEN sequence = 1 THEN $2 ELSE 0 END
             WHERE shop_id = $1 AND variant_id = 1"
        );
        let today = sql!("UPDATE stock_items SET on_hand = on_hand - $2, oversell = 1 WHERE shop_id = $1 AND variant_id = 1");
        test.db.execute(juniper.shop, today, &params![10]).await.expect(test.engine);
        test.db.execute(juniper.shop, earlier, &params![10]).await.expect(test.engine);
        assert!(juniper.proof().await.holds(), "{}: it may be sold beyond its stock", test.engine);
        juniper.ask(adjust(BAG, StockChange::Receive { quantity: 10 })).await;
        let counted = sql!("UPDATE stock_items SET oversell = 0, oversell_until = $2 WHERE shop_id = $1 AND variant_id = 1");
        for (until, expected) in [(4, &[][..]), (2, &["I5"][..])] {
            test.db.execute(juniper.shop, counted, &params![until]).await.expect(test.engine);
            let proof = juniper.proof().await;
            assert_eq!(broken(&proof), expected, "{}: allowed until movement {until}\n{proof}", test.engine);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_holds_more_in_several_checkouts_than_the_shop_allows_is_named() {
    for test in testing::databases().await {
        let juniper = Juniper::open(&test.db, "juniper").await;
        juniper.reserve("ben-1", &[(BAG, 3)]).await;
        juniper.reserve("ben-2", &[(BAG, 3)]).await;
        let proof = |now| verify(&test.db, now);
        assert!(proof(NOON).await.expect(test.engine).holds(), "{}", test.engine);
        let lower = sql!(
            "INSERT INTO shop_settings (shop_id, area, value, updated_at)
             VALUES ($1, 'checkout', '{\"held_units_per_customer_max\":5}', $2)"
        );
        test.db.execute(juniper.shop, lower, &params![NOON.plus_seconds(-60)]).await.expect(test.engine);
        let found = proof(NOON).await.expect(test.engine);
        assert_eq!(broken(&found), ["L3"], "{}\n{found}", test.engine);
        let since = sql!("UPDATE shop_settings SET updated_at = $2 WHERE shop_id = $1 AND area = 'checkout'");
        test.db.execute(juniper.shop, since, &params![NOON.plus_seconds(60)]).await.expect(test.engine);
        assert!(proof(NOON).await.expect(test.engine).holds(), "{}: the limit is younger than the holds", test.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn books_are_proved_beside_a_sale_without_accusing_anyone() {
    for test in testing::databases().await {
        let juniper = Juniper::open(&test.db, "juniper").await;
        juniper.ask(adjust(BAG, StockChange::Add { delta: 5_000 })).await;
        let selling = async {
            for number in 0..60 {
                juniper.buy(&format!("c{number}-1"), &[(BAG, 1)]).await;
                juniper.reserve(&format!("d{number}-1"), &[(BAG, 1)]).await;
            }
        };
        let proving = async {
            for _ in 0..12 {
                let proof = juniper.proof().await;
                assert!(proof.holds(), "{}\n{proof}", test.engine);
            }
        };
        tokio::join!(selling, proving);
    }
}

/// Called off whole by a refund, an order gives its coupon back as if it had been canceled.
#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_calls_off_a_whole_order_gives_its_coupon_back() {
    for test in testing::databases().await {
        let juniper = Juniper::open(&test.db, "juniper").await;
        let order = juniper.buy("ada-1", &[(BAG, 1)]).await;
        let lines = vec![LineRefund { line: 1, quantity: 1, restock: Restock::Yes }];
        let (reason, actor) = ("did not like it".to_owned(), "ines@juniper.example".to_owned());
        juniper.ask(Command::RefundOrder { order, lines, extra_minor: 0, reason, actor }).await;
        assert!(juniper.proof().await.holds(), "{}", test.engine);
    }
}

/// Changes the books behind the shop's back, looks which claims that breaks, and mends them.
async fn check(juniper: &Juniper<'_>, expected: &[&str], [spoil, mend]: [ShopSql; 2]) {
    let engine = juniper.db.engine();
    let touched = juniper.db.execute(juniper.shop, spoil, &[]).await.expect("the books can be spoiled");
    assert!(touched > 0, "{engine}: nothing was spoiled for {expected:?}");
    let proof = juniper.proof().await;
    assert_eq!(broken(&proof), expected, "{engine}\n{proof}");
    for claim in proof.shops[0].claims.iter().filter(|claim| !claim.holds()) {
        let first = claim.first_broken.as_ref().expect("what is broken names its first row");
        assert!(first.row.chars().any(|character| character.is_ascii_digit()) || first.row.contains("provider"), "{first:?}");
    }
    juniper.db.execute(juniper.shop, mend, &[]).await.expect("the books can be mended");
    let mended = juniper.proof().await;
    assert!(mended.holds(), "{engine}, after mending {expected:?}\n{mended}");
}

fn broken(proof: &Proof) -> Vec<&'static str> {
    proof.shops.iter().flat_map(|shop| &shop.claims).filter(|claim| !claim.holds()).map(|claim| claim.id).collect()
}
