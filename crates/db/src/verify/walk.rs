//! Tables read page by page in the order of their key, so that no table has to fit into memory.

use super::Books;
use crate::{Result, Row, ShopSql, Value};

/// Rows in one page.
const PAGE_ROWS: i64 = 1_000;

/// A walk through a table, page after page. Its statement selects the key first, orders by it, takes the key after which a page
/// begins as `$2, ...`, and the number of rows as the parameter after that.
pub(super) struct Walk {
    sql: ShopSql,
    after: Vec<Value>,
}

impl Walk {
    /// From the first row on; `before_all` is a key that comes before every row's.
    pub(super) fn new(sql: ShopSql, before_all: &[Value]) -> Self {
        Self { sql, after: before_all.to_vec() }
    }

    /// The next page; `None` after the last.
    pub(super) async fn next(&mut self, books: &mut Books<'_>) -> Result<Option<Vec<Row>>> {
        let mut params = self.after.clone();
        params.push(Value::Int(PAGE_ROWS));
        let rows = books.tx.query(books.shop, self.sql, &params).await?;
        let Some(last) = rows.last() else { return Ok(None) };
        self.after = last.values()[..self.after.len()].to_vec();
        Ok(Some(rows))
    }
}
