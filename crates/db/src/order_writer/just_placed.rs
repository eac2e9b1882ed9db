//! Orders that were placed a moment ago, kept in memory: everybody who has paid asks for the receipt at once, and then once more.
//!
//! Only what nobody has touched since is kept. What another node does to an order is seen [`FRESH_MICROS`] later at most.

use commerce::checkout::ShopState;
use commerce::order::{FulfillmentStatus, Order, OrderStatus};
use commerce::{ShopId, Timestamp};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How long an order's receipt is read from memory after it was placed, microseconds.
pub const FRESH_MICROS: i64 = 10_000_000;
/// The most orders that are kept, some 2 KiB each.
pub(super) const ORDERS_MAX: usize = 8_192;

/// The orders of the last seconds.
#[derive(Debug, Default)]
pub struct JustPlaced(Mutex<Orders>);

#[derive(Debug, Default)]
struct Orders {
    by_number: HashMap<(ShopId, i64), Arc<Order>>,
    /// The first is forgotten first.
    numbers: VecDeque<(ShopId, i64)>,
}

impl JustPlaced {
    /// The order of this number, if it was placed less than [`FRESH_MICROS`] before `now` and nothing happened to it since.
    pub fn get(&self, shop: ShopId, number: i64, now: Timestamp) -> Option<Arc<Order>> {
        let order = self.orders().by_number.get(&(shop, number)).cloned()?;
        (0..FRESH_MICROS).contains(&now.micros_since(order.placed_at)).then_some(order)
    }

    /// Keeps what a batch has placed, and forgets what it has changed. `state` is as the batch left it; its orders are taken out.
    pub(super) fn publish(&self, shop: ShopId, state: &mut ShopState) {
        if state.orders.is_empty() {
            return;
        }
        let mut orders = self.orders();
        for (_, order) in std::mem::take(&mut state.orders) {
            let is_refunded = || state.refunds.values().any(|refund| refund.order == Some(order.id));
            let key = (shop, order.number);
            if !is_untouched(&order) || is_refunded() {
                orders.by_number.remove(&key);
            } else if orders.by_number.insert(key, Arc::new(order)).is_none() {
                orders.numbers.push_back(key);
            }
        }
        while orders.numbers.len() > ORDERS_MAX {
            let oldest = orders.numbers.pop_front().expect("there are more than none");
            orders.by_number.remove(&oldest);
        }
    }

    /// How many are kept: by number, and in the line of those to be forgotten.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        let orders = self.orders();
        orders.by_number.len().max(orders.numbers.len())
    }

    fn orders(&self) -> MutexGuard<'_, Orders> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_untouched(order: &Order) -> bool {
    order.status == OrderStatus::Open && order.fulfillment_status == FulfillmentStatus::Unfulfilled && order.refunded_minor == 0
}
