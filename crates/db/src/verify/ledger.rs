//! The money ledger: the money at the provider is what payments and refunds say, at one instant. That each entry has both its
//! sides, the table sees to.

use super::walk::Walk;
use super::{Books, Invariant};
use crate::{Result, params, sql};
use std::collections::BTreeMap;

/// The account of the money that is at the payment provider.
const PROVIDER: &str = "provider";

pub(super) async fn check(books: &mut Books<'_>) -> Result<()> {
    let entries = sql!(
        "SELECT entry_id, debit, credit, amount_minor, currency FROM ledger_entries
         WHERE shop_id = $1 AND entry_id > $2 ORDER BY entry_id LIMIT $3"
    );
    let mut walk = Walk::at_one_instant(entries, &params![i64::MIN]);
    let mut at_provider: BTreeMap<String, i128> = BTreeMap::new();
    while let Some(rows) = walk.next(books).await? {
        for row in &rows {
            books.findings.row(Invariant::P4);
            let (debit, credit, amount): (String, String, i128) = (row.get(1), row.get(2), row.get::<i64>(3).into());
            let came_in = i128::from(debit == PROVIDER) - i128::from(credit == PROVIDER);
            *at_provider.entry(row.get(4)).or_default() += came_in * amount;
        }
    }
    check_provider(books, at_provider).await
}

async fn check_provider(books: &mut Books<'_>, mut at_provider: BTreeMap<String, i128>) -> Result<()> {
    let captured = sql!(
        "SELECT currency, CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) FROM payments
         WHERE shop_id = $1 AND status IN ('captured', 'refunded', 'partially_refunded') GROUP BY currency"
    );
    let given_back = sql!(
        "SELECT p.currency, CAST(COALESCE(SUM(f.amount_minor), 0) AS BIGINT) FROM refunds f
         JOIN payments p ON p.shop_id = f.shop_id AND p.payment_id = f.payment_id
         WHERE f.shop_id = $1 AND f.status = 'succeeded' GROUP BY p.currency"
    );
    let mut expected: BTreeMap<String, i128> = BTreeMap::new();
    for row in books.query(captured, &[]).await? {
        *expected.entry(row.get(0)).or_default() += i128::from(row.get::<i64>(1));
    }
    for row in books.query(given_back, &[]).await? {
        *expected.entry(row.get(0)).or_default() -= i128::from(row.get::<i64>(1));
    }
    for (currency, payments_say) in expected {
        let ledger_says = at_provider.remove(&currency).unwrap_or(0);
        if ledger_says != payments_say {
            let detail = format!("{ledger_says} {currency} by the ledger, {payments_say} by payments and refunds (minor units)");
            books.findings.broken(Invariant::P4, "money at the provider", detail);
        }
    }
    for (currency, ledger_says) in at_provider.into_iter().filter(|(_, sum)| *sum != 0) {
        let detail = format!("{ledger_says} {currency} by the ledger, no payment in that currency (minor units)");
        books.findings.broken(Invariant::P4, "money at the provider", detail);
    }
    Ok(())
}
