//! How many connections there are, of everybody and of each address.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Counts connections.
pub(super) struct Slots {
    free: Semaphore,
    total: u32,
    by_address: Mutex<HashMap<Household, usize>>,
    per_address_max: usize,
}

/// The right of one connection to be open, until it is dropped.
pub(super) struct Slot {
    slots: Arc<Slots>,
    counted_as: Option<Household>,
}

impl Slots {
    pub fn new(total: usize, per_address_max: usize) -> Self {
        let total = u32::try_from(total.min(Semaphore::MAX_PERMITS)).unwrap_or(u32::MAX);
        Self { free: Semaphore::new(total as usize), total, by_address: Mutex::default(), per_address_max }
    }

    /// Whether nobody more can be let in.
    pub fn are_taken(&self) -> bool {
        self.free.available_permits() == 0
    }

    /// The next slot that is free.
    pub async fn take(self: &Arc<Self>) -> Slot {
        self.slot(self.free.acquire().await.expect("the semaphore is never closed"))
    }

    fn slot(self: &Arc<Self>, permit: SemaphorePermit<'_>) -> Slot {
        // Given back by the slot.
        permit.forget();
        Slot { slots: Arc::clone(self), counted_as: None }
    }

    /// Waits until every connection has ended.
    pub async fn all_free(&self) {
        drop(self.free.acquire_many(self.total).await);
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<Household, usize>> {
        // Counts are right whatever has panicked meanwhile.
        self.by_address.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot {
    /// Counts it among the connections of this address. `false` when there are as many as may be.
    pub fn count(&mut self, address: IpAddr) -> bool {
        let household = Household::of(address);
        let mut counts = self.slots.counts();
        let count = counts.entry(household).or_default();
        let may_stay = *count < self.slots.per_address_max;
        if may_stay {
            *count += 1;
            self.counted_as = Some(household);
        }
        may_stay
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Some(household) = self.counted_as {
            let mut counts = self.slots.counts();
            if let Entry::Occupied(mut count) = counts.entry(household) {
                *count.get_mut() -= 1;
                if *count.get() == 0 {
                    count.remove();
                }
            }
        }
        self.slots.free.add_permits(1);
    }
}

/// Who counts as one: an address of IPv4, or a /64 network of IPv6, from which a household has all its addresses. Every
/// connection holds one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Household {
    V4(u32),
    V6(u64),
}

impl Household {
    fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address.to_bits()),
            IpAddr::V6(address) => Self::V6((address.to_bits() >> 64) as u64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_as_many_connections_as_it_may() {
        let slots = Arc::new(Slots::new(10, 2));
        let open = |address: &str| {
            let mut slot = slots.slot(slots.free.try_acquire().expect("a slot is free"));
            slot.count(address.parse().expect("an address")).then_some(slot)
        };
        let ada = (open("203.0.113.7"), open("::ffff:203.0.113.7"));
        assert!(ada.0.is_some() && ada.1.is_some());
        assert!(open("203.0.113.7").is_none(), "two are open");
        let ben = (open("2001:db8::1"), open("2001:db8::2"));
        assert!(ben.1.is_some() && open("2001:db8::3").is_none(), "one network is one household");
        assert!(open("2001:db8:0:1::1").is_some(), "the next one is another");
        drop(ada.0);
        assert!(open("203.0.113.7").is_some(), "one was closed");
        drop((ada.1, ben));
        assert!(slots.counts().is_empty(), "nothing is kept of those who have left");
        assert_eq!(slots.free.available_permits(), 10);
    }
}
