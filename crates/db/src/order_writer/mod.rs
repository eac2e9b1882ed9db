//! The one door for every change of stock, reservation, order and payment.
//!
//! A bounded queue in; a batch of whatever waits; one transaction that reads what the batch can touch, asks
//! `commerce::checkout::decide`, stores the changes and commits. Answers leave after the commit and only then. This folder knows
//! nothing of prices or limits.

mod availability;
mod load;
pub(crate) mod read;
mod write;
mod writer;

pub use availability::{Availability, load_availability};
pub use writer::{Clock, OrderWriter, WriterError, WriterOptions};

use crate::{Db, Result, Tx};
use commerce::checkout::{Command, Moment, Outcome, ShopState, decide};
use commerce::{ShopId, Timestamp};

pub(crate) use read::order_from_rows;

/// Decides and stores commands of one shop inside `tx`, for code that changes more than the writer does in the same transaction
/// (an import creates a product and its stock together). Whoever calls this commits.
///
/// # Errors
/// When the database fails; the transaction is then of no more use.
pub async fn decide_in(tx: &mut Tx, db: &Db, shop: ShopId, commands: &[Command], now: Timestamp) -> Result<Vec<Outcome>> {
    decide_and_keep(tx, db, shop, commands, now).await.map(|(outcomes, _)| outcomes)
}

/// As [`decide_in`], and what the shop looks like afterward.
async fn decide_and_keep(
    tx: &mut Tx,
    db: &Db,
    shop: ShopId,
    commands: &[Command],
    now: Timestamp,
) -> Result<(Vec<Outcome>, ShopState)> {
    let before = load::load(tx, shop, commands, now).await?;
    let mut state = before.clone();
    let mut next_id = || db.ids().next(now);
    let (outcomes, changes) = decide(&mut state, commands, &mut Moment { now, next_id: &mut next_id });
    write::write(tx, shop, &before, &changes, now).await?;
    Ok((outcomes, state))
}
