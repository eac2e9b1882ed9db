//! Keeps a shop's search index up to date: in the background, one shop at a time, while searches go on with the index there is.

use super::SearchIndex;
use crate::gate::outside;
use commerce::ShopId;
use commerce::catalog::Product;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tantivy::TantivyError;
use tokio::sync::watch;
use tracing::error;

/// How long a search waits for the first index of a shop: thousands of products take less than one.
const INDEX_PATIENCE: Duration = Duration::from_secs(3);

/// One index is built at a time, whatever the number of shops: each takes memory while it is built, and a processor. Turns are
/// taken in the order in which they were asked for: a shop that changes all the time would otherwise have every one.
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// A shop's search index through all its snapshots.
pub struct Search {
    shop: ShopId,
    state: watch::Sender<State>,
    wanted: Mutex<Wanted>,
}

/// What there is to search in.
#[derive(Clone)]
enum State {
    NotYet,
    Ready(Arc<SearchIndex>),
    /// It could not be built; the log says why.
    Failed,
}

/// What the index should hold.
#[derive(Default)]
struct Wanted {
    products: Option<Vec<Arc<Product>>>,
    is_followed: bool,
}

impl Search {
    /// Nothing to search in yet.
    pub fn new(shop: ShopId) -> Arc<Self> {
        Arc::new(Self { shop, state: watch::Sender::new(State::NotYet), wanted: Mutex::default() })
    }

    /// The index there is, be it a moment behind. Waits [`INDEX_PATIENCE`] for the first one; `None` when there is none by then.
    pub async fn index(&self) -> Option<Arc<SearchIndex>> {
        let mut state = self.state.subscribe();
        let built = state.wait_for(|state| !matches!(state, State::NotYet));
        match &*outside(tokio::time::timeout(INDEX_PATIENCE, built)).await.ok()?.ok()? {
            State::Ready(index) => Some(Arc::clone(index)),
            State::NotYet | State::Failed => None,
        }
    }

    /// Makes the index hold these products, soon. Of several wishes that come while it is at work, only the last counts.
    pub fn follow(self: &Arc<Self>, products: Vec<Arc<Product>>) {
        let mut wanted = self.wanted();
        wanted.products = Some(products);
        if wanted.is_followed {
            return;
        }
        // A thread of its own: it ends when there is nothing left to do, and what it leaves to the runtime is nothing.
        let search = Arc::clone(self);
        let started = std::thread::Builder::new().name("search-index".into()).spawn(move || search.work());
        match started {
            Ok(_) => wanted.is_followed = true,
            Err(reason) => error!(shop.id = %self.shop, error = %reason, "The search index could not be built: {reason}"),
        }
    }

    fn work(&self) {
        while let Some(products) = self.next() {
            let _turn = TURN.blocking_lock();
            if let Err(reason) = self.bring_up(products) {
                error!(shop.id = %self.shop, error = %reason, "The search index could not be built: {reason}");
                self.state.send_if_modified(|state| {
                    let is_first = matches!(state, State::NotYet);
                    if is_first {
                        *state = State::Failed;
                    }
                    is_first
                });
            }
        }
    }

    /// The next wish; without one the thread is at its end.
    fn next(&self) -> Option<Vec<Arc<Product>>> {
        let mut wanted = self.wanted();
        let products = wanted.products.take();
        wanted.is_followed = products.is_some();
        products
    }

    fn bring_up(&self, products: Vec<Arc<Product>>) -> Result<(), TantivyError> {
        let current = match &*self.state.borrow() {
            State::Ready(index) => Some(Arc::clone(index)),
            State::NotYet | State::Failed => None,
        };
        let is_updated = match &current {
            Some(index) => index.update(&products)?,
            None => false,
        };
        if !is_updated {
            self.state.send_replace(State::Ready(Arc::new(SearchIndex::build(products)?)));
        }
        Ok(())
    }

    fn wanted(&self) -> MutexGuard<'_, Wanted> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::testing::{product, variant};

    #[test]
    fn a_shop_that_changes_all_the_time_does_not_keep_another_from_being_searched() {
        let named = |title: &str| vec![Arc::new(product(1, "blanket", title, "Juniper", vec![variant(1, 18_900, &[])]))];
        let (restless, other) = (Search::new(ShopId(1)), Search::new(ShopId(2)));
        restless.follow(named("Blanket 0"));
        other.follow(named("Blanket"));
        let mut changes = 0;
        while matches!(&*other.state.borrow(), State::NotYet) {
            changes += 1;
            restless.follow(named(&format!("Blanket {changes}")));
        }
        assert!(matches!(&*other.state.borrow(), State::Ready(_)));
    }
}
