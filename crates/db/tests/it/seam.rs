//! The seam: what goes in comes out the same on both engines, and what one refuses the other refuses too.

use commerce::{ShopId, Timestamp};
use db::{Db, Error, OpenOptions, Target, Value, params, platform_sql, sql, testing};

async fn with_shop(db: &Db) -> ShopId {
    let shop = ShopId(db.ids().next(Timestamp::from_seconds(1_800_000_000)));
    let insert = platform_sql!(
        "INSERT INTO shops (shop_id, handle, name, currency, time_zone, open, catalog_version, created_at)
         VALUES ($1, $2, $3, 'EUR', 'Europe/Berlin', 1, 0, 0)"
    );
    db.execute_platform(insert, &params![shop, "juniper", "Juniper Roasters"]).await.expect("a shop can be inserted");
    shop
}

#[tokio::test(flavor = "multi_thread")]
async fn values_come_back_as_they_went_in() {
    for test in testing::databases().await {
        let (db, shop) = (&test.db, with_shop(&test.db).await);
        let put = sql!("INSERT INTO theme_files (shop_id, path, body, updated_at) VALUES ($1, $2, $3, $4)");
        let get = sql!("SELECT body, updated_at FROM theme_files WHERE path = $2 AND shop_id = $1");
        for (path, body, at) in
            [("a", "", i64::MIN), ("b", "naïve ☕ \u{10ffff}", i64::MAX), ("c", "x'); DROP TABLE shops;--", 0)]
        {
            db.execute(shop, put, &params![path, body, at]).await.expect(test.engine);
            let row = db.query_opt(shop, get, &params![path]).await.expect(test.engine).expect("the row is there");
            assert_eq!(row.values(), params![body, at], "{}", test.engine);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_with_nul_is_refused_by_both() {
    for test in testing::databases().await {
        let shop = with_shop(&test.db).await;
        let put = sql!("INSERT INTO theme_files (shop_id, path, body, updated_at) VALUES ($1, $2, '', 0)");
        let answer = test.db.execute(shop, put, &params!["a\0b"]).await;
        assert!(matches!(answer, Err(Error::NulInText)), "{}: {answer:?}", test.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_is_dropped_changes_nothing() {
    for test in testing::databases().await {
        let shop = with_shop(&test.db).await;
        let put = sql!("INSERT INTO shop_counters (shop_id, name, value) VALUES ($1, $2, 1)");
        let count = sql!("SELECT COUNT(*) FROM shop_counters WHERE shop_id = $1");
        for commit in [false, true] {
            let mut tx = test.db.begin().await.expect(test.engine);
            let rows: Vec<Vec<Value>> = (0..300).map(|n| params![format!("n{n}")].to_vec()).collect();
            assert_eq!(tx.execute_many(shop, put, &rows).await.expect(test.engine), 300);
            if commit {
                tx.commit().await.expect(test.engine);
            }
            let row = test.db.query_opt(shop, count, &[]).await.expect(test.engine).expect("a count");
            assert_eq!(row.get::<i64>(0), if commit { 300 } else { 0 }, "{}", test.engine);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_rule_is_told_as_a_constraint_by_both() {
    for test in testing::databases().await {
        let shop = with_shop(&test.db).await;
        let put = sql!("INSERT INTO shop_counters (shop_id, name, value) VALUES ($1, 'n', 1)");
        test.db.execute(shop, put, &[]).await.expect(test.engine);
        let again = test.db.execute(shop, put, &[]).await;
        assert!(matches!(again, Err(Error::Constraint(_))), "{}: {again:?}", test.engine);
        let mut tx = test.db.begin().await.expect(test.engine);
        let many = tx.execute_many(shop, put, &[vec![], vec![]]).await;
        assert!(matches!(many, Err(Error::Constraint(_))), "{}: {many:?}", test.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_opens_again_and_a_newer_one_is_refused() {
    for test in testing::databases().await {
        let options = db::OpenOptions::default();
        Db::open(&test.target, &options).await.expect("the same schema opens again");
        let newer = platform_sql!("INSERT INTO migrations (version, name, checksum) VALUES (9999, 'later', '')");
        test.db.execute_platform(newer, &[]).await.expect(test.engine);
        let refused = Db::open(&test.target, &options).await;
        assert!(matches!(refused, Err(Error::Unsuitable(_))), "{}", test.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_farewell_instead_of_an_answer_leaves_a_commit_unknown() {
    let db = &testing::postgres().await.db;
    let deferred_farewell = [
        platform_sql!("CREATE TABLE last_words (word TEXT)"),
        platform_sql!(
            "CREATE FUNCTION part() RETURNS trigger LANGUAGE plpgsql AS
             'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'"
        ),
        platform_sql!(
            "CREATE CONSTRAINT TRIGGER parting AFTER INSERT ON last_words DEFERRABLE INITIALLY DEFERRED
             FOR EACH ROW EXECUTE FUNCTION part()"
        ),
    ];
    for statement in deferred_farewell {
        db.execute_platform(statement, &[]).await.expect("a trigger can be made");
    }
    let mut tx = db.begin().await.expect("a transaction begins");
    tx.execute_platform(platform_sql!("INSERT INTO last_words VALUES ('bye')"), &[]).await.expect("the trigger waits for COMMIT");
    let answer = tx.commit().await;
    assert!(matches!(answer, Err(Error::CommitUnknown(_))), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgres_that_would_lose_confirmed_orders_is_refused() {
    let database = testing::postgres_url();
    for (setting, suits) in [("off", false), ("local", true), ("on", true)] {
        let target = Target::Postgres(format!("{database}%20-c%20synchronous_commit%3D{setting}"));
        let opened = Db::open(&target, &OpenOptions::default()).await;
        let refused = matches!(&opened, Err(Error::Unsuitable(says)) if says.contains("synchronous_commit"));
        assert_eq!((opened.is_ok(), refused), (suits, !suits), "{setting}");
    }
}
