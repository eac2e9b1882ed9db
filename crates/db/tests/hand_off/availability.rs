//! What pages would show. Nobody looks at it here, and publishing it is no step of the hand-off.

use commerce::checkout::ShopState;
use commerce::{ShopId, Timestamp};

/// In place of the published figures.
#[derive(Debug, Default)]
pub struct Availability;

impl Availability {
    pub(crate) fn publish(&self, _: ShopId, _: &ShopState, _: Timestamp) {}
}

/// In place of the orders of the last seconds.
#[derive(Debug, Default)]
pub struct JustPlaced {}

impl JustPlaced {
    pub(crate) fn publish(&self, _: ShopId, _: &mut ShopState) {}
}
