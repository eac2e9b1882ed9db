//! What a backup and a copy of a shop have to know of each table: its columns and its primary key, asked of the engine itself,
//! and the statements made of them.

use crate::{PlatformSql, Result, ShopSql, TABLES, Tx, params, platform_sql};

/// A table and its statements.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) columns: Vec<String>,
    /// Where the columns of the primary key stand among the columns; the shop is the first.
    pub(crate) key: Vec<usize>,
    /// The first rows by key; `$1` is how many.
    pub(crate) first_page: PlatformSql,
    /// The rows after the key `$1 ...`; the last placeholder is how many.
    pub(crate) next_page: PlatformSql,
    /// The first rows of one shop by key; `$2` is how many.
    pub(crate) first_page_of_shop: ShopSql,
    /// The rows of one shop after what follows the shop in the key, `$2 ...`; the last placeholder is how many. Nothing where
    /// nothing follows: a shop has one row there.
    pub(crate) next_page_of_shop: Option<ShopSql>,
    /// One row.
    pub(crate) insert: ShopSql,
}

/// Every table, parents before children.
pub(crate) async fn tables(tx: &mut Tx) -> Result<Vec<Table>> {
    let mut tables = Vec::with_capacity(TABLES.len());
    for name in TABLES {
        let columns = names(tx, Asked::Columns, name).await?;
        let key_names = names(tx, Asked::Key, name).await?;
        assert!(!key_names.is_empty() && columns[0] == "shop_id", "{name} has a key and is led by its shop");
        let position = |key: &String| columns.iter().position(|column| column == key).expect("a key is made of columns");
        let key = key_names.iter().map(position).collect();
        let (all, by) = (columns.join(", "), key_names.join(", "));
        let bound = placeholders(key_names.len());
        let limit = key_names.len() + 1;
        let (rest, rest_bound) = (key_names[1..].join(", "), placeholders_from(2, key_names.len() - 1));
        let next_page_of_shop =
            format!("SELECT {all} FROM {name} WHERE shop_id = $1 AND ({rest}) > ({rest_bound}) ORDER BY {by} LIMIT ${limit}");
        tables.push(Table {
            first_page: platform(format!("SELECT {all} FROM {name} ORDER BY {by} LIMIT $1")),
            next_page: platform(format!("SELECT {all} FROM {name} WHERE ({by}) > ({bound}) ORDER BY {by} LIMIT ${limit}")),
            first_page_of_shop: of_shop(format!("SELECT {all} FROM {name} WHERE shop_id = $1 ORDER BY {by} LIMIT $2")),
            next_page_of_shop: (!rest.is_empty()).then(|| of_shop(next_page_of_shop)),
            insert: of_shop(format!("INSERT INTO {name} ({all}) VALUES ({})", placeholders(columns.len()))),
            name,
            columns,
            key,
        });
    }
    Ok(tables)
}

#[derive(Clone, Copy)]
enum Asked {
    Columns,
    Key,
}

async fn names(tx: &mut Tx, asked: Asked, table: &str) -> Result<Vec<String>> {
    let sql = match (asked, tx.is_sqlite()) {
        (Asked::Columns, true) => platform_sql!("SELECT name FROM pragma_table_info($1) ORDER BY cid"),
        (Asked::Key, true) => platform_sql!("SELECT name FROM pragma_table_info($1) WHERE pk > 0 ORDER BY pk"),
        (Asked::Columns, false) => platform_sql!(
            "SELECT CAST(column_name AS TEXT) FROM information_schema.columns
             WHERE table_schema = current_schema() AND CAST(table_name AS TEXT) = $1 ORDER BY ordinal_position"
        ),
        (Asked::Key, false) => platform_sql!(
            "SELECT CAST(k.column_name AS TEXT) FROM information_schema.table_constraints c
             JOIN information_schema.key_column_usage k
               ON k.constraint_name = c.constraint_name AND k.table_schema = c.table_schema AND k.table_name = c.table_name
             WHERE c.constraint_type = 'PRIMARY KEY' AND c.table_schema = current_schema()
               AND CAST(c.table_name AS TEXT) = $1 ORDER BY k.ordinal_position"
        ),
    };
    Ok(tx.query_platform(sql, &params![table]).await?.iter().map(|row| row.get(0)).collect())
}

fn placeholders(count: usize) -> String {
    placeholders_from(1, count)
}

fn placeholders_from(first: usize, count: usize) -> String {
    (first..first + count).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ")
}

fn platform(text: String) -> PlatformSql {
    let (postgres, sqlite) = spellings(text);
    PlatformSql::new(postgres, sqlite)
}

fn of_shop(text: String) -> ShopSql {
    let (postgres, sqlite) = spellings(text);
    ShopSql::new(postgres, sqlite)
}

/// Statements live as long as the program. These are a few hundred short texts, made once by a command that ends soon after.
fn spellings(text: String) -> (&'static str, &'static str) {
    let sqlite: &'static str = Box::leak(text.replace('$', "?").into_boxed_str());
    (Box::leak(text.into_boxed_str()), sqlite)
}
