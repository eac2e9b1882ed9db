//! The counters of every variant against what reservations and orders claim. Their history is the journal's business.

use super::walk::Walk;
use super::{Books, Invariant};
use crate::{Result, Row, params, sql};
use commerce::stock::StockItem;

pub(super) async fn check(books: &mut Books<'_>) -> Result<()> {
    let counters = sql!(
        "SELECT s.variant_id, s.on_hand, s.reserved, s.allocated, s.oversell, s.movements,
            (SELECT CAST(COALESCE(MAX(m.sequence), 0) AS BIGINT) FROM stock_movements m
             WHERE m.shop_id = s.shop_id AND m.variant_id = s.variant_id),
            (SELECT CAST(COALESCE(SUM(l.quantity), 0) AS BIGINT) FROM reservation_lines l
             JOIN reservations r ON r.shop_id = l.shop_id AND r.reservation_id = l.reservation_id
             WHERE l.shop_id = s.shop_id AND l.variant_id = s.variant_id AND l.counted = 1 AND r.status = 'active'),
            (SELECT CAST(COALESCE(SUM(o.quantity - o.fulfilled - o.canceled), 0) AS BIGINT) FROM order_lines o
             WHERE o.shop_id = s.shop_id AND o.variant_id = s.variant_id AND o.counted = 1)
         FROM stock_items s WHERE s.shop_id = $1 AND s.variant_id > $2 ORDER BY s.variant_id LIMIT $3"
    );
    let mut walk = Walk::new(counters, &params![i64::MIN]);
    while let Some(rows) = walk.next(books).await? {
        rows.iter().for_each(|row| check_counters(books, row));
    }
    Ok(())
}

fn check_counters(books: &mut Books<'_>, row: &Row) {
    let findings = &mut books.findings;
    let name = format!("variant {}", row.get::<i64>(0));
    let item = StockItem { on_hand: row.get(1), reserved: row.get(2), allocated: row.get(3) };
    let StockItem { on_hand, reserved, allocated } = item;

    findings.row(Invariant::I1);
    let oversell: bool = row.get(4);
    if reserved < 0 || allocated < 0 || (!oversell && item.available() < 0) {
        let detail = format!("{on_hand} on hand, {reserved} reserved, {allocated} allocated: more is promised than there is");
        findings.broken(Invariant::I1, &name, detail);
    }

    findings.row(Invariant::I2);
    let (held, claimed): (i64, i64) = (row.get(7), row.get(8));
    if reserved != held {
        findings.broken(Invariant::I2, &name, format!("{reserved} reserved, active reservations hold {held}"));
    }
    if allocated != claimed {
        findings.broken(Invariant::I2, &name, format!("{allocated} allocated, orders still claim {claimed}"));
    }

    findings.row(Invariant::I3);
    let (counted, last): (i64, i64) = (row.get(5), row.get(6));
    if counted != last {
        findings.broken(Invariant::I3, &name, format!("{counted} movements counted, the last one is number {last}"));
    } else if last == 0 && item != StockItem::default() {
        let detail = format!("{on_hand} on hand, {reserved} reserved, {allocated} allocated without any movement");
        findings.broken(Invariant::I3, &name, detail);
    }
}
