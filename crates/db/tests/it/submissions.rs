//! A form of the desk counts once, on however many nodes it arrives.

use commerce::catalog::{Product, Variant};
use commerce::checkout::{Command, Outcome, StockChange};
use commerce::{Currency, ProductId, ShopId, Timestamp, VariantId};
use db::order_writer::{Clock, OrderWriter, WriterOptions};
use db::shops::NewShop;
use db::submissions::was_submitted;
use db::testing;
use db::{Db, stock};
use std::sync::Arc;

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
const BEANS: VariantId = VariantId(11);

async fn juniper_roasters(db: &Db) -> ShopId {
    let new = NewShop {
        handle: "juniper".into(),
        name: "Juniper Roasters".into(),
        currency: Currency::from_code("EUR").expect("the euro exists"),
        time_zone: "Europe/Berlin".into(),
        domains: Vec::new(),
    };
    let shop = db::shops::create_shop(db, &new, NOW).await.expect("the database answers").expect("the shop is fine");
    let beans = Product::new(ProductId(1), "beans", "Beans", vec![Variant::new(BEANS, 1_000)], NOW);
    db::catalog::save_product(db, shop, &beans, NOW).await.expect("the database answers").expect("the product is fine");
    shop
}

fn node(db: &Db) -> OrderWriter {
    let clock: Clock = Arc::new(|| NOW);
    OrderWriter::start(db.clone(), clock, WriterOptions::default()).0
}

fn add(delta: i64) -> Command {
    let change = StockChange::Add { delta };
    Command::AdjustStock { variant: BEANS, change, reason: "delivery".into(), actor: "ines@juniper.example".into() }
}

async fn movements(db: &Db, shop: ShopId) -> Vec<i64> {
    let rows = stock::movements(db, shop, BEANS, 100).await.expect("the database answers");
    rows.into_iter().map(|row| row.deltas.0).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_sent_to_many_nodes_at_once_counts_once() {
    for test in testing::databases().await {
        let shop = juniper_roasters(&test.db).await;
        let sent: Vec<_> = (0..24)
            .map(|click| {
                let (writer, form) = (node(&test.db), format!("ines:adjust:{}", click % 3));
                tokio::spawn(async move { writer.submit_once(shop, add(5), form).await.expect("the writer answers") })
            })
            .collect();
        let mut done = 0;
        for click in sent {
            done += usize::from(click.await.expect("it ends") == Some(Outcome::Done));
        }
        assert_eq!(done, 3, "{}: three forms, eight clicks each", test.engine);
        assert_eq!(movements(&test.db, shop).await, [5, 5, 5], "{}", test.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_form_can_be_mended_and_sent_again() {
    for test in testing::databases().await {
        let shop = juniper_roasters(&test.db).await;
        let writer = node(&test.db);
        let form = || "ines:adjust:word".to_owned();
        let refused = writer.submit_once(shop, add(-1), form()).await.expect("the writer answers");
        assert!(matches!(refused, Some(Outcome::Refused(_))), "{refused:?}");
        assert!(!was_submitted(&test.db, shop, &form()).await.expect("the database answers"));
        assert_eq!(writer.submit_once(shop, add(2), form()).await, Ok(Some(Outcome::Done)));
        assert!(was_submitted(&test.db, shop, &form()).await.expect("the database answers"));
        assert_eq!(writer.submit_once(shop, add(2), form()).await, Ok(None));
        assert_eq!(writer.submit(shop, add(1)).await, Ok(Outcome::Done), "without a form every command counts");
        assert_eq!(movements(&test.db, shop).await, [1, 2]);
    }
}
