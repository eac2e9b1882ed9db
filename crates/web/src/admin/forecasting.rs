//! Forecasts that the desk draws: away from the threads that answer, one at a time for each seller, a few at a time for all.

use crate::error::Error;
use crate::gate::outside;
use commerce::{SellerId, ShopId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;

/// Forecasts of all sellers at a time: shoppers need the processor, too.
const OF_ALL: usize = 2;
/// How long the next one waits. A forecast takes half a second at most.
const PATIENCE: Duration = Duration::from_secs(10);

/// Who has a forecast drawn.
#[derive(Debug)]
pub(super) struct Forecasting {
    all: Arc<Semaphore>,
    sellers: Mutex<HashMap<(ShopId, SellerId), Arc<Semaphore>>>,
}

impl Default for Forecasting {
    fn default() -> Self {
        Self { all: Arc::new(Semaphore::new(OF_ALL)), sellers: Mutex::default() }
    }
}

impl Forecasting {
    /// Does the work once it is this seller's turn. Whoever no longer waits for it keeps the turn until it is done, so however
    /// fast somebody types, one is drawn at a time.
    ///
    /// # Errors
    /// [`Error::Busy`] when there was no turn in time.
    pub async fn draw<Drawn: Send + 'static>(
        &self,
        seller: (ShopId, SellerId),
        work: impl FnOnce() -> Drawn + Send + 'static,
    ) -> Result<Drawn, Error> {
        let own = self.own(seller);
        let turn = async { Some((own.acquire_owned().await.ok()?, Arc::clone(&self.all).acquire_owned().await.ok()?)) };
        let turn = outside(tokio::time::timeout(PATIENCE, turn)).await.ok().flatten().ok_or(Error::Busy)?;
        let drawing = tokio::task::spawn_blocking(move || {
            let drawn = work();
            drop(turn);
            drawn
        });
        outside(drawing).await.map_err(|error| Error::Internal(format!("a forecast could not be drawn: {error}")))
    }

    fn own(&self, seller: (ShopId, SellerId)) -> Arc<Semaphore> {
        let mut sellers = self.sellers.lock().unwrap_or_else(PoisonError::into_inner);
        // Only those that are in use are remembered.
        sellers.retain(|known, own| *known == seller || Arc::strong_count(own) > 1 || own.available_permits() == 0);
        Arc::clone(sellers.entry(seller).or_insert_with(|| Arc::new(Semaphore::new(1))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test(flavor = "multi_thread")]
    async fn one_seller_has_one_forecast_drawn_at_a_time_and_another_one_beside_it() {
        let (forecasting, at_once, most) =
            (Arc::new(Forecasting::default()), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let draw = |number: usize| {
            let (forecasting, at_once, most) = (Arc::clone(&forecasting), Arc::clone(&at_once), Arc::clone(&most));
            tokio::spawn(async move {
                let work = move || {
                    most.fetch_max(at_once.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::yield_now();
                    at_once.fetch_sub(1, Ordering::SeqCst);
                    number
                };
                forecasting.draw((ShopId(1), SellerId(1)), work).await.expect("there is a turn in time")
            })
        };
        let drawn: Vec<_> = (0..20).map(draw).collect();
        for (number, drawn) in drawn.into_iter().enumerate() {
            assert_eq!(drawn.await.expect("it does not panic"), number);
        }
        assert_eq!(most.load(Ordering::SeqCst), 1);
        let held = forecasting.own((ShopId(1), SellerId(1))).acquire_owned().await.expect("it is open");
        let other = forecasting.draw((ShopId(2), SellerId(1)), || "drawn").await;
        assert_eq!(other.expect("another shop's seller does not wait"), "drawn");
        drop(held);
    }
}
