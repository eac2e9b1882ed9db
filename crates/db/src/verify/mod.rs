//! The proof that the books are right: every row that stock, orders and money rest on is read and held against the others.
//!
//! Nothing here trusts a counter. Counters are replayed from the ledger, totals are added up again from pinned prices, and each
//! claim is told with the number of rows it rests on and the first row that breaks it. Nothing here repairs anything.

mod proof;

mod walk;

mod journal;
mod limits;
mod reservations;
mod stock;

mod amounts;
mod ledger;
mod orders;
mod payments;

pub use proof::{Broken, Claim, Invariant, Proof, ShopProof};

use crate::{Db, Result, Row, Tx, platform_sql};
use commerce::{ShopId, Timestamp};
use proof::Findings;

/// Proves or refutes every invariant for every shop, as of one instant of the database. It reads in pages, so the size of a shop
/// costs time and no memory, and it stops nobody: selling goes on meanwhile.
///
/// # Errors
/// When the database fails. Books that do not add up are no error: they are the proof's answer.
pub async fn verify(db: &Db, now: Timestamp) -> Result<Proof> {
    proof_of(db, now, |_| true).await
}

/// As [`verify`], for one shop. A shop that does not exist gives a proof about no shop.
///
/// # Errors
/// As [`verify`].
pub async fn verify_shop(db: &Db, shop: ShopId, now: Timestamp) -> Result<Proof> {
    proof_of(db, now, |found| found == shop).await
}

async fn proof_of(db: &Db, now: Timestamp, wanted: impl Fn(ShopId) -> bool) -> Result<Proof> {
    let mut tx = db.begin_read().await?;
    let listed = platform_sql!("SELECT shop_id, handle, name FROM shops ORDER BY handle");
    let rows: Vec<Row> = tx.query_platform(listed, &[]).await?;
    let mut shops = Vec::new();
    for row in rows.iter().filter(|row| wanted(row.get(0))) {
        let mut books = Books { tx: &mut tx, shop: row.get(0), now, findings: Findings::default() };
        books.check_all().await?;
        let (id, handle, name) = (row.get(0), row.get(1), row.get(2));
        shops.push(ShopProof { id, handle, name, claims: books.findings.into_claims() });
    }
    tx.rollback().await;
    Ok(Proof { engine: db.engine(), checked_at: now, shops })
}

/// One shop's books, open at one instant.
struct Books<'a> {
    tx: &'a mut Tx,
    shop: ShopId,
    now: Timestamp,
    findings: Findings,
}

impl Books<'_> {
    async fn check_all(&mut self) -> Result<()> {
        stock::check(self).await?;
        journal::check(self).await?;
        reservations::check(self).await?;
        limits::check(self).await?;
        orders::check(self).await?;
        payments::check(self).await?;
        ledger::check(self).await
    }
}
