//! A copy of one shop, as an SQLite database of its own: what its shoppers see and can buy, and no person.
//!
//! It is for trying things: no order, address or mail of a customer is in it, and nobody can sign in. What is free to buy at the
//! instant of the copy is in its building, entered as a first count, so that the books of the copy hold from its first line on.

use crate::backup::tables::{Table, tables};
use crate::{Db, Error, OpenOptions, Result, Row, TABLES, Target, Tx, Value, params, sql, sqlite};
use commerce::stock::MovementKind;
use commerce::{ShopId, Timestamp};
use std::collections::HashMap;
use std::path::Path;

/// Rows read and written at once; pictures make some of them large.
const PAGE_ROWS: usize = 50;

/// Who entered the first counts of a copy.
const ACTOR: &str = "copy";

/// How a table goes into a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// Its rows as they are.
    Whole,
    /// Its rows with what is free to buy, as nobody had ever bought anything.
    Free(Free),
    /// Nothing: it speaks of persons, of what they did, or of this database.
    Nothing,
}

/// Which of its columns say what is free to buy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Free {
    Stock,
    OfSale,
    OfCoupon,
}

/// Every table, in the order of [`TABLES`].
const PARTS: [(&str, Part); TABLES.len()] = [
    ("shops", Part::Whole),
    ("shop_domains", Part::Whole),
    ("shop_settings", Part::Whole),
    // It counts orders, and there are none.
    ("shop_counters", Part::Nothing),
    ("theme_files", Part::Whole),
    ("sellers", Part::Nothing),
    ("seller_sessions", Part::Nothing),
    ("media", Part::Whole),
    ("media_sizes", Part::Whole),
    ("products", Part::Whole),
    ("product_pictures", Part::Whole),
    ("variants", Part::Whole),
    ("stock_items", Part::Free(Free::Stock)),
    // They are made of the counts.
    ("stock_movements", Part::Nothing),
    ("collections", Part::Whole),
    ("collection_products", Part::Whole),
    ("catalog_changes", Part::Nothing),
    ("pages", Part::Whole),
    ("flash_sales", Part::Whole),
    ("flash_sale_items", Part::Free(Free::OfSale)),
    ("customer_claims", Part::Nothing),
    ("coupons", Part::Free(Free::OfCoupon)),
    ("coupon_claims", Part::Nothing),
    ("checkouts", Part::Nothing),
    ("reservations", Part::Nothing),
    ("reservation_lines", Part::Nothing),
    ("payments", Part::Nothing),
    ("orders", Part::Nothing),
    ("order_lines", Part::Nothing),
    ("order_events", Part::Nothing),
    ("fulfillments", Part::Nothing),
    ("fulfillment_lines", Part::Nothing),
    ("refunds", Part::Nothing),
    ("refund_lines", Part::Nothing),
    ("ledger_entries", Part::Nothing),
    ("outbox", Part::Nothing),
    ("submissions", Part::Nothing),
    ("proofs", Part::Nothing),
    ("crowd_marks", Part::Nothing),
    ("crowd_minutes", Part::Nothing),
    ("load_tests", Part::Nothing),
    ("load_test_reports", Part::Nothing),
    ("served_minutes", Part::Nothing),
    ("missed_minutes", Part::Nothing),
    ("sale_forecasts", Part::Nothing),
    ("rehearsals", Part::Nothing),
];

/// What went into a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Rows of all tables.
    pub rows: u64,
}

/// Copies a shop, as it is at one instant, into a new SQLite database in `folder`, which must exist. The shop goes on meanwhile.
/// `now` tells which holds have run out, and is when the copy counted its stock.
///
/// # Errors
/// When there is a database in the folder already, or a database fails. Then none is made.
pub async fn copy_shop(from: &Db, shop: ShopId, folder: &Path, now: Timestamp) -> Result<Copied> {
    if sqlite::is_there(folder) {
        let place = folder.display();
        return Err(Error::Unsuitable(format!(
            "a shop is copied into a folder of its own, and {place} holds a database already"
        )));
    }
    let copied = copy_into(from, shop, folder, now).await;
    // The connections are closed by now.
    if copied.is_err() {
        sqlite::remove(folder);
    }
    copied
}

async fn copy_into(from: &Db, shop: ShopId, folder: &Path, now: Timestamp) -> Result<Copied> {
    let into = Db::open(&Target::Folder(folder.to_owned()), &OpenOptions::default()).await?;
    let mut source = from.begin_read().await?;
    let mut target = into.begin().await?;
    let lapsed = Lapsed::read(&mut source, shop, now).await?;
    let mut copied = Copied { rows: 0 };
    for (table, (name, part)) in tables(&mut source).await?.iter().zip(PARTS) {
        assert_eq!(table.name, name, "the parts stand in the order of the tables");
        if part != Part::Nothing {
            copied.rows +=
                copy_table(&mut source, &mut target, shop, table, |row| row_of(part, table, row, &lapsed, now)).await?;
        }
    }
    copied.rows += count_stock(&mut target, shop, now).await?;
    source.rollback().await;
    target.commit().await?;
    Ok(copied)
}

async fn copy_table(
    source: &mut Tx,
    target: &mut Tx,
    shop: ShopId,
    table: &Table,
    row_of: impl Fn(&Row) -> Vec<Value>,
) -> Result<u64> {
    let mut written = 0;
    let mut page = source.query(shop, table.first_page_of_shop, &[Value::from(PAGE_ROWS)]).await?;
    loop {
        let rows: Vec<Vec<Value>> = page.iter().map(&row_of).collect();
        target.execute_many(shop, table.insert, &rows).await?;
        written += rows.len() as u64;
        let (Some(last), Some(next)) = (page.last().filter(|_| page.len() == PAGE_ROWS), table.next_page_of_shop) else {
            return Ok(written);
        };
        let key = table.key[1..].iter().map(|column| last.values()[*column].clone());
        page = source.query(shop, next, &key.chain([Value::from(PAGE_ROWS)]).collect::<Vec<_>>()).await?;
    }
}

