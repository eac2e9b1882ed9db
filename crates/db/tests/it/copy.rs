//! A copy of a shop: all that shoppers see and can buy, books that hold, and nobody in it.

use crate::verify::juniper::{BAG, FILTER, Juniper, NOON};
use commerce::Timestamp;
use db::copy::copy_shop;
use db::testing::{TestDb, fresh_folder};
use db::{Db, Error, OpenOptions, PlatformSql, TABLES, Target, params, sql, testing};
use std::path::PathBuf;

/// Tables of which no row may be in a copy: persons, what they did, and what is of one database.
const NOT_COPIED: [&str; 29] = [
    "shop_counters",
    "sellers",
    "seller_sessions",
    "catalog_changes",
    "customer_claims",
    "coupon_claims",
    "checkouts",
    "reservations",
    "reservation_lines",
    "payments",
    "orders",
    "order_lines",
    "order_events",
    "fulfillments",
    "fulfillment_lines",
    "refunds",
    "refund_lines",
    "ledger_entries",
    "outbox",
    "submissions",
    "proofs",
    "crowd_marks",
    "crowd_minutes",
    "load_tests",
    "load_test_reports",
    "served_minutes",
    "missed_minutes",
    "sale_forecasts",
    "rehearsals",
];

/// A copy, in a folder that goes with it.
struct Copy {
    db: Db,
    folder: PathBuf,
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

async fn copy_of(juniper: &Juniper<'_>, now: Timestamp) -> Copy {
    let folder = fresh_folder("copy");
    copy_shop(juniper.db, juniper.shop, &folder, now).await.expect("the shop is copied");
    let db = Db::open_existing(&Target::Folder(folder.clone()), &OpenOptions::default()).await.expect("the copy opens");
    Copy { db, folder }
}

/// Juniper Roasters after a day with everything in it, and a neighbor of the same kind.
async fn after_a_day(test: &TestDb) -> Juniper<'_> {
    let mut neighbor = Juniper::open(&test.db, "neighbor").await;
    neighbor.live_through_a_day().await;
    let mut juniper = Juniper::open(&test.db, "juniper").await;
    let domain = sql!("INSERT INTO shop_domains VALUES ($1, 0, 'juniper.example')");
    juniper.db.execute(juniper.shop, domain, &[]).await.expect("a domain");
    let picture = sql!("INSERT INTO media VALUES ($1, 1, 'ria.jpg', 'hash', 10, 10, 0)");
    juniper.db.execute(juniper.shop, picture, &[]).await.expect("a picture");
    for width in 1..=120 {
        let size = sql!("INSERT INTO media_sizes VALUES ($1, 1, $2, 'image/jpeg', $3)");
        juniper.db.execute(juniper.shop, size, &params![width, vec![0_u8, 255, 10, 13]]).await.expect("its bytes");
    }
    juniper.live_through_a_day().await;
    juniper
}

async fn rows_of(db: &Db, table: &str) -> i64 {
    let count: &'static str = format!("SELECT COUNT(*) FROM {table}").leak();
    let rows = db.query_platform(PlatformSql::new(count, count), &[]).await.expect("the table is there");
    rows[0].get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_shows_and_sells_what_the_shop_does_and_its_books_hold() {
    for test in testing::databases().await {
        let juniper = after_a_day(&test).await;
        let copy = copy_of(&juniper, juniper.now).await;
        let shop = db::shops::load_shop(juniper.db, juniper.shop).await.expect(test.engine);
        assert_eq!(db::shops::load_shop(&copy.db, juniper.shop).await.expect("it is there"), shop, "{}", test.engine);
        assert_eq!(db::shops::list_shops(&copy.db).await.expect("it is there").len(), 1, "the neighbor stays at home");
        let products = db::catalog::load_products(juniper.db, juniper.shop).await.expect(test.engine);
        assert_eq!(db::catalog::load_products(&copy.db, juniper.shop).await.expect("it is there"), products, "{}", test.engine);
        assert_eq!((rows_of(&copy.db, "media_sizes").await, rows_of(&copy.db, "shop_domains").await), (120, 1));

        let proof = db::verify::verify(&copy.db, juniper.now).await.expect("the books can be read");
        assert!(proof.holds(), "{}\n{proof}", test.engine);
        let kept = juniper.proof().await;
        assert!(kept.holds(), "the shop's own books are as they were\n{kept}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_free_to_buy_is_in_the_copys_building_and_nothing_was_claimed() {
    for test in testing::databases().await {
        let juniper = Juniper::open(&test.db, "juniper").await;
        let limited = sql!("UPDATE coupons SET uses_max = 10 WHERE shop_id = $1");
        juniper.db.execute(juniper.shop, limited, &[]).await.expect(test.engine);
        juniper.buy("ada-1", &[(BAG, 2), (FILTER, 1)]).await;
        juniper.reserve("ada-2", &[(BAG, 1), (FILTER, 1)]).await;
        for (now, bags, filters, uses) in [(NOON, 7, 3, 8), (NOON.plus_minutes(11), 8, 4, 9)] {
            let copy = copy_of(&juniper, now).await;
            let counts = sql!(
                "SELECT variant_id, on_hand, reserved, allocated, movements FROM stock_items
                 WHERE shop_id = $1 ORDER BY variant_id"
            );
            let counts = copy.db.query(juniper.shop, counts, &[]).await.expect("the counts");
            let found: Vec<[i64; 5]> = counts.iter().map(|row| [0, 1, 2, 3, 4].map(|column| row.get(column))).collect();
            assert_eq!(found, [[BAG.0, bags, 0, 0, 1], [FILTER.0, filters, 0, 0, 1]], "{} at {now:?}", test.engine);
            let sales = db::flash_sales::list_flash_sales(&copy.db, juniper.shop).await.expect("the sale");
            let item = &sales[0].items[0];
            assert_eq!((item.quantity_offered, item.quantity_claimed), (Some(filters), 0), "{} at {now:?}", test.engine);
            let coupons = db::coupons::list_coupons(&copy.db, juniper.shop).await.expect("the coupon");
            assert_eq!((coupons[0].uses_max, coupons[0].uses_claimed), (Some(uses), 0), "{} at {now:?}", test.engine);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_in_a_copy() {
    for test in testing::databases().await {
        let juniper = after_a_day(&test).await;
        let owner = sql!("INSERT INTO sellers VALUES ($1, 1, 'ines@juniper.example', 'Ines', 'owner', 'hash', 0)");
        juniper.db.execute(juniper.shop, owner, &[]).await.expect("a seller");
        let copy = copy_of(&juniper, juniper.now).await;
        for table in NOT_COPIED {
            assert_eq!(rows_of(&copy.db, table).await, 0, "{}: {table}", test.engine);
        }
        assert!(NOT_COPIED.iter().all(|table| TABLES.contains(table)));
        for table in ["orders", "order_lines", "reservations", "payments", "refunds", "outbox", "customer_claims", "sellers"] {
            assert!(rows_of(juniper.db, table).await > 0, "{}: {table} had something to leave behind", test.engine);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_made_where_there_is_no_database_yet() {
    let test = testing::sqlite().await;
    let juniper = Juniper::open(&test.db, "juniper").await;
    let copy = copy_of(&juniper, NOON).await;
    let again = copy_shop(juniper.db, juniper.shop, &copy.folder, NOON).await;
    assert!(matches!(again, Err(Error::Unsuitable(ref why)) if why.contains("a folder of its own")), "{again:?}");
    assert_eq!(db::shops::list_shops(&copy.db).await.expect("the first copy is as it was").len(), 1);
}
