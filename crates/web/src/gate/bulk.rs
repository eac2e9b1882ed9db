//! Files that sellers send and fetch. They take seconds, or as long as a slow line takes, so they hold no place inside;
//! instead so many may go on at a time, of one shop and of all.

use commerce::ShopId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Files of one shop at a time.
const OF_ONE_SHOP: usize = 2;
/// Files of all shops at a time.
const OF_ALL: usize = 8;
/// How long the next one waits.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// Who sends and fetches files.
#[derive(Debug)]
pub(super) struct Bulk {
    all: Arc<Semaphore>,
    shops: Mutex<HashMap<ShopId, Arc<Semaphore>>>,
}

impl Default for Bulk {
    fn default() -> Self {
        Self { all: Arc::new(Semaphore::new(OF_ALL)), shops: Mutex::default() }
    }
}

impl Bulk {
    /// A turn, which ends when it is dropped; `None`: there was none in time.
    pub async fn turn(&self, shop: ShopId, patience: Duration) -> Option<[OwnedSemaphorePermit; 2]> {
        let own = {
            let mut shops = self.shops.lock().unwrap_or_else(PoisonError::into_inner);
            shops.retain(|known, own| *known == shop || own.available_permits() < OF_ONE_SHOP);
            Arc::clone(shops.entry(shop).or_insert_with(|| Arc::new(Semaphore::new(OF_ONE_SHOP))))
        };
        // The shop's own first: whoever waits for their own shop holds up nobody else's.
        let turn = async { Some([own.acquire_owned().await.ok()?, Arc::clone(&self.all).acquire_owned().await.ok()?]) };
        tokio::time::timeout(patience, turn).await.ok().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_shop_has_two_turns_at_a_time_and_its_neighbor_has_its_own() {
        let bulk = Bulk::default();
        let turn = async |shop| bulk.turn(ShopId(shop), Duration::ZERO).await;
        let held = [turn(1).await, turn(1).await];
        assert!(held.iter().all(Option::is_some));
        assert!(turn(1).await.is_none(), "after its patience");
        assert!(turn(2).await.is_some());
        drop(held);
        assert!(turn(1).await.is_some());
    }
}
