//! The outbox and the open payments: what the background jobs read, on both engines.

use crate::shops::{NOW, juniper_roasters, make_juniper_roasters};
use commerce::{OutboxId, PaymentId, ShopId};
use db::outbox::{self, GIVEN_UP};
use db::shops::{NewShop, create_shop};
use db::{Db, params, payments, sql, testing};

async fn put(db: &Db, shop: ShopId, id: i64) {
    let sql = sql!("INSERT INTO outbox VALUES ($1, $2, 'order_placed', 7, 0, $3, NULL, '', $3)");
    db.execute(shop, sql, &params![id, NOW]).await.expect("a message");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_claimed_once_and_again_only_when_its_lease_has_ended() {
    for test in testing::databases().await {
        let db = &test.db;
        let shop = make_juniper_roasters(db).await;
        put(db, shop, 1).await;
        put(db, shop, 2).await;
        let (until, lease) = (NOW.plus_minutes(5), testing::lease(db, "mail").await);
        let claim = async |at, until| {
            let claimed = outbox::claim_due(db, &lease, at, until, 10).await.expect("it works");
            claimed.iter().map(|message| (message.id.0, message.attempts)).collect::<Vec<_>>()
        };
        assert_eq!(claim(NOW.plus_seconds(-1), until).await, []);
        assert_eq!(claim(NOW, until).await, [(1, 1), (2, 1)]);
        assert_eq!(claim(NOW.plus_seconds(1), until).await, [], "{}: another node finds nothing", test.engine);
        outbox::mark_sent(db, &[(shop, OutboxId(1))], NOW).await.expect(test.engine);
        let late = outbox::load_message(db, shop, OutboxId(2)).await.expect(test.engine).expect("it waits");
        let is_ours = async |claimed| outbox::is_claim_current(db, claimed).await.expect(test.engine);
        assert!(is_ours(&late).await, "{}", test.engine);
        assert_eq!(claim(until, until.plus_minutes(5)).await, [(2, 2)], "{}: after a crash it is due again", test.engine);
        assert!(!is_ours(&late).await, "{}: whoever was frozen sees that it is another's", test.engine);
        outbox::mark_failed(db, &late, "the first claim's words", NOW).await.expect(test.engine);
        assert_eq!(claim(until, until).await, [], "{}: they come too late to put it in line again", test.engine);
        let claimed = outbox::load_message(db, shop, OutboxId(2)).await.expect(test.engine).expect("it waits");
        outbox::mark_failed(db, &claimed, "550 no such user", GIVEN_UP).await.expect(test.engine);
        assert_eq!(claim(NOW.plus_minutes(1_000_000), GIVEN_UP).await, []);
        assert!(outbox::send_again(db, shop, OutboxId(2), NOW).await.expect(test.engine));
        assert_eq!(claim(NOW, until).await, [(2, 1)]);
        let listed = outbox::list_messages(db, shop, 10).await.expect(test.engine);
        assert_eq!(listed.iter().map(|message| message.id.0).collect::<Vec<_>>(), [2, 1]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn shops_take_turns_and_whoever_waits_longest_comes_first() {
    for test in testing::databases().await {
        let db = &test.db;
        let juniper = make_juniper_roasters(db).await;
        let other = NewShop { handle: "quillmere".into(), domains: vec!["quillmere.example".into()], ..juniper_roasters() };
        let quillmere = create_shop(db, &other, NOW).await.expect(test.engine).expect("the shop is accepted");
        for id in 1..=20 {
            put(db, juniper, id).await;
        }
        put(db, quillmere, 21).await;
        let lease = testing::lease(db, "mail").await;
        let claimed = outbox::claim_due(db, &lease, NOW, NOW.plus_minutes(5), 4).await.expect(test.engine);
        let mut ids: Vec<i64> = claimed.iter().map(|message| message.id.0).collect();
        ids.sort_unstable();
        assert_eq!(ids, [1, 2, 3, 21], "{}", test.engine);
        put(db, quillmere, 22).await;
        let sql = sql!("UPDATE outbox SET next_attempt_at = $2 WHERE shop_id = $1 AND outbox_id = 22");
        db.execute(quillmere, sql, &params![NOW.plus_seconds(-1)]).await.expect(test.engine);
        let first = outbox::claim_due(db, &lease, NOW, NOW.plus_minutes(5), 1).await.expect(test.engine);
        assert_eq!(first[0].id, OutboxId(22), "{}", test.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_or_a_refund_stays_open_until_it_is_settled() {
    for test in testing::databases().await {
        let db = &test.db;
        let shop = make_juniper_roasters(db).await;
        let sql = sql!(
            "INSERT INTO payments VALUES ($1, 5, 'checkout', 6, NULL, 'sandbox', 'card', 'pending', 100, 'EUR', 0, '', $2, $2)"
        );
        db.execute(shop, sql, &params![NOW]).await.expect(test.engine);
        let later = NOW.plus_seconds(20);
        assert_eq!(payments::open_payments(db, NOW, 10).await.expect(test.engine), []);
        let open = payments::open_payments(db, later, 10).await.expect(test.engine);
        assert_eq!((open.len(), open[0].reference.as_str()), (1, "card"));
        payments::touch_open_payment(db, shop, PaymentId(5), later).await.expect(test.engine);
        assert_eq!(payments::open_payments(db, later, 10).await.expect(test.engine), []);

        let sql = sql!("INSERT INTO refunds VALUES ($1, 8, 5, NULL, 40, 'pending', '', '', $2, $2)");
        db.execute(shop, sql, &params![NOW]).await.expect(test.engine);
        let refunds = payments::open_refunds(db, later, 10).await.expect(test.engine);
        assert_eq!((refunds.len(), refunds[0].amount.amount_minor), (1, 40));
        payments::touch_open_refund(db, shop, refunds[0].id, later).await.expect(test.engine);
        assert_eq!(payments::open_refunds(db, later, 10).await.expect(test.engine), []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_with_many_open_payments_and_refunds_does_not_keep_those_of_another() {
    for test in testing::databases().await {
        let db = &test.db;
        let juniper = make_juniper_roasters(db).await;
        let other = NewShop { handle: "quillmere".into(), domains: vec!["quillmere.example".into()], ..juniper_roasters() };
        let quillmere = create_shop(db, &other, NOW).await.expect(test.engine).expect("the shop is accepted");
        let payment =
            sql!("INSERT INTO payments VALUES ($1, $2, $3, 6, NULL, 'sandbox', 'card', 'pending', 100, 'EUR', 0, '', $4, $4)");
        let refund = sql!("INSERT INTO refunds VALUES ($1, $2, $3, NULL, 40, 'pending', '', '', $4, $4)");
        for (shop, id, seconds) in [(juniper, 1, 0), (juniper, 2, 1), (juniper, 3, 2), (quillmere, 4, 9)] {
            let since = NOW.plus_seconds(seconds);
            db.execute(shop, payment, &params![id, format!("checkout {id}"), since]).await.expect(test.engine);
            db.execute(shop, refund, &params![10 + id, id, since]).await.expect(test.engine);
        }
        let open = payments::open_payments(db, NOW.plus_seconds(60), 3).await.expect(test.engine);
        assert_eq!(open.iter().map(|payment| payment.id.0).collect::<Vec<_>>(), [1, 4, 2], "{}", test.engine);
        let open = payments::open_refunds(db, NOW.plus_seconds(60), 3).await.expect(test.engine);
        assert_eq!(open.iter().map(|refund| refund.id.0).collect::<Vec<_>>(), [11, 14, 12], "{}", test.engine);
    }
}
