//! What nodes tell each other: after the commit, to all of them, and again when the connection has come back.

use crate::shops::{NOW, juniper_roasters, make_juniper_roasters};
use commerce::catalog::{Product, Variant};
use commerce::checkout::{Command, StockChange};
use commerce::{ProductId, ShopId, VariantId};
use db::news::{Listener, News, tell_availability};
use db::order_writer::{Availability, Clock, OrderWriter, WriterOptions, catch_up, load_availability};
use db::shops::{self, Door, NewShop};
use db::testing::{self, Cluster};
use db::{Db, OpenOptions, Target, sql};
use std::sync::Arc;
use std::time::Duration;

const BEANS: VariantId = VariantId(11);
/// Before it is told once more: whoever listens may not be connected yet.
const AGAIN: Duration = Duration::from_millis(100);

/// Has the shop's catalog move until somebody hears of it; what is heard first.
async fn heard_after_a_change(db: &Db, shop: ShopId, listener: &mut Listener) -> News {
    loop {
        shops::set_door(db, shop, Door::Open).await.expect("the database answers");
        if let Ok(news) = tokio::time::timeout(AGAIN, listener.next()).await {
            return news;
        }
    }
}

async fn set_stock(writer: &OrderWriter, shop: ShopId, on_hand: i64) {
    let change = StockChange::Set { on_hand };
    let command = Command::AdjustStock { variant: BEANS, change, reason: "counted".into(), actor: "Ines".into() };
    writer.submit(shop, command).await.expect("the writer answers");
}

/// A node's own writer and what its pages show.
async fn node(db: &Db, shop: ShopId) -> OrderWriter {
    let clock: Clock = Arc::new(|| NOW);
    let (writer, work) = OrderWriter::over(db.clone(), clock, WriterOptions::default());
    tokio::spawn(work.run());
    load_availability(db, shop, writer.availability()).await.expect("the database answers");
    writer
}

async fn shop_with_beans(db: &Db) -> ShopId {
    let shop = make_juniper_roasters(db).await;
    let beans = Product::new(ProductId(1), "beans", "Beans", vec![Variant::new(BEANS, 1_000)], NOW);
    db::catalog::save_product(db, shop, &beans, NOW).await.expect("the database answers").expect("the product is fine");
    shop
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_the_catalog_is_told_once_it_is_kept() {
    for test in testing::databases().await {
        let (db, engine) = (&test.db, test.engine);
        let shop = make_juniper_roasters(db).await;
        let mut listener = db.listen();
        let told = News::CatalogMoved { shop };
        assert_eq!(heard_after_a_change(db, shop, &mut listener).await, told, "{engine}");
        let taken = NewShop { handle: "neighbor".into(), ..juniper_roasters() };
        let refused = shops::create_shop(db, &taken, NOW).await.expect(engine);
        assert!(refused.is_err(), "its domain is another's");
        let fine = NewShop { domains: Vec::new(), ..taken };
        let neighbor = shops::create_shop(db, &fine, NOW).await.expect(engine).expect("it is accepted");
        let next = loop {
            match listener.next().await {
                news if news == told => {}
                other => break other,
            }
        };
        assert_eq!(next, News::CatalogMoved { shop: neighbor }, "{engine}: what was given up is not told");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_node_sells_is_shown_by_another_and_whoever_missed_it_finds_it_by_looking() {
    let test = testing::postgres().await;
    let second = Db::open(&test.target, &OpenOptions::default()).await.expect("it opens twice");
    let shop = shop_with_beans(&test.db).await;
    let (here, there) = (node(&test.db, shop).await, node(&second, shop).await);
    let left = |availability: &Availability| availability.get(shop, BEANS);
    let mut listener = second.listen();
    heard_after_a_change(&test.db, shop, &mut listener).await;

    set_stock(&here, shop, 7).await;
    tell_availability(&test.db, here.availability()).await.expect("it is told");
    assert_eq!((left(here.availability()), left(there.availability())), (Some(7), Some(0)));
    loop {
        if let News::Availability(moved) = listener.next().await {
            there.availability().hear(&moved);
            break;
        }
    }
    assert_eq!(left(there.availability()), Some(7));
    assert_eq!(there.availability().certain(shop, BEANS, NOW), None, "nobody is refused by hearsay");

    set_stock(&here, shop, 4).await;
    catch_up(&second, there.availability(), NOW, NOW).await.expect("it looks");
    assert_eq!(left(there.availability()), Some(7), "it looked for what is later");
    catch_up(&second, there.availability(), NOW.plus_seconds(-1), NOW).await.expect("it looks");
    assert_eq!(left(there.availability()), Some(4));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_listens_is_connected_again_after_a_restart_of_postgres() {
    let cluster = Cluster::durable();
    let target = Target::Postgres(cluster.fresh_schema());
    let db = Db::open(&target, &OpenOptions::default()).await.expect("it opens");
    let shop = make_juniper_roasters(&db).await;
    let mut listener = db.listen();
    heard_after_a_change(&db, shop, &mut listener).await;
    cluster.restart("fast", || {});
    // Connections of the pool that were lost are noticed when they are used.
    while shops::set_door(&db, shop, Door::Open).await.is_err() {}
    assert_eq!(heard_after_a_change(&db, shop, &mut listener).await, News::CatalogMoved { shop });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_frozen_in_the_middle_of_a_batch_does_not_keep_the_rows_from_the_others() {
    let test = testing::postgres().await;
    let shop = shop_with_beans(&test.db).await;
    let touch = sql!("UPDATE stock_items SET updated_at = updated_at WHERE shop_id = $1");
    let writers = test.db.for_order_writer().expect("connections can be had");
    let mut frozen = writers.begin().await.expect("a connection");
    assert_eq!(frozen.execute(shop, touch, &[]).await.expect("it is locked"), 1);
    let other = Db::open(&test.target, &OpenOptions::default()).await.expect("it opens twice");
    assert_eq!(other.execute(shop, touch, &[]).await.expect("it waits for the server to end the silence"), 1);
    let late = frozen.execute(shop, touch, &[]).await.expect_err("it was given up");
    assert!(matches!(late, db::Error::Unreachable(_)), "the batch is decided anew: {late}");
}
