//! What the server counts: per shop and for the node as a whole, in memory, since it started.
//!
//! Counting costs an addition or two in each request; whoever looks pays for the rest. Read in this order: `histogram`, `shop`,
//! `minutes` (the last hour, for the seller), `text` (what Prometheus reads), `listener` (where it reads it). Nothing here decides
//! anything.

mod histogram;
mod listener;
mod minutes;
mod process;
mod shop;
mod text;

pub use histogram::{Histogram, Spread};
pub use listener::serve_operators;
pub use minutes::{Minute, NodeMinutes};
pub use shop::{Answered, Kind, Outcome, ShopMetrics};
pub use text::text;

use commerce::{ShopId, Timestamp};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// The counters of a node.
#[derive(Debug)]
pub struct Metrics {
    /// When the node started.
    pub started_at: Timestamp,
    /// Open connections of visitors.
    pub connections: Gauge,
    /// Work of all shops' handlers by the minute.
    pub(crate) minutes: Arc<NodeMinutes>,
    shops: RwLock<HashMap<ShopId, Arc<ShopMetrics>>>,
}

impl Metrics {
    /// Nothing was counted yet.
    pub fn new(now: Timestamp) -> Self {
        Self { started_at: now, connections: Gauge::default(), minutes: Arc::default(), shops: RwLock::default() }
    }

    /// The counters of a shop, made when they are first asked for. Ask for shops that exist only.
    pub fn shop(&self, shop: ShopId) -> Arc<ShopMetrics> {
        if let Some(known) = self.shops.read().unwrap_or_else(PoisonError::into_inner).get(&shop) {
            return Arc::clone(known);
        }
        let mut shops = self.shops.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(shops.entry(shop).or_insert_with(|| Arc::new(ShopMetrics::new(Arc::clone(&self.minutes)))))
    }

    /// Forgets the shops that are not among these.
    pub fn keep_only(&self, is_there: impl Fn(ShopId) -> bool) {
        self.shops.write().unwrap_or_else(PoisonError::into_inner).retain(|shop, _| is_there(*shop));
    }

    /// All of them.
    pub(crate) fn shops(&self) -> Vec<(ShopId, Arc<ShopMetrics>)> {
        let shops = self.shops.read().unwrap_or_else(PoisonError::into_inner);
        shops.iter().map(|(shop, metrics)| (*shop, Arc::clone(metrics))).collect()
    }
}

/// A number of things that are there now: up while a [`Held`] lives.
#[derive(Clone, Debug, Default)]
pub struct Gauge(Arc<AtomicU64>);

/// One of the things.
#[derive(Debug)]
pub struct Held(Arc<AtomicU64>);

impl Gauge {
    /// One more, until it is dropped.
    pub fn hold(&self) -> Held {
        self.0.fetch_add(1, Ordering::Relaxed);
        Held(Arc::clone(&self.0))
    }

    /// How many there are.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
