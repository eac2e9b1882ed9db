//! Every reservation against the order that grew out of it and the checkout it was made for. What it holds is the journal's
//! business.

use super::proof::Named;
use super::walk::Walk;
use super::{Books, Invariant};
use crate::{Result, Row, params, sql};
use commerce::reservation::ReservationStatus;

pub(super) async fn check(books: &mut Books<'_>) -> Result<()> {
    let reservations = sql!(
        "SELECT r.reservation_id, r.status, o.number, o.order_id, r.checkout_id, c.reservation_id FROM reservations r
         LEFT JOIN orders o ON o.shop_id = r.shop_id AND o.reservation_id = r.reservation_id
         LEFT JOIN checkouts c ON c.shop_id = r.shop_id AND c.checkout_id = r.checkout_id
         WHERE r.shop_id = $1 AND r.reservation_id > $2 ORDER BY r.reservation_id LIMIT $3"
    );
    let mut walk = Walk::new(reservations, &params![i64::MIN]);
    while let Some(rows) = walk.next(books).await? {
        for row in &rows {
            check_end(books, row);
            check_checkout(books, row);
        }
    }
    Ok(())
}

fn check_end(books: &mut Books<'_>, row: &Row) {
    books.findings.row(Invariant::I4);
    let (status, order): (String, Option<i64>) = (row.get(1), row.get(2));
    let converted = status == ReservationStatus::Converted.as_str();
    let detail = match order {
        Some(number) if !converted => format!("is {status}, yet order {number} grew out of it"),
        None if converted => "became an order that does not exist".to_owned(),
        _ => return,
    };
    books.findings.broken(Invariant::I4, named(row), detail);
}

/// A checkout names one reservation: any other that was made for it has given back what it held.
fn check_checkout(books: &mut Books<'_>, row: &Row) {
    books.findings.row(Invariant::K1);
    let (id, status, checkout): (i64, String, String) = (row.get(0), row.get(1), row.get(4));
    let had_effect = [ReservationStatus::Active, ReservationStatus::Converted].iter().any(|effect| effect.as_str() == status);
    let detail = match row.get::<Option<i64>>(5) {
        None => format!("was made for checkout {checkout}, which nobody has ever sent"),
        Some(named) if named != id && had_effect => {
            format!("is {status} for checkout {checkout}, which stands for reservation {named}")
        }
        Some(_) => return,
    };
    books.findings.broken(Invariant::K1, named(row), detail);
}

fn named(row: &Row) -> Named {
    let name = format!("reservation {}", row.get::<i64>(0));
    row.get::<Option<i64>>(3).map_or(Named::from(name.as_str()), |order| Named::of_order(order, name))
}
