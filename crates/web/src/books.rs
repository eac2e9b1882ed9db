//! Proves the books of shops in the background: when a seller asks, once a day, and after a sale has closed.
//!
//! A proof reads for as long as a shop is large, so it has a thread of its own and no request waits for it. What it found is kept
//! by `db::proofs`.

use crate::app::App;
use commerce::{ShopId, Timestamp};
use db::verify::Progress;
use std::sync::Arc;
use tracing::{error, info, warn};

/// Books are proved again after so long, hours.
const PROVED_EVERY_HOURS: i64 = 24;
/// How long a sale has been over before the books are proved, minutes: by then late payments have come or gone back.
const AFTER_A_SALE_MINUTES: i64 = 20;

/// Ends a proof that nobody waits for any more: its thread would keep the program from stopping.
struct GiveUp(Arc<Progress>);

impl Drop for GiveUp {
    fn drop(&mut self) {
        self.0.give_up();
    }
}

/// Begins to prove a shop's books unless someone does so already; whether it began. Does not wait for the end.
///
/// # Errors
/// When the database fails.
pub async fn begin(app: &App, shop: ShopId) -> db::Result<bool> {
    let now = app.now();
    let begun = db::proofs::begin_proof(app.db(), shop, now).await?;
    if begun {
        let app = app.clone();
        tokio::spawn(async move { prove(app, shop, now).await });
    }
    Ok(begun)
}

/// Proves the books of the shops whose time has come, one after the other; returns how many.
///
/// # Errors
/// When the database fails.
pub async fn prove_due(app: &App, now: Timestamp) -> db::Result<usize> {
    let (before, closed) = (now.plus_minutes(-60 * PROVED_EVERY_HOURS), now.plus_minutes(-AFTER_A_SALE_MINUTES));
    let mut proved = 0;
    for shop in db::proofs::shops_to_prove(app.db(), before, closed).await? {
        let claimed_at = app.now();
        if db::proofs::begin_proof(app.db(), shop, claimed_at).await? {
            prove(app.clone(), shop, claimed_at).await;
            proved += 1;
        }
    }
    Ok(proved)
}

/// Proves on a thread that nobody waits on, because statements of the embedded engine run where they are called.
async fn prove(app: App, shop: ShopId, claimed_at: Timestamp) {
    let runtime = tokio::runtime::Handle::current();
    let (clock, progress) = (app.clock(), Arc::new(Progress::default()));
    let _given_up_with_this = GiveUp(Arc::clone(&progress));
    let proving = tokio::task::spawn_blocking(move || {
        runtime.block_on(db::proofs::prove(app.db(), shop, claimed_at, &progress, || clock()))
    });
    match proving.await {
        Ok(Ok(Some(proof))) if proof.holds => info!(shop.id = %shop, took_micros = proof.took_micros, "The books balance"),
        Ok(Ok(Some(_))) => error!(shop.id = %shop, "The books do not balance: see them at the desk, or run doorbuster verify"),
        Ok(Ok(None)) => {}
        Ok(Err(reason)) => error!(shop.id = %shop, error = %reason, "The books could not be proved: {reason}"),
        Err(stopped) => warn!(shop.id = %shop, error = %stopped, "The proof of the books was cut off"),
    }
}