/// A row as it goes into the copy, without its shop, which is bound by itself.
fn row_of(part: Part, table: &Table, row: &Row, lapsed: &Lapsed, now: Timestamp) -> Vec<Value> {
    let mut cells = Cells { table, values: row.values().to_vec() };
    match part {
        Part::Whole | Part::Nothing => {}
        Part::Free(Free::Stock) => {
            let lapsed = lapsed.units.get(&cells.int("variant_id")).copied().unwrap_or(0);
            let free = cells.int("on_hand") - cells.int("reserved") - cells.int("allocated") + lapsed;
            cells.set("on_hand", free);
            ["reserved", "allocated", "movements", "oversell_until"].into_iter().for_each(|column| cells.set(column, 0));
            cells.set("updated_at", now.0);
        }
        Part::Free(Free::OfSale) => {
            let lapsed = lapsed.units_of_sales.get(&(cells.int("sale_id"), cells.int("variant_id"))).copied().unwrap_or(0);
            cells.leave("quantity_offered", cells.int("quantity_claimed") - lapsed);
            cells.set("quantity_claimed", 0);
        }
        Part::Free(Free::OfCoupon) => {
            let lapsed = lapsed.uses.get(&cells.int("coupon_id")).copied().unwrap_or(0);
            cells.leave("uses_max", cells.int("uses_claimed") - lapsed);
            cells.set("uses_claimed", 0);
        }
    }
    cells.values.split_off(1)
}

/// The values of a row, by the names of its columns.
struct Cells<'a> {
    table: &'a Table,
    values: Vec<Value>,
}

impl Cells<'_> {
    fn at(&self, column: &str) -> usize {
        let place = self.table.columns.iter().position(|name| name == column);
        place.unwrap_or_else(|| panic!("{} has a column {column}", self.table.name))
    }

    fn int(&self, column: &str) -> i64 {
        match self.values[self.at(column)] {
            Value::Int(number) => number,
            ref other => panic!("{column} of {} is a number, not {other:?}", self.table.name),
        }
    }

    fn set(&mut self, column: &str, number: i64) {
        let place = self.at(column);
        self.values[place] = Value::Int(number);
    }

    /// Takes what is taken from a limit, where there is one.
    fn leave(&mut self, limit: &str, taken: i64) {
        let place = self.at(limit);
        if let Value::Int(most) = self.values[place] {
            self.values[place] = Value::Int((most - taken).max(0));
        }
    }
}

/// What holds that have run out still count in their counters: it is free, and nobody has tidied it yet.
struct Lapsed {
    /// By variant.
    units: HashMap<i64, i64>,
    /// By sale and variant.
    units_of_sales: HashMap<(i64, i64), i64>,
    /// By coupon.
    uses: HashMap<i64, i64>,
}

impl Lapsed {
    async fn read(source: &mut Tx, shop: ShopId, now: Timestamp) -> Result<Self> {
        let lines = sql!(
            "SELECT l.variant_id, l.sale_id, l.quantity, l.counted FROM reservations r
             JOIN reservation_lines l ON l.shop_id = r.shop_id AND l.reservation_id = r.reservation_id
             WHERE r.shop_id = $1 AND r.status = 'active' AND r.expires_at <= $2"
        );
        let coupons = sql!(
            "SELECT coupon_id FROM reservations
             WHERE shop_id = $1 AND status = 'active' AND expires_at <= $2 AND coupon_id IS NOT NULL"
        );
        let mut lapsed = Self { units: HashMap::new(), units_of_sales: HashMap::new(), uses: HashMap::new() };
        for row in source.query(shop, lines, &params![now]).await? {
            let (variant, sale, quantity): (i64, Option<i64>, i64) = (row.get(0), row.get(1), row.get(2));
            if row.get(3) {
                *lapsed.units.entry(variant).or_default() += quantity;
            }
            if let Some(sale) = sale {
                *lapsed.units_of_sales.entry((sale, variant)).or_default() += quantity;
            }
        }
        for row in source.query(shop, coupons, &params![now]).await? {
            *lapsed.uses.entry(row.get(0)).or_default() += 1;
        }
        Ok(lapsed)
    }
}

/// Enters what is in the copy's building as its first count; returns how many rows that made.
async fn count_stock(target: &mut Tx, shop: ShopId, now: Timestamp) -> Result<u64> {
    let enter = sql!(
        "INSERT INTO stock_movements (shop_id, variant_id, sequence, kind, on_hand_delta, reserved_delta, allocated_delta,
             on_hand_after, reserved_after, allocated_after, cause, actor, reason, at)
         SELECT shop_id, variant_id, 1, $2, on_hand, 0, 0, on_hand, 0, 0, $3, $3, '', CAST($4 AS BIGINT) FROM stock_items
         WHERE shop_id = $1 AND on_hand <> 0"
    );
    let number = sql!("UPDATE stock_items SET movements = 1 WHERE shop_id = $1 AND on_hand <> 0");
    let entered = target.execute(shop, enter, &params![MovementKind::Initial.as_str(), ACTOR, now]).await?;
    target.execute(shop, number, &[]).await?;
    Ok(entered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_says_how_it_goes_into_a_copy() {
        assert_eq!(PARTS.map(|(name, _)| name), TABLES);
    }
}
