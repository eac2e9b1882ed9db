//! The schema, as numbered scripts inside the program, run at start.
//!
//! One script serves both engines. Three words differ and are replaced here: `BYTES` is BYTEA or BLOB, `BIGINT` and
//! `DOUBLE PRECISION` are INTEGER and REAL for SQLite, whose tables are all STRICT; a table ending in `CLUSTERED` is stored by
//! its primary key where the engine can do that. A released script never changes: a checksum of each is kept.

use crate::{Db, Error, Result, Tx, params, platform_sql};

/// Number, name, text.
const SCRIPTS: [(i64, &str, &str); 9] = [
    (1, "first_schema", include_str!("0001_first_schema.sql")),
    (2, "submissions", include_str!("0002_submissions.sql")),
    (3, "proofs", include_str!("0003_proofs.sql")),
    (4, "nodes", include_str!("0004_nodes.sql")),
    (5, "catalog_changes", include_str!("0005_catalog_changes.sql")),
    (6, "crowd", include_str!("0006_crowd.sql")),
    (7, "load_tests", include_str!("0007_load_tests.sql")),
    (8, "sale_record", include_str!("0008_sale_record.sql")),
    (9, "rehearsals", include_str!("0009_rehearsals.sql")),
];

/// The schema's version that this program works with.
pub const SCHEMA_VERSION: i64 = SCRIPTS[SCRIPTS.len() - 1].0;

/// Every table of a shop, parents before children. Backup and verification walk this list; a test holds it against both engines.
pub const TABLES: [&str; 46] = [
    "shops",
    "shop_domains",
    "shop_settings",
    "shop_counters",
    "theme_files",
    "sellers",
    "seller_sessions",
    "media",
    "media_sizes",
    "products",
    "product_pictures",
    "variants",
    "stock_items",
    "stock_movements",
    "collections",
    "collection_products",
    "catalog_changes",
    "pages",
    "flash_sales",
    "flash_sale_items",
    "customer_claims",
    "coupons",
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

/// The tables that belong to no shop. They say what runs at the moment, so no backup holds them.
pub const TABLES_OF_NODES: [&str; 2] = ["nodes", "leases"];

/// A script as the database remembers it.
struct Applied {
    version: i64,
    checksum: String,
}

/// Brings the schema up to date.
pub(crate) async fn run(db: &Db) -> Result<()> {
    let mut tx = db.begin().await?;
    run_in(&mut tx).await?;
    tx.commit().await
}

/// As [`run`], as part of a transaction: nothing is left of it when that is given up.
pub(crate) async fn run_in(tx: &mut Tx) -> Result<()> {
    let bookkeeping = "CREATE TABLE IF NOT EXISTS migrations (
        version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL);";
    if !tx.is_sqlite() {
        // Nodes that start together take turns.
        tx.run_script("SELECT pg_advisory_xact_lock(6419001)").await?;
    }
    tx.run_script(&spell(bookkeeping, tx.is_sqlite())).await?;
    let applied = applied(tx).await?;
    check_applied(&applied)?;
    for (version, name, script) in SCRIPTS.into_iter().skip(applied.len()) {
        tx.run_script(&spell(script, tx.is_sqlite())).await?;
        let insert = platform_sql!("INSERT INTO migrations (version, name, checksum) VALUES ($1, $2, $3)");
        tx.execute_platform(insert, &params![version, name, checksum(script)]).await?;
    }
    if tx.is_sqlite() && applied.len() < SCRIPTS.len() {
        tx.run_script(include_str!("sqlite_statistics.sql")).await?;
    }
    Ok(())
}

/// Whether the schema is this program's. Changes nothing.
pub(crate) async fn check(db: &Db) -> Result<()> {
    let mut tx = db.begin_read().await?;
    let sql = if tx.is_sqlite() {
        platform_sql!("SELECT COUNT(*) FROM pragma_table_info('migrations') WHERE name = 'checksum'")
    } else {
        platform_sql!(
            "SELECT COUNT(*) FROM information_schema.columns
             WHERE table_schema = current_schema() AND table_name = 'migrations' AND column_name = 'checksum'"
        )
    };
    let columns = tx.query_platform(sql, &[]).await?;
    if columns[0].get::<i64>(0) == 0 {
        tx.rollback().await;
        return Err(Error::Absent);
    }
    let applied = applied(&mut tx).await?;
    tx.rollback().await;
    check_applied(&applied)?;
    match applied.last() {
        Some(newest) if newest.version == SCHEMA_VERSION => Ok(()),
        Some(newest) => Err(Error::Outdated { found: newest.version }),
        None => Err(Error::Absent),
    }
}

async fn applied(tx: &mut Tx) -> Result<Vec<Applied>> {
    let rows = tx.query_platform(platform_sql!("SELECT version, checksum FROM migrations ORDER BY version"), &[]).await?;
    Ok(rows.iter().map(|row| Applied { version: row.get(0), checksum: row.get(1) }).collect())
}

/// The scripts that made the database must be the first ones of this program.
fn check_applied(applied: &[Applied]) -> Result<()> {
    if let Some(newest) = applied.last().filter(|newest| newest.version > SCHEMA_VERSION) {
        return Err(Error::Unsuitable(format!(
            "the database has schema version {}, this program knows only {SCHEMA_VERSION}; start the newer program",
            newest.version
        )));
    }
    for (known, (version, name, script)) in applied.iter().zip(SCRIPTS) {
        if known.version != version || known.checksum != checksum(script) {
            return Err(Error::Unsuitable(format!("migration {version} ({name}) is not the one this database was made with")));
        }
    }
    Ok(())
}

/// The script in the engine's own words.
fn spell(script: &str, sqlite: bool) -> String {
    if !sqlite {
        return script.replace(" BYTES", " BYTEA").replace(") CLUSTERED;", ");");
    }
    let mut text = script.replace(" BYTES", " BLOB").replace("DOUBLE PRECISION", "REAL").replace("BIGINT", "INTEGER");
    text = text.replace(") CLUSTERED;", ") STRICT, WITHOUT ROWID;");
    // What is left of `);` at the beginning of a line ends a plain table.
    text.replace("\n);", "\n) STRICT;")
}

/// FNV-1a, 64 bits: enough to notice an edited script, and no dependency.
fn checksum(script: &str) -> String {
    let hash =
        script.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}
