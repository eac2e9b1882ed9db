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
    sees: Sees,
    page: Page,
}

/// Where a walk stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Page {
    First,
    Next,
    /// The page before had room for more rows: it was the last.
    None,
}

/// Which instants the pages of a walk show.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sees {
    /// Each page another one; what belongs to a page is asked before the next.
    OneInstantAPage,
    /// All pages the same one.
    OneInstant,
}

impl Walk {
    /// From the first row on; `before_all` is a key that comes before every row's. Each page, with all that is asked until the
    /// next one, is of one instant, and no instant is held for longer.
    pub(super) fn new(sql: ShopSql, before_all: &[Value]) -> Self {
        Self { sql, after: before_all.to_vec(), sees: Sees::OneInstantAPage, page: Page::First }
    }

    /// As [`Self::new`], but all pages are of the same instant. Only for what is soon read: the database keeps everything that
    /// changes meanwhile.
    pub(super) fn at_one_instant(sql: ShopSql, before_all: &[Value]) -> Self {
        Self { sees: Sees::OneInstant, ..Self::new(sql, before_all) }
    }

    /// The next page; `None` after the last.
    pub(super) async fn next(&mut self, books: &mut Books<'_>) -> Result<Option<Vec<Row>>> {
        match self.page {
            Page::None => return Ok(None),
            Page::Next if self.sees == Sees::OneInstant => books.breathe().await?,
            Page::Next => {
                books.close().await;
                books.breathe().await?;
                books.turn_the_page().await?;
            }
            Page::First if self.sees == Sees::OneInstant => {}
            Page::First => books.turn_the_page().await?,
        }
        let mut params = self.after.clone();
        params.push(Value::Int(PAGE_ROWS));
        let rows = books.query(self.sql, &params).await?;
        self.page = if rows.len() == PAGE_ROWS as usize { Page::Next } else { Page::None };
        let Some(last) = rows.last() else { return Ok(None) };
        self.after = last.values()[..self.after.len()].to_vec();
        Ok(Some(rows))
    }
}
