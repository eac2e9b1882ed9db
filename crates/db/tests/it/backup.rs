//! Backups: there and back on each engine and across, and damaged ones refused.

use crate::shops::{NOW, make_juniper_roasters};
use commerce::{OutboxId, ShopId};
use db::backup::{BackupError, Incoming, Restored, backup};
use db::{Db, Error, OpenOptions, Target, params, platform_sql, shops, sql, testing};

/// A shop with enough rows for several pages, and bytes.
async fn fill(db: &Db) -> ShopId {
    let shop = make_juniper_roasters(db).await;
    let sql = sql!("INSERT INTO media VALUES ($1, 1, 'ria.jpg', 'hash', 10, 10, 0)");
    db.execute(shop, sql, &[]).await.expect("a picture");
    let sql = sql!("INSERT INTO media_sizes VALUES ($1, 1, 10, 'image/jpeg', $2)");
    db.execute(shop, sql, &params![vec![0_u8, 255, 10, 13]]).await.expect("its bytes");
    for number in 0..450 {
        let sql = sql!("INSERT INTO outbox VALUES ($1, $2, 'order_placed', 7, 0, $3, NULL, 'naïve “text”\n', $3)");
        db.execute(shop, sql, &params![OutboxId(number), NOW]).await.expect("a message");
    }
    shop
}

async fn restore(target: &Target, bytes: &[u8]) -> Result<Restored, BackupError> {
    Incoming::open(bytes)?.restore(target, &OpenOptions::default()).await
}

async fn bytes_of(db: &Db) -> Vec<u8> {
    let mut bytes = Vec::new();
    backup(db, Some("a key"), &mut bytes).await.expect("a backup can be written");
    bytes
}

/// All lines but the first, which names the engine, and the last, whose checksum covers the first.
fn content(bytes: &[u8]) -> Vec<&[u8]> {
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    lines[1..lines.len() - 1].to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_restores_into_either_engine_row_by_row() {
    for source in testing::databases().await {
        fill(&source.db).await;
        let bytes = bytes_of(&source.db).await;
        for target in testing::databases().await {
            let Restored { size, secret_key, .. } = restore(&target.target, &bytes).await.expect("restored");
            assert_eq!(secret_key.as_deref(), Some("a key"));
            assert_eq!((size.shops, size.rows), (1, 1 + 1 + 1 + 1 + 450), "{} to {}", source.engine, target.engine);
            let again = bytes_of(&target.db).await;
            assert_eq!(content(&again), content(&bytes), "{} to {}", source.engine, target.engine);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_restored_into_an_empty_database_only() {
    for test in testing::databases().await {
        fill(&test.db).await;
        let bytes = bytes_of(&test.db).await;
        let refused = restore(&test.target, &bytes).await;
        assert!(matches!(refused, Err(BackupError::NotEmpty)), "{}", test.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_backup_or_a_changed_one_leaves_the_database_empty() {
    let source = testing::sqlite().await;
    fill(&source.db).await;
    let bytes = bytes_of(&source.db).await;
    let text = String::from_utf8(bytes.clone()).expect("a backup is text");
    let cut_at_a_line = text.rfind("{\"checksum\"").expect("the last line");
    let spoiled = [
        bytes[..bytes.len() / 2].to_vec(),
        bytes[..cut_at_a_line].to_vec(),
        text.replacen("juniper", "jupiter", 1).into_bytes(),
        text.replacen("\"table\":\"shops\"", "\"table\":\"shoes\"", 1).into_bytes(),
        text.replacen("\"schema\":", "\"schema\":1", 1).into_bytes(),
        b"{}\n".to_vec(),
        Vec::new(),
    ];
    for test in testing::databases().await {
        for (case, bytes) in spoiled.iter().enumerate() {
            let refused = restore(&test.target, bytes).await;
            assert!(matches!(refused, Err(BackupError::Unsuitable(_))), "{} case {case}", test.engine);
            assert!(shops::list_shops(&test.db).await.expect(test.engine).is_empty(), "{} case {case}", test.engine);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_backup_leaves_no_database_where_there_was_none() {
    let source = testing::sqlite().await;
    fill(&source.db).await;
    let bytes = bytes_of(&source.db).await;
    let folder = testing::fresh_folder("nothing");
    for target in [Target::Folder(folder.clone()), Target::Postgres(testing::postgres_url())] {
        let refused = restore(&target, &bytes[..bytes.len() - 9]).await;
        assert!(matches!(refused, Err(BackupError::Unsuitable(_))), "{target:?}");
        let opened = Db::open_existing(&target, &OpenOptions::default()).await;
        assert!(matches!(opened, Err(Error::Absent)), "{target:?}");
        restore(&target, &bytes).await.expect("the whole backup is taken");
        let db = Db::open_existing(&target, &OpenOptions::default()).await.expect("it is there now");
        assert_eq!(content(&bytes_of(&db).await), content(&bytes));
    }
    std::fs::remove_dir_all(folder).expect("the folder is there");
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_for_a_database_makes_none_and_upgrades_none() {
    let folder = testing::fresh_folder("nothing");
    let options = OpenOptions::default();
    for target in [Target::Folder(folder.clone()), Target::Postgres(testing::postgres_url())] {
        for _ in 0..2 {
            assert!(matches!(Db::open_existing(&target, &options).await, Err(Error::Absent)), "{target:?}");
        }
    }
    assert_eq!(std::fs::read_dir(&folder).expect("the folder is there").count(), 0);
    std::fs::remove_dir_all(folder).expect("the folder is there");
    for test in testing::databases().await {
        Db::open_existing(&test.target, &options).await.expect("a database of this version opens");
        let newest = platform_sql!("DELETE FROM migrations WHERE version = (SELECT MAX(version) FROM migrations)");
        test.db.execute_platform(newest, &[]).await.expect(test.engine);
        let refused = Db::open_existing(&test.target, &options).await;
        assert!(matches!(refused, Err(Error::Outdated { .. } | Error::Absent)), "{}", test.engine);
    }
}
