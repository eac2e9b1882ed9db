//! Every trace that an order leaves elsewhere, followed back: a checkout or a letter that speaks of an order which is not there
//! is an order that was confirmed and lost.

use super::walk::Walk;
use super::{Books, Invariant};
use crate::{Result, Row, params, sql};

pub(super) async fn check(books: &mut Books<'_>) -> Result<()> {
    let checkouts = sql!(
        "SELECT c.checkout_id, c.order_id, o.checkout_id, c.reservation_id, r.checkout_id FROM checkouts c
         LEFT JOIN orders o ON o.shop_id = c.shop_id AND o.order_id = c.order_id
         LEFT JOIN reservations r ON r.shop_id = c.shop_id AND r.reservation_id = c.reservation_id
         WHERE c.shop_id = $1 AND c.checkout_id > $2 ORDER BY c.checkout_id LIMIT $3"
    );
    let mut walk = Walk::new(checkouts, &params![""]);
    while let Some(rows) = walk.next(books).await? {
        for row in &rows {
            check_order(books, row);
            check_reservation(books, row);
        }
    }
    check_letters(books).await
}

fn check_order(books: &mut Books<'_>, row: &Row) {
    let (checkout, order, back): (String, Option<i64>, Option<String>) = (row.get(0), row.get(1), row.get(2));
    books.findings.row(Invariant::D1);
    books.findings.row(Invariant::D2);
    let Some(order) = order else { return };
    let name = format!("checkout {checkout}");
    match back {
        None => books.findings.broken(Invariant::D1, name, format!("led to an order with the id {order} that does not exist")),
        Some(back) if back != checkout => {
            books.findings.broken(Invariant::D2, name, format!("led to the order of another checkout, with the id {order}"));
        }
        Some(_) => {}
    }
}

fn check_reservation(books: &mut Books<'_>, row: &Row) {
    books.findings.row(Invariant::K3);
    let (checkout, reservation, made_for): (String, i64, Option<String>) = (row.get(0), row.get(3), row.get(4));
    let detail = match made_for {
        None => format!("stands for reservation {reservation}, which does not exist"),
        Some(other) if other != checkout => format!("stands for reservation {reservation}, which was made for checkout {other}"),
        Some(_) => return,
    };
    books.findings.broken(Invariant::K3, format!("checkout {checkout}"), detail);
}

/// A confirmation is written in the commit of its order.
async fn check_letters(books: &mut Books<'_>) -> Result<()> {
    let letters = sql!(
        "SELECT b.outbox_id, b.subject_id, o.order_id FROM outbox b
         LEFT JOIN orders o ON o.shop_id = b.shop_id AND o.order_id = b.subject_id
         WHERE b.shop_id = $1 AND b.outbox_id > $2 AND b.kind IN ('order_placed', 'order_canceled')
         ORDER BY b.outbox_id LIMIT $3"
    );
    let mut walk = Walk::new(letters, &params![i64::MIN]);
    while let Some(rows) = walk.next(books).await? {
        for row in &rows {
            books.findings.row(Invariant::D1);
            if row.get::<Option<i64>>(2).is_none() {
                let detail = format!("confirms an order with the id {} that does not exist", row.get::<i64>(1));
                books.findings.broken(Invariant::D1, format!("letter {}", row.get::<i64>(0)), detail);
            }
        }
    }
    Ok(())
}
