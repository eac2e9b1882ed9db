//! The lowest price and the largest saving of every product while the same sales are open, for lists that sort and filter by
//! them.

use super::{Moment, Snapshot};
use commerce::FlashSaleId;
use commerce::sale::FlashSalePhase;
use std::sync::{Arc, Mutex, PoisonError};

/// Prices are kept for so many sets of open sales: those for everybody, and those that some see earlier.
const KEPT: usize = 4;

/// What each product costs, by place.
#[derive(Debug)]
pub(super) struct Prices {
    /// Minor units.
    pub(super) lowest_minor: Box<[i64]>,
    /// Whole percent.
    pub(super) percents: Box<[i64]>,
}

/// Prices that were asked for, the latest last.
#[derive(Debug, Default)]
pub(super) struct KeptPrices(Mutex<Vec<(Vec<FlashSaleId>, Arc<Prices>)>>);

impl Snapshot {
    /// The prices of this moment. They are made once for each set of open sales and kept: looking at every variant of a large
    /// shop takes some milliseconds.
    pub(super) fn prices(&self, moment: Moment<'_>) -> Arc<Prices> {
        let is_open = |phase| phase == FlashSalePhase::Open;
        let open = self.sales.iter().filter(|sale| is_open(sale.phase_for(moment.early_access, moment.now)));
        let open: Vec<FlashSaleId> = open.map(|sale| sale.id).collect();
        let mut kept = self.kept_prices.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, prices)) = kept.iter().find(|(sales, _)| *sales == open) {
            return Arc::clone(prices);
        }
        let prices = Arc::new(Prices::new(self, moment));
        if kept.len() == KEPT {
            kept.remove(0);
        }
        kept.push((open, Arc::clone(&prices)));
        prices
    }
}

impl Prices {
    fn new(snapshot: &Snapshot, moment: Moment<'_>) -> Self {
        let (mut lowest_minor, mut percents) = (Vec::new(), Vec::new());
        for product in &snapshot.products {
            let (mut lowest, mut percent) = (i64::MAX, 0);
            for variant in &product.variants {
                let (price, was) = moment.price_now(variant);
                lowest = lowest.min(price);
                percent = percent.max(super::moment::percent_off(price, was));
            }
            lowest_minor.push(lowest);
            percents.push(percent);
        }
        Self { lowest_minor: lowest_minor.into(), percents: percents.into() }
    }
}
