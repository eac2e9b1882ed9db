//! The active reservations: each runs out in time, and nobody has more of them than the shop allows. Whether each has taken what
//! it claims is the journal's business.

use super::walk::Walk;
use super::{Books, Invariant};
use crate::{Error, Result, Row, nodes, params, sql};
use commerce::Timestamp;
use commerce::shop::CheckoutSettings;
use std::collections::{BTreeMap, BTreeSet};

/// The longest that any shop's settings let a reservation last, minutes.
const HELD_MINUTES_MAX: i64 = 24 * 60;

/// How long after its end a reservation may wait for the server that ends it, seconds: it looks four times as often, and another
/// takes its place within half of this.
const TIDIED_SECONDS_MAX: i64 = 60;

/// Units of one customer or visitor.
#[derive(Default)]
struct Held {
    units: i64,
    reservations: BTreeSet<i64>,
}

pub(super) async fn check(books: &mut Books<'_>) -> Result<()> {
    let (settings, since) = settings(books).await?;
    let active = sql!(
        "SELECT r.reservation_id, r.customer_key, r.visitor, r.created_at, r.expires_at,
            (SELECT CAST(COALESCE(SUM(l.quantity), 0) AS BIGINT) FROM reservation_lines l
             WHERE l.shop_id = r.shop_id AND l.reservation_id = r.reservation_id)
         FROM reservations r
         WHERE r.shop_id = $1 AND r.status = 'active' AND r.reservation_id > $2 ORDER BY r.reservation_id LIMIT $3"
    );
    // As many as there are unpaid checkouts: these fit into memory. One instant, because a customer's holds come and go together.
    let mut walk = Walk::at_one_instant(active, &params![i64::MIN]);
    let mut held: BTreeMap<(&str, String), Held> = BTreeMap::new();
    while let Some(rows) = walk.next(books).await? {
        for row in &rows {
            check_end(books, row);
            books.findings.row(Invariant::L3);
            let (created_at, expires_at): (Timestamp, Timestamp) = (row.get(3), row.get(4));
            // What had run out did not count, and an older limit is no limit any more.
            if expires_at <= books.now || created_at < since {
                continue;
            }
            let (customer, visitor): (String, String) = (row.get(1), row.get(2));
            let holders = [("customer", customer), ("visitor", visitor)];
            for holder in holders.into_iter().filter(|(_, name)| !name.is_empty()) {
                let held = held.entry(holder).or_default();
                held.units += row.get::<i64>(5);
                held.reservations.insert(row.get(0));
            }
        }
    }
    for ((kind, _), held) in held {
        // A single cart is bounded by the cart's own limits instead.
        if held.reservations.len() > 1 && held.units > settings.held_units_per_customer_max {
            let last = held.reservations.last().copied().unwrap_or_default();
            let (count, most) = (held.reservations.len(), settings.held_units_per_customer_max);
            let detail = format!("its {kind} holds {} units in {count} reservations, {most} are allowed", held.units);
            books.findings.broken(Invariant::L3, format!("reservation {last}"), detail);
        }
    }
    Ok(())
}

/// The limits of the checkout, and since when they have been these.
async fn settings(books: &mut Books<'_>) -> Result<(CheckoutSettings, Timestamp)> {
    let settings = sql!("SELECT value, updated_at FROM shop_settings WHERE shop_id = $1 AND area = 'checkout'");
    let rows = books.query(settings, &[]).await?;
    let Some(row) = rows.first() else { return Ok((CheckoutSettings::default(), Timestamp(i64::MIN))) };
    let unread = |error| Error::Unsuitable(format!("the settings of the checkout cannot be read: {error}"));
    Ok((serde_json::from_str(&row.get::<String>(0)).map_err(unread)?, row.get(1)))
}

fn check_end(books: &mut Books<'_>, row: &Row) {
    books.findings.row(Invariant::I6);
    let (created_at, expires_at): (Timestamp, Timestamp) = (row.get(3), row.get(4));
    if expires_at > created_at.plus_minutes(HELD_MINUTES_MAX) {
        let minutes = expires_at.micros_since(created_at) / 60_000_000;
        let detail = format!("holds its units for {minutes} minutes, {HELD_MINUTES_MAX} are the most");
        books.findings.broken(Invariant::I6, format!("reservation {}", row.get::<i64>(0)), detail);
    }
}

/// Every reservation whose time is up has ended. Where no server runs, nothing ends them and nothing has to: their units count as
/// free without that.
pub(super) async fn check_ended(books: &mut Books<'_>) -> Result<()> {
    let now = nodes::time(books.db, books.now).await?;
    if nodes::list_nodes(books.db, now).await?.is_empty() {
        return Ok(());
    }
    let active = sql!(
        "SELECT reservation_id, expires_at FROM reservations
         WHERE shop_id = $1 AND status = 'active' AND reservation_id > $2 ORDER BY reservation_id LIMIT $3"
    );
    let mut walk = Walk::new(active, &params![i64::MIN]);
    while let Some(rows) = walk.next(books).await? {
        for row in &rows {
            books.findings.row(Invariant::R5);
            let over_for = books.now.micros_since(row.get(1)) / 1_000_000;
            if over_for > TIDIED_SECONDS_MAX {
                let detail = format!("is still active, {over_for} seconds after its end");
                books.findings.broken(Invariant::R5, format!("reservation {}", row.get::<i64>(0)), detail);
            }
        }
    }
    Ok(())
}
