//! The schema: alike on both engines, every table led by its shop, every statement of the code understood by both.

use db::{TABLES, TABLES_OF_NODES, Value, platform_sql, testing};
use std::collections::BTreeMap;
use std::path::Path;

/// Statements that SQLite has no word for, or PostgreSQL.
const OF_ONE_ENGINE: &[&str] = &["pg_", "current_setting", "information_schema", "pragma", "sqlite_"];

#[tokio::test(flavor = "multi_thread")]
async fn both_engines_have_the_same_tables_and_columns() {
    let sqlite = testing::sqlite().await;
    let postgres = testing::postgres().await;
    let columns_of_sqlite = platform_sql!(
        "SELECT m.name, c.name, c.type FROM sqlite_master m JOIN pragma_table_info(m.name) c ON 1 = 1
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY 1, 2"
    );
    let columns_of_postgres = platform_sql!(
        "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT), CAST(data_type AS TEXT) FROM information_schema.columns
         WHERE table_schema = current_schema() ORDER BY 1, 2"
    );
    let left = sqlite.db.query_platform(columns_of_sqlite, &[]).await.expect("sqlite tells its columns");
    let right = postgres.db.query_platform(columns_of_postgres, &[]).await.expect("postgres tells its columns");
    let in_common_words = |rows: &[db::Row]| -> BTreeMap<(String, String), &'static str> {
        let word = |row: &db::Row| match row.get::<String>(2).to_lowercase().as_str() {
            "integer" | "bigint" => "BIGINT",
            "text" => "TEXT",
            "blob" | "bytea" => "BYTES",
            "real" | "double precision" => "DOUBLE PRECISION",
            other => panic!("a column of the type {other}"),
        };
        rows.iter().map(|row| ((row.get(0), row.get(1)), word(row))).collect()
    };
    assert_eq!(in_common_words(&left), in_common_words(&right));
    let tables: Vec<String> = in_common_words(&left).into_keys().map(|(table, _)| table).filter(|t| t != "migrations").collect();
    let mut listed: Vec<&str> = TABLES.into_iter().chain(TABLES_OF_NODES).collect();
    listed.sort_unstable();
    let mut found: Vec<&str> = tables.iter().map(String::as_str).collect();
    found.dedup();
    assert_eq!(found, listed, "TABLES and TABLES_OF_NODES list every table");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shop_leads_every_key_and_every_index() {
    let sqlite = testing::sqlite().await;
    let leading = platform_sql!(
        "SELECT m.name, l.name, i.name FROM sqlite_master m JOIN pragma_index_list(m.name) l ON 1 = 1
         JOIN pragma_index_info(l.name) i ON i.seqno = 0 WHERE m.type = 'table'"
    );
    let primary = platform_sql!(
        "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.pk = 1 WHERE m.type = 'table'"
    );
    let is_of_no_shop = |table: &str| table == "migrations" || TABLES_OF_NODES.contains(&table);
    // Two are looked up before the shop is known: by what stands on the command line, and by the Host header. The third lets one
    // load test wait for all shops.
    let platform_wide = [("shops", "handle"), ("shop_domains", "host"), ("load_tests", "status")];
    for row in sqlite.db.query_platform(leading, &[]).await.expect("sqlite tells its indexes") {
        let (table, index, column): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        let allowed = is_of_no_shop(&table) || platform_wide.contains(&(table.as_str(), column.as_str()));
        assert!(allowed || column == "shop_id", "index {index} of {table} begins with {column}");
    }
    for row in sqlite.db.query_platform(primary, &[]).await.expect("sqlite tells its keys") {
        let (table, column): (String, String) = (row.get(0), row.get(1));
        assert!(is_of_no_shop(&table) || column == "shop_id", "the key of {table} begins with {column}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_of_the_code_is_understood_by_both_engines() {
    let mut statements = Vec::new();
    collect(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut statements);
    assert!(statements.len() > 5, "statements are found in the source");
    for test in testing::databases().await {
        for (place, text) in &statements {
            if OF_ONE_ENGINE.iter().any(|word| text.contains(word)) {
                continue;
            }
            let prepared = test.db.prepare_only(text).await;
            assert!(prepared.is_ok(), "{} does not take a statement of {place}: {prepared:?}\n{text}", test.engine);
        }
    }
    for (place, text) in &statements {
        let of_a_shop = !place.starts_with("platform ");
        assert!(
            !of_a_shop || (text.contains("shop_id") && text.contains("$1")),
            "a statement of {place} ignores its shop:\n{text}"
        );
        assert!(text.matches('$').all(|_| true) && !text.contains("$$"), "{place}: a dollar sign is a placeholder");
    }
}

/// Each `sql!("...")` below a folder: where it stands and its text.
fn collect(folder: &Path, statements: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).expect("the source can be read").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, statements);
        } else if path.extension().is_some_and(|kind| kind == "rs") && !path.ends_with("statement.rs") {
            let source = std::fs::read_to_string(&path).expect("the source can be read");
            for (kind, marker) in [("shop", " sql!("), ("shop", " sql_locking!("), ("platform", "platform_sql!(")] {
                for found in source.match_indices(marker) {
                    let after = source[found.0 + marker.len()..].trim_start();
                    let Some(literal) = after.strip_prefix('"') else { continue };
                    let text = literal[..literal.find('"').expect("a statement ends")].replace("\\\n", "");
                    statements.push((format!("{kind} {}", path.display()), text));
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sums_and_counts_are_numbers_on_both() {
    for test in testing::databases().await {
        let sql = platform_sql!("SELECT COUNT(*), CAST(COALESCE(SUM(catalog_version), 0) AS BIGINT) FROM shops");
        let rows = test.db.query_platform(sql, &[]).await.expect(test.engine);
        assert_eq!(rows[0].values(), [Value::Int(0), Value::Int(0)], "{}", test.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_writer_finds_rows_by_key_and_never_reads_a_whole_shop() {
    let mut statements = Vec::new();
    collect(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/order_writer")), &mut statements);
    let sqlite = testing::sqlite().await;
    let db::Target::Folder(folder) = &sqlite.target else { panic!("a folder") };
    let connection = rusqlite::Connection::open(folder.join("doorbuster.sqlite")).expect("the file opens");
    // These speak of a whole shop, once, when its pages are loaded or its settings read.
    let of_the_shop = ["shop_settings", "FROM shops", "s.on_hand - s.reserved", "quantity_offered IS NOT NULL"];
    for (place, text) in statements.iter().filter(|(_, text)| !of_the_shop.iter().any(|part| text.contains(part))) {
        let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", text.replace('$', "?"))).expect("a plan");
        for number in 1..=plan.parameter_count() {
            plan.raw_bind_parameter(number, 1).expect("a parameter");
        }
        let mut rows = plan.raw_query();
        while let Some(row) = rows.next().expect("a row") {
            let step: String = row.get(3).expect("a step");
            let reads_a_shop = step.contains("(shop_id=?)") || (step.starts_with("SCAN") && !step.contains("CONSTANT"));
            assert!(!reads_a_shop, "{place}: {step}\n{text}");
        }
    }
}
