//! What the server counts: per shop and for the node as a whole, in memory, since it started.
//!
//! Counting costs an addition or two in each request; whoever looks pays for the rest. Read in this order: `histogram`,
//! `shop`, `minutes` (the last hour, for the seller), `text` (what Prometheus reads), `listener` (where it reads it). Nothing
//! here decides anything.

mod histogram;
mod listener;
mod minutes;
mod missed;
mod process;
mod shop;
mod text;

pub use histogram::{Histogram, Spread};
pub use listener::serve_operators;
pub use minutes::{Minute, NodeMinutes};
pub use shop::{Answered, Kind, Outcome, ShopMetrics};
pub use text::text;

use commerce::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The counters of a node. Those of a shop go with the shop, from one snapshot to the next.
#[derive(Debug)]
pub struct Metrics {
    /// When the node started.
    pub started_at: Timestamp,
    /// Open connections of visitors.
    pub connections: Gauge,
    /// Work of all shops' handlers by the minute.
    pub(crate) minutes: Arc<NodeMinutes>,
}

impl Metrics {
    /// Nothing was counted yet.
    pub fn new(now: Timestamp) -> Self {
        Self { started_at: now, connections: Gauge::default(), minutes: Arc::default() }
    }

    /// The counters of a shop that is loaded for the first time.
    pub fn of_new_shop(&self) -> Arc<ShopMetrics> {
        Arc::new(ShopMetrics::new(Arc::clone(&self.minutes)))
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
