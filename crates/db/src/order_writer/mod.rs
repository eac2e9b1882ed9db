//! The one door for every change of stock, reservation, order and payment.
//!
//! A bounded queue in; a batch of whatever waits; one transaction that reads what the batch can touch, asks
//! `commerce::checkout::decide`, stores the changes and commits. Answers leave after the commit and only then. This folder knows
//! nothing of prices or limits.

mod availability;
mod books;
mod figures;
mod just_placed;
mod load;
mod pace;
mod queue;
pub(crate) mod read;
mod write;
mod writer;

/// The locks of the hand-off. `tests/hand_off` includes the files that use them beside a `locks` of its own.
mod locks {
    pub(super) use std::sync::{Mutex, MutexGuard};
}

pub use availability::{
    Availability, Moved, Movement, catch_up, load_availability, load_offers, load_stock_of, refresh_availability,
};
pub use books::{Books, Decided, Decision, Request};
pub use just_placed::{FRESH_MICROS, JustPlaced};
pub use writer::{Clock, OrderWriter, Work, WriterError, WriterFigures, WriterOptions};

use crate::{Db, Result, Tx};
use commerce::checkout::{Command, Outcome};
use commerce::{ShopId, Timestamp};

pub(crate) use availability::Untold;
pub(crate) use read::order_from_rows;

/// Decides and stores commands of one shop inside `tx`, for code that changes more than the writer does in the same transaction
/// (an import creates a product and its stock together). Whoever calls this commits.
///
/// # Errors
/// When the database fails; the transaction is then of no more use.
pub async fn decide_in(tx: &mut Tx, db: &Db, shop: ShopId, commands: &[Command], now: Timestamp) -> Result<Vec<Outcome>> {
    let commands: Vec<&Command> = commands.iter().collect();
    books::decide_and_keep(tx, db, shop, &commands, now).await.map(|kept| kept.outcomes)
}

/// Here and not inside the modules that `tests/hand_off` includes: these tests need locks of the system.
#[cfg(test)]
mod tests {
    mod just_placed;
    mod pace;
    mod queue;
}
