//! Every reservation against the orders that grew out of it. What it holds is the journal's business.

use super::walk::Walk;
use super::{Books, Invariant};
use crate::{Result, Row, params, sql};
use commerce::reservation::ReservationStatus;

pub(super) async fn check(books: &mut Books<'_>) -> Result<()> {
    let reservations = sql!(
        "SELECT r.reservation_id, r.status, o.number FROM reservations r
         LEFT JOIN orders o ON o.shop_id = r.shop_id AND o.reservation_id = r.reservation_id
         WHERE r.shop_id = $1 AND r.reservation_id > $2 ORDER BY r.reservation_id LIMIT $3"
    );
    let mut walk = Walk::new(reservations, &params![i64::MIN]);
    while let Some(rows) = walk.next(books).await? {
        rows.iter().for_each(|row| check_end(books, row));
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
    books.findings.broken(Invariant::I4, format!("reservation {}", row.get::<i64>(0)), detail);
}
