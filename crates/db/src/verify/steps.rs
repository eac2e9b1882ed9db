//! The steps of every order: its status follows from its lines, what was sent stands on parcels, and each step has an actor and a
//! time.

use super::orders::name_of;
use super::{Books, Invariant};
use crate::{Result, Row, Value, params, sql};
use commerce::Timestamp;
use commerce::order::{FulfillmentStatus, OrderStatus};

/// What the history of one order has.
pub(super) struct Steps {
    sent: i64,
    called_off: i64,
    nameless: i64,
    first_at: Option<Timestamp>,
    units_on_parcels: i64,
}

/// The steps of these orders, in their order.
pub(super) async fn of(books: &mut Books<'_>, orders: &[Row]) -> Result<Vec<Steps>> {
    let steps = sql!(
        "SELECT CAST(COALESCE(SUM(CASE WHEN kind = 'fulfilled' THEN 1 ELSE 0 END), 0) AS BIGINT),
            CAST(COALESCE(SUM(CASE WHEN kind IN ('canceled', 'refund_begun') THEN 1 ELSE 0 END), 0) AS BIGINT),
            CAST(COALESCE(SUM(CASE WHEN actor = '' THEN 1 ELSE 0 END), 0) AS BIGINT),
            MIN(at),
            (SELECT CAST(COALESCE(SUM(l.quantity), 0) AS BIGINT) FROM fulfillments f
             JOIN fulfillment_lines l ON l.shop_id = f.shop_id AND l.fulfillment_id = f.fulfillment_id
             WHERE f.shop_id = $1 AND f.order_id = $2)
         FROM order_events WHERE shop_id = $1 AND order_id = $2"
    );
    let params: Vec<Vec<Value>> = orders.iter().map(|order| params![order.get::<i64>(1)].to_vec()).collect();
    let found = books.query_many(steps, &params).await?;
    Ok(found.iter().map(|rows| Steps::from(&rows[0])).collect())
}

impl From<&Row> for Steps {
    fn from(row: &Row) -> Self {
        Self {
            sent: row.get(0),
            called_off: row.get(1),
            nameless: row.get(2),
            first_at: row.get(3),
            units_on_parcels: row.get(4),
        }
    }
}

/// Whether the order stands where its lines and its steps have led it.
pub(super) fn check(books: &mut Books<'_>, order: &Row, lines: &[Row], steps: &Steps) {
    books.findings.row(Invariant::D5);
    let (status, fulfillment): (String, String) = (order.get(18), order.get(19));
    let placed_at: Timestamp = order.get(20);
    let units = |column: usize| lines.iter().map(|line| line.get::<i64>(column)).sum::<i64>();
    let (ordered, sent, called_off) = (units(1), units(7), units(8));
    let (expected, expected_fulfillment) = standing(ordered, sent, called_off);
    let detail = if status != expected.as_str() || fulfillment != expected_fulfillment.as_str() {
        let led_to = format!("{} and {}", expected.as_str(), expected_fulfillment.as_str());
        format!("is {status} and {fulfillment}; {sent} of {ordered} units sent and {called_off} called off make it {led_to}")
    } else if sent != steps.units_on_parcels {
        format!("has {sent} units sent, its parcels hold {}", steps.units_on_parcels)
    } else if sent > 0 && steps.sent == 0 {
        "was sent, but nothing says by whom".to_owned()
    } else if called_off > 0 && steps.called_off == 0 {
        "was called off, but nothing says by whom".to_owned()
    } else if steps.nameless > 0 {
        "has a step that nobody took".to_owned()
    } else if steps.first_at.is_some_and(|at| at < placed_at) {
        "has a step from before it was placed".to_owned()
    } else {
        return;
    };
    books.findings.broken(Invariant::D5, name_of(order), detail);
}

/// Where so many units lead an order.
fn standing(ordered: i64, sent: i64, called_off: i64) -> (OrderStatus, FulfillmentStatus) {
    match (sent > 0, sent + called_off == ordered) {
        (false, false) => (OrderStatus::Open, FulfillmentStatus::Unfulfilled),
        (true, false) => (OrderStatus::Open, FulfillmentStatus::Partial),
        (true, true) => (OrderStatus::Completed, FulfillmentStatus::Fulfilled),
        (false, true) => (OrderStatus::Canceled, FulfillmentStatus::Unfulfilled),
    }
}
