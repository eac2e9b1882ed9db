//! The counters of every variant against what reservations and orders claim. Their history is the journal's business.

use super::proof::Named;
use super::sums::Sums;
use super::walk::Walk;
use super::{Books, Invariant};
use crate::{Result, Row, params, sql};
use commerce::stock::StockItem;

pub(super) async fn check(books: &mut Books<'_>, sums: &Sums) -> Result<()> {
    let counters = sql!(
        "SELECT s.variant_id, s.on_hand, s.reserved, s.allocated, s.oversell, s.movements,
            (SELECT CAST(COALESCE(MAX(m.sequence), 0) AS BIGINT) FROM stock_movements m
             WHERE m.shop_id = s.shop_id AND m.variant_id = s.variant_id)
         FROM stock_items s WHERE s.shop_id = $1 AND s.variant_id > $2 ORDER BY s.variant_id LIMIT $3"
    );
    let mut walk = Walk::at_one_instant(counters, &params![i64::MIN]);
    while let Some(rows) = walk.next(books).await? {
        rows.iter().for_each(|row| check_counters(books, row, sums));
    }
    Ok(())
}

fn check_counters(books: &mut Books<'_>, row: &Row, sums: &Sums) {
    let findings = &mut books.findings;
    let variant: i64 = row.get(0);
    let name = || Named::of_variant(variant, format!("variant {variant}"));
    let item = StockItem { on_hand: row.get(1), reserved: row.get(2), allocated: row.get(3) };
    let StockItem { on_hand, reserved, allocated } = item;

    findings.row(Invariant::I1);
    let oversell: bool = row.get(4);
    if reserved < 0 || allocated < 0 || (!oversell && item.available() < 0) {
        let detail = format!("{on_hand} on hand, {reserved} reserved, {allocated} allocated: more is promised than there is");
        findings.broken(Invariant::I1, name(), detail);
    }

    findings.row(Invariant::I2);
    let [held, claimed] = [&sums.held, &sums.allocated].map(|sum| sum.get(&variant).copied().unwrap_or(0));
    if reserved != held {
        findings.broken(Invariant::I2, name(), format!("{reserved} reserved, active reservations hold {held}"));
    }
    if allocated != claimed {
        findings.broken(Invariant::I2, name(), format!("{allocated} allocated, orders still claim {claimed}"));
    }

    findings.row(Invariant::I3);
    let (counted, last): (i64, i64) = (row.get(5), row.get(6));
    if counted != last {
        findings.broken(Invariant::I3, name(), format!("{counted} movements counted, the last one is number {last}"));
    } else if last == 0 && item != StockItem::default() {
        let detail = format!("{on_hand} on hand, {reserved} reserved, {allocated} allocated without any movement");
        findings.broken(Invariant::I3, name(), detail);
    }
}
