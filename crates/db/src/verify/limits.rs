//! The counters behind the limits of sales and coupons, against what reservations and orders claim.
//!
//! Whether a count is below its limit is not asked: a seller may lower a limit below what was sold already.

use super::walk::Walk;
use super::{Books, Invariant};
use crate::{Result, Row, ShopSql, params, sql};
use std::collections::HashMap;

pub(super) async fn check(books: &mut Books<'_>) -> Result<()> {
    check_sales(books).await?;
    check_coupons(books).await
}

async fn check_sales(books: &mut Books<'_>) -> Result<()> {
    let items = sql!(
        "SELECT i.sale_id, i.variant_id, i.quantity_claimed,
            (SELECT CAST(COALESCE(SUM(c.quantity), 0) AS BIGINT) FROM customer_claims c
             WHERE c.shop_id = i.shop_id AND c.sale_id = i.sale_id AND c.variant_id = i.variant_id),
            (SELECT CAST(COALESCE(SUM(l.quantity), 0) AS BIGINT) FROM reservation_lines l
             JOIN reservations r ON r.shop_id = l.shop_id AND r.reservation_id = l.reservation_id
             WHERE l.shop_id = i.shop_id AND l.variant_id = i.variant_id AND l.sale_id = i.sale_id AND r.status = 'active'),
            (SELECT CAST(COALESCE(SUM(o.quantity - o.canceled), 0) AS BIGINT) FROM order_lines o
             WHERE o.shop_id = i.shop_id AND o.variant_id = i.variant_id AND o.sale_id = i.sale_id)
         FROM flash_sale_items i
         WHERE i.shop_id = $1 AND (i.sale_id, i.variant_id) > ($2, $3) ORDER BY i.sale_id, i.variant_id LIMIT $4"
    );
    let mut walk = Walk::new(items, &params![i64::MIN, i64::MIN]);
    while let Some(rows) = walk.next(books).await? {
        rows.iter().for_each(|row| check_item(books, row));
    }
    Ok(())
}

fn check_item(books: &mut Books<'_>, item: &Row) {
    books.findings.row(Invariant::L1);
    let [claimed, by_customers, held, ordered] = [2, 3, 4, 5].map(|column| item.get::<i64>(column));
    if claimed != held + ordered || by_customers != claimed {
        let name = format!("sale {}, variant {}", item.get::<i64>(0), item.get::<i64>(1));
        let detail = format!(
            "{claimed} units counted, {by_customers} counted by customer; reservations hold {held}, orders have {ordered}"
        );
        books.findings.broken(Invariant::L1, name, detail);
    }
}

async fn check_coupons(books: &mut Books<'_>) -> Result<()> {
    let held = sql!(
        "SELECT coupon_id, COUNT(*) FROM reservations
         WHERE shop_id = $1 AND status = 'active' AND coupon_id IS NOT NULL GROUP BY coupon_id"
    );
    let ordered = sql!(
        "SELECT coupon_id, COUNT(*) FROM orders
         WHERE shop_id = $1 AND status <> 'canceled' AND coupon_id IS NOT NULL GROUP BY coupon_id"
    );
    let (held, ordered) = (by_coupon(books, held).await?, by_coupon(books, ordered).await?);
    let coupons = sql!(
        "SELECT c.coupon_id, c.code, c.uses_claimed,
            (SELECT CAST(COALESCE(SUM(u.uses), 0) AS BIGINT) FROM coupon_claims u
             WHERE u.shop_id = c.shop_id AND u.coupon_id = c.coupon_id)
         FROM coupons c WHERE c.shop_id = $1 AND c.coupon_id > $2 ORDER BY c.coupon_id LIMIT $3"
    );
    let mut walk = Walk::new(coupons, &params![i64::MIN]);
    while let Some(rows) = walk.next(books).await? {
        for row in &rows {
            books.findings.row(Invariant::L2);
            let (id, claimed, by_customers): (i64, i64, i64) = (row.get(0), row.get(2), row.get(3));
            let [held, ordered] = [&held, &ordered].map(|uses| uses.get(&id).copied().unwrap_or(0));
            if claimed != held + ordered || by_customers != claimed {
                let name = format!("coupon {} ({id})", row.get::<String>(1));
                let detail = format!(
                    "{claimed} uses counted, {by_customers} counted by customer; reservations hold {held}, orders have {ordered}"
                );
                books.findings.broken(Invariant::L2, name, detail);
            }
        }
    }
    Ok(())
}

/// Uses by coupon. A shop has far fewer coupons than orders: these fit into memory.
async fn by_coupon(books: &mut Books<'_>, uses: ShopSql) -> Result<HashMap<i64, i64>> {
    Ok(books.tx.query(books.shop, uses, &[]).await?.iter().map(|row| (row.get(0), row.get(1))).collect())
}
