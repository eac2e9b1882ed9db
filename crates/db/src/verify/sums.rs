//! What active reservations hold and what orders still claim, summed over the whole shop at one instant: the counters that the
//! order writer keeps are held against these.
//!
//! The sums are as many as there are variants, items of sales and coupons. The rows themselves are summed where they are.

use super::Books;
use crate::{Result, Row, params, sql};
use std::collections::HashMap;

/// Orders summed by one statement.
const ORDERS_AT_ONCE: i64 = 10_000;

/// Units by variant, units of sales by item, and uses by coupon.
#[derive(Default)]
pub(super) struct Sums {
    pub(super) held: HashMap<i64, i64>,
    pub(super) allocated: HashMap<i64, i64>,
    pub(super) held_of_sales: HashMap<(i64, i64), i64>,
    pub(super) ordered_of_sales: HashMap<(i64, i64), i64>,
    pub(super) coupons_held: HashMap<i64, i64>,
    pub(super) coupons_ordered: HashMap<i64, i64>,
}

/// Reads them at the instant at which the books are open, and leaves them open at it.
pub(super) async fn read(books: &mut Books<'_>) -> Result<Sums> {
    let mut sums = Sums::default();
    read_reservations(books, &mut sums).await?;
    let mut after = i64::MIN;
    while let Some(until) = next_orders(books, after).await? {
        read_orders(books, &mut sums, after, until).await?;
        after = until;
        books.breathe().await?;
    }
    Ok(sums)
}

async fn read_reservations(books: &mut Books<'_>, sums: &mut Sums) -> Result<()> {
    let held = sql!(
        "SELECT l.variant_id, l.sale_id, CAST(SUM(l.quantity) AS BIGINT),
            CAST(SUM(CASE WHEN l.counted = 1 THEN l.quantity ELSE 0 END) AS BIGINT)
         FROM reservations r
         JOIN reservation_lines l ON l.shop_id = r.shop_id AND l.reservation_id = r.reservation_id
         WHERE r.shop_id = $1 AND r.status = 'active' GROUP BY l.variant_id, l.sale_id"
    );
    let coupons = sql!(
        "SELECT coupon_id, COUNT(*) FROM reservations
         WHERE shop_id = $1 AND status = 'active' AND coupon_id IS NOT NULL GROUP BY coupon_id"
    );
    for row in &books.query(held, &[]).await? {
        add_units(row, &mut sums.held, &mut sums.held_of_sales);
    }
    for row in &books.query(coupons, &[]).await? {
        *sums.coupons_held.entry(row.get(0)).or_default() += row.get::<i64>(1);
    }
    Ok(())
}

/// The id up to which the next orders are summed; `None` after the last.
async fn next_orders(books: &mut Books<'_>, after: i64) -> Result<Option<i64>> {
    let next = sql!(
        "SELECT MAX(order_id) FROM (
             SELECT order_id FROM orders WHERE shop_id = $1 AND order_id > $2 ORDER BY order_id LIMIT $3) n"
    );
    let rows = books.query(next, &params![after, ORDERS_AT_ONCE]).await?;
    Ok(rows.first().and_then(|row| row.get(0)))
}

async fn read_orders(books: &mut Books<'_>, sums: &mut Sums, after: i64, until: i64) -> Result<()> {
    let ordered = sql!(
        "SELECT variant_id, sale_id, CAST(SUM(quantity - canceled) AS BIGINT),
            CAST(SUM(CASE WHEN counted = 1 THEN quantity - fulfilled - canceled ELSE 0 END) AS BIGINT)
         FROM order_lines WHERE shop_id = $1 AND order_id > $2 AND order_id <= $3 GROUP BY variant_id, sale_id"
    );
    let coupons = sql!(
        "SELECT coupon_id, COUNT(*) FROM orders
         WHERE shop_id = $1 AND order_id > $2 AND order_id <= $3 AND status <> 'canceled' AND coupon_id IS NOT NULL
         GROUP BY coupon_id"
    );
    let range = params![after, until];
    for row in &books.query(ordered, &range).await? {
        add_units(row, &mut sums.allocated, &mut sums.ordered_of_sales);
    }
    for row in &books.query(coupons, &range).await? {
        *sums.coupons_ordered.entry(row.get(0)).or_default() += row.get::<i64>(1);
    }
    Ok(())
}

/// A row of variant, sale, units, units that are counted in stock.
fn add_units(row: &Row, of_variants: &mut HashMap<i64, i64>, of_sales: &mut HashMap<(i64, i64), i64>) {
    let (variant, sale, units, counted): (i64, Option<i64>, i64, i64) = (row.get(0), row.get(1), row.get(2), row.get(3));
    *of_variants.entry(variant).or_default() += counted;
    if let Some(sale) = sale {
        *of_sales.entry((sale, variant)).or_default() += units;
    }
}
