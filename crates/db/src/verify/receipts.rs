//! The receipts that buyers saw against the orders that there are.

use super::proof::Named;
use super::sold_out::{Histories, SoldOut};
use super::{Books, Invariant};
use crate::{Result, Row, Value, params, sql};
use commerce::cart::CartLine;
use commerce::{Currency, Money, VariantId};
use std::collections::BTreeMap;

/// Things told that are looked at together.
const TOLD_AT_ONCE: usize = 1_000;

/// Something that a buyer was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// An order was placed.
    Receipt(Receipt),
    /// There are too few units.
    SoldOut(SoldOut),
}

/// A receipt as its buyer saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The order's number.
    pub number: i64,
    /// The checkout page that was sent for it.
    pub checkout_id: String,
    /// What was charged.
    pub total: Money,
    /// What was bought.
    pub lines: Vec<CartLine>,
}

pub(super) async fn check(books: &mut Books<'_>, mut told: impl Iterator<Item = Told>) -> Result<()> {
    let mut histories = Histories::default();
    loop {
        let (mut receipts, mut sold_out) = (Vec::new(), Vec::new());
        for told in told.by_ref().take(TOLD_AT_ONCE) {
            match told {
                Told::Receipt(receipt) => receipts.push(receipt),
                Told::SoldOut(answer) => sold_out.push(answer),
            }
        }
        if receipts.is_empty() && sold_out.is_empty() {
            return Ok(());
        }
        books.breathe().await?;
        books.turn_the_page().await?;
        check_receipts(books, &receipts).await?;
        for answer in &sold_out {
            histories.check(books, answer).await?;
        }
    }
}

async fn check_receipts(books: &mut Books<'_>, receipts: &[Receipt]) -> Result<()> {
    let order = sql!("SELECT order_id, checkout_id, total_minor, currency FROM orders WHERE shop_id = $1 AND number = $2");
    let lines = sql!(
        "SELECT l.variant_id, CAST(SUM(l.quantity) AS BIGINT) FROM orders o
         JOIN order_lines l ON l.shop_id = o.shop_id AND l.order_id = o.order_id
         WHERE o.shop_id = $1 AND o.number = $2 GROUP BY l.variant_id ORDER BY l.variant_id"
    );
    let numbers: Vec<Vec<Value>> = receipts.iter().map(|receipt| params![receipt.number].to_vec()).collect();
    let orders = books.query_many(order, &numbers).await?;
    let lines = books.query_many(lines, &numbers).await?;
    for ((receipt, order), lines) in receipts.iter().zip(&orders).zip(&lines) {
        books.findings.row(Invariant::R1);
        let Some(order) = order.first() else {
            let detail = format!("there is no such order; its checkout is {}", receipt.checkout_id);
            books.findings.broken(Invariant::R1, format!("receipt of order {}", receipt.number), detail);
            continue;
        };
        check_order(books, receipt, order, lines);
    }
    Ok(())
}

fn check_order(books: &mut Books<'_>, receipt: &Receipt, order: &Row, lines: &[Row]) {
    let (id, checkout): (i64, String) = (order.get(0), order.get(1));
    let name = || Named::of_order(id, format!("receipt of order {}", receipt.number));
    books.findings.row(Invariant::R3);
    if checkout != receipt.checkout_id {
        // The rest is compared with nobody's order but one's own.
        let detail = format!("was given to checkout {}, the order came from checkout {checkout}", receipt.checkout_id);
        return books.findings.broken(Invariant::R3, name(), detail);
    }
    books.findings.row(Invariant::R2);
    let (total_minor, code): (i64, String) = (order.get(2), order.get(3));
    let total = Currency::from_code(&code).map(|currency| Money::new(total_minor, currency));
    let ordered = lines.iter().map(|line| (VariantId(line.get(0)), line.get::<i64>(1))).collect();
    if total != Some(receipt.total) {
        let order_says = total.map_or(code, |total| total.to_string());
        books.findings.broken(Invariant::R2, name(), format!("says {}, the order {order_says}", receipt.total));
    } else if units_of(receipt) != ordered {
        let detail = format!("is for {}, the order for {}", spelled(&units_of(receipt)), spelled(&ordered));
        books.findings.broken(Invariant::R2, name(), detail);
    }
}

fn units_of(receipt: &Receipt) -> BTreeMap<VariantId, i64> {
    let mut units = BTreeMap::new();
    for line in &receipt.lines {
        *units.entry(line.variant).or_default() += i64::from(line.quantity);
    }
    units
}

/// `2 of variant 17 and 1 of variant 18`.
fn spelled(units: &BTreeMap<VariantId, i64>) -> String {
    let parts: Vec<String> = units.iter().map(|(variant, units)| format!("{units} of variant {variant}")).collect();
    if parts.is_empty() { "nothing".into() } else { parts.join(" and ") }
}
