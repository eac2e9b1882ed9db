//! Forms that were sent already. A command that carries the name of its form is decided once, on whichever node it arrives: the
//! name is kept in the transaction that keeps what was decided, and its key is unique. A refused command keeps no name, so the
//! form can be mended and sent again.

use crate::{Db, Result, Tx, params, sql};
use commerce::{ShopId, Timestamp};
use std::collections::BTreeSet;

/// How long a form is remembered, seconds: longer than a page with it stays open.
const KEPT_SECONDS: i64 = 86_400;

/// Whether something was done for this form.
///
/// # Errors
/// When the database fails.
pub async fn was_submitted(db: &Db, shop: ShopId, submission: &str) -> Result<bool> {
    let sql = sql!("SELECT at FROM submissions WHERE shop_id = $1 AND submission = $2");
    Ok(db.query_opt(shop, sql, &params![submission]).await?.is_some())
}

/// Those of the commands that are not known from an earlier transaction; of two for the same form the first. A command is
/// named by its place in the batch and by its form.
pub(crate) async fn unknown(tx: &mut Tx, shop: ShopId, commands: Vec<(usize, Option<&str>)>) -> Result<Vec<usize>> {
    let sql = sql!("SELECT at FROM submissions WHERE shop_id = $1 AND submission = $2");
    let mut seen = BTreeSet::new();
    let mut places = Vec::with_capacity(commands.len());
    for (place, submission) in commands {
        let is_known = match submission {
            Some(name) => !seen.insert(name) || tx.query_opt(shop, sql, &params![name]).await?.is_some(),
            None => false,
        };
        if !is_known {
            places.push(place);
        }
    }
    Ok(places)
}

/// Keeps the names of forms for which something was done, and forgets old ones.
pub(crate) async fn keep(tx: &mut Tx, shop: ShopId, submissions: &BTreeSet<&str>, now: Timestamp) -> Result<()> {
    if submissions.is_empty() {
        return Ok(());
    }
    let forget = sql!("DELETE FROM submissions WHERE shop_id = $1 AND at < $2");
    let insert = sql!("INSERT INTO submissions (shop_id, submission, at) VALUES ($1, $2, $3)");
    let rows: Vec<_> = submissions.iter().map(|submission| params![*submission, now].to_vec()).collect();
    tx.execute(shop, forget, &params![now.plus_seconds(-KEPT_SECONDS)]).await?;
    tx.execute_many(shop, insert, &rows).await?;
    Ok(())
}
