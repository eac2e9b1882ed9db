//! Every order, in the order of their numbers: where it came from, what it cost, what was paid, what went back, and whether it
//! stands where its steps have led it.

use super::amounts::{Amounts, LineAmounts, add_up};
use super::proof::Named;
use super::walk::Walk;
use super::{Books, Invariant, steps};
use crate::{Result, Row, Value, params, sql};
use commerce::order::OrderDetails;

/// The number of a shop's first order.
const FIRST_NUMBER: i64 = 1_001;

pub(super) async fn check(books: &mut Books<'_>) -> Result<()> {
    let orders = sql!(
        "SELECT o.number, o.order_id, o.reservation_id, o.currency, o.subtotal_minor, o.discount_minor, o.shipping_minor,
            o.tax_minor, o.total_minor, o.refunded_minor, COALESCE(r.details, ''),
            c.order_id, c.reservation_id, p.order_id, p.amount_minor, p.currency, p.status,
            (SELECT CAST(COALESCE(SUM(f.amount_minor), 0) AS BIGINT) FROM refunds f
             WHERE f.shop_id = o.shop_id AND f.order_id = o.order_id AND f.status <> 'failed'),
            o.status, o.fulfillment_status, o.placed_at
         FROM orders o
         LEFT JOIN checkouts c ON c.shop_id = o.shop_id AND c.checkout_id = o.checkout_id
         LEFT JOIN payments p ON p.shop_id = o.shop_id AND p.payment_id = o.payment_id
         LEFT JOIN reservations r ON r.shop_id = o.shop_id AND r.reservation_id = o.reservation_id
         WHERE o.shop_id = $1 AND o.number > $2 ORDER BY o.number LIMIT $3"
    );
    let mut walk = Walk::new(orders, &params![i64::MIN]);
    let mut expected = FIRST_NUMBER;
    let given_out = last_number(books).await?;
    while let Some(rows) = walk.next(books).await? {
        let lines = lines_of(books, &rows).await?;
        let steps = steps::of(books, &rows).await?;
        for ((row, lines), steps) in rows.iter().zip(&lines).zip(&steps) {
            check_number(books, row, expected);
            expected = row.get::<i64>(0) + 1;
            check_origin(books, row);
            check_amounts(books, row, lines);
            check_payment(books, row);
            check_refunds(books, row);
            steps::check(books, row, lines, steps);
        }
    }
    check_last_number(books, given_out, expected - 1);
    Ok(())
}

/// The last number that was given out; the first order's predecessor when none was.
async fn last_number(books: &mut Books<'_>) -> Result<i64> {
    let counter = sql!("SELECT value FROM shop_counters WHERE shop_id = $1 AND name = 'order_number'");
    Ok(books.query(counter, &[]).await?.first().map_or(FIRST_NUMBER - 1, |row| row.get(0)))
}

/// The counter was read before the orders: all that it had counted then must have been among them.
fn check_last_number(books: &mut Books<'_>, given_out: i64, last: i64) {
    books.findings.row(Invariant::D1);
    if last < given_out {
        let detail = format!("was given out, but the last order there is has the number {last}");
        books.findings.broken(Invariant::D1, format!("order {given_out}"), detail);
    }
}

async fn lines_of(books: &mut Books<'_>, orders: &[Row]) -> Result<Vec<Vec<Row>>> {
    let lines = sql!(
        "SELECT line, quantity, price_minor, subtotal_minor, discount_minor, tax_minor, total_minor, fulfilled, canceled
         FROM order_lines WHERE shop_id = $1 AND order_id = $2 ORDER BY line"
    );
    let params: Vec<Vec<Value>> = orders.iter().map(|order| params![order.get::<i64>(1)].to_vec()).collect();
    books.query_many(lines, &params).await
}

/// The order by its number.
pub(super) fn name_of(order: &Row) -> Named {
    Named::of_order(order.get(1), format!("order {}", order.get::<i64>(0)))
}

/// Numbers are given out in the transaction that stores the order, so a gap means that an order has vanished.
fn check_number(books: &mut Books<'_>, order: &Row, expected: i64) {
    books.findings.row(Invariant::D2);
    if order.get::<i64>(0) != expected {
        books.findings.broken(Invariant::D2, name_of(order), format!("follows where order {expected} should stand"));
    }
}

fn check_origin(books: &mut Books<'_>, order: &Row) {
    let (id, reservation): (i64, i64) = (order.get(1), order.get(2));
    let (leads_to, held_by): (Option<i64>, Option<i64>) = (order.get(11), order.get(12));
    let detail = match (leads_to, held_by) {
        (_, None) => "came from no checkout".to_owned(),
        (Some(other), _) if other != id => format!("its checkout led to another order, with the id {other}"),
        (None, _) => "its checkout knows of no order".to_owned(),
        (_, Some(held)) if held != reservation => format!("grew out of reservation {reservation}, its checkout out of {held}"),
        _ => return,
    };
    books.findings.broken(Invariant::D2, name_of(order), detail);
}

fn check_amounts(books: &mut Books<'_>, order: &Row, lines: &[Row]) {
    books.findings.row(Invariant::P2);
    let amounts = Amounts {
        subtotal: order.get(4),
        discount: order.get(5),
        shipping: order.get(6),
        tax: order.get(7),
        total: order.get(8),
    };
    let lines: Vec<LineAmounts> = (lines.iter())
        .map(|line| LineAmounts {
            line: line.get(0),
            quantity: line.get(1),
            price: line.get(2),
            subtotal: line.get(3),
            discount: line.get(4),
            tax: line.get(5),
            total: line.get(6),
        })
        .collect();
    let verdict = match serde_json::from_str::<OrderDetails>(&order.get::<String>(10)) {
        Ok(details) => add_up(amounts, &lines, &details.quote),
        Err(error) => Err(format!("what was agreed cannot be read: {error}")),
    };
    if let Err(detail) = verdict {
        books.findings.broken(Invariant::P2, name_of(order), detail);
    }
}

fn check_payment(books: &mut Books<'_>, order: &Row) {
    let (id, currency, total): (i64, String, i64) = (order.get(1), order.get(3), order.get(8));
    let Some(amount) = order.get::<Option<i64>>(14) else {
        return books.findings.broken(Invariant::P2, name_of(order), "its payment does not exist");
    };
    let (paid_order, paid_currency, status): (Option<i64>, String, String) = (order.get(13), order.get(15), order.get(16));
    if amount != total || paid_currency != currency {
        let detail = format!("costs {total} {currency}, {amount} {paid_currency} was paid (minor units)");
        books.findings.broken(Invariant::P2, name_of(order), detail);
    } else if !super::payments::is_captured(&status) {
        books.findings.broken(Invariant::P2, name_of(order), format!("stands though its payment is {status}"));
    }
    books.findings.row(Invariant::P1);
    if paid_order != Some(id) {
        books.findings.broken(Invariant::P1, name_of(order), "its payment does not say that it paid this order");
    }
}

fn check_refunds(books: &mut Books<'_>, order: &Row) {
    books.findings.row(Invariant::P4);
    let (total, refunded, given_back): (i64, i64, i64) = (order.get(8), order.get(9), order.get(17));
    if refunded != given_back || refunded > total {
        let detail = format!("says {refunded} of {total} went back, its refunds are {given_back} (minor units)");
        books.findings.broken(Invariant::P4, name_of(order), detail);
    }
}
