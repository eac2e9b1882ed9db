//! The proof that the books are right: every row that stock, orders and money rest on is read and held against the others.
//!
//! Nothing here trusts a counter. Counters are replayed from the ledger, totals are added up again from pinned prices, and each
//! claim is told with the number of rows it rests on and the first row that breaks it. Nothing here repairs anything.
//!
//! It reads beside a sale. Whatever is only ever compared with its own neighbors is read in pages of one instant each, and
//! between two pages the instant is let go, so that the database may tidy up behind it (a reader that stays keeps SQLite from
//! emptying its log, and PostgreSQL from removing old rows). Movements are only ever added, so a ledger can be replayed over many
//! instants: its end is held against the counters of the instant in which it ended. Only sums over a whole table are read at one
//! instant, in one go.

mod invariant;
mod proof;

mod walk;

mod holds;
mod journal;
mod limits;
mod reservations;
mod stock;
mod sums;

mod amounts;
mod checkouts;
mod ledger;
mod orders;
mod payments;
mod steps;

mod receipts;
mod sold_out;

pub use invariant::Invariant;
pub use proof::{Broken, Claim, Proof, ShopProof};
pub use receipts::{Receipt, Told};
pub use sold_out::{SaidBy, SoldOut};

use crate::{Db, Error, Result, Row, ShopSql, Tx, Value, platform_sql};
use commerce::{ShopId, Timestamp};
use proof::Findings;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// The pause after each page: what sells goes first.
const PAUSE: Duration = Duration::from_millis(1);

/// How far a proof has come, for whoever waits for it, and whether anyone still does.
#[derive(Debug, Default)]
pub struct Progress {
    pages: AtomicU64,
    given_up: AtomicBool,
}

impl Progress {
    /// Pages of up to a thousand rows that were read so far.
    pub fn pages(&self) -> u64 {
        self.pages.load(Ordering::Relaxed)
    }

    /// Ends the proof at its next page, with an error: the program stops.
    pub fn give_up(&self) {
        self.given_up.store(true, Ordering::Relaxed);
    }
}

/// Proves or refutes every invariant for every shop. It reads in pages, so the size of a shop costs time and no memory, and it
/// stops nobody: selling goes on meanwhile.
///
/// # Errors
/// When the database fails. Books that do not add up are no error: they are the proof's answer.
pub async fn verify(db: &Db, now: Timestamp) -> Result<Proof> {
    proof_of(db, now, &Progress::default(), |_| true).await
}

/// As [`verify`], for one shop. A shop that does not exist gives a proof about no shop.
///
/// # Errors
/// As [`verify`].
pub async fn verify_shop(db: &Db, shop: ShopId, now: Timestamp) -> Result<Proof> {
    verify_shop_telling(db, shop, now, &Progress::default()).await
}

/// As [`verify_shop`], telling how far it has come.
///
/// # Errors
/// As [`verify`].
pub async fn verify_shop_telling(db: &Db, shop: ShopId, now: Timestamp, progress: &Progress) -> Result<Proof> {
    proof_of(db, now, progress, |found| found == shop).await
}

/// Holds what buyers of a shop were told against its books: one claim for each of [`Invariant::OF_RECEIPTS`]. What was told is
/// read once and in any order, so there may be more of it than fits into memory; of each variant that was called sold out, two
/// numbers are kept for each second in which its stock moved. The books have to be of a time after everything that was told.
///
/// # Errors
/// As [`verify`].
pub async fn verify_receipts(db: &Db, shop: ShopId, told: impl Iterator<Item = Told>, now: Timestamp) -> Result<Vec<Claim>> {
    let (tx, progress) = (Some(db.begin_read().await?), Progress::default());
    let mut books = Books { db, tx, shop, now, findings: Findings::default(), progress: &progress };
    receipts::check(&mut books, told).await?;
    holds::check_ended(&mut books).await?;
    books.close().await;
    Ok(books.findings.claims(&Invariant::OF_RECEIPTS))
}

async fn proof_of(db: &Db, now: Timestamp, progress: &Progress, wanted: impl Fn(ShopId) -> bool) -> Result<Proof> {
    let listed = platform_sql!("SELECT shop_id, handle, name FROM shops ORDER BY handle");
    let rows: Vec<Row> = db.query_platform(listed, &[]).await?;
    let mut shops = Vec::new();
    for row in rows.iter().filter(|row| wanted(row.get(0))) {
        let (tx, findings) = (Some(db.begin_read().await?), Findings::default());
        let mut books = Books { db, tx, shop: row.get(0), now, findings, progress };
        books.check_all().await?;
        books.close().await;
        let (id, handle, name) = (row.get(0), row.get(1), row.get(2));
        shops.push(ShopProof { id, handle, name, claims: books.findings.claims(&Invariant::ALL) });
    }
    Ok(Proof { engine: db.engine(), checked_at: now, shops })
}

/// One shop's books, open at one instant until the page is turned.
struct Books<'a> {
    db: &'a Db,
    /// Closed only while a page is turned: a proof never needs two connections.
    tx: Option<Tx>,
    shop: ShopId,
    now: Timestamp,
    findings: Findings,
    progress: &'a Progress,
}

impl Books<'_> {
    async fn check_all(&mut self) -> Result<()> {
        self.breathe().await?;
        let sums = sums::read(self).await?;
        stock::check(self, &sums).await?;
        limits::check(self, &sums).await?;
        drop(sums);
        self.turn_the_page().await?;
        ledger::check(self).await?;
        journal::check(self).await?;
        reservations::check(self).await?;
        holds::check(self).await?;
        orders::check(self).await?;
        checkouts::check(self).await?;
        payments::check(self).await
    }

    async fn query(&mut self, sql: ShopSql, params: &[Value]) -> Result<Vec<Row>> {
        self.tx.as_mut().expect("the books are open").query(self.shop, sql, params).await
    }

    async fn query_many(&mut self, sql: ShopSql, params: &[Vec<Value>]) -> Result<Vec<Vec<Row>>> {
        self.tx.as_mut().expect("the books are open").query_many(self.shop, sql, params).await
    }

    /// Lets the instant go and opens the books at the present one.
    async fn turn_the_page(&mut self) -> Result<()> {
        self.close().await;
        self.tx = Some(self.db.begin_read().await?);
        Ok(())
    }

    async fn close(&mut self) {
        if let Some(tx) = self.tx.take() {
            tx.rollback().await;
        }
    }

    /// Counts a page and lets others go first.
    async fn breathe(&mut self) -> Result<()> {
        if self.progress.given_up.load(Ordering::Relaxed) {
            return Err(Error::Failed("the proof was given up before its end".into()));
        }
        self.progress.pages.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(PAUSE).await;
        Ok(())
    }
}
