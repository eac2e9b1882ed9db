//! The schema, as numbered scripts inside the program, run at start.
//!
//! One script serves both engines. Three words differ and are replaced here: `BYTES` is BYTEA or BLOB, `BIGINT` and
//! `DOUBLE PRECISION` are INTEGER and REAL for SQLite, whose tables are all STRICT; a table ending in `CLUSTERED` is stored by
//! its primary key where the engine can do that. A released script never changes: a checksum of each is kept.

use crate::{Db, Error, Result, params, platform_sql};

/// Number, name, text.
const SCRIPTS: [(i64, &str, &str); 1] = [(1, "first_schema", include_str!("0001_first_schema.sql"))];

/// The schema's version that this program works with.
pub const SCHEMA_VERSION: i64 = SCRIPTS[SCRIPTS.len() - 1].0;

/// Every table of a shop, parents before children. Backup and verification walk this list; a test holds it against both engines.
pub const TABLES: [&str; 35] = [
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
];

pub(crate) async fn run(db: &Db) -> Result<()> {
    let mut tx = db.begin().await?;
    let bookkeeping = "CREATE TABLE IF NOT EXISTS migrations (
        version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL);";
    if !tx.is_sqlite() {
        // Nodes that start together take turns.
        db.run_script(&mut tx, "SELECT pg_advisory_xact_lock(6419001)").await?;
    }
    let bookkeeping = spell(bookkeeping, tx.is_sqlite());
    db.run_script(&mut tx, &bookkeeping).await?;
    let applied = tx.query_platform(platform_sql!("SELECT version, checksum FROM migrations ORDER BY version"), &[]).await?;
    if let Some(newest) = applied.last().map(|row| row.get::<i64>(0)).filter(|newest| *newest > SCHEMA_VERSION) {
        return Err(Error::Unsuitable(format!(
            "the database has schema version {newest}, this program knows only {SCHEMA_VERSION}; start the newer program"
        )));
    }
    let up_to_date = applied.len() == SCRIPTS.len();
    for (version, name, script) in SCRIPTS {
        let checksum = checksum(script);
        match applied.iter().find(|row| row.get::<i64>(0) == version) {
            Some(row) if row.get::<String>(1) == checksum => {}
            Some(_) => {
                return Err(Error::Unsuitable(format!(
                    "migration {version} ({name}) is not the one this database was made with"
                )));
            }
            None => {
                let text = spell(script, tx.is_sqlite());
                db.run_script(&mut tx, &text).await?;
                let insert = platform_sql!("INSERT INTO migrations (version, name, checksum) VALUES ($1, $2, $3)");
                tx.execute_platform(insert, &params![version, name, checksum]).await?;
            }
        }
    }
    if tx.is_sqlite() && !up_to_date {
        db.run_script(&mut tx, include_str!("sqlite_statistics.sql")).await?;
    }
    tx.commit().await
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
