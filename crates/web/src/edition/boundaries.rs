//! When the clock alone changes what pages show: sales open, close and are announced, products appear and stop being new.

use crate::snapshot::Snapshot;
use crate::snapshot::moment::NEW_FOR_MINUTES;
use crate::storefront::{ANNOUNCED_MINUTES, ENDED_SHOWN_MINUTES};
use commerce::Timestamp;

/// The first instant after `now` at which pages of this shop change by themselves; `None`: nothing is on the calendar.
pub(super) fn next_boundary(snapshot: &Snapshot, now: Timestamp) -> Option<Timestamp> {
    let of_sales = snapshot.sales.iter().flat_map(|sale| {
        [
            sale.opens_at.plus_minutes(-ANNOUNCED_MINUTES),
            sale.opens_at,
            sale.closes_at,
            sale.closes_at.plus_minutes(ENDED_SHOWN_MINUTES),
        ]
    });
    let published = snapshot.products.iter().filter_map(|product| product.published_at);
    let of_products = published.flat_map(|at| [at, at.plus_minutes(NEW_FOR_MINUTES)]);
    of_sales.chain(of_products).filter(|at| *at > now).min()
}
