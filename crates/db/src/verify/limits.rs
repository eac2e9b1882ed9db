//! The counters behind the limits of sales and coupons, against what reservations and orders claim.
//!
//! Whether a count is below its limit is not asked: a seller may lower a limit below what was sold already.

use super::proof::Named;
use super::sums::Sums;
use super::walk::Walk;
use super::{Books, Invariant};
use crate::{Result, Row, params, sql};

pub(super) async fn check(books: &mut Books<'_>, sums: &Sums) -> Result<()> {
    check_sales(books, sums).await?;
    check_coupons(books, sums).await
}

async fn check_sales(books: &mut Books<'_>, sums: &Sums) -> Result<()> {
    let items = sql!(
        "SELECT i.sale_id, i.variant_id, i.quantity_claimed,
            (SELECT CAST(COALESCE(SUM(c.quantity), 0) AS BIGINT) FROM customer_claims c
             WHERE c.shop_id = i.shop_id AND c.sale_id = i.sale_id AND c.variant_id = i.variant_id)
         FROM flash_sale_items i
         WHERE i.shop_id = $1 AND (i.sale_id, i.variant_id) > ($2, $3) ORDER BY i.sale_id, i.variant_id LIMIT $4"
    );
    let mut walk = Walk::at_one_instant(items, &params![i64::MIN, i64::MIN]);
    while let Some(rows) = walk.next(books).await? {
        rows.iter().for_each(|row| check_item(books, row, sums));
    }
    Ok(())
}

fn check_item(books: &mut Books<'_>, item: &Row, sums: &Sums) {
    books.findings.row(Invariant::L1);
    let [sale, variant, claimed, by_customers] = [0, 1, 2, 3].map(|column| item.get::<i64>(column));
    let [held, ordered] =
        [&sums.held_of_sales, &sums.ordered_of_sales].map(|units| units.get(&(sale, variant)).copied().unwrap_or(0));
    if claimed != held + ordered || by_customers != claimed {
        let name = Named::of_variant(variant, format!("sale {sale}, variant {variant}"));
        let detail = format!(
            "{claimed} units counted, {by_customers} counted by customer; reservations hold {held}, orders have {ordered}"
        );
        books.findings.broken(Invariant::L1, name, detail);
    }
}

async fn check_coupons(books: &mut Books<'_>, sums: &Sums) -> Result<()> {
    let coupons = sql!(
        "SELECT c.coupon_id, c.code, c.uses_claimed,
            (SELECT CAST(COALESCE(SUM(u.uses), 0) AS BIGINT) FROM coupon_claims u
             WHERE u.shop_id = c.shop_id AND u.coupon_id = c.coupon_id)
         FROM coupons c WHERE c.shop_id = $1 AND c.coupon_id > $2 ORDER BY c.coupon_id LIMIT $3"
    );
    let mut walk = Walk::at_one_instant(coupons, &params![i64::MIN]);
    while let Some(rows) = walk.next(books).await? {
        for row in &rows {
            books.findings.row(Invariant::L2);
            let (id, claimed, by_customers): (i64, i64, i64) = (row.get(0), row.get(2), row.get(3));
            let [held, ordered] = [&sums.coupons_held, &sums.coupons_ordered].map(|uses| uses.get(&id).copied().unwrap_or(0));
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
