//! Tables that grow in minutes: the database is told how large they are.

use commerce::{ShopId, Timestamp};
use db::{Db, Value, params, platform_sql, sql, testing};
use std::time::Duration;

async fn put_counters(db: &Db, shop: ShopId, names: std::ops::Range<usize>) {
    let put = sql!("INSERT INTO shop_counters (shop_id, name, value) VALUES ($1, $2, 1)");
    let rows: Vec<Vec<Value>> = names.map(|name| params![format!("n{name}")].to_vec()).collect();
    let mut tx = db.begin().await.expect("a connection");
    tx.execute_many(shop, put, &rows).await.expect("they are new");
    tx.commit().await.expect("kept");
}

/// The server counts what connections tell it, once a second, when they end a transaction.
async fn refreshed(db: &Db, shop: ShopId, from: usize) -> bool {
    for name in from..from + 200 {
        if db.refresh_statistics().await.expect("the database answers") > 0 {
            return true;
        }
        put_counters(db, shop, name..name + 1).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_has_grown_is_measured_once_and_again_when_it_has_doubled() {
    for test in testing::databases().await {
        let (db, shop) = (&test.db, ShopId(test.db.ids().next(Timestamp::from_seconds(1_800_000_000))));
        let insert = platform_sql!(
            "INSERT INTO shops (shop_id, handle, name, currency, time_zone, open, catalog_version, created_at)
             VALUES ($1, 'juniper', 'Juniper Roasters', 'EUR', 'Europe/Berlin', 1, 0, 0)"
        );
        db.execute_platform(insert, &params![shop]).await.expect(test.engine);
        if test.engine == "sqlite" {
            put_counters(db, shop, 0..300).await;
            assert_eq!(db.refresh_statistics().await.expect("nothing is to be done"), 0, "its plans are fixed");
            continue;
        }
        for names in [0..300, 300..1_200] {
            let end = names.end;
            let rows = i64::try_from(end).expect("few");
            put_counters(db, shop, names).await;
            assert!(refreshed(db, shop, 10 * end).await, "{rows} rows are seen");
            let measured = platform_sql!("SELECT CAST(reltuples AS BIGINT) FROM pg_class WHERE oid = 'shop_counters'::regclass");
            let counted: i64 = db.query_platform(measured, &[]).await.expect("it answers")[0].get(0);
            assert!((rows..rows + 500).contains(&counted), "{counted} rows, not {rows}");
            assert_eq!(db.refresh_statistics().await.expect("it answers"), 0, "nothing has grown since");
        }
    }
}
